"""Least privilege: no role can do more than its work, and nobody else can do anything."""

import re

import asyncpg
import pytest

from adpulse.database import connections, migrations
from adpulse.database.connections import INGEST, MAINTAIN, REPORT, Connection
from tests.adpulse.database.roles import EVENTS, ROLES, as_login, each_variant, granted
from tests.servers import NewDatabase

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
async def test_roles_cannot_exceed_their_rights(new_database: NewDatabase, login: str, role: str) -> None:
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
