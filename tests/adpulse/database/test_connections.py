"""Connections have a role, a name and bounded time, and what is opened half is closed."""

import asyncpg
import pytest

from adpulse.database import connections, session
from adpulse.database.connections import INGEST, Connection, connect, pool


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


async def test_a_pool_starts_without_its_database() -> None:
    """It connects on demand: the error comes with the first use."""
    empty = await pool("postgresql://127.0.0.1:1/x", 1, "adpulse test")
    with pytest.raises(OSError, match="1"):
        await empty.fetchval("SELECT 1")
    await empty.close()
