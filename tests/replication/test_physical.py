"""Reports from a streaming replica: exact as of what it has replayed, and they say how old that is."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from adpulse import telemetry
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, verify
from tests.patience import until
from tests.replication.conftest import NewPairDatabase, Pair, connected
from tests.services import Client, Serve

COLUMNS = ("ts", "event_type", "campaign_id", "user_id", "cost_micros", "metadata")
BATCH = 500


def batch(number: int) -> list[tuple[object, ...]]:
    """Return events of the last two hours."""
    now = datetime.now(UTC)
    return [
        (now - timedelta(seconds=(number * BATCH + n) % 7_200), "click", f"C{n % 7}", "U1", n, f'{{"geo": "G{n % 3}"}}')
        for n in range(BATCH)
    ]


def fallbacks(reason: str) -> float:
    return telemetry.FALLBACKS.labels(reason)._value.get()


async def told(client: Client) -> tuple[int, float | None]:
    """Return the clicks of the last hours, and how old they may be."""
    answer = (await client.get("/report?start=-3h")).raise_for_status().json()
    return answer["totals"]["clicks"], answer["meta"].get("lag_ms")


async def post(client: Client, clicks: int) -> None:
    event = {"ts": datetime.now(UTC).isoformat(), "campaign_id": "C1", "user_id": "U1", "event_type": "click"}
    (await client.post("/events", json={"events": [event] * clicks})).raise_for_status()


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
async def test_a_report_is_exact_as_of_what_is_replayed(pair: Pair, pair_database: NewPairDatabase, name: str) -> None:
    """While events come in and deltas are moved, every report on the replica equals a recount in its own snapshot."""
    variant = catalogue.find(name)
    there = await pair_database(name)
    done = asyncio.Event()

    async def write(connection: Connection) -> None:
        for number in count():
            await connection.copy_records_to_table("events", records=batch(number), columns=COLUMNS)
            if done.is_set():
                return

    async def keep(connection: Connection) -> None:
        while not done.is_set():
            await run_round(connection, variant)

    async with (
        connected(pair.primary.url(there)) as writer,
        connected(pair.primary.url(there)) as keeper,
        connected(pair.replica.url(there)) as reader,
    ):
        sizes = []
        async with asyncio.TaskGroup() as group:
            group.create_task(write(writer))
            group.create_task(keep(keeper))
            try:
                # Until it has been right about five different states.
                while len(set(sizes)) < 5:
                    found = await verify.verify(reader, variant)
                    assert found.exact or not found.cells, found.mismatches[:3]
                    sizes.append(await reader.fetchval("SELECT count(*) FROM events"))
            finally:
                done.set()
        assert sizes == sorted(sizes)
        # The replica believes the primary's mark: its reports do not step over deltas that have been moved.
        await run_round(keeper, variant)
        await pair.caught_up()
        start = "SELECT rollup_delta_start()::text"
        assert await reader.fetchval(start) == await keeper.fetchval(start) != "0"


async def test_lag_grows_while_replay_stands_still(pair: Pair, pair_database: NewPairDatabase, serve: Serve) -> None:
    """Without a limit the replica answers at any age, and never says less than its age."""
    there = await pair_database("rollup")
    client = await serve(pair.primary.url(there), read_database_url=pair.replica.url(there))

    async def arrived() -> bool:
        return (await told(client))[0] == 3

    await post(client, 3)
    await until(arrived)
    await pair.pause(True)
    before = datetime.now(UTC)
    await post(client, 5)
    lags = []
    for _ in range(3):
        await asyncio.sleep(0.3)
        clicks, lag = await told(client)
        assert clicks == 3
        assert lag is not None
        lags.append(lag)
    assert lags == sorted(lags)
    # What was acknowledged after `before` is missing: the report must not call itself younger than that.
    assert lags[-1] >= 900
    assert lags[0] >= 300
    assert datetime.now(UTC) - before < timedelta(milliseconds=lags[-1]) + timedelta(seconds=30)
    await pair.pause(False)

    async def caught_up() -> bool:
        clicks, lag = await told(client)
        return clicks == 8 and lag is not None and lag < 5_000

    await until(caught_up)


async def test_a_primary_takes_over_from_a_replica_that_is_behind(
    pair: Pair, pair_database: NewPairDatabase, serve: Serve
) -> None:
    """Beyond ADPULSE_MAX_REPLICA_LAG_MS reports come from the primary, counted, and return when it has caught up."""
    there = await pair_database("rollup")
    client = await serve(pair.primary.url(there), read_database_url=pair.replica.url(there), max_replica_lag_ms=2_500)

    async def from_the_replica() -> bool:
        return (await told(client))[1] != 0

    await until(from_the_replica)
    await pair.pause(True)
    await post(client, 4)
    counted = fallbacks("lag")

    async def from_the_primary() -> bool:
        return await told(client) == (4, 0)

    await until(from_the_primary)
    assert fallbacks("lag") > counted
    await pair.pause(False)
    await until(from_the_replica)
    assert (await told(client))[0] == 4


async def test_a_primary_takes_over_from_a_replica_that_is_away(
    pair: Pair, pair_database: NewPairDatabase, serve: Serve
) -> None:
    """A replica that is down costs no report; the service is ready without it."""
    there = await pair_database("rollup")
    client = await serve(pair.primary.url(there), read_database_url=pair.replica.url(there), max_replica_lag_ms=60_000)
    await post(client, 2)

    async def from_the_replica() -> bool:
        return (await told(client))[1] != 0

    await until(from_the_replica)
    pair.replica.stop()
    try:
        counted = fallbacks("failed") + fallbacks("away")
        assert await told(client) == (2, 0)
        assert fallbacks("failed") + fallbacks("away") == counted + 1
        assert (await client.get("/readyz")).status_code == 200
    finally:
        pair.replica.start()
    await until(from_the_replica)


async def test_a_lost_replica_takes_no_writer_out(pair: Pair, pair_database: NewPairDatabase, serve: Serve) -> None:
    """Reports that may come from nowhere else get 503 by themselves; what writes is ready all the time."""
    there = await pair_database("rollup")
    client = await serve(pair.primary.url(there), read_database_url=pair.replica.url(there))

    async def reported_from(source: str) -> bool:
        reply = await client.get("/readyz")
        assert reply.status_code == 200
        return reply.json()["reports"] == source

    await until(lambda: reported_from("replica"))
    pair.replica.stop()
    try:
        await until(lambda: reported_from("nowhere"))
        reply = await client.get("/report?start=-3h")
        assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
        await post(client, 1)
    finally:
        pair.replica.start()
    await until(lambda: reported_from("replica"))


async def test_a_replica_of_another_primary_never_answers(
    pair: Pair, pair_database: NewPairDatabase, serve: Serve, url: str
) -> None:
    """It is up, and has the tables of a primary that is not ours: left over, or somebody else's."""
    left_over = pair.replica.url(await pair_database("rollup"))
    client = await serve(url, read_database_url=left_over)
    assert (await client.get("/readyz")).json()["reports"] == "nowhere"
    assert (await client.get("/report?start=-3h")).status_code == 503

    async def shown() -> bool:
        return telemetry.REPLICA_AWAY._value.get() == 1

    await until(shown)
    client = await serve(url, read_database_url=left_over, max_replica_lag_ms=3_600_000)
    counted = fallbacks("foreign")
    await post(client, 3)
    assert await told(client) == (3, 0)
    assert fallbacks("foreign") == counted + 1
    assert (await client.get("/readyz")).json()["reports"] == "primary"


