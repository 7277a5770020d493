"""`adbench load`: one script of k6/ against a service that this starts, or against one that is up."""

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPException

from pydantic import JsonValue
from rich.table import Table

from adbench.checks import after_load
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.experiments.load import dashboard
from adbench.experiments.load.saturation import saturation_point, steps
from adbench.experiments.load.table_sizes import Watch, growth
from adbench.harness import databases, k6
from adbench.harness.fetch import fetch
from adbench.harness.progress import step
from adbench.harness.service import ServiceError
from adbench.records import store, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.workload import disk_space
from adbench.workload.dataset import Dataset
from adbench.workload.seed import seed

DATABASE = "adpulse_load"
WARMUP_S = 2
PROMISE_MS = 200
NOT_SEEN = "dashboard_error"
SAMPLES = 20  # samples of the tables' sizes in a soak
# The scenarios, and the seconds of load that each has unless told otherwise.
SECONDS = {"smoke": 5, "ingest": 30, "report": 15, "mixed": 15, "spike": 30, "soak": 600}


@dataclass(frozen=True)
class LoadPlan:
    """A scenario: POSTs of `batch` events (`ingest`: up to the peak) and reports, as far as it has them, for `seconds`.

    `data` is what a service of our own is given before. With an `address`, the service there is loaded, as it is: its
    answers are looked at, but not recounted, because others may write to it. `watched`: a Prometheus looks on, and
    what the dashboard showed is kept.
    """

    scenario: str
    data: Dataset
    seconds: int
    batches_per_second: int = 40
    batch: int = 1_000
    peak_batches_per_second: int = 300
    reports_per_second: int = 20
    workers: int = 2
    watched: bool = False
    address: str | None = None


@experiment("load", loads=True, needs=lambda plan: plan.watched and dashboard.find())
def run(plan: LoadPlan, experiment: Experiment) -> Outcome:
    """Run the scenario, write its result and return it with its path.

    Raise LoadError, DashboardError, ServiceError, ScratchError, AlreadyLoaded or BusyError.
    """
    experiment.what = f"load-{plan.scenario}"
    if plan.address is None:
        return _ours(plan, experiment)
    experiment.variant = _variant(plan.address)
    if url := experiment.settings.database_url:
        experiment.postgres, _ = asyncio.run(databases.describe(url))
    return _write(plan, experiment, *_load(plan, plan.address, experiment), None)


def _ours(plan: LoadPlan, experiment: Experiment) -> Outcome:
    url = asyncio.run(databases.recreate(experiment.server(), DATABASE))
    asyncio.run(_ensure_space(url, plan, experiment.settings.variant))
    asyncio.run(seed(url, plan.data, experiment.settings.variant, experiment.console))
    address = experiment.serving(url, plan.workers)
    watch = Watch(url, plan.seconds / SAMPLES) if plan.scenario == "soak" else None
    loaded, seen = _load(plan, address, experiment, watch)
    # A ramp (`ingest`) ends at saturation, in the middle of requests.
    cut_off = 2 * plan.peak_batches_per_second * plan.batch if plan.scenario == "ingest" else 0
    audited, _ = experiment.audit(plan.data, url, address, loaded, cut_off)
    tables = watch.measurements() if watch else []
    return _write(plan, experiment, loaded, seen, plan.data, tables, audited)


async def _ensure_space(url: str, plan: LoadPlan, variant: str) -> None:
    """Raise SpaceError when the disk is too small for the seeded and posted events; reports alone store nothing."""
    rates = {"report": 0, "ingest": plan.peak_batches_per_second}
    posted = rates.get(plan.scenario, plan.batches_per_second) * plan.seconds * plan.batch
    wanted = disk_space.stored_bytes(variant, plan.data.events) + disk_space.posted_bytes(variant, posted)
    async with databases.connected(url) as connection:
        smaller = f"send fewer than {plan.data.events + posted:,} events (--events, --duration)"
        await disk_space.ensure(connection, wanted, smaller)


