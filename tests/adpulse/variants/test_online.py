"""A change of design while events come in and reports are asked for: nothing fails, is lost or is counted twice."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pglast
import pytest

from adpulse.database import connections, locks
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.sql import SQL_DIR
from adpulse.variants import beside, capture, catalogue, migrate, online, state, verify
from tests.patience import PATIENCE_S, until
from tests.servers import NewDatabase
from tests.services import Client, Serve

NOW = datetime.now(UTC).replace(microsecond=0)
BATCH = 25
WINDOW = f"start={(NOW - timedelta(days=4)):%Y-%m-%d}&end={(NOW + timedelta(days=2)):%Y-%m-%d}"
QUESTIONS = [
    "",
    "&compare=previous",
    "&group_by=campaign_id",
    "&group_by=geo",
    "&group_by=event_type",
    "&filter=geo:G1",
]


def batch(number: int) -> list[dict[str, object]]:
    """Return events of now and of three days ago, of four campaigns."""
    return [
        {
            "ts": (NOW - timedelta(minutes=n * 173 % 4_320)).isoformat(),
            "campaign_id": f"C{n % 4}",
            "user_id": f"U{number}",
            "event_type": ("impression", "click", "conversion")[n % 3],
            "cost": 0.25,
            "metadata": {"geo": "G1", "n": number},
        }
        for n in range(BATCH)
    ]


class Traffic:
    """Writers, whose acknowledged events are counted, and readers, whose answers must lie between what was
    acknowledged before they asked and what was sent before they were answered.
    """

    def __init__(self, client: Client) -> None:
        self.client = client
        self.sent = self.acknowledged = self.answers = 0
        self.going = True

    async def write(self, writer: int) -> None:
        number = 0
        while self.going:
            number += 1
            # Every third batch has a key, and is sent twice.
            headers = {"Idempotency-Key": f"{writer}-{number}"} if number % 3 == 0 else {}
            self.sent += BATCH
            for _ in range(2 if headers else 1):
                reply = await self.client.post("/events", json={"events": batch(number)}, headers=headers)
                assert reply.status_code == 200, reply.text
                self.acknowledged += reply.json()["accepted"]

    async def read(self, reader: int) -> None:
        number = reader
        while self.going:
            number += 1
            question, least = QUESTIONS[number % len(QUESTIONS)], self.acknowledged
            reply = await self.client.get(f"/report?{WINDOW}{question}")
            assert reply.status_code == 200, reply.text
            totals = reply.json()["totals"]
            count = totals["impressions"] + totals["clicks"] + totals["conversions"]
            assert least <= count <= self.sent, question
            assert count % BATCH == 0, "a batch is seen whole or not at all"
            assert totals["cost"] == count * 0.25
            self.answers += 1
            await asyncio.sleep(0.005)


async def stored(connection: Connection) -> int:
    return await connection.fetchval("SELECT count(*) FROM events")


@pytest.mark.parametrize(
    "names", [("rollup", "rollup_dims", "rollup"), ("btree_gin", "rollup", "partitioned", "rollup", "matview")]
)
async def test_a_change_of_design_under_load(serve: Serve, new_database: NewDatabase, names: tuple[str, ...]) -> None:
    """No reply but 200, acknowledged = stored, every report exact for its moment, and the recount agrees."""
    url = await new_database(names[0])
    client = await serve(url, maintenance_s=0.1)
    connection = await connections.connect(url)
    traffic = Traffic(client)
    async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(traffic.write(number))
        for number in range(3):
            group.create_task(traffic.read(number))
        for name in names[1:]:
            before, asked = traffic.acknowledged, traffic.answers
            await migrate.migrate(connection, name)
            while traffic.acknowledged < before + 10 * BATCH or traffic.answers < asked + 10:
                await asyncio.sleep(0.02)
        traffic.going = False
    assert await stored(connection) == traffic.acknowledged == traffic.sent
    active = await catalogue.active(connection)
    assert active.name == names[-1]
    result = await verify.verify(connection, active)
    assert result.exact, result.mismatches[:5]
    assert not await connection.fetch("SELECT FROM pg_namespace WHERE nspname IN ('adpulse_next', 'adpulse_move')")
    await connection.close()


class Died(BaseException):
    """The process that moves ends here."""


@pytest.mark.parametrize("step", ["note", "_copy", "_tidy", "drop_standins", "settle"])
async def test_a_move_that_dies_has_changed_nothing(url: str, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Events go on to be stored and may be deleted again; the next move sweeps away what is left, and has them all."""
    victim, other = await connections.connect(url), await connections.connect(url)
    insert = (
        "INSERT INTO events (ts, event_type, campaign_id, user_id) "
        "SELECT now(), 'click', 'C', 'U' FROM generate_series(1, 10)"
    )
    await other.execute(insert)
    # The last one inside the transaction that replaces the tables, where everybody else waits.
    module = {"note": capture, "drop_standins": beside, "settle": state}.get(step, online)
    reached = getattr(module, step)

    async def die(connection: Connection, *arguments: Any, **named: Any) -> Any:
        done = await reached(connection, *arguments, **named)
        if step not in ("note", "settle"):
            with pytest.raises(asyncpg.ObjectInUseError, match="being moved"):
                await other.execute("DELETE FROM events")
            await other.execute(insert)
        connection.terminate()
        raise Died(done)

    monkeypatch.setattr(module, step, die)
    with pytest.raises((Died, asyncpg.InterfaceError)):  # the latter of a transaction that cannot be rolled back
        await migrate.migrate(victim, "rollup_dims")
    monkeypatch.undo()
    held = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    await until(lambda: other.fetchval(held, locks.MOVE_LOCK), lambda found: not found)
    assert (await catalogue.active(other)).name == "rollup"
    await other.execute(insert)
    await other.execute("DELETE FROM events WHERE ts = (SELECT max(ts) FROM events)")
    count = await stored(other)
    assert (await verify.verify(other, catalogue.find("rollup"))).exact
    await migrate.migrate(other, "rollup_dims")
    assert await stored(other) == count
    assert (await verify.verify(other, catalogue.find("rollup_dims"))).exact
    await other.close()


