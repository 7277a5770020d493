"""The embedded PostgreSQL: any directory, shared by commands, stopped by the last of them."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from adpulse.database import disk, embedded
from adpulse.database.connections import connect
from adpulse.database.embedded import Cluster, database
from adpulse.database.errors import EmbeddedError
from adpulse.settings import Settings

# Small and careless: what is tested is the starting and stopping.
LIGHT = {"shared_buffers": "16MB", "max_connections": "20", "fsync": "off"}


@pytest.fixture
def cluster(home: Path) -> Cluster:
    return Cluster(home / "server", **LIGHT)


async def ask(url: str, statement: str) -> object:
    connection = await connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "name",
    ["space, quotes ' \" and $HOME `id` 50%20+ ž", "deep/" * 30],
)
async def test_any_directory_will_do(home: Path, name: str) -> None:
    """A directory may be deep and may hold what shells, URLs and lists take for their own."""
    cluster = Cluster(home / name, **LIGHT)
    with cluster.in_use() as url:
        assert await ask(url, "SELECT current_setting('data_directory')") == str(cluster.data)
        assert await ask(url, "SELECT current_setting('shared_buffers')") == "16MB"
        assert await ask(url, "SHOW listen_addresses") == ""
        # A client that reaches the socket is the superuser.
        socket = Path(str(await ask(url, "SHOW unix_socket_directories")))
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    assert not cluster.running()
    assert socket == cluster.data or not socket.exists()


ELSEWHERE = {
    "PGPORT": "6543",
    "PGHOST": "db.example",
    "PGSSLMODE": "verify-full",
    "PGSSLNEGOTIATION": "direct",
    "PGTARGETSESSIONATTRS": "standby",
    "PGSERVICE": "other",
    "PGUSER": "alice",
    "PGDATABASE": "shop",
    "PGOPTIONS": "-c default_transaction_read_only=on",
}


async def test_variables_of_libpq_belong_to_other_servers(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that is set up for a team's server still gets the embedded one, and so do programs that we start."""
    for name, value in ELSEWHERE.items():
        monkeypatch.setenv(name, value)
    with Cluster(home / "server", **LIGHT).in_use() as url:
        assert await ask(url, "SELECT session_user || ' ' || current_database()") == "postgres postgres"
        program = "import os; print([name for name in os.environ if name.startswith('PG')])"
        assert subprocess.check_output([sys.executable, "-c", program], text=True) == "[]\n"


async def test_the_last_to_leave_stops_the_server(cluster: Cluster) -> None:
    """A second user of the server is not cut off when the first, who started it, leaves; the data stay."""
    first = cluster.in_use()
    second = Cluster(cluster.directory, **LIGHT).in_use()
    url = first.__enter__()
    assert second.__enter__() == url
    await ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
    first.__exit__(None, None, None)
    assert await ask(url, "SELECT number FROM kept") == 7
    second.__exit__(None, None, None)
    assert not cluster.running()
    with cluster.in_use() as url:
        assert await ask(url, "SELECT number FROM kept") == 7


def test_many_may_start_at_once(home: Path) -> None:
    """Commands that start together on a new directory make one server, and none of them fails."""
    program = (
        "import sys; from pathlib import Path; from adpulse.database.embedded import Cluster\n"
        f"with Cluster(Path(sys.argv[1]), **{LIGHT}).in_use() as url: print(url)"
    )

    def run(_: int) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", program, str(home)], capture_output=True, text=True, check=False)

    with ThreadPoolExecutor() as threads:
        done = list(threads.map(run, range(4)))
    assert [process.returncode for process in done] == [0] * 4, [process.stderr for process in done]
    assert len({process.stdout for process in done}) == 1
    assert not Cluster(home).running()


def test_a_server_left_behind_is_taken_over(cluster: Cluster) -> None:
    """The server of a process that was killed is used by the next one, and stopped with it."""
    cluster.start()
    with cluster.in_use():
        assert cluster.running()
    assert not cluster.running()


def test_an_interrupted_initdb_is_begun_again(cluster: Cluster) -> None:
    """The remains of an interrupted start do not hinder the next one."""
    (cluster.directory / "data.new").mkdir(parents=True)
    (cluster.directory / "data.new" / "PG_VERSION").write_text("half")
    with cluster.in_use():
        assert cluster.running()


