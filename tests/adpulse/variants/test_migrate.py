"""A database moves between any two designs: no event is lost, and no answer changes."""

import itertools
from datetime import timedelta

import pytest

from adpulse.database import connections
from adpulse.database.errors import SchemaError
from adpulse.database.locks import MOVE_LOCK
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate, online, verify
from adpulse.variants.catalogue import Variant
from tests.adpulse.variants.conftest import COLUMNS, EPOCH, HERE, edges, events, plain
from tests.servers import CLUSTERS, NewDatabase

NAMES = ["heap", "rollup", *CLUSTERS] if CLUSTERS else [variant.name for variant in HERE]


def circuit(names: list[str]) -> list[str]:
    """Return a walk from every name to every other, each exactly once (Hierholzer, complete digraph)."""
    left = {name: [other for other in names if other != name] for name in names}
    stack, walk = [names[0]], []
    while stack:
        if onward := left[stack[-1]]:
            stack.append(onward.pop())
        else:
            walk.append(stack.pop())
    return walk[::-1]


async def test_a_database_moves_between_any_two_variants(new_database: NewDatabase) -> None:
    """All ordered pairs: no event is lost, no answer changes, and the reports agree with a recount."""
    walk = circuit(NAMES)
    assert len(set(itertools.pairwise(walk))) == len(NAMES) * (len(NAMES) - 1)
    connection = await connections.connect(await new_database(walk[0]))
    await connection.copy_records_to_table("events", records=events(60), columns=COLUMNS)
    window = (EPOCH, EPOCH + timedelta(days=3))
    question = (None, *window, "hour", edges(*window, "hour", "Asia/Kolkata"), "geo", None)

    async def state() -> tuple[list[str], list[str]]:
        variant = await catalogue.active(connection)
        stored = await connection.fetch(f"SELECT {', '.join(COLUMNS)} FROM events")
        reported = plain(await connection.fetch(variant.report, *question))
        return sorted(map(repr, stored)), sorted(map(repr, reported))

    before = await state()
    for name in walk[1:]:
        assert (await migrate.migrate(connection, name)).name == name
        await run_round(connection, catalogue.find(name))
        assert await state() == before, name
    assert (await verify.verify(connection, catalogue.find(walk[-1]))).exact
    await connection.close()


async def test_a_design_on_an_extension_is_built_in_the_place_of_the_other(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one transaction, as for TimescaleDB and Citus, here with the designs that each server has: nothing is lost.

    Refused, it changes nothing: while the database is being moved, and where raw events are gone.
    """
    monkeypatch.setattr(Variant, "moves_online", False)
    url = await new_database(NAMES[0])
    connection, other = await connections.connect(url), await connections.connect(url)
    await connection.copy_records_to_table("events", records=events(60), columns=COLUMNS)
    stored = f"SELECT {', '.join(COLUMNS)} FROM events"
    before = sorted(map(repr, await connection.fetch(stored)))
    try:
        for name in [*NAMES[1:], NAMES[0]]:
            assert (await migrate.migrate(connection, name)).name == name
            assert sorted(map(repr, await connection.fetch(stored))) == before, name
            assert (await verify.verify(connection, catalogue.find(name))).exact, name
        await other.execute("SELECT pg_advisory_lock($1)", MOVE_LOCK)
        with pytest.raises(SchemaError, match="is being moved"):
            await migrate.migrate(connection, NAMES[1])
        await other.execute("SELECT pg_advisory_unlock($1)", MOVE_LOCK)
        await connection.execute("INSERT INTO raw_horizon (kept_from) VALUES (now())")
        with pytest.raises(SchemaError, match="DELETE FROM raw_horizon"):
            await migrate.migrate(connection, NAMES[1])
        assert (await catalogue.active(connection)).name == NAMES[0]
        assert await connection.fetchval("SELECT to_regclass('moving')") is None
    finally:
        await connection.close()
        await other.close()


async def test_a_variant_that_cannot_be_had_changes_nothing(new_database: NewDatabase) -> None:
    """A missing extension and a wrong name are one clear line each; the database stays as it was."""
    connection = await connections.connect(await new_database("heap"))
    timescale = catalogue.find("20_timescale")
    reason = await catalogue.unavailable(connection, timescale)
    if reason is None:
        pytest.skip("this server has TimescaleDB")
    # Or has not loaded, where it is installed.
    assert reason.startswith("needs the extension timescaledb, which this server ")
    with pytest.raises(SchemaError, match="variant timescale needs the extension timescaledb"):
        await migrate.migrate(connection, "timescale")
    with pytest.raises(SchemaError, match="there is no variant 'timescales'; there are: heap, btree"):
        await migrate.migrate(connection, "timescales")
    assert (await catalogue.active(connection)).name == "heap"
    await connection.close()


async def test_a_stray_event_of_every_day_makes_few_partitions(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moving to a partitioned design gives the busiest days a partition, not each of 20,000."""
    monkeypatch.setattr(online, "MOVED_DAYS", 3)
    connection = await connections.connect(await new_database("heap"))
    await connection.execute(
        "INSERT INTO events (ts, event_type, campaign_id, user_id) "
        "SELECT timestamptz '1970-01-01' + make_interval(days => n), 'click', 'C1', 'U1' FROM generate_series(1, 900) n"
    )
    await migrate.migrate(connection, "partitioned")
    assert await connection.fetchval("SELECT count(*) FROM events") == 900
    assert await connection.fetchval("SELECT count(*) FROM events_default") == 897
    await connection.close()
