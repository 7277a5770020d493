"""Work of operators by psql and pg_dump: reports equal raw events, or an audit says so and a rebuild heals it."""

import asyncio
import subprocess
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.database.programs import embedded_binaries
from adpulse.maintenance.loop import run_rounds
from adpulse.variants import catalogue, migrate, rebuild, verify
from tests.adpulse.database.roles import ROLES
from tests.patience import PATIENCE_S
from tests.servers import BINARIES, CLUSTERS, NewDatabase, Server, quiet_server

pytestmark = pytest.mark.skipif(bool(CLUSTERS), reason="partitions of a cluster are on its nodes")

DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2)
PART, NEXT = (f"events_p{DAY + timedelta(days=days):%Y%m%d}" for days in (0, 1))
EARLIER = DAY - timedelta(days=200)
_WRITE = """
INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, revenue_micros, metadata)
SELECT
  $1::timestamptz + n * interval '17 minutes', 'C' || n % 3, 'U', (enum_range(NULL::event_type))[1 + n % 3],
  n, 2 * n, jsonb_build_object('geo', 'G' || n % 2, 'device', n % 4)
FROM generate_series(0, 169) AS n -- half of them on each of two days
"""
REST = "campaign_id, user_id, event_type, cost_micros, metadata"
COPY = f"INSERT INTO events (ts, {REST}) SELECT ts, {REST} FROM events LIMIT 5"


async def write(connection: Connection) -> None:
    await connection.execute(_WRITE, DAY)


async def keep(connection: Connection) -> None:
    await run_rounds(connection, await catalogue.active(connection))


async def fill(connection: Connection) -> None:
    """Store 340 events, of which half are in the roll-ups, and half are not yet."""
    await connection.execute("SELECT prepare_days($1::date, $1::date + 1)", DAY.date())
    await write(connection)
    await keep(connection)
    await write(connection)


async def is_exact(connection: Connection) -> bool:
    return (await verify.verify(connection, await catalogue.active(connection))).exact


async def check(connection: Connection, what: str, count: int = 340) -> None:
    """Assert that there are so many events, and that reports show them, also after more were written and added up."""
    assert await connection.fetchval("SELECT count(*) FROM events") == count, what
    assert await is_exact(connection) or not count, what
    await write(connection)
    await keep(connection)
    assert await is_exact(connection), what


async def check_a_fault_is_found(connection: Connection) -> None:
    """Assert that an audit sees one event that went past the triggers, and that a rebuild heals it."""
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "DELETE FROM events WHERE ctid = (SELECT min(ctid) FROM events WHERE campaign_id <> '')"
        )
    assert not await is_exact(connection)
    await rebuild.rebuild(connection)
    assert await is_exact(connection)


# ── Statements ───────────────────────────────────────────────────────────────────────────────────────────────

