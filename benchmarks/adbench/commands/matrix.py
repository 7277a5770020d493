"""`adbench matrix`."""

from typing import Annotated

import typer

from adbench.commands.options import Days, End, Json, Seed, count, dataset, failing_clearly, finish, progress
from adbench.experiments.matrix import outcome
from adbench.experiments.matrix import run as matrix_run
from adbench.experiments.matrix.plan import MatrixError, MatrixPlan
from adpulse.settings import Settings
from adpulse.variants import catalogue

QUICK = {"rounds": 3, "cold_passes": 1, "asking_s": 1.0, "written_copies": 16, "both_copies": 12}


def matrix(
    scale: Annotated[str, typer.Option(help="sizes to load, separated by commas")] = "1M",
    variants: Annotated[
        str | None, typer.Option(help="designs, separated by commas", show_default="all that can be built here")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="fewer rounds and shorter turns")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="counted rounds", show_default="5, quick: 3")] = None,
    budget: Annotated[float, typer.Option(min=1, help="seconds that a design at one size may take")] = 900,
    days: Days = 30,
    campaigns: Annotated[int, typer.Option(min=50, max=9_999, help="campaigns; CAMP-0001 is the largest")] = 1_000,
    seed: Seed = 7,
    end: End = None,
    resume: Annotated[bool, typer.Option("--resume", help="continue the interrupted run, as it was begun")] = False,
    json: Json = False,
) -> None:
    """Measure every design on the same events, in turn: loading, writing, reports, and both; recount the answers.

    In databases adpulse_matrix_*, dropped when they are done. Exit status: 0 when no answer was wrong, 1 when a cell is
    void, 2 when it could not be measured.
    """
    with failing_clearly(MatrixError):
        plan = None
        if not resume:
            names = variants.split(",") if variants else [each.name for each in catalogue.load_all()]
            sizes = tuple(sorted({count(size) for size in scale.split(",")}))
            plan = MatrixPlan(
                variants=tuple(dict.fromkeys(catalogue.find(name).name for name in names)),
                sizes=sizes,
                end=dataset(sizes[0], days, campaigns, seed, end).end,
                days=days,
                campaigns=campaigns,
                seed=seed,
                budget_s=budget,
                **(QUICK if quick else {}) | ({"rounds": rounds} if rounds else {}),
            )
        result, path = matrix_run.run(plan, Settings(), progress)
    finish(result, path, outcome.tables, json=json, width=170)
