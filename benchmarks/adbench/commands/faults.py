"""`adbench faults`: harm is done to a service and its database, and what they say is compared."""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from adbench.commands.options import developing, failing_clearly, listed, show_checks
from adbench.harness.process import server_folder
from adbench.records import store
from adpulse.settings import Settings
from adpulse.terminal import counted
from adpulse.variants import catalogue

if TYPE_CHECKING:  # the harness needs httpx, of the group `dev`
    from adbench.faults.cycle import Outcome
    from adbench.records.model import Result

faults = typer.Typer(
    help="Do harm to a service and its database while events flow, and compare what they say with a journal.",
    no_args_is_help=True,
)
console = Console(highlight=False)

Seed = Annotated[int, typer.Option(help="decides harms and events")]
EventsSeed = Annotated[int, typer.Option(help="decides the events")]
Rate = Annotated[int, typer.Option(help="events a second that are sent at most, beside repeats")]
Fresh = Annotated[bool, typer.Option("--fresh", help="start again; else a run of the same code and seed continues")]
Only = Annotated[str | None, typer.Option(help="these alone, separated by commas")]


@faults.command("run")
def run_cycles(
    cycles: Annotated[int, typer.Option(min=1, help="number of cycles, with those of an interrupted run")] = 20,
    seed: Seed = 1,
    minutes: Annotated[float | None, typer.Option(help="begin no cycle after this many minutes")] = None,
    rate: Rate = 30_000,
    only: Annotated[str | None, typer.Option(help="these harms alone, separated by commas")] = None,
    variant: Annotated[str | None, typer.Option(help="these designs alone, separated by commas")] = None,
    up: Annotated[bool | None, typer.Option("--up/--serve", help="some databases with `adpulse up`, or none")] = None,
    defaults: Annotated[
        str | None, typer.Option(help="hostile defaults of the database that are drawn: names, all or none")
    ] = None,
    patch: Annotated[Path | None, typer.Option(exists=True, help="a bug to plant in a copy of the service")] = None,
    fresh: Fresh = False,
) -> None:
    """Kill, cut and fill a service and its database, and check that nothing is lost, doubled or wrong.

    A result is written at the end, also of a run that is broken off. Exit status: 0, 1 after a violation, 2 when it
    could not be run.
    """
    with developing():
        from adbench.faults import kept
        from adbench.faults.harms import HARMS
        from adbench.faults.record import Begun, to_result
        from adbench.faults.run import UPS, Course, run
        from adbench.faults.system.hostile import DEFAULTS
        from adbench.faults.trees import copied, digest_of, patched
        from adbench.faults.world import FOLDERS
    logging.basicConfig(level=logging.WARNING)
    names = listed(only) or None
    _check(names or (), HARMS)
    folders = [catalogue.find(name).folder.name for name in listed(variant)] or list(FOLDERS)
    hostile = list({"all": DEFAULTS, "none": ()}.get(defaults or "all", listed(defaults)))
    _check(hostile, DEFAULTS)
    ups, began = UPS if up is None else up, Begun()
    give_up = time.monotonic() + 60 * minutes if minutes is not None else float("inf")

    async def go(course: Course, tree: Path, path: Path) -> None:
        async with aclosing(run(course, tree)) as done:
            async for outcome, postgres in done:
                lines.append(kept.Cycle(outcome=outcome, postgres=postgres))
                kept.append(path, lines[-1])
                _show(outcome)

    with failing_clearly(), patched(patch) if patch else copied() as tree:
        path = kept.file(_home(), "run", tree, seed, rate, digest_of(names, folders, ups, hostile))
        if fresh:
            path.unlink(missing_ok=True)
        lines = kept.read(path, kept.Cycle)[:cycles]
        try:
            asyncio.run(go(Course(seed, len(lines), cycles, rate, give_up, names, folders, ups, hostile), tree, path))
        finally:
            outcomes = [line.outcome for line in lines]
            parameters: dict[str, Any] = {"seed": seed, "rate": rate, "cycles": len(outcomes), "asked": cycles}
            parameters |= {"variants": folders, "up": ups, "defaults": hostile}
            parameters |= {"only": names} if names else {}
            parameters |= {"patch": patch.name} if patch else {}
            _conclude(to_result(outcomes, began, lines[-1].postgres if lines else None, parameters))
    raise typer.Exit(1 if any(each.violations for each in outcomes) else 0)


