"""The plans of reports have the right shape on every version, so that none is fast by luck."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from adbench.harness.query_plans import nodes
from adpulse import calendar
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.reports.readers import open_readers
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.patience import PATIENCE_S
from tests.servers import CLUSTERS, Server, quiet_server, scratch_databases

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="plans of the designs for one server")

STOP = datetime(2026, 5, 1, 10, 20, tzinfo=UTC)
START = STOP - timedelta(days=30)
LARGEST = ["C1"]

Opened = tuple[Connection, Variant]

ROLLUPS = ("rollup_day", "rollup_hour", "rollup_minute")


@pytest.fixture(scope="module")
def server(postgres: str) -> Iterator[Server]:
    """Yield a server of these tests alone: a transaction of another test would hold back the marks."""
    with quiet_server(postgres) as quiet:
        yield quiet


@pytest.fixture(scope="module", params=["rollup", "rollup_dims"])
async def filled(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[tuple[str, Variant]]:
    """Yield a database with 31 days of events, compacted and vacuumed: C1 has some in every hour, beside forty other
    campaigns.
    """
    variant = catalogue.find(request.param)
    async with scratch_databases(server) as new:
        url = await new(variant.name)
        connection = await connections.connect(url)
        await connection.execute("SELECT prepare_days($1, $2)", START.date(), STOP.date())
        await connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id, metadata) "
            "SELECT $1::timestamptz + make_interval(mins => n * 4), 'click', "
            "  CASE WHEN n % 3 < 2 THEN 'C1' ELSE 'C' || (2 + n % 40) END, 'U1', "
            """  jsonb_build_object('geo', chr(65 + n % 5), 'device', chr(65 + n % 3), 'slot', n % 7) """
            "FROM generate_series(0, 10800) AS n",
            START,
        )
        await run_round(connection, variant)
        await connection.execute("VACUUM (ANALYZE)")
        await connection.close()
        yield urlsplit(url).path.lstrip("/"), variant


@asynccontextmanager
async def copied(server: Server, filled: tuple[str, Variant]) -> AsyncIterator[Opened]:
    """Copy the database, and yield a connection to the copy."""
    template, variant = filled
    name = f"t_{uuid.uuid4().hex}"
    await server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    connection = await connections.connect(server.url(name), plan_cache_mode="force_custom_plan", jit="off")
    try:
        yield connection, variant
    finally:
        await connection.close()
        await server.drop(name)


@pytest.fixture(scope="module")
async def opened(server: Server, filled: tuple[str, Variant]) -> AsyncIterator[Opened]:
    """Open a copy for the tests that only read: they may run in any order."""
    async with copied(server, filled) as opened:
        yield opened


@pytest.fixture
async def own(server: Server, filled: tuple[str, Variant]) -> AsyncIterator[Opened]:
    """Open a copy for a test that writes."""
    async with copied(server, filled) as own:
        yield own


async def explain(opened: Opened, *arguments: Any) -> list[dict[str, Any]]:
    connection, variant = opened
    types = "text[], timestamptz, timestamptz, text, text, text, jsonb"
    return await explained(connection, f"({types}) AS {variant.report}", arguments)


async def explained(connection: Connection, prepared: str, arguments: tuple[Any, ...]) -> list[dict[str, Any]]:
    types = ("text[]", "timestamptz", "timestamptz", "text", "text", "text", "jsonb")[: len(arguments)]
    quoted = ", ".join(f"quote_nullable(${n}::{name})" for n, name in enumerate(types, 1))
    literals = await connection.fetchval(f"SELECT concat_ws(', ', {quoted})", *arguments)
    await connection.execute(f"PREPARE report {prepared}")
    try:
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE report ({literals})")
    finally:
        await connection.execute("DEALLOCATE report")
    return list(nodes(json.loads(plan)[0]["Plan"]))


def planned_once(variant: Variant) -> str:
    """Return what PREPARE needs for the statement of totals, which is planned before its values are known."""
    statement = variant.statement(by_time=True, breakdown=False)
    assert statement.planned_once
    return f"(text[], timestamptz, timestamptz, text, text) AS {statement.text}"


def blocks(plan: list[dict[str, Any]]) -> int:
    return int(plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"])


def scans(plan: list[dict[str, Any]], *tables: str) -> list[dict[str, Any]]:
    return [node for node in plan if node.get("Relation Name", "").startswith(tables)]


def rows(found: list[dict[str, Any]]) -> float:
    return sum(node["Actual Rows"] * node["Actual Loops"] for node in found)


async def test_thirty_days_of_the_largest_campaign_are_some_index_entries(opened: Opened) -> None:
    """Days inside, hours and minutes at the edges, from the index alone; no event, and no partition, is opened."""
    plan = await explain(opened, LARGEST, START, STOP, None, None, None, None)
    assert not scans(plan, "events")
    rolled = scans(plan, *ROLLUPS)
    assert {node["Relation Name"] for node in rolled} == set(ROLLUPS)
    assert {node["Node Type"] for node in rolled} == {"Index Only Scan"}
    assert sum(node["Heap Fetches"] for node in rolled) == 0
    assert 40 <= rows(rolled) <= 29 + 24 + 60
    assert plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"] < 100


@pytest.mark.parametrize("campaigns", [LARGEST, ["C1", "C2", "C9"], None], ids=["one", "three", "all"])
@pytest.mark.parametrize("length", [timedelta(hours=1), timedelta(days=30)], ids=["hour", "month"])
async def test_one_plan_of_totals_is_good_for_all(
    opened: Opened, campaigns: list[str] | None, length: timedelta
) -> None:
    """Made without knowing campaigns and window, and while there is no delta: nothing but the indexes, in order."""
    connection, variant = opened
    readers = await open_readers(await database_url(connection), 1, "test", Settings())
    async with readers.quick.acquire() as quick:
        plan = await explained(quick, planned_once(variant), (campaigns, STOP - length, STOP, None, "UTC"))
    await readers.close()
    found = scans(plan, *ROLLUPS)
    assert {node["Node Type"] for node in found} == {"Index Only Scan"}
    assert sum(node["Heap Fetches"] for node in found) == 0
    assert 10 <= rows(found) <= 1_000 * len(campaigns or [""])
    deltas = scans(plan, "rollup_delta")
    if campaigns is None:
        assert {delta["Index Name"] for delta in deltas} == {"rollup_delta_all_xid_idx"}
    else:
        assert {delta["Index Name"] for delta in deltas} == {"rollup_delta_xid_campaign_id_idx"}
    # Before PostgreSQL 17 an array in a later column of an index is a filter, where the order of the index counts.
    by_index = connection.get_server_version().major >= 17 and campaigns is not None
    assert {"campaign_id" in delta["Index Cond"] for delta in deltas} == {by_index}
    assert not scans(plan, "events")
    assert plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"] < 100 * len(campaigns or [""])


@pytest.mark.parametrize("campaigns", [LARGEST, ["C1", "C2", "C9"], None], ids=["one", "three", "all"])
@pytest.mark.parametrize(
    ("granularity", "length"),
    [
        ("minute", timedelta(hours=2)),
        ("hour", timedelta(days=1)),
        ("day", timedelta(days=30)),
        ("month", timedelta(days=30)),
    ],
)
async def test_one_plan_is_good_for_every_granularity(
    opened: Opened, campaigns: list[str] | None, granularity: str, length: timedelta
) -> None:
    """A plan made once reads as much as a plan with the values, apart from the height of the indexes."""
    connection, variant = opened
    zone = calendar.zone("Asia/Kolkata")
    begins = calendar.literal(granularity, calendar.buckets(STOP - length, STOP, granularity, zone))
    readers = await open_readers(await database_url(connection), 1, "test", Settings())
    async with readers.quick.acquire() as quick:
        once = await explained(quick, planned_once(variant), (campaigns, STOP - length, STOP, granularity, begins))
    await readers.close()
    known = await explain(opened, campaigns, STOP - length, STOP, granularity, begins, None, None)
    assert blocks(once) <= blocks(known) + 40
    assert rows(scans(once, *ROLLUPS)) <= rows(scans(known, *ROLLUPS))
    assert not scans(once, "events")


async def test_all_campaigns_cost_what_one_costs(opened: Opened) -> None:
    """The sum over all campaigns is kept as a row of its own."""
    plan = await explain(opened, None, START, STOP, None, None, None, None)
    assert not scans(plan, "events")
    rolled = scans(plan, *ROLLUPS)
    assert {node["Node Type"] for node in rolled} == {"Index Only Scan"}
    assert 40 <= rows(rolled) <= 29 + 24 + 60


@pytest.mark.parametrize("filled", ["rollup"], indirect=True)
async def test_a_week_by_campaign_reads_days(opened: Opened) -> None:
    """Hours of the two days that the window cuts, minutes of the two hours; of all other days, days."""
    plan = await explain(opened, None, STOP - timedelta(days=7), STOP, None, None, "campaign_id", None)
    assert not scans(plan, "events")
    campaigns = 41
    assert 5 * campaigns <= rows(scans(plan, "rollup_day")) <= 6 * campaigns
    assert rows(scans(plan, "rollup_hour")) <= 24 * campaigns
    assert rows(scans(plan, "rollup_minute")) <= 60 * campaigns


@pytest.mark.parametrize("filled", ["rollup"], indirect=True)
async def test_weeks_of_a_zone_are_read_by_days(opened: Opened) -> None:
    """Weeks of India begin at half past: their first UTC day is read by hours, all others by the day."""
    weeks = calendar.literal("week", calendar.buckets(START, STOP, "week", calendar.zone("Asia/Kolkata")))
    plan = await explain(opened, LARGEST, START, STOP, "week", weeks, None, None)
    assert 20 <= rows(scans(plan, "rollup_day")) <= 29
    assert rows(scans(plan, "rollup_hour")) <= 24 * 7
    assert rows(scans(plan, "rollup_minute")) <= 60 * 7


async def test_days_of_a_zone_that_cuts_hours(opened: Opened) -> None:
    """Days of India begin at half past: their edges come from minutes, 31 hours' worth and no more."""
    days = calendar.literal("day", calendar.buckets(START, STOP, "day", calendar.zone("Asia/Kolkata")))
    plan = await explain(opened, LARGEST, START, STOP, "day", days, None, None)
    assert not scans(plan, "events")
    assert rows(scans(plan, "rollup_minute")) <= 33 * 60
    assert 600 <= rows(scans(plan, "rollup_hour")) <= 720


