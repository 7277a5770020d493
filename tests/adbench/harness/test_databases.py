"""A benchmark gets a database of its own, or says why not."""

import uuid

import pytest

from adbench.harness.databases import ScratchError, existing, recreate, sibling
from adpulse.database import connections

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("postgresql://u:p@db:5432/main?sslmode=require", "postgresql://u:p@db:5432/lab?sslmode=require"),
        ("postgresql://postgres@/postgres?host=/run/x", "postgresql://postgres@/lab?host=/run/x"),
        ("postgresql://db?dbname=main&user=u", "postgresql://db/lab?user=u"),
    ],
)
async def test_the_url_of_a_sibling(url: str, other: str) -> None:
    """Everything but the database stays."""
    assert sibling(url, "lab") == other


async def test_a_database_is_made_anew(server) -> None:
    """The databases of an earlier run are gone."""
    name = f"scratch_{uuid.uuid4().hex}"
    for _ in range(2):
        connection = await connections.connect(await recreate(server.url(), name))
        assert await connection.fetchval("SELECT to_regclass('left_over')") is None
        await connection.execute("CREATE TABLE left_over ()")
        await connection.close()
    connection = await connections.connect(server.url(name))
    with pytest.raises(ScratchError, match="in use"):
        await recreate(server.url(), name)
    with pytest.raises(ScratchError, match="name another database"):
        await recreate(server.url(name), name)
    await connection.close()
    await server.execute(f"DROP DATABASE {name}")


@pytest.mark.every_version
async def test_a_role_without_the_right_is_told_what_to_do(server) -> None:
    """Someone else's server may not let us."""
    role = f"r_{uuid.uuid4().hex}"
    await server.execute(f"CREATE ROLE {role} LOGIN")
    try:
        with pytest.raises(ScratchError, match="ALTER ROLE … CREATEDB"):
            await recreate(server.url().replace("postgres@", f"{role}@"), f"scratch_{role}")
    finally:
        await server.execute(f"DROP ROLE {role}")


async def test_a_database_of_an_earlier_run_is_found(server) -> None:
    """While it is there; its URL is that of its siblings."""
    name = f"scratch_{uuid.uuid4().hex}"
    assert await existing(server.url(), name) is None
    url = await recreate(server.url(), name)
    assert await existing(server.url(), name) == url
    await server.execute(f"DROP DATABASE {name}")
