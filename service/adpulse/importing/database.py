"""The database as the target of an import: a group of records and its entry in the ledger are one transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta

import asyncpg

from adpulse.database.connections import Connection, connect
from adpulse.database.errors import UNAVAILABLE
from adpulse.database.locks import IMPORT_LOCK
from adpulse.importing import ledger
from adpulse.importing.chunk import Chunk
from adpulse.importing.errors import ImportFailed
from adpulse.importing.ledger import AlreadyImported, Group, Known
from adpulse.importing.target import Judged
from adpulse.ingest import copy_format, event_ids, group_commit
from adpulse.ingest.batch import Answer, Batch
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.job import Job
from adpulse.ingest.partitions import Partitions

# A day gets its own partition if a group has this many events of it, so that a stray time makes no table.
FEWEST_OF_A_DAY = 100

UNLOCK_S = 2.0

_TS = slice(6, 14)  # place of ts in a row, as copy_format.HEADS packs it


class DatabaseTarget:
    """The database as a target: one connection writes groups in the order of the file, another looks for known ones."""

    def __init__(self, writing: Connection, looking: Connection) -> None:
        self._writing = writing
        self._looking = looking
        self._partitions = Partitions()
        self._ids = EventIds()
        self._prepared: set[int] = set()
        self._may_prepare = True

    async def begin(self, start: bytes) -> None:
        """Make this the only import of a file that begins so. Raises ImportFailed."""
        number = int.from_bytes(start[:4], "big", signed=True)
        if not await self._looking.fetchval("SELECT pg_try_advisory_lock($1, $2)", IMPORT_LOCK, number):
            raise ImportFailed("this file, or one that begins like it, is being imported by somebody else")

    async def find(self, before: bytes, chunk: Chunk) -> Known | None:
        """Return the group with which a chunk begins, if it was taken before."""
        return await ledger.find(self._looking, before, chunk)

    async def write(self, judged: Judged, group: Group) -> Answer | None:
        """Write a group. Return None if another import has just taken it."""
        batch = judged.batch
        await self._prepare_days(batch)
        job = Job(batch, None, None, asyncio.get_running_loop().create_future())
        job.also = lambda connection, answer: ledger.note(connection, group, answer)
        try:
            await group_commit.write(self._writing, [job], self._partitions, self._ids)
        except AlreadyImported:
            return None
        return job.answer.result()

    async def _prepare_days(self, batch: Batch) -> None:
        """Make the partitions of the days of these events, as upkeep would later, with all of them to move."""
        if not batch.rows or not self._may_prepare:
            return
        if batch.day is not None:
            counts = {batch.day: len(batch.rows)}
        else:
            counts = {}
            for row in batch.rows:
                number = int.from_bytes(row[_TS], "big", signed=True) // copy_format.DAY
                counts[number] = counts.get(number, 0) + 1
        for number in sorted(counts.keys() - self._prepared):
            if counts[number] < FEWEST_OF_A_DAY:
                continue
            day = copy_format.EPOCH.date() + timedelta(days=number)
            if not await self._prepare_day(day):
                return
            self._prepared.add(number)
            self._partitions = Partitions()

    async def _prepare_day(self, day: date) -> bool:
        try:
            async with self._writing.transaction():
                # Other sessions queue behind a waiting lock. Without a partition, events go into the default one.
                await self._writing.execute("SET LOCAL lock_timeout = '100ms'")
                await self._writing.execute("SELECT prepare_days($1, $1)", day)
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            return True
        except asyncpg.InsufficientPrivilegeError:
            self._may_prepare = False  # upkeep makes them
            return False
        return True


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[DatabaseTarget]:
    """Open the database as a target."""
    writing = await connect(url, "adpulse import")
    try:
        await event_ids.prepare(writing)
        looking = await connect(url, "adpulse import")
        try:
            yield DatabaseTarget(writing, looking)
        finally:
            # Unlock here: the server ends a session a moment after its client, and the next import must not meet this
            # lock. A session that is lost, or busy with a cancelled statement, unlocks by itself.
            with suppress(*UNAVAILABLE, asyncpg.PostgresError):
                await looking.execute("SELECT pg_advisory_unlock_all()", timeout=UNLOCK_S)
            looking.terminate()
    finally:
        writing.terminate()