@pytest.mark.parametrize("question", [(None, None, '{"slot": "3"}'), (None, "event_type", None), (None, "slot", None)])
async def test_raw_events_are_read_in_the_partitions_of_the_window_only(
    opened: Opened, question: tuple[Any, ...]
) -> None:
    """A question that roll-ups cannot answer reads the days asked for, and not the history."""
    if opened[1].name == "rollup_dims":
        pytest.skip("its raw report is a function, whose plan EXPLAIN does not show")
    stop = START + timedelta(hours=30)
    plan = await explain(opened, LARGEST, START, stop, question[0], None, *question[1:])
    assert 2 <= len(scans(plan, "events_p")) <= 3
    assert not scans(plan, "events_default")
    assert not scans(plan, "rollup_hour", "rollup_minute")


async def test_deltas_are_read_from_where_the_moved_ones_end(own: Opened) -> None:
    """Dead rows that no VACUUM may take yet are not stepped over: an index leads past them."""
    connection, variant = own
    writer = await connections.connect(await database_url(connection))
    holder = await connections.connect(await database_url(connection))
    async with holder.transaction(isolation="repeatable_read"):
        await holder.fetch("SELECT 1 FROM active_variant")  # a snapshot from before the deltas
        # A campaign with many deltas, all moved: as many dead rows.
        await writer.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id) "
            "SELECT $1::timestamptz - make_interval(mins => n), 'click', 'C0', 'U1' "
            "FROM generate_series(1, 20000) AS n",
            START - timedelta(days=1),
        )
        last = await writer.fetchval("SELECT pg_current_xact_id()::text")
        # The mark passes them when no transaction of their time runs any more, in any database of the server.
        async with asyncio.timeout(PATIENCE_S):
            passed = "SELECT EXISTS (SELECT FROM rollup_mark WHERE before > $1::text::xid8)"
            while not await writer.fetchval(passed, last):
                await writer.execute(
                    "INSERT INTO events (ts, event_type, campaign_id, user_id) VALUES ($1, 'click', 'C0', 'U1')", START
                )
                await run_round(writer, variant)
        await writer.execute("VACUUM (ANALYZE) rollup_delta")
        assert await writer.fetchval("SELECT count(*) FROM rollup_delta") == 0
        assert await writer.fetchval("SELECT pg_relation_size('rollup_delta')") > 1_600_000  # 200 blocks
        plan = await explain(own, LARGEST, START, STOP, None, None, None, None)
        deltas = scans(plan, "rollup_delta")
        assert deltas
        assert not [delta for delta in deltas if delta["Node Type"] == "Seq Scan"]
        assert sum(delta["Shared Hit Blocks"] + delta["Shared Read Blocks"] for delta in deltas) < 100
    await holder.close()
    await writer.close()


