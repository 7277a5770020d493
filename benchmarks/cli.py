"""adbench: the commands of the lab."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer
from pydantic import ValidationError
from rich.console import Console

from adpulse.database import UNAVAILABLE, SchemaError
from adpulse.embedded import EmbeddedError, database
from adpulse.settings import Settings
from benchmarks import demo as demo_run
from benchmarks import ingest as ingest_run
from benchmarks import reporting as report_run
from benchmarks import scenarios
from benchmarks.bulk import AlreadyLoaded
from benchmarks.child import stopping_on_sigterm
from benchmarks.dataset import Dataset
from benchmarks.ingest import CeilingError
from benchmarks.load import LoadError
from benchmarks.results import machine
from benchmarks.scratch import ScratchError
from benchmarks.seed import seed as seed_run
from benchmarks.service import ServiceError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
# Progress goes to the error stream, so that what a program reads stays clean.
progress = Console(stderr=True)

Events = Annotated[int, typer.Option(min=1, help="events to load")]
Days = Annotated[int, typer.Option(min=1, help="days that they are spread over")]
Campaigns = Annotated[int, typer.Option(min=1, help="campaigns; CAMP-0001 is the largest")]
Seed = Annotated[int, typer.Option(min=0, help="the same seed and end give the same events")]
End = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        help="where they end, in UTC",
        show_default="the last full hour",
    ),
]
# Errors whose text says what to do.
MENDABLE = (
    AlreadyLoaded,
    CeilingError,
    EmbeddedError,
    LoadError,
    SchemaError,
    ScratchError,
    ServiceError,
    ValidationError,
)
# They saturate the machine, which also runs k6 and PostgreSQL; more would only queue for longer.
USERS = "two per core"
Scenario = Literal["smoke", "ingest", "report", "mixed", "spike", "soak"]
Json = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


@app.callback()
def adbench() -> None:
    """Measures AdPulse++ on this machine. Works on ADPULSE_DATABASE_URL, or on the embedded PostgreSQL."""


@app.command()
def demo(
    events: Events = 1_000_000,
    duration: Annotated[int, typer.Option(min=1, help="seconds of load")] = 10,
    days: Days = 30,
    campaigns: Campaigns = 1_000,
    seed: Seed = 7,
    users: Annotated[
        int | None, typer.Option(min=1, help="clients that post, each waiting for its answer", show_default=USERS)
    ] = None,
    reports: Annotated[int, typer.Option(min=1, help="reports a second")] = 20,
    workers: Annotated[int, typer.Option(min=1, help="processes of the service")] = 2,
    json: Json = False,
) -> None:
    """Load events, put the service under load, and check its answers.

    In a database adpulse_demo of its own, made anew each time. Exit status: 0 when report p95 is below 200 ms and
    every answer is right, 1 when not, 2 when it could not be measured.
    """
    data = Dataset(events, _last_hour(), days, campaigns, seed)
    plan = demo_run.Plan(data, duration, users or 2 * machine().cores, reports, workers)
    with _failing_clearly():
        result, path = demo_run.run(plan, Settings(), progress)
    if json:
        print(result.model_dump_json(indent=2))
    else:
        console = Console()
        console.print(demo_run.table(result))
        verdict = "[green]the target holds[/]" if result.passed else "[red]the target does not hold[/]"
        console.print(f"{verdict}: report p95 below {demo_run.TARGET_MS:.0f} ms, and every answer exact")
        console.print(f"results: {path}", soft_wrap=True, highlight=False)
    raise typer.Exit(0 if result.passed else 1)


@app.command()
def load(
    scenario: Annotated[Scenario, typer.Argument(help="a script of benchmarks/k6")],
    url: Annotated[
        str | None, typer.Option(help="a service that is up", show_default="one of our own, with seeded events")
    ] = None,
    events: Events = 200_000,
    duration: Annotated[
        int | None, typer.Option(min=1, help="seconds of load", show_default="as the scenario says")
    ] = None,
    batches: Annotated[int, typer.Option(min=1, help="POSTs a second")] = 40,
    batch: Annotated[int, typer.Option(min=1, help="events in a POST")] = 1_000,
    peak: Annotated[int, typer.Option(min=1, help="POSTs a second at the top of the ramp")] = 300,
    reports: Annotated[int, typer.Option(min=1, help="reports a second")] = 20,
    workers: Annotated[int, typer.Option(min=1, help="processes of our own service")] = 2,
    days: Days = 30,
    campaigns: Campaigns = 1_000,
    seed: Seed = 7,
    json: Json = False,
) -> None:
    """Put a service under one kind of load: requests arrive on schedule, however slow the last was.

    Exit status: 0 when every promise of the scenario holds, 1 when not, 2 when it could not be measured. Aims, which
    are tighter, are shown and do not count.
    """
    plan = scenarios.Plan(
        scenario,
        Dataset(events, _last_hour(), days, campaigns, seed),
        duration or scenarios.SECONDS[scenario],
        batches=batches,
        batch=batch,
        peak=peak,
        reports=reports,
        workers=workers,
    )
    with _failing_clearly():
        result, path = scenarios.run(plan, Settings(), progress, url.rstrip("/") if url else None)
    if json:
        print(result.model_dump_json(indent=2))
    else:
        console = Console()
        console.print(scenarios.table(result))
        console.print(f"results: {path}", soft_wrap=True, highlight=False)
    raise typer.Exit(0 if result.passed else 1)


@app.command()
def seed(
    events: Events = 1_000_000,
    days: Days = 30,
    campaigns: Campaigns = 1_000,
    seed: Seed = 7,
    end: End = None,
    variant: Annotated[
        str | None, typer.Option(help="physical design to migrate to", show_default="the one in force")
    ] = None,
) -> None:
    """Load a seeded data set into the database: see docs/reference/dataset.md."""
    data = Dataset(events, end.replace(tzinfo=UTC) if end else _last_hour(), days, campaigns, seed)
    with _failing_clearly(), database(Settings()) as url:
        asyncio.run(seed_run(url, data, variant, progress))


run = typer.Typer(no_args_is_help=True, help="Measure one thing: hypothesis, method, result.")
app.add_typer(run, name="run")


@run.command("ingest")
def run_ingest(
    rounds: Annotated[int, typer.Option(min=2, help="times that everything is measured")] = 6,
    seconds: Annotated[float, typer.Option(min=0.5, help="of load, each time")] = 2,
    workers: Annotated[int, typer.Option(min=1, help="processes of the service")] = 2,
    seed: Seed = 7,
    only: Annotated[str | None, typer.Option(help="cells such as plain:1000,ids:1000; see the table")] = None,
    json: Json = False,
) -> None:
    """POST /events against two streams of psql's copy, in turn, for several sizes of batch and kinds of request.

    In a database adpulse_ingest of its own, made anew each time. Exit status: 0 when every accepted event was
    stored once, 1 when not, 2 when it could not be measured.
    """
    wanted = None if only is None else set(only.split(","))
    cells = [cell for cell in ingest_run.CELLS if wanted is None or f"{cell.kind}:{cell.batch}" in wanted]
    if not cells:
        raise typer.BadParameter("names no cell", param_hint="--only")
    with _failing_clearly():
        plan = ingest_run.Plan(rounds, seconds, workers, seed, cells)
        result, path = ingest_run.run(plan, Settings(), progress)
    if json:
        print(result.model_dump_json(indent=2))
    else:
        Console().print(ingest_run.table(result))
        Console().print(f"results: {path}", soft_wrap=True, highlight=False)
    raise typer.Exit(0 if result.passed else 1)


@run.command("report")
def run_report(
    events: Annotated[list[int] | None, typer.Option(min=1, help="sizes to load", show_default="1M and 20M")] = None,
    rounds: Annotated[int, typer.Option(min=100, help="times that every report is asked for, in each phase")] = 300,
    days: Days = 30,
    campaigns: Campaigns = 1_000,
    seed: Seed = 7,
    end: End = None,
    reuse: Annotated[bool, typer.Option("--reuse", help="take the databases of an earlier run as they are")] = False,
    json: Json = False,
) -> None:
    """GET /report against /readyz, idle and while events are written, over growing data.

    In databases adpulse_reports_<events>, made anew unless --reuse is given. Exit status: 0 when every aim was
    reached, 1 when not, 2 when it could not be measured.
    """
    sizes = tuple(sorted(events or [1_000_000, 20_000_000]))
    data = Dataset(sizes[-1], end.replace(tzinfo=UTC) if end else _last_hour(), days, campaigns, seed)
    with _failing_clearly():
        result, path = report_run.run(report_run.Plan(data, sizes, rounds, reuse=reuse), Settings(), progress)
    if json:
        print(result.model_dump_json(indent=2))
    else:
        Console(width=140).print(report_run.table(result))
        Console().print(f"results: {path}", soft_wrap=True, highlight=False)
    raise typer.Exit(0 if result.passed else 1)


@app.command()
def peers(
    events: Events = 1_000_000,
    rounds: Annotated[int, typer.Option(min=10, help="times that every question is asked everywhere")] = 30,
    days: Days = 30,
    campaigns: Campaigns = 1_000,
    seed: Seed = 7,
    end: End = None,
    reuse: Annotated[bool, typer.Option("--reuse", help="take the database of an earlier run as it is")] = False,
    json: Json = False,
) -> None:
    """GET /report against DuckDB and chdb in this process, with the same events and equal answers.

    Needs the extra `peers`. Exit status: 0 when answers are equal and every report that roll-ups hold is faster, 1
    when not, 2 when it could not be measured.
    """
    try:
        from benchmarks.peers import compare  # half a gigabyte of databases, which no other command needs
    except ImportError as error:
        print(f"adbench: {error.name} is not installed: pip install 'adpulse[peers]'", file=sys.stderr)
        raise typer.Exit(2) from error
    data = Dataset(events, end.replace(tzinfo=UTC) if end else _last_hour(), days, campaigns, seed)
    with _failing_clearly():
        result, path = compare.run(data, rounds, Settings(), progress, reuse=reuse)
    if json:
        print(result.model_dump_json(indent=2))
    else:
        Console(width=140).print(compare.table(result))
        Console().print(f"results: {path}", soft_wrap=True, highlight=False)
    raise typer.Exit(0 if result.passed else 1)


def _last_hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


@contextmanager
def _failing_clearly() -> Iterator[None]:
    """What a user can mend becomes a message and exit status 2."""
    try:
        with stopping_on_sigterm():
            yield
    except (*MENDABLE, *UNAVAILABLE) as error:
        print(f"adbench: {error or type(error).__name__}", file=sys.stderr)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


if __name__ == "__main__":
    app()
