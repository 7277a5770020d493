"""A primary and its streaming replica: cut from each other, killed, promoted."""

import asyncio
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal

from adbench.faults.system.cluster import LOOK_S, SETTINGS, send_signal
from adbench.harness import databases
from adbench.harness.databases import connected
from adbench.harness.patience import PATIENCE_S
from adbench.harness.process import postmaster
from adpulse.database.embedded import Cluster
from adpulse.database.errors import EmbeddedError

Mode = Literal["remote_apply", "async"]

# The primary answers a commit when the standby shows it, or when it alone has it.
MODES: dict[Mode, tuple[str, ...]] = {
    "remote_apply": (
        "ALTER SYSTEM SET synchronous_commit = 'remote_apply'",
        "ALTER SYSTEM SET synchronous_standby_names = '*'",
    ),
    "async": (),
}
DATABASE = "failover"


class Standby(Cluster):
    """A streaming replica of `primary`, made by pg_basebackup."""

    def __init__(self, primary: Cluster, directory: Path, binaries: Path | None, **settings: str) -> None:
        super().__init__(directory, binaries, **settings)
        self._primary = primary

    def _initialise(self) -> None:
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.programs.own(new)
        source = f"host={self._primary.url().partition('?host=')[2]} user=postgres"
        self.programs.run(
            "pg_basebackup", "-d", source, "-D", str(new), "-R", "-X", "stream", "--checkpoint=fast", "--no-sync"
        )
        (new / ".s.PGSQL.5432.lock").unlink(missing_ok=True)  # the primary's socket lies in its data directory
        new.rename(self.data)


class Pair:
    """A primary and its standby, in an empty folder. After a fail-over, the new primary gets a new standby."""

    def __init__(self, home: Path, binaries: Path | None = None) -> None:
        self._home = home
        self._binaries = binaries
        self._settings = {**SETTINGS, "wal_level": "replica"}
        self._count = 0
        self.primary = Cluster(home / "0", binaries, **self._settings)
        self.standby = self.primary
        self.primary.start()

    async def join(self, mode: Mode) -> None:
        """Start a new standby and wait until it has everything; commits wait for it as the mode says."""
        self._count += 1
        self.standby = Standby(self.primary, self._home / str(self._count), self._binaries, **self._settings)
        await asyncio.to_thread(self.standby.start)
        wanted = "sync" if MODES[mode] else "async"
        ready = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = $1"
        async with connected(self.primary.url()) as connection:
            for statement in MODES[mode]:
                await connection.execute(statement)
            await connection.execute("SELECT pg_reload_conf()")
            async with asyncio.timeout(PATIENCE_S):
                while not await connection.fetchval(ready, wanted):
                    await asyncio.sleep(LOOK_S)

    async def new_database(self, variant: str) -> None:
        """Create an empty database in this design on the primary."""
        await databases.migrated(self.primary.url(), DATABASE, variant)

    def url(self) -> str:
        """Return the URL of the one of the two that takes writes."""
        hosts = ",".join(each.url().partition("?host=")[2] for each in (self.primary, self.standby))
        return f"postgresql://postgres@/{DATABASE}?host={hosts}&target_session_attrs=primary"

    async def cut(self) -> None:
        """Freeze the process that sends the log to the standby: it gets nothing more from the primary."""
        async with connected(self.primary.url()) as connection:
            os.kill(await connection.fetchval("SELECT pid FROM pg_stat_replication"), signal.SIGSTOP)

    def kill_primary(self) -> float:
        """Send SIGKILL to all of its processes; return when, by time.monotonic()."""
        first = postmaster(self.primary.data)
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        send_signal([first, *map(int, children)], signal.SIGKILL)
        return time.monotonic()

    async def promote(self) -> None:
        """Make the standby the primary and delete the data of the dead one."""
        async with connected(self.standby.url()) as connection:
            assert await connection.fetchval("SELECT pg_promote(true, $1)", PATIENCE_S)
        dead, self.primary = self.primary, self.standby
        shutil.rmtree(dead.directory)

    def close(self) -> None:
        """Stop both servers, where they run."""
        for each in {self.primary, self.standby}:
            with suppress(EmbeddedError, FileNotFoundError):  # it was killed
                each.stop()
