"""The folder through which the workers of a server add up their metrics."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "adpulse-metrics-"
_LOCK = "server.lock"
# Memory that a container may write to even where its root is read-only and nothing is mounted at /tmp, as on Fargate.
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  # mkdtemp makes a folder of our own in it


class NoFolderError(RuntimeError):
    """Several workers have no folder to add up their metrics in; the text says what to do."""


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Make the folder for the length of the block; prometheus_client reads its name at its import.

    A server holds the lock in its folder for as long as it lives, however it ends. A process id would not do: another
    container has ids of its own, and may use the same /tmp.
    Raises NoFolderError where no folder can be written to.
    """
    home = _home()
    _sweep(home)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=home))
    new = folder / f"{_LOCK}.new"
    with new.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new.rename(folder / _LOCK)  # so that no other server sees it unlocked
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _home() -> Path:
    """Return the temporary folder, or shared memory if it cannot be written to."""
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:
        if os.access(_SHARED_MEMORY, os.W_OK):
            return _SHARED_MEMORY
        raise NoFolderError(
            "several workers add up their metrics in a temporary folder, and none can be written to: mount a tmpfs at "
            "/tmp, or set ADPULSE_WORKERS=1"
        ) from None


def _sweep(home: Path) -> None:
    """Remove the folders of servers that were killed, and so could not."""
    for path in home.glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            with path.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.parent, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError, PermissionError):
            continue  # its server runs, has just removed it, or belongs to another user
