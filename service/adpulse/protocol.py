"""uvicorn's HTTP, with each answer in one piece, and with the bounds that uvicorn leaves to whoever stands before it.

uvicorn waits for ever for the first byte of a connection and for the rest of a head, and keeps as much of a head, or of
what follows a chunked body, as is sent. Here a head has a deadline and a size.
"""

import asyncio
from typing import Any, ClassVar

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from adpulse.problems import document

MOST_HEAD_BYTES = 65_536


class _Answer:
    """The transport of one answer, which holds the head back until the body follows.

    uvicorn writes head and body apart. Each is a system call here, and a packet that wakes the client up: together a
    tenth of what a request with one event costs (docs/decisions/0014).
    """

    __slots__ = ("_head", "_transport")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._head: bytes | None = None  # not come yet; b"": gone

    def write(self, data: bytes) -> None:
        """As of asyncio's transports. The first piece is the head, except for "100 Continue", which is urgent."""
        if self._head is None:
            if data.startswith(b"HTTP/1.1 100 "):
                self._transport.write(data)
            else:
                self._head = data
        else:
            self._transport.write(self._head + data if self._head else data)
            self._head = b""

    def close(self) -> None:
        """As of asyncio's transports."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""
        self._transport.close()

    def is_closing(self) -> bool:
        """As of asyncio's transports."""
        return bool(self._transport.is_closing())


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_timeout_s: ClassVar[float] = 10.0

    _due = 0.0  # when the next head must be whole, by the loop's clock; means nothing while a request is under way
    _in_head = False
    _unparsed = 0  # bytes since the last head or piece of a body
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """As of asyncio's protocols."""
        super().connection_made(transport)
        self._due = self.loop.time() + self.head_timeout_s
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """As of asyncio's protocols."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As of asyncio's protocols."""
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431, "head_too_large", f"The head has more than {MOST_HEAD_BYTES} bytes.")

    def on_message_begin(self) -> None:
        """The parser has seen the first byte of a request."""
        self._in_head = True
        self._due = self.loop.time() + self.head_timeout_s
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The parser has seen the end of a head."""
        self._in_head = False
        self._unparsed = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """The parser has seen a piece of a body."""
        self._unparsed = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        """An answer has gone out. What may come now is the rest of a body that nobody wants, or the next request."""
        self._due = self.loop.time() + self.timeout_keep_alive + self.head_timeout_s
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """uvicorn's answer to what is no HTTP, as every other error is told."""
        self._refuse(400, "malformed_http", "The request is not valid HTTP.")

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["method"] != "HEAD":  # its answer is a head, after which nothing is written
            cycle.transport = _Answer(cycle.transport)  # type: ignore[assignment]  # what a cycle uses of a transport
        super()._start_asgi_task(cycle, app)

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _look(self) -> None:
        """Close the connection when its head is late. Seldom: a timer for every head would cost more than the rest."""
        if not self._answering and self.loop.time() >= self._due:
            if self._in_head:
                limit = self.head_timeout_s
                self._refuse(408, "timeout", f"The head of the request took longer than {limit:g} s.")
            else:
                self.transport.close()
            return
        self._watch = self.loop.call_later(self.head_timeout_s / 4, self._look)

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer what never becomes a request, and close; while an answer is under way, only close."""
        if not self._answering:
            body = orjson.dumps(document(status, code, detail))
            self.transport.write(
                STATUS_LINE[status]
                + b"content-type: application/problem+json\r\nx-content-type-options: nosniff\r\n"
                + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
                + body
            )
        self.transport.close()