def test_the_server_stops_when_the_block_fails(cluster: Cluster) -> None:
    """An error, Ctrl-C or SIGTERM inside the block leaves no server behind."""
    with pytest.raises(KeyboardInterrupt), cluster.in_use():
        raise KeyboardInterrupt
    assert not cluster.running()


def test_a_failed_start_says_why(home: Path) -> None:
    """The server's own words come out, and nothing is left running."""
    cluster = Cluster(home, shared_buffers="lots")
    with pytest.raises(EmbeddedError, match='invalid value for parameter "shared_buffers"'), cluster.in_use():
        pytest.fail("it must not start")
    assert not cluster.running()


def test_unusable_places_are_named(home: Path) -> None:
    """A file instead of a directory, binaries that are not there: the error says which."""
    file = home / "file"
    file.touch()
    with pytest.raises(EmbeddedError, match=str(file)), database(Settings(data_dir=file)):
        pytest.fail("it must not start")
    with pytest.raises(EmbeddedError, match=f"no pg_ctl in {home}"):
        Cluster(home, home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
async def test_root_keeps_its_rights_from_the_server(cluster: Cluster) -> None:
    """Started by root, the server runs as a user of its own and holds none of root's groups."""
    with cluster.in_use() as url:
        pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
        status = Path(f"/proc/{pid}/status").read_text()
        ids = {line.split(":")[0]: line.split(":")[1].split() for line in status.splitlines() if ":" in line}
        assert "0" not in ids["Uid"]
        assert "0" not in ids["Gid"]
        assert ids["Groups"] == []
        assert await ask(url, "SELECT 1") == 1


def test_a_named_database_is_left_alone(home: Path) -> None:
    """With a database named, no embedded one is made or started."""
    settings = Settings(database_url="postgresql://elsewhere/db", data_dir=home / "server")
    with database(settings) as url:
        assert url == "postgresql://elsewhere/db"
    assert not (home / "server").exists()


def test_files_of_somebody_else_are_left_alone(home: Path) -> None:
    """A folder named `data` that PostgreSQL did not make: one line that says so, and every file is where it was."""
    cluster_home = home / "somewhere"
    (cluster_home / "data").mkdir(parents=True)
    (cluster_home / "data" / "notes.txt").write_text("mine")
    with pytest.raises(EmbeddedError, match="holds files"), Cluster(cluster_home).in_use():
        pass
    assert [path.name for path in (cluster_home / "data").iterdir()] == ["notes.txt"]


def test_an_empty_folder_will_do(home: Path) -> None:
    """A folder that another user made, as a mounted volume is, can be used."""
    cluster_home = home / "empty"
    (cluster_home / "data").mkdir(parents=True)
    with Cluster(cluster_home).in_use():
        pass


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError("gone"),
        asyncpg.InterfaceError("connection is closed"),
        ExceptionGroup("tasks", [OSError()]),
    ],
)
def test_a_full_disk_is_what_a_lost_database_means(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """PostgreSQL ends without a word where it cannot write; with room left, the error is passed on as it is."""
    settings = Settings(database_url=None, data_dir=home / "full")
    with pytest.raises(type(error)), database(settings):
        raise error
    monkeypatch.setattr(disk, "_LEAST_BYTES", 1 << 62)
    with (
        pytest.raises(EmbeddedError, match=r"the disk is full \(.* MB left under .*full\): make room"),
        database(settings),
    ):
        raise error


def test_a_start_on_a_full_disk_is_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start on a full disk is one line, and not the log of initdb or pg_ctl."""
    monkeypatch.setattr(disk, "_LEAST_BYTES", 1 << 62)
    cluster = Cluster(home / "server", shared_buffers="nonsense")
    with pytest.raises(EmbeddedError, match=r"^the disk is full") as raised:
        cluster.start()
    assert "\n" not in str(raised.value)


async def test_a_server_that_cannot_stop_is_killed(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that cannot stop is killed; what was committed is there at the next start."""
    monkeypatch.setattr(embedded, "STOP_TIMEOUT_S", 8)  # PostgreSQL itself gives its processes five seconds
    with cluster.in_use() as url:
        await ask(url, "CREATE TABLE kept AS SELECT 7 AS number")
        checkpointer = await ask(url, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        assert isinstance(checkpointer, int)
        os.kill(checkpointer, signal.SIGSTOP)  # the last checkpoint never comes
    assert not cluster.running()
    with cluster.in_use() as url:
        assert await ask(url, "SELECT number FROM kept") == 7
