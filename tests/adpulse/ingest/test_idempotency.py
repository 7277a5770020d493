"""Repeated deliveries count once: batches by their key, events by their id."""

import asyncio
import json
import random
from typing import Any

from httpx import AsyncClient

from adpulse.database.connections import Connection
from adpulse.ingest.batch import Answer, KeyReused
from adpulse.ingest.writer import Writer
from tests.adpulse.ingest.conftest import IDS, JSON, Start, batch, blocked, body, users
from tests.patience import PATIENCE_S

# ── Batches ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_key_makes_a_batch_count_once(client: AsyncClient, connection: Connection) -> None:
    """The same key and body: the first answer, with duplicates for what it accepted. Another body: 409."""

    async def post(key: str, content: bytes) -> tuple[int, dict[str, Any]]:
        reply = await client.post("/events", content=content, headers=JSON | {"Idempotency-Key": key})
        return reply.status_code, reply.json()

    mixed = body({"user_id": "a"}, {"cost": -1}, {"user_id": "b"})
    status, first = await post("k1", mixed)
    assert (status, first["accepted"], first["duplicates"], first["rejected_count"]) == (200, 2, 0, 1)
    for _ in range(2):
        status, again = await post("k1", mixed)
        assert (status, json.dumps(again)) == (200, json.dumps(first | {"accepted": 0, "duplicates": 2})), "their order"
    status, problem = await post("k1", body({"user_id": "c"}))
    assert (status, problem["title"]) == (409, "idempotency key reused")
    assert (await post("k2", mixed))[1]["accepted"] == 2
    assert await users(connection) == ["a", "a", "b", "b"]


async def test_a_batch_without_effect_leaves_its_key_free(client: AsyncClient, connection: Connection) -> None:
    """A batch that was refused whole may be sent again under its key, corrected."""
    headers = JSON | {"Idempotency-Key": "k"}
    for _ in range(2):
        assert (await client.post("/events", content=body({"cost": -1}), headers=headers)).status_code == 422
    assert (await client.post("/events", content=b"{", headers=headers)).status_code == 400
    assert (await client.post("/events", content=body({"cost": 1}), headers=headers)).json()["accepted"] == 1
    assert (await client.post("/events", content=body({"cost": -1}), headers=headers)).status_code == 409
    assert len(await users(connection)) == 1


async def test_one_key_at_the_same_time_counts_once(start: Start, url: str, connection: Connection) -> None:
    """One of many batches with one key is accepted, and all others see duplicates, in one process or several."""
    writers = [await start(), await start(), await start()]
    async with blocked(url):
        tasks = [asyncio.create_task(writers[n % 3].submit(batch({}, {}), f"key {n % 2}", b"hash")) for n in range(24)]
        tasks.append(asyncio.create_task(writers[0].submit(batch({}), "key 0", b"other")))
        await asyncio.sleep(0.05)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, KeyReused)]
    assert len(answers) + len(refused) == len(tasks)
    first_other = isinstance(outcomes[-1], Answer) and outcomes[-1].accepted == 1
    assert sum(answer.accepted for answer in answers) == (3 if first_other else 4)
    assert len(refused) == (12 if first_other else 1)
    assert len(await users(connection)) == (3 if first_other else 4)


# ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_id_makes_an_event_count_once(start: Start, connection: Connection) -> None:
    """The first one wins: within and across batches, and for a repeat that differs in all else, its day included."""
    writer = await start()
    answer = await writer.submit(
        batch(
            {"user_id": "a", "event_id": IDS[0]},
            {"user_id": "b"},
            {"user_id": "a again", "event_id": IDS[0].upper()},
            {"user_id": "c", "event_id": None},
            {"user_id": "d", "event_id": IDS[1]},
        )
    )
    assert (answer.accepted, answer.duplicates) == (4, 1)
    later = {"user_id": "a", "ts": "2025-10-01T00:00:00Z", "event_type": "impression", "event_id": IDS[0]}
    answer = await writer.submit(batch(later, {"user_id": "e", "event_id": IDS[2]}))
    assert (answer.accepted, answer.duplicates) == (1, 1)
    assert await users(connection) == ["a", "b", "c", "d", "e"]


async def test_ids_hold_among_rejected_events(start: Start, connection: Connection) -> None:
    """Rows have other places than the events of the request; accepted + duplicates + rejected = sent."""
    writer = await start()
    mixed = [{"cost": -1, "event_id": IDS[0]}, {"user_id": "a", "event_id": IDS[0]}, {"ts": 1}, {"event_id": IDS[0]}]
    answer = await writer.submit(batch(*mixed))
    assert (answer.accepted, answer.duplicates, answer.rejected_count) == (1, 1, 2)
    assert [entry["index"] for entry in answer.rejected] == [0, 2]
    assert await users(connection) == ["a"]


async def test_concurrent_senders_of_one_id_store_it_once(start: Start, connection: Connection) -> None:
    """Each id is stored once, in any order and process, and each repeat is somebody's duplicate."""
    writers = [await start(), await start(), await start()]
    chance = random.Random(9)
    days = [f"2025-09-{day:02d}T00:00:00Z" for day in range(1, 29)]

    async def send(writer: Writer) -> tuple[int, int]:
        sent = stored = 0
        for n in range(10):
            ids = chance.sample(IDS[:60], 20)
            events = [{"user_id": event_id, "event_id": event_id, "ts": chance.choice(days)} for event_id in ids]
            key = f"{id(writer)} {n}" if n % 2 else None
            answer = await writer.submit(batch(*events), key, b"" if key else None)
            sent += answer.accepted + answer.duplicates
            stored += answer.accepted
        return sent, stored

    async with asyncio.timeout(PATIENCE_S):
        counts = await asyncio.gather(*(send(writer) for writer in writers * 3))
    assert [sent for sent, _ in counts] == [200] * 9
    found = await users(connection)
    assert len(found) == len(set(found)) == sum(stored for _, stored in counts)


async def test_a_key_and_ids_together(start: Start, connection: Connection) -> None:
    """A repeated key is answered before any id is looked at; a new key with old ids accepts nothing new."""
    writer = await start()
    events = [{"event_id": IDS[0]}, {"event_id": IDS[1]}]
    assert (await writer.submit(batch(*events), "k", b"1")).accepted == 2
    assert (await writer.submit(batch(*events), "k", b"1")).duplicates == 2
    for _ in range(2):
        answer = await writer.submit(batch(*events), "k2", b"1")
        assert (answer.accepted, answer.duplicates) == (0, 2)
    assert len(await users(connection)) == 2
