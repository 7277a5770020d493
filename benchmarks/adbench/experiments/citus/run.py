"""`adbench run citus`: what a cluster costs, and how evenly events spread over it, on the machine of one node.

Hypotheses: with all nodes on one machine a cluster cannot be faster than one node; the service on it keeps half of the
events a second, the report of a single campaign takes at most three times as long, and no shard has much more than
its share, except for the one with the largest campaign.

The two sides are a database with `citus` on the cluster and one with `rollup` on its coordinator, same server, same
settings. They take turns, and each turn of the two gives a ratio; its interval is that of the geometric mean (bootstrap
over rounds), for reports that of the medians. Processor time is that of all nodes, so it also means something on a
machine that others use.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import asyncpg
from rich.console import Console

from adbench.checks.after_load import recounted, stored_once
from adbench.errors import LabError
from adbench.experiments import closed_load
from adbench.experiments.citus import cluster, phases
from adbench.experiments.citus.phases import CELLS, Copied, Sides, Spread
from adbench.experiments.experiment import Experiment
from adbench.harness import databases, k6
from adbench.harness.databases import connected
from adbench.records import statistics
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import Shape
from adbench.workload.request_bodies import Cell, live
from adbench.workload.seed import seed
from adpulse.maintenance.loop import run_round
from adpulse.settings import Settings
from adpulse.variants import catalogue, migrate

DATABASE = "adbench_citus"
KEPT = 0.5  # of the events a second
TIMES = 3.0  # as long, for a single campaign


class ClusterError(LabError):
    """The cluster cannot be used; the text says why."""


@dataclass(frozen=True)
class CitusPlan:
    """The data that reports ask for, and how often, and for how many seconds each, the sides take turns.

    `home` is the URL of a database on the coordinator. `shards` are those of the cluster's tables: the first for
    everything, the others for COPY and spread alone.
    """

    home: str
    data: Dataset
    shards: tuple[int, ...]
    rounds: int
    seconds: float
    reports: int
    workers: int


@dataclass
class Found:
    """The measurements so far, in their order."""

    nodes: int = 0
    version: str = ""  # of Citus
    copied: dict[int, dict[int, Copied]] = field(default_factory=dict)  # by shards and size
    posted: dict[Cell, dict[str, list[float]]] = field(default_factory=dict)
    times: dict[Shape, dict[str, list[float]]] = field(default_factory=dict)
    spread: dict[int, Spread] = field(default_factory=dict)  # by shards
    checks: list[Check] = field(default_factory=list)


def run(plan: CitusPlan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Measure on the cluster of the plan; return the written result with its path.

    Its databases, adbench_citus…, are made anew, and dropped at the end. Raise ClusterError, LoadError, ServiceError
    or BusyError when a part cannot run.
    """
    k6.find_k6()
    with Experiment("citus", settings, console) as experiment:
        try:
            found = asyncio.run(_measure(plan, experiment))
        except asyncpg.UndefinedTableError as error:
            raise ClusterError(f"there is no Citus in the database that the URL names: {error}") from error
        return experiment.write(
            data=plan.data,
            variant="citus,rollup",
            parameters={
                "rounds": plan.rounds, "seconds": plan.seconds, "warmup_seconds": closed_load.WARMUP_S,
                "reports": plan.reports, "workers": plan.workers, "shards": list(plan.shards), "nodes": found.nodes,
                "citus": found.version, "users": {str(cell.batch): closed_load.USERS[cell.batch] for cell in CELLS},
            },
            measurements=list(measurements(plan, found)),
            checks=lambda result: [*found.checks, *aims(plan, result)],
        )  # fmt: skip


async def _measure(plan: CitusPlan, experiment: Experiment) -> Found:
    found = Found(nodes=len(await cluster.nodes(plan.home)))
    if found.nodes < 2:
        raise ClusterError("the database that the URL names knows no workers")
    try:
        sides = await _sides(plan.home, plan.shards[0])
        experiment.postgres = await databases.postgres(sides["citus"])
        async with connected(sides["citus"]) as connection:
            found.version = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'citus'")
        await _all_phases(plan, sides, found, experiment)
    finally:
        for shards in plan.shards:
            for side in ("citus", "rollup"):
                await cluster.drop(plan.home, _name(side, shards))
    return found


def _name(side: str, shards: int) -> str:
    return f"{DATABASE}_{shards}" if side == "citus" else f"{DATABASE}_{shards}_{side}"


async def _sides(home: str, shards: int) -> Sides:
    """Make two new databases: `citus` on every node, in `shards` shards, and `rollup` on the coordinator."""
    for side in ("citus", "rollup"):
        await cluster.drop(home, _name(side, shards))
    sides = {
        "citus": await cluster.create(home, _name("citus", shards)),
        "rollup": await databases.recreate(home, _name("rollup", shards)),
    }
    for side, url in sides.items():
        async with connected(url) as connection:
            await connection.execute(f"SET citus.shard_count = {shards}")
            await migrate.migrate(connection, side)
    return sides


