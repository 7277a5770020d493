"""Connections end: a head, silence and the rest of a refused body have a deadline, and a slow answer has none."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from adpulse.web import protocol
from adpulse.web.protocol import Protocol
from tests.adpulse.web.connection import POST, QUICK, START, Transport, early
from tests.patience import PATIENCE_S
from tests.services import listening

Listen = Callable[..., Awaitable[int]]


class Hasty(Protocol):
    """Has no patience."""

    head_timeout_s = 0.4


@pytest.fixture
async def listen() -> AsyncIterator[Listen]:
    """Yield a factory: `await listen(app)` is the port of a server of that application."""
    async with AsyncExitStack() as stack:

        async def start(app: Any, keep_alive_s: int = 5) -> int:
            server = listening(app, http=Hasty, ws="none", lifespan="off", timeout_keep_alive=keep_alive_s)
            return await stack.enter_async_context(server)

        yield start


async def everything(reader: asyncio.StreamReader) -> bytes:
    """Return all that comes until the end, which is a reset when something that was sent has crossed it."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := await reader.read(65_536):
            said += piece
    return said


async def trickle(port: int, first: bytes, more: bytes) -> bytes:
    """Return all that the server says to a client that sends `first`, and then `more` until it is cut off."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = asyncio.create_task(everything(reader))
    async with asyncio.timeout(PATIENCE_S):
        writer.write(first)
        while not answer.done():
            writer.write(more)
            await asyncio.sleep(0.02)
        try:
            return await answer
        finally:
            writer.close()


async def slow(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer later than a head may take."""
    await receive()
    await asyncio.sleep(1.2)
    await early(scope, receive, send)


async def test_a_head_that_trickles_is_given_up(listen: Listen) -> None:
    """408 when its time is over, however it keeps on sending: in the request line, between headers, in a value."""
    port = await listen(QUICK)
    for first, more in ((b"G", b"E"), (b"GET / HTTP/1.1\r\n", b"A: b\r\n"), (b"GET / HTTP/1.1\r\nA: ", b"b")):
        said = await trickle(port, first, more)
        assert said.startswith(b"HTTP/1.1 408 ") or (more == b"E" and said.startswith(b"HTTP/1.1 400 ")), said
        assert b"application/problem+json" in said


@pytest.mark.parametrize("more", [b"", b"\r\n"], ids=["nothing", "empty lines"])
async def test_a_connection_without_a_request_is_closed(listen: Listen, more: bytes) -> None:
    """Silent or with empty lines, which HTTP allows before a request: before the first one, and after an answer."""
    port = await listen(QUICK, keep_alive_s=1)
    assert await trickle(port, b"", more) == b""
    said = await trickle(port, POST + b"\r\n{}", more)
    assert said.endswith(b"done")


