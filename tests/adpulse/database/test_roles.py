"""Least privilege: the service runs without owner rights, and each role can do its work and nothing else."""

import asyncio
import logging
import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from adpulse import telemetry
from adpulse.database import connections, migrations
from adpulse.database.connections import INGEST, MAINTAIN, REPORT, Connection
from adpulse.database.embedded import Cluster
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate
from tests.conftest import BINARIES, CLUSTERS, NewDatabase, Serve, Server

HERE = CLUSTERS or [variant.name for variant in catalogue.load_all() if variant.requires == "(nothing)"]
each_variant = pytest.mark.parametrize("variant", HERE)
ROLES = (INGEST, REPORT, MAINTAIN)

# Who may do what with the tables that migrations make. A new one belongs into grant_roles(), and then here.
FOUNDATION = {
    "schema_migrations": {INGEST: {"SELECT"}, REPORT: {"SELECT"}},
    "active_variant": {REPORT: {"SELECT"}, MAINTAIN: {"SELECT"}},
    "raw_horizon": {REPORT: {"SELECT"}},
    "archived_days": {REPORT: {"SELECT"}},
    "declared_dimension": {},
    "idempotency_keys": {INGEST: {"SELECT", "INSERT", "UPDATE", "DELETE"}, MAINTAIN: {"SELECT", "DELETE"}},
    "idempotency_clock": {},
    "event_ids": {INGEST: {"SELECT", "INSERT", "DELETE"}},
    "event_ids_past": {INGEST: {"SELECT"}},
    "imported": {INGEST: {"SELECT", "INSERT", "UPDATE"}},
    "api_keys": {INGEST: {"SELECT"}},
    "api_key_uses": {INGEST: {"SELECT", "INSERT", "UPDATE"}},
    "rollup_mark": {REPORT: {"SELECT"}, MAINTAIN: {"SELECT", "INSERT", "UPDATE"}},
    "heartbeat": {REPORT: {"SELECT"}, MAINTAIN: {"SELECT", "UPDATE"}},
}
EVENTS = {INGEST: {"INSERT"}, REPORT: {"SELECT"}}

_GRANTED = """
SELECT relname, role, array_agg(privilege) AS privileges
FROM
  pg_class,
  unnest($1::text[]) AS role,
  unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS privilege
WHERE
  relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')  -- an extension's own
  AND has_table_privilege(role, pg_class.oid, privilege)
GROUP BY 1, 2
"""


def as_login(url: str, login: str) -> str:
    """Return the URL of the same database for another login; the tests' servers trust every local login."""
    return url.replace("postgres@", f"{login}@")


@pytest.fixture
async def login(server: Server, new_database: NewDatabase) -> AsyncIterator[str]:
    """Create a login that is a member of the three roles and owns nothing; yield its name."""
    await new_database()  # makes the roles
    name = f"service_{uuid.uuid4().hex}"
    await server.execute(f"CREATE ROLE {name} LOGIN IN ROLE {', '.join(ROLES)}")
    yield name
    await server.execute(f"DROP ROLE {name}")


async def granted(connection: Connection) -> dict[str, dict[str, set[str]]]:
    """By table, by role: what it may do."""
    rights: dict[str, dict[str, set[str]]] = {}
    for name, role, privileges in await connection.fetch(_GRANTED, list(ROLES)):
        rights.setdefault(name, {})[role] = set(privileges)
    return rights


def batch(number: int, **more: object) -> dict[str, object]:
    event = {"ts": f"2025-09-{number % 28 + 1:02}T06:59:31Z", "campaign_id": f"C{number % 3}", "user_id": f"U{number}"}
    event |= {"event_type": "click", "cost": 0.25, "metadata": {"geo": "IN"}}
    return {"events": [event | more]}


# ── Enough ───────────────────────────────────────────────────────────────────────────────────────────────────