async def _all_phases(plan: CitusPlan, sides: Sides, found: Found, experiment: Experiment) -> None:
    console, logs = experiment.console, experiment.scratch
    for side, url in sides.items():
        await seed(url, plan.data, side, console)
    found.times, different = await phases.asking(sides, plan.data, plan.reports, console)
    found.checks.append(
        Check(name="both sides give one answer", passed=not different, detail=", ".join(different) or "to every report")
    )
    postmasters = await _postmasters(plan.home)
    by_campaign = await _by_campaign(sides["rollup"])
    stored = plan.data.events  # on each side
    for shards in plan.shards:
        main = shards == plan.shards[0]
        turns = sides if main else await _sides(plan.home, shards)
        async with connected(turns["citus"]) as connection:
            found.spread[shards] = await phases.spread(connection, by_campaign)
        copied = await phases.copying(turns, plan.data, plan.rounds, postmasters, console, f"COPY, {shards} shards")
        found.copied[shards] = copied
        if main:
            stored = plan.data.events + sum(each.rows for each in copied.values())
    for side, url in sides.items():  # so that no service begins with what COPY has left to compact
        async with connected(url) as connection:
            await run_round(connection, catalogue.find(side))
    dense = live(plan.data.end, plan.data.seed, plan.data.campaigns)
    loads = closed_load.of_cells(dense, CELLS, plan.seconds, experiment.folder(), logs)
    found.posted, accepted = await asyncio.to_thread(
        phases.posting, sides, loads, plan.rounds, plan.workers, logs, console
    )
    for side, url in sides.items():
        recount = partial(stored_once, url, stored + accepted[side], f" ({side})")
        found.checks += await asyncio.to_thread(recounted, partial(_run, recount))


def _run(recount: Callable[[], Coroutine[None, None, list[Check]]]) -> list[Check]:
    return asyncio.run(recount())


async def _postmasters(home: str) -> list[int]:
    """Return the first process of every node's server; none where one runs on another machine."""
    found = []
    for node in await cluster.nodes(home):
        if (pid := await databases.postmaster(cluster.on(home, node, "postgres"))) is None:
            return []
        found.append(pid)
    return found


async def _by_campaign(url: str) -> dict[str, int]:
    async with connected(url) as connection:
        return {row[0]: row[1] for row in await connection.fetch("SELECT campaign_id, count(*) FROM events GROUP BY 1")}


# ── What came of it ──────────────────────────────────────────────────────────────────────────────────────────


def measurements(plan: CitusPlan, found: Found) -> Iterator[Measurement]:
    """Return rates and medians of both sides, the ratios of citus to rollup, and how events spread."""
    s = plan.data.seed
    for shards, by_size in found.copied.items():
        for size, each in by_size.items():
            labels = {"shards": str(shards), "rows": str(size)}
            yield from _rates("copy", each.rates, labels, s)
            for side, seconds in each.seconds.items():
                if seconds:
                    measured = len(each.rates[side]) * phases.COPIES[size] * size
                    yield Measurement.of("copy.processor", seconds / measured * 1e6, "us/event", labels, variant=side)
    for cell, posted in found.posted.items():
        yield from _rates("ingest", posted, {"shards": str(plan.shards[0]), **cell.labels}, s)
    for shape, times in found.times.items():
        for side, values in times.items():
            yield Measurement.of("report.p50", statistics.median(values, s), "ms", shape=shape.name, variant=side)
        ratio = statistics.ratio_of_medians(times["rollup"], times["citus"], s)
        yield Measurement.of("report.ratio", ratio, "ratio", shape=shape.name)
    for shards, lies in found.spread.items():
        for of in ("shard", "node", "campaign"):
            yield Measurement.of("spread", getattr(lies, of), "share", shards=str(shards), of=of)


def _rates(name: str, rates: dict[str, list[float]], labels: dict[str, str], seed: int) -> Iterator[Measurement]:
    for side, values in rates.items():
        mean = statistics.geometric_mean(values, seed)
        yield Measurement.of(f"{name}.rate", mean, "events/s", labels, variant=side)
    yield Measurement.of(
        f"{name}.kept", statistics.ratio(zip(rates["rollup"], rates["citus"], strict=True), seed), "ratio", labels
    )


def aims(plan: CitusPlan, result: Result) -> Iterable[Check]:
    """Return the aims: half of the service's rate, three times the time of a single campaign's report."""
    for cell in CELLS:
        value = result.value("ingest.kept", shards=str(plan.shards[0]), **cell.labels)
        title = f"the service, {cell.batch} events a request, {cell.kind}: citus ÷ rollup at least {KEPT}"
        yield Check(name=title, passed=value >= KEPT, detail=f"{value:.3f}", aim=True)
    for shape in phases.SINGLE:
        value = result.value("report.ratio", shape=shape.name)
        title = f"report {shape.name}: citus ÷ rollup at most {TIMES:.0f}"
        yield Check(name=title, passed=value <= TIMES, detail=f"{value:.2f}", aim=True)
