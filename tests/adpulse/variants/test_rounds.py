"""Passes through maintain.sql: all statements are run, and passes follow until nothing waits."""

import asyncpg
import pytest

from adpulse.database import connections
from adpulse.variants import rounds
from tests.servers import NewDatabase

COUNT = "UPDATE counted SET number = number + 1"


async def test_passes_until_nothing_waits(new_database: NewDatabase) -> None:
    connection = await connections.connect(await new_database(None))
    await connection.execute("CREATE TABLE counted (number int); INSERT INTO counted VALUES (0)")
    await rounds.catch_up(connection, [COUNT])
    assert await connection.fetchval("SELECT number FROM counted") == 1
    await rounds.catch_up(connection, [COUNT, "SELECT (SELECT number < 4 FROM counted) AS more"])
    assert await connection.fetchval("SELECT number FROM counted") == 4
    await connection.close()


async def test_a_failure_keeps_no_statement_from_running(new_database: NewDatabase) -> None:
    connection = await connections.connect(await new_database(None))
    await connection.execute("CREATE TABLE counted (number int); INSERT INTO counted VALUES (0)")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await rounds.catch_up(connection, ["SELECT 1 / 0", COUNT, "SELECT 1 / 0 AS more"])
    assert await connection.fetchval("SELECT number FROM counted") == 1
    await connection.close()


async def test_a_session_that_was_ended_ends_the_pass(new_database: NewDatabase) -> None:
    """The failure is that end, and not that the next statement found the connection closed."""
    connection = await connections.connect(await new_database(None))
    with pytest.raises(asyncpg.PostgresError):
        await rounds.catch_up(connection, ["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 1"])
