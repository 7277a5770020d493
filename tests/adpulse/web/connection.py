"""Connections for the tests: one without a network, and a server that echoes what a request was taken for."""

import asyncio
import json
from http.client import HTTPResponse
from io import BytesIO
from typing import Any

from starlette.types import Message, Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from adpulse.web.protocol import Protocol
from tests.patience import PATIENCE_S

POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
START: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}


def answering(*messages: Message) -> Any:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        for message in messages:
            await send(message)

    return app


QUICK = answering(START, {"type": "http.response.body", "body": b"done"})


async def early(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without reading the body, as one that refuses does."""
    await send(START)
    await send({"type": "http.response.body", "body": b"done"})


class Transport:
    """The pieces that a connection would send."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.pieces.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def write_eof(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def pause_reading(self) -> None: ...

    def set_write_buffer_limits(self, high: int) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0

    def resume_reading(self) -> None: ...


async def pieces(app: Any, *received: bytes) -> Transport:
    """Return the transport after `app` has served what was received."""
    config = Config(app, lifespan="off", log_level="critical", server_header=False, date_header=False)
    config.load()
    state = ServerState()
    protocol = Protocol(config, state, {}, asyncio.get_running_loop())
    transport = Transport()
    protocol.connection_made(transport)
    for data in received:
        if transport.closed:
            break
        protocol.data_received(data)
        for _ in range(10):
            await asyncio.sleep(0)
    if not transport.closed:  # else the application is told that its client has gone
        await asyncio.gather(*state.tasks)
    protocol.connection_lost(ConnectionError())
    await asyncio.gather(*state.tasks)
    return transport


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what the request was taken for."""
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = sorted(name.decode() for name, _ in scope["headers"])
    taken = {"method": scope["method"], "path": scope["path"], "body": body.decode(), "headers": headers}
    content = json.dumps(taken).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": content})


class Source:
    """Bytes as http.client reads them."""

    def __init__(self, data: bytes) -> None:
        self.file = BytesIO(data)
        self.file.close = lambda: None

    def makefile(self, *_: object) -> BytesIO:
        return self.file


def replies(said: bytes, methods: list[str] | None = None) -> list[tuple[int, dict[str, Any]]]:
    """Return the status and document of each response in what a server said, in order."""
    source = Source(said)
    found = []
    while source.file.tell() < len(said):
        method = methods[len(found)] if methods else "GET"
        response = HTTPResponse(source, method=method)
        response.begin()
        body = response.read()
        found.append((response.status, json.loads(body) if body else {}))
    return found


async def taken(*received: bytes) -> list[tuple[int, dict[str, Any]]]:
    """Return the replies of the protocol to what arrives, packet by packet."""
    transport = await pieces(echo, *received)
    return replies(b"".join(transport.pieces))


HOST = b"Host: x\r\n"


async def converse(port: int, data: bytes, *, half_close: bool = False) -> bytes:
    """Return all that the server says until it ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    if half_close:
        writer.write_eof()
    async with asyncio.timeout(PATIENCE_S):
        said = await reader.read()
    writer.close()
    return said
