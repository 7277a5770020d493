"""Deltas of dimensions: rounds with many events append them, and several rounds are merged into the roll-ups."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants.verify import verify
from tests.servers import NewDatabase
from tests.sql.dimension_world import COLUMNS, DAY, HOUR, NOW, ROLLUP_DIMS, SMALL, ask, check, sent

ROUNDS = "SELECT array_agg(DISTINCT round ORDER BY round) FROM rollup_dim_delta"


@asynccontextmanager
async def busy(new_database: NewDatabase) -> AsyncIterator[Connection]:
    """Yield a connection to a database in which a round of two events is a busy one, and two such rounds are merged."""
    connection = await connections.connect(await new_database("rollup_dims"))
    await connection.execute(SMALL)
    try:
        yield connection
    finally:
        await connection.close()


async def add(connection: Connection, at: datetime = NOW, geos: str = "IN US") -> None:
    """Store a click of each geo, in one transaction, and run a round."""
    rows = [sent((at, campaign, "click", 7, geo)) for campaign, geo in zip("AB", geos.split(), strict=True)]
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    await run_round(connection, ROLLUP_DIMS)


async def exact(connection: Connection) -> None:
    """Check reports of many shapes, and the audit."""
    await check(connection)
    audit = await verify(connection, ROLLUP_DIMS)
    assert audit.wrong == 0, audit.mismatches


async def test_rounds_are_merged_together(new_database: NewDatabase) -> None:
    """Reports and audit are exact after every round; a quiet round merges what is left."""
    async with busy(new_database) as connection:
        seen = []
        for _ in range(5):
            await add(connection)
            await exact(connection)
            seen.append(await connection.fetchval(ROUNDS))
        assert seen == [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [3, 4, 5]], "one dimension a round"
        row = sent((NOW, "A", "click", 7, "IN"))
        await connection.copy_records_to_table("events", records=[row], columns=COLUMNS)
        await run_round(connection, ROLLUP_DIMS)
        assert await connection.fetchval(ROUNDS) is None
        await exact(connection)


async def test_old_days_of_a_busy_round_are_added_at_once(new_database: NewDatabase) -> None:
    """They may be many, and are kept less finely."""
    async with busy(new_database) as connection:
        await connection.copy_records_to_table(
            "events", records=[sent((NOW - 9 * DAY, "A", "click", 7, "IN"))], columns=COLUMNS
        )
        await add(connection)
        days = "SELECT DISTINCT date_bin('1 day', minute, 'epoch') FROM rollup_dim_delta"
        assert [row[0] for row in await connection.fetch(days)] == [NOW.replace(hour=0)]
        assert await connection.fetchval("SELECT count(*) FROM rollup_dim_day WHERE day < $1", NOW - 8 * DAY)
        await exact(connection)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET metadata = '{\"geo\": \"BR\"}' WHERE campaign_id = 'A'",
        "DELETE FROM events WHERE campaign_id = 'A'",
        "TRUNCATE events",
    ],
)
async def test_changes_of_events_in_deltas_count(new_database: NewDatabase, change: str) -> None:
    """Changes of events count also while their sums are deltas, in a busy round and in a quiet one."""
    async with busy(new_database) as connection:
        await add(connection)
        await connection.execute(change)
        await exact(connection)
        await add(connection, geos="US US")
        await exact(connection)
        await connection.execute(change)
        await run_round(connection, ROLLUP_DIMS)
        await exact(connection)


async def test_values_and_large_amounts_wait_in_deltas(new_database: NewDatabase) -> None:
    """Rows of a new value, and the table of a large amount, come with the merge. Reports are exact before."""
    async with busy(new_database) as connection:
        for geos in ("IN US", "BR DE", "FR IT", f"{'x' * 300} ES"):
            rows = [sent((NOW, "A", "click", 2**62, geo)) for geo in geos.split()]
            await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
            await run_round(connection, ROLLUP_DIMS)
            await exact(connection)
        assert ((None, ...)) in (await ask(connection, "geo"))[0]


async def test_deltas_of_a_day_that_is_built_anew_go(new_database: NewDatabase) -> None:
    """A day that is pending is read by the event, and built with what its deltas had; other days keep theirs."""
    async with busy(new_database) as connection:
        await add(connection)
        await add(connection, NOW - DAY)
        forget = "SELECT rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension), $1, $1)"
        await connection.execute(forget, NOW.date())
        await exact(connection)
        await add(connection)
        await exact(connection)
        assert not await connection.fetchval("SELECT EXISTS (SELECT FROM rollup_dim_pending)")


async def test_an_hour_is_closed_with_its_deltas(new_database: NewDatabase) -> None:
    """A delta that waits while its hour is closed is added to minutes, hours and days later, as late events are."""
    async with busy(new_database) as connection:
        async with connection.transaction():
            await connection.execute("UPDATE rollup_dim_mark SET closed_to = $1", NOW - 3 * HOUR)
            await connection.execute("SELECT rollup_dim_stamp()")
        for late in range(4):
            await add(connection, NOW - 2 * HOUR + timedelta(minutes=late))
            await exact(connection)


async def test_an_edited_number_of_merged_rounds_heals(new_database: NewDatabase) -> None:
    """The audit finds what reports miss by it, a rebuild brings that back, and later rounds are read."""
    async with busy(new_database) as connection:
        await add(connection)
        await connection.execute("UPDATE rollup_dimension SET merged = 1000")
        assert (await verify(connection, ROLLUP_DIMS)).wrong > 0
        await add(connection)
        forget = "SELECT rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension), $1, $1)"
        await connection.execute(forget, NOW.date())
        for _ in range(2):
            await add(connection)
            await exact(connection)


async def test_a_dimension_that_goes_takes_its_deltas(new_database: NewDatabase) -> None:
    """One that comes again begins anew."""
    async with busy(new_database) as connection:
        await add(connection)
        for keys in (["device"], ["device", "geo"]):
            await connection.execute("DELETE FROM declared_dimension")
            for place, key in enumerate(keys, 1):
                await connection.execute("INSERT INTO declared_dimension (place, key) VALUES ($1, $2)", place, key)
            for _ in range(3):
                await add(connection)
                await exact(connection)


async def test_a_restored_database_keeps_deltas_of_days_that_are_not_here(new_database: NewDatabase) -> None:
    """Its mark is not valid: the days that are here are built anew, and of others the deltas are all there is."""
    async with busy(new_database) as connection:
        await add(connection, NOW - DAY)
        before, _ = await ask(connection, "geo")
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica; DELETE FROM events")
            await connection.execute("DELETE FROM raw_horizon")
            await connection.execute("INSERT INTO raw_horizon (kept_from) VALUES ($1)", NOW.replace(hour=0))
            await connection.execute("UPDATE rollup_dim_mark SET system_identifier = 1")
        await run_round(connection, ROLLUP_DIMS)
        assert await connection.fetchval(ROUNDS) is None
        assert (await ask(connection, "geo"))[0] == before


async def test_a_report_reads_the_deltas_of_its_campaign(new_database: NewDatabase) -> None:
    """It reads neither those of others, nor those that were merged and that no VACUUM has removed."""
    async with busy(new_database) as connection:
        await connection.execute("ALTER TABLE rollup_dim_delta SET (autovacuum_enabled = off)")
        for _ in range(5):
            await connection.execute(
                "INSERT INTO events (ts, campaign_id, user_id, event_type, metadata) "
                "SELECT $1, 'C' || n, 'U', 'click', $2 FROM generate_series(1, 500) AS n",
                NOW,
                json.dumps({"geo": "IN"}),
            )
            await run_round(connection, ROLLUP_DIMS)
        assert await connection.fetchval("SELECT count(*) FROM rollup_dim_delta") > 1000
        for campaigns in (["C7"], None):
            await connection.execute("SELECT pg_stat_force_next_flush()")
            async with connection.transaction():
                found, _ = await ask(connection, "geo", campaigns=campaigns)
                assert found == {(None, "IN"): (0, 5 if campaigns else 2500, 0, 0, 0)}
                read = await connection.fetchval(
                    "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables "
                    "WHERE relname = 'rollup_dim_delta'"
                )
            assert read < 10
