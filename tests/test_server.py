"""Answers as they go out on a connection."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from adpulse.server import Protocol

START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"


class Transport:
    """What a connection would send, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


async def pieces(app: Any, *received: bytes) -> Transport:
    """The transport after `app` has served what was received."""
    config = Config(app, lifespan="off", log_level="critical", server_header=False, date_header=False)
    config.load()
    state = ServerState()
    protocol = Protocol(config, state, {}, asyncio.get_running_loop())
    transport = Transport()
    protocol.connection_made(transport)  # type: ignore[arg-type]  # what uvicorn uses of one
    for data in received:
        protocol.data_received(data)
        for _ in range(10):
            await asyncio.sleep(0)
    await asyncio.gather(*state.tasks)
    protocol.connection_lost(ConnectionError())
    return transport


def answering(*messages: Message) -> Any:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        for message in messages:
            await send(message)

    return app


async def test_an_answer_is_one_piece() -> None:
    """Head and body together: two system calls, and two wake-ups of the client, would cost more than the event."""
    body: Message = {"type": "http.response.body", "body": b"done"}
    request = POST + b"\r\n{}"
    transport = await pieces(answering(START, body), request, request)
    assert transport.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone"] * 2


async def test_a_streamed_answer_goes_out_as_it_comes() -> None:
    """Only the head waits, for the first piece."""
    body = [{"type": "http.response.body", "body": piece, "more_body": piece != b"ne"} for piece in (b"do", b"ne")]
    transport = await pieces(answering(START, *body), POST + b"\r\n{}")
    assert transport.pieces == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndo", b"ne"]


async def test_permission_to_send_a_body_is_given_at_once() -> None:
    """A client that asks `Expect: 100-continue` waits for it before it sends anything else."""
    body: Message = {"type": "http.response.body", "body": b"done"}
    transport = await pieces(answering(START, body), POST + b"Expect: 100-continue\r\n\r\n", b"{}")
    assert transport.pieces[0] == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert transport.pieces[1:] == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone"]


@pytest.mark.parametrize("messages", [(), (START,)])
async def test_an_answer_that_breaks_off_ends_the_connection(messages: tuple[Message, ...]) -> None:
    """Without a body the client learns it from the end of the connection, or from a 500 when nothing was said yet."""
    transport = await pieces(answering(*messages), POST + b"\r\n{}")
    assert transport.closed
    assert transport.pieces[0].startswith(b"HTTP/1.1 200" if messages else b"HTTP/1.1 500")
