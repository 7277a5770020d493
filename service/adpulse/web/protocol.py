"""One connection: uvicorn's HTTP with each answer in one piece, and a bound on everything that a peer can send.

uvicorn waits without end for a head, for the rest of a body that nobody reads, and for a peer to read its answer. Here
all of it has a size and a deadline (docs/explanation/threat-model.md).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from adpulse import telemetry
from adpulse.web.answer import STOP_UNREAD_S, OnePiece, ReadingSpeed, refusal
from adpulse.web.repeated import Repeated
from adpulse.web.request_reader import Flow, RequestReader

log = logging.getLogger(__name__)

# Far more than a balancer opens; each costs some 20 KB, with MOST_UNSENT_BYTES.
MOST_CONNECTIONS = 10_000
# Beyond this much the next answer waits until the peer has read; less is not counted in Memory.
MOST_UNSENT_BYTES = 16_384

# What a client may still send after an answer that ends the connection.
LINGER_S = 5.0
LINGER_BYTES = 64 * 2**20


class Protocol(RequestReader):
    """One connection."""

    head_timeout_s: ClassVar[float] = 10.0
    refused: ClassVar[Repeated] = Repeated(log, "requests that are no HTTP, or too long or slow")
    cuts: ClassVar[Repeated] = Repeated(log, "connections cut off because of what they keep")

    _watch: asyncio.TimerHandle | None = None
    _seen: RequestResponseCycle | None = None  # the last request when we last looked
    _period_s = 0.0  # between two looks
    _idle_s = 0.0  # for how long we have seen no other
    _answered_at = 0.0  # by the loop's clock

    # ── The connection ────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to watch the connection, or refuse it when there are too many."""
        super().connection_made(transport)
        self._reading = ReadingSpeed()
        self.flow = Flow(transport)
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
        self.cycle = self.scope = self.headers = self._seen = None  # type: ignore[assignment]  # not used any more

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
        """End the connection at once, and drop unsent bytes."""
        self._count_cut(reason)
        self.transport.abort()

    def write(self, data: bytes) -> None:
        """Send bytes of an answer."""
        if not self.flow.write_paused:
            self._paused_at = self._written
        self._written += len(data)
        self.transport.write(data)

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
        if self._at < len(self._data) or self._kept or self._ended:
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
        if self._at < len(self._data):
            self._parse()
        elif self._kept:
            self._count_kept()
        if self._ended and not self._answering and not self.flow.write_paused:
            self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Close an idle connection; one that is still reading its answer is not.

        Looks when the first answer is old enough, and again when the last one is: a timer for each answer costs 3 µs.
        """
        self.timeout_keep_alive_task = None
        if self._answering or self._at < len(self._data):
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

        It looks now and then, because noting the time would cost every request. uvicorn ends an idle connection between
        two requests. It does not while empty lines arrive, or the rest of a body that nobody reads: this does.
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

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """Answer bytes that are no request and close; after the beginning of an answer, only close."""
        if self._lingers is not None or self.transport.is_closing():
            return
        self.refused.note(f"{status} {code}")
        if self._answering:
            if self.cycle.response_started:
                self.transport.close()
                return
            # The endpoint learns that its body ends here; its answer is dropped.
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
