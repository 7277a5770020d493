"""The schema diagram says what the database says."""

import pytest

from adbench.figures import schema
from adpulse.database.connections import Connection, connect
from adpulse.variants import catalogue

pytestmark = [pytest.mark.anyio, pytest.mark.every_version]


async def test_tables_columns_and_keys(connection: Connection) -> None:
    """Every table that events meet, with its columns in order; partitions are not tables of their own."""
    read = await schema.read(connection, catalogue.find("rollup"))
    tables = {table["name"]: table for table in read["tables"]}
    assert {"events", "event_ids", "idempotency_keys", "rollup_delta", "rollup_minute", "rollup_hour"} <= set(tables)
    assert not any(name.startswith("events_") for name in tables)
    events = tables["events"]
    assert events["partitioned"]
    assert events["columns"][0] == {"name": "ts", "type": "timestamp with time zone", "key": False}
    assert {"name": "event_type", "type": "enum", "key": False} in events["columns"]
    minutes = tables["rollup_minute"]["columns"]
    assert [column["name"] for column in minutes if column["key"]] == ["campaign_id", "minute"]
    assert any(index.startswith("brin (ts)") for index in events["indexes"])


async def test_functions_that_move_rows_are_arrows(connection: Connection) -> None:
    """The trigger's way from events to deltas, and upkeep's from deltas to sums."""
    flows = (await schema.read(connection, catalogue.find("rollup")))["flows"]
    assert {"source": "events", "target": "rollup_delta", "by": "statement trigger"} in flows
    assert {(flow["source"], flow["target"]) for flow in flows if flow["by"].startswith("maintain.sql")} >= {
        ("rollup_delta", "rollup_minute"),
        ("rollup_delta", "rollup_hour"),
    }


async def test_a_variant_without_roll_ups_has_no_flows(new_database) -> None:
    """A variant without roll-ups has no flows, and its indexes are its own."""
    connection = await connect(await new_database("btree_gin"))
    try:
        read = await schema.read(connection, catalogue.find("btree_gin"))
    finally:
        await connection.close()
    assert read["flows"] == []
    indexes = next(table["indexes"] for table in read["tables"] if table["name"] == "events")
    assert [index.split(" ")[0] for index in indexes] == ["btree", "gin"]
