"""Connections have a role, a name and bounded time, and what is opened half is closed."""

import asyncio
from typing import Any

import asyncpg
import pytest

from adpulse.database import connections, session
from adpulse.database.connections import INGEST, Connection, connect, pool
from tests.servers import NewDatabase


async def test_a_connection_has_its_role_name_and_settings(url: str) -> None:
    """pg_stat_activity and the session itself say so."""
    connection = await connect(url, "adpulse test", role=INGEST, statement_timeout="1234ms")
    try:
        row = await connection.fetchrow(
            "SELECT current_user, current_setting('application_name'), current_setting('statement_timeout')"
        )
        assert row is not None
        assert tuple(row) == (INGEST, "adpulse test", "1234ms")
    finally:
        await connection.close()


async def test_a_connection_that_cannot_be_prepared_is_closed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller has nothing to close, so nothing may stay open."""
    opened: list[Connection] = []

    async def fail(connection: Connection, *_: object) -> None:
        opened.append(connection)
        raise asyncpg.QueryCanceledError

    monkeypatch.setattr(session, "state", fail)
    with pytest.raises(asyncpg.QueryCanceledError):
        await connections.connect(url)
    assert [connection.is_closed() for connection in opened] == [True]


@pytest.mark.parametrize("pooled", [False, True])
async def test_no_timeout_ends_a_session_before_it_has_stated_its_own(
    new_database: NewDatabase, pooled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy process says its first statement late, and the defaults of a database may be a millisecond."""
    url = await new_database(None)
    owner = await asyncpg.connect(url)
    for name in session.AT_START:
        await owner.execute(f"ALTER DATABASE {url.split('?')[0].rsplit('/', 1)[1]} SET {name} = '1ms'")
    await owner.close()
    state = session.state

    async def late(*args: Any) -> None:
        await asyncio.sleep(0.1)
        await state(*args)

    monkeypatch.setattr(session, "state", late)
    connection = await connect(url) if not pooled else await (made := await pool(url, 1, "test")).acquire()
    assert await connection.fetchval("SELECT 1 FROM pg_sleep(0.1)") == 1
    if pooled:
        await made.release(connection)
        await made.close()
    else:
        await connection.close()


async def test_a_pool_starts_without_its_database() -> None:
    """It connects on demand: the error comes with the first use."""
    empty = await pool("postgresql://127.0.0.1:1/x", 1, "adpulse test")
    with pytest.raises(OSError, match="1"):
        await empty.fetchval("SELECT 1")
    await empty.close()
