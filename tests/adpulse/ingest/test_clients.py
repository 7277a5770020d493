"""POST /events over a real connection: clients that send too much, too slowly, or leave."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from adpulse.database.connections import Connection, connect
from adpulse.settings import Settings
from adpulse.web.app import create_app
from tests.adpulse.ingest.bodies import batch, event, stored
from tests.patience import PATIENCE_S, until
from tests.services import listening

Listen = Callable[..., Awaitable[int]]


@pytest.fixture
async def listen(url: str) -> AsyncIterator[Listen]:
    """Yield a factory: `await listen(max_body_bytes=1000)` is the port of a service on the database of `url`."""
    async with AsyncExitStack() as stack:

        async def start(**values: Any) -> int:
            app = create_app(Settings(database_url=url, **values))
            service = listening(app, lambda: app.state.writer.connected, timeout_graceful_shutdown=10)
            return await stack.enter_async_context(service)

        yield start


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield reader, writer
    finally:
        writer.close()


def head(*headers: str) -> bytes:
    lines = ["POST /events HTTP/1.1", "Host: localhost", "Content-Type: application/json", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


async def reply_on(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """Return the status and the body of the next reply."""
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length"))
    return int(lines[0].split()[1]), json.loads(await reader.readexactly(length))


async def test_a_declared_length_over_the_cap_is_refused_unread(listen: Listen) -> None:
    """The reply comes although not one byte of the body was sent, and the connection is closed."""
    port = await listen(max_body_bytes=1_000)
    async with connected(port) as (reader, writer):
        writer.write(head("Content-Length: 1001"))
        assert (await reply_on(reader))[0] == 413
        assert await reader.read() == b""


async def test_chunks_over_the_cap_are_refused(listen: Listen) -> None:
    """A body without a declared length is refused as soon as it has one byte too many."""
    port = await listen(max_body_bytes=1_000)
    async with connected(port) as (reader, writer):
        writer.write(head("Transfer-Encoding: chunked") + b"3e8\r\n" + bytes(1_000) + b"\r\n")
        await writer.drain()
        writer.write(b"1\r\n0\r\n")
        assert (await reply_on(reader))[0] == 413
        assert await reader.read() == b""


async def test_a_trickling_body_is_given_up(listen: Listen, connection: Connection) -> None:
    """A client that sends a byte now and then gets 408 when its time is over, however it keeps on sending."""
    port = await listen(body_timeout_s=0.5)
    body = batch(event())
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}"))
        reply = asyncio.create_task(reply_on(reader))
        for byte in body[:-1]:
            if reply.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.05)
        status, problem = await reply
    assert (status, problem["title"]) == (408, "timeout")
    assert await stored(connection) == 0


async def test_a_client_that_leaves_in_mid_body_stores_nothing(listen: Listen, connection: Connection) -> None:
    """The part of the body that arrived is dropped, also when it ends with a whole line; others are served."""
    port = await listen()
    for tail in (b"", event().encode()[:20]):
        async with connected(port) as (_, writer):
            writer.write(head("Content-Length: 100000").replace(b"json", b"x-ndjson") + event().encode() + b"\n" + tail)
            await writer.drain()
    body = batch(event())
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}") + body)
        assert await reply_on(reader) == (200, {"accepted": 1, "duplicates": 0, "rejected": [], "rejected_count": 0})
    assert await stored(connection) == 1


async def test_a_client_that_leaves_before_the_answer_has_sent_its_events(listen: Listen, url: str) -> None:
    """The body came whole, so it is written, once; and nobody else waits for the client that has gone."""
    port = await listen()
    blocker = await connect(url)
    body = batch(event())
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        async with connected(port) as (_, writer):
            writer.write(head(f"Content-Length: {len(body)}") + body)
            await writer.drain()
            await asyncio.sleep(0.05)
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}") + body)
        assert (await reply_on(reader))[0] == 200
    await until(lambda: stored(blocker), lambda found: found == 2)
    await blocker.close()


async def test_a_connection_goes_on_after_a_refused_request(listen: Listen) -> None:
    """A request that is refused before its body is read does not spoil the next one."""
    port = await listen()
    body = batch(event())
    async with connected(port) as (reader, writer):
        writer.write(head(f"Content-Length: {len(body)}").replace(b"application/json", b"text/html") + body)
        assert (await reply_on(reader))[0] == 415
        writer.write(head(f"Content-Length: {len(body)}") + body)
        assert (await reply_on(reader))[0] == 200
