"""The embedded PostgreSQL: used when no database is named, and by the tests."""

import fcntl
import logging
import os
import shlex
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from adpulse.database import disk, server_settings
from adpulse.database.errors import UNAVAILABLE, EmbeddedError
from adpulse.database.pid_file import PidFile
from adpulse.database.programs import Programs
from adpulse.database.socket_directory import SocketDirectory
from adpulse.settings import Settings

log = logging.getLogger(__name__)

STOP_TIMEOUT_S = 60
START_TIMEOUT_S = 300  # crash recovery after a kill replays up to max_wal_size


class Cluster:
    """A PostgreSQL server of our own in `directory`, reached through a Unix socket. Works as root and as a user.

    Raises EmbeddedError where the server cannot be made, started or stopped. Variables of libpq, such as PGPORT and
    PGSSLMODE, are removed from the environment of this process: they belong to another server.
    """

    def __init__(self, directory: Path, binaries: Path | None = None, **settings: str) -> None:
        for name in [name for name in os.environ if name.startswith("PG")]:
            del os.environ[name]
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.programs = Programs(self.data, binaries)
        self._sockets = SocketDirectory(self.data, self.programs)
        self._pid_file = PidFile(self.data / "postmaster.pid")
        self._settings = server_settings.SERVER_SETTINGS | server_settings.shared_memory() | settings

    def exists(self) -> bool:
        """Return True if there is a data directory."""
        return (self.data / "PG_VERSION").exists()

    def url(self, database: str = "postgres") -> str:
        """Return a URL for asyncpg and libpq."""
        return f"postgresql://postgres@/{database}?host={self._sockets.path}"

    @contextmanager
    def in_use(self) -> Iterator[str]:
        """Yield the server's URL. The server runs while any process is in such a block; the last to leave stops it.

        So commands share one server, and take over the server of a process that was killed.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            users = (self.directory / "users.lock").open("a")
        except OSError as error:
            raise EmbeddedError(f"cannot use {self.directory}: {error.strerror}") from error
        with users:
            fcntl.flock(users, fcntl.LOCK_SH)  # waits while another process stops the server
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
            fcntl.flock(lock, fcntl.LOCK_EX)  # one process at a time may make the data directory
            if self.running():
                return
            self._pid_file.disown_zombie(self._sockets.locks())
            self.programs.open_paths()
            if not self.exists():
                self._initialise()
            elif self.programs.user == "root":
                raise EmbeddedError(f"{self.data} belongs to root, as whom PostgreSQL does not run; chown it")
            self._sockets.make()
            settings = [word for name, value in self._settings.items() for word in ("-c", f"{name}={value}")]
            arguments = ["start", "-w", "-t", str(START_TIMEOUT_S), "-l", "data/server.log"]
            self.programs.run("pg_ctl", *arguments, "-o", shlex.join([*settings, "-k", str(self._sockets.path)]))

    def accepts(self) -> bool:
        """Return True if the server listens at its socket or is starting."""
        return self._sockets.accept()

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

        A server that cannot end, as in a recovery on a full disk, is killed. It recovers at its next start.
        """
        if self.running():
            try:
                self.programs.run("pg_ctl", "stop", "-w", "-m", "fast", "-t", str(STOP_TIMEOUT_S))
            except EmbeddedError:
                log.warning("PostgreSQL in %s did not stop in %d s: killing it", self.directory, STOP_TIMEOUT_S)
                self.programs.run("pg_ctl", "stop", "-w", "-m", "immediate", "-t", str(STOP_TIMEOUT_S))
            self._sockets.remove()

    def running(self) -> bool:
        """Return True if the server of this directory runs, no matter who started it."""
        if not self._pid_file.exists() or self._pid_file.names_zombie():
            return False
        return self.programs.running()

    def _initialise(self) -> None:
        if self.data.exists() and any(self.data.iterdir()):
            advice = "empty it, or name another folder with --data-dir"
            raise EmbeddedError(f"{self.data} holds files, and is no data directory of PostgreSQL; {advice}")
        # Make it aside and rename it when it is complete, so that an interrupted start leaves nothing half-made.
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.programs.own(new)
        self.programs.run("initdb", "-D", str(new), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        new.rename(self.data)


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

    Raise EmbeddedError if there is none yet and `make` is False. Raise it also instead of an error of the connection
    when the disk is full: PostgreSQL then ends without a word to its clients.
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
