"""A service process from a given tree, which can be killed, frozen and started again at the same address."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from adbench.harness import cpu
from adbench.harness.patience import PATIENCE_S
from adbench.harness.process import free_port, wait_until_ready
from adpulse import shell
from adpulse.database.embedded import Cluster
from adpulse.settings import PREFIX

_ADPULSE = [sys.executable, "-m", "adpulse"]

# Small queues, short deadlines and quick rounds of upkeep, so that a cycle of seconds meets all of them.
SETTINGS = {
    "ADPULSE_HOST": "127.0.0.1",
    "ADPULSE_LOG_LEVEL": "warning",
    "ADPULSE_WRITERS": "2",
    "ADPULSE_READERS": "2",
    "ADPULSE_WRITE_TIMEOUT_S": "2",
    "ADPULSE_BODY_TIMEOUT_S": "5",
    "ADPULSE_REPORT_TIMEOUT_MS": "60000",
    "ADPULSE_QUEUE_EVENTS": "20000",
    "ADPULSE_MAINTENANCE_S": "0.2",
    "ADPULSE_KEYS_RELOAD_S": "1",
}


def adpulse(tree: Path, *arguments: str, **variables: str) -> str:
    """Run a command of the tree's service to its end, and return what it prints. Raise RuntimeError when it fails."""
    done = subprocess.run(
        [*_ADPULSE, *arguments],
        env=environment(tree, variables),
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    if done.returncode:
        said = f"{done.stdout[-2_000:]}{done.stderr[-2_000:]}"
        raise RuntimeError(f"adpulse {' '.join(arguments)} ended with status {done.returncode}:\n{said}")
    return done.stdout


def command(tree: Path, log: Path, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    """Start a command of the tree's service, in a session of its own; what it prints goes to `log`."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [*_ADPULSE, *arguments],
            env=environment(tree, variables),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def environment(tree: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which `adpulse` comes from that tree and has these settings only."""
    return {**shell.without(PREFIX), "PYTHONPATH": str(tree / "service"), "PYTHONSAFEPATH": "1", **variables}


class Service:
    """One process. `url` is where it finds the database."""

    def __init__(self, name: str, tree: Path, log: Path) -> None:
        self.name = name
        self.command = "serve"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._tree = tree
        self._log = log
        self._variables: dict[str, str] = {}

    def start(self, url: str | None = None, **variables: str) -> None:
        """Start the process on this database, or as it was started before; it is ready later."""
        if url is not None:
            self.command, self._variables = "serve", {"ADPULSE_DATABASE_URL": url}
        self._variables |= variables
        port = ("--port", str(self.port))
        self.process = command(self._tree, self._log, self.command, *port, **{**SETTINGS, **self._variables})

    def start_up(self, cluster: Cluster) -> None:
        """Start `adpulse up` on the data directory of a server of ours, which it starts, too."""
        self.command = "up"
        self._variables = {
            "ADPULSE_DATA_DIR": str(cluster.directory),
            "ADPULSE_POSTGRES_BIN": str(cluster.programs.folder),
        }
        self.start()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process; after SIGKILL, wait for its end."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()

    async def replace(self) -> None:
        """Kill the process, and start another one in its place; return when that is ready."""
        self.send(signal.SIGKILL)
        self.start()
        await self.ready()

    async def stop(self) -> int:
        """Send SIGTERM, and return the exit status."""
        self.send(signal.SIGTERM)
        assert self.process is not None
        return await asyncio.to_thread(self.process.wait, PATIENCE_S)

    async def ready(self) -> None:
        """Wait until it takes events. Raise NotReadyError when it ends instead, or is not in time."""
        assert self.process is not None
        url, what = f"{self.address}/readyz", f"service {self.name}"
        await asyncio.to_thread(wait_until_ready, self.process, url, self._log, what)

    def peak_memory(self) -> int | None:
        """Return the peak resident memory of the process in bytes; None where /proc does not have it."""
        return cpu.peak_memory(self.process.pid if self.process else None)