async def test_without_a_heartbeat_a_replica_is_not_trusted(
    pair: Pair, pair_database: NewPairDatabase, serve: Serve
) -> None:
    """A read database without the row, as a logical replica that leaves it out: no lag_ms, or the primary."""
    there = await pair_database("rollup")
    async with connected(pair.primary.url(there)) as connection:
        await connection.execute("DELETE FROM heartbeat")
    await pair.caught_up()
    urls = {"read_database_url": pair.replica.url(there)}
    assert (await told(await serve(pair.primary.url(there), **urls)))[1] is None
    counted = fallbacks("unknown")
    assert (await told(await serve(pair.primary.url(there), **urls, max_replica_lag_ms=60_000)))[1] == 0
    assert fallbacks("unknown") > counted


async def test_a_repeat_waits_for_the_standby_as_the_first_did(
    pair: Pair, pair_database: NewPairDatabase, serve: Serve
) -> None:
    """A commit whose wait for a synchronous standby was broken off stands on the primary alone. Its sender, who got 503
    and asks again, must not get 200 before the standby has it: the primary may be lost yet.
    """
    url = pair.primary.url(await pair_database("rollup"))
    client = await serve(url, write_timeout_s=1, maintenance_s=60)
    event = {"ts": datetime.now(UTC).isoformat(), "campaign_id": "C1", "user_id": "U1", "event_type": "click"}
    keyed = {"json": {"events": [event]}, "headers": {"Idempotency-Key": "once"}}
    with_id = {"json": {"events": [event | {"event_id": "00000000-0000-4000-8000-000000000001"}]}}
    async with connected(pair.primary.url()) as connection:
        await connection.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        await connection.execute("SELECT pg_reload_conf()")
        try:
            async with connected(url) as watcher:
                await until(lambda: watcher.fetchval("SELECT current_setting('synchronous_standby_names') = 'nobody'"))
                for batch in (keyed, with_id):
                    assert (await client.post("/events", **batch)).status_code == 503
                await until(lambda: watcher.fetchval("SELECT count(*) = 2 FROM events"))
                for batch in (keyed, with_id):
                    assert (await client.post("/events", **batch)).status_code == 503
        finally:
            await connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            await connection.execute("SELECT pg_reload_conf()")

    async def duplicate(batch: dict[str, Any]) -> bool:
        reply = await client.post("/events", **batch)
        return reply.status_code == 200 and reply.json()["accepted"] + reply.json()["duplicates"] == 1

    for batch in (keyed, with_id):
        await until(lambda batch=batch: duplicate(batch))
    assert (await told(client))[0] == 2
