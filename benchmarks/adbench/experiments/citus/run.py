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
from collections.abc import Iterator
from dataclasses import dataclass

from adbench.checks.after_load import recounted, stored_once
from adbench.experiments import closed_load
from adbench.experiments.citus import cluster, phases
from adbench.experiments.citus.phases import CELLS, Sides
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.harness.databases import connected, describe, postmaster, recreate
from adbench.records import store
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.request_bodies import live
from adbench.workload.seed import seed
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue, migrate

DATABASE = "adbench_citus"
KEPT = 0.5  # least events per second, citus ÷ rollup
TIMES = 3.0  # longest report of a single campaign, citus ÷ rollup


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


@experiment("citus", loads=True)
def run(plan: CitusPlan, experiment: Experiment) -> Outcome:
    """Measure on the cluster of the plan, write the result and return it with its path.

    Its databases, adbench_citus…, are made anew, and dropped at the end. Raise ClusterError, or as Experiment does.
    """
    nodes = asyncio.run(cluster.nodes(plan.home))
    if len(nodes) < 2:
        raise cluster.ClusterError("the database that the URL names knows no workers")
    try:
        sides = asyncio.run(_sides(plan.home, plan.shards[0]))
        experiment.postgres, _ = asyncio.run(describe(sides["citus"]))
        measured, checks, stored = asyncio.run(_without_service(plan, sides, experiment))
        dense = live(plan.data.end, plan.data.seed, plan.data.campaigns)
        loads = closed_load.of_cells(dense, CELLS, plan.seconds, experiment.folder(), experiment.scratch)
        posted, accepted = phases.posting(sides, loads, plan.rounds, plan.workers, experiment)
        for cell, rates in posted.items():
            labels = {"shards": str(plan.shards[0]), **cell.labels}
            measured += phases.compared("ingest", rates, labels, plan.data.seed)

        async def recount() -> list[Check]:
            return [
                check
                for side, url in sides.items()
                for check in await stored_once(url, stored + accepted[side], f" ({side})")
            ]

        checks += recounted(lambda: asyncio.run(recount()))
        version = asyncio.run(_version(sides["citus"]))
    finally:
        asyncio.run(_drop(plan.home, *plan.shards))
    return experiment.write(
        data=plan.data,
        variant="citus,rollup",
        parameters=store.parameters(
            plan,
            warmup_seconds=closed_load.WARMUP_S,
            shards=list(plan.shards),
            nodes=len(nodes),
            citus=version,
            users=closed_load.by_batch({cell.batch: closed_load.USERS[cell.batch] for cell in CELLS}),
        ),
        measurements=measured,
        checks=lambda result: [*checks, *aims(plan, result)],
    )


def _name(side: str, shards: int) -> str:
    return f"{DATABASE}_{shards}" if side == "citus" else f"{DATABASE}_{shards}_{side}"


async def _drop(home: str, *of_shards: int) -> None:
    for shards in of_shards:
        for side in ("citus", "rollup"):
            await cluster.drop(home, _name(side, shards))


async def _sides(home: str, shards: int) -> Sides:
    """Make two new databases: `citus` on every node, in `shards` shards, and `rollup` on the coordinator."""
    await _drop(home, shards)
    sides = {
        "citus": await cluster.create(home, _name("citus", shards)),
        "rollup": await recreate(home, _name("rollup", shards)),
    }
    for side, url in sides.items():
        async with connected(url) as connection:
            await connection.execute(f"SET citus.shard_count = {shards}")
            await migrate.migrate(connection, side)
    return sides


async def _version(url: str) -> str:
    async with connected(url) as connection:
        return str(await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'citus'"))


async def _without_service(
    plan: CitusPlan, sides: Sides, experiment: Experiment
) -> tuple[list[Measurement], list[Check], int]:
    """Measure reports, COPY and spread. Return figures, checks, and the events that each of the sides then stores."""
    for side, url in sides.items():
        await seed(url, plan.data, side, experiment.console)
    measured, agree = await phases.asking(sides, plan.data, plan.reports, experiment)
    postmasters = await _postmasters(plan.home)
    async with connected(sides["rollup"]) as connection:
        counts = await connection.fetch("SELECT campaign_id, count(*) FROM events GROUP BY 1")
    stored = plan.data.events
    for shards in plan.shards:
        main = shards == plan.shards[0]
        turns = sides if main else await _sides(plan.home, shards)
        measured += await phases.spread(turns["citus"], dict(map(tuple, counts)), shards)
        copied, rows = await phases.copying(turns, plan.data, plan.rounds, postmasters, experiment.console, shards)
        measured += copied
        stored += rows if main else 0
    for side, url in sides.items():  # so that no service begins with what COPY has left to compact
        async with connected(url) as connection:
            await run_round(connection, catalogue.find(side))
    return measured, [agree], stored


async def _postmasters(home: str) -> list[int]:
    """Return the first process of every node's server; none where one runs on another machine."""
    urls = [cluster.on(home, node, "postgres") for node in await cluster.nodes(home)]
    found = [await postmaster(url) for url in urls]
    return [] if None in found else [pid for pid in found if pid is not None]


def aims(plan: CitusPlan, result: Result) -> Iterator[Check]:
    """Yield the aims: half of the service's rate, three times the time of a single campaign's report."""
    for cell in CELLS:
        value = result.value("ingest.kept", shards=str(plan.shards[0]), **cell.labels)
        title = f"the service, {cell.batch} events a request, {cell.kind}: citus ÷ rollup at least {KEPT}"
        yield Check(name=title, passed=value >= KEPT, detail=f"{value:.3f}", aim=True)
    for shape in phases.SINGLE:
        value = result.value("report.ratio", shape=shape.name)
        title = f"report {shape.name}: citus ÷ rollup at most {TIMES:.0f}"
        yield Check(name=title, passed=value <= TIMES, detail=f"{value:.2f}", aim=True)
