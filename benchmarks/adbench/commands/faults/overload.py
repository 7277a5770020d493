"""`adbench faults overload`: more events than can be stored."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adbench.commands.faults.options import EventsSeed, write_with_checks
from adbench.commands.options import developing, failing_clearly
from adbench.harness.process import server_folder

if TYPE_CHECKING:
    from adbench.records.model import Result


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

    async def run_overload(home: Path, tree: Path) -> "Result":
        async with world(home, tree) as it:
            journal = Journal()
            measured = await overloading.overload(it, journal, seed, seconds, times)
            violations = [*journal.violations, *(await check(it, journal)).violations]
            parameters = {"seed": seed, "seconds": seconds, "times": times}
            return of_overload(measured, violations, began, await describe(it), parameters)

    with failing_clearly(), copied() as tree, server_folder("adpulse-faults-") as home:
        result = asyncio.run(run_overload(home, tree))
    write_with_checks(result)
    raise typer.Exit(0 if result.passed else 1)