@pytest.mark.parametrize("filled", ["rollup"], indirect=True)
async def test_a_transaction_that_is_left_open_makes_no_report_longer(own: Opened) -> None:
    """However many rounds have moved deltas since it began, a report reads those that are left."""
    connection, variant = own
    url = await database_url(connection)
    writer, holder = await connections.connect(url), await connections.connect(url)
    readers = await open_readers(url, 1, "test", Settings())

    async def deltas_read() -> list[int]:
        async with readers.quick.acquire() as quick:
            plans = [
                await explained(quick, planned_once(variant), (chosen, START, STOP, None, "UTC"))
                for chosen in (None, LARGEST)
            ]
        plans.append(await explain(own, None, START, STOP, None, None, "campaign_id", None))
        return [
            sum(node["Shared Hit Blocks"] + node["Shared Read Blocks"] for node in scans(plan, "rollup_delta"))
            for plan in plans
        ]

    transaction = holder.transaction()
    await transaction.start()
    await holder.fetchval("SELECT pg_current_xact_id()::text")
    for _ in range(30):
        await writer.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id) "
            "SELECT $1, 'click', 'C' || n, 'U1' FROM generate_series(1, 500) AS n",
            START,
        )
        await run_round(writer, variant)
    assert await writer.fetchval("SELECT pg_relation_size('rollup_delta')") > 1_000_000  # dead, and not to be vacuumed
    assert max(await deltas_read()) < 40
    await transaction.rollback()
    await readers.close()
    await holder.close()
    await writer.close()


