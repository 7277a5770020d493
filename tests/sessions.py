"""Holders and waiters of locks in the database of a test: other tests run on the same server."""

from adpulse.database.connections import Connection

_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE
      wait_event_type = 'Lock' AND datname = current_database()
      AND application_name = coalesce($1, application_name)
"""
_THERE = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1 AND datname = current_database())"
_HOLDERS = """
    SELECT array_agg(DISTINCT pid) FROM pg_locks
    WHERE
      locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def waiting(connection: Connection, application: str | None = None) -> int:
    """Return how many sessions of this database wait for a lock, of that application or of all.

    `connection` is in no transaction: in one, PostgreSQL says of sessions what it said first.
    """
    found: int = await connection.fetchval(_WAITING, application)
    return found


async def ended(connection: Connection, pid: int) -> bool:
    """Return True if that session of this database has gone, with its transaction and its locks.

    It goes a moment after its client was killed: the server has to notice.
    """
    return not await connection.fetchval(_THERE, pid)


async def lock_holders(connection: Connection) -> list[int]:
    """Return the process ids of the other sessions of this database that hold an advisory lock."""
    return await connection.fetchval(_HOLDERS) or []
