"""`adbench demo`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adbench.commands.options import Campaigns, Days, Events, Json, Seed, dataset, failing_clearly, progress
from adbench.experiments import demo as demo_run
from adbench.extras import missing
from adbench.harness.k6 import LoadError
from adbench.records.environment import machine
from adbench.records.model import Result
from adpulse.cli.console import err, out
from adpulse.settings import Settings

# They saturate the machine, which also runs k6 and PostgreSQL; more would only queue for longer.
USERS = "two per core"


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

    In a database adpulse_demo of its own, made anew each time; at the end it draws .adpulse/figures/demo.png. Exit
    status: 0 when report p95 is below 200 ms and every answer is right, 1 when not, 2 when it could not be measured.
    """
    data = dataset(events, days, campaigns, seed)
    plan = demo_run.DemoPlan(data, duration, users or 2 * machine().cores, reports, workers)
    with failing_clearly(LoadError):
        result, path = demo_run.run(plan, Settings(), progress)
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
