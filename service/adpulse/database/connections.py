"""Connections to PostgreSQL."""

import logging
from functools import cache, partial
from typing import Any, TypeAlias

import asyncpg
import asyncpg.pool

from adpulse.database import session

log = logging.getLogger(__name__)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CONNECT_TIMEOUT_S = 5.0

# Prepared statements that a connection keeps, unless a pooler between cannot follow them.
STATEMENTS = 100

# What a connection of the service is for, as a role of the database: sql/migrations/0004.
INGEST, REPORT, MAINTAIN = "adpulse_ingest", "adpulse_report", "adpulse_maintain"


async def connect(
    url: str, application: str = "adpulse", *, role: str | None = None, **settings: str
) -> "asyncpg.Connection[asyncpg.Record]":
    """Return a connection that has stated session.SETTINGS and `settings`, with the rights of `role` if it may.

    Raise one of UNAVAILABLE.
    """
    connection = await _open(
        url,
        timeout=CONNECT_TIMEOUT_S,
        statement_cache_size=STATEMENTS,
        server_settings={"application_name": application},
    )
    try:
        await _prepare(connection, role=role, settings=settings)
    except BaseException:  # cancelled, too: the caller has no connection to close
        connection.terminate()
        raise
    return connection


async def _open(*args: Any, server_settings: dict[str, str], **options: Any) -> "asyncpg.Connection[asyncpg.Record]":
    """Return a new connection, in which no timeout can end the session before it has stated its own."""
    try:
        return await asyncpg.connect(*args, server_settings=server_settings | session.AT_START, **options)
    except asyncpg.ProtocolViolationError:  # a pooler in session mode, which takes no such parameters
        return await asyncpg.connect(*args, server_settings=server_settings, **options)


async def connect_pooled(url: str, application: str, *, statements: int) -> "asyncpg.Connection[asyncpg.Record]":
    """Return a connection through a pooler in transaction mode. Its login decides about rights.

    Raise one of UNAVAILABLE.
    """
    return await asyncpg.connect(
        url,
        timeout=CONNECT_TIMEOUT_S,
        statement_cache_size=statements,
        server_settings={"application_name": application},
        connection_class=session.PooledConnection,
    )


async def _prepare(connection: Connection, *, role: str | None, settings: dict[str, str]) -> None:
    await session.state(connection, settings, CONNECT_TIMEOUT_S)
    if role is not None:
        await _take(connection, role)


async def _take(connection: Connection, role: str) -> None:
    """Keep the rights of this role only, for the rest of the session.

    A login that is not a member of it keeps its own rights, as in a database without the role. Fewer rights do as well.
    More rights were somebody's choice: the log says so in one line.
    """
    try:
        # As a start-up parameter, it would end the connection in both cases.
        await connection.execute(f"SET ROLE {role}")
    except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
        _say_once(f"this connection has all rights of its login: {error}; see docs/how-to/roles.md")


@cache
def _say_once(message: str) -> None:
    log.warning(message)


async def pool(url: str, size: int, application: str, *, role: str | None = None, **settings: str) -> Pool:
    """Return a pool of connections as `connect` opens them, on demand: a service starts without its database.

    Its users leave nothing behind in a session: nothing is reset at a release, which saves a round trip.
    """
    opener: Any = _open  # the types of asyncpg know it with a class of connections alone
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        max_inactive_connection_lifetime=0,  # the next report is fast because of an idle connection
        init=partial(_prepare, role=role, settings=settings),
        connect=opener,
        reset=_as_it_is,
        timeout=CONNECT_TIMEOUT_S,
        statement_cache_size=STATEMENTS,
        server_settings={"application_name": application},
    )


async def pool_pooled(url: str, size: int, application: str, *, statements: int) -> Pool:
    """Return a pool of connections as `connect_pooled` opens them."""
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        max_inactive_connection_lifetime=0,
        reset=_as_it_is,
        timeout=CONNECT_TIMEOUT_S,
        statement_cache_size=statements,
        server_settings={"application_name": application},
        connection_class=session.PooledConnection,
    )


async def _as_it_is(connection: Connection) -> None:
    """Leave a session as its last user left it."""
