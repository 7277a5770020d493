"""`adpulse up` and `serve` as an operator meets them: real processes, signals, a second start."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from adpulse.cli import main
from tests.patience import PATIENCE_S, wait_for

ADPULSE = str(Path(sys.executable).with_name("adpulse"))

EVENT = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click", "cost": 0.25}
DAY = "/report?campaign_id=C&start=2025-09-24&end=2025-09-25"


class Up:
    """A running `adpulse up`, ready to be asked."""

    def __init__(self, home: Path, workers: int = 1) -> None:
        self.home = home
        self.log = home.with_suffix(f".{time.monotonic_ns()}.log")
        command = [ADPULSE, "up", "--port", "0", "--data-dir", str(home), "--workers", str(workers)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_for("an address in the log", lambda: self.process.poll() is not None or self._address())
        address = self._address()
        assert address, self.log.read_text()
        self.client = httpx.Client(base_url=address, timeout=PATIENCE_S)
        wait_for("readiness", self.ready)

    def _address(self) -> str | None:
        found = re.search(r"running on (http://\S+)", self.log.read_text())
        return found[1] if found else None

    def ready(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            assert self.process.poll() is None, self.log.read_text()
            return False

    def send(self, count: int = 1) -> None:
        reply = self.client.post("/events", json={"events": [EVENT] * count})
        assert reply.json()["accepted"] == count

    def clicks(self) -> int:
        return self.client.get(DAY).json()["totals"]["clicks"]

    def listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((self.client.base_url.host, self.client.base_url.port or 0)) == 0

    def end(self, number: int) -> int:
        self.client.close()
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


def postgres(home: Path) -> int | None:
    """Return the process id of the embedded server; None when it is not running."""
    try:
        pid = int((home / "data" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError, IndexError):  # IndexError: it has just been made
        return None
    except PermissionError:
        return pid
    return pid


def adpulse(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", **variables}
    return subprocess.run(
        [ADPULSE, *arguments], capture_output=True, text=True, check=False, env=environment, timeout=PATIENCE_S
    )


@pytest.fixture
def up(home: Path) -> Iterator[Callable[..., Up]]:
    """Yield a factory of services on one data directory; end those that are left."""
    data = home / "server"
    started: list[Up] = []

    def start(workers: int = 1) -> Up:
        started.append(Up(data, workers))
        return started[-1]

    yield start
    for service in started:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)
    CliRunner().invoke(main.app, ["down", "--data-dir", str(data)])


@pytest.mark.parametrize("workers", [1, 2])
def test_up_serves_and_stops_cleanly(up: Callable[..., Up], workers: int) -> None:
    """It becomes ready, takes events and answers; SIGTERM ends it all with status 0; a second start has the events.

    Every line of its log, of every process, has time and level.
    """
    service = up(workers)
    service.send(3)
    assert service.clicks() == 3
    assert postgres(service.home)
    assert service.end(signal.SIGTERM) == 0, service.log.read_text()
    assert postgres(service.home) is None
    assert not service.listening()
    lines = service.log.read_text().splitlines()
    assert [line for line in lines if not re.match(r"\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+ [\w.]+: ", line)] == []
    assert sum("Started server process" in line for line in lines) == workers
    again = up(workers)
    assert again.clicks() == 3
    assert again.end(signal.SIGINT) == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_refuses_connections_while_an_answer_is_under_way(
    up: Callable[..., Up], workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No connection is taken that nobody will answer, so a balancer may try another one; what was taken is answered."""
    for bound in ("SHUTDOWN", "BODY_TIMEOUT"):
        monkeypatch.setenv(f"ADPULSE_{bound}_S", str(PATIENCE_S))
    service = up(workers)
    service.client.close()
    body = json.dumps({"events": [EVENT]}).encode()
    head = "POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
    with ExitStack() as stack:

        def taken() -> socket.socket | None:
            """Return a connection that a process takes events from. One of two may be ready before the other."""
            address = (service.client.base_url.host, service.client.base_url.port or 0)
            connection = stack.enter_context(socket.create_connection(address, timeout=PATIENCE_S))
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:1])
            return connection if connection.recv(1000).startswith(b"HTTP/1.1 100 ") else None

        under_way = wait_for("a process that takes events", taken)
        service.process.send_signal(signal.SIGTERM)
        wait_for("nobody on the port", lambda: not service.listening())
        assert service.process.poll() is None
        under_way.sendall(body[1:])
        assert under_way.recv(10_000).startswith(b"HTTP/1.1 200 ")
    assert service.process.wait(PATIENCE_S) == 0, service.log.read_text()


@pytest.mark.parametrize("workers", [1, 2])
def test_up_recovers_from_a_kill(up: Callable[..., Up], workers: int) -> None:
    """After SIGKILL nobody is left on the port, and a new start takes over the server, its events, and its end."""
    service = up(workers)
    service.send(2)
    service.end(signal.SIGKILL)
    orphan = postgres(service.home)
    assert orphan
    wait_for("workers follow their parent", lambda: not service.listening())
    again = up(workers)
    assert postgres(service.home) == orphan
    assert again.clicks() == 2
    assert again.end(signal.SIGTERM) == 0
    assert postgres(service.home) is None
    assert list(Path(tempfile.gettempdir()).glob(f"adpulse-metrics-{service.process.pid}-*")) == []


