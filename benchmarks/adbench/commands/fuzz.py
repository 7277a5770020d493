"""`adbench fuzz`."""

from typing import Annotated

import typer

from adbench.commands.options import Json, Workers, developing, measure


def fuzz(
    minutes: Annotated[float, typer.Option(min=0.01, help="minutes to run")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="the same seed sends the same requests")] = 1,
    variant: Annotated[str, typer.Option(help="the physical design")] = "rollup_dims",
    workers: Workers = 1,
    json: Json = False,
) -> None:
    """Send requests generated from the OpenAPI document, and damaged ones, and check every reply by it.

    In a database adpulse_fuzz of its own, made anew each time. A result is written also when the run is broken off.
    Exit status: 0 when nothing was wrong, 1 when something was, 2 when it could not be run. Needs the group `dev`.
    """
    with developing():
        from adbench.fuzz.run import FuzzPlan, run, table
    measure(run, FuzzPlan(minutes, seed, variant, workers), table, json=json)
