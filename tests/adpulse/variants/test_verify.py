"""The recount must find what is wrong, and only that."""

from datetime import UTC, datetime, timedelta

import pytest

from adpulse.database import connections
from adpulse.maintenance import loop
from adpulse.variants import catalogue, verify
from tests.conftest import CLUSTERS, NewDatabase

START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)


async def fill(connection: connections.Connection) -> None:
    """Three campaigns, an event of each type every 17 minutes for two days, compacted."""
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata) "
        "SELECT $1::timestamptz + n * interval '17 minutes', 'C' || n % 3, 'U', "
        "  (enum_range(NULL::event_type))[1 + n % 3], n, 2 * n, jsonb_build_object('geo', 'G' || n % 2) "
        "FROM generate_series(0, 170) AS n",
        START,
    )
    await loop.run_round(connection, await catalogue.active(connection))


@pytest.mark.parametrize("name", CLUSTERS or ["btree_gin", "rollup", "rollup_dims"])
async def test_right_reports_are_exact(new_database: NewDatabase, name: str) -> None:
    """Nothing is wrong, and something was looked at."""
    connection = await connections.connect(await new_database(name))
    try:
        await fill(connection)
        result = await verify.verify(connection, catalogue.find(name))
        assert (result.exact, result.wrong, result.accuracy, result.mismatches) == (True, 0, 1.0, [])
        assert result.cells > 500
    finally:
        await connection.close()


async def test_an_empty_database_is_exact(connection: connections.Connection) -> None:
    """No events, no cells, no fault."""
    assert await verify.verify(connection, await catalogue.active(connection)) == verify.Audit(0, 0, [])


@pytest.mark.skipif("timescale" in CLUSTERS, reason="has no roll-ups")
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE rollup_hour SET cost_micros = cost_micros + 1 WHERE campaign_id = 'C1' AND hour = $1",
        "DELETE FROM rollup_hour WHERE campaign_id = 'C1' AND hour = $1",
        "INSERT INTO rollup_hour VALUES ('C9', $1, 1, 0, 0, 0, 0)",
        "UPDATE rollup_hour SET clicks = clicks + 1 WHERE campaign_id = '' AND hour = $1",
        "INSERT INTO rollup_delta (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)"
        " VALUES ('C1', $1, 1, 0, 0, 0, 0)",
    ],
    ids=["a sum off by one micro", "a row missing", "a row too many", "the total of all campaigns", "a stray delta"],
)
async def test_one_wrong_cell_is_found(connection: connections.Connection, damage: str) -> None:
    """Any single fault in the roll-ups shows as mismatches at its hour or in sums that hold it."""
    await fill(connection)
    damaged = await connection.execute(damage, START + timedelta(hours=11))
    variant = await catalogue.active(connection)
    if variant.name == "citus" and damaged == "UPDATE 0":
        pytest.skip("this design has no row for all campaigns")
    result = await verify.verify(connection, variant)
    assert not result.exact
    assert 0 < result.accuracy < 1
    assert result.wrong >= len(result.mismatches) > 0


async def test_a_wrong_dimension_is_found(new_database: NewDatabase) -> None:
    """The roll-ups by declared dimension are recounted too."""
    connection = await connections.connect(await new_database("rollup_dims"))
    try:
        await fill(connection)
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^rollup_dim.*hour'"
        )
        assert len(tables) == 1
        await connection.execute(f"UPDATE {tables[0]['relname']} SET clicks = clicks + 1")
        assert not (await verify.verify(connection, catalogue.find("rollup_dims"))).exact
    finally:
        await connection.close()
