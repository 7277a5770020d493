"""Connections to PostgreSQL, and the numbered migrations in sql/migrations."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import cache, partial
from pathlib import Path
from typing import TypeAlias

import asyncpg
import asyncpg.pool

log = logging.getLogger(__name__)

_PACKAGED = Path(__file__).parents[1] / "sql"
# In a wheel the SQL lies inside the package, in a checkout beside the service.
SQL_DIR = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[3] / "sql"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CONNECT_TIMEOUT_S = 5.0

# Prepared statements that a connection keeps, unless a pooler between cannot follow them.
STATEMENTS = 100

# What a connection of the service is for, as a role of the database: sql/migrations/0004.
INGEST, REPORT, MAINTAIN = "adpulse_ingest", "adpulse_report", "adpulse_maintain"

# To be run first in a transaction that has one snapshot for several statements. A partition that goes, or a design that
# another replaces, takes events alone; with a snapshot from before and a lock from after, a report would see neither
# what was there nor that it has gone. (A single statement has its locks before its snapshot.)
LOCK_EVENTS = "LOCK TABLE ONLY events IN ACCESS SHARE MODE"

# Any constant will do, as long as every process takes the same.
_MIGRATION_LOCK = 0x616450_01

# How long a change of a database in use tries to get its locks, and how long everybody else waits behind one try: at
# first, and where it never gets its turn; well below PostgreSQL's deadlock_timeout, so that it is the change that
# gives up and not a report.
PATIENCE_S = 300.0
_RETRY_S = 0.5
_WAIT_MS, _LONGEST_WAIT_MS = 100, 400

# What says that the database is away or short of something, and not that the request is wrong. Classes 08
# (connection), 25006 (read-only: a standby), 53 (resources, such as disk full), 57P (shutdown, starting up), 58 (I/O);
# and a database or role that is not there, or has no rights yet, which a server that is being set up says for a while.
UNAVAILABLE = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server ended the session while asyncpg was between two states
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InsufficientPrivilegeError,
)


class SchemaError(Exception):
    """The database is not in the state that a command needs; the text says what to do."""


class InUseError(SchemaError):
    """Others used the tables for so long that nothing was changed."""


async def connect(
    url: str, application: str = "adpulse", *, role: str | None = None, statements: int = STATEMENTS, **settings: str
) -> Connection:
    """One connection, with the rights of `role` where it can have them; its session speaks UTC.

    Raises one of UNAVAILABLE.
    """
    connection = await asyncpg.connect(
        url,
        timeout=CONNECT_TIMEOUT_S,
        statement_cache_size=statements,
        server_settings={"application_name": application, "timezone": "UTC", **settings},
    )
    if role is not None:
        try:
            await _take(connection, role)
        except BaseException:  # cancelled, too: the caller has no connection to close
            connection.terminate()
            raise
    return connection


async def _take(connection: Connection, role: str) -> None:
    """Have the rights of this role only, for the rest of the session.

    A login that is not a member of it, or a database without it, keeps the rights of the login: one that has fewer is
    as good, and one that has more was somebody's choice, of which the log says a line.
    """
    try:
        # As a parameter at the connection's start it would end it in both cases.
        await connection.execute(f"SET ROLE {role}")
    except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
        _say_once(f"this connection has all rights of its login: {error}; see docs/how-to/roles.md")


@cache
def _say_once(message: str) -> None:
    log.warning(message)


async def pool(
    url: str,
    size: int,
    application: str,
    *,
    role: str | None = None,
    resets: bool = True,
    statements: int = STATEMENTS,
    **settings: str,
) -> Pool:
    """A pool that opens connections on demand: so a service starts, and answers 503, without its database.

    `resets=False` is for users that leave nothing behind in a session: it saves a round trip at every release.
    """
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        max_inactive_connection_lifetime=0,  # an idle connection is what makes the next report fast
        init=None if role is None else partial(_take, role=role),
        reset=None if resets else _as_it_is,
        timeout=CONNECT_TIMEOUT_S,
        statement_cache_size=statements,
        server_settings={"application_name": application, "timezone": "UTC", **settings},
    )


async def _as_it_is(connection: Connection) -> None:
    """Leave a session as its last user left it."""


def migrations() -> list[tuple[int, str, str]]:
    """The migrations in order: version, file name, text."""
    paths = sorted((SQL_DIR / "migrations").glob("[0-9]*.sql"))
    return [(int(path.name.split("_")[0]), path.name, path.read_text()) for path in paths]


def latest_version() -> int:
    """The schema version that this code needs."""
    return migrations()[-1][0]


async def version(connection: Connection) -> int:
    """The schema version of the database; 0 before the first migration."""
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return 0
    found: int = await connection.fetchval("SELECT coalesce(max(version), 0) FROM schema_migrations")
    return found


async def give_way(
    connection: Connection,
    work: Callable[[int], Awaitable[None]],
    *,
    before: Callable[[], Awaitable[None]] | None = None,
    patience_s: float | None = None,
) -> None:
    """Run `work` in a transaction; it needs a strong lock on tables in use, behind which everybody else queues up.

    So it waits 100 ms for a lock, then lets the others pass, and tries again; where it never gets its turn, it waits a
    quarter longer each time, up to 400 ms. `work` is told how long; `before` is run before each try, outside the
    transaction. Raises InUseError after `patience_s` (none: PATIENCE_S).
    """
    patience_s = PATIENCE_S if patience_s is None else patience_s
    give_up = time.monotonic() + patience_s
    wait_ms = _WAIT_MS
    while True:
        if before is not None:
            await before()
        try:
            async with connection.transaction():
                # The second is for a client that has gone in the middle, and not said so: its locks must not stay.
                await connection.execute(
                    f"SET LOCAL lock_timeout = {wait_ms}; SET LOCAL idle_in_transaction_session_timeout = '10s'"
                )
                await work(wait_ms)
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if time.monotonic() > give_up:
                message = f"tables were in use for {patience_s:.0f} s without a pause; nothing was changed"
                raise InUseError(message) from error
            log.info("tables are in use: %s", error)
        await asyncio.sleep(_RETRY_S)
        wait_ms = min(wait_ms * 5 // 4, _LONGEST_WAIT_MS)


async def migrate(connection: Connection) -> list[str]:
    """Apply the migrations that are missing, each once, all in one transaction. Returns their names.

    Raises SchemaError when the tables that they change are never free for a moment.
    """
    applied: list[str] = []

    async def work(wait_ms: int) -> None:
        applied.clear()
        # Another who migrates is waited for as long as it takes.
        await connection.execute("SET LOCAL lock_timeout = 0")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _MIGRATION_LOCK)
        await connection.execute(f"SET LOCAL lock_timeout = {wait_ms}")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            "version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        current = await version(connection)
        for number, name, text in migrations():
            if number > current:
                await connection.execute(text)
                await connection.execute("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", number, name)
                applied.append(name)
                log.info("applied migration %s", name)

    await give_way(connection, work)
    return applied
