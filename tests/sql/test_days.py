"""Days, and deltas of all campaigns together: how they come to older databases, and who may move deltas."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from adpulse.database import connections, migrations
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, verify
from tests.servers import CLUSTERS, NewDatabase

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="a design for one server")

LARGE_SUMS, DAYS = (
    next(text for _, name, text in migrations.migrations() if name.endswith(ending))
    for ending in ("large_sums.sql", "_days.sql")
)
START = datetime(2026, 4, 29, 22, 30, tzinfo=UTC)
WRITE = """
INSERT INTO events (ts, event_type, campaign_id, user_id, cost_micros)
SELECT $1::timestamptz + make_interval(mins => n * 37), 'click', 'C' || n % 3, 'U', $2::bigint + n
FROM generate_series(0, 150) AS n
"""
# What rounds of the version before did, in short.
OLD_ROUND = """
WITH moved AS (DELETE FROM rollup_delta WHERE xid >= (SELECT rollup_delta_start()) RETURNING *)
INSERT INTO rollup_hour AS kept
SELECT campaign_id, date_bin('1 hour', minute, 'epoch'), sum(clicks), 0, 0, 0, 0 FROM moved GROUP BY 1, 2
"""


async def without_days(connection: Connection) -> None:
    """Take back what the migration brings, but for the functions of the triggers."""
    await connection.execute(
        "DROP TABLE rollup_day, rollup_delta_all; DROP TRIGGER rollup_delta_moved ON rollup_delta; "
        "DROP FUNCTION rollup_guard()"
    )


async def exact(connection: Connection) -> bool:
    found = await verify.verify(connection, catalogue.find("rollup"))
    assert found.cells > 0
    return found.exact


@pytest.mark.parametrize("cost", [1_000, 2**43, 2**62], ids=["small", "large", "largest"])
async def test_days_are_made_of_the_hours_that_are_there(new_database: NewDatabase, cost: int) -> None:
    """Sums of any size; deltas that wait stay, and get those of all campaigns; writers and rounds go on exactly."""
    connection = await connections.connect(await new_database("rollup"))
    rollup = catalogue.find("rollup")
    await connection.execute("SELECT prepare_days($1, $2)", START.date(), START.date() + timedelta(days=6))
    for step in range(3):  # in rounds of their own, so that hours hold what one round would have put aside
        await connection.execute(WRITE, START + timedelta(minutes=step), min(cost, 2**39) - step)
        await run_round(connection, rollup)
    await without_days(connection)
    await connection.execute("DROP FUNCTION bigint_pieces")
    await connection.execute(LARGE_SUMS)  # the triggers of that time
    await connection.execute(WRITE, START + timedelta(days=1), cost)
    assert await connection.fetchval("SELECT count(*) FROM rollup_delta") > 0
    await connection.execute(DAYS)
    assert await exact(connection)
    await connection.execute(WRITE, START, cost)
    assert await exact(connection)
    await run_round(connection, rollup)
    assert await connection.fetchval("SELECT count(*) FROM rollup_delta_all") == 0
    assert await exact(connection)
    await connection.execute("DELETE FROM events WHERE campaign_id = 'C1'")
    await run_round(connection, rollup)
    assert await exact(connection)
    await connection.close()


async def test_hours_whose_day_would_not_fit_are_put_aside(new_database: NewDatabase) -> None:
    """Hours may each hold almost 2^63 micros; their day could not."""
    connection = await connections.connect(await new_database("rollup"))
    rollup = catalogue.find("rollup")
    await connection.execute("SELECT prepare_days($1, $2)", START.date(), START.date() + timedelta(days=6))
    amount = 2**62
    for hour in range(5):
        await connection.execute(
            "INSERT INTO events (ts, event_type, campaign_id, user_id, cost_micros) VALUES ($1, 'click', 'C', 'U', $2)",
            datetime(2026, 5, 1, hour, 5, tzinfo=UTC),
            amount,
        )
    await run_round(connection, rollup)
    # As if small rounds had put it into the hours.
    await connection.execute("DELETE FROM rollup_large")
    await connection.execute(f"UPDATE rollup_minute SET cost_micros = {amount}")
    await connection.execute(f"UPDATE rollup_hour SET cost_micros = {amount}")
    await without_days(connection)
    await connection.execute(DAYS)
    assert await exact(connection)
    await connection.close()


async def test_rounds_of_the_version_before_change_nothing(new_database: NewDatabase) -> None:
    """They do not know of days: what they would move stays, is read, and is moved by a service that knows."""
    connection = await connections.connect(await new_database("rollup"))
    await connection.execute(WRITE, START, 1)
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="newer version"):
        await connection.execute(OLD_ROUND)
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError, match="newer version"):
        await connection.execute("DELETE FROM rollup_delta")
    assert await exact(connection)
    await run_round(connection, catalogue.find("rollup"))
    assert await connection.fetchval("SELECT count(*) FROM rollup_delta") == 0
    assert await exact(connection)
    # Nor does one round let the next statement of its session pass.
    await connection.execute(WRITE, START, 1)
    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        await connection.execute("DELETE FROM rollup_delta")
    await connection.close()


async def test_a_truncate_empties_all_of_it(new_database: NewDatabase) -> None:
    """A truncate of events empties all roll-ups; one of a partition subtracts its rows."""
    connection = await connections.connect(await new_database("rollup"))
    rollup = catalogue.find("rollup")
    day = date(2026, 4, 30)
    await connection.execute("SELECT prepare_days($1, $2)", day, day + timedelta(days=5))
    await connection.execute(WRITE, START, 1)
    await run_round(connection, rollup)
    await connection.execute(WRITE, START, 1)
    await connection.execute("TRUNCATE events_p20260430")
    assert await exact(connection)
    await run_round(connection, rollup)
    assert await exact(connection)
    await connection.execute("TRUNCATE events")
    for table in rollup.tables:
        assert not await connection.fetchval(f"SELECT count(*) FROM {table}"), table
    await connection.close()
