"""Empty caches: the server starts anew, and the kernel is asked to drop its copies of the data files.

Only the embedded server is ours to stop. The kernel drops pages of single files (POSIX_FADV_DONTNEED), which needs no
root and leaves other programs alone; where it cannot, the numbers say so.
"""

import asyncio
import os
import time
from pathlib import Path

from adbench.experiments.matrix.plan import MatrixError
from adbench.harness.databases import connected
from adpulse.database.embedded import Cluster
from adpulse.settings import Settings
from adpulse.terminal import counted

DROPPED, KEPT = "page cache dropped", "page cache kept, as this system has no way to drop it"
ENDING_S = 5.0
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


class Caches:
    """The caches of the server of these settings, and of the kernel."""

    def __init__(self, settings: Settings) -> None:
        self._cluster = None if settings.database_url else Cluster(settings.data_dir, settings.postgres_bin)

    @property
    def reason(self) -> str | None:
        """Return why they cannot be emptied; None when they can."""
        if self._cluster is None:
            return "cold and first warm reports need a server that may be restarted, and only the embedded one is ours"
        return None

    async def empty(self) -> str:
        """Restart the server, without its caches. Return what became of the kernel's, as DROPPED or KEPT say.

        Nobody may have a session: raise MatrixError, and restart nothing, when somebody has.
        """
        assert self._cluster is not None
        async with connected(self._cluster.url()) as connection:
            # A session that was closed a moment ago may be listed still.
            end = time.monotonic() + ENDING_S
            while (others := await connection.fetchval(_OTHERS)) and time.monotonic() < end:  # noqa: ASYNC110  # PostgreSQL announces no end
                await asyncio.sleep(0.05)
            if others:
                raise MatrixError(
                    f"the server cannot be restarted for cold reports: {counted(others, 'other session')} on it"
                )
        self._cluster.stop()
        try:
            return DROPPED if drop_pages(self._cluster.data) else KEPT
        finally:
            self._cluster.start()


def drop_pages(folder: Path) -> bool:
    """Ask the kernel to forget what it holds of all files in a folder. Return False where it cannot be asked.

    What is not on disk yet stays; a server that has stopped has written everything.
    """
    advise = getattr(os, "posix_fadvise", None)
    if advise is None:
        return False
    try:
        for path in filter(Path.is_file, folder.rglob("*")):
            with path.open("rb") as file:
                advise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except PermissionError:
        return False
    return True
