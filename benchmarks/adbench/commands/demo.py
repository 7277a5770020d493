"""`adbench demo`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adbench.commands import options
from adbench.experiments import demo as demo_run
from adbench.extras import missing
from adbench.records.environment import machine
from adbench.records.model import Result
from adpulse.cli.console import err, out
from adpulse.settings import Settings

# They saturate the machine, which also runs k6 and PostgreSQL; more would only queue for longer.
USERS = "two per core"


def demo(
    events: options.Events = 1_000_000,
    duration: Annotated[int, typer.Option(min=1, help="seconds of load")] = 10,
    days: options.Days = 30,
    campaigns: options.Campaigns = 1_000,
    seed: options.Seed = 7,
    users: Annotated[
        int | None, typer.Option(min=1, help="clients that post, each waiting for its answer", show_default=USERS)
    ] = None,
    reports: options.Reports = 20,
    workers: options.Workers = 2,
    json: options.Json = False,
) -> None:
    """Load events, put the service under load, and check its answers.

    In a database adpulse_demo of its own, made anew each time; at the end it draws .adpulse/figures/demo.png. Exit
    status: 0 when report p95 is below 200 ms and every answer is right, 1 when not, 2 when it could not be measured.
    """
    data = options.dataset(events, days, campaigns, seed)
    plan = demo_run.DemoPlan(data, duration, users or 2 * machine().cores, reports, workers)
    with options.failing_clearly():
        result, path = demo_run.run(plan, Settings(), options.progress)
    picture = _draw(result, Settings().data_dir.resolve() / "figures" / "demo.png")
    if json:
        print(result.model_dump_json(indent=2))
    else:
        console = Console()
        console.print(demo_run.table(result))
        verdict = "[green]the target holds[/]" if result.passed else "[red]the target does not hold[/]"
        console.print(f"{verdict}: report p95 below {demo_run.TARGET_MS:.0f} ms, and every answer exact")
        out.print(f"results: {path}", soft_wrap=True)
        if picture is not None:
            out.print(f"picture: {picture}", soft_wrap=True)
    raise typer.Exit(0 if result.passed else 1)


def _draw(result: Result, path: Path) -> Path | None:
    """Draw a demo into a file, and return that; say why not where matplotlib is missing. Nothing is lost without it."""
    try:
        from adbench.figures import png
        from adbench.plots.demo import demo as draw
    except ModuleNotFoundError as error:
        err.print(f"not drawn: {missing(error)}", soft_wrap=True, markup=False)
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png.of_figure(draw(result)))
    return path
