"""Tiering: days of raw events into files, and back. Roll-ups stay, and go on to answer for those days.

A day goes through these steps, and whatever ends the command between two of them, the next run goes on from there:

1. its partition is written to a file under a temporary name, and the file compared with the table, row by row;
2. the file and its manifest get their names;
3. in one short transaction alone with `events`, the day is noted in archived_days and its partition detached;
4. the detached table, which nobody can write any more, is counted once more: events that came during 1 and 2 make
   the file be written again;
5. the detached table is dropped. Until then every event is in the database.

docs/how-to/archive.md, docs/decisions/0085.
"""

import asyncio
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from adpulse import database, parquet, variants
from adpulse.arrivals import MOVE_LOCK
from adpulse.database import Connection
from adpulse.variants import Variant

T = TypeVar("T")
Step = Callable[[str, date], None]

_LOCK = 0x616450_03
PATIENCE_S = 60.0
_RETRY_S = 0.3

# What a table holds: counts, sums, and a checksum of every value that does not depend on the order of rows.
_CONTENT = """
SELECT
  count(*) AS events,
  count(*) FILTER (WHERE event_type = 'impression') AS impressions,
  count(*) FILTER (WHERE event_type = 'click') AS clicks,
  count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
  coalesce(sum(cost_micros), 0)::bigint AS cost_micros,
  coalesce(sum(revenue_micros), 0)::bigint AS revenue_micros,
  coalesce(sum(hashtextextended(
    ROW(ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata, event_id)::text, 0
  )), 0)::text AS checksum
FROM {table}
"""


class ArchiveError(Exception):
    """Nothing was lost; the text says what to do. `refused`: it was not even begun, because it cannot be done here."""

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Content:
    """What a table or a file holds. Money in micros; the checksum is a decimal number of any size."""

    events: int
    impressions: int
    clicks: int
    conversions: int
    cost_micros: int
    revenue_micros: int
    checksum: str

    def __add__(self, other: "Content") -> "Content":
        names = [name for name in self.__dataclass_fields__ if name != "checksum"]
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        return Content(**sums, checksum=str(int(self.checksum) + int(other.checksum)))


@dataclass(frozen=True, slots=True)
class Archived:
    """One file of a day, as its manifest describes it. `database` tells whose it is."""

    day: date
    part: int
    file: str
    sha256: str
    content: Content
    variant: str
    schema_version: int
    database: str

    def described(self) -> dict[str, Any]:
        """As JSON has it."""
        fields = asdict(self)
        return {**fields, "day": self.day.isoformat(), **fields.pop("content"), "format": 1}


