"""`adbench faults run`: cycles of harm."""

import asyncio
import logging
import time
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adbench.commands.faults.options import Fresh, Rate, Seed, check_names, console, data_dir, write_with_checks
from adbench.commands.options import developing, failing_clearly, listed
from adpulse.variants import catalogue

if TYPE_CHECKING:  # the harness needs httpx, of the group `dev`
    from adbench.faults.cycle import Outcome


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
    check_names(names or (), HARMS)
    folders = [catalogue.find(name).folder.name for name in listed(variant)] or list(FOLDERS)
    hostile = list({"all": DEFAULTS, "none": ()}.get(defaults or "all", listed(defaults)))
    check_names(hostile, DEFAULTS)
    ups = UPS if up is None else up
    began = Begun()
    give_up = time.monotonic() + 60 * minutes if minutes is not None else float("inf")

    async def run_and_keep(course: Course, tree: Path, path: Path) -> None:
        async with aclosing(run(course, tree)) as results:
            async for outcome, postgres in results:
                cycles_done.append(kept.Cycle(outcome=outcome, postgres=postgres))
                kept.append(path, cycles_done[-1])
                _show(outcome)

    with failing_clearly(), patched(patch) if patch else copied() as tree:
        path = kept.file(data_dir(), "run", tree, seed, rate, digest_of(names, folders, ups, hostile))
        if fresh:
            path.unlink(missing_ok=True)
        cycles_done = kept.read(path, kept.Cycle)[:cycles]
        course = Course(seed, len(cycles_done), cycles, rate, give_up, names, folders, ups, hostile)
        try:
            asyncio.run(run_and_keep(course, tree, path))
        finally:
            outcomes = [cycle.outcome for cycle in cycles_done]
            parameters: dict[str, Any] = {"seed": seed, "rate": rate, "cycles": len(outcomes), "asked": cycles}
            parameters |= {"variants": folders, "up": ups, "defaults": hostile}
            parameters |= {"only": names} if names else {}
            parameters |= {"patch": patch.name} if patch else {}
            postgres = cycles_done[-1].postgres if cycles_done else None
            write_with_checks(to_result(outcomes, began, postgres, parameters))
    raise typer.Exit(1 if any(outcome.violations for outcome in outcomes) else 0)


def _show(outcome: "Outcome") -> None:
    mark = "[red]✗[/]" if outcome.violations else "[green]✓[/]"
    harms = ", ".join(outcome.harms) + (f" (left out: {', '.join(outcome.skipped)})" if outcome.skipped else "")
    harms += "".join(f"; {default}" for default in outcome.defaults)
    console.print(
        f"{mark} {outcome.cycle:>5} {outcome.seconds:5.1f} s {outcome.events_acknowledged:>9,} events  "
        f"{outcome.variant}{' up' if outcome.up else ''}: {harms}",
        soft_wrap=True,
    )
    for violation in outcome.violations[:20]:
        console.print(f"    {violation}", style="red", markup=False, soft_wrap=True)
