"""The connections of reports read only, for a bounded time, and see one moment where a report asks twice."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from adpulse.database.connections import Connection, connect
from adpulse.reports.readers import QUICK, THOROUGH, Readers, open_readers
from adpulse.settings import Settings

COUNT = "SELECT count(*) FROM events"
INSERT = "INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES ('2025-09-24Z', 'C', 'U', 'click')"


@pytest.fixture
async def readers(url: str) -> AsyncIterator[Readers]:
    readers = await open_readers(url, 1, "adpulse test", Settings(report_timeout_ms=4_321))
    yield readers
    await readers.close()


async def test_sessions_are_of_their_kind(readers: Readers) -> None:
    """Each pool plans in its own way; neither writes, and both end a statement that takes too long."""
    for pool, planner in ((readers.quick, QUICK), (readers.thorough, THOROUGH)):
        async with pool.acquire() as connection:
            for name, value in planner.items():
                assert await connection.fetchval("SELECT current_setting($1)", name) == value
            assert await connection.fetchval("SHOW statement_timeout") == "4321ms"
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(INSERT)


async def test_one_snapshot_is_one_moment(readers: Readers, connection: Connection) -> None:
    """Events stored between two statements of a report are in neither; without need there is no transaction."""
    async with readers.thorough.acquire() as reader:
        async with readers.transaction(reader, THOROUGH, one_snapshot=True):
            assert await reader.fetchval(COUNT) == 0
            await connection.execute(INSERT)
            assert await reader.fetchval(COUNT) == 0
        async with readers.transaction(reader, THOROUGH):
            assert not reader.is_in_transaction()
            assert await reader.fetchval(COUNT) == 1


@pytest.mark.parametrize("one_snapshot", [True, False])
async def test_a_pooled_session_is_set_for_one_transaction(url: str, one_snapshot: bool) -> None:
    """Others get the server afterwards: nothing of ours is left in its session, and what reads cannot write."""
    settings = Settings(report_timeout_ms=4_321)
    reader = await connect(url)
    try:
        before = await reader.fetchval("SHOW statement_timeout")
        readers = Readers(reader, reader, settings, pooled=True)  # type: ignore[arg-type]  # the pools are not asked
        async with readers.transaction(reader, QUICK, one_snapshot=one_snapshot):
            assert await reader.fetchval("SHOW statement_timeout") == "4321ms"
            assert await reader.fetchval("SHOW enable_seqscan") == "off"
            assert await reader.fetchval("SHOW transaction_read_only") == "on"
        assert await reader.fetchval("SHOW statement_timeout") == before
        assert await reader.fetchval("SHOW enable_seqscan") == "on"
    finally:
        await reader.close()
