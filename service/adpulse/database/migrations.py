"""The numbered migrations in sql/migrations."""

import logging

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError, UnfitError
from adpulse.database.locks import MIGRATION_LOCK, give_way
from adpulse.database.sql import SQL_DIR

log = logging.getLogger(__name__)


def migrations() -> list[tuple[int, str, str]]:
    """Return the migrations in order: version, file name, text."""
    paths = sorted((SQL_DIR / "migrations").glob("[0-9]*.sql"))
    return [(int(path.name.split("_")[0]), path.name, path.read_text()) for path in paths]


def latest_version() -> int:
    """Return the schema version that this code needs."""
    return migrations()[-1][0]


async def version(connection: Connection) -> int:
    """Return the schema version of the database; 0 before the first migration."""
    # Name the schema: then a login that may not use it is refused, instead of seeing what looks like a new database.
    if await connection.fetchval("SELECT to_regclass('public.schema_migrations')") is None:
        return 0
    found: int = await connection.fetchval("SELECT coalesce(max(version), 0) FROM public.schema_migrations")
    return found


async def check_known(connection: Connection) -> None:
    """Raise SchemaError if a newer release has migrated the database: what this one builds would not fit the rest."""
    found, known = await version(connection), latest_version()
    if found > known:
        raise SchemaError(f"the database has schema {found}, and this release knows {known}; use the newer release")


async def migrate(connection: Connection) -> list[str]:
    """Apply the migrations that are missing, each once, all in one transaction. Return their names.

    Raise SchemaError when the tables that they change are never free for a moment, and UnfitError for a new database of
    another encoding than UTF-8.
    """
    applied: list[str] = []

    async def work(wait_ms: int) -> None:
        applied.clear()
        # Wait for another migration as long as it takes.
        await connection.execute("SET LOCAL lock_timeout = 0")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        await connection.execute(f"SET LOCAL lock_timeout = {wait_ms}")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations ("
            "version int PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        current = await version(connection)
        if current == 0 and (encoding := await connection.fetchval("SHOW server_encoding")) != "UTF8":
            raise UnfitError(
                f"the encoding of the database is {encoding}, and texts of events are Unicode; make another one: "
                "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'"
            )
        for number, name, text in migrations():
            if number > current:
                await connection.execute(text)
                await connection.execute("INSERT INTO schema_migrations (version, name) VALUES ($1, $2)", number, name)
                applied.append(name)
                log.info("applied migration %s", name)

    await give_way(connection, work)
    return applied
