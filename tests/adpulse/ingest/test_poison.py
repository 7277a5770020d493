"""A row that the database refuses costs only itself."""

import asyncio
import logging

import pytest
from httpx import AsyncClient

from adpulse.database.connections import Connection
from adpulse.ingest.batch import Unavailable
from adpulse.ingest.decoder import Decoder
from adpulse.settings import Settings
from tests.adpulse.ingest.conftest import IDS, JSON, Start, batch, blocked, body, until_stored, users

CHECK = "ALTER TABLE events ADD CONSTRAINT poison CHECK (user_id <> 'poison')"
# One by one: Citus hands the text of a whole query to its nodes. Its setting says nothing to other servers.
REFUSE = """
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NEW.user_id = 'poison' THEN RAISE EXCEPTION 'no'{code}; END IF;
      RETURN NEW;
    END $$
"""
TRIGGER = (
    "SET citus.enable_unsafe_triggers = on",
    "CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse()",
)


@pytest.mark.parametrize("plant", [(CHECK,), (REFUSE.format(code=""), *TRIGGER)], ids=["constraint", "trigger"])
async def test_a_poison_row_costs_only_itself(
    start: Start, url: str, connection: Connection, caplog: pytest.LogCaptureFixture, plant: tuple[str, ...]
) -> None:
    """All other rows are stored; its own batch names its place; other batches never notice. A log line says so."""
    for statement in plant:
        await connection.execute(statement)
    writer = await start(writers=1)
    mixed = Decoder(Settings()).decode(
        body(
            {"user_id": "a"},
            {"cost": -1},
            {"user_id": "poison"},
            {"user_id": "b"},
            {"user_id": "poison"},
            {"user_id": "c"},
        )
    )
    with caplog.at_level(logging.WARNING):
        async with blocked(url):
            tasks = [
                asyncio.create_task(writer.submit(batch({"user_id": f"x{n}"}, {"user_id": f"y{n}"}))) for n in range(3)
            ]
            tasks.insert(1, asyncio.create_task(writer.submit(mixed)))
            await asyncio.sleep(0.05)
        answers = await asyncio.gather(*tasks)
    assert [answer.accepted for answer in answers] == [2, 3, 2, 2]
    poisoned = answers[1]
    assert (poisoned.duplicates, poisoned.rejected_count) == (0, 3)
    assert [(entry["index"], entry["code"]) for entry in poisoned.rejected] == [
        (1, "range"),
        (2, "unstorable"),
        (4, "unstorable"),
    ]
    assert await users(connection) == ["a", "b", "c", "x0", "x1", "x2", "y0", "y1", "y2"]
    assert "left out 2 events that the database refused" in caplog.text


@pytest.mark.parametrize("code", ["disk_full", "internal_error"])
async def test_a_fault_is_no_poison(start: Start, connection: Connection, code: str) -> None:
    """When a node has no room, no event is to blame, and none is refused for good; neither when nobody knows."""
    for statement in (REFUSE.format(code=f" USING ERRCODE = '{code}'"), *TRIGGER):
        await connection.execute(statement)
    writer = await start(writers=1)
    for _ in range(2):
        with pytest.raises(Unavailable):
            await writer.submit(batch({"user_id": "a"}, {"user_id": "poison"}, {"user_id": "b"}))
    assert await users(connection) == []
    assert (await until_stored(writer, {"user_id": "c"})).accepted == 1


async def test_poison_is_counted(client: AsyncClient, connection: Connection) -> None:
    """A batch of poison alone is a 422, and /metrics has the number."""

    async def unstorable() -> float:
        lines = (await client.get("/metrics")).text.splitlines()
        return sum(
            float(line.split()[1]) for line in lines if line.startswith('adpulse_events_total{outcome="unstorable"}')
        )

    await connection.execute(CHECK)
    before = await unstorable()
    reply = await client.post("/events", content=body(*[{"user_id": "poison"}] * 3), headers=JSON)
    assert (reply.status_code, reply.json()["rejected_count"]) == (422, 3)
    assert await unstorable() == before + 3


async def test_poison_leaves_its_key_and_its_id_free(start: Start, connection: Connection) -> None:
    """A row that was not stored can be corrected and sent again; its repeat in the same batch is no duplicate."""
    await connection.execute(CHECK)
    writer = await start()
    bad = {"user_id": "poison", "event_id": IDS[0]}
    answer = await writer.submit(batch(bad, {"event_id": IDS[1]}, {"user_id": "again", "event_id": IDS[0]}))
    assert (answer.accepted, answer.duplicates, answer.rejected_count) == (1, 0, 2)
    answer = await writer.submit(batch({"user_id": "good", "event_id": IDS[0]}), "key", b"1")
    assert (answer.accepted, answer.duplicates) == (1, 0)
    assert (await writer.submit(batch({"user_id": "poison"}), "other", b"1")).rejected_count == 1
    assert (await writer.submit(batch({"user_id": "new"}), "other", b"2")).accepted == 1
    assert await users(connection) == ["U", "good", "new"]