def _load(
    plan: LoadPlan, address: str, experiment: Experiment, watch: Watch | None = None
) -> tuple[k6.Load, dict[str, JsonValue]]:
    """Load the service, and return what its dashboard showed meanwhile, if that was asked for."""
    seen: dict[str, JsonValue] = {}
    with ExitStack() as stack:
        if plan.watched:
            seen["load_average_before"] = round(os.getloadavg()[0], 1)
            with step(experiment.console, "starting Prometheus"):
                looking_on = stack.enter_context(dashboard.recording(address))
        loaded = experiment.load(
            plan.scenario, plan.scenario, address, plan.data, plan.seconds, WARMUP_S, watch.look if watch else None,
            BATCH=plan.batch, BATCHES=plan.batches_per_second, PEAK=plan.peak_batches_per_second,
            REPORTS=plan.reports_per_second, PROMISE_MS=PROMISE_MS,
        )  # fmt: skip
        if plan.watched:
            with step(experiment.console, "asking what the dashboard showed"):
                try:
                    seen["dashboard"] = looking_on.panels()
                except dashboard.DashboardError as error:  # the load itself was measured
                    seen[NOT_SEEN] = str(error)
    return loaded, seen


def _variant(address: str) -> str:
    """Return the variant that the service at the address answers from. Raise ServiceError unless it lets us in."""
    key = os.environ.get("API_KEY")  # k6 takes it from there, too
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    hint = "--url is an address such as http://127.0.0.1:8080"
    try:
        reply = fetch(f"{address}/report?start=-1m", headers)
        if reply.status != 200:
            raise ServiceError(f"no report from {address}: {reply.said}; {hint}")
        return str(json.loads(reply.body)["meta"]["variant"])
    except (OSError, HTTPException, ValueError, KeyError) as error:
        raise ServiceError(f"no report from {address}: {error}; {hint}") from error


def _write(
    plan: LoadPlan,
    experiment: Experiment,
    loaded: k6.Load,
    seen: dict[str, JsonValue],
    data: Dataset | None,
    tables: Sequence[Measurement] = (),
    audited: Sequence[Check] = (),
) -> Outcome:
    missed = []
    if NOT_SEEN in seen:
        missed.append(Check(name="the dashboard was recorded", passed=False, detail=str(seen[NOT_SEEN])))
    return experiment.write(
        data=data,
        parameters=store.parameters(plan, warmup_seconds=WARMUP_S, **seen) | ({} if data else {"workers": None}),
        measurements=[*_measurements(plan, loaded), *tables],
        checks=[after_load.replies(loaded), *audited, *loaded.thresholds(), *missed],
    )


def _measurements(plan: LoadPlan, loaded: k6.Load) -> Iterator[Measurement]:
    yield Measurement.of("dropped", loaded.value("dropped_iterations", "count"), "requests")
    yield from after_load.latencies(loaded)
    if "events_accepted" in loaded.metrics:
        yield after_load.ingest_rate(loaded)
        yield Measurement.of("ingest.refused", loaded.value("batches_refused", "count"), "batches")
    if plan.scenario == "ingest":
        ramp = steps(loaded)
        for number, each in enumerate(ramp, 1):
            labels = {"step": str(number), "held": "yes" if each.held else "no"}
            yield Measurement.of("ramp.offered", each.offered, "events/s", labels)
            yield Measurement.of("ramp.accepted", each.accepted, "events/s", labels)
        if held := saturation_point(ramp):
            yield Measurement.of("ingest.knee", held.accepted, "events/s")


def table(result: Result) -> Table:
    """Return the outcome for people: the figures over all, and how many promises and aims were kept."""
    shown = terminal.table(f"{result.what} on {result.variant}", ("measured", "result"), growth(result.measurements))
    for each in result.measurements:
        if each.labels.keys() <= {"quantile"}:
            quantile = f" p{float(each.labels['quantile']) * 100:g}" if each.labels else ""
            figure = f"{each.value:.1f}" if each.unit == "ms" else f"{each.value:,.0f}"
            shown.add_row(f"{each.name}{quantile}", f"{figure} {each.unit}")
    for kind, aim in (("promises", False), ("aims", True)):
        checks = [check for check in result.checks if check.aim is aim]
        shown.add_row(f"{kind} kept", f"{sum(check.passed for check in checks)} of {len(checks)}")
    return shown
