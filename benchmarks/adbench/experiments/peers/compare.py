"""`adbench peers`: GET /report over HTTP against DuckDB and ClickHouse in this process, warm, with equal answers.

Hypothesis: on every question, the service, HTTP included, answers sooner than
an analytical database that has the events sorted and no network before it.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.table import Table

from adbench.experiments import report
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.experiments.peers import Peer, Rows, sums
from adbench.experiments.peers.clickhouse import ClickHouse
from adbench.experiments.peers.duck import Duck, export
from adbench.harness import progress
from adbench.harness.http_client import HttpClient
from adbench.records import terminal
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import BREAKDOWNS, HOUR, OF_ROLLUPS, TOTALS, Shape
from adbench.workload.seed import prepared
from adpulse.terminal import counted

SHAPES = (*TOTALS, *BREAKDOWNS)
OURS = "adpulse"
WARMUP = 5
ROLLUPS = "+roll-ups"  # after a peer's name: the same peer, asked about roll-ups of its own


@dataclass(frozen=True)
class System:
    """A peer with the tables that it is asked about."""

    peer: Peer
    rolled: bool

    @property
    def name(self) -> str:
        """Return the name that results have for it."""
        return self.peer.name + ROLLUPS if self.rolled else self.peer.name

    def sql(self, shape: Shape, end: datetime) -> str:
        """Return the question. Of its roll-ups, the smallest that has the answer is asked."""
        if not self.rolled:
            return shape.sql(end, "events")
        whole = end == end.replace(minute=0, second=0, microsecond=0) and not shape.length % HOUR
        unit = "hour" if whole and shape.granularity != "minute" else "minute"
        return shape.sql(end, f"rollup_{unit}{'_geo' if shape.by_metadata else ''}", OF_ROLLUPS)

    def ask(self, shape: Shape, end: datetime) -> Rows:
        """Return the answer."""
        return self.peer.ask(self.sql(shape, end))


@dataclass(frozen=True)
class PeersPlan:
    """The data that all hold, and how many times every question is asked; with `reuse`, ours is loaded already."""

    data: Dataset
    rounds: int
    reuse: bool = False


@experiment("peers")
def run(plan: PeersPlan, experiment: Experiment) -> Outcome:
    """Load all three, ask them in turn, write the result and return it with its path."""
    here, data, console = experiment.folder(), plan.data, experiment.console
    parquet = here / "events.parquet"
    with progress.step(console, "writing the events for the peers"):
        export(data, parquet)
    peers: list[Peer] = [Duck(here), ClickHouse(here)]
    for peer in peers:
        experiment.at_end(peer.close)
        with progress.step(console, f"loading {peer.name}"):
            peer.load(parquet)
    others = [System(peer, rolled) for peer in peers for rolled in (False, True)]
    name = f"{report.DATABASE}_{data.events}"
    url = asyncio.run(prepared(experiment.server(), name, data, experiment.variant, console, reuse=plan.reuse))
    client = experiment.enter(HttpClient(experiment.serving(url, 1)))
    checks = [_equal(shape, data, client, others) for shape in SHAPES]
    times = _ask(data, plan.rounds, client, others, console)
    medians = {key: statistics.median(taken) for key, taken in times.items()}
    checks += [_faster(shape, medians, others, rolled) for rolled in (False, True) for shape in SHAPES]
    return experiment.write(
        data=data,
        parameters={"rounds": plan.rounds, "warmup": WARMUP, **{peer.name: peer.version for peer in peers}},
        measurements=[
            Measurement.of("latency", value, "ms", system=system, shape=shape)
            for (system, shape), value in medians.items()
        ],
        checks=checks,
    )


def _ask(
    data: Dataset, rounds: int, client: HttpClient, others: Sequence[System], console: Console
) -> dict[tuple[str, str], list[float]]:
    times: dict[tuple[str, str], list[float]] = {}
    for number in progress.rounds(console, "asking all in turn", rounds, WARMUP):
        for shape in SHAPES:
            taken = [(OURS, client.get(shape.path(data.end))[0])]
            for system in others:
                began = time.perf_counter()
                system.ask(shape, data.end)
                taken.append((system.name, time.perf_counter() - began))
            if number >= 0:
                for name, seconds in taken:
                    times.setdefault((name, shape.name), []).append(seconds * 1_000)
    return times


def _equal(shape: Shape, data: Dataset, client: HttpClient, others: Sequence[System]) -> Check:
    """Return the check that all give the same five sums for every row that is not empty, to the micro."""
    ours = sums(client.get(shape.path(data.end))[1])
    wrong = [system.name for system in others if _last_five(system.ask(shape, data.end)) != ours]
    detail = counted(len(ours), "row") if not wrong else f"{', '.join(wrong)} and {OURS} differ"
    return Check(name=f"equal answers: {shape.name}", passed=not wrong, detail=detail)


def _last_five(rows: Rows) -> list[tuple[int, ...]]:
    # ClickHouse writes 64-bit integers as texts; a sum over nothing is null in DuckDB.
    found = [tuple(int(str(value or 0)) for value in row[-5:]) for row in rows]
    return sorted(five for five in found if any(five))


def _faster(shape: Shape, medians: dict[tuple[str, str], float], others: Sequence[System], rolled: bool) -> Check:
    """Return the check that ours is faster: than their sorted events a promise, than their roll-ups an aim."""
    ours = medians[OURS, shape.name]
    ratios = {system.name: medians[system.name, shape.name] / ours for system in others if system.rolled is rolled}
    detail = ", ".join(f"{name} takes {ratio:.1f}x" for name, ratio in ratios.items())
    name = f"{OURS} is faster{' than roll-ups of theirs' if rolled else ''}: {shape.name}"
    return Check(name=name, passed=min(ratios.values()) > 1, detail=detail, aim=rolled)


def table(result: Result) -> Table:
    """Return the outcome for people: medians in ms, and how much longer the others take."""
    systems = list(dict.fromkeys(m.labels["system"] for m in result.measurements))
    assert result.data is not None
    title = f"p50 in ms, {result.data.events:,} events; {OURS} over HTTP, the others in-process"
    shown = terminal.table(title, ("asked", *systems))
    for shape in SHAPES:
        values = {m.labels["system"]: m.value for m in result.select("latency", shape=shape.name)}
        ours = values[systems[0]]
        cells = [f"{ours:.2f}"]
        cells += [f"{values[name]:.2f}  {values[name] / ours:.1f}x" if name in values else "" for name in systems[1:]]
        shown.add_row(shape.name, *cells)
    return shown
