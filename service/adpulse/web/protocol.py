"""uvicorn's HTTP, with each answer in one piece, and with the bounds that uvicorn leaves to whoever stands before it.

uvicorn waits for ever for the first byte of a connection and for the rest of a head, and keeps as much of a head, or of
what follows a chunked body, as is sent. Here a head has a deadline and a size. And uvicorn closes a connection after
its last answer also while the client still sends, upon which the kernel resets it: here the client can go on for a
while (RFC 9112, 9.6).
"""

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from adpulse.problems import document

MOST_HEAD_BYTES = 65_536

# What a client may still send after an answer that ends the connection.
LINGER_S = 5.0
LINGER_BYTES = 64 * 2**20


class _Answer:
    """The transport of one answer, which holds the head back until the body follows.

    uvicorn writes head and body apart. Each is a system call here, and a packet that wakes the client up: together a
    tenth of what a request with one event costs (docs/decisions/0014).
    """

    __slots__ = ("_close", "_head", "_transport")

    def __init__(self, transport: Any, close: Callable[[], None]) -> None:
        self._transport = transport
        self._close = close
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
        self._close()

    def is_closing(self) -> bool:
        """As of asyncio's transports."""
        return bool(self._transport.is_closing())


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_timeout_s: ClassVar[float] = 10.0

    _unparsed = 0  # bytes since the last head or piece of a body
    _watch: asyncio.TimerHandle | None = None
    _seen: RequestResponseCycle | None = None  # the last request when we last looked
    _idle_s = 0.0  # for how long we have seen no other
    _lingers: int | None = None  # bytes that are still read, and dropped, before the connection is closed

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """As of asyncio's protocols."""
        super().connection_made(transport)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """As of asyncio's protocols."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As of asyncio's protocols."""
        if self._lingers is not None:
            self._lingers -= len(data)
            if self._lingers < 0:
                self.transport.close()
            return
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > MOST_HEAD_BYTES and self._lingers is None and not self.transport.is_closing():
            self._refuse(431, "head_too_large", f"The head has more than {MOST_HEAD_BYTES} bytes.")

    def on_headers_complete(self) -> None:
        """The parser has seen the end of a head."""
        self._unparsed = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """The parser has seen a piece of a body."""
        self._unparsed = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """uvicorn's answer to what is no HTTP, as every other error is told."""
        self._refuse(400, "malformed_http", "The request is not valid HTTP.")

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["method"] != "HEAD":  # its answer is a head, after which nothing is written
            # What a cycle uses of a transport.
            cycle.transport = _Answer(cycle.transport, self._hang_up)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """As of uvicorn: what comes next on the connection. Nothing does after the last answer."""
        if self._lingers is None:
            super().on_response_complete()

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _in_head(self) -> bool:
        # uvicorn makes the scope at the first byte of a request, and fills it in at the end of its head.
        return self.scope is not None and "method" not in self.scope

    def _look_later(self) -> None:
        self._watch_again(self.head_timeout_s / 4, self._look)

    def _look(self) -> None:
        """Close a connection whose next head is late.

        Now and then, instead of a note of the time with every request: a connection that gets its requests pays
        nothing. What is no head is the time between two requests, which uvicorn ends, unless it gets empty lines or
        the rest of a body that nobody wants.
        """
        if self._answering or self.cycle is not self._seen:
            self._seen, self._idle_s = self.cycle, 0.0
        else:
            self._idle_s += self.head_timeout_s / 4
        waits_s = 0 if self.cycle is None or self._in_head else self.timeout_keep_alive
        if self._idle_s < waits_s + self.head_timeout_s:
            self._look_later()
        elif self._in_head:
            self._refuse(408, "timeout", f"The head of the request took longer than {self.head_timeout_s:g} s.")
        else:
            self.transport.close()

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer what never becomes a request, and hang up; while an answer is under way, only close."""
        if self._answering:
            self.transport.close()
            return
        body = orjson.dumps(document(status, code, detail))
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: application/problem+json\r\nx-content-type-options: nosniff\r\n"
            + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
            + body
        )
        self._linger()

    def _hang_up(self) -> None:
        """After the last answer: close, if its request has come whole."""
        if self.cycle.more_body:
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Say that no more will be said, and close when the client has said all, too, within bounds.

        A socket that is closed with bytes unread, or gets more, is reset: whoever is still sending would get an error
        instead of the answer that says why.
        """
        if self.transport.is_closing():
            return
        self._lingers = LINGER_BYTES
        self._watch_again(LINGER_S, self.transport.close)
        self.flow.resume_reading()
        try:
            self.transport.write_eof()
        except OSError:  # the client has gone
            self.transport.close()

    def _watch_again(self, seconds: float, look: Callable[[], None]) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self.loop.call_later(seconds, look)
