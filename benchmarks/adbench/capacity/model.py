"""The deployment as queues: clients, a balancer, processes of the service with their writers, a pooler, shards.

What is modelled is what decides who waits for whom (docs/explanation/architecture.md, "An event"):

- A process is one event loop: it takes one request at a time off the network, decodes it, queues it.
- The queue is bounded; beyond `queue_events` a batch is refused with 503 at once.
- `writers` of a process take what has arrived, up to `group_events`, and are answered together: group commit.
- Without `cells` a batch holds events of all campaigns, and a group goes to every shard that one of them lives on, in
  parallel; with several parts the commit has two phases, two flushes. With `cells` clients send a batch for the
  campaigns of one shard to the processes of that shard, and every cell is the deployment as it is on one machine.
- What is written needs a server connection of the shard's PgBouncer, processor time there, and the disk.
- Compaction takes the shard's cores once a second, as `maintain.sql` does.
- Reports go through a process, one of its readers, and a shard or all of them.

On one machine (`Fleet.shared`) clients, service and PostgreSQL compete for the same cores.
"""

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

import numpy as np
import simpy
from simpy import Environment, Event

from adbench.capacity.devices import Cores, Disk
from adbench.capacity.service_times import ServiceTimes

Steps = Generator[Event, Any, Any]

RECONNECT_S = 0.2  # how long a writer waits after it has lost a shard: adpulse.ingest.writer.RECONNECT_S
COMPACTION_S = 1.0  # `every:` of sql/variants/07_rollup/maintain.sql


@dataclass(frozen=True)
class Fleet:
    """Machines, and how the service is set. Defaults are the service's own (docs/reference/settings.md)."""

    services: int = 1  # machines that run it
    shards: int = 1  # machines that run PostgreSQL
    cores: int = 2  # cores of each machine
    processes: int = 2  # processes of the service on each of its machines
    shared: bool = False  # one machine for all, clients included
    writers: int = 2
    readers: int = 8  # connections that read, a process; half of them for totals
    group_events: int = 10_000
    queue_events: int = 100_000
    pool: int = 20  # server connections of a shard's PgBouncer
    network_s: float = 0.0  # time from one machine to another, one way
    cells: bool = False  # each process belongs to one shard, and so does each batch
    hot: float = 0.0  # share of the events that are of one campaign, and so on one shard

    def shares(self) -> list[float]:
        """Return the share of events that each shard gets: one campaign's on the first, all others' evenly."""
        return [self.hot * (shard == 0) + (1 - self.hot) / self.shards for shard in range(self.shards)]


@dataclass
class Job:
    """A batch that waits for its commit."""

    events: int
    settled: Event  # its value: whether it was stored


@dataclass(frozen=True)
class Seen:
    """One request: when it was sent, how long it took, and what became of it."""

    kind: str  # ingest or report
    sent_s: float
    took_s: float
    outcome: str  # answered, refused (503), or lost (with the machine that it was on)


class Shard:
    """A machine with PostgreSQL."""

    def __init__(self, env: Environment, cores: Cores, fleet: Fleet, times: ServiceTimes) -> None:
        self.env, self.cores, self._times = env, cores, times
        self.disk = Disk(env, times.flush, times.log_bytes, times.segment_s)
        self.pool = simpy.Resource(env, fleet.pool)
        self.up, self.failures, self.uncompacted = True, 0, 0
        env.process(self._compact())

    def insert(self, rows: int, phases: int, factor: float) -> Steps:
        """Write one part of a group. Return False when the shard was away meanwhile."""
        life = self.failures
        with self.pool.request() as connection:
            yield connection
            yield self.cores.work(self._times.insert(rows) * factor)
            for _ in range(phases):
                yield self.disk.flush(rows)
        self.uncompacted += rows
        return self.up and life == self.failures

    def read(self, seconds: float) -> Steps:
        """Answer one report."""
        with self.pool.request() as connection:
            yield connection
            yield self.cores.work(seconds)

    def _compact(self) -> Steps:
        while True:
            yield self.env.timeout(COMPACTION_S)
            moved, self.uncompacted = self.uncompacted, 0
            yield self.cores.work(self._times.upkeep * moved)


class Process:
    """One process of the service."""

    def __init__(self, deployment: "Deployment", cores: Cores, shards: list[Shard]) -> None:
        self.deployment = deployment
        self.cores = cores
        self.shards = shards  # the shards that it writes to
        self.loop = simpy.Resource(deployment.env)
        self.readers = simpy.Resource(deployment.env, deployment.fleet.readers)
        self.up = True
        self._queue: deque[Job] = deque()
        self._waiting = 0  # events
        self._wake = deployment.env.event()
        for _ in range(deployment.fleet.writers):
            deployment.env.process(self._write())

    def take(self, events: int) -> Steps:
        """Take a batch, and return True if it was stored. A full queue refuses it unread, or after it was read."""
        deployment = self.deployment
        yield deployment.env.timeout(deployment.times.settle(events))
        with self.loop.request() as turn:
            yield turn
            # A batch that does not fit is refused unread, and costs as much as any request.
            admitted = self._admits()
            yield self.cores.work(deployment.times.take(events if admitted else 0) * deployment.draw())
        if not admitted or not self._admits():
            return False
        job = Job(events, deployment.env.event())
        self._queue.append(job)
        self._waiting += events
        if not self._wake.triggered:
            self._wake.succeed()
        stored: bool = yield job.settled
        return stored

    def _admits(self) -> bool:
        # Like adpulse.ingest.writer.Writer.admit.
        return all(shard.up for shard in self.shards) and self._waiting < self.deployment.fleet.queue_events

    def _group(self) -> list[Job]:
        group: list[Job] = []
        events = 0
        while self._queue and (not group or events + self._queue[0].events <= self.deployment.fleet.group_events):
            group.append(self._queue.popleft())
            events += group[-1].events
        self._waiting -= events
        return group

    def _write(self) -> Steps:
        env = self.deployment.env
        while True:
            if not self._queue:
                if self._wake.triggered:
                    self._wake = env.event()
                yield self._wake
                continue
            with self.loop.request() as turn:  # a writer is a task of the same loop
                yield turn
            group = self._group()
            if not group:
                continue  # another writer has taken it
            stored = yield from self.deployment.store(self.shards, sum(job.events for job in group))
            if not stored:  # and no other writer can store: adpulse.ingest.writer.Writer._work
                group += self._queue
                self._queue.clear()
                self._waiting = 0
            for job in group:
                job.settled.succeed(stored)
            if not stored:
                yield env.timeout(RECONNECT_S)


