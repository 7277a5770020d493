"""The state of a database: dimensions as they were declared, and what keeps a move from building roll-ups again."""

import logging

import pytest

from adpulse.database.connections import Connection, connect
from adpulse.database.errors import SchemaError
from adpulse.variants import catalogue, state
from tests.servers import NewDatabase


async def test_dimensions_are_declared_in_their_order(connection: Connection) -> None:
    """Declaring others replaces them; the same again writes nothing."""
    await state.declare(connection, ["b", "a", "utm:medium"])
    assert await state.declared(connection) == ["b", "a", "utm:medium"]
    before = await connection.fetch("SELECT xmin::text FROM declared_dimension")
    await state.declare(connection, ["b", "a", "utm:medium"])
    assert await connection.fetch("SELECT xmin::text FROM declared_dimension") == before
    await state.declare(connection, ["a", "b"])
    assert await state.declared(connection) == ["a", "b"]
    await state.declare(connection, [])
    assert await state.declared(connection) == []


async def test_roll_ups_are_of_the_variant_in_force(new_database: NewDatabase) -> None:
    """A design without dimensions has none, although some are declared; one with them leaves out what was dropped."""
    for variant, found in (("rollup", []), ("rollup_dims", ["geo", "placement"])):
        connection = await connect(await new_database(variant))
        try:
            if variant == "rollup_dims":
                await connection.execute("UPDATE rollup_dimension SET dropped = true WHERE key = 'device'")
            assert await state.dimensions(connection) == found
        finally:
            await connection.close()


async def test_roles_that_are_missing_are_said(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    """A login that must not make roles goes on, and the log names them and the page that helps."""
    await connection.execute(
        "CREATE OR REPLACE FUNCTION grant_roles() RETURNS text[] LANGUAGE sql AS $$ SELECT ARRAY['one', 'two'] $$"
    )
    before = await connection.fetchval("SELECT since_at FROM active_variant")
    with caplog.at_level(logging.WARNING):
        await state.settle(connection, catalogue.find("rollup"), moved=False)
    assert "roles are missing, which this login must not make: one, two; docs/how-to/roles.md" in caplog.text
    assert await connection.fetchval("SELECT since_at FROM active_variant") == before
    await state.settle(connection, catalogue.find("partitioned"), moved=True)
    assert await connection.fetchval("SELECT name FROM active_variant") == "partitioned"


@pytest.mark.parametrize(
    ("statement", "advice"),
    [
        ("INSERT INTO raw_horizon (kept_from) VALUES ('2025-09-24Z')", "before 2025-09-24 .* DELETE FROM raw_horizon"),
        (
            "INSERT INTO archived_days SELECT (jsonb_populate_record(NULL::archived_days, '{0}')).*",
            "archived.* bring them back: adpulse restore",
        ),
    ],
)
async def test_roll_ups_of_events_that_are_gone_stop_a_move(
    connection: Connection, statement: str, advice: str
) -> None:
    """The message says how to go on; with every event here nothing stops it."""
    await state.check_complete(connection)
    columns = await connection.fetch(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_name = 'archived_days' AND is_nullable = 'NO'"
    )
    values = {"date": '"2025-09-24"', "text": '"x"', "bytea": '"x"', "timestamp with time zone": '"2025-09-24Z"'}
    row = ", ".join(f'"{each["column_name"]}": {values.get(each["data_type"], "1")}' for each in columns)
    await connection.execute(statement.replace("{0}", f"{{{row}}}"))
    with pytest.raises(SchemaError, match=advice):
        await state.check_complete(connection)
