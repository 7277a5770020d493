"""Tiering: days of raw events into files, and back. Roll-ups stay, and go on to answer for those days.

A day goes through these steps. When the command ends between two of them, the next run goes on from there:

1. its partition is written to a file under a temporary name, and the file compared with the table, row by row;
2. the file and its manifest get their names;
3. in one short transaction alone with `events`, the day is noted in archived_days and its partition detached;
4. the detached table, which nobody can write any more, is counted once more: events that came during 1 and 2 make
   the file be written again;
5. the detached table is dropped. Until then every event is in the database.

docs/how-to/archive.md, docs/decisions/0085.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import asyncpg

from adpulse.archive import obstacles, parquet
from adpulse.archive.manifest import (
    Archived,
    ArchiveError,
    Step,
    alone,
    archived,
    check,
    content,
    identity,
    owner,
    sha256,
    silent,
    tables,
)
from adpulse.database import migrations
from adpulse.database.connections import Connection
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant


async def archive(connection: Connection, before: date, folder: Path, step: Step = silent) -> list[Archived]:
    """Archive every daily partition of a day before `before` that holds events into the folder, oldest first.

    `step` is told what has been done, of which day. Raises ArchiveError, MissingExtra, OSError.
    """
    variant = await catalogue.active(connection)
    check(variant)
    parquet.check()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    work = _Work(connection, folder, variant, await identity(connection), step)
    return [
        *[await work.finish(day) for day in await tables(connection, "archiving_p")],
        *[done for day in await days(connection, before) if (done := await work.day(day)) is not None],
    ]


async def days(connection: Connection, before: date) -> list[date]:
    """Return the days before `before` that are partitions now, in order."""
    return [day for day in await tables(connection, "events_p") if day < before]


@dataclass(frozen=True)
class _Work:
    connection: Connection
    folder: Path
    variant: Variant
    identity: str
    step: Step

    async def day(self, day: date) -> Archived | None:
        """Archive a day; None when its partition is empty, or retention has dropped it meanwhile."""
        part = 1 + await self.connection.fetchval(
            "SELECT coalesce(max(part), 0) FROM archived_days WHERE day = $1", day
        )
        self._check_target(day, part)
        table = f"events_p{day:%Y%m%d}"
        try:
            await obstacles.check(self.connection, table)
            done = await self._export(table, day, part)
            if done is None:
                return None
            if self.variant.has_dimensions:
                await self.connection.execute("SELECT rollup_dim_keep($1)", day)
            await alone(self.connection, lambda: self._detach(done), f"the partition of {day} cannot be detached")
        except asyncpg.UndefinedTableError:
            return None
        self.step("detached", day)
        return await self.finish(day)

    async def finish(self, day: date) -> Archived:
        """Recount a detached day, write its file again if it is not the same, and drop the table."""
        table = f"archiving_p{day:%Y%m%d}"
        record = await self.connection.fetchrow(
            "SELECT * FROM archived_days WHERE day = $1 ORDER BY part DESC LIMIT 1", day
        )
        if record is None:
            raise ArchiveError(f"the table {table} is not the work of this command: archived_days has no such day")
        done = archived(record, self.variant, self.identity, await migrations.version(self.connection))
        path = self.folder / done.file
        kept = path.is_file() and await asyncio.to_thread(sha256, path) == done.sha256
        if not kept or await content(self.connection, table) != done.content:
            self._check_target(day, done.part, recorded=True)
            again = await self._export(table, day, done.part)
            assert again is not None
            done = again
            await self._record(done)
        self.step("recounted", day)
        await self.connection.execute(f"DROP TABLE {table}")
        self.step("dropped", day)
        return done

    def _check_target(self, day: date, part: int, *, recorded: bool = False) -> None:
        """Raise ArchiveError when a file is in the way that is not from an interrupted run of this database."""
        path = self.folder / _name(day, part)
        if not path.exists():
            return
        if owner(path) != self.identity and not recorded:
            raise ArchiveError(f"{path} is there already and is not of this database; name another folder")

    async def _export(self, table: str, day: date, part: int) -> Archived | None:
        """Write the table to its file, compare, publish. None when it is empty."""
        path = self.folder / _name(day, part)
        fresh = path.with_suffix(".parquet.new")
        async with self.connection.transaction(isolation="repeatable_read", readonly=True):
            # Read the table twice and compare row by row, both times from its first page to its last.
            await self.connection.execute("SET LOCAL synchronize_seqscans = off")
            await self.connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            counted = await content(self.connection, table)
            if not counted.events:
                return None
            await parquet.write(fresh, self._rows(table))
            self.step("written", day)
            if not await parquet.same(fresh, self._rows(table)):
                raise ArchiveError(f"{fresh} does not hold what was written to it; the day {day} stays in the database")
        self.step("compared", day)
        digest = await asyncio.to_thread(sha256, fresh)
        version = await migrations.version(self.connection)
        done = Archived(day, part, path.name, digest, counted, self.variant.name, version, self.identity)
        _write(path.with_suffix(".json"), json.dumps(done.described(), indent=2) + "\n")
        # Write the manifest first: a file without one is not ours, and is never overwritten.
        fresh.replace(path)
        _sync(self.folder)
        self.step("published", day)
        return done

    async def _rows(self, table: str) -> AsyncIterator[Sequence[parquet.Row]]:
        cursor = await self.connection.cursor(f"SELECT {parquet.SELECTED} FROM {table}")
        while rows := await cursor.fetch(parquet.BATCH):
            yield rows

    async def _detach(self, done: Archived) -> None:
        """Detach the day, alone with `events` while the catalogue changes: no event is read or moved.

        DETACH … CONCURRENTLY would wait for nobody, but PostgreSQL has it only for tables without a default partition.
        """
        name = f"{done.day:%Y%m%d}"
        await self.connection.execute("LOCK TABLE ONLY events IN ACCESS EXCLUSIVE MODE")
        if self.variant.has_dimensions:
            await self.connection.execute("SELECT rollup_dim_advance()")
        await self.connection.execute(f"ALTER TABLE events DETACH PARTITION events_p{name}")
        await self.connection.execute(f"ALTER TABLE events_p{name} RENAME TO archiving_p{name}")
        await self._record(done)

    async def _record(self, done: Archived) -> None:
        values = {"day": done.day, "part": done.part, "file": done.file, "sha256": done.sha256, **asdict(done.content)}
        values["checksum"] = int(done.content.checksum)
        places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
        changes = ", ".join(f"{name} = excluded.{name}" for name in values)
        await self.connection.execute(
            f"INSERT INTO archived_days ({', '.join(values)}) VALUES ({places}) "
            f"ON CONFLICT (day, part) DO UPDATE SET {changes}",
            *values.values(),
        )


def _name(day: date, part: int) -> str:
    return f"events-{day}.parquet" if part == 1 else f"events-{day}-{part}.parquet"


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _sync(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
