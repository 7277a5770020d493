"""Daily partitions: sql/migrations/0002 and what the service makes of it."""

import asyncio
from datetime import timedelta

import pytest

from adpulse.database import connections
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue
from tests.patience import PATIENCE_S
from tests.servers import CLUSTERS, NewDatabase
from tests.services import Serve
from tests.sql.partitions import TODAY, add, at, partitions, strays

PARTITIONED = pytest.mark.parametrize("name", ["partitioned", "rollup", "rollup_dims"])


@PARTITIONED
async def test_stray_days_move_into_partitions_of_their_own(new_database: NewDatabase, name: str) -> None:
    """Each round makes the days ahead and one stray day; the event moves and is counted once."""
    connection = await connections.connect(await new_database(name))
    variant = catalogue.find(name)
    days = [TODAY - timedelta(days=n) for n in (40, 30, 20)]
    await add(connection, *days, days[0])
    assert await strays(connection) == 4
    for moved, left in ((1, 2), (2, 1), (3, 0)):
        await run_round(connection, variant)
        assert set(days[:moved]) <= await partitions(connection)
        assert await strays(connection) == left
    assert {TODAY + timedelta(days=n) for n in range(3)} <= await partitions(connection)
    rows = await connection.fetch(variant.report, None, at(days[0]), at(TODAY), None, None, None, None)
    assert [row["impressions"] for row in rows] == [4]
    await connection.close()


@PARTITIONED
async def test_events_of_every_day_since_1970_make_few_partitions(new_database: NewDatabase, name: str) -> None:
    """A client may send events of 20,000 different days: those long ago stay in the default partition, found by
    an index and not by reading it.
    """
    connection = await connections.connect(await new_database(name))
    before = await partitions(connection)
    await connection.execute(
        "INSERT INTO events (ts, event_type, campaign_id, user_id) "
        "SELECT now() - make_interval(days => n), 'click', 'C1', 'U1' FROM generate_series(401, 20000) AS n"
    )
    for _ in range(3):
        await run_round(connection, catalogue.find(name))
    assert await partitions(connection) == before
    assert await strays(connection) == 19_600
    await connection.execute("ANALYZE events_default")
    plan = await connection.fetch(
        "EXPLAIN SELECT ts FROM events_default WHERE ts >= now() - interval '400 days' ORDER BY ts LIMIT 1"
    )
    assert any("events_default_ts_idx" in line[0] for line in plan)
    await connection.close()


@pytest.mark.skipif(
    "citus" in CLUSTERS, reason="on Citus writers wait while a partition is made: docs/how-to/scale-out.md"
)
async def test_partitions_are_made_while_writers_go_on(new_database: NewDatabase) -> None:
    """While one transaction writes today and another makes a partition for another day, neither waits."""
    url = await new_database()
    writer, keeper = await connections.connect(url), await connections.connect(url, lock_timeout="2s")
    async with writer.transaction():
        await add(writer, TODAY)
        # Would time out if it needed a lock that the open writer's stands in the way of.
        await keeper.execute("SELECT prepare_days($1, $1)", TODAY - timedelta(days=9))
        async with keeper.transaction():
            await keeper.execute("SELECT prepare_days($1, $1)", TODAY - timedelta(days=8))
            async with asyncio.timeout(PATIENCE_S):
                await add(writer, TODAY)
    await writer.close()
    await keeper.close()


async def test_two_sessions_make_the_same_partition(new_database: NewDatabase) -> None:
    """The second waits for the first and finds the work done."""
    url = await new_database()
    first, second = await connections.connect(url), await connections.connect(url)
    day = TODAY - timedelta(days=9)
    async with first.transaction():
        await first.execute("SELECT prepare_days($1, $1)", day)
        waiting = asyncio.create_task(second.execute("SELECT prepare_days($1, $1)", day))
        await asyncio.sleep(0.1)
        assert not waiting.done()
    await waiting
    assert day in await partitions(first)
    await first.close()
    await second.close()


async def test_a_stray_event_meets_the_partition_that_appears_under_it(serve: Serve, url: str) -> None:
    """A batch on its way to the default partition while its day gets a partition is stored, once."""
    client = await serve(url, maintenance_s=1000)
    connection = await connections.connect(url)
    day = TODAY - timedelta(days=9)
    event = {"ts": at(day).isoformat(), "campaign_id": "C1", "user_id": "U1", "event_type": "click"}
    async with connection.transaction():
        await connection.execute("SELECT prepare_days($1, $1)", day)
        sending = asyncio.create_task(client.post("/events", json={"events": [event]}))
        await asyncio.sleep(0.2)
        assert not sending.done()
    reply = await sending
    assert reply.json()["accepted"] == 1
    assert await strays(connection) == 0
    assert await connection.fetchval("SELECT count(*) FROM events") == 1
    await connection.close()


async def test_maintenance_does_not_queue_behind_a_long_reader(new_database: NewDatabase) -> None:
    """A round gives up on a lock after 100 ms, and compacts all the same."""
    url = await new_database()
    reader, keeper = await connections.connect(url), await connections.connect(url)
    await add(keeper, TODAY - timedelta(days=9))
    async with reader.transaction():
        await reader.fetch("SELECT FROM events_default")
        async with asyncio.timeout(PATIENCE_S):
            await run_round(keeper, await catalogue.active(keeper))
    assert await strays(keeper) == 1
    assert await keeper.fetchval("SELECT count(*) FROM rollup_delta") == 0
    await run_round(keeper, await catalogue.active(keeper))
    assert await strays(keeper) == 0
    await reader.close()
    await keeper.close()
