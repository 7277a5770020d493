"""Least privilege: the service runs without owner rights, each role can do its work, migrations grant what it needs."""

import asyncio
import logging
import re
import uuid
from pathlib import Path

import asyncpg
import pytest

from adpulse import telemetry
from adpulse.database import connections, migrations
from adpulse.database.connections import INGEST, MAINTAIN, REPORT, Connection
from adpulse.database.embedded import Cluster
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate
from tests.adpulse.database.roles import EVENTS, ROLES, as_login, batch, each_variant, granted
from tests.servers import BINARIES, CLUSTERS, NewDatabase, Server
from tests.services import Serve

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
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="schema public"):  # not: a new database
            await migrations.version(connection)
        await connection.close()
        assert "docs/how-to/roles.md" in caplog.text
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await serve(url)
    finally:
        await owner.execute(f"DROP ROLE {stranger}")
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
async def test_an_owner_without_superuser_rights_can_migrate(
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
