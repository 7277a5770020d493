"""The file with the embedded server's process id, also when that process is a zombie."""

import os
from collections.abc import Iterable
from pathlib import Path


class PidFile:
    """The file `postmaster.pid`, by which PostgreSQL tells that a server runs on its data. Its first line is the id."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        """Return True if there is such a file: a server runs, or did not end by itself."""
        return self._path.exists()

    def names_zombie(self) -> bool:
        """Return True if the server was killed and its parent, such as a container's process 1, never asked for it."""
        try:
            pid = int(self._path.read_text().splitlines()[0])
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
        except (OSError, ValueError, IndexError):  # the process has ended, or there is no /proc
            return False
        return state.startswith("Z")

    def disown_zombie(self, socket_locks: Iterable[Path]) -> None:
        """Let the server start although its lock files name a zombie, which to PostgreSQL is a running server.

        Write our own id there: a server ignores the id of the process that starts it. Keep the other lines: they tell
        the server if children of the dead one still use its shared memory.
        """
        if not self.exists() or not self.names_zombie():
            return
        for lock in [self._path, *socket_locks]:
            _, _, rest = lock.read_text().partition("\n")
            lock.write_text(f"{os.getpid()}\n{rest}")
