"""Bring archived days back from their files. docs/how-to/archive.md, docs/decisions/0085."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import asyncpg

from adpulse.archive import parquet
from adpulse.archive.manifest import (
    ArchiveError,
    Step,
    alone,
    check,
    content,
    content_of,
    identity,
    owner,
    sha256,
    silent,
    tables,
)
from adpulse.database.connections import Connection
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant


async def restore(
    connection: Connection,
    folder: Path,
    wanted: Sequence[date] = (),
    *,
    kept_from: date | None = None,
    step: Step = silent,
) -> dict[date, int]:
    """Bring archived days back from the folder, all or those wanted; return how many events each day got back.

    Roll-ups hold them already: events go into their partition past the triggers of `events`. What came late stays. Each
    day is one transaction. `kept_from`: the first day that retention keeps. Raises ArchiveError, MissingExtra, OSError.
    """
    variant = await catalogue.active(connection)
    check(variant)
    parquet.check()
    if not await asyncio.to_thread(folder.is_dir):
        raise ArchiveError(f"{folder} is not a folder", refused=True)
    by_day = await _choose(connection, folder, wanted, kept_from)
    if not by_day:
        await _expect_ours(connection, folder)
    # Check all files before any event is restored.
    for record in (record for each in by_day.values() for record in each):
        await _check_file(folder, record)
        step("checked", record["day"])
    return {day: await _restore_day(connection, folder, variant, day, each, step) for day, each in by_day.items()}


async def _choose(
    connection: Connection, folder: Path, wanted: Sequence[date], kept_from: date | None
) -> dict[date, list[asyncpg.Record]]:
    """Return the rows of archived_days to be restored, by day. Raises ArchiveError for a day that cannot be."""
    records = await connection.fetch("SELECT * FROM archived_days ORDER BY day, part")
    by_day: dict[date, list[asyncpg.Record]] = {}
    for record in records:
        if not wanted or record["day"] in wanted:
            by_day.setdefault(record["day"], []).append(record)
    others = set(wanted) - by_day.keys()
    if unknown := sorted(others - await _restored(connection, folder, others)):
        raise ArchiveError(f"not archived from this database: {', '.join(map(str, unknown))}", refused=True)
    if unfinished := sorted(by_day.keys() & set(await tables(connection, "archiving_p"))):
        raise ArchiveError(
            f"still being archived: {unfinished[0]}; let it be finished first: adpulse archive", refused=True
        )
    horizon = await connection.fetchval("SELECT (kept_from AT TIME ZONE 'UTC')::date FROM raw_horizon")
    if gone := sorted(day for day in by_day if day < max(kept_from or date.min, horizon or date.min)):
        raise ArchiveError(f"retention keeps no raw events of {gone[0]}; it would drop them again", refused=True)
    return by_day


async def _check_file(folder: Path, record: asyncpg.Record) -> None:
    """Raise ArchiveError unless the file of this row of archived_days is there, unchanged."""
    path = folder / record["file"]
    if not path.is_file():
        raise ArchiveError(f"{path} is not there")
    if await asyncio.to_thread(sha256, path) != record["sha256"]:
        raise ArchiveError(f"{path} is not the file that was archived: its SHA-256 differs")


async def _restored(connection: Connection, folder: Path, days: set[date]) -> set[date]:
    """Return those of the days that this database has archived and already got back, by a restore that broke off."""
    ours = await identity(connection) if days else ""

    def from_here(day: date) -> bool:
        return any(owner(path) == ours for path in folder.glob(f"events-{day}*.parquet"))

    return {day for day in days if await asyncio.to_thread(from_here, day)}


async def _expect_ours(connection: Connection, folder: Path) -> None:
    """Raise ArchiveError if all files there are of other databases: "0 days restored" is easily taken for done."""
    ours = await identity(connection)
    owners = {owner(path) for path in await asyncio.to_thread(lambda: [*folder.glob("events-*.parquet")])}
    if owners and ours not in owners:
        raise ArchiveError(
            f"this database has no archived day, and the files in {folder} are of another database; restore them there",
            refused=True,
        )


async def _restore_day(
    connection: Connection, folder: Path, variant: Variant, day: date, records: Sequence[asyncpg.Record], step: Step
) -> int:
    await alone(
        connection,
        lambda: connection.execute("SELECT prepare_days($1, $1)", day),
        f"the partition of {day} cannot be made",
    )
    step("prepared", day)
    table = f"events_p{day:%Y%m%d}"
    async with connection.transaction(isolation="repeatable_read"):
        # Roll-ups hold these events already: the partition's own triggers must not count them (migration 0013).
        await connection.execute("SET LOCAL adpulse.counted = on")
        expected = await content(connection, table)
        for record in records:
            for rows in parquet.read(folder / record["file"]):
                await connection.copy_records_to_table(table, records=rows, columns=parquet.NAMES)
            expected += content_of(record)
        step("loaded", day)
        if await content(connection, table) != expected:
            raise ArchiveError(f"what was loaded of {day} is not what was archived; nothing of it was kept")
        # From this commit on, reports read raw events of the day again.
        await connection.execute("DELETE FROM archived_days WHERE day = $1", day)
        if variant.has_dimensions:
            # Restored events have a new transaction number, so roll-ups by dimension are built from them anew.
            places = "ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped)"
            await connection.execute(f"SELECT rollup_dim_forget({places}, $1, $1)", day)
    step("restored", day)
    return sum(record["events"] for record in records)
