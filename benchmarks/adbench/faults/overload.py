"""Three times as many events as can be stored, by arrival rate: a sender does not wait because the one before waits.

First the capacity is measured, by senders that send again when they have an answer; then batches arrive at a multiple
of it, however they fare; then the capacity is measured again, so that what else the machine does is in both.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf

import numpy as np

from adbench.faults.system.service import SETTINGS
from adbench.faults.traffic.batches import Source
from adbench.faults.traffic.journal import Journal, Kind
from adbench.faults.traffic.sender import Load, Sender, Sent
from adbench.faults.world import World
from adbench.harness import cpu
from adbench.harness.patience import PATIENCE_S

SERVICES = 2
SENDERS = 16  # a service, when capacity is measured: its queue is nearly full then, and refuses nothing
BATCH = 1_000  # events
BODIES = 12  # different ones


@dataclass
class Phase:
    """The outcome of a phase of sending, and the processor time (s) that it took."""

    seconds: float
    sent: Sent = field(default_factory=Sent)
    client_s: float = 0.0  # processor time of the sender, which runs on the same machine
    services_s: float = 0.0  # processor time of both services
    postgres_s: float = 0.0

    @property
    def rate(self) -> float:
        """Return the events acknowledged a second."""
        return self.sent.statuses[200] * BATCH / self.seconds

    @property
    def cost_s(self) -> float:
        """Return the processor time of the services and PostgreSQL for each acknowledged event, in seconds."""
        stored = self.sent.statuses[200] * BATCH
        return (self.services_s + self.postgres_s) / stored if stored else inf


@dataclass(frozen=True)
class Overload:
    """Capacity before and after, and the overload between them."""

    before: Phase
    during: Phase
    after: Phase
    memory_bytes: int | None

    @property
    def capacity(self) -> float:
        """Return the capacity in events a second: the mean of the phases before and after."""
        return (self.before.rate + self.after.rate) / 2

    @property
    def bound_s(self) -> float:
        """Return the longest time (s) that a batch should wait: for a full queue, and for the write of a group."""
        queue = int(SETTINGS["ADPULSE_QUEUE_EVENTS"]) * SERVICES
        return queue / self.during.rate + float(SETTINGS["ADPULSE_WRITE_TIMEOUT_S"]) if self.during.rate else inf

    @property
    def goodput(self) -> float:
        """Return events acknowledged a second ÷ capacity."""
        return self.during.rate / self.capacity

    def latency(self, quantile: float) -> float:
        """Return a quantile of the latencies of admitted batches, in seconds; 0 when none was admitted."""
        return float(np.quantile(self.during.sent.latencies, quantile)) if self.during.sent.latencies else 0.0


async def overload(world: World, journal: Journal, seed: int, seconds: float, times: float = 3) -> Overload:
    """Send `times` the capacity for `seconds`; measure the capacity for a third of that before and after.

    The journal gets the violations.
    """
    source = Source(seed, 0, datetime.now(UTC))
    made = [source.next(Kind.PLAIN, BATCH) for _ in range(BODIES)]
    for batch, _ in made:
        journal.sends(batch)
    loads = [Load.of(batch, events) for batch, events in made]
    sender = Sender([each.port for each in world.services], loads, journal.violates)
    try:
        before = await _closed(world, sender, seconds / 3)
        rate = times * before.rate / BATCH
        during = await _timed(world, seconds, lambda phase: sender.open(phase.sent, seconds, rate, PATIENCE_S))
        after = await _closed(world, sender, seconds / 3)
    finally:
        sender.close()
    memory = max(filter(None, (each.peak_memory() for each in world.services)), default=None)
    return Overload(before, during, after, memory)


async def _closed(world: World, sender: Sender, seconds: float) -> Phase:
    """Return the capacity. If a machine is too busy for a single answer in that time, it is given twice as long."""
    phase = await _timed(world, seconds, lambda phase: sender.closed(phase.sent, seconds, SENDERS, PATIENCE_S))
    return phase if phase.rate or seconds > PATIENCE_S else await _closed(world, sender, 2 * seconds)


async def _timed(world: World, seconds: float, send: Callable[[Phase], None]) -> Phase:
    """Send in a thread, and note the processor time that it takes everybody."""
    phase = Phase(seconds)

    def run() -> None:
        began = time.thread_time()
        send(phase)
        phase.client_s = time.thread_time() - began

    services, postgres = _services_s(world), cpu.seconds(world.cluster.postmaster) or 0.0
    await asyncio.to_thread(run)
    phase.services_s = _services_s(world) - services
    phase.postgres_s = (cpu.seconds(world.cluster.postmaster) or 0.0) - postgres
    return phase


def _services_s(world: World) -> float:
    return sum(cpu.seconds(each.process.pid) or 0.0 for each in world.services if each.process)
