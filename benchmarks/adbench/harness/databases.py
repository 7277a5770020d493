"""Databases that a benchmark makes for itself, on the server that it is given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import asyncpg

from adbench.errors import LabError
from adbench.harness import cpu
from adbench.records import environment
from adbench.records.model import Postgres
from adpulse.database.connections import Connection, connect
from adpulse.variants import catalogue, migrate


class ScratchError(LabError):
    """The server does not let us make a database; the text says what to do."""


@asynccontextmanager
async def connected(url: str, **settings: str) -> AsyncIterator[Connection]:
    """Yield a connection with these settings, closed at the end. Raise one of adpulse's UNAVAILABLE."""
    connection = await connect(url, **settings)
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


@asynccontextmanager
async def rolled_back(connection: Connection) -> AsyncIterator[None]:
    """Run the block in a transaction that leaves no trace."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
    finally:
        await transaction.rollback()


async def postgres(url: str) -> Postgres:
    """Return the server behind a database."""
    async with connected(url) as connection:
        return await environment.postgres(connection)


async def postmaster(url: str) -> int | None:
    """Return the process that started all others of the server; None when it runs on another machine."""
    async with connected(url) as connection:
        return cpu.parent(await connection.fetchval("SELECT pg_backend_pid()"), "postgres")


async def describe(url: str) -> tuple[Postgres, str]:
    """Return the server behind a database, and the variant in force there."""
    async with connected(url) as connection:
        return await environment.postgres(connection), (await catalogue.active(connection)).name


def sibling(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in ("dbname", "database")]
    # Slashes stay as they are: host=/path/of/a/socket.
    return urlunsplit(parts._replace(path=f"/{name}", query=urlencode(query, safe="/")))


async def recreate(server: str, name: str) -> str:
    """Drop the database `name` on the server that the URL points to, make it anew and return its URL.

    Raise ScratchError when the role may not create databases, or when somebody uses that database.
    """
    try:
        async with connected(server) as connection:
            if await connection.fetchval("SELECT current_database()") == name:
                raise ScratchError(f"{name} is dropped at the start of each run: name another database in the URL")
            await connection.execute(f"DROP DATABASE IF EXISTS {name}")
            await connection.execute(f"CREATE DATABASE {name}")
    except asyncpg.InsufficientPrivilegeError as error:
        raise ScratchError(
            f"this needs a database of its own, {name}, and the role may not create it: {error}.\n"
            "Either ALTER ROLE … CREATEDB, or unset ADPULSE_DATABASE_URL to use the embedded PostgreSQL."
        ) from error
    except asyncpg.ObjectInUseError as error:
        raise ScratchError(f"the database {name} is in use, perhaps by another run: {error}") from error
    return sibling(server, name)


async def migrated(server: str, name: str, variant: str | None) -> str:
    """Make a database anew with all migrations and a variant; return its URL. Raise ScratchError."""
    url = await recreate(server, name)
    async with connected(url) as connection:
        await migrate.migrate(connection, variant)
    return url


async def existing(server: str, name: str) -> str | None:
    """Return the URL of the database `name` on that server, if it is there."""
    async with connected(server) as connection:
        there = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name)
    return sibling(server, name) if there else None