def _silent(step: str, day: date) -> None:
    """Nobody looks on."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Connection]:
    """A connection to archive or restore by: alone in this, and with times written as the checksum needs them."""
    connection = await database.connect(url, "adpulse archive", datestyle="ISO, YMD")
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            raise ArchiveError("another archive or restore is under way in this database")
        if not await connection.fetchval("SELECT pg_try_advisory_lock_shared($1)", MOVE_LOCK):
            raise ArchiveError("this database is being moved to another design; try again when that is over")
        yield connection
    finally:
        await connection.close()


# ── Out ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def archive(connection: Connection, before: date, folder: Path, step: Step = _silent) -> list[Archived]:
    """Archive every daily partition of a day before `before` that holds events into the folder, oldest first.

    `step` is told what has been done, of which day. Raises ArchiveError, MissingExtra, OSError.
    """
    variant = await variants.active(connection)
    _check(variant)
    parquet.check()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    work = _Work(connection, folder, variant, await _identity(connection), step)
    return [
        *[await work.finish(day) for day in await _tables(connection, "archiving_p")],
        *[done for day in await days(connection, before) if (done := await work.day(day)) is not None],
    ]


def _check(variant: Variant) -> None:
    if not variant.archives:
        raise ArchiveError(
            f"the design in force, {variant.name}, does not archive: a day may go only where it is a table of its own "
            "on this server and roll-ups answer for it; move first: adpulse migrate --variant rollup",
            refused=True,
        )


async def days(connection: Connection, before: date) -> list[date]:
    """The days before `before` that are partitions now, in order."""
    return [day for day in await _tables(connection, "events_p") if day < before]


async def _tables(connection: Connection, prefix: str) -> list[date]:
    records = await connection.fetch(
        "SELECT to_date(right(relname, 8), 'YYYYMMDD') FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace "
        "AND relname ~ ('^' || $1 || '[0-9]{8}$') "
        "ORDER BY 1",
        prefix,
    )
    return [record[0] for record in records]


async def _identity(connection: Connection) -> str:
    found: str = await connection.fetchval(
        "SELECT system_identifier || '/' || current_database() FROM pg_control_system()"
    )
    return found


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
        try:
            done = await self._export(f"events_p{day:%Y%m%d}", day, part)
            if done is None:
                return None
            await _alone(self.connection, lambda: self._detach(done), f"the partition of {day} cannot be detached")
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
        done = _archived(record, self.variant, self.identity, await database.version(self.connection))
        path = self.folder / done.file
        kept = path.is_file() and await asyncio.to_thread(_sha256, path) == done.sha256
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
        """A file that is in the way may be overwritten when an interrupted run of this database left it."""
        path = self.folder / _name(day, part)
        if not path.exists():
            return
        try:
            whose = json.loads(path.with_suffix(".json").read_text())["database"]
        except (OSError, ValueError, KeyError):
            whose = None
        if whose != self.identity and not recorded:
            raise ArchiveError(f"{path} is there already and is not of this database; name another folder")

    async def _export(self, table: str, day: date, part: int) -> Archived | None:
        """Write the table to its file, compare, publish. None when it is empty."""
        path = self.folder / _name(day, part)
        fresh = path.with_suffix(".parquet.new")
        async with self.connection.transaction(isolation="repeatable_read", readonly=True):
            # The table is read twice, and compared row by row: both times from its first page to its last.
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
        sha256 = await asyncio.to_thread(_sha256, fresh)
        version = await database.version(self.connection)
        done = Archived(day, part, path.name, sha256, counted, self.variant.name, version, self.identity)
        _write(path.with_suffix(".json"), json.dumps(done.described(), indent=2) + "\n")
        # The manifest comes first: a file without one is never ours, and never overwritten.
        fresh.replace(path)
        _sync(self.folder)
        self.step("published", day)
        return done

    async def _rows(self, table: str) -> AsyncIterator[Sequence[parquet.Row]]:
        cursor = await self.connection.cursor(f"SELECT {parquet.SELECTED} FROM {table}")
        while rows := await cursor.fetch(parquet.BATCH):
            yield rows

    async def _detach(self, done: Archived) -> None:
        """Alone with `events` for as long as it takes to change the catalogue: no event is read or moved.

        DETACH … CONCURRENTLY would wait for nobody, but PostgreSQL has it only for tables without a default partition.
        """
        name = f"{done.day:%Y%m%d}"
        await self.connection.execute("LOCK TABLE ONLY events IN ACCESS EXCLUSIVE MODE")
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


# ── Back ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def restore(
    connection: Connection,
    folder: Path,
    wanted: Sequence[date] = (),
    *,
    kept_from: date | None = None,
    step: Step = _silent,
) -> dict[date, int]:
    """Bring archived days back from the folder, all or those wanted; how many events each day got back.

    Roll-ups hold them already: events go into their partition past the triggers of `events`. What came late stays. Each
    day is one transaction. `kept_from`: the first day that retention keeps. Raises ArchiveError, MissingExtra, OSError.
    """
    _check(await variants.active(connection))
    parquet.check()
    records = await connection.fetch("SELECT * FROM archived_days ORDER BY day, part")
    by_day: dict[date, list[asyncpg.Record]] = {}
    for record in records:
        if not wanted or record["day"] in wanted:
            by_day.setdefault(record["day"], []).append(record)
    if unknown := sorted(set(wanted) - by_day.keys()):
        raise ArchiveError(f"not archived from this database: {', '.join(map(str, unknown))}", refused=True)
    if unfinished := sorted(by_day.keys() & set(await _tables(connection, "archiving_p"))):
        raise ArchiveError(
            f"still being archived: {unfinished[0]}; let it be finished first: adpulse archive", refused=True
        )
    horizon = await connection.fetchval("SELECT (kept_from AT TIME ZONE 'UTC')::date FROM raw_horizon")
    if gone := sorted(day for day in by_day if day < max(kept_from or date.min, horizon or date.min)):
        raise ArchiveError(f"retention keeps no raw events of {gone[0]}; it would drop them again", refused=True)
    # All files before any event.
    for record in (record for each in by_day.values() for record in each):
        path = folder / record["file"]
        if not path.is_file():
            raise ArchiveError(f"{path} is not there")
        if await asyncio.to_thread(_sha256, path) != record["sha256"]:
            raise ArchiveError(f"{path} is not the file that was archived: its SHA-256 differs")
        step("checked", record["day"])
    return {day: await _restore_day(connection, folder, day, each, step) for day, each in by_day.items()}


async def _restore_day(
    connection: Connection, folder: Path, day: date, records: Sequence[asyncpg.Record], step: Step
) -> int:
    await _alone(
        connection,
        lambda: connection.execute("SELECT prepare_days($1, $1)", day),
        f"the partition of {day} cannot be made",
    )
    step("prepared", day)
    table = f"events_p{day:%Y%m%d}"
    async with connection.transaction(isolation="repeatable_read"):
        expected = await content(connection, table)
        for record in records:
            for rows in parquet.read(folder / record["file"]):
                await connection.copy_records_to_table(table, records=rows, columns=parquet.NAMES)
            expected += _content(record)
        step("loaded", day)
        if await content(connection, table) != expected:
            raise ArchiveError(f"what was loaded of {day} is not what was archived; nothing of it was kept")
        # From this commit on questions about raw events of the day are answered again.
        await connection.execute("DELETE FROM archived_days WHERE day = $1", day)
    step("restored", day)
    return sum(record["events"] for record in records)


# ── Pieces ───────────────────────────────────────────────────────────────────────────────────────────────────


async def content(connection: Connection, table: str) -> Content:
    """What a table holds, by counting it."""
    record = await connection.fetchrow(_CONTENT.format(table=table))
    assert record is not None  # an aggregate has a row
    return Content(**record)


def _content(record: asyncpg.Record) -> Content:
    fields = {name: record[name] for name in Content.__dataclass_fields__}
    return Content(**{**fields, "checksum": str(int(record["checksum"]))})


def _archived(record: asyncpg.Record, variant: Variant, identity: str, version: int) -> Archived:
    return Archived(
        record["day"],
        record["part"],
        record["file"],
        record["sha256"],
        _content(record),
        variant.name,
        version,
        identity,
    )


async def _alone(connection: Connection, work: Callable[[], Any], otherwise: str) -> None:
    """Run what needs a moment alone with `events`, in a transaction: it waits 100 ms at most, because
    behind a waiting lock everybody else queues up, and then lets them pass and tries again."""
    give_up = time.monotonic() + PATIENCE_S
    while True:
        try:
            async with connection.transaction():
                await connection.execute("SET LOCAL lock_timeout = '100ms'")
                await work()
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if time.monotonic() > give_up:
                raise ArchiveError(f"{otherwise}: others used events for {PATIENCE_S:.0f} s; try again") from error
        await asyncio.sleep(_RETRY_S)


def _name(day: date, part: int) -> str:
    return f"events-{day}.parquet" if part == 1 else f"events-{day}-{part}.parquet"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    with fresh.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _sync(folder: Path) -> None:
    """Have the disk confirm the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def first_day(older_than_days: int, today: date) -> date:
    """The first day that is not older than so many days."""
    return today - timedelta(days=older_than_days)
