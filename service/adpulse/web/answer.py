"""The output of a connection: an answer in as few pieces as possible, and the speed at which the peer reads it."""

from typing import TYPE_CHECKING

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from adpulse.problems import document

if TYPE_CHECKING:
    from adpulse.web.protocol import Protocol

# A peer reads its answer at this speed at least, counted from UNREAD_S after it was written.
UNREAD_S = 30.0
READ_BYTES_PER_S = 10_000
# The same while the server stops.
STOP_UNREAD_S = 2.0


def refusal(status: int, code: str, detail: str, more: bytes = b"") -> bytes:
    """Return a last answer to bytes that are no request: a problem document; `more` are lines of its head."""
    body = orjson.dumps(document(status, code, detail))
    head = b"content-type: application/problem+json\r\nx-content-type-options: nosniff\r\n" + more
    return STATUS_LINE[status] + head + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body


class ReadingSpeed:
    """The speed at which a peer reads its answers."""

    def __init__(self) -> None:
        self.patience_s = UNREAD_S
        self._unread_s = 0.0  # how long there have been unsent bytes
        self._before = 0  # bytes that had been sent when that began

    def is_too_slow(self, sent: int, unsent: int, passed_s: float) -> bool:
        """Return True if the peer has been too slow, given the bytes sent so far, and the time since the last call."""
        if not unsent:
            self._unread_s = 0.0
            return False
        if not self._unread_s:
            self._before = sent
        self._unread_s += passed_s
        return sent - self._before < READ_BYTES_PER_S * (self._unread_s - self.patience_s)


class OnePiece:
    """The part of a transport that a cycle of uvicorn uses. Holds the head back until the first piece of the body.

    uvicorn writes head and body apart. Each is a system call here, and a packet that wakes the client up: together a
    tenth of what a request with one event costs (docs/decisions/0014).
    """

    __slots__ = ("_connection", "_head", "_waits")

    def __init__(self, connection: "Protocol", *, waits: bool) -> None:
        self._connection = connection
        self._waits = waits  # the client for "100 Continue"
        self._head: bytes | None = None  # None: not here yet; b"": sent

    def write(self, data: bytes) -> None:
        """Write a piece of the answer. The first one is the head, except for "100 Continue", which is urgent."""
        if self._head is None:
            if data.startswith(b"HTTP/1.1 100 "):
                self._waits = False
                self._connection.write(data)
            else:
                self._head = self._unasked(data)
        else:
            self._connection.write(self._head + data if self._head else data)
            self._head = b""

    def _unasked(self, head: bytes) -> bytes:
        """Return the head of an answer; it ends the connection if the client still waits for leave to send its body.

        Such a client may send its body now or not, and its next request could not be told from it (RFC 9110, 10.1.1).
        """
        if not (self._waits and self._connection.cycle.keep_alive):
            return head
        self._connection.cycle.keep_alive = False
        return head[:-2] + b"connection: close\r\n\r\n"

    def close(self) -> None:
        """Write the held back bytes, and end the connection."""
        if self._head:
            self._connection.write(self._head)
            self._head = b""
        self._connection.hang_up()

    def is_closing(self) -> bool:
        """Return True when nothing more can be written."""
        return self._connection.transport.is_closing()