def test_commands_share_a_running_server(up: Callable[..., Up]) -> None:
    """`report`, `variants`, `verify` and `migrate` work beside `up`, and leave its server running."""
    service = up()
    service.send(2)
    variables = {"ADPULSE_DATA_DIR": str(service.home)}
    report = adpulse("report", "--start", "2025-09-24", "--end", "2025-09-25", "--json", **variables)
    assert json.loads(report.stdout)["totals"]["clicks"] == 2, report.stderr
    listing = adpulse("variants", "--json", **variables)
    assert {"rollup", "btree_gin"} <= {entry["name"] for entry in json.loads(listing.stdout)}
    verified = adpulse("verify", "--json", **variables)
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["wrong"] == 0
    moved = adpulse("migrate", "--variant", "btree_gin", **variables)
    assert moved.returncode == 0, moved.stderr
    service.send()
    assert service.clicks() == 3
    assert service.end(signal.SIGTERM) == 0


def test_workers_add_up_their_metrics(up: Callable[..., Up]) -> None:
    """/metrics of any worker counts the requests of all."""
    service = up(2)
    address = service.client.base_url.join("/events")
    for _ in range(20):
        # A connection each, so that both workers get some; one of them may have no writer yet.
        wait_for("a writer", lambda: httpx.post(address, json={"events": [EVENT]}, timeout=PATIENCE_S).is_success)
    for _ in range(4):
        page = httpx.get(service.client.base_url.join("/metrics"), timeout=PATIENCE_S).text
        assert 'adpulse_events_total{outcome="accepted"} 20.0' in page.splitlines()
    assert service.end(signal.SIGTERM) == 0


def test_a_taken_port_is_one_clear_line(home: Path) -> None:
    """Nothing is started for a service that cannot listen."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = adpulse("up", "--port", str(port), "--data-dir", str(home / "server"))
    assert done.returncode == 1
    assert done.stderr == f"adpulse: cannot listen on 127.0.0.1 port {port}: Address already in use\n"
    assert not (home / "server").exists()


def test_serve_needs_a_database() -> None:
    """Without ADPULSE_DATABASE_URL, one line says what to set or run."""
    done = adpulse("serve")
    assert done.returncode == 2
    assert done.stderr == "adpulse: ADPULSE_DATABASE_URL is not set; `adpulse up` brings its own database\n"


def test_up_starts_its_database_again(up: Callable[..., Up]) -> None:
    """Killed, the server is started again, recovers what was acknowledged, and the service goes on by itself."""
    service = up()
    service.send(3)
    first = postgres(service.home)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for("another server", lambda: postgres(service.home) not in (None, first))
    wait_for("readiness", service.ready)
    assert service.clicks() == 3
    service.send()
    assert service.end(signal.SIGTERM) == 0, service.log.read_text()
    assert postgres(service.home) is None, "nor is it started after the end"


def test_down_leaves_a_database_in_use_alone(up: Callable[..., Up]) -> None:
    """It says who uses it, and the service does not notice; after the service there is nothing to do."""
    service = up()
    done = adpulse("down", "--data-dir", str(service.home))
    assert done.returncode == 1
    assert "adpulse up" in done.stderr
    service.send()
    assert service.end(signal.SIGTERM) == 0
    assert adpulse("down", "--data-dir", str(service.home)).returncode == 0


def test_every_command_takes_the_folder_and_readers_make_none(up: Callable[..., Up], tmp_path: Path) -> None:
    """Other commands find the database of `up --data-dir`; where there is none, they say so and make none."""
    service = up()
    service.send()
    here = ("--data-dir", str(service.home))
    asked = ("report", "--start", "2025-09-24", "--end", "2025-09-25", "--campaign-id", "C")
    assert json.loads(adpulse(*asked, "--format", "json", *here).stdout)["totals"]["clicks"] == 1
    assert adpulse(*asked, "--format", "csv", *here).stdout.splitlines()[0].startswith("bucket")
    nowhere = tmp_path / "nowhere"
    # In this process: each of their own takes a second.
    for command in (["report"], ["verify"], ["keys", "list"], ["rebuild"], ["restore", "--from", "x"]):
        done = CliRunner().invoke(main.app, [*command, "--data-dir", str(nowhere)])
        assert done.exit_code == 1, (command, done.output)
        assert "--data-dir" in done.stderr
    listing = CliRunner().invoke(main.app, ["variants", "--json", "--data-dir", str(nowhere)])
    assert json.loads(listing.stdout)[0]["available"]
    assert CliRunner().invoke(main.app, ["down", "--data-dir", str(nowhere)]).exit_code == 0
    assert not nowhere.exists()
