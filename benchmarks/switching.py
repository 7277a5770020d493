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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Event

from rich.console import Console
from rich.table import Table

from adpulse import variants
from adpulse.database import connect
from adpulse.embedded import database
from adpulse.settings import Settings
from benchmarks import changes, load, pauses, results, scratch, verdict
from benchmarks.changes import Made
from benchmarks.dataset import Dataset
from benchmarks.pauses import Request, Span
from benchmarks.progress import bar, step
from benchmarks.results import Check, Measurement, NotMeasured, Result
from benchmarks.seed import fill
from benchmarks.service import ServiceError, serving

DATABASE = "adpulse_switch"
WARMUP_S = 3
STARTING_S = 4  # in which k6 starts
AIM_MS = 200
ROUTE = ("rollup_dims", "rollup", "partitioned", "rollup")  # from rollup
NAMES = {"ingest": "batches", "keyed": "batches with a key", "report": "reports"}
STRETCHES = ("quiet", "changes")


@dataclass(frozen=True)
class Plan:
    """`data` is there before; then so many batches of `batch` events, as many pairs of batches with a key, and reports
    a second, for twice `seconds`."""

    data: Dataset
    seconds: int
    batches: int
    batch: int
    keyed: int
    reports: int
    workers: int
    route: Sequence[str] = ROUTE


def run(plan: Plan, settings: Settings, console: Console) -> tuple[Result, Path]:
    """Measures, writes the result and returns it with its path. All that it starts is stopped.

    Raises load.LoadError, service.ServiceError or scratch.ScratchError when a part cannot run.
    """
    load.find_k6()
    folder = settings.data_dir.resolve() / "results"
    began = datetime.now(UTC)
    with ExitStack() as stack:
        with step(console, "starting PostgreSQL"):
            server = stack.enter_context(database(settings))
        url = asyncio.run(scratch.recreate(server, DATABASE))
        later = asyncio.run(_prepare(url, plan, console))
        with step(console, f"starting the service with {plan.workers} workers"):
            # It cannot be ready: migrations are missing.
            address = stack.enter_context(serving(url, plan.workers, folder / "service.log", ready="/healthz"))
            asyncio.run(_writers(url, plan.workers * settings.writers))
        quiet, changing = _stretches(plan, time.time())
        loaded, made = _load(plan, url, address, folder, changing, console)
        requests = pauses.read(folder / "k6-samples.csv")
        with step(console, "recounting"):
            answers = asyncio.run(verdict.ask(plan.data, url, address))
            postgres = asyncio.run(_describe(url))
    if min(each.sent for each in requests) > quiet.start:
        raise load.LoadError(f"k6 took longer than {STARTING_S} s to start")
    measurements = list(measure(requests, made, quiet, changing))
    result = results.of_run(
        what="switch",
        started_at=began,
        postgres=postgres,
        data=plan.data,
        variant=",".join(dict.fromkeys(plan.route)),
        parameters={
            "seconds": plan.seconds,
            "warmup_seconds": WARMUP_S,
            "batches_per_second": plan.batches,
            "keyed_batches_per_second": plan.keyed,
            "batch": plan.batch,
            "reports_per_second": plan.reports,
            "workers": plan.workers,
            "route": list(plan.route),
            "migrations": later,
            "changes": [{"change": each.name, "at_s": round(each.span.start - changing.start, 3)} for each in made],
        },
        measurements=measurements,
        checks=[
            _changed(plan, made, changing),
            verdict.replies(loaded),
            verdict.complete(plan.data, loaded, answers),
            verdict.accuracy(answers),
            *(
                Check(name=f"{each.metric} {each.condition}", passed=each.kept, detail=each.figure)
                for each in loaded.thresholds()
                if each.metric != "checks"
            ),
            *_aims(measurements),
        ],
    )
    return result, results.write(result, folder)


# ── Doing it ─────────────────────────────────────────────────────────────────────────────────────────────────


async def _prepare(url: str, plan: Plan, console: Console) -> list[str]:
    variant = variants.find(plan.route[-1])
    connection = await connect(url)
    try:
        later = await changes.build(connection, variant)
        await fill(connection, url, plan.data, variant, console)
    finally:
        await connection.close()
    return later


async def _writers(url: str, wanted: int) -> None:
    """Returns when the service can write. Raises ServiceError."""
    connection = await connect(url)
    try:
        for _ in range(600):
            connected: int = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'adpulse writer'"
            )
            if connected >= wanted:
                return
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
    raise ServiceError(f"only {connected} of {wanted} writers are connected after a minute")


async def _describe(url: str) -> results.Postgres:
    connection = await connect(url)
    try:
        return await results.postgres(connection)
    finally:
        await connection.close()


def _stretches(plan: Plan, now: float) -> tuple[Span, Span]:
    """The quiet one and that of the changes, for a k6 that is started now."""
    first = now + STARTING_S + WARMUP_S
    middle = first + plan.seconds
    return Span(first, middle), Span(middle, middle + plan.seconds)


def _load(
    plan: Plan, url: str, address: str, folder: Path, changing: Span, console: Console
) -> tuple[load.Load, list[Made]]:
    planned_s = STARTING_S + WARMUP_S + 2 * plan.seconds
    env = {
        "BASE_URL": address,
        "SECONDS": planned_s - WARMUP_S,
        "WARMUP": WARMUP_S,
        "BATCH": plan.batch,
        "BATCHES": plan.batches,
        "KEYED_BATCHES": plan.keyed,
        "REPORTS": plan.reports,
        "CAMPAIGNS": plan.data.campaigns,
        "DAYS": plan.data.days,
    }
    stop = Event()
    with ThreadPoolExecutor(1) as pool, bar(console, "quiet, then changes", planned_s, "s") as advance_to:
        making = pool.submit(changes.make, url, plan.route, changing, folder / "migrate.log", stop)
        try:
            loaded = load.run(
                "switch",
                env,
                folder / "k6.json",
                planned_s,
                lambda gone: advance_to(min(gone, planned_s)),
                folder / "k6-samples.csv",
            )
        finally:
            stop.set()
        return loaded, making.result()


