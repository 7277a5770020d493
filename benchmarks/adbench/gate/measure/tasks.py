"""The timed tasks: a few pieces of work, each short, so that the sides take turns often.

A piece of work gives CPU seconds of the service and of PostgreSQL apart, because a slowdown of a quarter in one of
them is diluted in their sum, and seconds on the wall. CPU time is what the gate judges by; where a system does not
tell it, seconds on the wall are.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from adbench.gate.measure import clocks, instructions, signals
from adbench.gate.measure.clocks import NoClock
from adbench.gate.measure.sides import Side, SideError
from adbench.harness.http_client import HttpClient
from adbench.workload import request_bodies
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import BREAKDOWNS, TOTALS, Shape
from adpulse.maintenance.loop import run_round

BATCH = 1_000
Seconds = dict[str, float]  # by metric, such as post.service.cpu


@dataclass(frozen=True)
class Suite:
    """The size of a piece of work. `reports` are asked for in groups, each with figures of its own."""

    name: str
    data: Dataset
    batches: int  # POSTs of a thousand events
    decoded: int  # batches that are decoded without anything else
    reports: dict[str, tuple[Sequence[Shape], int]]  # shapes, and how many times each is asked for


QUICK = Suite(
    "quick",
    Dataset(100_000, signals.END, days=30, campaigns=200, seed=7),
    batches=10,
    decoded=20,
    reports={"totals": (TOTALS, 8), "breakdowns": (BREAKDOWNS, 4)},
)
FULL = Suite(
    "full",
    Dataset(1_000_000, signals.END, days=30, campaigns=1_000, seed=7),
    batches=20,
    decoded=40,
    reports={shape.name: ((shape,), 20) for shape in (*TOTALS, *BREAKDOWNS)},
)
SUITES = {suite.name: suite for suite in (QUICK, FULL)}


@dataclass
class Meter:
    """The times of work on one side, in `seconds`."""

    side: Side
    seconds: Seconds = field(default_factory=dict)

    @contextmanager
    def timing(self, name: str, service: bool = True) -> Iterator[None]:
        """Measure the block as <name>.postgres.cpu, <name>.wall and, for work of the service, <name>.service.cpu.

        Raise clocks.NoClock when a session of PostgreSQL began or ended meanwhile: its share would be missing.
        """
        if not clocks.available():
            began = time.perf_counter()
            yield
            self.seconds[f"{name}.wall"] = time.perf_counter() - began
            return
        family = self.side.postgres
        family.refresh()
        members = family.members
        before = family.cpu_s(), clocks.cpu_s(self.side.service), time.perf_counter()
        yield
        after = family.cpu_s(), clocks.cpu_s(self.side.service), time.perf_counter()
        family.refresh()
        if family.members != members:
            raise NoClock(f"sessions of PostgreSQL came or went during {name}")
        postgres, on_service, wall = (b - a for a, b in zip(before, after, strict=True))
        self.seconds[f"{name}.postgres.cpu"] = postgres
        if service:
            self.seconds[f"{name}.service.cpu"] = on_service
        self.seconds[f"{name}.wall"] = wall


class Work:
    """The pieces of work of a suite, prepared: bodies and records are made once, for all sides."""

    def __init__(self, suite: Suite, folder: Path, runner: asyncio.Runner) -> None:
        self._suite = suite
        self._runner = runner
        found = request_bodies.busy_events(signals.LIVE, suite.batches * BATCH)
        self._bodies = [request_bodies.body(found[at : at + BATCH]) for at in range(0, len(found), BATCH)]
        self._records = signals.live_records(signals.COPIED)
        self._body = folder / "batch.json"
        self._body.write_bytes(self._bodies[0])

    def count(self, side: Side) -> None:
        """Add the signals for which the side's service and its interpreter are needed."""
        counts, missing = side.signals.counts, side.signals.missing
        counts["wal", "post"] = self._runner.run(self._written_by_posts(side))
        try:
            allocated = side.probe.ask(body=str(self._body), allocations=True)
            counts["memory", "decode, bytes at the most"] = allocated["peak_bytes"]
            counts["memory", "decode, blocks kept"] = allocated["blocks"]
        except SideError as error:
            missing["memory", "decode"] = str(error)
        if counted := instructions.per_batch(side.tree, self._body):
            counts["instructions", "decode"] = counted

    async def _written_by_posts(self, side: Side) -> float:
        """Return the bytes of WAL that the service causes for an event of a batch that comes alone."""
        with HttpClient(side.address) as client:
            client.post("/events", self._bodies[0])
            await signals.settled(side.connection)
            async with signals.written(side.connection) as wrote:
                for each in self._bodies:
                    client.post("/events", each)
        return wrote.wal / (BATCH * len(self._bodies))

    def missing(self, sides: Iterable[Side]) -> dict[str, str]:
        """Return the pieces that a revision cannot do, and why."""
        for side in sides:
            try:
                side.probe.ask(body=str(self._body))
            except SideError as error:
                return {"codec": f"not in {side.name}: {error}"}
        return {}

    def pieces(self) -> dict[str, Callable[[Side], Seconds]]:
        """Return the pieces of a round, by name."""
        return {"codec": self.codec, "ingest": self.ingest, "reports": self.reports}

    def codec(self, side: Side) -> Seconds:
        """Decode alone, in a process of its own. Raise SideError where the revision has no such decoder."""
        answer = side.probe.ask(body=str(self._body), times=self._suite.decoded)
        return {"codec.cpu": answer["cpu_s"]}

    def ingest(self, side: Side) -> Seconds:
        """Send POSTs one after another, COPY past the service, and roll all of it up."""
        meter = Meter(side)
        with HttpClient(side.address) as client:
            self._check(client.post("/events", self._bodies[0])[1])  # the connection and its task are there
            with meter.timing("post"):
                answers = [client.post("/events", each)[1] for each in self._bodies]
        for answer in answers:
            self._check(answer)
        with meter.timing("copy", service=False):
            self._runner.run(signals.copy(side.connection, self._records))
        with meter.timing("maintain", service=False):
            self._runner.run(run_round(side.connection, side.variant))
        return meter.seconds

    def reports(self, side: Side) -> Seconds:
        """Ask reports over what was there before the run; after a VACUUM, which is not timed."""
        self._runner.run(signals.vacuum(side.connection))
        meter = Meter(side)
        with HttpClient(side.address) as client:
            for name, (shapes, times) in self._suite.reports.items():
                paths = [shape.path(self._suite.data.end) for shape in shapes]
                for path in paths:
                    client.get(path)
                with meter.timing(name):
                    for _ in range(times):
                        for path in paths:
                            client.get(path)
        return meter.seconds

    @staticmethod
    def _check(answer: bytes) -> None:
        accepted = json.loads(answer)["accepted"]
        if accepted != BATCH:
            raise RuntimeError(f"{accepted} of {BATCH} events were accepted: what was timed is not the ingest path")
