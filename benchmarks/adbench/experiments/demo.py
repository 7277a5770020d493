"""`adbench demo`: the whole product once, on this machine: load, serve, ask while writing, and check every answer."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adbench.checks import after_load
from adbench.checks.after_load import QUANTILES, Answers
from adbench.harness import databases, k6
from adbench.harness.progress import bar, step
from adbench.harness.service import serving
from adbench.records import model
from adbench.records.model import Check, Measurement, Result
from adbench.workload.dataset import Dataset
from adbench.workload.seed import seed
from adpulse.database.connections import connect
from adpulse.database.embedded import database
from adpulse.settings import Settings
from adpulse.variants import catalogue

DATABASE = "adpulse_demo"
TARGET_MS = 200.0
WARMUP_S = 2


@dataclass(frozen=True)
class Plan:
    """What a demo does: besides the data, `seconds` of load by `users` clients that post batches of `batch`
    events, while `reports` reports a second are asked for."""

    data: Dataset
    seconds: int
    users: int
    reports: int
    workers: int
    batch: int = 1_000


def run(plan: Plan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Runs the demo, writes its result and returns it with its path. All that it starts is stopped.

    Raises load.LoadError, service.ServiceError or scratch.ScratchError when a part cannot run.
    """
    k6.find_k6()  # before anything else takes time
    results_dir = settings.data_dir.resolve() / "results"
    began = datetime.now(UTC)
    with ExitStack() as stack:
        with step(console, "starting PostgreSQL"):
            server = stack.enter_context(database(settings))
        url = asyncio.run(databases.recreate(server, DATABASE))
        loading_s, settling_s = asyncio.run(seed(url, plan.data, settings.variant, console))
        with step(console, f"starting the service with {plan.workers} workers"):
            address = stack.enter_context(serving(url, plan.workers, results_dir / "service.log"))
        loaded = _load(plan, address, results_dir / "k6.json", console)
        with step(console, "recounting"):
            answers = asyncio.run(after_load.ask(plan.data, url, address))
        result = asyncio.run(_result(plan, url, began, loading_s, settling_s, loaded, answers))
    return result, model.write(result, results_dir)


def table(result: Result) -> Table:
    """The outcome for people."""

    def quantiles(name: str) -> str:
        return " / ".join(f"{result.value(name, quantile=q):.1f}" for q in QUANTILES) + " ms"

    loaded = result.data.events if result.data else 0
    shown = Table(title=f"{loaded:,} events, then load for {result.parameters['seconds']} s", title_style="")
    shown.add_column("measured")
    shown.add_column("result", justify="right")
    shown.add_row("loaded by COPY", f"{result.value('load.rate'):,.0f} events/s")
    shown.add_row("ingested over HTTP", f"{result.value('ingest.rate'):,.0f} events/s")
    shown.add_row("POST /events p50 / p95 / p99", quantiles("ingest.latency"))
    shown.add_row("GET /report p50 / p95 / p99", quantiles("report.latency"))
    shown.add_row("reports asked meanwhile", f"{result.value('report.count'):,.0f}")
    for check in result.checks:
        mark = "[green]✓[/]" if check.passed else "[red]✗[/]"
        shown.add_row(f"{mark} {check.name}", check.detail)
    return shown


def _load(plan: Plan, address: str, out: Path, console: Console) -> k6.Load:
    planned_s = WARMUP_S + plan.seconds
    env = {
        "BASE_URL": address,
        "SECONDS": plan.seconds,
        "WARMUP": WARMUP_S,
        "USERS": plan.users,
        "BATCH": plan.batch,
        "REPORTS": plan.reports,
        "CAMPAIGNS": plan.data.campaigns,
        "DAYS": plan.data.days,
        "PROMISE_MS": TARGET_MS,
    }
    with bar(console, "events and reports", planned_s, "s") as advance_to:
        return k6.run("demo", env, out, planned_s, lambda gone: advance_to(min(gone, planned_s)))


async def _result(
    plan: Plan,
    url: str,
    began: datetime,
    loading_s: float,
    settling_s: float,
    loaded: k6.Load,
    answers: Answers,
) -> Result:
    connection = await connect(url)
    try:
        postgres = await model.postgres(connection)
        variant = (await catalogue.active(connection)).name
    finally:
        await connection.close()
    data = plan.data
    return model.of_run(
        what="demo",
        started_at=began,
        postgres=postgres,
        data=data,
        variant=variant,
        parameters={
            "seconds": plan.seconds,
            "warmup_seconds": WARMUP_S,
            "users": plan.users,
            "batch": plan.batch,
            "reports_per_second": plan.reports,
            "workers": plan.workers,
            "target_ms": TARGET_MS,
        },
        measurements=_measurements(data, loading_s, settling_s, loaded, answers),
        checks=_checks(data, loaded, answers),
    )


def _measurements(
    data: Dataset, loading_s: float, settling_s: float, loaded: k6.Load, answers: Answers
) -> list[Measurement]:
    return [
        Measurement(name="load.rate", value=data.events / loading_s, unit="events/s"),
        Measurement(name="load.settle", value=settling_s, unit="s"),
        after_load.ingest_rate(loaded),
        Measurement(name="ingest.refused", value=loaded.value("batches_refused", "count"), unit="batches"),
        Measurement(
            name="report.count",
            value=loaded.value("http_req_duration{name:report,phase:load}", "count"),
            unit="reports",
        ),
        Measurement(name="report.dropped", value=loaded.value("dropped_iterations", "count"), unit="reports"),
        Measurement(name="audit.cells", value=answers.cells, unit="cells"),
        Measurement(name="audit.wrong", value=answers.wrong, unit="cells"),
        *after_load.latencies(loaded),
    ]


def _checks(data: Dataset, loaded: k6.Load, answers: Answers) -> list[Check]:
    report = "http_req_duration{name:report,phase:load}"
    p95, dropped = loaded.value(report, "p(95)"), int(loaded.value("dropped_iterations", "count"))
    asked = loaded.value(report, "count")
    in_time = asked > 0 and p95 < TARGET_MS and not dropped
    return [
        Check(
            name=f"report p95 < {TARGET_MS:.0f} ms",
            passed=in_time,
            detail=f"{p95:.1f} ms" + (f"; {dropped} reports could not even start" if dropped else ""),
        ),
        after_load.replies(loaded),
        after_load.complete(data, loaded, answers),
        after_load.accuracy(answers),
    ]
