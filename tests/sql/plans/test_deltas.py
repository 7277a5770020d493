"""Plans of reports find the deltas that are left, past those that compaction has moved."""

import asyncio
from datetime import timedelta

import pytest

from adpulse.database import connections
from adpulse.maintenance.loop import run_round
from adpulse.reports.readers import open_readers
from adpulse.settings import Settings
from tests.patience import PATIENCE_S
from tests.sql.plans.explain import (
    LARGEST,
    START,
    STOP,
    Opened,
    database_url,
    explain,
    explained,
    planned_once,
    scans,
)


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
