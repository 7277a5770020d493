"""Hostile defaults of a database or of a login change nothing: every connection states what its work needs."""

import ast
import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from adpulse.cli import main
from adpulse.database import connections, session
from adpulse.database.connections import INGEST, MAINTAIN, REPORT
from adpulse.database.errors import UnfitError
from adpulse.maintenance import loop
from adpulse.variants import catalogue, verify
from tests.adpulse.database.defaults import HOSTILE, INDIFFERENT, NO_DEFAULT, STATED, command, known
from tests.adpulse.database.roles import as_login
from tests.servers import NewDatabase, Server
from tests.services import Serve


async def test_the_table_is_whole(server: Server, hostile: str) -> None:
    """A setting that is stated is tried; and each default here is another one, and arrives in a plain session."""
    assert HOSTILE.keys() == STATED.keys()
    plain = await asyncpg.connect(hostile)
    stated = await connections.connect(hostile)
    try:
        for name, expected in known(server, STATED).items():
            assert await plain.fetchval(f"SHOW {name}") != await stated.fetchval(f"SHOW {name}"), name
            assert await stated.fetchval(f"SHOW {name}") == expected, name
    finally:
        await plain.close()
        await stated.close()


async def test_every_text_has_its_place(server: Server) -> None:
    """A setting of a newer PostgreSQL is tried, or has a reason why not; what is no text is drawn from the server."""
    connection = await connections.connect(server.url())
    texts = await connection.fetch(
        "SELECT lower(name) FROM pg_settings WHERE context IN ('user', 'superuser') AND vartype = 'string'"
    )
    await connection.close()
    assert {name for (name,) in texts} <= {*HOSTILE, *INDIFFERENT, *NO_DEFAULT}


async def test_every_connection_of_a_service_has_stated_it(server: Server, hostile: str, serve: Serve) -> None:
    """Seen from inside, of each pool."""
    await command(hostile, "migrate")
    await serve(hostile)
    pool = await connections.pool(hostile, 2, "test", role=INGEST, jit="off")
    async with pool.acquire() as one, pool.acquire() as two:
        for connection in (one, two):
            shown = {name: await connection.fetchval(f"SHOW {name}") for name in known(server, STATED)}
            assert shown == known(server, STATED)
            assert await connection.fetchval("SHOW jit") == "off", "what a caller asks for comes on top"
    await pool.close()


async def test_a_stronger_commit_is_left_as_it_is(server: Server, new_database: NewDatabase) -> None:
    """remote_apply waits for more than we need, which is the operator's choice; anything weaker than on is raised."""
    url = await new_database(None)
    name = url.split("?")[0].rsplit("/", 1)[1]
    for set_to, expected in {"remote_apply": "remote_apply", "remote_write": "on", "local": "on", "off": "on"}.items():
        await server.execute(f"ALTER DATABASE {name} SET synchronous_commit = {set_to}")
        connection = await connections.connect(url)
        assert await connection.fetchval("SHOW synchronous_commit") == expected
        await connection.close()


@pytest.fixture
async def bound(server: Server, url: str) -> AsyncIterator[str]:
    """Yield the URL of a login that fires no trigger and may not change that."""
    login = f"bound_{uuid.uuid4().hex}"
    await server.execute(f"CREATE ROLE {login} LOGIN IN ROLE {INGEST}")
    await server.execute(f"ALTER ROLE {login} SET session_replication_role = 'replica'")
    yield as_login(url, login)
    await server.execute(f"DROP ROLE {login}")


async def test_a_login_without_triggers_is_refused(bound: str) -> None:
    """It would write events that no roll-up counts. A command says in a line what to do, and shows no traceback."""
    with pytest.raises(UnfitError, match="session_replication_role"):
        await connections.connect(bound, role=INGEST)
    runner = CliRunner(env={"ADPULSE_DATABASE_URL": bound})
    done = await asyncio.to_thread(runner.invoke, main.app, ["verify"])
    assert done.exit_code == 1
    assert "ALTER ROLE" in done.output


async def test_a_role_without_rights_is_one_line(server: Server, url: str) -> None:
    """Where a database gives every login such a role, a command says that it may not, and shows no traceback."""
    role, name = f"weak_{uuid.uuid4().hex}", url.split("?")[0].rsplit("/", 1)[1]
    await server.execute(f"CREATE ROLE {role}")
    await server.execute(f"ALTER DATABASE {name} SET role = {role}")
    runner = CliRunner(env={"ADPULSE_DATABASE_URL": url})
    for words in (["migrate"], ["verify"], ["rebuild"], ["keys", "list"], ["variants"]):
        done = await asyncio.to_thread(runner.invoke, main.app, words)
        assert done.exit_code == 1 or words == ["variants"], (words, done.output)
        assert done.exit_code == 0 or isinstance(done.exception, SystemExit), (words, done.exception)
        assert done.exit_code == 0 or "adpulse: " in done.output
    await server.execute(f"ALTER DATABASE {name} RESET role")
    await server.execute(f"DROP ROLE {role}")


async def test_no_connection_of_ours_goes_another_way() -> None:
    """Only adpulse.database.connections opens one: what it states, all state."""
    root = Path(session.__file__).parents[1]
    paths = [*root.rglob("*.py"), *(root.parents[1] / "infra" / "lambda").glob("*.py")]
    assert Path(connections.__file__) in paths
    for path in paths:
        opened = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "asyncpg"
        } & {"connect", "create_pool"}
        assert not opened or path == Path(connections.__file__), path


async def test_a_policy_that_hides_rows_makes_no_sum_wrong(new_database: NewDatabase) -> None:
    """On each table: a report and a round of upkeep fail, or say and do the same as without it."""
    url, rollup_dims = await new_database("rollup_dims"), catalogue.find("rollup_dims")
    owner = await connections.connect(url)
    reader, upkeep = [await connections.connect(url, role=role) for role in (REPORT, MAINTAIN)]
    tables = await owner.fetch(
        "SELECT oid::regclass::text FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relispartition"
    )
    window, refused = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2)], set()
    for number, (table,) in enumerate(tables, 1):
        await owner.execute(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            "INSERT INTO events (ts, campaign_id, user_id, event_type, metadata) "
            "VALUES ('2026-03-01', 'C', 'U', 'click', '{\"geo\": \"G\"}')"
        )
        for dimension in (None, "geo"):
            try:
                rows = await reader.fetch(rollup_dims.report, None, *window, None, None, dimension, None)
                assert sum(row["clicks"] for row in rows) == number, table
            except asyncpg.InsufficientPrivilegeError:
                refused.add(table)
        with suppress(asyncpg.InsufficientPrivilegeError):
            await loop.run_round(upkeep, rollup_dims)
        await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    assert {"events", "rollup_day", "rollup_delta_all", "rollup_dim_minute"} <= refused
    await loop.run_round(upkeep, rollup_dims)
    audit = await verify.verify(owner, rollup_dims)
    assert audit.exact, audit.mismatches
    for connection in (owner, reader, upkeep):
        await connection.close()
