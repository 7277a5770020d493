"""Plans of reports by a declared dimension: they read its roll-ups, and raw events only where upkeep has not been."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.servers import Server, scratch_databases
from tests.sql.plans.explain import (
    LARGEST,
    START,
    STOP,
    Opened,
    blocks,
    database_url,
)


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


async def test_new_events_are_read_in_one_process(server: Server) -> None:
    """And hashed: the planner expects few rows. Helpers cost twice the time, while writers use all processors."""
    variant, now = catalogue.find("rollup_dims"), datetime.now(UTC)
    async with scratch_databases(server) as new:
        connection = await connections.connect(await new(variant.name))
        await connection.execute("SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0")
        await connection.execute("SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0")
        await connection.execute("SET max_parallel_workers_per_gather = 2")
        await connection.execute("LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0")
        await connection.execute("SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice")
        said: list[str] = []
        connection.add_log_listener(lambda _, message: said.append(message.message))
        await connection.execute(
            "INSERT INTO events (ts, campaign_id, user_id, event_type, metadata) "
            """SELECT $1, 'A', 'U', 'click', '{"geo": "IN"}' FROM generate_series(1, 5000)""",
            now,
        )
        await connection.execute(f"ANALYZE events_p{now:%Y%m%d}")
        said.clear()
        window = (now - timedelta(hours=1), now + timedelta(hours=1))
        await connection.fetch(variant.exact_report, None, *window, None, "UTC", "geo", None)
        (plan,) = [text.partition("plan:")[2] for text in said if "written_xid >=" in text and "plan:" in text]
        assert "Gather" not in plan
        assert "Sort" not in plan
        kept = ("max_parallel_workers_per_gather", "enable_sort")
        assert [await connection.fetchval("SELECT current_setting($1)", each) for each in kept] == ["2", "on"]
        await connection.close()
