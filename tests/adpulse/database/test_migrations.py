"""Migrations: each once, all or none."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from adpulse.database import connections, migrations
from adpulse.database.errors import SchemaError, UnfitError
from adpulse.variants import catalogue
from adpulse.variants.migrate import migrate as migrate_variant
from tests.servers import NewDatabase, Server


async def test_migrations_are_applied_once_and_in_order(new_database: NewDatabase) -> None:
    """A new database gets all of them, a migrated one none."""
    connection = await connections.connect(await new_database(None))
    try:
        assert await migrations.version(connection) == 0
        assert await migrations.migrate(connection) == [name for _, name, _ in migrations.migrations()]
        assert await migrations.version(connection) == migrations.latest_version()
        assert await migrations.migrate(connection) == []
    finally:
        await connection.close()


async def test_two_processes_may_migrate_at_once(new_database: NewDatabase) -> None:
    """Several services start together: one migrates, the others wait and find it done."""
    url = await new_database(None)

    async def migrate() -> str:
        connection = await connections.connect(url)
        try:
            return (await migrate_variant(connection)).name
        finally:
            await connection.close()

    assert await asyncio.gather(*(migrate() for _ in range(4))) == ["rollup_dims"] * 4


async def test_a_failed_migration_leaves_the_schema_as_it_was(
    new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All changes of a broken migration, and of those before it in the same run, are rolled back."""
    broken = [*migrations.migrations(), (9_999, "9999_broken.sql", "CREATE TABLE half_made (); SELECT 1 / 0")]
    connection = await connections.connect(await new_database(None))
    try:
        monkeypatch.setattr(migrations, "migrations", lambda: broken)
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrations.migrate(connection)
        assert await migrations.version(connection) == 0
        assert await connection.fetchval("SELECT to_regclass('half_made')") is None
    finally:
        await connection.close()


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1", "EUC_JP"])
async def test_a_database_of_another_encoding_is_refused(server: Server, encoding: str) -> None:
    """It could not hold every text, or would count the bytes of one. Nothing is left behind."""
    name = f"encoding_{encoding.lower()}"
    await server.drop(name)
    await server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'")
    connection = await connections.connect(server.url(name))
    with pytest.raises(UnfitError, match=encoding):
        await migrations.migrate(connection)
    assert await migrations.version(connection) == 0
    await connection.close()
    await server.drop(name)


async def test_a_database_without_a_variant_says_what_to_do(new_database: NewDatabase) -> None:
    """The error names the command that helps."""
    connection = await connections.connect(await new_database(None))
    try:
        with pytest.raises(SchemaError, match="adpulse migrate"):
            await catalogue.active(connection)
    finally:
        await connection.close()


def test_migrations_are_numbered_without_gaps() -> None:
    """A gap or a double number would be skipped in a database that is past it."""
    numbers = [number for number, _, _ in migrations.migrations()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {Path(name).suffix for _, name, _ in migrations.migrations()} == {".sql"}
