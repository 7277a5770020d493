"""Hostile defaults of a database or of a login change nothing: every connection states what its work needs."""

import ast
import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from adpulse.cli import main
from adpulse.database import connections, session
from adpulse.database.connections import INGEST
from adpulse.database.errors import UnfitError
from adpulse.database.session import SETTINGS
from tests.adpulse.database.roles import as_login
from tests.infra.lambda_function import body, message, running
from tests.servers import NewDatabase, Server, scratch_databases
from tests.services import Serve, services

# For every setting that a connection states, a value under which something of ours would go wrong.
HOSTILE = {
    "statement_timeout": "60s",
    "transaction_timeout": "61s",
    "lock_timeout": "62s",
    "idle_in_transaction_session_timeout": "63s",
    "idle_session_timeout": "64s",
    "search_path": '"$user", elsewhere, public',
    "default_transaction_isolation": "serializable",
    "default_transaction_read_only": "on",
    "default_transaction_deferrable": "on",
    "timezone": "Asia/Kolkata",
    "datestyle": "SQL, DMY",
    "intervalstyle": "sql_standard",
    "bytea_output": "escape",
    "extra_float_digits": "-15",
    "quote_all_identifiers": "on",
    "standard_conforming_strings": "off",
    "transform_null_equals": "on",
    "exit_on_error": "on",
    "gin_fuzzy_search_limit": "1",
    "jit": "on",
    "client_min_messages": "error",
    "synchronous_commit": "off",
    "session_replication_role": "replica",
}
# Those that no connection states, because nothing of ours depends on them: texts. EXTREMES has all others.
INDIFFERENT = {
    "application_name": "theirs",
    "backtrace_functions": "exec_simple_query",
    "client_encoding": "LATIN1",  # asyncpg says its own
    "createrole_self_grant": "set, inherit",
    "default_tablespace": "pg_default",
    "default_text_search_config": "pg_catalog.simple",
    "dynamic_library_path": "/nowhere:$libdir",
    "extension_control_path": "/nowhere:$system",
    "lc_messages": "POSIX",
    "lc_monetary": "C",
    "lc_numeric": "C",
    "lc_time": "C",
    "output_plugin_libraries": "pgoutput",
    "restrict_nonsystem_relation_kind": "view, foreign-table",
    "session_preload_libraries": "auto_explain",
    "temp_tablespaces": "pg_default",
    "timezone_abbreviations": "India",
    "wal_consistency_checking": "all",
}
# Those that a database cannot have, or nobody's service could work with.
NO_DEFAULT = [
    "default_table_access_method",  # one that an extension brings
    "extension_destdir",  # of Debian, to build extensions
    "local_preload_libraries",  # those that lie in the server's folder of plugins
    "log_statement_stats",  # excludes those for its parts, of which a default is tried
    "temp_file_limit",  # an owner's limit to what a query may do; what is over it fails, and says why
    "transaction_deferrable",  # of the transaction that sets it
    "transaction_isolation",
    "transaction_read_only",
]
STATED = {**SETTINGS, "synchronous_commit": "on", "session_replication_role": "origin"}
DAY = "start=2025-09-24&end=2025-09-25"


def known(server: Server, names: dict[str, str]) -> dict[str, str]:
    """Return those settings that this server has."""
    version = int(server.name.removeprefix("pg")) if server.name.startswith("pg") else 17
    return {name: value for name, value in names.items() if name != "transaction_timeout" or version >= 17}


def literal(name: str, value: str) -> str:
    return value if name == "search_path" else f"'{value}'"


# Values of every setting that a session may have and that is no text, far from the usual ones: the other one of two,
# each of some names in turn, and of numbers the lowest, the highest, or one above the lowest, which may mean "none".
EXTREMES = """
SELECT name, CASE vartype
           WHEN 'bool' THEN CASE $1 WHEN 'next' THEN boot_val ELSE (NOT boot_val::bool)::text END
           WHEN 'enum' THEN enumvals[1 + array_position('{low,high,next}', $1) % cardinality(enumvals)]
           ELSE CASE $1 WHEN 'low' THEN min_val WHEN 'high' THEN max_val
                        ELSE least(min_val::float8 + 1, max_val::float8)::text END
       END AS value
  FROM pg_settings
 WHERE context IN ('user', 'superuser') AND vartype <> 'string' AND lower(name) <> ALL ($2)
 UNION ALL
SELECT name, $3::jsonb ->> name FROM pg_settings WHERE $3::jsonb ? name
"""


@pytest.fixture(params=["low", "high", "next"])
async def indifferent(server: Server, new_database: NewDatabase, request: pytest.FixtureRequest) -> str:
    """Create an empty database with defaults that make no difference, for all settings at once; return its URL."""
    url = await new_database(None)
    name = url.split("?")[0].rsplit("/", 1)[1]
    owner = await asyncpg.connect(server.url())
    extremes = dict(await owner.fetch(EXTREMES, request.param, [*HOSTILE, *NO_DEFAULT], json.dumps(INDIFFERENT)))
    refused = []
    for setting, value in extremes.items():
        try:
            await owner.execute(f"ALTER DATABASE {name} SET {setting} = '{value}'")
        except asyncpg.InvalidParameterValueError:  # a bound that the server does not take, such as of a stack
            refused.append(setting)
    await owner.close()
    assert len(extremes) > 120
    assert len(refused) < 3, refused
    return url


