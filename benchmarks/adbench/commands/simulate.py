"""`adbench simulate`."""

from pathlib import Path
from typing import Annotated

import typer

from adbench.capacity import run
from adbench.capacity.service_times import NEEDED
from adbench.commands.options import Json, count, failing_clearly, measure
from adbench.records import manifest

RATES = "150k,1M,10M"


def simulate(
    source: Annotated[
        Path | None,
        typer.Option(
            "--results",
            help="measurements to start from",
            exists=True,
            file_okay=False,
            show_default="the committed ones of the newest machine that has all kinds",
        ),
    ] = None,
    rates: Annotated[str, typer.Option(help="events a second of the fleets, separated by commas")] = RATES,
    failures: Annotated[bool, typer.Option(help="also simulate failures and a hot campaign")] = True,
    seed: Annotated[int, typer.Option(min=0, help="the same seed and results give the same numbers")] = 7,
    json: Json = False,
) -> None:
    """Simulate fleets and their failures from measured service times, after a comparison with the one machine.

    Exit status: 0 when every simulated request is accounted for, 1 when not, 2 when measurements are missing. How far
    the model is from the machine is shown, as aims.
    """
    with failing_clearly(ValueError):
        plan = run.SimulationPlan(
            [source] if source else manifest.of_one_machine(NEEDED),
            tuple(map(count, rates.split(","))),
            seed,
            failures=failures,
        )
    measure(run.run, plan, run.table, ValueError, json=json, width=110)
