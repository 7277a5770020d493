"""One connection: uvicorn's HTTP with each answer in one piece, and a bound on everything that a peer can send.

uvicorn waits without end for a head, for the rest of a body that nobody reads, and for a peer to read its answer. Here
all of it has a size and a deadline (docs/explanation/threat-model.md).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from adpulse import telemetry
from adpulse.web.answer import STOP_UNREAD_S, OnePiece, ReadingSpeed, refusal
from adpulse.web.deadlines import HeadDeadline
from adpulse.web.memory import Memory
from adpulse.web.repeated import Repeated
from adpulse.web.request_bytes import RequestBytes
from adpulse.web.request_parser import RequestParser

log = logging.getLogger(__name__)

# Far more than a balancer opens; each costs some 20 KB, with MOST_UNSENT_BYTES.
MOST_CONNECTIONS = 10_000
# With more unsent bytes, the next answer waits until the peer has read. Memory does not count fewer.
MOST_UNSENT_BYTES = 16_384
# Memory counts a larger head until its answer, with the copies that are made of it: URL, path and query.
LARGE_HEAD_BYTES = 16_384
COPIES_OF_A_HEAD = 3

# A client may still send this much after an answer that ends the connection.
LINGER_S = 5.0
LINGER_BYTES = 64 * 2**20


class Flow(FlowControl):
    """Flow control that pauses reading while a request waits, also if an endpoint asks for more of a body."""

    waits = False

    def resume_reading(self) -> None:
        if not self.waits:
            super().resume_reading()


class Protocol(RequestParser):
    """One connection: its limits of memory and time, and its end."""

    head_timeout_s: ClassVar[float] = 10.0
    memory: ClassVar[Memory] = Memory()
    refused: ClassVar[Repeated] = Repeated(log, "requests that are no HTTP, or too long or slow")
    cuts: ClassVar[Repeated] = Repeated(log, "connections cut off because of what they keep")

    flow: Flow
    _kept = 0  # bytes that `memory` counts for this connection
    _ended = False  # the peer has ended its half: it sends no more, and may still read
    _lingers: int | None = None  # after the last answer: bytes that may still come; they are dropped

    _written = 0  # bytes
    _paused_at = 0  # bytes that had been written before the peer had too much to read

    _reading: ReadingSpeed
    _head_deadline: HeadDeadline
    _watch: asyncio.TimerHandle | None = None
    _period_s = 0.0  # between two looks
    _answered_at = 0.0  # by the loop's clock

    # ── The connection ────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to watch the connection, or refuse it when there are too many."""
        super().connection_made(transport)
        self.received = RequestBytes()
        self._reading = ReadingSpeed()
        self._head_deadline = HeadDeadline()
        self.flow = Flow(transport)
        transport.set_write_buffer_limits(high=MOST_UNSENT_BYTES)
        self._look_later()
        if len(self.connections) > MOST_CONNECTIONS:
            self._count_cut("connections")
            self.write(refusal(503, "unavailable", "The server has too many connections.", b"retry-after: 1\r\n"))
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop all that the connection keeps, and references in a circle, so that no garbage collector is needed."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self.received.clear()
        self.memory.keep(self, 0)
        self._head_deadline.restart(None)
        self.cycle = self.scope = self.headers = None  # type: ignore[assignment]  # not used any more

    def eof_received(self) -> bool:  # type: ignore[override]  # uvicorn always closes
        """Return True while whole requests of a client that sends nothing more wait for their answers."""
        self._ended = True
        if self.incomplete or self._lingers is not None or not (self.answering or self.flow.waits):
            return False
        self._settle()
        return True

    def shutdown(self) -> None:
        """End the connection, once the answer that is under way has gone out and the peer reads it."""
        super().shutdown()
        self._reading.patience_s = STOP_UNREAD_S
        self._look_later()

    def cut(self, reason: str) -> None:
        """End the connection at once, and drop unsent bytes."""
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
        """Give the parser the bytes of the current request."""
        if self._lingers is not None:
            self._lingers -= len(data)
            if self._lingers < 0:
                self.transport.close()
            return
        self.received.append(data)
        self._parse()

    @property
    def closing(self) -> bool:
        """Return True after the last answer."""
        return self._lingers is not None or self.transport.is_closing()

    def _parse(self) -> None:
        self.parse()
        if self.received or self.flow.read_paused or self._kept or self._ended or self.head_bytes > LARGE_HEAD_BYTES:
            self._settle()
        else:
            self.received.clear()

    def _forget_request(self) -> None:
        """Drop head and body after the answer: an idle connection keeps nothing of its last request."""
        self.cycle.scope = self.scope = self.headers = None  # type: ignore[assignment]  # the next request has its own
        self.cycle.body = bytearray()
        self.url = b""
        self.head_bytes = 0

    def _settle(self) -> None:
        """Stop reading while a request waits for its turn, or start again, and note how much is kept."""
        rest = len(self.received)
        if not rest:
            self.received.clear()
        waits = self._ended or (rest > 0 and (self.answering or self.flow.write_paused))
        if waits != self.flow.waits:
            self.flow.waits = waits
            if waits:
                self.flow.pause_reading()
            else:
                self.flow.resume_reading()
        if self._ended and self.answering and not rest:
            self.cycle.keep_alive = False
        self._count_kept()

    def _count_kept(self) -> None:
        kept = len(self.received)
        if self.flow.write_paused:
            kept += self._written - self._paused_at  # the transport frees a piece with its last byte only
        if self.flow.read_paused and self.cycle is not None:
            kept += len(self.cycle.body)
        if self.answering and self.head_bytes > LARGE_HEAD_BYTES:
            kept += COPIES_OF_A_HEAD * self.head_bytes
        if kept != self._kept:
            self._kept = kept
            self.memory.keep(self, kept)

    # ── What goes out ─────────────────────────────────────────────────────────────────────────────────────────

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if cycle.scope["method"] != "HEAD":  # its answer is a head, after which nothing is written
            cycle.transport = OnePiece(self, waits=cycle.waiting_for_100_continue)  # type: ignore[assignment]  # the part of a transport that a cycle uses
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Go on with the next request. None comes after the last answer."""
        self._forget_request()
        if self._lingers is not None:
            return
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            self._answered_at = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self._close_when_idle(self.timeout_keep_alive)
        if self.received or self._kept or self._ended:
            self._parse_more()

    def pause_writing(self) -> None:
        """Record the bytes that the peer has not read."""
        super().pause_writing()
        self._count_kept()

    def resume_writing(self) -> None:
        """Go on with the next request, if it waited for the peer to read."""
        super().resume_writing()
        self._parse_more()

    def _parse_more(self) -> None:
        if self.received:
            self._parse()
        elif self._kept:
            self._count_kept()
        if self._ended and not self.answering and not self.flow.write_paused:
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection, unless its peer is still reading the answer.

        Looks when the first answer is old enough, and again when the last one is: a timer for each answer costs 3 µs.
        """
        self.timeout_keep_alive_task = None
        if self.answering or self.received:
            return  # the next answer begins anew
        left_s = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if self.flow.write_paused:
            self._close_when_idle(self.timeout_keep_alive)
        elif left_s > 0:
            self._close_when_idle(left_s)
        else:
            super().timeout_keep_alive_handler()

    def _close_when_idle(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    # ── Deadlines ─────────────────────────────────────────────────────────────────────────────────────────────

    def _look_later(self) -> None:
        self._period_s = min(self.head_timeout_s, self._reading.patience_s) / 4
        self._watch_again(self._period_s, self._look)

    def _look(self) -> None:
        """Close a connection when its next head is late, or its peer does not read.

        uvicorn closes an idle connection between two requests, but not while empty lines arrive, or the rest of a body
        that nobody reads. This does.
        """
        unsent = self.transport.get_write_buffer_size()
        if self._reading.is_too_slow(self._written - unsent, unsent, self._period_s):
            self.cut("unread")
            return
        if self.answering or self.flow.write_paused:
            self._head_deadline.restart(self.cycle)
            late = False
        else:
            late = self._head_deadline.is_late(
                self.cycle,
                in_head=len(self.received) > 0,
                passed_s=self._period_s,
                rest_s=0 if self.cycle is None else self.timeout_keep_alive,
                timeout_s=self.head_timeout_s,
            )
        if self.closing or not late:
            self._look_later()
        elif self.received:
            self.refuse(408, "timeout", f"The head of the request took longer than {self.head_timeout_s:g} s.")
        else:
            self.transport.close()
            self._look_later()

    def _watch_again(self, seconds: float, look: Callable[[], None]) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self.loop.call_later(seconds, look)

    # ── The end ───────────────────────────────────────────────────────────────────────────────────────────────

    def refuse(self, status: int, code: str, detail: str) -> None:
        """Answer bytes that are not a request, and close. After the beginning of an answer, only close."""
        if self.closing:
            return
        self.refused.note(f"{status} {code}")
        if self.answering:
            if self.cycle.response_started:
                self.transport.close()
                return
            # Tell the endpoint that its body ends here. Its answer is dropped.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        else:
            telemetry.REQUESTS.labels("other", "other", str(status)).inc()
        self.write(refusal(status, code, detail))
        self._linger()

    def hang_up(self) -> None:
        """Close after the last answer, once the bytes of the client are read."""
        if self.flow.read_paused or (self.cycle is not None and self.cycle.more_body):
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """End our half of the connection; close it when the client ends its half, or after LINGER_S or LINGER_BYTES.

        The kernel resets a socket that is closed with unread bytes: a client that is still sending would get an error
        instead of the answer that says why.
        """
        if self.transport.is_closing():
            return
        self._lingers = LINGER_BYTES
        self.received.clear()
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