@pytest.fixture(params=["database", "login", "login in database"])
async def hostile(server: Server, new_database: NewDatabase, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Yield the URL of an empty database, for a login with its own schema; login or database has these defaults."""
    url = await new_database(None)
    login = f"owner_{uuid.uuid4().hex}"
    name = url.split("?")[0].rsplit("/", 1)[1]
    await server.execute(f"CREATE ROLE {login} LOGIN SUPERUSER")
    owner = await asyncpg.connect(url)
    await owner.execute(f"CREATE SCHEMA {login} AUTHORIZATION {login}; CREATE SCHEMA elsewhere")
    where = {
        "database": f"DATABASE {name}",
        "login": f"ROLE {login}",
        "login in database": f"ROLE {login} IN DATABASE {name}",
    }
    for setting, value in known(server, HOSTILE).items():
        await owner.execute(f"ALTER {where[request.param]} SET {setting} = {literal(setting, value)}")
    await owner.close()
    yield as_login(url, login)
    await server.drop(name)
    await server.execute(f"DROP ROLE {login}")


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


async def command(url: str, *words: str) -> str:
    """Run a command of `adpulse`; return what it printed."""
    runner = CliRunner(env={"ADPULSE_DATABASE_URL": url, "ADPULSE_LOG_LEVEL": "error"})
    done = await asyncio.to_thread(runner.invoke, main.app, list(words))
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done.output


async def everything(url: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, files: Path) -> dict[str, object]:
    """Return what all paths print and store: commands, the service, a day in `files` and back, a move, the function."""
    said: dict[str, object] = {"migrate": await command(url, "migrate", "--variant", "rollup_dims")}
    monkeypatch.setenv("ADPULSE_DATABASE_URL", url)
    connection = await connections.connect(url)
    await connection.execute("SELECT prepare_days('2025-09-24', '2025-09-24')")
    await connection.close()
    client = await serve(url, maintenance_s=0.05)
    events = [
        {"ts": "2025-09-24T06:59:31Z", "campaign_id": f"C{number % 3}", "user_id": "U", "event_type": "click"}
        | {"cost": 0.1, "metadata": {"geo": "\\.IN"}}
        for number in range(9)
    ]
    said["post"] = (await client.post("/events", json={"events": events})).json()
    keyed = {"events": [events[0] | {"event_id": "6f0c7f0e-7f38-4b0c-8c39-0f8c6c1f6c11"}]}
    said["once"] = [
        (await client.post("/events", json=keyed, headers={"Idempotency-Key": "k"})).json() for _ in range(2)
    ]
    async with running() as function:
        said["function"] = await function(message(body("A")), message(body("B")))
    asked = [
        "",
        "&granularity=hour",
        "&group_by=campaign_id&compare=previous",
        "&filter=geo:%5C.IN",
        "&timezone=Asia/Tokyo",
    ]
    for number, more in enumerate(asked):
        reply = (await client.get(f"/report?{DAY}{more}")).json()
        said[f"report {number}"] = [reply["totals"], reply.get("rows")]
    said["command"] = json.loads(
        await command(url, "report", "--start", "2025-09-24", "--end", "2025-09-25", "--json")
    )["totals"]
    archived = json.loads(await command(url, "archive", "--to", str(files), "--before", "2025-09-25", "--json"))
    said["archive"] = [(each["day"], each["events"], each["cost_micros"]) for each in archived["archived"]]
    said["verify archived"] = json.loads(await command(url, "verify", "--json"))
    said["restore"] = json.loads(await command(url, "restore", "--from", str(files), "--json"))
    said["rebuild"] = await command(url, "rebuild")
    said["move"] = await command(url, "migrate", "--variant", "covering")
    said["after the move"] = (await client.post("/events", json={"events": events[:1]})).json()
    said["verify"] = json.loads(await command(url, "verify", "--json"))
    said["new key"] = bool(await command(url, "keys", "new", "mine", "--scope", "write"))
    said["keys"] = [entry["name"] for entry in json.loads(await command(url, "keys", "list", "--json"))]
    connection = await asyncpg.connect(url)
    said["tables"] = await connection.fetchval(
        "SELECT array_agg(DISTINCT nspname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
        "WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'"
    )
    await connection.close()
    return said


@pytest.fixture(scope="module")
async def plain(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Return what all paths say on a database and login without defaults."""
    with pytest.MonkeyPatch.context() as patch:
        async with scratch_databases(server) as new, services() as start:
            return await everything(await new(None), start, patch, tmp_path_factory.mktemp("plain"))


async def test_every_path_is_taken(plain: dict[str, object]) -> None:
    """The run without defaults, with which the others are compared, stores and archives every event."""
    assert plain["tables"] == ["public"]
    assert plain["archive"] == [("2025-09-24", 12, 1_500_000)]


async def test_every_path_says_the_same_as_without(
    plain: dict[str, object], hostile: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Post, report, archive, restore, move, verify, keys, Lambda: as on a database and login without defaults."""
    assert await everything(hostile, serve, monkeypatch, tmp_path) == plain


async def test_defaults_that_no_connection_states_make_no_difference(
    plain: dict[str, object], indifferent: str, serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same paths."""
    assert await everything(indifferent, serve, monkeypatch, tmp_path) == plain


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
    for path in [*root.rglob("*.py"), *(root.parents[1] / "infra" / "lambda").glob("*.py")]:
        opened = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "asyncpg"
        } & {"connect", "create_pool"}
        assert not opened or path == Path(connections.__file__), path
