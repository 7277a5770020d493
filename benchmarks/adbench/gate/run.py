"""`adbench gate`: two revisions, three sides (base, head, and base once more as the control), one verdict."""

import asyncio
import time
from contextlib import ExitStack
from datetime import UTC, datetime

from rich.console import Console

from adbench.gate.measure import clocks, trees
from adbench.gate.measure.rounds import Sampler
from adbench.gate.measure.sides import Side, opened
from adbench.gate.measure.tasks import Work
from adbench.gate.measure.trees import Tree
from adbench.gate.verdict.decision import FIRST_LOOK, Call, Panel, Verdict, looks
from adbench.gate.verdict.findings import compare
from adbench.gate.verdict.result_file import GatePlan, to_result
from adbench.harness.process import server_folder
from adbench.harness.progress import bar, step
from adbench.records import environment
from adbench.records.model import Result
from adpulse.settings import Settings

CLOSING_S = 3.0  # part of the budget for stopping the running processes


def run(plan: GatePlan, settings: Settings, console: Console, given: dict[str, Tree] | None = None) -> Result:
    """Compare, and stop all that was started. `given` are base and head where they are at hand already.

    Raise trees.TreeError, sides.SideError, EmbeddedError or ServiceError when it cannot be done.
    """
    started_at = datetime.now(UTC)
    found = given or checkouts(plan, settings, console)
    began = time.monotonic()
    by_side = {"base": found["base"], "head": found["head"], "control": found["base"]}
    with ExitStack() as stack:
        folder = stack.enter_context(server_folder("adbench-gate-"))
        runner = stack.enter_context(asyncio.Runner())
        with step(console, "setting up base, head and control"):
            sides = stack.enter_context(opened(by_side, folder, plan.suite.data, settings, runner))
        work = Work(plan.suite, folder, runner)
        with step(console, "counting what can be counted"):
            for side in sides:
                work.count(side)
        calls, sampler = _timed(plan, {side.name: side for side in sides}, work, began, console)
        postgres = runner.run(environment.postgres(sides[0].connection))
    base, head, control = (side.signals for side in sides)
    parameters = {
        **{side: tree.revision for side, tree in found.items()},
        "seconds": round(time.monotonic() - began, 1),
        "rounds": sampler.rounds,
        "void_rounds": sampler.void,
    }
    run = {"started_at": started_at, "postgres": postgres, "variant": sides[0].variant.name}
    return to_result(plan, calls, compare(base, control, head), sampler.samples, parameters, **run)


def checkouts(plan: GatePlan, settings: Settings, console: Console) -> dict[str, Tree]:
    """Return both revisions as trees, kept below the data directory. Raise trees.TreeError."""
    repository, home = trees.repository(), settings.data_dir.resolve() / "gate"
    home.mkdir(parents=True, exist_ok=True)
    with step(console, "checking out both revisions"):
        return {
            side: trees.checkout(repository, revision, home)
            for side, revision in (("base", plan.base), ("head", plan.head))
        }


def _timed(
    plan: GatePlan, sides: dict[str, Side], work: Work, began: float, console: Console
) -> tuple[list[Call], Sampler[Side]]:
    """Run rounds until all is decided or the budget is spent; return the calls, those that could not be made first."""
    pieces = dict(work.pieces())
    missing: list[Call] = []
    for name, reason in work.missing(sides.values()).items():
        del pieces[name]
        missing.append(Call(name, Verdict.CANNOT_TELL, reason))
    sampler = Sampler(pieces, sides, plan.seed)
    piece_of = sampler.warm_up()
    panel = Panel([metric for metric in piece_of if judged(metric)], plan.tolerance, plan.seed)
    schedule = iter(looks())
    next_look, last_look, longest = next(schedule), 0, 0.0
    with bar(console, "rounds, in turns", plan.budget_s, "s") as advance_to:
        while wanted := {piece_of[metric] for metric in panel.undecided()}:
            if time.monotonic() - began + longest + CLOSING_S > plan.budget_s:
                break
            at = time.monotonic()
            sampler.round(wanted)
            if sampler.rounds == next_look:
                panel.look(sampler.samples)
                next_look, last_look = next(schedule), sampler.rounds
            longest = max(longest, time.monotonic() - at)
            advance_to(time.monotonic() - began)
    # The budget ended between two looks: the last rounds count too.
    if last_look < sampler.rounds and sampler.rounds >= FIRST_LOOK:
        panel.look(sampler.samples)
    return [*missing, *panel.calls.values()], sampler


def judged(metric: str) -> bool:
    """Return True if the gate judges by this metric: CPU time, or the wall where a system does not tell CPU time."""
    return metric.endswith(".cpu") or not clocks.available()