class Clock:
    """A loop whose time is set by the test."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._now = 0.0
        self._timers: list[tuple[float, Callable[[], None], Mock]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def time(self) -> float:
        return self._now

    def call_later(self, seconds: float, call: Callable[[], None]) -> Mock:
        self._timers.append((self._now + seconds, call, handle := Mock()))
        return handle

    def advance(self, to: float) -> None:
        """Let the time come, with all timers until then."""
        while due := min((timer for timer in self._timers if timer[0] <= to), key=lambda timer: timer[0], default=None):
            self._timers.remove(due)
            self._now, call, handle = due
            if not handle.cancel.called:
                call()
        self._now = to


def connected(keep_alive_s: int) -> tuple[Protocol, ServerState, Clock, Transport]:
    """Return a connection that has just been made, with all that it touches."""
    config = Config(QUICK, lifespan="off", log_level="critical", timeout_keep_alive=keep_alive_s)
    config.load()
    state, clock, transport = ServerState(), Clock(), Transport()
    connection = Protocol(config, state, {}, clock)  # type: ignore[arg-type]  # all that it uses of a loop
    connection.connection_made(transport)
    return connection, state, clock, transport


async def test_a_head_after_a_long_rest_has_its_whole_time() -> None:
    """It may come in pieces, at any moment of the rest; one that trickles is given up all the same."""
    for rest_s in (9.9, 12.4, 60.1):
        connection, state, clock, transport = connected(keep_alive_s=75)
        connection.data_received(POST + b"\r\n{}")
        await asyncio.gather(*state.tasks)
        clock.advance(rest_s)
        connection.data_received(POST)
        clock.advance(rest_s + 9.9)
        assert len(transport.pieces) == 1
        connection.data_received(b"\r\n{}")
        await asyncio.gather(*state.tasks)
        assert len(transport.pieces) == 2
        assert transport.pieces[1].startswith(b"HTTP/1.1 200 ")
        connection.data_received(POST)
        clock.advance(rest_s + 9.9 + 10 + 2 * 2.5)
        assert transport.pieces[2].startswith(b"HTTP/1.1 408 ")
        connection.connection_lost(None)


async def test_a_connection_is_idle_since_its_last_answer() -> None:
    """It is closed that long after the last one, and not after an earlier one, nor while a request waits."""
    connection, state, clock, transport = connected(keep_alive_s=5)
    for at in (0, 4, 8, 12.5):
        clock.advance(at)
        connection.data_received(POST + b"\r\n{}")
        if at == 12.5:
            clock.advance(14)
        await asyncio.gather(*state.tasks)
    clock.advance(18.9)
    assert len(transport.pieces) == 4
    assert not transport.closed
    clock.advance(19.1)
    assert transport.closed
    connection.connection_lost(None)


async def test_the_rest_of_a_refused_body_does_not_keep_a_connection(listen: Listen) -> None:
    """A client that is answered before it has sent its body may go on sending for a limited time."""
    port = await listen(early, keep_alive_s=1)
    said = await trickle(port, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n", b"x")
    assert said.endswith(b"done")


async def test_a_long_answer_is_not_cut_off(listen: Listen) -> None:
    """The deadline is the head's, also with another request waiting behind."""
    port = await listen(slow)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write((POST + b"\r\n{}") * 2)
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(2):
            assert (await reader.readuntil(b"done")).startswith(b"HTTP/1.1 200 ")
    writer.close()


async def test_a_quick_client_is_never_late(listen: Listen) -> None:
    """Request after request on one connection, for longer than a head may take."""
    port = await listen(QUICK)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(PATIENCE_S):
        for _ in range(12):
            writer.write(POST + b"\r\n{}")
            await reader.readuntil(b"done")
            await asyncio.sleep(0.1)
    writer.close()


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without reading the body, and never read the rest of it."""
    await send({**START, "headers": [(b"content-length", b"4"), (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": b"done"})


MEGABYTES = 32  # more than the kernel keeps of what nobody reads


@pytest.mark.parametrize(
    "first",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (MEGABYTES * 2**20),
        b"GET / HTTP/1.1\r\nA: ",
        b"hello\r\n\r\n",
    ],
    ids=["body", "head", "no request"],
)
async def test_a_client_that_is_still_sending_gets_the_answer(listen: Listen, first: bytes) -> None:
    """A connection that is closed after an answer is not reset under a client that sends all before it reads."""
    port = await listen(refusing)

    def converse() -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as client:
            client.sendall(first)
            for _ in range(MEGABYTES):
                client.sendall(b"x" * 2**20)
            return b"".join(iter(lambda: client.recv(65_536), b""))

    said = await asyncio.to_thread(converse)
    head, _, body = said.partition(b"\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 ")
    assert b"connection: close" in head
    assert b"content-length: %d" % len(body) in head


async def test_a_client_that_sends_for_ever_is_disconnected(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that goes on after the answer, for long or much, is disconnected in the end."""
    endless = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n"
    for name, bound, more in (("LINGER_S", 0.4, b"x"), ("LINGER_BYTES", 100_000, b"x" * 10_000)):
        with monkeypatch.context() as patch:
            patch.setattr(protocol, name, bound)
            port = await listen(refusing)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(endless)
            async with asyncio.timeout(PATIENCE_S):
                assert (await reader.read()).endswith(b"done")
                with suppress(ConnectionError):
                    while True:
                        writer.write(more)
                        await writer.drain()
                        await asyncio.sleep(0.02)
            writer.close()