async def test_two_that_move_at_once_move_once(url: str) -> None:
    """The second waits, and finds it done; or is told to look again, when it wanted something else."""
    movers = [await connections.connect(url) for _ in range(3)]
    await movers[0].execute(
        "INSERT INTO events (ts, event_type, campaign_id, user_id) VALUES (now(), 'click', 'C', 'U')"
    )
    same = await asyncio.gather(*(migrate.migrate(mover, "rollup_dims") for mover in movers[:2]))
    assert [variant.name for variant in same] == ["rollup_dims"] * 2
    outcomes = await asyncio.gather(
        migrate.migrate(movers[0], "btree"), migrate.migrate(movers[2], "covering"), return_exceptions=True
    )
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert isinstance(refused, SchemaError)
    assert "somebody else has just moved" in str(refused)
    assert await stored(movers[0]) == 1
    for each in movers:
        await each.close()


async def test_a_change_that_never_gets_its_lock_ends_with_a_reason(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A move that gives up has changed nothing and stopped nobody, and the next try succeeds."""
    monkeypatch.setattr(locks, "PATIENCE_S", 0.0)
    monkeypatch.setattr(online, "_PARTING_S", 0.0)
    mover, reader = await connections.connect(url), await connections.connect(url)
    async with reader.transaction():
        await reader.fetch("SELECT FROM events LIMIT 1")
        with pytest.raises(SchemaError, match="in use for 0 s without a pause; nothing was changed"):
            await migrate.migrate(mover, "btree")
        assert not await reader.fetch("SELECT FROM pg_namespace WHERE nspname = 'adpulse_next'")
        assert (await catalogue.active(reader)).name == "rollup"
    monkeypatch.undo()
    await migrate.migrate(mover, "btree")
    assert (await catalogue.active(reader)).name == "btree"
    for each in (mover, reader):
        await each.close()


async def test_a_move_gives_way_to_a_long_report(url: str) -> None:
    """It does not queue everybody up behind somebody's report: it waits a moment, and leaves, and returns."""
    mover, reader, writer = [await connections.connect(url) for _ in range(3)]
    async with reader.transaction(isolation="repeatable_read"):
        await reader.fetch("SELECT FROM events LIMIT 1")
        moved = asyncio.create_task(migrate.migrate(mover, "rollup_dims"))
        for _ in range(20):
            async with asyncio.timeout(PATIENCE_S):
                await writer.execute(
                    "INSERT INTO events (ts, event_type, campaign_id, user_id) VALUES (now(), 'click', 'C', 'U')"
                )
            await asyncio.sleep(0.05)
        assert not moved.done()
    await moved
    assert await stored(reader) == 20
    assert (await verify.verify(reader, catalogue.find("rollup_dims"))).exact
    for each in (mover, reader, writer):
        await each.close()


def test_the_scripts_of_a_move_parse_and_know_its_lock() -> None:
    """PostgreSQL's own parser reads each, and the number of the lock is that of the service."""
    files = {path.name: path.read_text() for path in (SQL_DIR / "move").glob("*.sql")}
    assert {bool(pglast.parse_sql(text)) for text in files.values()} == {True}
    numbers = re.findall(r"advisory_xact_lock_shared\((\d+)\)", files["capture.sql"])
    assert numbers == [str(locks.MOVE_LOCK)] * 2
