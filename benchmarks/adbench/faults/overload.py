"""Three times as many events as can be stored, by arrival rate: a sender does not wait because the one before waits.

First the capacity is measured, by senders that send again when they have an answer; then batches arrive at a multiple
of it, whatever becomes of them; then the capacity is measured again, so that what else the machine does is in both.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import cycle
from math import inf

import numpy as np

from adbench.faults.batches import NUMBERS, Source
from adbench.faults.cluster import PATIENCE_S
from adbench.faults.journal import Journal, Kind
from adbench.faults.service import SETTINGS, Service
from adbench.faults.world import World
from adbench.harness import cpu

SERVICES = 2
SENDERS = 4  # a service, when capacity is measured
MOST_OPEN = 300  # requests under way; beyond, a batch is not sent, as when a balancer's connections are used up
BATCH = 1_000  # events
BODIES = 12  # different ones
ALLOWED = {200, 429, 503}


@dataclass
class Phase:
    """What came of a time of sending."""

    seconds: float
    offered: int = 0  # batches that arrived, also those that could not be sent
    unsent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)  # seconds from arrival to the acknowledgement
    client_s: float = 0.0  # processor time of whoever sends, which runs on the same machine
    services_s: float = 0.0  # and of both services; what is left is PostgreSQL's

    @property
    def rate(self) -> float:
        """Events acknowledged a second."""
        return self.statuses[200] * BATCH / self.seconds


@dataclass(frozen=True)
class Overload:
    """Capacity before and after, and the overload between them."""

    before: Phase
    during: Phase
    after: Phase
    memory_bytes: int | None

    @property
    def capacity(self) -> float:
        """Events a second."""
        return (self.before.rate + self.after.rate) / 2

    @property
    def bound_s(self) -> float:
        """The longest time that a batch should wait: a full queue before it, and the write of a group."""
        queue = int(SETTINGS["ADPULSE_QUEUE_EVENTS"]) * SERVICES
        return queue / self.during.rate + float(SETTINGS["ADPULSE_WRITE_TIMEOUT_S"]) if self.during.rate else inf

    @property
    def goodput(self) -> float:
        """Events acknowledged ÷ capacity."""
        return self.during.rate / self.capacity

    def latency(self, quantile: float) -> float:
        """Of admitted batches, in seconds."""
        return float(np.quantile(self.during.latencies, quantile)) if self.during.latencies else 0.0


async def overload(world: World, journal: Journal, seed: int, seconds: float, times: float = 3) -> Overload:
    """Do it for so long, with a third of the time before and after for the capacity. The journal gets violations."""
    load = _Load(world.services, journal, seed)
    before = await load.closed(seconds / 3)
    during = await load.open(seconds, times * before.rate / BATCH)
    after = await load.closed(seconds / 3)
    memory = max(filter(None, (each.peak_memory() for each in world.services)), default=None)
    await load.close()
    return Overload(before, during, after, memory)


class _Load:
    def __init__(self, services: Sequence[Service], journal: Journal, seed: int) -> None:
        source = Source(seed, 0, datetime.now(UTC))
        made = [source.next(Kind.PLAIN, BATCH) for _ in range(BODIES)]
        self._bodies = cycle([(batch, b'{"events":[' + b",".join(events) + b"]}") for batch, events in made])
        self._all = services
        self._services = cycle(services)
        self._journal = journal
        self._number = NUMBERS  # beyond those of the source
        self._idle: dict[int, list[_Connection]] = {each.port: [] for each in services}

    async def closed(self, seconds: float) -> Phase:
        """Senders that wait for their answers."""
        phase = Phase(seconds)
        until = time.monotonic() + seconds

        async def send() -> None:
            while time.monotonic() < until:
                phase.offered += 1
                await self._send(phase, time.monotonic(), until)

        with self._timed(phase):
            await asyncio.gather(*(send() for _ in range(SENDERS * len(self._all))))
        return phase

    async def open(self, seconds: float, rate: float) -> Phase:
        """`rate` batches a second, whatever becomes of them."""
        phase = Phase(seconds)
        with self._timed(phase):
            await self._open(phase, rate)
        return phase

    async def _open(self, phase: Phase, rate: float) -> None:
        began, seconds = time.monotonic(), phase.seconds
        under_way: set[asyncio.Task[None]] = set()
        for number in range(int(seconds * rate)):
            due = began + number / rate
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            if time.monotonic() - began > seconds:
                break
            phase.offered += 1
            if len(under_way) >= MOST_OPEN:
                phase.unsent += 1
                await asyncio.sleep(0)
                continue
            task = asyncio.create_task(self._send(phase, due, began + seconds))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    @contextmanager
    def _timed(self, phase: Phase) -> Iterator[None]:
        client, services = time.process_time(), self._services_s()
        yield
        phase.client_s = time.process_time() - client
        phase.services_s = self._services_s() - services

    def _services_s(self) -> float:
        return sum(cpu.seconds(each.process.pid) or 0.0 for each in self._all if each.process)

    async def close(self) -> None:
        """Close all connections."""
        for idle in self._idle.values():
            for each in idle:
                each.writer.transport.abort()

    async def _send(self, phase: Phase, due: float, until: float) -> None:
        batch, body = next(self._bodies)
        number, self._number = self._number, self._number + 1
        sent = replace(batch, number=number)
        self._journal.sends(sent)
        service = next(self._services)
        idle = self._idle[service.port]
        connection = idle.pop() if idle else await _Connection.open(service.port)
        answer = await connection.post(body.replace(b'"%d-' % batch.number, b'"%d-' % number))
        if answer is None:  # closed while the body was on its way, after an answer to its head or without one
            phase.statuses[0] += 1
            return
        status, head = answer
        at = time.monotonic()
        if at <= until:
            phase.statuses[status] += 1
        if status == 200:
            self._journal.acknowledges(sent, at)
            phase.latencies.append(at - due)
        elif status not in ALLOWED:
            self._journal.violates(f"status: batch {number} got {status}")
        elif b"\r\nretry-after:" not in head.lower():
            self._journal.violates(f"status: batch {number} got {status} without Retry-After")
        if b"\r\nconnection: close" in head.lower():
            connection.writer.transport.abort()
        else:
            idle.append(connection)


@dataclass
class _Connection:
    """HTTP/1.1 as far as it is needed here: httpx would take more of the machine than the service that is tried."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, port: int) -> "_Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, body: bytes) -> tuple[int, bytes] | None:
        """Return status and head of the answer; None when the connection was closed."""
        head = (
            b"POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                self.writer.write(head % len(body) + body)
                await self.writer.drain()
                answer = await self.reader.readuntil(b"\r\n\r\n")
                length = answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                await self.reader.readexactly(int(length))
        except (OSError, asyncio.IncompleteReadError):
            self.writer.transport.abort()
            return None
        return int(answer[9:12]), answer