@dataclass
class Deployment:
    """All machines together. A scenario switches parts off and on."""

    env: Environment
    fleet: Fleet
    times: ServiceTimes
    rng: np.random.Generator
    seen: list[Seen] = field(default_factory=list)
    sent: int = 0
    under_way: int = 0

    def __post_init__(self) -> None:
        fleet = self.fleet
        self.shares = fleet.shares()
        self.host = [Cores(self.env, fleet.cores) for _ in range(1 if fleet.shared else fleet.services)]
        stores = self.host if fleet.shared else [Cores(self.env, fleet.cores) for _ in range(fleet.shards)]
        self.shards = [Shard(self.env, cores, fleet, self.times) for cores in stores]
        homes = cycle([[shard] for shard in self.shards] if fleet.cells else [self.shards])
        self.machines = [[Process(self, cores, next(homes)) for _ in range(fleet.processes)] for cores in self.host]
        # The processes that write to a shard, by its number: the balancer takes them in turn.
        processes = [each for machine in self.machines for each in machine]
        self._known = {
            number: deque(each for each in processes if shard in each.shards)
            for number, shard in enumerate(self.shards)
        }
        self._weights = np.cumsum([each.weight for each in self.times.reports])
        self._shards = np.cumsum(self.shares)

    def draw(self) -> float:
        """Draw a factor for a service time."""
        return self.times.scatter(self.rng)

    def store(self, shards: list[Shard], events: int) -> Steps:
        """Write a group, as a transaction on each shard that it touches. Return True if it was stored."""
        if not all(shard.up for shard in shards):
            return False
        if len(shards) == 1:
            parts = [(shards[0], events)]
        else:
            rows = self.rng.multinomial(events, self.shares)
            parts = [(shard, int(count)) for shard, count in zip(shards, rows, strict=True) if count]
        phases = 2 if len(parts) > 1 else 1
        yield from self.travel()
        written = [self.env.process(shard.insert(count, phases, self.draw())) for shard, count in parts]
        if len(written) == 1:
            stored = [(yield written[0])]
        else:
            yield self.env.all_of(written)
            stored = [each.value for each in written]
        yield from self.travel()
        return all(stored)

    def travel(self) -> Steps:
        """Wait for the way from one machine to the next."""
        if self.fleet.network_s:
            yield self.env.timeout(self.fleet.network_s)

    def post(self, events: int) -> Steps:
        """Send one batch, and wait for its answer."""
        began, process = self._begin(self._campaign())
        yield from self.travel()
        stored = (yield from process.take(events)) if process.up else False
        yield from self.travel()
        self._end("ingest", began, process, stored)
        return stored

    def ask(self) -> Steps:
        """Ask one report, and wait for its answer."""
        shape = self.times.reports[int(np.searchsorted(self._weights, self.rng.random() * self._weights[-1], "right"))]
        number = self._campaign()
        began, process = self._begin(number)
        yield from self.travel()
        asked = self.shards if shape.everywhere else [self.shards[number]]
        answered = process.up and all(shard.up for shard in asked)
        if answered:
            with process.loop.request() as turn:
                yield turn
                yield process.cores.work(self.times.report * self.draw())
            with process.readers.request() as reader:
                yield reader
                yield from self.travel()
                factor = self.draw()
                yield self.env.all_of([self.env.process(shard.read(shape.seconds * factor)) for shard in asked])
                yield from self.travel()
        yield from self.travel()
        self._end("report", began, process, answered)

    def take_out(self, machine: int) -> None:
        """Let the balancer send nothing more to that machine's processes, as far as a shard has others."""
        gone = self.machines[machine]
        for number, known in self._known.items():
            self._known[number] = deque(each for each in known if each not in gone) or known

    def _campaign(self) -> int:
        """Draw the shard of an event's campaign."""
        return int(np.searchsorted(self._shards, self.rng.random() * self._shards[-1], "right"))

    def _begin(self, shard: int) -> tuple[float, Process]:
        self.sent += 1
        self.under_way += 1
        known = self._known[shard if self.fleet.cells else 0]
        known.rotate(-1)
        return self.env.now, known[0]

    def _end(self, kind: str, began: float, process: Process, answered: bool) -> None:
        self.under_way -= 1
        outcome = "lost" if not process.up else "answered" if answered else "refused"
        self.seen.append(Seen(kind, began, self.env.now - began, outcome))
