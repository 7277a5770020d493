"""`adbench load`."""

from typing import Annotated, Literal

import typer

from adbench.commands import options
from adbench.experiments.load import run

Scenario = Literal["smoke", "ingest", "report", "mixed", "spike", "soak"]


def load(
    scenario: Annotated[Scenario, typer.Argument(help="a script of benchmarks/k6")],
    url: Annotated[
        str | None, typer.Option(help="a service that is up", show_default="a new one, with seeded events")
    ] = None,
    events: options.Events = 200_000,
    duration: Annotated[
        int | None, typer.Option(min=1, help="seconds of load", show_default="as the scenario says")
    ] = None,
    batches: Annotated[int, typer.Option(min=1, help="POSTs a second")] = 40,
    batch: options.Batch = 1_000,
    peak: Annotated[int, typer.Option(min=1, help="POSTs a second at the top of the ramp")] = 300,
    reports: options.Reports = 20,
    workers: Annotated[int, typer.Option(min=1, help="processes of our own service")] = 2,
    dashboard: Annotated[
        bool, typer.Option("--dashboard", help="run a Prometheus, and keep the data of the dashboard")
    ] = False,
    days: options.Days = 30,
    campaigns: options.Campaigns = 1_000,
    seed: options.Seed = 7,
    json: options.Json = False,
) -> None:
    """Put a service under one kind of load: requests arrive on schedule, no matter how slow the last was.

    Exit status: 0 when every promise of the scenario holds, 1 when not, 2 when it could not be measured. Aims, which
    are tighter, are shown and do not count. A service with keys is sent the one in the variable API_KEY.
    """
    plan = run.LoadPlan(
        scenario,
        options.dataset(events, days, campaigns, seed),
        duration or run.SECONDS[scenario],
        batches_per_second=batches,
        batch=batch,
        peak_batches_per_second=peak,
        reports_per_second=reports,
        workers=workers,
        watched=dashboard,
        address=url.rstrip("/") if url else None,
    )
    options.measure(run.run, plan, run.table, json=json)
