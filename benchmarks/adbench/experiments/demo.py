"""`adbench demo`: the whole product once, on this machine: load, serve, ask while writing, and check every answer."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from rich.table import Table

from adbench.checks.after_load import QUANTILES, ingest_rate, latencies, replies
from adbench.experiments.experiment import Experiment, Outcome, experiment
from adbench.harness import databases, k6
from adbench.records import store, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.seed import seed
from adpulse.terminal import counted

DATABASE = "adpulse_demo"
TARGET_MS = 200.0
WARMUP_S = 2
PARTS = 60  # most parts of the load: a second each, and longer ones in a long load
# In addition to those of after_load: enough to draw how many reports came within what time.
CURVE = {"0.05": "p(5)", "0.1": "p(10)", "0.25": "p(25)", "0.75": "p(75)", "0.9": "p(90)", "1.0": "max"}
REPORTS = "http_req_duration{name:report,phase:load}"


@dataclass(frozen=True)
class DemoPlan:
    """The data, then `seconds` of load: `users` clients post batches of `batch` events, beside reports."""

    data: Dataset
    seconds: int
    users: int
    reports_per_second: int
    workers: int
    batch: int = 1_000

    @property
    def parts(self) -> list[int]:
        """Return the second at which each part of the load begins, as demo.js names them."""
        count = min(self.seconds, PARTS)
        return [int(at * self.seconds / count + 0.5) for at in range(count)]


@experiment("demo", loads=True)
def run(plan: DemoPlan, experiment: Experiment) -> Outcome:
    """Run the demo, write its result and return it with its path."""
    url = asyncio.run(databases.recreate(experiment.server(), DATABASE))
    loading_s, settling_s = asyncio.run(seed(url, plan.data, experiment.variant, experiment.console))
    address = experiment.serving(url, plan.workers)
    loaded = experiment.load(
        "demo", "events and reports", address, plan.data, plan.seconds, WARMUP_S, USERS=plan.users,
        BATCH=plan.batch, REPORTS=plan.reports_per_second, PROMISE_MS=TARGET_MS, PARTS=len(plan.parts),
    )  # fmt: skip
    audited, recounted = experiment.audit(plan.data, url, address, loaded)
    return experiment.write(
        data=plan.data,
        parameters=store.parameters(plan, warmup_seconds=WARMUP_S, target_ms=TARGET_MS),
        measurements=[
            Measurement.of("load.rate", plan.data.events / loading_s, "events/s"),
            Measurement.of("load.settle", settling_s, "s"),
            *_measurements(loaded, plan),
            *recounted,
        ],
        checks=[_in_time(loaded), replies(loaded), *audited],
    )


def table(result: Result) -> Table:
    """Return the outcome for people."""

    def quantiles(name: str) -> str:
        return " / ".join(f"{result.value(name, quantile=q):.1f}" for q in QUANTILES) + " ms"

    loaded = result.data.events if result.data else 0
    rows = [
        ("loaded by COPY", f"{result.value('load.rate'):,.0f} events/s"),
        ("ingested over HTTP", f"{result.value('ingest.rate'):,.0f} events/s"),
        ("POST /events p50 / p95 / p99", quantiles("ingest.latency")),
        ("GET /report p50 / p95 / p99", quantiles("report.latency")),
        ("reports asked meanwhile", f"{result.value('report.count'):,.0f}"),
        *((f"{check.mark} {check.name}", check.detail) for check in result.checks),
    ]
    title = f"{loaded:,} events, then load for {result.parameters['seconds']} s"
    return terminal.table(title, ("measured", "result"), rows)


def _measurements(loaded: k6.Load, plan: DemoPlan) -> Iterator[Measurement]:
    """Yield the figures of the load, with the curve of report latencies, and the rate of each part of the load."""
    yield ingest_rate(loaded)
    yield Measurement.of("ingest.refused", loaded.value("batches_refused", "count"), "batches")
    yield Measurement.of("report.count", loaded.value(REPORTS, "count"), "reports")
    yield Measurement.of("report.dropped", loaded.value("dropped_iterations", "count"), "reports")
    yield from latencies(loaded)
    for quantile, statistic in CURVE.items():
        yield Measurement.of("report.latency", loaded.value(REPORTS, statistic), "ms", quantile=quantile)
    length_s = plan.seconds / len(plan.parts)
    for part in plan.parts:
        accepted = loaded.value(f"events_accepted{{part:{part}}}", "count")
        yield Measurement.of("ingest.rate", accepted / length_s, "events/s", part=str(part))


def _in_time(loaded: k6.Load) -> Check:
    p95, dropped = loaded.value(REPORTS, "p(95)"), int(loaded.value("dropped_iterations", "count"))
    passed = loaded.value(REPORTS, "count") > 0 and p95 < TARGET_MS and not dropped
    detail = f"{p95:.1f} ms" + (f"; {counted(dropped, 'report')} could not even start" if dropped else "")
    return Check(name=f"report p95 < {TARGET_MS:.0f} ms", passed=passed, detail=detail)