_ID = "'6f0c7f0e-7f38-4b0c-8c39-0f8c6c1f6c11'"
_NEW = (
    f"INSERT INTO {PART} (ts, campaign_id, user_id, event_type, event_id) "
    f"VALUES ('{DAY:%FT%TZ}', 'C', 'U', 'click', {_ID})"
)
_MERGE = f"""
USING (VALUES ('C0'), ('C9')) AS new (campaign) ON campaign_id = campaign
WHEN MATCHED AND cost_micros % 2 = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET cost_micros = target.cost_micros + 1, ts = target.ts + interval '1 minute'
WHEN NOT MATCHED THEN INSERT (ts, campaign_id, user_id, event_type) VALUES ('{DAY:%FT%TZ}', campaign, 'U', 'click')
"""
# And how many events there are after each, of 340.
STATEMENTS: list[tuple[list[str], int]] = [
    (["VACUUM FULL", "VACUUM FREEZE", "REINDEX SCHEMA public", "DELETE FROM pg_statistic"], 340),
    ([f"CREATE INDEX by_ts ON {PART} (ts)", f"CLUSTER {PART} USING by_ts"], 340),
    ([f"ALTER TABLE {PART} SET UNLOGGED", f"ALTER TABLE {PART} SET LOGGED"], 340),
    (["ALTER TABLE events ADD COLUMN one int NOT NULL DEFAULT 7, ADD COLUMN drawn float DEFAULT random()"], 340),
    (["UPDATE events SET ts = ts + interval '1 day' WHERE campaign_id = 'C1'"], 340),
    (["UPDATE events SET ts = ts - interval '300 days' WHERE campaign_id = 'C1'"], 340),
    (["UPDATE events SET campaign_id = 'D', cost_micros = -cost_micros, metadata = '{}', event_type = 'click'"], 340),
    ([f"MERGE INTO events AS target {_MERGE}"], 340 - 58 + 1),
    ([f"MERGE INTO {PART} AS target {_MERGE}"], 340 - 30 + 1),
    ([f"CREATE UNIQUE INDEX by_id ON {PART} (event_id)", _NEW, f"{_NEW} ON CONFLICT DO NOTHING"], 341),
    ([_NEW, f"{_NEW} ON CONFLICT (event_id) DO UPDATE SET cost_micros = 9, ts = excluded.ts + interval '1 hour'"], 341),
    (["DELETE FROM events USING (VALUES ('C1'), ('C1')) AS gone (id) WHERE campaign_id = id"], 340 - 114),
    (
        [
            f"WITH gone AS (DELETE FROM events WHERE campaign_id = 'C1' RETURNING ts, {REST}) INSERT INTO events "
            f"(ts, {REST}) SELECT * FROM gone UNION ALL SELECT * FROM gone"
        ],
        340 + 114,
    ),
    ([f"INSERT INTO events (ts, {REST}) SELECT ts - interval '99 days', {REST} FROM events LIMIT 10"], 350),
    ([f"BEGIN; SAVEPOINT a; DELETE FROM events; ROLLBACK TO a; {COPY}; RELEASE a; COMMIT"], 345),
    (
        [
            f"BEGIN; SAVEPOINT a; {COPY}; RELEASE a; SAVEPOINT b; UPDATE events SET cost_micros = 3; "
            "ROLLBACK TO b; COMMIT"
        ],
        345,
    ),
    ([f"TRUNCATE {PART}"], 170),
    ([f"TRUNCATE {PART}, {NEXT}"], 0),
    (["TRUNCATE events"], 0),
    ([f"ALTER TABLE {PART} RENAME TO renamed", "CREATE SCHEMA other", f"ALTER TABLE {NEXT} SET SCHEMA other"], 340),
]


@pytest.mark.parametrize("name", ["matview", "rollup_dims"])
async def test_statements(new_database: NewDatabase, name: str) -> None:
    """Reports show rows that come by another way, or that are rewritten."""
    connection = await connections.connect(await new_database(name))
    try:
        for statements, count in STATEMENTS:
            if name == "matview" and any("_p2" in each for each in statements):
                continue  # it has no partitions
            await connection.execute("TRUNCATE events")
            await fill(connection)
            for statement in statements:
                await connection.execute(statement)
            await check(connection, f"{name}: {statements}", count)
        await check_a_fault_is_found(connection)
    finally:
        await connection.close()


# What changes raw events without any statement on their rows, or with the triggers off.
PAST_TRIGGERS = {
    "detached": f"ALTER TABLE events DETACH PARTITION {PART}",
    "attached with rows": f"""
        CREATE TABLE mine (LIKE events INCLUDING ALL);
        INSERT INTO mine (ts, campaign_id, user_id, event_type) VALUES ('{EARLIER:%FT%TZ}', 'C1', 'U', 'click');
        ALTER TABLE events ATTACH PARTITION mine
          FOR VALUES FROM ('{EARLIER:%FT%TZ}') TO ('{EARLIER + timedelta(days=1):%FT%TZ}')""",
    "dropped": "DROP TABLE mine",
    "triggers disabled": f"ALTER TABLE events DISABLE TRIGGER USER; {COPY}; ALTER TABLE events ENABLE TRIGGER USER",
}


