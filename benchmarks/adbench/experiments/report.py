"""`adbench run report`: GET /report against /readyz, which is one `SELECT 1` through the same app and pool.

Hypotheses: totals over any window take at most 1.5 times as long as /readyz, 3 times while events are written at half
of what the machine can take, and no longer over 20 million events than over one million (docs/reference/report.md).
Breakdowns by a declared dimension take at most twice as long as totals of their window, and 50 ms under that load.
Everything is asked in turn over one connection, so that what disturbs the machine disturbs all of it alike.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.harness import k6, progress
from adbench.harness.http_client import HttpClient
from adbench.harness.service import serving
from adbench.records import store, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import BREAKDOWNS, BY_DIMENSION, TOTALS
from adbench.workload.seed import prepared

DATABASE = "adpulse_reports"
PROBE = "readyz"
LEAST, LONGEST_S = 20, 40  # rounds that a phase has at least, and seconds after which it has no more
WARMUP = 10  # rounds that are not counted: plans, caches, connections
CAPACITY_S, SETTLE_S = 8, 3
BATCH = 1_000
IDLE_RATIO, BUSY_RATIO, FLATNESS, IDLE_P99_MS = 1.5, 3.0, 1.2, 10.0
DIMENSION_RATIO, BUSY_P95_MS = 2.0, 50.0
WINDOW = next(shape for shape in TOTALS if shape.name == "month")  # to compare with breakdowns by dimension
KINDS = {"totals": TOTALS, "breakdowns": (WINDOW, *BREAKDOWNS, *BY_DIMENSION)}


@dataclass(frozen=True)
class ReportPlan:
    """The data at its largest, the sizes to compare, and how many times each question is asked in each phase.

    With `reuse`, a database that an earlier run left is taken as it is.
    """

    data: Dataset
    sizes: tuple[int, ...]
    rounds: int
    workers: int = 1
    reuse: bool = False


@experiment("report", loads=True)
def run(plan: ReportPlan, experiment: Experiment) -> Outcome:
    """Measure every size, write the result and return it with its path."""
    measured: list[Measurement] = []
    server, folder, console = experiment.server(), experiment.scratch, experiment.console
    for size in plan.sizes:
        data, labels = replace(plan.data, events=size), {"events": str(size)}
        name = f"{DATABASE}_{size}"
        url = asyncio.run(prepared(server, name, data, experiment.settings.variant, console, reuse=plan.reuse))
        with serving(url, plan.workers, folder / "service.log") as address:
            measured += _ask(plan, address, labels | {"phase": "idle"}, console)
            if size == plan.sizes[-1]:
                rate = _capacity(address, folder, console)
                measured.append(Measurement.of("ingest.capacity", rate, "events/s", labels))
                with _writing(address, rate / 2, folder):
                    measured += _ask(plan, address, labels | {"phase": "busy"}, console)
    experiment.describe(url)
    return experiment.write(
        data=data,
        parameters=store.parameters(plan, sizes=list(plan.sizes), warmup=WARMUP),
        measurements=measured,
        checks=lambda result: _checks(result, plan.sizes),
    )


def _ask(plan: ReportPlan, address: str, labels: dict[str, str], console: Console) -> Iterator[Measurement]:
    with HttpClient(address) as client:  # one for each phase, because the service closes idle ones
        # Separately, because a breakdown that reads raw events leaves cold caches and a queue for the next report.
        for kind, shapes in KINDS.items():
            paths = {PROBE: "/readyz", **{shape.name: shape.path(plan.data.end) for shape in shapes}}
            title, common = f"asking for {kind}, {labels['phase']}", {**labels, "kind": kind}
            rounds = progress.rounds(console, title, plan.rounds, WARMUP, least=LEAST, longest_s=LONGEST_S)
            times = _times(client, paths, rounds)
            yield Measurement.of("rounds", len(times[PROBE]), "rounds", common)
            for name, taken in times.items():
                for quantile, value in QUANTILES.items():
                    yield Measurement.of("latency", value(taken), "ms", common, shape=name, quantile=quantile)


def _times(client: HttpClient, paths: dict[str, str], rounds: Iterable[int]) -> dict[str, list[float]]:
    """Return milliseconds of every answer. Each round has another order, so that none always follows the slowest."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    draw, order = random.Random(0), list(paths)
    for number in rounds:
        draw.shuffle(order)
        for name in order:
            took, _ = client.get(paths[name])
            if number >= 0:
                times[name].append(took * 1_000)
    return times