async def database_url(connection: Connection) -> str:
    name = await connection.fetchval("SELECT current_database()")
    socket = (await connection.fetchval("SHOW unix_socket_directories")).split(",")[0].strip()
    return f"postgresql://postgres@/{name}?host={socket}"


# ── Dimensions ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("filled", ["rollup_dims"], indirect=True)
@pytest.mark.parametrize(
    ("group", "filters"), [("geo", None), (None, '{"geo": "B"}'), ("campaign_id", '{"geo": "B"}'), ("device", None)]
)
async def test_a_declared_dimension_is_read_from_its_roll_ups(
    opened: Opened, group: str | None, filters: str | None
) -> None:
    """One row per day and value, and at the edges per hour; raw events of two hours at most, which hold few."""
    connection, variant = opened
    arguments = (LARGEST, START, STOP, None, None, group, filters)
    # Else what the session read before is counted, too: PostgreSQL reports it once a second.
    await connection.execute("SELECT pg_stat_force_next_flush()")
    async with connection.transaction():
        found = await connection.fetch(variant.report, *arguments)
        # Of this transaction. Plans of what a function asks cannot be seen.
        read = dict(
            await connection.fetch(
                "SELECT regexp_replace(relname, '_p[0-9]+$', ''), "
                "  sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int "
                "FROM pg_stat_xact_user_tables GROUP BY 1"
            )
        )
    assert found
    assert read.get("events", 0) < 5_000
    assert read.get("rollup_dim_hour", 0) + read.get("rollup_dim_day", 0) <= 6 * 60


async def partitions(connection: Connection, variant: Variant, *arguments: Any) -> set[str]:
    """Ask by a dimension, as the service does. Return the partitions that it opened, by the locks that it holds."""
    statement = variant.statement(by_time=False, breakdown=True, by_metadata=True)
    async with connection.transaction():
        assert await connection.fetch(statement.text, *arguments)
        held = "SELECT relation::regclass::text FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
        return {name for (name,) in await connection.fetch(held) if name.startswith("events_p")}


