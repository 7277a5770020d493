"""Batches of many requests are written together, refused when too much waits, and all answered at the end."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient

from adpulse.database.connections import Connection
from adpulse.ingest.batch import Batch, Overloaded, Unavailable
from adpulse.ingest.decoder import Decoder
from tests.adpulse.ingest.conftest import JSON, Start, batch, blocked, body, idle, users
from tests.services import Serve

# ── Group commit ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_requests_that_wait_share_a_commit(start: Start, url: str, connection: Connection) -> None:
    """Batches that arrive while a writer is busy are written in one transaction; each sender gets its own answer."""
    writer = await start(writers=1)
    async with blocked(url):
        first = asyncio.create_task(writer.submit(batch({})))
        await asyncio.sleep(0)
        await idle(writer)
        waiting = [asyncio.create_task(writer.submit(batch(*[{}] * n))) for n in range(1, 21)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in waiting)
    assert (await first).accepted == 1
    assert [answer.accepted for answer in await asyncio.gather(*waiting)] == list(range(1, 21))
    assert await connection.fetchval("SELECT count(DISTINCT xmin::text) FROM events") == 2
    assert await connection.fetchval("SELECT count(*) FROM events") == 1 + sum(range(1, 21))


async def test_requests_that_arrive_together_share_a_commit(start: Start, connection: Connection) -> None:
    """Those whose bytes are there when the writer wakes go with the request that woke it: few, and full, commits."""
    writer = await start(writers=2)
    tasks = []
    for _ in range(3):
        tasks.append(asyncio.create_task(writer.submit(batch({}))))
        await asyncio.sleep(0)  # each in a turn of the event loop of its own
    await asyncio.gather(*tasks)
    assert await connection.fetchval("SELECT count(DISTINCT xmin::text) FROM events") == 1


async def test_a_group_has_a_size(start: Start, url: str, connection: Connection) -> None:
    """A transaction has at most group_events, unless one request has more."""
    writer = await start(writers=1, group_events=10)
    async with blocked(url):
        tasks = [asyncio.create_task(writer.submit(batch(*[{"user_id": f"U{n}"}] * 4))) for n in range(5)]
        tasks.append(asyncio.create_task(writer.submit(batch(*[{}] * 25))))
        await asyncio.sleep(0.05)
    await asyncio.gather(*tasks)
    sizes = await connection.fetch("SELECT count(*) FROM events GROUP BY xmin::text ORDER BY 1")
    assert [record[0] for record in sizes] == [4, 8, 8, 25]


async def test_the_commit_is_seen_before_the_answer(client: AsyncClient, connection: Connection) -> None:
    """After a 200 the events are stored, and the report has them."""
    for n in range(1, 6):
        assert (await client.post("/events", content=body({}), headers=JSON)).json()["accepted"] == 1
        assert len(await users(connection)) == n
        report = await client.get("/report?campaign_id=C&start=2025-09-24&end=2025-09-25")
        assert report.json()["totals"]["clicks"] == n


# ── Back-pressure ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_full_queue_refuses_at_once(start: Start, url: str, connection: Connection) -> None:
    """When as many events or bytes wait as may, the next batch is refused without waiting; the others are written."""
    for limits in ({"queue_events": 20}, {"queue_bytes": 3_000}):
        writer = await start(writers=1, **limits)
        async with blocked(url):
            taken = [asyncio.create_task(writer.submit(batch(*[{}] * 5)))]
            await asyncio.sleep(0)
            await idle(writer)
            for _ in range(20):
                task = asyncio.create_task(writer.submit(batch(*[{}] * 5)))
                await asyncio.sleep(0)
                taken.append(task)
            refused = [task for task in taken if task.done()]
            assert 0 < len(refused) < len(taken)
            for task in refused:
                assert isinstance(task.exception(), Overloaded)
            with pytest.raises(Overloaded):
                writer.admit()
        answers = await asyncio.gather(*(task for task in taken if task not in refused))
        assert sum(answer.accepted for answer in answers) == len(await users(connection))
        assert (writer._events, writer._bytes) == (0, 0)
        await connection.execute("DELETE FROM events")


async def test_a_batch_larger_than_the_queue_is_taken_when_nothing_waits(start: Start) -> None:
    """A batch larger than the queue could otherwise never be sent."""
    writer = await start(queue_events=2)
    assert (await writer.submit(batch({}, {}, {}))).accepted == 3


async def test_an_overloaded_service_says_when_to_come_back(serve: Serve, url: str, connection: Connection) -> None:
    """503 with Retry-After, without reading the body; every batch with a 200 is stored, and no other."""
    client = await serve(url, writers=1, queue_events=3)
    async with blocked(url):
        posts = []
        for n in range(10):
            post = client.post("/events", content=body({"user_id": f"U{n}"}), headers=JSON)
            posts.append(asyncio.create_task(post))
            await asyncio.sleep(0.02)
        refused = [post.result() for post in posts if post.done()]
        assert len(refused) >= 5
        for reply in refused:
            assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
        assert (await client.get("/healthz")).status_code == 200
    replies = await asyncio.gather(*posts)
    stored = [f"U{n}" for n, reply in enumerate(replies) if reply.status_code == 200]
    assert {reply.status_code for reply in replies} == {200, 503}
    assert await users(connection) == stored
    assert (await client.post("/events", content=body({}), headers=JSON)).status_code == 200


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the growing list of bodies that are decoded."""
    bodies: list[bytes] = []
    decode = Decoder.decode

    def noting(self: Decoder, raw: bytes, **options: Any) -> Batch:
        bodies.append(raw)
        return decode(self, raw, **options)

    monkeypatch.setattr(Decoder, "decode", noting)
    return bodies