@faults.command()
def overload(
    seconds: Annotated[float, typer.Option(help="seconds of overload; a third of that before and after")] = 60,
    times: Annotated[float, typer.Option(help="load, as a multiple of the capacity")] = 3,
    seed: EventsSeed = 1,
) -> None:
    """Send more events than can be stored, and check that the excess is refused and nothing is lost.

    Exit status: 0, 1 after a violation, 2 when it could not be run.
    """
    with developing():
        from adbench.faults import overload as overloading
        from adbench.faults.checks import check
        from adbench.faults.record import Begun, of_overload
        from adbench.faults.run import describe
        from adbench.faults.traffic.journal import Journal
        from adbench.faults.trees import copied
        from adbench.faults.world import world
    began = Begun()

    async def go(home: Path, tree: Path) -> "Result":
        async with world(home, tree) as it:
            journal = Journal()
            found = await overloading.overload(it, journal, seed, seconds, times)
            wrong = [*journal.violations, *(await check(it, journal)).violations]
            parameters = {"seed": seed, "seconds": seconds, "times": times}
            return of_overload(found, wrong, began, await describe(it), parameters)

    with failing_clearly(), copied() as tree, server_folder("adpulse-faults-") as home:
        result = asyncio.run(go(home, tree))
    _conclude(result)
    raise typer.Exit(0 if result.passed else 1)


@faults.command()
def planted(
    only: Only = None,
    seed: EventsSeed = 1,
    fresh: Fresh = False,
) -> None:
    """Plant each bug of benchmarks/adbench/faults/planted in a copy of the service, and check that it is found.

    A result is written at the end, also of a run that is broken off. Exit status: 0, 1 when one is not found, 2 when it
    could not be run.
    """
    with developing():
        from adbench.faults import kept
        from adbench.faults import planted as plants
        from adbench.faults.record import Begun, of_planted
        from adbench.faults.trees import copied
    began = Begun()
    all_plants = {plant.name: plant for plant in plants.read_all()}
    names = listed(only) or list(all_plants)
    _check(names, all_plants)
    with failing_clearly():
        with copied() as tree:
            path = kept.file(_home(), "planted", tree, seed)
        if fresh:
            path.unlink(missing_ok=True)
        tried = {line.plant: line.outcomes for line in kept.read(path, kept.Tried)}
        try:
            for name in names:
                if name not in tried:
                    outcomes = asyncio.run(plants.attempt(all_plants[name], seed))
                    kept.append(path, kept.Tried(plant=name, outcomes=outcomes))
                    tried[name] = outcomes
                lines = all_plants[name].found(tried[name][-1])
                first = (lines or tried[name][-1].violations or ["nothing"])[0]
                mark = "[green]✓[/]" if lines else "[red]✗[/]"
                console.print(f"{mark} {name}, {counted(len(tried[name]), 'cycle')}: {first}", soft_wrap=True)
        finally:
            found = [(all_plants[name], tried[name]) for name in names if name in tried]
            result = of_planted(found, began, {"seed": seed, "asked": len(names)})
            _written(result)
    raise typer.Exit(0 if result.passed else 1)


@faults.command()
def failover(
    trials: Annotated[int, typer.Option(min=1, help="fail-overs in each mode")] = 20,
    seed: Annotated[int, typer.Option(help="decides events and moments")] = 1,
    rate: Rate = 20_000,
) -> None:
    """Kill the primary under load, promote its replica, and count the acknowledged events that are lost.

    A result is written at the end, also of a run that is broken off. Exit status: 0, 1 after a violation, 2 when it
    could not be run.
    """
    with developing():
        from adbench.faults import failover as failing
    began = datetime.now(UTC)
    done = failing.Done()

    async def go(home: Path) -> None:
        async with aclosing(failing.run(home, done, trials, seed, rate)) as them:
            async for mode, cut_s, it in them:
                console.print(
                    f"{mode:>12} {cut_s:.1f} s: {it.acknowledged:,} acknowledged, {it.lost:,} lost "
                    f"(window {it.window_s * 1_000:.1f} ms), back after {it.outage_s:.2f} s",
                    *it.violations[:5],
                    sep="\n    ",
                    markup=False,
                )

    with failing_clearly(), server_folder("adpulse-failover-") as home:
        try:
            asyncio.run(go(home))
        finally:
            result = failing.to_result(done, began, seed, rate)
            _conclude(result)
    raise typer.Exit(0 if result.passed else 1)


def _check(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise typer.BadParameter for a name that is not known."""
    if unknown := set(names) - set(known):
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(known)}")


def _home() -> Path:
    return Settings().data_dir.resolve()


def _written(result: "Result") -> None:
    console.print(f"result: {store.write(result, _home() / 'results')}", soft_wrap=True)


def _conclude(result: "Result") -> None:
    """Write a result, and print its checks."""
    _written(result)
    show_checks(result, console)


def _show(outcome: "Outcome") -> None:
    mark = "[red]✗[/]" if outcome.violations else "[green]✓[/]"
    harms = ", ".join(outcome.harms) + (f" (left out: {', '.join(outcome.skipped)})" if outcome.skipped else "")
    harms += "".join(f"; {each}" for each in outcome.defaults)
    console.print(
        f"{mark} {outcome.cycle:>5} {outcome.seconds:5.1f} s {outcome.events_acknowledged:>9,} events  "
        f"{outcome.variant}{' up' if outcome.up else ''}: {harms}",
        soft_wrap=True,
    )
    for line in outcome.violations[:20]:
        console.print(f"    {line}", style="red", markup=False, soft_wrap=True)
