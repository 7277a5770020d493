"""One command for the embedded PostgreSQL and for any other."""

import asyncio
import os
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from adbench import cli
from adbench.harness import process, service
from adbench.records import environment, model
from adpulse.database import connections
from adpulse.database.embedded import Cluster
from adpulse.settings import Settings
from tests.patience import PATIENCE_S


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo what a test does to the environment of the process, which --target changes."""
    monkeypatch.setenv("ADPULSE_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, words)
    return done.exit_code, done.stderr


def test_a_command_works_on_a_server_that_is_reached_by_an_address(home: Path) -> None:
    """--target wins over the environment; where that server runs is not known, and is not guessed."""
    port = process.free_port()
    cluster = Cluster(home, listen_addresses="127.0.0.1", port=str(port), fsync="off")
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    cluster.start()
    try:
        status, said = run("--target", url, "seed", "--events", "1500", "--campaigns", "20")
        assert status == 0, said
        stored, server = asyncio.run(_look(url))
    finally:
        cluster.stop()
    assert stored == 1_500
    assert server.local is False


async def _look(url: str) -> tuple[int, model.Postgres]:
    connection = await connections.connect(url)
    try:
        return await connection.fetchval("SELECT count(*) FROM events"), await environment.postgres(connection)
    finally:
        await connection.close()


def test_without_a_target_the_environment_counts() -> None:
    """Without --target the environment counts; a database that cannot be reached ends the command with status 2."""
    status, said = run("seed", "--events", "10")
    assert status == 2
    assert said.startswith("adbench: ")
    assert Settings().database_url == "postgresql://nobody@127.0.0.1:1/nowhere"


def test_the_environment_does_not_change_the_embedded_server(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of its own is started in the data directory, and stopped."""
    monkeypatch.setenv("ADPULSE_DATA_DIR", str(home))
    status, said = run("--target", "embedded", "seed", "--events", "10")
    assert status == 0, said
    assert (home / "data" / "PG_VERSION").exists()
    assert not Cluster(home).running()
    assert Settings().database_url is None


@pytest.mark.parametrize("target", ["http://localhost:8080", "localhost/adpulse", "mysql://x/y", ""])
def test_a_wrong_database_is_refused(target: str) -> None:
    """A target that is no database is refused at once; the address of a service gets a hint how to load one."""
    status, said = run("--target", target, "seed", "--events", "10")
    assert status == 2
    said = " ".join(said.replace("│", "").split())
    assert "the URL of a PostgreSQL" in said
    assert ("adbench load NAME" in said) == target.startswith("http")
    assert os.environ["ADPULSE_DATABASE_URL"] == "postgresql://nobody@127.0.0.1:1/nowhere"


async def test_a_server_behind_a_socket_is_on_this_machine(url: str) -> None:
    """It must be, and so what is measured of the machine holds for it too."""
    assert (await _look(url))[1].local is True


async def test_a_service_of_our_own_reads_where_it_writes(new_database, tmp_path: Path, monkeypatch) -> None:
    """A replica in the environment is not what is measured."""
    monkeypatch.setenv("ADPULSE_READ_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")
    url = await new_database()
    with service.serving(url, 1, tmp_path / "log") as address:
        reply = await asyncio.to_thread(httpx.get, f"{address}/report?start=-1h", timeout=PATIENCE_S)
    assert reply.status_code == 200
