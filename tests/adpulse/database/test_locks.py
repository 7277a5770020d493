"""A change of tables in use waits in short tries, and gives up instead of keeping everybody waiting."""

import asyncio

import pytest

from adpulse.database import connections, locks
from adpulse.database.connections import Connection
from adpulse.database.errors import InUseError


async def alter(connection: Connection) -> None:
    await connection.execute("ALTER TABLE events ADD COLUMN extra int")


async def column(connection: Connection) -> bool:
    """Return True if `alter` is in force."""
    wanted = "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'events'::regclass AND attname = 'extra')"
    return bool(await connection.fetchval(wanted))


async def test_a_change_gets_its_turn(url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again until the reader before it has ended, and `before` runs ahead of every try."""
    monkeypatch.setattr(locks, "_RETRY_S", 0.01)
    reader = await connections.connect(url)
    transaction = reader.transaction()
    await transaction.start()
    await reader.execute("SELECT FROM events")
    tries: list[bool] = []

    async def before() -> None:
        tries.append(True)
        if len(tries) == 2:
            await transaction.rollback()

    try:
        await locks.give_way(connection, lambda wait_ms: alter(connection), before=before)
    finally:
        await reader.close()
    assert await column(connection)
    assert len(tries) == 2


async def test_a_change_that_never_gets_its_turn_changes_nothing(url: str, connection: Connection) -> None:
    """It says so after its patience, and the reader never waits."""
    reader = await connections.connect(url)
    async with reader.transaction():
        await reader.execute("SELECT FROM events")
        with pytest.raises(InUseError, match="nothing was changed"):
            await locks.give_way(connection, lambda wait_ms: alter(connection), patience_s=0)
        await reader.execute("SELECT FROM events")
    await reader.close()
    assert not await column(connection)


async def test_readers_pass_between_two_tries(url: str, connection: Connection) -> None:
    """One that queues up behind a try gets its answer long before the change gives up."""
    holder, reader = await connections.connect(url), await connections.connect(url)
    async with holder.transaction():
        await holder.execute("SELECT FROM events")
        changing = asyncio.create_task(locks.give_way(connection, lambda wait_ms: alter(connection)))
        for _ in range(5):
            await reader.fetchval("SELECT count(*) FROM events")
        assert not changing.done()
    await changing
    for each in (holder, reader):
        await each.close()
    assert await column(connection)


def test_no_two_locks_have_one_number() -> None:
    """Two kinds of work would exclude each other."""
    numbers = [value for name, value in vars(locks).items() if name.endswith("_LOCK")]
    assert len(numbers) == len(set(numbers)) > 3
