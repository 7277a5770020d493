"""A sender of batches that takes as little as it can of the machine that it shares with what is tried.

Requests are bytes that were made before; a thread sends them over plain sockets and reads no more of an answer than
its status, `Retry-After` and end. So a batch of 160 KB costs it little more than the kernel's copy.
One body is sent many times: what is stored of it has to be so many copies (adbench.faults.traffic.journal).
"""

import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from adbench.faults.traffic.batches import body
from adbench.faults.traffic.journal import Batch
from adpulse.terminal import counted

MOST_OPEN = 300  # requests under way; beyond, a batch is not sent, as when a balancer's connections are used up
ALLOWED = {200, 429, 503}
# In the 503 of a full queue: no part of the batch may be stored. Another 503 says nothing about that.
NOT_STORED = b"nothing of this request was stored"
_HEAD = b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_BUFFER_BYTES = 2**18  # a whole request in one call
_PIECE = 2**16


@dataclass
class Load:
    """A batch, and the request that sends it."""

    batch: Batch
    request: memoryview

    @classmethod
    def of(cls, batch: Batch, events: Sequence[bytes]) -> "Load":
        """Return it with its bytes made."""
        made = body(events)
        batch.copies = 0  # no copy is sent yet
        return cls(batch, memoryview(_HEAD % len(made) + made))


@dataclass
class Sent:
    """The outcome of a phase of sending."""

    offered: int = 0  # batches that arrived, also those that could not be sent
    unsent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)  # statuses of answers that came in time; 0: no answer
    latencies: list[float] = field(default_factory=list)  # seconds from arrival to the acknowledgement


class _Connection(socket.socket):
    """HTTP/1.1 as far as it is needed here, one request at a time."""

    load: Load | None = None  # without its answer yet
    left: memoryview | bytes = b""  # the rest of the request
    due = 0.0
    answer = b""

    def push(self) -> bool:
        """Send what can be sent now. Return True if that was all. Raise OSError when the peer has closed."""
        try:
            while self.left:
                self.left = self.left[self.send(self.left) :]
        except BlockingIOError:
            return False
        return True

    def pull(self) -> bool:
        """Read what has come. Return True if the answer is whole. Raise OSError when the peer has closed."""
        piece = self.recv(_PIECE)
        if not piece:
            raise ConnectionResetError
        self.answer += piece
        head, _, body = self.answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        return bool(length) and len(body) >= int(length)


class Sender:
    """A sender to each port in turn, one batch after the other. `violates` takes a line about a wrong answer."""

    def __init__(self, ports: Sequence[int], loads: Sequence[Load], violates: Callable[[str], None]) -> None:
        self._ports = ports
        self._turn = cycle(ports)
        self._loads = cycle(loads)
        self._violates = violates
        self._selector = selectors.DefaultSelector()
        self._idle: dict[int, deque[_Connection]] = {port: deque() for port in ports}
        self._busy: set[_Connection] = set()

    def closed(self, sent: Sent, seconds: float, senders: int, patience_s: float) -> None:
        """Keep `senders` requests under way to each port: the next one goes out when one is answered."""
        until = time.monotonic() + seconds
        for port in self._ports:
            for _ in range(senders):
                self._send(sent, port, time.monotonic())
        while (now := time.monotonic()) < until:
            for port in self._look(sent, until - now, until):
                if time.monotonic() < until:
                    self._send(sent, port, time.monotonic())
        self._finish(sent, until, patience_s)

    def open(self, sent: Sent, seconds: float, rate: float, patience_s: float) -> None:
        """Send `rate` batches a second, without waiting for those before."""
        began = time.monotonic()
        until = began + seconds
        while (now := time.monotonic()) < until:
            due = began + sent.offered / rate
            if due > now:
                self._look(sent, min(due, until) - now, until)
                continue
            if len(self._busy) < MOST_OPEN:
                self._send(sent, next(self._turn), due)
                self._look(sent, 0, until)
            else:
                sent.offered += 1
                sent.unsent += 1
        self._finish(sent, until, patience_s)

    def close(self) -> None:
        """Close all connections."""
        self._selector.close()
        for each in [*self._busy, *(each for idle in self._idle.values() for each in idle)]:
            each.close()

    def _send(self, sent: Sent, port: int, due: float) -> None:
        sent.offered += 1
        idle = self._idle[port]
        connection = idle.pop() if idle else self._open(port)
        connection.load = load = next(self._loads)
        load.batch.copies += 1
        connection.due, connection.left, connection.answer = due, load.request, b""
        self._busy.add(connection)
        self._push(connection)

    def _open(self, port: int) -> _Connection:
        connection = _Connection()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect(("127.0.0.1", port))
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ, port)
        return connection

    def _push(self, connection: _Connection) -> None:
        try:
            done = connection.push()
        except OSError:
            return  # closed: what it has said before is read when its turn comes
        events = selectors.EVENT_READ | (0 if done else selectors.EVENT_WRITE)
        key = self._selector.get_key(connection)
        if key.events != events:
            self._selector.modify(connection, events, key.data)

    def _look(self, sent: Sent, wait_s: float, until: float) -> list[int]:
        """Write and read on every connection that is ready. Return the port of each request that is over."""
        over = []
        for key, events in self._selector.select(wait_s):
            connection, port = key.fileobj, key.data
            assert isinstance(connection, _Connection)
            if events & selectors.EVENT_WRITE:
                self._push(connection)
            if events & selectors.EVENT_READ:
                try:
                    if not connection.pull():
                        continue
                except OSError:
                    self._selector.unregister(connection)
                    connection.close()
                    if connection in self._busy:
                        self._busy.remove(connection)
                        if connection.load is not None:
                            sent.statuses[0] += 1
                            over.append(port)
                    else:
                        self._idle[port].remove(connection)
                    continue
                self._note(sent, connection, until)
                over.append(port)
            if connection.load is None and not connection.left and connection in self._busy:
                self._busy.remove(connection)
                self._idle[port].append(connection)
        return over

    def _note(self, sent: Sent, connection: _Connection, until: float) -> None:
        load, answer, at = connection.load, connection.answer, time.monotonic()
        if load is None:
            self._violates("answer: one more than there were requests")
            return
        connection.load = None
        status = int(answer[9:12])
        if at <= until:
            sent.statuses[status] += 1
        if status == 200:
            load.batch.acknowledged += 1
            sent.latencies.append(at - connection.due)
        elif status not in ALLOWED:
            self._violates(f"status: batch {load.batch.number} got {status}")
        elif b"\r\nretry-after:" not in answer.lower():
            self._violates(f"status: batch {load.batch.number} got {status} without Retry-After")
        if NOT_STORED in answer:
            load.batch.copies -= 1

    def _finish(self, sent: Sent, until: float, patience_s: float) -> None:
        """Wait for the answers that are still to come."""
        give_up = time.monotonic() + patience_s
        while self._busy:
            if time.monotonic() > give_up:
                self._violates(f"unanswered: {counted(len(self._busy), 'request')}")
                return
            self._look(sent, 1, until)
