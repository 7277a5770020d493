"""Risks of losing data in a crash are shown in /readyz, in a metric and in the log."""

import asyncio

import pytest

from adpulse import telemetry
from adpulse.database import durability
from adpulse.database.connections import Connection, connect
from adpulse.maintenance import gauges
from tests.patience import until
from tests.services import Serve
from tests.sessions import waiting

# The tests' servers do not wait for the disk, and say so.
FSYNC = "fsync is off"


async def test_a_server_and_tables_at_risk_are_named(connection: Connection, caplog: pytest.LogCaptureFixture) -> None:
    """Settings of the server, and tables of ours that a crash would empty; not somebody else's."""
    assert await durability.risks(connection) == [FSYNC]
    await connection.execute("ALTER TABLE event_ids SET UNLOGGED")
    await connection.execute("CREATE SCHEMA other; CREATE UNLOGGED TABLE other.scratch ()")
    expected = [FSYNC, "the table event_ids is UNLOGGED"]
    assert await durability.risks(connection) == expected
    durability.warn.cache_clear()
    for _ in range(2):
        await gauges.read_database(connection)
    assert telemetry.DURABILITY_RISKS._value.get() == 2
    said = [record.getMessage() for record in caplog.records if record.name == "adpulse.database.durability"]
    assert len(said) == 2
    for line, risk in zip(said, expected, strict=True):
        assert risk in line


async def test_readyz_warns_and_is_ready(serve: Serve, url: str) -> None:
    """The service works: what a crash may do is the operator's choice."""
    reply = await (await serve(url)).get("/readyz")
    assert (reply.status_code, reply.json()) == (200, {"status": "ready", "warnings": [FSYNC]})


async def test_readyz_is_not_ready_while_all_writers_wait(
    serve: Serve, url: str, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on the table keeps every writer in its transaction: a balancer is told, and told when it is over."""
    monkeypatch.setattr("adpulse.ingest.writer.STALLED_S", 0.05)
    client = await serve(url, writers=2, group_events=1)
    event = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
    # The one that looks is in no transaction: in one, PostgreSQL says of sessions what it said first.
    blocker = await connect(url)
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        one = asyncio.create_task(client.post("/events", json={"events": [event]}))
        await until(lambda: waiting(connection, "adpulse writer"))
        await asyncio.sleep(0.1)
        assert (await client.get("/readyz")).status_code == 200, "the other one can write"
        two = asyncio.create_task(client.post("/events", json={"events": [event]}))
        await until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 503)
    assert {(await one).status_code, (await two).status_code} == {200}
    await until(lambda: client.get("/readyz"), lambda reply: reply.status_code == 200)
    await blocker.close()
