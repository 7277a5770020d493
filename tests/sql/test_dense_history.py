"""Dense hours that came when they were old: quarters of an hour of single campaigns, and minutes of all together."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants.verify import verify
from tests.servers import NewDatabase
from tests.sql.dimension_world import (
    COLUMNS,
    DAY,
    HOUR,
    NOW,
    ROLLUP_DIMS,
    SMALL,
    added_up,
    ask,
    check,
    local_day,
    sent,
    stored,
)

# Hours that a midnight cuts.
MIDNIGHT, MINUTE = (NOW - 9 * DAY).replace(hour=0), timedelta(minutes=1)
GROWING, DENSE, DENSER = MIDNIGHT + 18 * HOUR, MIDNIGHT + 19 * HOUR, MIDNIGHT + 20 * HOUR


@pytest.fixture
async def connection(new_database: NewDatabase) -> AsyncIterator[Connection]:
    """Open a database in which an hour of four events is dense, and one of more gets minutes."""
    connection = await connections.connect(await new_database("rollup_dims"))
    await connection.execute(SMALL)
    await connection.execute("SELECT prepare_days($1, $1)", MIDNIGHT.date())
    yield connection
    await connection.close()


async def add(connection: Connection, hour: datetime, minutes: Iterable[int]) -> None:
    rows = [sent((hour + at * MINUTE, "AB"[at % 2], "click", 2**41, ("IN", "US")[at % 3 == 0])) for at in minutes]
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    await upkeep(connection)


async def upkeep(connection: Connection) -> None:
    while await run_round(connection, ROLLUP_DIMS) or await connection.fetchval(
        "SELECT EXISTS (SELECT FROM rollup_dim_pending)"
    ):
        pass


async def kept(connection: Connection, campaigns: str) -> set[datetime]:
    rows = await connection.fetch(
        f"SELECT minute FROM rollup_dim_minute WHERE campaign_id {campaigns} '' AND clicks > 0"
    )
    return {row["minute"] for row in rows}


async def exact(connection: Connection) -> None:
    """Check that reports of windows that cut these hours say what the events say, and that a recount agrees."""
    await check(connection)
    events = await stored(connection, "geo")
    # Every quarter, and odd minutes.
    edges = [DENSE + at * MINUTE for at in (0, 2, 15, 22, 30, 45, 59, 60, 75, 83, 105, 120)]
    for start, stop in ((start, stop) for start in edges for stop in edges if start < stop):
        for group, campaigns in (("geo", ["A"]), ("geo", ["A", "B"]), ("geo", None), ("campaign_id", None)):
            found, _ = await ask(
                connection,
                group,
                filters={"geo": "US"} if group == "campaign_id" else None,
                campaigns=campaigns,
                window=(start, stop),
            )
            assert found == added_up(
                ((None, campaign if group == "campaign_id" else name), sums)
                for at, campaign, name, sums in events
                if start <= at < stop and campaign in (campaigns or "AB") and (group == "geo" or name == "US")
            ), (start, stop, group, campaigns)
    for granularity in ("minute", "hour"):
        found, _ = await ask(connection, "geo", campaigns=["A"], window=(edges[1], edges[-2]), granularity=granularity)
        assert found == added_up(
            ((at if granularity == "minute" else at.replace(minute=0), name), sums)
            for at, campaign, name, sums in events
            if edges[1] <= at < edges[-2] and campaign == "A"
        )
    assert (await verify(connection, ROLLUP_DIMS)).wrong == 0


async def test_history_of_a_dense_hour_has_quarters_of_single_campaigns(connection: Connection) -> None:
    """Minutes of each would be a row an event, up to a limit. Windows that cut such an hour are exact; late events and
    corrections are added to what is kept; and before its raw events go, the rest is built.
    """
    await add(connection, DENSE, (0, 16, 31, 32))
    await exact(connection)
    assert await kept(connection, "=") == {DENSE + at * MINUTE for at in (0, 16, 31, 32)}
    quarters = {DENSE, DENSE + 15 * MINUTE, DENSE + 30 * MINUTE}
    assert await kept(connection, "<>") == quarters
    # More than the limit: of this hour everything is kept.
    await add(connection, DENSER, [*range(5), *range(5)])
    await connection.execute('UPDATE events SET metadata = \'{"geo": "DE"}\' WHERE ts = $1', DENSE + 32 * MINUTE)
    await connection.execute("DELETE FROM events WHERE ts = $1", DENSE + 16 * MINUTE)
    await exact(connection)
    await upkeep(connection)
    await exact(connection)
    await add(connection, DENSER, [7])
    await exact(connection)
    every = {DENSER + at * MINUTE for at in (*range(5), 7)}
    assert await kept(connection, "=") == {DENSE + at * MINUTE for at in (0, 31, 32)} | every
    assert await kept(connection, "<>") == {DENSE, DENSE + 30 * MINUTE} | every
    await add(connection, DENSE, [44])
    await exact(connection)
    assert await kept(connection, "<>") == {DENSE, DENSE + 30 * MINUTE} | every
    # It becomes dense by and by.
    for at in range(4):
        await add(connection, GROWING, [at])
    await exact(connection)
    assert {GROWING + at * MINUTE for at in range(4)} <= await kept(connection, "=")
    assert await kept(connection, "<>") == {GROWING, DENSE, DENSE + 30 * MINUTE} | every
    await connection.execute("SELECT rollup_dim_keep($1)", MIDNIGHT.date())
    await exact(connection)
    minutes = {DENSE + at * MINUTE for at in (0, 31, 32, 44)} | {GROWING + at * MINUTE for at in range(4)}
    assert await kept(connection, "<>") == minutes | every
    await add(connection, DENSE, [17])
    await exact(connection)
    assert await kept(connection, "<>") == minutes | every | {DENSE + 17 * MINUTE}


async def test_a_quarter_grows_into_minutes(connection: Connection) -> None:
    """With more than a million events an hour gets minutes; until then, nothing finer stands beside its quarters."""
    await add(connection, DENSE, (0, 16, 31, 32))
    for at in (33, 47, 48):
        await add(connection, DENSE, [at])
        await exact(connection)
    assert await kept(connection, "<>") == {DENSE + at * MINUTE for at in (0, 16, 31, 32, 33, 47, 48)}


async def test_changes_beside_other_days_are_subtracted_from_their_quarter(connection: Connection) -> None:
    """A round that adds events of another day takes such changes, too."""
    await add(connection, DENSE, (0, 16, 31, 32))
    await connection.execute("DELETE FROM events WHERE ts = $1", DENSE + 31 * MINUTE)
    # As if it had been committed after the round has looked which days have changes.
    await connection.execute("TRUNCATE rollup_dim_tail")
    statements = ROLLUP_DIMS.maintenance[1]  # type: ignore[index]  # it has upkeep
    await connection.execute(next(each for each in statements if "INTO rollup_minute" in each))
    await connection.execute("TRUNCATE rollup_dim_tail")
    await connection.execute("SELECT rollup_dims()")
    await exact(connection)


async def events_read(
    connection: Connection, zone: str, campaigns: list[str], window: tuple[datetime, datetime]
) -> int:
    """Return how many raw events a report by day reads."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    async with connection.transaction():
        events = await stored_in(connection, campaigns, window)
        before = await read(connection)
        found, _ = await ask(connection, "geo", campaigns=campaigns, window=window, granularity="day", zone=zone)
        after = await read(connection)
    assert found == added_up(((local_day(at, zone), name), sums) for at, name, sums in events)
    return after - before