@pytest.mark.parametrize("filled", ["rollup_dims"], indirect=True)
async def test_no_partition_is_opened_for_events_that_were_added_up(own: Opened) -> None:
    """Whole days and hours that upkeep has been through; then one event comes, and its day alone is looked into."""
    connection, variant = own
    day = START.replace(hour=0, minute=0) + timedelta(days=3)
    asked = [
        (None, day, day + timedelta(days=20), None, None, "geo", None),
        (None, day, day + timedelta(hours=5), None, None, None, '{"geo": "B"}'),
    ]
    for arguments in asked:
        assert not await partitions(connection, variant, *arguments)
    writer = await connections.connect(await database_url(connection))
    insert = "INSERT INTO events (ts, event_type, campaign_id, user_id, metadata) VALUES ($1, 'click', 'C0', 'U1', $2)"
    await writer.execute(insert, day + timedelta(hours=1), '{"geo": "B"}')
    for arguments in asked:
        found = await partitions(connection, variant, *arguments)
        assert {name[: len("events_p20260501")] for name in found} == {f"events_p{day:%Y%m%d}"}
    await run_round(writer, variant)
    for arguments in asked:
        assert not await partitions(connection, variant, *arguments)
    await writer.close()


async def test_a_plan_by_a_dimension_stays_good(server: Server) -> None:
    """Made once a session, while the roll-ups are empty; when they have grown, it reads what was asked for."""
    variant = catalogue.find("rollup_dims")
    async with scratch_databases(server) as new:
        connection = await connections.connect(await new(variant.name), jit="off")
        statement = variant.statement(by_time=False, breakdown=True, by_metadata=True)
        arguments = (["C7"], START.replace(hour=0, minute=0), STOP, None, None, "geo", None)
        for _ in range(7):
            assert not await connection.fetch(statement.text, *arguments)
        await connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id, metadata) "
            "SELECT $1::timestamptz + make_interval(mins => n * 4), 'click', 'C' || n % 200, 'U1', "
            "  jsonb_build_object('geo', 'G' || n % 150) "
            "FROM generate_series(0, 8000) AS n",
            START,
        )
        await run_round(connection, variant)
        await connection.execute("SELECT pg_stat_force_next_flush()")
        async with connection.transaction():
            found = await connection.fetch(statement.text, *arguments)
            assert {row["grp"]: row["clicks"] for row in found} == {"G7": 14, "G57": 13, "G107": 13}
            read = await connection.fetchval(
                "SELECT sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables "
                "WHERE relname IN ('rollup_dim_day', 'rollup_dim_hour', 'rollup_dim_minute')"
            )
        assert read < 100 < 10_000 < await connection.fetchval("SELECT count(*) FROM rollup_dim_day")
        # Of many values, one is asked for with a plan of its own.
        (row,) = await connection.fetch(statement.text, *arguments[:5], None, '{"geo": "G7"}')
        assert row["clicks"] == 14
        await connection.close()


@pytest.mark.parametrize("others", ["at rest", "in a transaction for long"])
async def test_a_report_does_not_read_what_was_added_up(server: Server, others: str) -> None:
    """The index knows the blocks that upkeep has been through, also while others do not end: autovacuum is off."""
    variant, now = catalogue.find("rollup_dims"), datetime.now(UTC)
    async with scratch_databases(server) as new:
        connection = await connections.connect(await new(variant.name))
        elsewhere = await connections.connect(server.url())
        if others == "in a transaction for long":
            await elsewhere.execute("BEGIN; SELECT pg_current_xact_id()")
        for _ in range(2):
            for _ in range(90):
                await connection.execute(
                    "INSERT INTO events (ts, campaign_id, user_id, event_type, metadata) "
                    """SELECT $1, 'A', repeat('u', 120), 'click', '{"geo": "IN"}' FROM generate_series(1, 100)""",
                    now,
                )
            await run_round(connection, variant)
        await connection.execute("SET enable_seqscan = off")
        behind = "SELECT rollup_dim_behind(ARRAY[$1::date], snapshot, 'true') FROM rollup_dim_mark"
        source = await connection.fetchval(behind, now.date())
        (plan,) = json.loads(await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {source}"))
        pages = await connection.fetchval("SELECT sum(pg_relation_size(relid)) / 8192 FROM pg_partition_tree('events')")
        assert pages > 300
        assert blocks([plan["Plan"]]) < pages / 3
        await connection.close()
        await elsewhere.close()
