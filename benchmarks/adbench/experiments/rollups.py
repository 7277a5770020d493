"""`adbench run rollups`: what roll-ups cost those who write, and what they save those who read.

Hypotheses: COPY into 07_rollup keeps 0.90 of the speed of the same partitions without the trigger, into 08_rollup_dims
0.60; a report of the largest campaign over 30 days takes 50 times as long from 03_covering and 300 times as long from
02_btree_gin as from 07_rollup; by a declared dimension it takes at most 3 times as long as without.

Writing: one connection, in turn, each time in a transaction that is rolled back, so that every turn finds the same
tables; only the COPY is timed. `dropped` is without the trigger for new rows. `disabled` leaves it in the catalogue,
where it still keeps PostgreSQL from inserting many rows at once into partitions (docs/decisions/0030). `live` are
10,000 events a COPY of 150,000 events/s, `thin` are 65,536 of the data set as `adbench seed` loads it.

Reading: the statement of each design over asyncpg, warm, in turn, all answers compared.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.harness import progress
from adbench.harness.databases import connected, migrated, postgres, rolled_back
from adbench.records import statistics, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.workload.copy_loader import Encoder, copy
from adbench.workload.dataset import BLOCK, Dataset
from adbench.workload.report_shapes import LARGEST
from adbench.workload.request_bodies import RATE, live
from adbench.workload.seed import prepared
from adpulse.database.connections import Connection
from adpulse.variants import catalogue

DATABASE = "adpulse_rollups"
LIVE_EVENTS = 10_000  # most events that the service writes in one COPY by default
TURN = 6  # live COPYs in a turn: about a block of events
MODES = {
    "trigger": None,
    "disabled": "ALTER TABLE events DISABLE TRIGGER USER",
    "dropped": "DROP TRIGGER events_inserted ON events",
}
KEPT = {"rollup": 0.90, "rollup_dims": 0.60}  # least share of the speed without the trigger
TIMES = {"covering": 50, "btree_gin": 300}  # ÷ rollup
DIMENSION_RATIO = 3.0
ASKED = 20  # times a round for reports that take about a millisecond

Question = tuple[str, str]  # totals or the dimension to group by, and the design that is asked


@dataclass(frozen=True)
class RollupPlan:
    """The data, the events of it that rollup_dims gets to read, and the rounds of writing and of reading."""

    data: Dataset
    dims_events: int
    writes: int
    reads: int
    reuse: bool = False


@experiment("rollups")
def run(plan: RollupPlan, experiment: Experiment) -> Outcome:
    """Measure, write the result and return it with its path."""
    server, console = experiment.server(), experiment.console
    written = [each for name in KEPT for each in asyncio.run(_write(plan, name, server, console))]
    read, checks = asyncio.run(_read(plan, server, console))
    experiment.postgres = asyncio.run(postgres(server))
    return experiment.write(
        data=plan.data,
        variant="rollup",
        parameters={
            "writes": plan.writes, "reads": plan.reads, "reuse": plan.reuse, "asked": ASKED,
            "rollup_dims_events": plan.dims_events, "live_rate": RATE, "live_copy": LIVE_EVENTS, "thin_copy": BLOCK,
        },
        measurements=[*written, *read],
        checks=lambda result: [*checks, *_aims(result)],
    )  # fmt: skip


async def _write(plan: RollupPlan, name: str, server: str, console: Console) -> list[Measurement]:
    seed, measured = plan.data.seed, []
    url = await migrated(server, f"{DATABASE}_write", name)
    async with connected(url) as connection:
        await connection.execute("SELECT prepare_days($1, $2)", plan.data.start.date(), plan.data.end.date())
        for kind, data in (("live", live(plan.data.end, seed)), ("thin", plan.data)):
            copies = list(_copies(data, kind))
            rates: dict[str, list[float]] = {mode: [] for mode in MODES}
            for number in progress.rounds(console, f"writing {kind} into {name}", plan.writes):
                await connection.execute("TRUNCATE events")
                modes = list(MODES)
                for mode in modes[number % 3 :] + modes[: number % 3]:
                    rate = await _turn(connection, MODES[mode], copies)
                    if number >= 0:  # the first round makes files, caches and plans
                        rates[mode].append(rate)
            labels = {"variant": name, "data": kind}
            for mode, found in rates.items():
                middle = statistics.median(found, seed)
                measured.append(Measurement.of("copy.rate", middle, "events/s", labels, mode=mode))
            for mode in ("disabled", "dropped"):
                kept = statistics.ratio(zip(rates[mode], rates["trigger"], strict=True), seed)
                measured.append(Measurement.of("copy.kept", kept, "ratio", labels, without=mode))
            deltas = await _deltas(connection, copies)
            measured.append(Measurement.of("copy.deltas", deltas, "deltas/event", labels))
    return measured


def _copies(data: Dataset, kind: str) -> Iterator[tuple[int, bytes]]:
    """Return the COPYs of a turn, from the middle of the data: the events and the bytes of each."""
    encoder, block = Encoder(data), data.block(data.blocks // 2)
    size = LIVE_EVENTS if kind == "live" else BLOCK
    for first in range(0, min(len(block), TURN * size), size):
        chosen = block.part(first, first + size)
        yield len(chosen), encoder.encode(chosen)


async def _turn(connection: Connection, without: str | None, copies: list[tuple[int, bytes]]) -> float:
    """Return events a second."""
    async with rolled_back(connection):
        if without:
            await connection.execute(without)
        began = time.perf_counter()
        for _, rows in copies:
            await copy(connection, rows)
        return sum(events for events, _ in copies) / (time.perf_counter() - began)


async def _deltas(connection: Connection, copies: list[tuple[int, bytes]]) -> float:
    await connection.execute("TRUNCATE events")
    for _, rows in copies:
        await copy(connection, rows)
    deltas: int = await connection.fetchval("SELECT count(*) FROM rollup_delta")
    return deltas / sum(events for events, _ in copies)


async def _read(plan: RollupPlan, server: str, console: Console) -> tuple[list[Measurement], list[Check]]:
    seed = plan.data.seed
    times, answers = await _ask(plan, server, console)
    measured = [
        Measurement.of("report.p50", statistics.median(found, seed), "ms", variant=name, shape=shape)
        for (shape, name), found in times.items()
    ]
    pairs = [(("totals", "rollup"), ("totals", name)) for name in TIMES]
    pairs.append((("totals", "rollup_dims"), ("geo", "rollup_dims")))
    for below, above in pairs:
        ratio = statistics.ratio_of_medians(times[below], times[above], seed)
        measured.append(Measurement.of("report.ratio", ratio, "ratio", variant=above[1], shape=above[0]))
    same = answers["totals", "rollup"] == answers["totals", "covering"] == answers["totals", "btree_gin"]
    parts, whole = (
        [sum(column) for column in zip(*(row[2:7] for row in answers[shape, "rollup_dims"]), strict=True)]
        for shape in ("geo", "totals")
    )
    checks = [
        Check(name="all designs give one answer", passed=same, detail=str(answers["totals", "rollup"])),
        Check(name="countries add up to totals", passed=bool(parts) and parts == whole, detail=f"{parts} and {whole}"),
    ]
    return measured, checks


async def _ask(
    plan: RollupPlan, server: str, console: Console
) -> tuple[dict[Question, list[float]], dict[Question, list[tuple[Any, ...]]]]:
    """Return ms of each round, and the last answer, of each question to a design."""
    names = ("btree_gin", "covering", "rollup", "rollup_dims")
    questions = [*(("totals", name) for name in names), ("geo", "rollup_dims")]
    times: dict[Question, list[float]] = {question: [] for question in questions}
    answers: dict[Question, list[tuple[Any, ...]]] = {}
    start = plan.data.end - timedelta(days=min(plan.data.days, 30))
    async with AsyncExitStack() as stack:
        statements = {}
        for name in names:
            data = replace(plan.data, events=plan.dims_events if name == "rollup_dims" else plan.data.events)
            own = f"{DATABASE}_{name}_{data.events}"
            url = await prepared(server, own, data, name, console, reuse=plan.reuse)
            connection = await stack.enter_async_context(connected(url, plan_cache_mode="force_custom_plan"))
            statements[name] = await connection.prepare(catalogue.find(name).report)
        for number in progress.rounds(console, "reading", plan.reads):
            for (shape, name), taken in times.items():
                group, took = None if shape == "totals" else shape, []
                for _ in range(ASKED if name.startswith("rollup") else 1):
                    began = time.perf_counter()
                    rows = await statements[name].fetch([LARGEST], start, plan.data.end, None, None, group, None)
                    took.append((time.perf_counter() - began) * 1_000)
                answers[shape, name] = sorted(map(tuple, rows), key=repr)
                if number >= 0:
                    taken.append(median(took))
    return times, answers


def _aims(result: Result) -> Iterator[Check]:
    for name, least in KEPT.items():
        for kind in ("live", "thin"):
            value = result.value("copy.kept", variant=name, data=kind, without="dropped")
            title = f"COPY of {kind} data into {name} ÷ without the trigger at least {least}"
            yield Check(name=title, passed=value >= least, detail=f"{value:.3f}", aim=True)
    for name, least in TIMES.items():
        value = result.value("report.ratio", variant=name, shape="totals")
        title = f"largest campaign, {result.data.days if result.data else 30} days: {name} ÷ rollup at least {least}"
        yield Check(name=title, passed=value >= least, detail=f"{value:.1f}", aim=True)
    value = result.value("report.ratio", variant="rollup_dims", shape="geo")
    title = f"by country ÷ totals at most {DIMENSION_RATIO:.0f}"
    yield Check(name=title, passed=value <= DIMENSION_RATIO, detail=f"{value:.2f}", aim=True)


def table(result: Result) -> Table:
    """Return the outcome for people."""
    shown = terminal.table("roll-ups: what they cost and what they save", ("measured", "value", "95 % interval"))
    for each in result.measurements:
        digits = 0 if each.unit == "events/s" else 3
        interval = "" if each.low is None else f"{each.low:,.{digits}f} to {each.high:,.{digits}f}"
        name = f"{each.name} {' '.join(each.labels.values())}"
        shown.add_row(name, f"{each.value:,.{digits}f} {each.unit}", interval)
    return shown
