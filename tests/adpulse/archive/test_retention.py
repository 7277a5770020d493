"""Archive and retention of the same days, one after the other and at once, while events of those days still come."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from adpulse.archive import export, parquet, restore
from adpulse.archive import manifest as archived
from adpulse.archive.manifest import ArchiveError
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_rounds
from adpulse.variants import catalogue, verify
from tests.adpulse.archive.conftest import BEFORE, FIRST, LAST, fill, stored
from tests.adpulse.archive.test_export import ROLLUPS, totals
from tests.patience import until
from tests.servers import NewDatabase
from tests.sessions import waiting

SECOND = FIRST + timedelta(days=1)


async def retire(connection: Connection, first_kept: date) -> None:
    """Drop days as upkeep does: a refused lock is tried again at the next round, some of which run."""
    for _ in range(20):
        await connection.fetchval("SELECT retire_days($1)", first_kept)
        await asyncio.sleep(0.01)


async def write_late(connection: Connection, day: date, count: int) -> None:
    """Commit events of a day one by one, while partitions come and go."""
    for number in range(count):
        await connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id, cost_micros, revenue_micros, metadata) "
            "VALUES ($1, 'click', 'C1', 'late', 5, 7, '{\"geo\": \"G1\"}')",
            datetime.combine(day, time(12, 0, number), UTC),
        )
        await asyncio.sleep(0.005)


async def counts(connection: Connection) -> dict[date, int]:
    return dict(await connection.fetch("SELECT (ts AT TIME ZONE 'UTC')::date, count(*) FROM events GROUP BY 1"))


async def files_of(connection: Connection, folder: Path, day: date) -> int:
    """Return the number of events that the noted files of a day hold."""
    names = await connection.fetch("SELECT file FROM archived_days WHERE day = $1", day)
    return sum(len(rows) for (name,) in names for rows in parquet.read(folder / name))


@ROLLUPS
@pytest.mark.parametrize(
    ("order", "first_kept"),
    [("archive first", SECOND), ("retention first", SECOND), ("at once", SECOND), ("at once", LAST)],
)
async def test_archive_and_retention_of_the_same_days(
    new_database: NewDatabase, tmp_path: Path, name: str, order: str, first_kept: date
) -> None:
    """No sum loses or doubles an event, the audit says so, and a restore brings back what retention has to keep."""
    url = await new_database(name)
    keeper, writer = await connections.connect(url), await connections.connect(url)
    async with archived.session(url) as connection:
        await fill(connection)
        whole = await stored(connection)
        per_day = await counts(connection)
        archiving, retiring = export.archive(connection, BEFORE, tmp_path), retire(keeper, first_kept)
        late = write_late(writer, SECOND, 20), write_late(writer, FIRST, 5)
        if order == "at once":
            await asyncio.gather(archiving, retiring, late[0])
        else:
            await asyncio.gather(archiving if order == "archive first" else retiring, late[0])
            await asyncio.gather(retiring if order == "archive first" else archiving)
        await late[1]
        for _ in range(2):  # before the late events of an archived day have a partition again, and after
            await run_rounds(keeper, await catalogue.active(keeper))
            [sums] = await totals(connection)
            assert sums[4] == whole.conversions
            assert sums[3] == whole.clicks + 25
            assert sums[5] == whole.cost_micros + 25 * 5
            if name == "rollup_dims":
                assert sum(row[3] for row in await totals(connection, group="geo")) == whole.clicks + 25
            result = await verify.verify(connection, catalogue.find(name))
            assert result.exact, result.mismatches[:3]
            await keeper.execute("SELECT prepare_days($1, $2)", FIRST, LAST)

        horizon = await connection.fetchval("SELECT (kept_from AT TIME ZONE 'UTC')::date FROM raw_horizon") or date.min
        here = await counts(connection)
        sent = {**per_day, SECOND: per_day[SECOND] + 20, FIRST: per_day[FIRST] + 5}
        for day in (FIRST, SECOND, LAST):
            if day >= horizon:
                assert here.get(day, 0) + await files_of(connection, tmp_path, day) == sent[day], day
        await keeper.close()
        await writer.close()
        kept = [day for day in (FIRST, SECOND) if day >= horizon and await files_of(connection, tmp_path, day)]
        if kept:
            await restore.restore(connection, tmp_path, kept)
        for day in kept:
            count = await connection.fetchval(
                "SELECT count(*) FROM events WHERE (ts AT TIME ZONE 'UTC')::date = $1", day
            )
            assert count == sent[day]
        for (gone,) in await connection.fetch("SELECT DISTINCT day FROM archived_days"):
            with pytest.raises(ArchiveError, match="retention keeps no raw events"):
                await restore.restore(connection, tmp_path, [gone])
        assert sum(row[3] for row in await totals(connection)) == whole.clicks + 25
        result = await verify.verify(connection, catalogue.find(name))
        assert result.exact, result.mismatches[:3]


@ROLLUPS
async def test_retention_leaves_a_day_that_is_detached_while_it_waits(new_database: NewDatabase, name: str) -> None:
    """The archive counts the detached table once more and drops it itself."""
    url = await new_database(name)
    keeper, other, watcher = [await connections.connect(url) for _ in range(3)]
    await fill(other)
    await other.execute("ALTER FUNCTION retire_days(date) SET lock_timeout = 0")
    async with other.transaction():
        await other.execute("LOCK TABLE ONLY events IN ACCESS EXCLUSIVE MODE")
        retiring = asyncio.create_task(keeper.fetchval("SELECT retire_days($1)", SECOND))
        await until(lambda: waiting(watcher))
        await other.execute(f"ALTER TABLE events DETACH PARTITION events_p{FIRST:%Y%m%d}")
        await other.execute(f"ALTER TABLE events_p{FIRST:%Y%m%d} RENAME TO archiving_p{FIRST:%Y%m%d}")
    assert await retiring
    assert await other.fetchval(f"SELECT count(*) FROM archiving_p{FIRST:%Y%m%d}")
    for connection in (keeper, other, watcher):
        await connection.close()


@ROLLUPS
async def test_late_events_of_an_archived_day_that_retention_drops_are_no_fault(
    new_database: NewDatabase, tmp_path: Path, name: str
) -> None:
    """Roll-ups still count them, and the audit agrees. Totals smaller than the file's are wrong as before."""
    url = await new_database(name)
    async with archived.session(url) as connection:
        await fill(connection)
        await export.archive(connection, SECOND, tmp_path)
        await write_late(connection, FIRST, 3)
        await run_rounds(connection, await catalogue.active(connection))
        assert (await verify.verify(connection, catalogue.find(name))).exact
        while await connection.fetchval("SELECT retire_days($1)", SECOND):
            pass
        assert await connection.fetchval("SELECT min(ts) FROM events") >= datetime.combine(SECOND, time(), UTC)
        assert (await verify.verify(connection, catalogue.find(name))).exact
        for table in ("rollup_minute", "rollup_hour", "rollup_day"):
            await connection.execute(f"UPDATE {table} SET clicks = 0")
        assert not (await verify.verify(connection, catalogue.find(name))).exact
