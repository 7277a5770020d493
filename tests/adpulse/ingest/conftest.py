"""Shared by the tests of the ingest path: batches, a writer with its own database, and a locked table."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from adpulse.database.connections import Connection, connect
from adpulse.ingest import event_ids, partitions
from adpulse.ingest.batch import Answer, Batch, Unavailable
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.writer import Writer
from adpulse.settings import Settings
from tests.patience import PATIENCE_S, PATIENT, until

JSON = {"Content-Type": "application/json"}
GOOD = {"ts": "2025-09-24T06:59:31.849Z", "campaign_id": "C", "user_id": "U", "event_type": "click"}
IDS = [str(uuid.UUID(int=n + 1)) for n in range(1_000)]

Start = Callable[..., Awaitable[Writer]]


def body(*events: dict[str, Any]) -> bytes:
    return json.dumps({"events": [GOOD | event for event in events]}).encode()


def batch(*events: dict[str, Any]) -> Batch:
    return Decoder(Settings()).decode(body(*events))


async def users(connection: Connection) -> list[str]:
    """Return the users of the stored events, one for each event."""
    records = await connection.fetch("SELECT user_id FROM events ORDER BY user_id")
    return [record[0] for record in records]


@pytest.fixture
async def start(url: str) -> AsyncIterator[Start]:
    """Yield a factory: `await start(queue_events=5)` is a connected writer on the database of `url`, or another."""
    writers = []

    async def new(to: str = url, **settings: Any) -> Writer:
        writer = Writer(to, Settings(**{**PATIENT, **settings}))
        await writer.start()
        writers.append(writer)
        await until(lambda: writer._connected >= Settings(**settings).writers)
        return writer

    yield new
    await asyncio.gather(*(writer.stop() for writer in writers))


@contextlib.asynccontextmanager
async def blocked(url: str) -> AsyncIterator[None]:
    """Keep everybody from writing events, while the block runs."""
    connection = await connect(url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def idle(writer: Writer) -> None:
    """Wait until the writers have taken everything from the queue."""
    await until(lambda: not writer._queue)


async def until_stored(writer: Writer, *events: dict[str, Any]) -> Answer:
    """Submit the events again until the writer takes them."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await writer.submit(batch(*events))
            except Unavailable:
                await asyncio.sleep(0.01)


@pytest.fixture
async def other(url: str) -> AsyncIterator[Connection]:
    """Yield a second connection, which speaks of ids as a writer's does."""
    connection = await connect(url)
    await event_ids.prepare(connection)
    yield connection
    await connection.close()


@pytest.fixture
def small_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the way of large groups of ids for small ones."""
    monkeypatch.setattr(event_ids, "FEWEST", 2)


@pytest.fixture
async def copies(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> list[tuple[date, bool]]:
    """Take groups of any size straight, and note each such COPY and its success."""
    await connection.execute("SELECT tend_partitions()")  # gives the rights
    found: list[tuple[date, bool]] = []
    copy = partitions.copy_into

    async def noted(connection: Connection, day: date, data: memoryview) -> bool:
        found.append((day, False))
        stored = await copy(connection, day, data)
        found[-1] = (day, stored)
        return stored

    monkeypatch.setattr(partitions, "FEWEST", 1)
    monkeypatch.setattr(partitions, "copy_into", noted)
    return found