async def stored_in(
    connection: Connection, campaigns: list[str], window: tuple[datetime, datetime]
) -> list[tuple[datetime, str, tuple[int, ...]]]:
    return [
        (at, name, sums)
        for at, campaign, name, sums in await stored(connection, "geo")
        if campaign in campaigns and window[0] <= at < window[1]
    ]


async def read(connection: Connection) -> int:
    found = await connection.fetchval(
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int FROM pg_stat_xact_user_tables "
        "WHERE relname ~ '^events_'"
    )
    return int(found)


@pytest.mark.parametrize(
    "zone", ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Australia/Adelaide", "Asia/Tehran"]
)
async def test_days_of_a_zone_of_quarters_read_no_raw_events(connection: Connection, zone: str) -> None:
    """Their midnight cuts an hour of UTC. A window that cuts a quarter reads raw events, and is exact."""
    first, days = MIDNIGHT - DAY, 3
    await connection.execute("SELECT prepare_days($1, $2)", first.date(), (first + days * DAY).date())
    rows = [
        sent((first + hour * HOUR + at * MINUTE, "A", "click", 7, ("IN", "US")[at % 3 == 0]))
        for hour in range(days * 24)
        for at in (3, 18, 33, 48)
    ]
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    await upkeep(connection)
    cut = await connection.fetchval("SELECT rollup_dim_midnights()")
    assert {at.hour for at in await kept(connection, "<>")} == set(cut)
    start = local_day(first + DAY, zone)
    assert await events_read(connection, zone, ["A"], (start, start + DAY)) == 0
    assert await events_read(connection, zone, ["A"], (first, first + days * DAY)) == 0
    assert await events_read(connection, zone, ["A"], (GROWING + 5 * MINUTE, GROWING + HOUR)) > 0
    # The other hours are not cut by a midnight, and read raw events.
    assert await events_read(connection, zone, ["A"], (MIDNIGHT + 15 * MINUTE, MIDNIGHT + DAY)) > 0
    assert (await verify(connection, ROLLUP_DIMS)).wrong == 0