async def test_a_batch_that_does_not_fit_is_refused_unread(serve: Serve, url: str, decoded: list[bytes]) -> None:
    """Only what is taken is decoded, for any sizes of batches and events."""
    client = await serve(url, writers=1, queue_events=10)
    chance = random.Random(1)
    async with blocked(url):
        posts = []
        for _ in range(30):
            events = [{"metadata": {"k": "x" * chance.randrange(300)}}] * chance.randint(1, 6)
            post = client.post("/events", content=body(*events), headers=JSON)
            posts.append(asyncio.create_task(post))
            await asyncio.sleep(0.02)
    statuses = [reply.status_code for reply in await asyncio.gather(*posts)]
    assert set(statuses) == {200, 503}
    assert len(decoded) == statuses.count(200)


async def test_a_batch_that_no_longer_fits_is_refused_undecoded(serve: Serve, url: str, decoded: list[bytes]) -> None:
    """Bodies that were all let in while the queue was empty are not decoded once it is full."""
    client = await serve(url, writers=1, queue_events=10)
    arrives = asyncio.Event()

    async def late() -> AsyncIterator[bytes]:
        await arrives.wait()
        yield body(*[{}] * 4)

    async with blocked(url):
        posts = [asyncio.create_task(client.post("/events", content=late(), headers=JSON)) for _ in range(8)]
        await asyncio.sleep(0.1)
        arrives.set()
        while not any(post.done() for post in posts):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
    statuses = [reply.status_code for reply in await asyncio.gather(*posts)]
    assert set(statuses) == {200, 503}
    assert len(decoded) == statuses.count(200)


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_clean_stop_writes_what_it_took(start: Start, url: str, connection: Connection) -> None:
    """Everything taken before is stored and answered; what comes later is refused."""
    writer = await start(writers=2, group_events=3)
    async with blocked(url):
        tasks = [asyncio.create_task(writer.submit(batch({"user_id": f"U{n:02d}"}))) for n in range(30)]
        await asyncio.sleep(0.05)
        stopping = asyncio.create_task(writer.stop())
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable):
            await writer.submit(batch({}))
        assert not stopping.done()
    await stopping
    assert [(await task).accepted for task in tasks] == [1] * 30
    assert await users(connection) == [f"U{n:02d}" for n in range(30)]


async def test_a_sender_that_gives_up_costs_nobody_else(start: Start, url: str, connection: Connection) -> None:
    """Its batch was taken and is written; the others of its group are answered."""
    writer = await start(writers=1)
    async with blocked(url):
        tasks = [asyncio.create_task(writer.submit(batch({"user_id": f"U{n}"}))) for n in range(5)]
        await asyncio.sleep(0.05)
        tasks[0].cancel()  # being written
        tasks[2].cancel()  # waiting, or in the same group
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome).__name__ for outcome in outcomes] == ["CancelledError", "Answer"] * 2 + ["Answer"]
    assert await users(connection) == [f"U{n}" for n in range(5)]
