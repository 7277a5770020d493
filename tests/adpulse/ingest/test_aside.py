"""While a thread decodes a costly body, everybody else is answered."""

import asyncio
import threading
from typing import Any

import asyncpg
import httpx
import pytest

from adpulse.ingest.aside import Aside
from adpulse.ingest.body import BodyReader
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.effort import PausingEffort
from adpulse.settings import Settings
from tests.adpulse.ingest.bodies import JSON, batch, event
from tests.patience import PATIENCE_S, until
from tests.services import Serve

TINY = "1e-400"


def costly(count: int = 300) -> bytes:
    """Return a batch whose metadata a double cannot hold, of values that each cost more than others."""
    numbers = "[" + ",".join([TINY] * 500) + "]"
    return batch(*[event(metadata={"a": "HERE"}).replace('"HERE"', numbers)] * count)


class Gate:
    """The thread's decoders wait here, until the gate opens."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.reached = threading.Event()

    def patch(self, patch: pytest.MonkeyPatch) -> None:
        decode = Decoder.decode

        def wait(decoder: Decoder, *args: Any, **options: Any) -> Any:
            if isinstance(decoder._effort, PausingEffort):
                self.reached.set()
                assert self.open.wait(PATIENCE_S)
            return decode(decoder, *args, **options)

        patch.setattr(Decoder, "decode", wait)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    made = Gate()
    made.patch(monkeypatch)
    return made


def post(client: httpx.AsyncClient, body: bytes) -> "asyncio.Task[httpx.Response]":
    return asyncio.create_task(client.post("/events", content=body, headers=JSON))  # type: ignore[arg-type]


async def test_others_go_on_meanwhile(
    serve: Serve, url: str, connection: "asyncpg.Connection[asyncpg.Record]", gate: Gate
) -> None:
    """The event loop is free while the body is decoded, and every number of it is stored as it was sent."""
    client = await serve(url)
    slow = post(client, costly())
    await until(gate.reached.is_set)
    try:
        assert (await client.get("/healthz")).status_code == 200
        small = await client.post("/events", content=batch(event()), headers=JSON)
        assert small.json()["accepted"] == 1
        assert not slow.done()
    finally:
        gate.open.set()
    assert (await slow).json()["accepted"] == 300
    tiny = "SELECT count(*) FROM events, jsonb_array_elements(metadata -> 'a') AS number WHERE number::numeric = 1e-400"
    assert await connection.fetchval(tiny) == 300 * 500


async def test_bodies_that_wait_for_the_thread_are_bounded(serve: Serve, url: str, gate: Gate) -> None:
    """They count among the bodies that arrive: what does not fit gets 503, and the others are stored."""
    body = costly()
    client = await serve(url, queue_bytes=2 * len(body) + 1_000)
    waiting = [post(client, body) for _ in range(4)]
    await until(lambda: sum(each.done() for each in waiting) == 2)
    gate.open.set()
    answers = sorted([answer.status_code for answer in await asyncio.gather(*waiting)])
    assert answers == [200, 200, 503, 503]


async def test_one_that_waits_for_too_long_is_refused(serve: Serve, url: str, gate: Gate) -> None:
    """A body waits for the thread as long as for a commit."""
    client = await serve(url, write_timeout_s=0.05)
    first, second = post(client, costly()), post(client, costly())
    async with asyncio.timeout(PATIENCE_S):
        done, _ = await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)
    gate.open.set()
    (refused,) = done
    assert refused.result().status_code == 503
    assert refused.result().headers["Retry-After"]
    await asyncio.gather(first, second)


async def test_a_request_that_ends_leaves_the_decoder_to_its_thread(gate: Gate) -> None:
    """A thread cannot be stopped, and two at once would spoil what the decoder remembers."""
    settings = Settings()
    aside = Aside(settings, BodyReader(settings))
    first, second = (
        asyncio.create_task(aside.decode(costly(), ndjson=False, unwrap=None, campaigns=None)) for _ in range(2)
    )
    await until(gate.reached.is_set)
    gate.reached.clear()
    first.cancel()
    await asyncio.wait([first])
    await asyncio.sleep(0.05)
    two_at_once = gate.reached.is_set()
    gate.open.set()
    assert len((await second).rows) == 300
    assert not two_at_once


async def test_a_picture_may_cost_as_much_as_a_body(serve: Serve, url: str) -> None:
    """An event in an address that costs too much for the event loop is decoded aside, too."""
    client = await serve(url, max_metadata_bytes=100_000)
    values = "," * 60_000
    reply = await client.get(f"/pixel.gif?campaign_id=C&user_id=U&event_type=click&ts=unreadable&a={values}")
    assert (reply.status_code, reply.json()["title"]) == (422, "all rejected")
