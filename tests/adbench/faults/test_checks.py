"""The harness compares every roll-up of totals with raw events, both ways, by a statement of its own."""

from datetime import UTC, datetime

import pytest

from adbench.faults import checks
from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue
from tests.servers import CLUSTERS, NewDatabase

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="the harness does not harm a cluster")

_EVENTS = """
INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros)
SELECT $1::timestamptz + n * interval '41 minutes', 'C' || n % 2, 'U', 'click', n FROM generate_series(0, 80) AS n
"""
TABLES = {"rollup_minute": "minute", "rollup_hour": "hour", "rollup_day": "day"}
ONE = "ctid = (SELECT ctid FROM {table} WHERE campaign_id {whose} '' ORDER BY clicks DESC, ctid LIMIT 1)"
CORRUPTIONS = [
    "UPDATE {table} SET clicks = clicks + 1 WHERE {one}",
    "UPDATE {table} SET cost_micros = cost_micros - 1 WHERE {one}",
    "DELETE FROM {table} WHERE {one}",
    "UPDATE {table} SET {column} = {column} + interval '1000 days' WHERE {one}",
    "INSERT INTO {table} SELECT campaign_id, {column} + interval '1000 days', 1, 0, 0, 0, 0 FROM {table} WHERE {one}",
]


async def differences(connection: Connection) -> int:
    rows = await connection.fetch(checks._BOTH_WAYS)
    return sum(row["count"] for row in rows)


@pytest.mark.parametrize("name", ["rollup", "rollup_dims"])
async def test_every_corruption_is_found(new_database: NewDatabase, name: str) -> None:
    """A sum, or a row gone, moved or added, is found in minutes, hours and days, of a campaign and of all together."""
    connection = await connections.connect(await new_database(name))
    await connection.execute(_EVENTS, datetime(2026, 3, 28, 22, 0, tzinfo=UTC))
    await run_round(connection, catalogue.find(name))
    assert await differences(connection) == 0
    for table, column in TABLES.items():
        for whose in ("<>", "="):
            for corruption in CORRUPTIONS:
                statement = corruption.format(table=table, column=column, one=ONE.format(table=table, whose=whose))
                transaction = connection.transaction()
                await transaction.start()
                assert not (await connection.execute(statement)).endswith(" 0")
                assert await differences(connection) > 0, statement
                await transaction.rollback()
    await connection.close()
