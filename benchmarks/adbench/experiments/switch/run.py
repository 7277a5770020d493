"""`adbench run switch`: how long anybody waits while the database below is changed.

Hypothesis: while migrations are applied and the design is moved to others and back, by `adpulse migrate`, no batch
waits 200 ms for its acknowledgement and no report for its answer, nothing fails, and everything is exact afterwards.

One load from beginning to end, on schedule: batches without a key, batches with a key that are each sent twice, and
reports. A quiet stretch comes first, in which nothing is changed; an equally long one follows, with one change after
another. Both are measured alike, so what the machine does by itself stands beside what the changes do. The moves'
own work, reading and writing all events again, takes its share of the same cores, and is in the figures.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from rich.console import Console

from adbench.checks import after_load
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.experiments.switch import changes, pauses, tables
from adbench.experiments.switch.changes import Made
from adbench.experiments.switch.pauses import Span
from adbench.harness import k6
from adbench.harness.databases import connected, recreate
from adbench.harness.service import ServiceError
from adbench.records import store
from adbench.workload.dataset import Dataset
from adbench.workload.seed import fill
from adpulse.terminal import counted
from adpulse.variants import catalogue

DATABASE = "adpulse_switch"
WARMUP_S = 3
STARTING_S = 4  # time in which k6 starts
ROUTE = ("rollup_dims", "rollup", "partitioned", "rollup")  # moves, beginning with rollup


@dataclass(frozen=True)
class SwitchPlan:
    """`data` is there before; the load lasts twice `seconds`. Each batch with a key is sent twice."""

    data: Dataset
    seconds: int
    batches_per_second: int
    batch: int
    keyed_batches_per_second: int
    reports_per_second: int
    workers: int
    route: Sequence[str] = ROUTE


@experiment("switch", loads=True)
def run(plan: SwitchPlan, experiment: Experiment) -> Outcome:
    """Measure, write the result and return it with its path."""
    samples = experiment.scratch / "k6-samples.csv"
    url = asyncio.run(recreate(experiment.server(), DATABASE))
    later = asyncio.run(_prepare(url, plan, experiment.console))
    address = experiment.serving(url, plan.workers, ready="/healthz")  # /readyz would fail: migrations are missing
    asyncio.run(_writers(url, plan.workers * experiment.settings.writers))
    first = time.time() + STARTING_S + WARMUP_S  # k6 is started now
    middle = first + plan.seconds
    quiet, changing = Span(first, middle), Span(middle, middle + plan.seconds)
    loaded, made = _load(plan, url, address, experiment, changing, samples)
    requests = pauses.read(samples)
    if min(each.sent for each in requests) > quiet.start:
        raise k6.LoadError(f"k6 took longer than {STARTING_S} s to start")
    audited, _ = experiment.audit(plan.data, url, address, loaded)
    measurements = list(tables.measure(requests, made, quiet, changing))
    return experiment.write(
        data=plan.data,
        variant=",".join(dict.fromkeys(plan.route)),
        parameters=store.parameters(
            plan,
            warmup_seconds=WARMUP_S,
            route=list(plan.route),
            migrations=later,
            changes=[{"change": each.name, "at_s": round(each.span.start - changing.start, 3)} for each in made],
        ),
        measurements=measurements,
        checks=[
            tables.changed(plan.route, made, changing),
            after_load.replies(loaded),
            *audited,
            *loaded.thresholds(),
            *tables.aims(measurements),
        ],
    )


async def _prepare(url: str, plan: SwitchPlan, console: Console) -> list[str]:
    variant = catalogue.find(plan.route[-1])
    async with connected(url) as connection:
        later = await changes.build(connection, variant)
        await fill(connection, url, plan.data, variant, console)
    return later


async def _writers(url: str, wanted: int) -> None:
    """Return when the service can write. Raise ServiceError."""
    async with connected(url) as connection:
        for _ in range(600):
            attached: int = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'adpulse writer'"
            )
            if attached >= wanted:
                return
            await asyncio.sleep(0.1)
    raise ServiceError(f"only {attached} of {counted(wanted, 'writer')} are connected after a minute")


def _load(
    plan: SwitchPlan, url: str, address: str, experiment: Experiment, changing: Span, samples: Path
) -> tuple[k6.Load, list[Made]]:
    seconds = STARTING_S + 2 * plan.seconds
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        making = pool.submit(changes.make, url, plan.route, changing, experiment.scratch / "migrate.log", stop)
        try:
            loaded = experiment.load(
                "switch", "quiet, then changes", address, plan.data, seconds, WARMUP_S, samples=samples,
                BATCH=plan.batch, BATCHES=plan.batches_per_second, KEYED_BATCHES=plan.keyed_batches_per_second,
                REPORTS=plan.reports_per_second,
            )  # fmt: skip
        finally:
            stop.set()
        return loaded, making.result()
