"""One variant's turn: asking, writing, or both at once. What came of it stays in the session until its phase ends."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from adbench.experiments.matrix.databases import Database, sizes, wal
from adbench.experiments.matrix.expected import PROBE, Answer, Expected, wrong
from adbench.experiments.matrix.explain import explain
from adbench.experiments.matrix.plan import READERS, WARMUP, WRITERS, MatrixPlan
from adbench.experiments.matrix.sources import Source
from adbench.harness.databases import connected
from adbench.workload.copy_loader import copy
from adbench.workload.report_shapes import HOUR, Shape
from adpulse.database.connections import Connection, connect
from adpulse.maintenance.loop import run_round
from adpulse.reports.readers import open_readers
from adpulse.reports.reporter import Reporter
from adpulse.settings import Settings

PATIENCE = 2.0  # a turn of both waits so many times its length for reports before it gives them up
PROBE_EVERY_S = 0.5
FRESH = Shape("fresh", HOUR, PROBE)
PROBING = (
    "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros)"
    " VALUES ($1, $2, 'U00000000', 'impression', 1)"
)


class WrongAnswerError(Exception):
    """A report said something else than the recount. The text says what."""


@dataclass
class Round:
    """The measurements of one turn: milliseconds of each report by shape, and of each COPY."""

    events: int = 0
    reports: dict[str, list[float]] = field(default_factory=dict)
    copies: list[float] = field(default_factory=list)
    seconds: float = 0  # time until the last COPY was committed
    wal_bytes: int = 0
    unanswered: int = 0
    stale_s: list[float] = field(default_factory=list)  # see Session._probe


class Session:
    """A variant in a phase, on a database that is whole; use `async with`."""

    def __init__(self, plan: MatrixPlan, source: Source, database: Database, url: str) -> None:
        self.plan, self.source, self.database, self.url = plan, source, database, url
        # Reports that take long are what is measured here; the budget bounds them.
        self.settings = Settings(report_timeout_ms=round(plan.budget_s * 1_000))
        self.queries = {shape.name: shape.query(source.stop, self.settings) for shape in source.shapes}
        self.rounds: list[Round] = []
        self._every = database.variant.maintenance[0] if database.variant.maintenance else math.inf
        # Upkeep goes by a clock that runs in the variant's own turns only.
        self._clock, self._due = 0.0, self._every
        self.upkeep_s, self.upkeep_wal_bytes = 0.0, 0  # sums over all rounds of writing, warm-up included
        self.explained: dict[str, tuple[int, str]] = {}  # pages and scans, by shape
        self.answers = 0  # answers that were compared
        self.probes = 0  # events that were stored to see how fresh reports are

    async def __aenter__(self) -> "Session":
        self._keeper = await connect(self.url, "adpulse matrix")
        self._writers = [await connect(self.url, "adpulse matrix") for _ in range(WRITERS)]
        self._readers = await open_readers(self.url, READERS, "adpulse matrix", self.settings)
        self._reporter = Reporter(self._readers, self.settings)
        return self

    async def __aexit__(self, *error: object) -> None:
        for connection in (self._keeper, *self._writers):
            await connection.close(timeout=10)
        self._readers.quick.terminate()
        self._readers.thorough.terminate()

    @property
    def counted(self) -> list[Round]:
        """Return the rounds after the warm-up."""
        return self.rounds[WARMUP:]

    async def explain(self) -> None:
        """Run each shape once under EXPLAIN; warms the caches too."""
        for shape in self.source.shapes:
            self.explained[shape.name] = await explain(self._readers, self.database.variant, self.queries[shape.name])

    async def compare(self, expected: Expected) -> None:
        """Ask everything once. Raise WrongAnswerError."""
        right = expected.answers(self.probes)
        for shape in self.source.shapes:
            await self._ask(shape.name, right)

    async def ask(self, number: int, right: Mapping[str, Answer]) -> None:
        """Ask a turn of `report`: all shapes, in another order each time, by one reader who waits.

        Raise WrongAnswerError.
        """
        this = Round(reports={shape.name: [] for shape in self.source.shapes})
        draw, order, began = random.Random(number), list(this.reports), time.perf_counter()
        for _ in range(self.plan.most_passes):
            draw.shuffle(order)
            for name in order:
                this.reports[name].append(await self._ask(name, right))
            if time.perf_counter() - began > self.plan.asking_s:
                break
        self.rounds.append(this)

    async def ask_twice(self, number: int, right: Mapping[str, Answer]) -> dict[str, list[float]]:
        """Ask each shape, and at once again; shapes in another order for each `number`. Return both ms by shape.

        On empty caches the first is cold, as far as shapes before it have not read the same pages. Raise
        WrongAnswerError.
        """
        order = list(self.queries)
        random.Random(number).shuffle(order)
        return {name: [await self._ask(name, right) for _ in range(2)] for name in order}

    async def _ask(self, name: str, right: Mapping[str, Answer]) -> float:
        report = await self._reporter.report(self.queries[name])
        self.answers += 1
        if problem := wrong(report, right[name]):
            raise WrongAnswerError(name if self.source.private else f"{name}: {problem}")
        return report.took_ms

    async def write(self, copies: Sequence[bytes], events: int) -> None:
        """Write a turn: every COPY as fast as it is taken (a closed model); then a round of upkeep, if it is due."""
        this = Round(events=events)
        before, began, waiting = await wal(self._keeper), time.perf_counter(), iter(copies)

        async def work(connection: Connection) -> None:
            for data in waiting:
                started = time.perf_counter()
                await copy(connection, data, columns=self.source.columns)
                this.copies.append((time.perf_counter() - started) * 1_000)

        async with asyncio.TaskGroup() as group:
            for connection in self._writers:
                group.create_task(work(connection))
        this.seconds = time.perf_counter() - began
        this.wal_bytes = await wal(self._keeper) - before
        self.rounds.append(this)
        self._clock += this.seconds
        if self._clock >= self._due:
            await self.upkeep()

    async def upkeep(self) -> bool:
        """Run a round of the variant's maintain.sql, and count it; return True when more waits."""
        before, began = await wal(self._keeper), time.perf_counter()
        more = await run_round(self._keeper, self.database.variant)
        took = time.perf_counter() - began
        self._due, self._clock = self._clock + (0 if more else self._every), self._clock + took
        self.upkeep_s += took
        self.upkeep_wal_bytes += await wal(self._keeper) - before
        return more

    async def settle(self, most_s: float) -> tuple[float, dict[tuple[str, str], int]]:
        """Run upkeep until nothing waits, and VACUUM (ANALYZE). Return its seconds, and sizes as databases.sizes does.

        Raise QueryCanceledError after `most_s`.
        """
        await self._keeper.execute(f"SET statement_timeout = {max(round(most_s * 1_000), 1)}")
        while await self.upkeep():
            pass
        began = time.perf_counter()
        await self._keeper.execute("VACUUM (ANALYZE)")
        return time.perf_counter() - began, await sizes(self._keeper)

    async def both(self, number: int, copies: Sequence[bytes], events: int) -> None:
        """Run a turn of `both`: COPYs and reports on schedule, however slow the last one was (an open model).

        Meanwhile upkeep runs at the variant's own pace, as in the service, and probes look how fresh reports are.

        Times count from when a request was due, so that waiting in line counts. A report that is not answered PATIENCE
        lengths after the end is given up, and counts with the time that it has waited.
        """
        this, plan = Round(events=events, reports={shape.name: [] for shape in self.source.shapes}), self.plan
        writers: asyncio.Queue[Connection] = asyncio.Queue()
        for writer in self._writers:
            writers.put_nowait(writer)
        names, count = list(this.reports), max(round(plan.both_s * plan.reports_per_s), 1)
        draw = random.Random(number)
        asked = [name for _ in range(-(-count // len(names))) for name in draw.sample(names, len(names))][:count]
        if len(self.rounds) == WARMUP:
            self._due = self._clock  # so that upkeep every 30 s comes in a turn that is counted
        over, began = asyncio.Event(), time.perf_counter()

        async def write_one(at: int) -> None:
            connection = await writers.get()
            try:
                await copy(connection, copies[at], columns=self.source.columns)
            finally:
                writers.put_nowait(connection)
            this.seconds = time.perf_counter() - began

        async def ask_one(at: int) -> None:
            await self._reporter.report(self.queries[asked[at]])

        async with asyncio.TaskGroup() as group:
            group.create_task(self._maintain(over))
            group.create_task(self._probe(over, this))
            written = group.create_task(on_schedule(len(copies), plan.both_s, write_one))
            answered = await on_schedule(count, plan.both_s, ask_one, plan.both_s * (1 + PATIENCE))
            over.set()
        this.copies = [seconds * 1_000 for seconds, _ in written.result()]
        for name, (seconds, done) in zip(asked, answered, strict=True):
            this.reports[name].append(seconds * 1_000)
            this.unanswered += not done
        self.rounds.append(this)

    async def _maintain(self, over: asyncio.Event) -> None:
        """Run upkeep at the variant's pace, as the service does; a round that has begun when the turn ends goes on."""
        began = time.perf_counter() - self._clock
        while not await came(over, max(self._due - (time.perf_counter() - began), 0)):
            self._due = time.perf_counter() - began + self._every
            if await run_round(self._keeper, self.database.variant):
                self._due = time.perf_counter() - began
        self._clock = time.perf_counter() - began

    async def _probe(self, over: asyncio.Event, this: Round) -> None:
        """Commit an event and ask until a report has it, again and again; note how stale reports are.

        Staleness is the time from the commit until that report was *asked*: 0 when the first one has it.
        """
        query = FRESH.query(self.source.stop, self.settings)
        async with connected(self.url, application="adpulse matrix") as connection:
            while True:
                await connection.execute(PROBING, self.source.stop - timedelta(minutes=1), PROBE)
                self.probes += 1
                committed = asked = time.perf_counter()
                while (await self._reporter.report(query)).totals.impressions < self.probes:
                    asked = time.perf_counter()
                    if asked - committed > self.plan.both_s:
                        raise WrongAnswerError(f"an event was not reported {asked - committed:.1f} s after its commit")
                this.stale_s.append(asked - committed)
                if await came(over, PROBE_EVERY_S):
                    return


async def on_schedule(
    count: int, length_s: float, work: Callable[[int], Awaitable[None]], patience_s: float | None = None
) -> list[tuple[float, bool]]:
    """Start `work(0)` to `work(count - 1)` at equal distances over `length_s`, whether or not the last has ended.

    Return for each the seconds from when it was due, and whether it ended; what has not ended `patience_s` after the
    beginning is cancelled. Counting from when it was due is what keeps a slow system from hiding the time that
    requests wait (coordinated omission).
    """
    began = time.perf_counter()

    async def one(at: int) -> tuple[float, bool]:
        due = began + at * length_s / count
        try:
            async with asyncio.timeout(None if patience_s is None else patience_s - (time.perf_counter() - began)):
                await asyncio.sleep(max(due - time.perf_counter(), 0))
                await work(at)
        except TimeoutError:
            return time.perf_counter() - due, False
        return time.perf_counter() - due, True

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(at)) for at in range(count)]
    return [task.result() for task in tasks]


async def came(event: asyncio.Event, seconds: float) -> bool:
    """Return True if the event came within the time."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
