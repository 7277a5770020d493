"""`adbench gate`."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from adbench.commands.options import Json, failing_clearly, finish, progress
from adbench.gate.measure.tasks import SUITES
from adbench.gate.measure.trees import WORKTREE
from adbench.gate.proof import run as proof_run
from adbench.gate.run import run
from adbench.gate.verdict import summary
from adbench.gate.verdict.decision import Verdict
from adbench.gate.verdict.result_file import GatePlan
from adbench.records import store
from adpulse.settings import Settings

# Every command ends with 2 when it could not run.
STATUS = {Verdict.SAME: 0, Verdict.IMPROVED: 0, Verdict.REGRESSED: 1, Verdict.CANNOT_TELL: 3}


def gate(
    base: Annotated[str, typer.Option(help="revision to compare with")] = "HEAD",
    head: Annotated[str, typer.Option(help="revision to judge; `worktree`: the files as they are")] = WORKTREE,
    suite: Annotated[Literal["quick", "full"], typer.Option(help="how much is measured")] = "quick",
    tolerance: Annotated[
        float, typer.Option(min=1.01, max=2, help="ratio of CPU times from which a slowdown counts")
    ] = 1.10,
    budget: Annotated[float, typer.Option(min=10, help="seconds for all of it, set-up included")] = 180,
    seed: Annotated[int, typer.Option(min=0, help="seed of the order in which sides take turns")] = 7,
    allow: Annotated[
        list[str] | None, typer.Option(help="an intended regression, by its name or a pattern such as 'index *'")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="file to append a summary to")] = None,
    proof: Annotated[
        int | None, typer.Option(min=1, help="test the gate this many times on each planted change instead")
    ] = None,
    json: Json = False,
) -> None:
    """Compare two revisions and say regressed, improved, same or cannot tell.

    Three services with databases of their own, base, head and base again as a control, take turns in this one
    run, each on an embedded PostgreSQL. Exit status: 0 when nothing regressed, 1 when something did, 2 when it
    could not be measured, 3 when it cannot be told.
    """
    settings = Settings()
    plan = GatePlan(base, head, SUITES[suite], tolerance, budget, seed, tuple(allow or ()))
    folder = store.results(settings)
    if proof is not None:
        with failing_clearly():
            result = proof_run.run(plan, proof, settings, progress)
        finish(result, store.write(result, folder), proof_run.table, json=json, checks=False)
    with failing_clearly():
        result = run(plan, settings, progress)
    path = store.write(result, folder)
    if markdown is not None:
        with markdown.open("a") as file:
            file.write(summary.markdown(result))
    status = STATUS[Verdict(str(result.parameters["verdict"]))]
    finish(result, path, summary.table, json=json, width=140, status=status, checks=False)