async def test_the_hours_that_midnights_cut_are_known(connection: Connection) -> None:
    """For a year, in every zone; the places that are left out have 11,000 people."""
    left_out = {"Pacific/Chatham", "NZ-CHAT", "Australia/Eucla", "Pacific/Marquesas"}
    begins = await connection.fetch(
        "SELECT DISTINCT name, extract(hour FROM begin AT TIME ZONE 'UTC')::int AS hour "
        "FROM pg_timezone_names, generate_series(0, 365, 7) AS n, "
        "  LATERAL (SELECT ($1::date + n)::timestamp AT TIME ZONE name AS begin) AS days "
        "WHERE date_bin('1 hour', begin, 'epoch') <> begin "
        "  AND name !~ '^(posix|right)'",
        NOW.date(),
    )
    cut = await connection.fetchval("SELECT rollup_dim_midnights()")
    assert {row["hour"] for row in begins if row["name"] not in left_out} <= set(cut)
    assert {"Asia/Kolkata", "America/St_Johns"} <= {row["name"] for row in begins}


async def test_dense_hours_of_before_stay_exact(connection: Connection) -> None:
    """Hours that were added up without quarters are read by the event. They get them when a late event comes."""
    await add(connection, DENSE, (0, 16, 31, 32))
    await connection.execute("DELETE FROM rollup_dim_detail WHERE minutes = 15")
    await connection.execute("DELETE FROM rollup_dim_minute WHERE campaign_id <> ''")
    # Their large amounts stood at the hour.
    await connection.execute(
        "WITH gone AS (DELETE FROM rollup_dim_large WHERE campaign_id <> '' RETURNING *) "
        "INSERT INTO rollup_dim_large "
        "SELECT campaign_id, place, date_bin('1 hour', minute, 'epoch'), value, sum(cost_micros), sum(revenue_micros) "
        "FROM gone GROUP BY 1, 2, 3, 4"
    )
    await exact(connection)
    await upkeep(connection)
    assert await kept(connection, "<>") == set()
    await add(connection, DENSE, [2])
    await exact(connection)
    assert await kept(connection, "<>") != set()
