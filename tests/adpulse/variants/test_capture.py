"""Events that come during a move are taken over once; what a move could not follow is refused."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from adpulse.database.connections import Connection, connect
from adpulse.database.errors import SchemaError
from adpulse.database.locks import MOVE_LOCK
from adpulse.variants import capture
from tests.servers import NewDatabase

INSERT = """
INSERT INTO events (ts, campaign_id, user_id, event_type)
SELECT timestamptz '2025-09-24 06:00Z', 'C', n::text, 'click' FROM generate_series(1, $1::int) AS n
"""
OIDS = "SELECT array_agg(relid::oid) FROM pg_partition_tree('public.events')"


@pytest.fixture
async def moving(new_database: NewDatabase) -> AsyncIterator[tuple[Connection, Connection]]:
    """Yield the connection of a move that has begun to note events, and one of a writer."""
    url = await new_database("partitioned")
    mover, writer = await connect(url), await connect(url)
    await mover.execute("SELECT pg_advisory_lock($1)", MOVE_LOCK)
    await mover.execute("CREATE SCHEMA adpulse_next; CREATE TABLE adpulse_next.events (LIKE public.events)")
    await capture.note(mover)
    yield mover, writer
    await mover.close()
    await writer.close()


async def test_every_event_is_taken_over_once(moving: tuple[Connection, Connection]) -> None:
    """In any number of rounds; those that the copied snapshot holds are forgotten, open transactions wait."""
    mover, writer = moving
    await writer.execute(INSERT, 3)
    await capture.forget(mover, await mover.fetchval("SELECT pg_current_snapshot()::text"))
    await writer.execute(INSERT, 5)
    since = await capture.catch_up(mover, "0")
    assert await mover.fetchval("SELECT count(*) FROM adpulse_next.events") == 5
    late = writer.transaction()
    await late.start()
    await writer.execute(INSERT, 7)
    since = await capture.catch_up(mover, since)
    assert await mover.fetchval("SELECT count(*) FROM adpulse_next.events") == 5
    await late.commit()
    await capture.catch_up(mover, since)
    assert await mover.fetchval("SELECT count(*) FROM adpulse_next.events") == 12


async def test_events_that_come_faster_than_they_go(
    moving: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The move gives up after some rounds, and says that nothing was changed."""
    mover, writer = moving
    monkeypatch.setattr(capture, "_FEW", -1)
    monkeypatch.setattr(capture, "_MOST_ROUNDS", 3)
    await writer.execute(INSERT, 5)
    with pytest.raises(SchemaError, match="nothing was changed; try again when there are fewer"):
        await capture.catch_up(mover, "0")


async def test_a_change_that_could_not_follow_is_refused(moving: tuple[Connection, Connection]) -> None:
    """Updates, deletes and TRUNCATE while a move is under way; the events stay."""
    _, writer = moving
    await writer.execute(INSERT, 2)
    for change in ("UPDATE events SET user_id = 'x'", "DELETE FROM events", "TRUNCATE events"):
        with pytest.raises(asyncpg.PostgresError):
            await writer.execute(change)
    assert await writer.fetchval("SELECT count(*) FROM events WHERE user_id <> 'x'") == 2


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more PARTITION OF events FOR VALUES FROM ('2030-01-01Z') TO ('2030-01-02Z')",
        "CREATE TABLE more PARTITION OF events FOR VALUES FROM ('2030-01-01Z') TO ('2030-01-02Z'); "
        "DROP TRIGGER IF EXISTS moving_inserted ON more",
    ],
    ids=["attached", "without its trigger"],
)
async def test_a_table_that_comes_or_goes_is_noticed(moving: tuple[Connection, Connection], change: str) -> None:
    """One without the trigger has events that nobody noted; one that was copied and is gone took its events along."""
    mover, writer = moving
    before = set(await mover.fetchval(OIDS))
    await capture.check(mover, before)
    await writer.execute(change)
    if "DROP" in change:
        with pytest.raises(SchemaError, match="was attached to events, or detached"):
            await capture.check(mover, before)
    copied = set(await mover.fetchval(OIDS))
    await writer.execute("ALTER TABLE events DETACH PARTITION more")
    with pytest.raises(SchemaError, match="was attached to events, or detached"):
        await capture.check(mover, copied)


async def test_remains_of_a_killed_move_are_harmless_and_swept(moving: tuple[Connection, Connection]) -> None:
    """Its triggers note nothing once its lock is gone, and the next move takes them away."""
    mover, writer = moving
    await mover.execute("SELECT pg_advisory_unlock($1)", MOVE_LOCK)
    await writer.execute(INSERT, 2)
    await writer.execute("DELETE FROM events WHERE user_id = '1'")
    assert await mover.fetchval("SELECT count(*) FROM adpulse_move.arrived") == 0
    await capture.sweep(mover)
    assert await mover.fetchval("SELECT to_regnamespace('adpulse_move')") is None
    await capture.sweep(mover)
    assert await writer.fetchval("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'moving%'") == 0
