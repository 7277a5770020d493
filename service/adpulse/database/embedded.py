"""The embedded PostgreSQL: used when no database is named, and by the tests."""

import fcntl
import hashlib
import logging
import os
import re
import shlex
import shutil
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from adpulse.database import disk
from adpulse.database.errors import UNAVAILABLE, EmbeddedError
from adpulse.database.programs import Programs
from adpulse.settings import Settings

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 60
SHM_BYTES = 512 << 20  # work_mem of the workers of some reports at a time
START_TIMEOUT_S = 300  # crash recovery after a kill replays up to max_wal_size

# Given at every start, so that a data directory made by an older version gets them too.
SERVER_SETTINGS = {
    "listen_addresses": "",  # the socket only: no port to clash, nothing reachable from outside
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


# A socket's path may have 103 bytes on some systems; its directory goes through a URL and a list with commas.
_SOCKET_DIRECTORY = re.compile(r"[A-Za-z0-9/._-]{1,88}", re.ASCII)


class Cluster:
    """A PostgreSQL server of our own in `directory`, reached through a Unix socket. Works as root and as a user.

    Raises EmbeddedError where the server cannot be made, started or stopped.
    """

    def __init__(self, directory: Path, binaries: Path | None = None, **settings: str) -> None:
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self._pid_file = self.data / "postmaster.pid"
        self.programs = Programs(self.data, binaries)
        self._settings = SERVER_SETTINGS | _shared_memory() | settings

    def exists(self) -> bool:
        """Return True if there is a data directory."""
        return (self.data / "PG_VERSION").exists()

    def url(self, database: str = "postgres") -> str:
        """Return a URL for asyncpg and libpq."""
        return f"postgresql://postgres@/{database}?host={self._socket_directory()}"

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """Yield the server's URL. It runs while any process is in such a block; the last to leave stops it.

        So commands share one server, and the server that a killed process left behind is taken over.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            users = (self.directory / "users.lock").open("a")
        except OSError as error:
            raise EmbeddedError(f"cannot use {self.directory}: {error.strerror}") from error
        with users:
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while somebody stops the server
            try:
                with _uninterrupted():
                    self.start()
                yield self.url()
            finally:
                with _uninterrupted(), suppress(BlockingIOError):
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def start(self) -> None:
        """Start the server unless it runs. Make the data directory if it is missing."""
        try:
            self._start()
        except OSError as error:
            raise EmbeddedError(f"cannot use {self.directory}: {error.strerror}") from error

    def _start(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # one at a time may make the data directory
            if self.running():
                return
            self._disown_zombie()
            self.programs.open_paths()
            if not self.exists():
                self._initialise()
            elif self.programs.user == "root":
                raise EmbeddedError(f"{self.data} belongs to root, as whom PostgreSQL does not run; chown it")
            where = self._socket_directory()
            if where != self.data:
                self._claim(where)
            settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
            arguments = ["start", "-w", "-t", str(START_TIMEOUT_S), "-l", "data/server.log"]
            self.programs.run("pg_ctl", *arguments, "-o", shlex.join([*settings, "-k", str(where)]))

    def accepts(self) -> bool:
        """Return True if the server listens at its socket or is starting."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(1.0)
            try:
                probe.connect(str(self._socket_directory() / ".s.PGSQL.5432"))
            except (ConnectionRefusedError, FileNotFoundError):
                return False
            except OSError:  # it takes its time
                return True
        return True

    def stop_unused(self) -> None:
        """Stop the server. Raise EmbeddedError while a process uses it."""
        if not self.directory.exists():
            return
        with (self.directory / "users.lock").open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                message = f"a command uses the database in {self.directory}, such as `adpulse up`; end that one"
                raise EmbeddedError(message) from None
            self.stop()

    def stop(self) -> None:
        """Stop the server at once but cleanly: sessions end, committed data is on disk.

        One that cannot end, as in a recovery on a full disk, is killed; it recovers at its next start.
        """
        if self.running():
            try:
                self.programs.run("pg_ctl", "stop", "-w", "-m", "fast", "-t", str(STOP_TIMEOUT_S))
            except EmbeddedError:
                log.warning("PostgreSQL in %s did not stop in %d s: killing it", self.directory, STOP_TIMEOUT_S)
                self.programs.run("pg_ctl", "stop", "-w", "-m", "immediate", "-t", str(STOP_TIMEOUT_S))
            where = self._socket_directory()
            if where != self.data:
                where.rmdir()

    def running(self) -> bool:
        """Return True if the server of this directory runs, no matter who started it."""
        if not self._pid_file.exists() or self._is_zombie():
            return False
        return self.programs.running()

    def _is_zombie(self) -> bool:
        """Return True if the server was killed and its parent, such as a container's process 1, never asked for it."""
        try:
            pid = int(self._pid_file.read_text().splitlines()[0])
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
        except (OSError, ValueError, IndexError):  # it has gone, or there is no /proc
            return False
        return state.startswith("Z")

    def _disown_zombie(self) -> None:
        """Let the server start although its lock files name a zombie, which to PostgreSQL is a running server.

        A server ignores the process id of its starter. The rest of the files stays: by it the server sees if children
        of the dead one still use its shared memory.
        """
        if not self._pid_file.exists() or not self._is_zombie():
            return
        for lock in [self._pid_file, *self._socket_directory().glob(".s.PGSQL.*.lock")]:
            _, _, rest = lock.read_text().partition("\n")
            lock.write_text(f"{os.getpid()}\n{rest}")

    def _initialise(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            advice = "empty it, or name another folder with --data-dir"
            raise EmbeddedError(f"{self.data} holds files, and is no data directory of PostgreSQL; {advice}")
        # Made aside and renamed when it is whole, so that an interrupted start leaves nothing half-made.
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.programs.own(new)
        self.programs.run("initdb", "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        new.rename(self.data)

    def _socket_directory(self) -> Path:
        if _SOCKET_DIRECTORY.fullmatch(str(self.data)):
            return self.data
        # Not tempfile.gettempdir(): it depends on the environment, and every command must find the same socket.
        return Path("/tmp") / f"adpulse-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:24]}"  # noqa: S108 — see _claim

    def _claim(self, folder: Path) -> None:
        """Make the directory of the socket, private: a process that can use the socket is the superuser."""
        try:
            folder.mkdir(mode=0o700)
            self.programs.own(folder)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.programs.uid or found.st_mode & 0o077:
                raise EmbeddedError(f"{folder} was not made by this service; remove it") from None


def _shared_memory() -> dict[str, str]:
    """Return where parallel queries share memory: not in /dev/shm where that is small, as it is in a container (64 MB).

    A report would fail there, or the server not even start.
    """
    shm = Path("/dev/shm")  # noqa: S108 — PostgreSQL's place, which is only looked at
    if not sys.platform.startswith("linux") or (shm.exists() and shutil.disk_usage(shm).free >= SHM_BYTES):
        return {}
    return {"dynamic_shared_memory_type": "sysv"}


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold SIGTERM and Ctrl-C back until the end of the block: else a server half started or stopped is left behind."""
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


@contextmanager
def database(settings: Settings, *, make: bool = True) -> Iterator[str]:
    """Yield the URL of the named database, or of the embedded one, which runs at least until the end of the block.

    Raise EmbeddedError where there is none yet, where `make` says not to make it; and in the place of what a lost
    database raises where the disk is full, which ends PostgreSQL without a word to its clients.
    """
    if settings.database_url:
        yield settings.database_url
        return
    cluster = Cluster(settings.data_dir, settings.postgres_bin)
    if not make and not cluster.exists():
        advice = "`adpulse up` makes one, --data-dir or ADPULSE_DATABASE_URL names another"
        raise EmbeddedError(f"there is no database in {cluster.directory}; {advice}")
    try:
        with cluster.in_use() as url:
            yield url
    except (*UNAVAILABLE, ExceptionGroup) as error:
        if (why := disk.shortage(cluster.directory)) is None:
            raise
        raise EmbeddedError(why) from error
