"""`adbench matrix`."""

from typing import Annotated, Any

import typer

from adbench.commands import options
from adbench.experiments.matrix import outcome
from adbench.experiments.matrix import run as matrix_run
from adbench.experiments.matrix.plan import MatrixPlan, OwnPlan
from adpulse.importing.errors import ImportFailed
from adpulse.settings import Settings
from adpulse.variants import catalogue

QUICK = {"rounds": 3, "cold_passes": 1, "asking_s": 1.0, "written_copies": 16, "both_copies": 12}


def matrix(
    scale: Annotated[
        str | None,
        typer.Option(help="sizes to load, separated by commas", show_default="1M; with --from, all events"),
    ] = None,
    variants: Annotated[
        str | None, typer.Option(help="designs, separated by commas", show_default="all that can be built here")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="fewer rounds and shorter turns")] = False,
    rounds: Annotated[int | None, typer.Option(min=1, help="counted rounds", show_default="5, quick: 3")] = None,
    budget: Annotated[float, typer.Option(min=1, help="seconds that a design at one size may take")] = 900,
    days: options.Days = 30,
    campaigns: Annotated[int, typer.Option(min=50, max=9_999, help="campaigns; CAMP-0001 is the largest")] = 1_000,
    seed: options.Seed = 7,
    end: options.End = None,
    own: options.From = None,
    preset: options.Preset = None,
    mapping: options.MappingFile = None,
    dimension: Annotated[
        str | None,
        typer.Option(
            help="key of metadata of --from that reports are by", show_default="that with the most values, up to 999"
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="continue the interrupted run, as it was begun")] = False,
    json: options.Json = False,
) -> None:
    """Measure every design on the same events, in turn: loading, writing, reports, and both; recount the answers.

    With --from, on your own events: their campaigns, their days, their metadata; the result holds no name or value.

    In databases adpulse_matrix_*, dropped when they are done. Exit status: 0 when no answer was wrong, 1 when a cell is
    void, 2 when it could not be measured.
    """
    with options.failing_clearly(ImportFailed):
        plan = source = None
        if not resume:
            names = options.listed(variants) or [each.name for each in catalogue.load_all()]
            sizes = tuple(sorted(set(map(options.count, options.listed(scale or "1M")))))
            fields: dict[str, Any] = {"days": days, "campaigns": campaigns, "seed": seed}
            if own:
                files = OwnPlan(files=tuple(own), preset=preset, mapping=mapping, dimension=dimension)
                source = matrix_run.read(files, options.progress)
                sizes, fields = source.sizes(sizes if scale else None), source.planned | {"own": files}
            else:
                fields["end"] = options.dataset(sizes[0], days, campaigns, seed, end).end
            plan = MatrixPlan(
                variants=tuple(dict.fromkeys(catalogue.find(name).name for name in names)),
                sizes=sizes,
                budget_s=budget,
                **fields | (QUICK if quick else {}) | ({"rounds": rounds} if rounds else {}),
            )
        result, path = matrix_run.run(plan, Settings(), options.progress, source)
    options.finish(result, path, outcome.tables, json=json, width=170)
