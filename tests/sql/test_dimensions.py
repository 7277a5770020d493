"""Roll-ups of dimensions behind a mark: a report is what its snapshot holds, in every order of writers and upkeep."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database import connections
from adpulse.maintenance.loop import run_round
from adpulse.variants.verify import verify
from tests.servers import NewDatabase, Server, scratch_databases
from tests.sql.dimension_world import COLUMNS, DAY, NOW, ROLLUP_DIMS, STEP, ask, check, finish, sent, world


@pytest.mark.parametrize("seed", range(3))
@settings(max_examples=10)
@given(steps=st.lists(STEP, min_size=5, max_size=30))
async def test_reports_are_exact_under_concurrent_changes(server: Server, seed: int, steps: list[Any]) -> None:
    """Writers in transactions of their own, corrections, TRUNCATE, rounds in between: after each step reports of a
    dimension are what the events in the same snapshot are, and in the end roll-ups are, too.
    """
    async with scratch_databases(server) as new_database, world(new_database) as here:
        for number, step in enumerate(steps):
            await here.do(step)
            if number % 3 == seed:
                await check(here.reader)
        await finish(here)


async def test_a_day_that_comes_back_while_it_is_built(new_database: NewDatabase) -> None:
    """Events that are brought back past the triggers, in a transaction that a round does not see, are added later."""
    url = await new_database("rollup_dims")
    first, second = await connections.connect(url), await connections.connect(url)
    day, places = (NOW - 2 * DAY).date(), "ARRAY(SELECT place FROM rollup_dimension)"
    await first.execute("SELECT prepare_days($1, $1)", day)
    rows = [sent((NOW - 2 * DAY, "A", "click", 7, geo)) for geo in ("IN", "US", "IN")]
    await first.copy_records_to_table("events", records=rows, columns=COLUMNS)
    await run_round(first, ROLLUP_DIMS)
    async with second.transaction():
        # As a restore does, whose roll-ups are there.
        await second.execute("SET LOCAL adpulse.counted = on")
        await second.copy_records_to_table(f"events_p{day:%Y%m%d}", records=rows, columns=COLUMNS)
        await second.execute(f"SELECT rollup_dim_forget({places}, $1, $1)", day)
        builder = first.transaction()
        await builder.start()
        await first.execute("SELECT rollup_dim_advance()")  # before the other is over
    await first.execute("SELECT rollup_dim_build(start) FROM rollup_dim_pending")  # after
    await builder.commit()
    for _ in range(2):
        assert (await ask(first, "geo", campaigns=["A"]))[0] == {
            (None, "IN"): (0, 4, 0, 28, 12),
            (None, "US"): (0, 2, 0, 14, 6),
        }
        await run_round(first, ROLLUP_DIMS)
    assert [each for each in (await verify(first, ROLLUP_DIMS)).mismatches if "dim_" in each.question] == []
    await first.close()
    await second.close()


async def test_a_mark_from_a_dump_is_not_believed(new_database: NewDatabase) -> None:
    """Where rows came out of a dump, events have other numbers than those that the mark knows, also in one cluster."""
    connection = await connections.connect(await new_database("rollup_dims"))
    rows = [sent((NOW - DAY, "A", "click", 7, geo)) for geo in ("IN", "US", "IN")]
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    await run_round(connection, ROLLUP_DIMS)
    kept = {table: await connection.fetch(f"SELECT * FROM {table}") for table in ROLLUP_DIMS.tables}
    await connection.execute("SET session_replication_role = replica")  # pg_restore --data-only --disable-triggers
    await connection.execute(f"TRUNCATE events, {', '.join(ROLLUP_DIMS.tables)}")
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    for table, found in kept.items():
        await connection.copy_records_to_table(table, records=[tuple(row) for row in found])
    await connection.execute("SET session_replication_role = origin")
    await connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    for raw in (True, False):
        found, is_raw = await ask(connection, "geo")
        assert found == {(None, "IN"): (0, 4, 0, 28, 12), (None, "US"): (0, 2, 0, 14, 6)}
        assert is_raw == raw
        await run_round(connection, ROLLUP_DIMS)
        await run_round(connection, ROLLUP_DIMS)
    assert (await verify(connection, ROLLUP_DIMS)).wrong == 0
    await connection.close()
