"""The state of a database: days, events, replicas, and what a login may see."""

from typing import Any

from adpulse.database.connections import Connection, connect
from adpulse.maintenance import status as state
from adpulse.settings import Settings
from adpulse.variants import catalogue, rounds
from tests.servers import NewDatabase

FILL = """
INSERT INTO events (ts, campaign_id, user_id, event_type, metadata)
SELECT timestamptz '2025-09-24 06:00Z' + n * interval '1 hour', 'C', 'U', 'click', '{"geo": "IN"}'
FROM generate_series(1, 40) AS n
"""


async def described(connection: Connection) -> dict[str, Any]:
    return await state.read(connection, Settings())


async def test_days_are_those_of_partitions_that_hold_events(connection: Connection) -> None:
    """Partitions that upkeep has made ahead do not count; the first and last day are of events."""
    await connection.execute("SELECT prepare_days('2025-09-24', '2025-09-28')")
    await connection.execute(FILL)
    days = (await described(connection))["days"]
    assert days == {"count": 2, "first": "2025-09-24", "last": "2025-09-25", "others": False}


async def test_a_dimension_counts_the_values_that_events_have(new_database: NewDatabase) -> None:
    """None in an empty database; events without the key, and the row that the rest shares, are no value."""
    _, statements = catalogue.find("rollup_dims").maintenance or (0, [])
    connection = await connect(await new_database("rollup_dims"))
    try:
        before = (await described(connection))["dimensions"]
        await connection.execute(FILL)
        await rounds.catch_up(connection, statements)
        after = (await described(connection))["dimensions"]
    finally:
        await connection.close()
    assert [(each["key"], each["values"]) for each in before] == [("geo", 0), ("device", 0), ("placement", 0)]
    assert [(each["key"], each["values"]) for each in after] == [("geo", 1), ("device", 0), ("placement", 0)]


async def test_a_part_that_a_login_may_not_see_is_left_out(connection: Connection) -> None:
    """The role of reports sees events and no keys; the other parts are there."""
    await connection.execute("SET ROLE adpulse_report")
    found = await described(connection)
    assert found["keys"] is None
    assert found["events"] == {"count": 0, "estimated": False}


async def test_replicas_that_are_away_are_named(connection: Connection) -> None:
    """A slot that nobody reads keeps the log for a replica; one that reports should read from does not answer."""
    await connection.execute("SELECT pg_create_physical_replication_slot('status_test', true)")
    try:
        settings = Settings(read_database_url="postgresql://127.0.0.1:1/x")
        found = (await state.read(connection, settings))["replicas"]
    finally:
        await connection.execute("SELECT pg_drop_replication_slot('status_test')")
    states = {each["name"]: each["state"] for each in found}
    assert states["status_test"] == "away"
    assert states["ADPULSE_READ_DATABASE_URL"] == "away"
