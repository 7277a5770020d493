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
from benchmarks import scenarios
from benchmarks.bulk import AlreadyLoaded
from benchmarks.child import stopping_on_sigterm
from benchmarks.dataset import Dataset
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
MENDABLE = (AlreadyLoaded, EmbeddedError, LoadError, SchemaError, ScratchError, ServiceError, ValidationError)
# They saturate the machine, which also runs k6 and PostgreSQL; more would only queue for longer.
USERS = "two per core"
Scenario = Literal["smoke", "ramp", "report", "mixed", "spike", "soak"]
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