async def test_rows_that_pass_by_the_triggers_are_found(new_database: NewDatabase) -> None:
    """An audit says so, a rebuild heals it, and what is written after that counts."""
    connection = await connections.connect(await new_database("rollup_dims"))
    try:
        await fill(connection)
        for what, statement in PAST_TRIGGERS.items():
            await connection.execute(statement)
            await keep(connection)
            assert not await is_exact(connection), what
            await rebuild.rebuild(connection)
            await check(connection, what, await connection.fetchval("SELECT count(*) FROM events"))
    finally:
        await connection.close()


# ── A copy of the database ───────────────────────────────────────────────────────────────────────────────────


async def run(server: Server, program: str, *words: str) -> None:
    """Run a program of PostgreSQL. Raise CalledProcessError."""
    command = [str((BINARIES[server.name] or embedded_binaries()) / program), *words]
    await asyncio.to_thread(subprocess.run, command, check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_S)


Copy = Callable[[Server, str, str, str], Awaitable[None]]


async def _in_sections(server: Server, source: str, target: str, file: str) -> None:
    await run(server, "pg_dump", "-Fc", "-f", file, "-d", source)
    for section in ("pre-data", "data", "post-data"):
        await run(server, "pg_restore", f"--section={section}", "-d", target, file)


async def _for_another_owner(server: Server, source: str, target: str, file: str) -> None:
    login = f"owner_{uuid.uuid4().hex}"
    await server.execute(f"CREATE ROLE {login} SUPERUSER")
    try:
        await run(server, "pg_dump", "-Fc", "-f", file, "-d", source)
        await run(server, "pg_restore", "--no-owner", f"--role={login}", "-d", target, file)
        connection = await connections.connect(target)
        await connection.execute(f"REASSIGN OWNED BY {login} TO {await connection.fetchval('SELECT current_user')}")
        await connection.close()
    finally:
        await server.execute(f"DROP ROLE {login}")


async def _events_alone(server: Server, source: str, target: str, file: str) -> None:
    """Take the rows of `events` into a database that has been set up."""
    connection = await connections.connect(target)
    await migrate.migrate(connection, "rollup_dims")
    await connection.close()
    rows = ("--data-only", "--load-via-partition-root", "-t", "events", "-t", "events_*")
    await run(server, "pg_dump", "-Fc", *rows, "-f", file, "-d", source)
    await run(server, "pg_restore", "--data-only", "-d", target, file)


async def _as_a_template(server: Server, source: str, target: str, file: str) -> None:
    name, copy = (url.split("?")[0].rsplit("/", 1)[1] for url in (source, target))
    await server.drop(copy)
    await server.execute(f"CREATE DATABASE {copy} TEMPLATE {name}")


@pytest.mark.parametrize("copy", [_in_sections, _for_another_owner, _events_alone, _as_a_template])
async def test_a_copy(server: Server, new_database: NewDatabase, tmp_path: Path, copy: Copy) -> None:
    """Both databases go on, each by itself."""
    source, target = await new_database("rollup_dims"), await new_database(None)
    connection = await connections.connect(source)
    await fill(connection)
    await connection.close()
    await copy(server, source, target, str(tmp_path / "dump"))
    for url in (target, source):
        connection = await connections.connect(url)
        try:
            await check(connection, url)
            await check_a_fault_is_found(connection)
        finally:
            await connection.close()


async def test_a_copy_on_another_server(server: Server, new_database: NewDatabase, tmp_path: Path) -> None:
    """Its numbers of transactions are far lower: nothing that comes there passes for added up."""
    source, file = await new_database("rollup_dims"), str(tmp_path / "dump")
    connection = await connections.connect(source)
    for _ in range(1_000):
        await connection.execute("SELECT pg_current_xact_id()")
    await fill(connection)
    number = await connection.fetchval("SELECT pg_current_xact_id()::text::bigint")
    await connection.close()
    await run(server, "pg_dump", "-Fc", "-f", file, "-d", source)
    with quiet_server(server.name) as other:
        for role in ROLES:
            await other.execute(f"CREATE ROLE {role}")
        await run(server, "pg_restore", "-d", other.url(), file)
        connection = await connections.connect(other.url())
        try:
            assert await connection.fetchval("SELECT pg_current_xact_id()::text::bigint") < number
            await check(connection, "another server")
            await check_a_fault_is_found(connection)
        finally:
            await connection.close()