QUANTILES: dict[str, Callable[[Sequence[float]], float]] = {
    "0.5": statistics.median,
    "0.95": lambda times: statistics.quantiles(times, n=100)[94],
    "0.99": lambda times: statistics.quantiles(times, n=100)[98],
}


def _capacity(address: str, folder: Path, console: Console) -> float:
    """Return events a second that clients who post as soon as they are answered get through."""
    with progress.step(console, "measuring the capacity of ingest"):
        env = {"BASE_URL": address, "SECONDS": CAPACITY_S, "USERS": 4, "BATCH": BATCH, "REPORTS": 1}
        loaded = k6.run("demo", env, folder / "k6.json", CAPACITY_S)
    return loaded.value("events_accepted", "count") / (loaded.value("ingest_elapsed", "max") / 1_000)


@contextmanager
def _writing(address: str, rate: float, folder: Path) -> Iterator[None]:
    """Let k6 post `rate` events a second while the block runs, without waiting for answers."""
    env = {"BASE_URL": address, "SECONDS": SETTLE_S + 3 * LONGEST_S, "BATCH": BATCH, "REPORTS": 1}
    env["BATCHES"] = max(round(rate / BATCH), 1)
    with k6.started("mixed", env, folder / "k6.json") as load:
        time.sleep(SETTLE_S)
        if load.poll() is not None:
            raise k6.LoadError("k6 ended before the reports were asked")
        yield


def _checks(result: Result, sizes: Sequence[int]) -> Iterator[Check]:
    small, large, totals = sizes[0], sizes[-1], [shape.name for shape in TOTALS]

    def value(phase: str, shape: str, quantile: str = "0.5", kind: str = "totals", size: int = large) -> float:
        return result.value("latency", events=str(size), phase=phase, kind=kind, shape=shape, quantile=quantile)

    def worst(name: str, found: dict[str, float], most: float, unit: str = "x") -> Check:
        shape = max(found, key=found.__getitem__)
        return Check(name=name, passed=found[shape] <= most, detail=f"at most {found[shape]:.2f}{unit}, for {shape}")

    for phase, most in (("idle", IDLE_RATIO), ("busy", BUSY_RATIO)):
        ratios = {name: value(phase, name) / value(phase, PROBE) for name in totals}
        yield worst(f"totals, {phase}: p50 at most {most}x that of /readyz", ratios, most)
    p99 = {name: value("idle", name, "0.99") for name in totals}
    yield worst(f"totals, idle: p99 at most {IDLE_P99_MS:.0f} ms", p99, IDLE_P99_MS, " ms")
    same = [shape.name for shape in BY_DIMENSION if (shape.length, shape.campaign) == (WINDOW.length, WINDOW.campaign)]
    window = value("idle", WINDOW.name, kind="breakdowns")
    by_dimension = {name: value("idle", name, kind="breakdowns") / window for name in same}
    yield worst(f"by dimension, idle: p50 at most {DIMENSION_RATIO}x totals", by_dimension, DIMENSION_RATIO)
    p95 = {each.name: value("busy", each.name, "0.95", "breakdowns") for each in KINDS["breakdowns"]}
    yield worst(f"breakdowns, busy: p95 at most {BUSY_P95_MS:.0f} ms", p95, BUSY_P95_MS, " ms")
    for kind, shapes in KINDS.items() if large > small else ():
        names = [shape.name for shape in shapes]
        flat = {each: value("idle", each, kind=kind) / value("idle", each, kind=kind, size=small) for each in names}
        yield worst(f"{kind}: p50 at {large:,} ÷ {small:,} events at most {FLATNESS}", flat, FLATNESS)


def table(result: Result) -> Table:
    """Return the outcome for people: p50 / p99 in ms."""
    latencies = result.select("latency")
    columns = list(dict.fromkeys((m.labels["events"], m.labels["phase"]) for m in latencies))
    heads = ("asked", *(f"{int(events):,} {phase}" for events, phase in columns))
    shown = terminal.table("p50 / p99 in ms; x: p50 ÷ p50 of /readyz in the same rounds", heads)
    for kind, shape in dict.fromkeys((m.labels["kind"], m.labels["shape"]) for m in latencies):
        cells = []
        for events, phase in columns:
            p50, p99 = (
                result.value("latency", events=events, phase=phase, kind=kind, shape=shape, quantile=quantile)
                for quantile in ("0.5", "0.99")
            )
            probe = result.value("latency", events=events, phase=phase, kind=kind, shape=PROBE, quantile="0.5")
            cells.append(f"{p50:.2f} / {p99:.2f}  {p50 / probe:.2f}x")
        shown.add_row(shape, *cells)
    return shown
