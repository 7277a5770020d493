"""`python -m faults`: cycles of harm, until their number or the time is reached. Exit status 1 after a violation."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adpulse.settings import Settings
from benchmarks import results
from benchmarks.child import stopping_on_sigterm
from benchmarks.results import Postgres
from faults import record
from faults.cycle import Outcome
from faults.harms import HARMS
from faults.run import Course, run
from faults.trees import ROOT, copied, patched

RATE = 30_000


def main(
    cycles: Annotated[int, typer.Option(help="how many, with those of a run that was broken off")] = 20,
    seed: Annotated[int, typer.Option(help="decides harms and events")] = 1,
    minutes: Annotated[float | None, typer.Option(help="begin no cycle after so long")] = None,
    rate: Annotated[int, typer.Option(help="events a second that are sent at most, beside repeats")] = RATE,
    only: Annotated[str | None, typer.Option(help="these harms alone, separated by commas")] = None,
    patch: Annotated[Path | None, typer.Option(exists=True, help="a bug to plant in a copy of the service")] = None,
) -> None:
    """Do harm to a service and its database, and check after every cycle that nothing was lost or doubled."""
    logging.basicConfig(level=logging.WARNING)
    console = Console(highlight=False)
    names = only.split(",") if only else None
    if unknown := set(names or ()) - HARMS.keys():
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(HARMS)}")
    began, source = datetime.now(UTC), results.source()
    home = Settings().data_dir.resolve()
    # Cycles of one revision, seed and rate belong together; with a patch or a choice of harms, to nothing.
    kept = None if patch or names or source.changed else home / "faults" / f"{source.revision}-{seed}-{rate}.jsonl"
    outcomes = _read(kept)
    course = Course(seed, len(outcomes), cycles, rate, names=names)
    if minutes is not None:
        course = Course(seed, len(outcomes), cycles, rate, time.monotonic() + 60 * minutes, names)
    postgres: Postgres | None = None

    async def go(tree: Path) -> None:
        nonlocal postgres
        async with aclosing(run(course, tree)) as done:
            async for outcome, found in _noted(done, kept):
                postgres = found
                outcomes.append(outcome)
                _show(outcome, console)

    with stopping_on_sigterm(), patched(patch) if patch else copied(ROOT) as tree:
        asyncio.run(go(tree))
    if kept and postgres:
        parameters = {"rate": rate, "cycles": len(outcomes)}
        result = record.to_result(outcomes, seed, began, source, postgres, parameters)
        console.print(f"result: {results.write(result, home / 'results')}", soft_wrap=True)
        for check in result.checks:
            mark = "[green]✓[/]" if check.passed else "[yellow]·[/]" if check.aim else "[red]✗[/]"
            console.print(f"{mark} {check.name}: {check.detail}", soft_wrap=True)
    raise typer.Exit(1 if any(each.violations for each in outcomes) else 0)


def _read(path: Path | None) -> list[Outcome]:
    if path is None or not path.exists():
        return []
    return [Outcome.model_validate_json(line) for line in path.read_text().splitlines()]


async def _noted(
    outcomes: AsyncIterator[tuple[Outcome, Postgres]], path: Path | None
) -> AsyncIterator[tuple[Outcome, Postgres]]:
    async for outcome, postgres in outcomes:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as file:
                file.write(outcome.model_dump_json() + "\n")
        yield outcome, postgres


def _show(outcome: Outcome, console: Console) -> None:
    mark = "[red]✗[/]" if outcome.violations else "[green]✓[/]"
    harms = ", ".join(outcome.harms) + (f" (left out: {', '.join(outcome.skipped)})" if outcome.skipped else "")
    console.print(
        f"{mark} {outcome.cycle:>5} {outcome.seconds:5.1f} s {outcome.events_acknowledged:>9,} events  {harms}",
        soft_wrap=True,
    )
    for line in outcome.violations[:20]:
        console.print(f"    {line}", style="red", markup=False, soft_wrap=True)


if __name__ == "__main__":
    typer.run(main)
