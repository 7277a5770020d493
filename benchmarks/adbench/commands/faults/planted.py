"""`adbench faults planted`: bugs that the harness must find."""

import asyncio
from typing import Annotated

import typer

from adbench.commands.faults.options import EventsSeed, Fresh, check_names, console, data_dir, write
from adbench.commands.options import developing, failing_clearly, listed
from adpulse.terminal import counted


def planted(
    only: Annotated[str | None, typer.Option(help="these alone, separated by commas")] = None,
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
    check_names(names, all_plants)
    with failing_clearly():
        with copied() as tree:
            path = kept.file(data_dir(), "planted", tree, seed)
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
            write(result)
    raise typer.Exit(0 if result.passed else 1)
