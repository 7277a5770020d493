"""`adbench gate --proof N`: count which planted changes the gate finds, and how often it cries wolf.

Each planted change is compared with the revision it was planted in, N times with N seeds, by the gate as it is. Every
run is kept in .adpulse/gate/proof/<commit>-<settings>/<plant>/, so a proof that was broken off goes on where it was.
The result is the summary, with exact bounds.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from adbench.gate.proof.plants import PLANTS, Plant, planted
from adbench.gate.run import checkouts
from adbench.gate.run import run as run_gate
from adbench.gate.verdict.decision import Verdict
from adbench.gate.verdict.result_file import GatePlan
from adbench.records import store, terminal
from adbench.records.model import Check, Measurement, Result
from adbench.records.statistics import share
from adpulse.settings import Settings

SIGNAL_RUNS = 3  # runs of counted signals; a fourth would be the same
# The least share of runs in which a planted change has to be caught.
WANTED = {"10": 0.7, "25": 0.9}


@dataclass(frozen=True)
class Tally:
    """Of the runs with one promise: how many there were, kept it, called something else, and left it open."""

    promise: str
    runs: int
    caught: int
    otherwise: int  # a regression that was not planted, or an improvement
    cannot_tell: int


def run(plan: GatePlan, times: int, settings: Settings, console: Console) -> Result:
    """Run the missing part of the proof and sum it all up. `plan.head` is not used."""
    began = datetime.now(UTC)
    base = checkouts(replace(plan, head=plan.base), settings, console)["base"]
    home = settings.data_dir.resolve() / "gate"
    kept = home / "proof" / f"{base.revision[:12]}-{plan.suite.name}-{plan.tolerance:.2f}-{plan.budget_s:.0f}"
    # One of each in turn, so that a proof that is broken off has some of all.
    for number in range(times):
        for plant in PLANTS:
            done = read(kept / plant.name)
            if len(done) > number or (plant.signals_only and number >= SIGNAL_RUNS):
                continue
            console.print(f"{plant.name}, run {number + 1}", style="bold")
            this = replace(plan, seed=plan.seed + number, budget_s=0 if plant.signals_only else plan.budget_s)
            with planted(base, plant, home) as head:
                store.write(run_gate(this, settings, console, {"base": base, "head": head}), kept / plant.name)
    found = {plant.name: read(kept / plant.name) for plant in PLANTS}
    return to_result(plan, found, began)


def read(folder: Path) -> list[Result]:
    """Return the runs that are kept in a folder, oldest first."""
    return [store.read(path) for path in sorted(folder.glob("*.json"))]


def tally(plant: Plant, runs: Sequence[Result]) -> list[Tally]:
    """Return what the runs said of that plant, for each of its promises."""
    caught, open_ones = Counter[str](), Counter[str]()
    otherwise = 0
    planted_ones = tuple(metric for metrics in plant.promises.values() for metric in metrics)
    for result in runs:
        regressed, improved, unsure = (
            [check.name for check in result.checks if check.detail.startswith(verdict)]
            for verdict in (Verdict.REGRESSED, Verdict.IMPROVED, Verdict.CANNOT_TELL)
        )
        for promise, metrics in plant.promises.items():
            found = any(name.startswith(metrics) for name in regressed)
            caught[promise] += found
            # Where nothing was planted, any metric that stayed open leaves the run open.
            open_ones[promise] += not found and any(name.startswith(metrics or "") for name in unsure)
        # A planted change of SQL costs elsewhere too, and may save something.
        strange = [name for name in regressed if not name.startswith(planted_ones)]
        otherwise += not plant.signals_only and bool(strange or improved)
    return [Tally(promise, len(runs), caught[promise], otherwise, open_ones[promise]) for promise in plant.promises]


def to_result(plan: GatePlan, found: dict[str, list[Result]], began: datetime) -> Result:
    """Return the summary of all runs, with a check for each promise."""
    tallies = [each for plant in PLANTS for each in tally(plant, found[plant.name])]
    some = next(runs[0] for runs in found.values() if runs)
    return store.of_run(
        what="gate-proof",
        started_at=began,
        postgres=some.postgres,
        data=some.data,
        variant=some.variant,
        parameters={
            "base": some.parameters["base"],
            "suite": plan.suite.name,
            "tolerance": plan.tolerance,
            "budget_seconds": plan.budget_s,
            "first_seed": plan.seed,
        },
        measurements=list(_measurements(tallies)),
        checks=list(_checks(tallies)),
    )


def _measurements(tallies: Sequence[Tally]) -> Iterator[Measurement]:
    for each in tallies:
        yield Measurement.of("runs", each.runs, "runs", plant=each.promise)
        yield Measurement.of("cannot_tell", each.cannot_tell, "runs", plant=each.promise)
        for name, hits in (("caught", each.caught), ("otherwise", each.otherwise)):
            yield Measurement.of(name, share(hits, each.runs), "share", plant=each.promise)


def _checks(tallies: Sequence[Tally]) -> Iterator[Check]:
    for each in tallies:
        detail = f"{each.caught} of {each.runs} caught, {each.otherwise} called otherwise, {each.cannot_tell} open"
        kind = each.promise.rpartition("-")[2]
        least = math.ceil(WANTED.get(kind, 0 if each.promise == "nothing" else 1) * each.runs)
        passed = each.runs > 0 and each.caught >= least and each.otherwise == 0
        yield Check(name=each.promise, passed=passed, detail=detail)


def table(result: Result) -> Table:
    """Format for people: shares with their exact intervals."""
    columns = ("planted", "runs", "caught", "95 %", "called otherwise", "95 %", "cannot tell", "")
    shown = terminal.table("planted changes", columns)
    for check in result.checks:
        values = {m.name: m for m in result.measurements if m.labels["plant"] == check.name}
        runs = values["runs"].value
        cells = [check.name, f"{runs:.0f}"]
        for name in ("caught", "otherwise"):
            each = values[name]
            cells += [f"{each.value * runs:.0f}", f"{each.low:.2f} – {each.high:.2f}"]
        shown.add_row(*cells, f"{values['cannot_tell'].value:.0f}", check.mark)
    return shown
