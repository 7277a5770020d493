"""One connection, in turns: what fails in one costs the next nothing."""

import asyncio

import pytest

from adpulse.database import primary
from adpulse.database.connections import Connection
from adpulse.database.errors import UNAVAILABLE
from adpulse.database.primary import Primary
from adpulse.settings import Settings
from tests.wire import Wire

PID = "SELECT pg_backend_pid()"


async def test_turns_do_not_overlap_and_share_a_connection(url: str) -> None:
    """Many who come at once have one session, one after another."""
    one = Primary(url, Settings())
    inside = 0

    async def ask() -> int:
        nonlocal inside
        async with one.turn(60) as connection:
            inside += 1
            assert inside == 1
            pid: int = await connection.fetchval(PID)
            inside -= 1
            return pid

    assert len(set(await asyncio.gather(*(ask() for _ in range(5))))) == 1
    one.close()
    one.close()  # closed already


async def fail(one: Primary) -> None:
    async with one.turn(60) as connection:
        await connection.execute("BEGIN")
        raise LookupError


async def test_an_error_in_a_turn_opens_another_connection(url: str) -> None:
    """The next turn does not meet what somebody left in the session, such as an open transaction."""
    one = Primary(url, Settings())
    async with one.turn(60) as connection:
        before = await connection.fetchval(PID)
    with pytest.raises(LookupError):
        await fail(one)
    async with one.turn(60) as connection:
        assert not connection.is_in_transaction()
        assert await connection.fetchval(PID) != before
    one.close()


async def test_a_turn_that_hangs_ends(url: str) -> None:
    """A database that does not answer costs a caller its time, and the next one gets another connection."""
    one = Primary(url, Settings())
    async with one.turn(60):
        pass
    with pytest.raises(TimeoutError):
        async with one.turn(0.05) as connection:
            await connection.execute("SELECT pg_sleep(600)")
    async with one.turn(60) as connection:
        assert await connection.fetchval("SELECT 1") == 1
    one.close()


async def test_it_is_known_which_server_answers(
    wire: Wire, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is away it is the one that was last seen; after that, and every few seconds, it is asked again."""
    one = Primary(wire.url, Settings())
    assert one.server is None
    await wire.cut()
    await one.identify()
    assert one.server is None
    with pytest.raises(UNAVAILABLE):
        async with one.turn(60):
            pytest.fail("there is no database")
    await wire.mend()
    await one.identify()
    system = await connection.fetchval("SELECT system_identifier::text FROM pg_control_system()")
    assert one.server is not None
    assert one.server[0] == system
    known, one.server = one.server, None
    await one.identify()
    assert one.server is None  # asked a moment ago
    monkeypatch.setattr(primary, "IDENTIFY_S", 60.0)
    one._identified_at = float("-inf")
    await one.identify()
    assert one.server == known
    one.close()