# ── What came of it ──────────────────────────────────────────────────────────────────────────────────────────


def measure(requests: Sequence[Request], made: Sequence[Made], quiet: Span, changing: Span) -> Iterator[Measurement]:
    """The figures of both stretches, and of each kind of change."""
    of = {name: [each for each in requests if each.name == name] for name in NAMES}
    for stretch, span in zip(STRETCHES, (quiet, changing), strict=True):
        for name, own in of.items():
            if (found := pauses.waiting(own, span)) is None:
                continue
            labels = {"stretch": stretch, "of": name}
            yield Measurement(name="requests", value=found.requests, unit="requests", labels=labels)
            for quantile, value in (("0.5", found.p50), ("0.99", found.p99)):
                yield Measurement(name="answer", value=value, unit="ms", labels={**labels, "quantile": quantile})
            yield Measurement(name="pause.answer", value=found.answer, unit="ms", labels=labels)
            yield Measurement(name="pause.gap", value=found.gap, unit="ms", labels=labels)
    for change in dict.fromkeys(each.name for each in made):
        times = [each for each in made if each.name == change]
        spans = [each.span for each in times]
        labels = {"change": change}
        yield Measurement(name="change.times", value=len(times), unit="changes", labels=labels)
        yield Measurement(name="change", value=median(span.seconds for span in spans), unit="s", labels=labels)
        if switches := [each.switch_ms for each in times if each.switch_ms is not None]:
            yield Measurement(name="change.switch", value=max(switches), unit="ms", labels=labels)
        for name, own in of.items():
            if (worst := pauses.longest(own, spans)) is not None:
                yield Measurement(name="change.answer", value=worst, unit="ms", labels={**labels, "of": name})


def _changed(plan: Plan, made: Sequence[Made], changing: Span) -> Check:
    """Every change on the route was made while the load ran."""
    failed = [f"{each.name} {each.failure}" for each in made if each.failure]
    late = [each.name for each in made if each.span.stop > changing.stop]
    missing = max(1 + len(plan.route) - len(made), 0)
    reasons = [
        *failed,
        *(f"{name} was not over when the load was: give it more --seconds" for name in late),
        *([f"{missing} of the route were not begun: give it more --seconds"] if missing else []),
    ]
    return Check(
        name="every change was made under load",
        passed=not reasons,
        detail="; ".join(reasons) or f"{len(made)}, one after another",
    )


def _aims(measurements: Sequence[Measurement]) -> Iterator[Check]:
    for each in measurements:
        if each.name == "pause.answer" and each.labels["stretch"] == "changes":
            yield Check(
                name=f"{NAMES[each.labels['of']]} never wait {AIM_MS} ms while changes are made",
                passed=each.value < AIM_MS,
                detail=f"at most {each.value:.0f} ms",
                aim=True,
            )


def waits(result: Result) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Head and rows: how long whoever sends waits, quiet and meanwhile."""
    head = ("", "stretch", "requests", "p50", "p99", "longest wait", "longest time without an answer")
    rows: list[Sequence[str]] = []
    for name, text in NAMES.items():
        for stretch in STRETCHES:
            labels = {"stretch": stretch, "of": name}
            try:
                figures = [result.value("answer", **labels, quantile=quantile) for quantile in ("0.5", "0.99")]
                figures += [result.value(f"pause.{kind}", **labels) for kind in ("answer", "gap")]
                count = f"{result.value('requests', **labels):,.0f}"
            except NotMeasured:
                count, figures = "0", []
            rows.append((text, stretch, count, *([f"{ms:,.0f} ms" for ms in figures] or [""] * 4)))
    return head, rows


def by_change(result: Result) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Head and rows: each change, and the longest that anybody waited meanwhile."""
    head = (
        "change",
        "times",
        "took",
        "its switch, at most",
        *(f"longest, {text}" for text in NAMES.values()),
    )
    found = {(each.name, *each.labels.values()): each.value for each in result.measurements}
    rows: list[Sequence[str]] = []
    for name, *labels in found:
        if name == "change":
            (change,) = labels
            cells = [found.get(("change.switch", change)), *(found.get(("change.answer", change, of)) for of in NAMES)]
            rows.append(
                (
                    change,
                    f"{found['change.times', change]:.0f}",
                    f"{found['change', change]:.1f} s",
                    *("" if ms is None else f"{ms:,.0f} ms" for ms in cells),
                )
            )
    return head, rows


def table(result: Result) -> Table:
    """The outcome for people."""
    shown = Table(title="how long who sends must wait", title_style="", show_edge=False)
    head, rows = waits(result)
    for column in head:
        shown.add_column(column)
    for row in rows:
        shown.add_row(*row)
    lines = [" · ".join(filter(None, row)) for row in by_change(result)[1]]
    marks = {(True, False): "[green]✓[/]", (True, True): "[green]✓[/]", (False, False): "[red]✗[/]"}
    for check in result.checks:
        mark = marks.get((check.passed, check.aim), "[yellow]·[/]")
        lines.append(f"{mark} {check.name}: {check.detail}")
    shown.caption = "\n".join(lines)
    shown.caption_justify = "left"
    return shown
