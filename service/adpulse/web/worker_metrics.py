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


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Make the folder for the length of the block; prometheus_client reads its name at its import.

    A server holds the lock in its folder for as long as it lives, however it ends. By a process id a folder could be
    taken for a dead server's that another container, with ids of its own, has made in the same /tmp.
    """
    _sweep(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    new = folder / f"{_LOCK}.new"
    with new.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        new.rename(folder / _LOCK)  # so that no other server sees it unlocked
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        try:
            yield
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(home: Path) -> None:
    """Remove the folders of servers that were killed, and so could not."""
    for path in home.glob(f"{_PREFIX}*/{_LOCK}"):
        try:
            with path.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.parent, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError, PermissionError):
            continue  # its server lives, has just removed it, or is another user's