@each_variant
async def test_the_service_runs_without_owner_rights(
    serve: Serve, new_database: NewDatabase, login: str, variant: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Events, exactly once, every kind of report, upkeep, retention and readiness, by a login that owns nothing."""
    caplog.set_level(logging.WARNING)
    owner = await new_database(variant)
    url = as_login(owner, login)
    failures, rounds = telemetry.MAINTENANCE_FAILURES._value.get(), telemetry.MAINTENANCE.labels(variant)._sum.get()
    client = await serve(url, maintenance_s=0.05, retention_days=3_000)
    event_id = str(uuid.uuid4())
    for number in range(6):
        for _ in range(2):
            headers = {"Idempotency-Key": f"key-{number}"}
            assert (await client.post("/events", json=batch(number), headers=headers)).status_code == 200
            assert (await client.post("/events", json=batch(number, event_id=event_id))).status_code == 200
    # A key that an all-rejected batch gives back, and one whose answer is replaced.
    void = await client.post("/events", json=batch(1, user_id=""), headers={"Idempotency-Key": "void"})
    assert void.status_code == 422
    maintainer = await connections.connect(url, role=MAINTAIN)
    for _ in range(3):
        await run_round(maintainer, catalogue.find(variant))
    assert await maintainer.fetchval("SELECT retire_days('2020-01-01')") is False
    await maintainer.close()
    window = "start=2025-09-01&end=2025-10-01"
    for more in ("", "&granularity=hour", "&group_by=geo&compare=previous", "&filter=geo:IN", "&metrics=unique_users"):
        reply = await client.get(f"/report?{window}{more}")
        assert reply.status_code == 200, reply.text
    assert (await client.get(f"/report?{window}")).json()["totals"]["clicks"] == 7
    assert (await client.get("/readyz")).status_code == 200
    if catalogue.find(variant).maintenance:
        assert telemetry.MAINTENANCE.labels(variant)._sum.get() > rounds
    assert telemetry.MAINTENANCE_FAILURES._value.get() == failures
    assert not [
        record.getMessage() for record in caplog.records if record.name.startswith("adpulse.database.connections")
    ]


async def test_a_row_that_the_database_refuses_costs_only_itself(
    serve: Serve, new_database: NewDatabase, login: str
) -> None:
    """Salvage of keys and ids needs no more rights than the roles have."""
    url = await new_database()
    owner = await connections.connect(url)
    await owner.execute("ALTER TABLE events ADD CHECK (user_id <> 'U3')")
    await owner.close()
    client = await serve(as_login(url, login))
    events = [event for number in range(5) for event in batch(number, event_id=str(uuid.uuid4()))["events"]]
    reply = await client.post("/events", json={"events": events}, headers={"Idempotency-Key": "salvage"})
    assert (reply.json()["accepted"], reply.json()["rejected_count"]) == (4, 1)


async def test_a_reader_of_its_own_needs_one_role(serve: Serve, server: Server, url: str, login: str) -> None:
    """Separate logins: one that writes and maintains, one that reports and can do nothing else."""
    reader, writer = (f"{kind}_{uuid.uuid4().hex}" for kind in ("reader", "writer"))
    await server.execute(f"CREATE ROLE {reader} LOGIN IN ROLE {REPORT}")
    await server.execute(f"CREATE ROLE {writer} LOGIN IN ROLE {INGEST}, {MAINTAIN}")
    try:
        client = await serve(as_login(url, writer), read_database_url=as_login(url, reader))
        assert (await client.post("/events", json=batch(1))).status_code == 200
        assert (await client.get("/report?start=2025-09-01&end=2025-10-01")).json()["totals"]["clicks"] == 1
    finally:
        await server.execute(f"DROP ROLE {reader}, {writer}")


async def test_a_login_that_is_no_member_is_told_so(
    serve: Serve, new_database: NewDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """It keeps the rights that it has, which the log says once; not ready if they are none."""
    connections._say_once.cache_clear()
    stranger = f"stranger_{uuid.uuid4().hex}"
    owner = await connections.connect(await new_database())
    try:
        await owner.execute(f"CREATE ROLE {stranger} LOGIN")
        url = as_login(await new_database(), stranger)
        connection = await connections.connect(url, role=INGEST)
        assert await migrations.version(connection) == 0, "what it may not see is not there for it"
        await connection.close()
        assert "docs/how-to/roles.md" in caplog.text
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await serve(url)
    finally:
        await owner.execute(f"DROP ROLE {stranger}")
        await owner.close()


# ── Not more ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_table_of_a_migration_is_named_in_grant_roles(new_database: NewDatabase) -> None:
    """One that is not passes for a variant's own, and is open to reports and maintenance."""
    connection = await connections.connect(await new_database(None))
    await migrations.migrate(connection)
    assert await connection.fetchval("SELECT grant_roles()") == []
    assert await granted(connection) == {name: rights for name, rights in FOUNDATION.items() if rights}
    await connection.close()


@each_variant
async def test_each_role_has_these_rights_and_no_other(new_database: NewDatabase, variant: str) -> None:
    """The variant's own tables are read by reports and written by maintenance; days take events, and that is all."""
    connection = await connections.connect(await new_database(variant))
    if await connection.fetchval("SELECT to_regclass('events_default') IS NOT NULL"):
        await connection.execute("SELECT tend_partitions()")
    rights = await granted(connection)
    assert rights.pop("events") == EVENTS
    for name, expected in FOUNDATION.items():
        assert rights.pop(name, {}) == expected
    views = {row[0] for row in await connection.fetch("SELECT matviewname FROM pg_matviews")}
    for name, found in rights.items():
        if re.fullmatch("events_p[0-9]{8}", name):
            assert found == {INGEST: {"INSERT"}}
            continue
        # Of a reference table, Citus has a copy on the coordinator, too.
        if (table := re.sub(r"_[0-9]{6}$", "", name)) in FOUNDATION:
            assert found == FOUNDATION[table], name
            continue
        write = {} if name in views else {MAINTAIN: {"SELECT", "INSERT", "UPDATE", "DELETE"}}
        assert found == {REPORT: {"SELECT"}} | write, name
    assert "events_default" not in rights
    await connection.close()


@each_variant
async def test_everybody_else_has_nothing(new_database: NewDatabase, variant: str) -> None:
    """PUBLIC may neither look into the schema nor run a function, and what runs as its owner looks nowhere else."""
    connection = await connections.connect(await new_database(variant))
    open_to_all = """
    SELECT oid::regclass::text FROM pg_class, aclexplode(relacl) AS acl
    WHERE relnamespace = 'public'::regnamespace AND grantee = 0
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
    UNION ALL
    SELECT oid::regprocedure::text FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS acl
    WHERE pronamespace = 'public'::regnamespace AND grantee = 0
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    UNION ALL
    SELECT nspname FROM pg_namespace, aclexplode(nspacl) AS acl WHERE nspname = 'public' AND grantee = 0
    """
    assert await connection.fetch(open_to_all) == []
    definers = await connection.fetch(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
    )
    assert {"tend_partitions", "retire_days"} <= {name for name, _ in definers}
    for name, configuration in definers:
        assert "search_path=public, pg_temp" in configuration, name
    await connection.close()


FORBIDDEN = {
    INGEST: """
        SELECT metadata FROM events
        SELECT count(*) FROM events
        SELECT FROM events_default
        SELECT FROM rollup_hour
        SELECT FROM active_variant
        DELETE FROM events
        UPDATE events SET cost_micros = 0
        INSERT INTO events_default (ts, campaign_id, user_id, event_type) VALUES ('2020-01-01', 'C', 'U', 'click')
        INSERT INTO rollup_value VALUES (1, '"IN"')
        UPDATE rollup_delta SET clicks = 0
        INSERT INTO rollup_mark (before, system_identifier) VALUES ('1', 1)
        UPDATE event_ids SET event_id = gen_random_uuid()
        SELECT tend_partitions()
        SELECT retire_days('2099-01-01')
        SELECT rollup_dims()
    """,
    REPORT: """
        INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES (now(), 'C', 'U', 'click')
        DELETE FROM events
        UPDATE events SET cost_micros = 0
        UPDATE rollup_hour SET clicks = 0
        INSERT INTO rollup_value VALUES (1, '"IN"')
        UPDATE rollup_delta SET clicks = 0
        INSERT INTO rollup_mark (before, system_identifier) VALUES ('1', 1)
        SELECT FROM idempotency_keys
        SELECT FROM event_ids
        INSERT INTO schema_migrations VALUES (99, 'forged')
        SELECT tend_partitions()
        SELECT retire_days('2099-01-01')
        SELECT rollup_dims()
    """,
    MAINTAIN: """
        SELECT user_id FROM events
        INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES (now(), 'C', 'U', 'click')
        DELETE FROM events
        DELETE FROM events_default
        UPDATE active_variant SET name = 'heap'
        INSERT INTO idempotency_keys VALUES ('key', '', '{}')
        UPDATE idempotency_keys SET answer = '{}'
        SELECT FROM event_ids
        DELETE FROM raw_horizon
        UPDATE schema_migrations SET name = 'forged'
        SELECT prepare_days('2020-01-01', '2020-01-01')
    """,
}
FORBIDDEN_TO_ALL = """
    DROP TABLE events
    DROP TABLE events_default
    DROP TABLE idempotency_keys
    DROP FUNCTION rollup_capture() CASCADE
    TRUNCATE events
    TRUNCATE rollup_hour
    ALTER TABLE events ADD COLUMN more text
    ALTER TABLE events DISABLE TRIGGER ALL
    CREATE TABLE public.mine ()
    CREATE INDEX ON events (user_id)
    CREATE SCHEMA mine
    CREATE ROLE mine
    CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql RETURN 1
    CREATE TRIGGER mine AFTER INSERT ON events EXECUTE FUNCTION rollup_capture()
    CREATE OR REPLACE FUNCTION rollup_capture() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'
    COPY events TO PROGRAM 'cat'
    SELECT pg_read_file('postgresql.conf')
    SET session_replication_role = replica
    SET ROLE postgres
    GRANT adpulse_report TO adpulse_ingest
"""


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


async def refused(connection: Connection, statements: list[str]) -> list[str]:
    """Return the statements that are refused for want of rights, without effect. Raise every other error."""
    without_rights = []
    for statement in statements:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(statement)
        except asyncpg.InsufficientPrivilegeError:
            without_rights.append(statement)
        await transaction.rollback()
    return without_rights


@pytest.mark.parametrize("role", ROLES)
async def test_what_a_role_cannot_do(new_database: NewDatabase, login: str, role: str) -> None:
    """Each statement is refused for want of rights, and not for another fault: the owner may do it."""
    url = await new_database("rollup_dims")
    connection = await connections.connect(as_login(url, login), role=role)
    assert await connection.fetchval("SELECT current_user") == role
    statements = [*lines(FORBIDDEN[role]), *lines(FORBIDDEN_TO_ALL)]
    assert await refused(connection, statements) == statements
    await connection.close()
    owner = await connections.connect(url)
    assert await refused(owner, lines(FORBIDDEN[role])) == []
    await owner.close()


async def test_the_login_itself_owns_nothing(new_database: NewDatabase, login: str) -> None:
    """The login owns nothing, also without taking a role, which is how it comes through a pooler."""
    connection = await connections.connect(as_login(await new_database("rollup_dims"), login))
    assert await refused(connection, lines(FORBIDDEN_TO_ALL)) == lines(FORBIDDEN_TO_ALL)
    await connection.close()


@pytest.mark.parametrize("variant", ["matview", "rollup", "rollup_dims"])
async def test_a_writer_cannot_lead_the_trigger_astray(new_database: NewDatabase, login: str, variant: str) -> None:
    """Temporary tables come first in everybody's search path, but not in that of what runs as the owner."""
    url = await new_database(variant)
    table = "stale_minute" if variant == "matview" else "rollup_delta"
    writer = await connections.connect(as_login(url, login), role=INGEST)
    await writer.execute(f"CREATE TEMP TABLE {table} (forged int)")
    await writer.execute("INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES (now(), 'C', 'U', 'click')")
    await writer.close()
    owner = await connections.connect(url)
    assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 1
    await owner.close()


# ── Giving them ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_move_between_variants_keeps_the_rights(new_database: NewDatabase, serve: Serve, login: str) -> None:
    """Tables that a move makes have the rights that a new database's have, and reports go on.

    Days get theirs from upkeep, a round sooner or later.
    """

    async def but_for_days(connection: Connection) -> dict[str, dict[str, set[str]]]:
        found = await granted(connection)
        return {name: rights for name, rights in found.items() if not re.fullmatch("events_p[0-9]{8}", name)}

    url = await new_database("heap")
    client = await serve(as_login(url, login))
    assert (await client.post("/events", json=batch(1))).status_code == 200
    owner = await connections.connect(url)
    for name in ("rollup_dims", "matview", "rollup"):
        await migrate.migrate(owner, name)
        fresh = await connections.connect(await new_database(name))
        assert await but_for_days(owner) == await but_for_days(fresh)
        await fresh.close()
        assert (await client.post("/events", json=batch(2))).status_code == 200
    assert (await client.get("/report?start=2025-09-01&end=2025-10-01")).json()["totals"]["clicks"] == 4
    await owner.close()


async def test_a_variant_that_is_in_force_gets_them_too(
    new_database: NewDatabase, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that was built before there were roles: its trigger's function is brought up to date."""
    url = await new_database(None)
    owner = await connections.connect(url)
    older = [migration for migration in migrations.migrations() if migration[0] < 4]
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "migrations", lambda: older)
        await migrations.migrate(owner)
    await owner.execute(
        catalogue.find("rollup").script("up").replace("SECURITY DEFINER SET search_path = public, pg_temp", "")
    )
    await owner.execute("INSERT INTO active_variant (name) VALUES ('rollup')")
    await migrate.migrate(owner)
    writer = await connections.connect(as_login(url, login), role=INGEST)
    await writer.execute("INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES (now(), 'C', 'U', 'click')")
    await writer.close()
    assert await owner.fetchval("SELECT count(*) FROM rollup_delta") == 1
    await owner.close()


@pytest.mark.skipif(bool(CLUSTERS), reason="makes a server of its own, and a cluster is made by a superuser")
async def test_who_migrates_need_not_be_a_superuser(
    server: Server, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As in a managed database: an owner with CREATEROLE makes the roles, for two databases at once; one without it
    gets a working service and a line that says what is missing, and uses them when somebody else has made them.
    """
    cluster = Cluster(home / "own", BINARIES[server.name], fsync="off", shared_buffers="16MB")
    cluster.start()
    try:
        superuser = await connections.connect(cluster.url())
        for name, more in (("plain", ""), ("maker", "CREATEROLE")):
            await superuser.execute(f"CREATE ROLE {name} LOGIN {more}")
        for name, owner in (("one", "plain"), ("two", "maker"), ("three", "maker")):
            await superuser.execute(f"CREATE DATABASE {name} OWNER {owner}")

        plain = await connections.connect(as_login(cluster.url("one"), "plain"))
        await migrate.migrate(plain)
        assert f"roles are missing, which this login must not make: {', '.join(ROLES)}" in caplog.text
        await plain.execute(
            "INSERT INTO events (ts, campaign_id, user_id, event_type) VALUES (now(), 'C', 'U', 'click')"
        )
        await run_round(plain, catalogue.find("rollup"))

        makers = [await connections.connect(as_login(cluster.url(name), "maker")) for name in ("two", "three")]
        caplog.clear()
        await asyncio.gather(*(migrate.migrate(connection) for connection in makers))
        await migrate.migrate(plain)
        assert "missing" not in caplog.text
        for connection in (plain, *makers):
            assert (await granted(connection))["events"] == EVENTS
            await connection.close()
        await superuser.close()
    finally:
        cluster.stop()
