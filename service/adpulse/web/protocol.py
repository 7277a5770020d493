"""uvicorn's HTTP with one request at a time, each answer in one piece, and a bound on everything that a peer can send.

uvicorn gives its parser all bytes as they come, so a peer decides how many requests wait in memory; it waits without
end for a head, for the rest of a body that nobody reads, and for a peer to read its answer. Here the parser gets the
bytes of one request and none of the next: that one waits as bytes, unread in the kernel beyond one packet, until the
answer before it has gone out. The rest has a size and a deadline (docs/explanation/threat-model.md).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, ClassVar

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from adpulse import telemetry
from adpulse.web.answer import STOP_UNREAD_S, OnePiece, ReadingSpeed, refusal
from adpulse.web.framing import (
    ChunkedBody,
    MalformedError,
    check_request_line,
    end_of_head,
    why_malformed,
    without_offer,
)
from adpulse.web.memory import Memory
from adpulse.web.repeated import Repeated

log = logging.getLogger(__name__)

MOST_HEAD_BYTES = 65_536
# Far more than a balancer opens; each costs some 20 KB, with MOST_UNSENT_BYTES.
MOST_CONNECTIONS = 10_000
# Beyond this much the next answer waits until the peer has read; less is not counted in Memory.
MOST_UNSENT_BYTES = 16_384

# What a client may still send after an answer that ends the connection.
LINGER_S = 5.0
LINGER_BYTES = 64 * 2**20


class _Flow(FlowControl):
    """Keeps reading paused while a request waits for its turn, also when an endpoint asks for more of a body."""

    waits = False

    def resume_reading(self) -> None:
        if not self.waits:
            super().resume_reading()


class Protocol(HttpToolsProtocol):
    """One connection."""

    head_timeout_s: ClassVar[float] = 10.0
    memory: ClassVar[Memory] = Memory()
    refused: ClassVar[Repeated] = Repeated(log, "requests that are no HTTP, or too long or slow")
    cuts: ClassVar[Repeated] = Repeated(log, "connections cut off because of what they keep")

    flow: _Flow
    _data = b""  # received; from `_at` on not given to the parser yet
    _at = 0
    _searched = 0  # up to where `_data` holds no end of a head

    _body_left = 0  # bytes of the body that are still to come, when its length is known
    _chunked: ChunkedBody | None = None  # when it is not known
    _incomplete = False  # the parser has begun a request and not ended it
    _unparsed = 0  # bytes since the last piece of a chunked body: sizes of chunks and trailers
    _kept = 0  # bytes, as `memory` has it
    _ended = False  # the peer sends nothing more, and may still read

    _watch: asyncio.TimerHandle | None = None
    _seen: RequestResponseCycle | None = None  # the last request when we last looked
    _period_s = 0.0  # between two looks
    _idle_s = 0.0  # for how long we have seen no other
    _lingers: int | None = None  # bytes that are still read, and dropped, before the connection is closed
    _written = 0  # bytes
    _paused_at = 0  # bytes that had been written before the peer had too much to read

    # ── The connection ────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to watch the connection, or refuse it when there are too many."""
        super().connection_made(transport)
        self._reading = ReadingSpeed()
        self.flow = _Flow(transport)
        transport.set_write_buffer_limits(high=MOST_UNSENT_BYTES)
        self._look_later()
        if len(self.connections) > MOST_CONNECTIONS:
            self._count_cut("connections")
            self.write(refusal(503, "unavailable", "The server has too many connections.", b"retry-after: 1\r\n"))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give back all that the connection kept. Breaks the references in a circle: nothing waits for a collector."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._data, self._at = b"", 0
        self.memory.keep(self, 0)
        self.cycle = self.scope = self.headers = self._seen = None  # type: ignore[assignment]  # nobody asks any more

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn always closes
        """Return True while whole requests of a client that sends nothing more wait for their answers."""
        self._ended = True
        if self._incomplete or self._lingers is not None or not (self._answering or self.flow.waits):
            return False
        self._settle()
        return True

    def shutdown(self) -> None:
        """End the connection, once the answer that is under way has gone out and the peer reads it."""
        super().shutdown()
        self._reading.patience_s = STOP_UNREAD_S
        self._look_later()

    def cut(self, reason: str) -> None:
        """End the connection at once, and drop what is unsent."""
        self._count_cut(reason)
        self.transport.abort()

    def write(self, data: bytes) -> None:
        """Send bytes of an answer."""
        if not self.flow.write_paused:
            self._paused_at = self._written
        self._written += len(data)
        self.transport.write(data)

    # ── What comes in ─────────────────────────────────────────────────────────────────────────────────────────

    def data_received(self, data: bytes) -> None:
        """Give the parser the request at hand."""
        if self._lingers is not None:
            self._lingers -= len(data)
            if self._lingers < 0:
                self.transport.close()
            return
        self._data = self._data[self._at :] + data if self._at < len(self._data) else data
        self._at = 0
        self._parse()

    def _parse(self) -> None:
        """Give the parser what is there of the request at hand, and no byte of the next one before its turn."""
        data = self._data
        size = len(data)
        try:
            while self._at < size and self._lingers is None and not self.transport.is_closing():
                start = self._at
                if self._body_left:
                    self._at = min(start + self._body_left, size)
                    self._body_left -= self._at - start
                    self.parser.feed_data(data[start : self._at])
                elif self._chunked:
                    self._at = self._chunked.next_end(data, start)
                    self._unparsed += self._at - start
                    self.parser.feed_data(data[start : self._at])
                    if self._unparsed > MOST_HEAD_BYTES:
                        self._refuse_head()
                elif self._answering or self.flow.write_paused or not self._parse_head():
                    break
                if self._incomplete and not self._body_left and not self._chunked:
                    raise MalformedError  # the parser expects more than the head has said
        except httptools.HttpParserError:
            self._refuse(400, "malformed_http", why_malformed(data, start))
        except MalformedError as error:
            self._refuse(400, "malformed_http", str(error))
        if self._at < len(self._data) or self.flow.read_paused or self._kept or self._ended:
            self._settle()
        else:
            self._data, self._at = b"", 0

    def _parse_head(self) -> bool:
        """Give the parser the next head, when it has come whole. Return False while it has not."""
        self._unset_keepalive_if_required()
        data = self._data
        while data[self._at] == 13 and data.startswith(
            b"\r\n", self._at
        ):  # empty lines, which HTTP allows before a request
            self._at += 2
            self._unparsed += 2
            if self._at == len(data):
                break
        end = end_of_head(data, max(self._at, self._searched))
        size = (end or len(data)) - self._at
        if self._unparsed + size > MOST_HEAD_BYTES:
            self._refuse_head()
            return False
        if not end:
            check_request_line(data, self._at)
            self._searched = max(0, size - 3)  # its last bytes may begin the end
            return False
        head = data[self._at : end]
        if b" HTTP/1." not in head:
            raise MalformedError  # of another protocol, which the parser knows
        self._at = end
        self._searched = self._unparsed = 0
        try:
            self.parser.feed_data(head)
        except httptools.HttpParserUpgrade:
            # The parser has skipped the body. Read the head again without the offer, which we need not take
            # (RFC 9110, 7.8).
            self.parser = httptools.HttpRequestParser(self)
            try:
                self.parser.feed_data(without_offer(head))
            except httptools.HttpParserUpgrade:
                self._refuse(501, "not_implemented", "CONNECT is for proxies; this is none.")
        return True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or drop a trailer: what comes after the body must not pass for what came before."""
        if not self._incomplete:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Start the request, unless its head has to be read again without its offer to upgrade."""
        if self.parser.should_upgrade():
            return
        headers = dict(self.headers)
        coding = headers.get(b"transfer-encoding")
        if coding is not None and (coding.lower() != b"chunked" or self.parser.get_http_version() != "1.1"):
            self._refuse(501, "not_implemented", "Of transfer encodings, only chunked in HTTP/1.1 is known here.")
            return
        self._chunked = ChunkedBody() if coding is not None else None
        self._body_left = int(headers.get(b"content-length", 0))
        self._incomplete = True
        if b"expect" in headers:  # HTTP/1.0 knows no such answer
            expects = headers[b"expect"].lower() == b"100-continue"
            self.expect_100_continue = expects and self.parser.get_http_version() == "1.1"
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body, or drop it after the answer."""
        self._unparsed = 0
        cycle = self.cycle
        if not cycle.response_complete:
            cycle.body += body
            if len(cycle.body) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        """Note that the next byte belongs to another request."""
        if not self._incomplete:
            return  # a head that will be read again
        self._incomplete = False
        self._chunked = None
        if not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def _settle(self) -> None:
        """Read no more while a request waits for its turn, and note how much is kept."""
        rest = len(self._data) - self._at
        if not rest:
            self._data, self._at = b"", 0
        waits = self._ended or (rest > 0 and (self._answering or self.flow.write_paused))
        if waits != self.flow.waits:
            self.flow.waits = waits
            if waits:
                self.flow.pause_reading()
            else:
                self.flow.resume_reading()
        if self._ended and self._answering and not rest:
            self.cycle.keep_alive = False
        self._count_kept()

    def _count_kept(self) -> None:
        kept = len(self._data) - self._at
        if self.flow.write_paused:
            kept += self._written - self._paused_at  # what is sent of a piece is freed with its last byte
        if self.flow.read_paused and self.cycle is not None:
            kept += len(self.cycle.body)
        if kept != self._kept:
            self._kept = kept
            self.memory.keep(self, kept)

    # ── What goes out ─────────────────────────────────────────────────────────────────────────────────────────

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["method"] != "HEAD":  # its answer is a head, after which nothing is written
            cycle.transport = OnePiece(self)  # type: ignore[assignment]  # the part of a transport that a cycle uses
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on with the next request. None comes after the last answer."""
        if self._lingers is not None:
            return
        super().on_response_complete()
        if self._at < len(self._data) or self._kept or self._ended:
            self._parse_more()

    def pause_writing(self) -> None:
        """Note what the peer has not read."""
        super().pause_writing()
        self._count_kept()

    def resume_writing(self) -> None:
        """Go on with the next request, if it waited for the peer to read."""
        super().resume_writing()
        self._parse_more()

    def _parse_more(self) -> None:
        if self._at < len(self._data):
            self._parse()
        elif self._kept:
            self._count_kept()
        if self._ended and not self._answering and not self.flow.write_paused:
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; one that is still reading its answer is not."""
        if self.flow.write_paused:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # ── Deadlines ─────────────────────────────────────────────────────────────────────────────────────────────

    def _look_later(self) -> None:
        self._period_s = min(self.head_timeout_s, self._reading.patience_s) / 4
        self._watch_again(self._period_s, self._look)

    def _look(self) -> None:
        """Close a connection whose next head is late, or whose peer does not read.

        Now and then, instead of a note of the time with every request: a connection that gets its requests pays
        nothing. What is no head is the time between two requests, which uvicorn ends, unless it gets empty lines or
        the rest of a body that nobody wants.
        """
        unsent = self.transport.get_write_buffer_size()
        if self._reading.is_too_slow(self._written - unsent, unsent, self._period_s):
            self.cut("unread")
            return
        if self._answering or self.flow.write_paused or self.cycle is not self._seen:
            self._seen, self._idle_s = self.cycle, 0.0
        else:
            self._idle_s += self._period_s
        in_head = self._at < len(self._data)
        waits_s = 0 if self.cycle is None or in_head else self.timeout_keep_alive
        if self.transport.is_closing() or self._lingers is not None or self._idle_s < waits_s + self.head_timeout_s:
            self._look_later()
        elif in_head:
            self._refuse(408, "timeout", f"The head of the request took longer than {self.head_timeout_s:g} s.")
        else:
            self.transport.close()
            self._look_later()

    def _watch_again(self, seconds: float, look: Callable[[], None]) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self.loop.call_later(seconds, look)

    # ── The end ───────────────────────────────────────────────────────────────────────────────────────────────

    def _refuse_head(self) -> None:
        self._refuse(431, "head_too_large", f"The head has more than {MOST_HEAD_BYTES} bytes.")

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer what never becomes a whole request, and hang up; after the beginning of an answer, only close."""
        if self._lingers is not None or self.transport.is_closing():
            return
        self.refused.note(f"{status} {code}")
        if self._answering:
            if self.cycle.response_started:
                self.transport.close()
                return
            # The endpoint learns that its body ends here; what it answers goes nowhere.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            telemetry.REQUESTS.labels("other", "other", str(status)).inc()
        self.write(refusal(status, code, detail))
        self._linger()

    def hang_up(self) -> None:
        """Close after the last answer, once what the client has sent is read."""
        if self.flow.read_paused or (self.cycle is not None and self.cycle.more_body):
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Say that no more will be said, and close when the client has said all, too, within bounds.

        A socket that is closed with bytes unread, or gets more, is reset: a client that is still sending would get an
        error instead of the answer that says why.
        """
        if self.transport.is_closing():
            return
        self._lingers = LINGER_BYTES
        self._data, self._at = b"", 0
        self._watch_again(LINGER_S, self._end_lingering)
        self.flow.waits = False
        self.flow.resume_reading()
        try:
            self.transport.write_eof()
        except OSError:  # the client has gone
            self.transport.close()

    def _end_lingering(self) -> None:
        self.transport.close()
        self._look_later()

    def _count_cut(self, reason: str) -> None:
        telemetry.CUT.labels(reason).inc()
        self.cuts.note(reason)
