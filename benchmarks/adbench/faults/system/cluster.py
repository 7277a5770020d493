"""A PostgreSQL that can be killed, frozen and cut short of disk.

`fsync` is off, for speed: what a killed process has written stays in the kernel's cache, and no harm here takes the
machine down. So this does not show that a power failure loses nothing; it shows what a crash of any process does.
`synchronous_commit` stays on: a commit has written its log before it says so, and that is what is tried.
"""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import asyncpg

from adbench.faults.system.hostile import OURS
from adbench.faults.system.small_disks import SmallDisk
from adbench.harness.patience import PATIENCE_S
from adbench.harness.process import postmaster
from adpulse.database.embedded import Cluster
from adpulse.database.errors import UNAVAILABLE, EmbeddedError

LOOK_S = 0.01

SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "on",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "autovacuum_naptime": "3s",
    "log_min_messages": "fatal",
}


class Victim(Cluster):
    """The server. With small disks, its log lies on the disk `wal` and its databases are made on the disk `data`."""

    def __init__(
        self, directory: Path, small_disks: dict[str, SmallDisk], binaries: Path | None = None, **settings: str
    ) -> None:
        super().__init__(directory, binaries, **{**SETTINGS, **settings})
        self.small_disks = small_disks
        self.patience_s: float = PATIENCE_S
        self.supervised = False  # `adpulse up` starts it again when it has ended

    def start(self) -> None:
        """Start it, unless that is for somebody else to do."""
        if not self.supervised:
            super().start()

    def _initialise(self) -> None:
        super()._initialise()
        if self.small_disks:
            wal = self.small_disks["wal"].path / "pg_wal"
            shutil.copytree(self.data / "pg_wal", wal)
            shutil.rmtree(self.data / "pg_wal")
            (self.data / "pg_wal").symlink_to(wal)
            space = self.small_disks["data"].path / "space"
            space.mkdir(mode=0o700)
            for path in [space, wal, *wal.rglob("*")]:
                self.programs.own(path)

    @property
    def postmaster(self) -> int:
        """Return the process id of the postmaster."""
        return postmaster(self.data)

    async def launch(self) -> float:
        """Start it if it does not run. Return when it accepted connections (time.monotonic()).

        Tried again and again: backends of a killed postmaster may still be leaving, a full disk may just have ended it.
        """
        give_up = time.monotonic() + self.patience_s
        starting = asyncio.create_task(asyncio.to_thread(self.start))
        while True:
            try:
                connection = await asyncpg.connect(self.url(), timeout=5, server_settings=OURS)
            except (*UNAVAILABLE, asyncpg.PostgresError):
                if time.monotonic() > give_up:
                    raise
            else:
                at = time.monotonic()
                connection.terminate()
                await asyncio.wait([starting])
                starting.exception()  # it runs; another process has started it
                return at
            if starting.done() and not self.supervised:
                starting.exception()  # the next attempt may find what this one missed
                starting = asyncio.create_task(asyncio.to_thread(self.start))
            await asyncio.sleep(LOOK_S)

    def kill_postmaster(self) -> None:
        """Send SIGKILL to the postmaster; its children notice and exit."""
        os.kill(self.postmaster, signal.SIGKILL)

    def stop_immediately(self) -> None:
        """Stop the server with `pg_ctl stop -m immediate`: without a checkpoint, as in a crash."""
        self.programs.run("pg_ctl", "stop", "-w", "-m", "immediate", "-t", "60")

    async def sessions(self, *applications: str) -> list[int]:
        """Return the process ids of the backends of these applications; without arguments, of all of the server."""
        connection = await asyncpg.connect(self.url(), timeout=PATIENCE_S, server_settings=OURS)
        try:
            rows = await connection.fetch(
                "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                "AND (cardinality($1::text[]) = 0 OR application_name = ANY($1)) ORDER BY pid",
                applications,
            )
        finally:
            await connection.close()
        return [row["pid"] for row in rows]

    def destroy(self) -> None:
        """Stop it in any state, and remove its data."""
        with suppress(EmbeddedError):  # it was not running
            self.stop_immediately()
        shutil.rmtree(self.data, ignore_errors=True)


async def until(holds: Callable[[], Awaitable[bool]], patience_s: float = PATIENCE_S, pause_s: float = LOOK_S) -> bool:
    """Ask again and again. Return True as soon as it holds, False when that takes longer than `patience_s`."""
    give_up = time.monotonic() + patience_s
    while not await holds():
        if time.monotonic() > give_up:
            return False
        await asyncio.sleep(pause_s)
    return True


def send_signal(pids: list[int], number: signal.Signals) -> None:
    """Send a signal to those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):  # gone by itself meanwhile
            os.kill(pid, number)
