"""`python -m adbench.faults run`: cycles of harm, until their number or the time is reached;
`python -m adbench.faults overload`.

Exit status 1 after a violation.
"""

import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from adbench.checkout import ROOT
from adbench.faults import overload as overloading
from adbench.faults import planted, record
from adbench.faults.checks import check
from adbench.faults.cycle import Outcome
from adbench.faults.harms import HARMS
from adbench.faults.journal import Journal
from adbench.faults.run import Course, describe, run
from adbench.faults.trees import copied, patched
from adbench.faults.world import world
from adbench.harness.process import stopping_on_sigterm
from adbench.records import environment, store
from adbench.records.model import Postgres, Result
from adpulse.settings import Settings

RATE = 30_000

app = typer.Typer(
    help="Harm is done to a service and its database, and what they say is compared.", no_args_is_help=True
)
console = Console(highlight=False)


@app.command("run")
def run_cycles(
    cycles: Annotated[int, typer.Option(help="how many, with those of a run that was broken off")] = 20,
    seed: Annotated[int, typer.Option(help="decides harms and events")] = 1,
    minutes: Annotated[float | None, typer.Option(help="begin no cycle after so long")] = None,
    rate: Annotated[int, typer.Option(help="events a second that are sent at most, beside repeats")] = RATE,
    only: Annotated[str | None, typer.Option(help="these harms alone, separated by commas")] = None,
    patch: Annotated[Path | None, typer.Option(exists=True, help="a bug to plant in a copy of the service")] = None,
) -> None:
    """Do harm to a service and its database, and check after every cycle that nothing was lost or doubled."""
    logging.basicConfig(level=logging.WARNING)
    names = only.split(",") if only else None
    if unknown := set(names or ()) - HARMS.keys():
        raise typer.BadParameter(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(HARMS)}")
    began, source = datetime.now(UTC), environment.source()
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
                _show(outcome)

    with stopping_on_sigterm(), patched(patch) if patch else copied(ROOT) as tree:
        asyncio.run(go(tree))
    if kept and postgres:
        parameters = {"rate": rate, "cycles": len(outcomes)}
        _conclude(record.to_result(outcomes, seed, began, source, postgres, parameters))
    raise typer.Exit(1 if any(each.violations for each in outcomes) else 0)


@app.command()
def overload(
    seconds: Annotated[float, typer.Option(help="of overload; a third as long before and after for the capacity")] = 60,
    times: Annotated[float, typer.Option(help="the capacity")] = 3,
    seed: Annotated[int, typer.Option(help="decides the events")] = 1,
) -> None:
    """Let more arrive than can be stored, and check that what is too much is refused and nothing is lost."""
    began, source = datetime.now(UTC), environment.source()

    async def go(tree: Path) -> Result:
        with tempfile.TemporaryDirectory(prefix="adpulse-faults-") as folder:
            home = Path(folder)
            home.chmod(0o711)
            async with world(home, tree) as it:
                journal = Journal()
                found = await overloading.overload(it, journal, seed, seconds, times)
                wrong = [*journal.violations, *(await check(it, journal)).violations]
                parameters = {"seed": seed, "seconds": seconds, "times": times}
                return record.of_overload(found, wrong, began, source, await describe(it), parameters)

    with stopping_on_sigterm(), copied(ROOT) as tree:
        result = asyncio.run(go(tree))
    _conclude(result)
    raise typer.Exit(0 if result.passed else 1)


@app.command("planted")
def try_planted(
    only: Annotated[str | None, typer.Option(help="these alone, separated by commas")] = None,
    seed: Annotated[int, typer.Option(help="decides the events")] = 1,
) -> None:
    """Plant each bug of tests/faults/planted in a copy of the service, and see that it is found."""
    began, source = datetime.now(UTC), environment.source()
    names = only.split(",") if only else None
    found = []
    for plant in planted.read_all():
        if names is None or plant.name in names:
            with stopping_on_sigterm():
                outcomes = asyncio.run(planted.attempt(plant, seed))
            found.append((plant, outcomes))
            lines = plant.found(outcomes[-1])
            mark = "[green]✓[/]" if lines else "[red]✗[/]"
            others = outcomes[-1].violations
            console.print(
                f"{mark} {plant.name}, {len(outcomes)} cycles: {(lines or others or ['nothing'])[0]}", soft_wrap=True
            )
    result = record.of_planted(found, began, source, {"seed": seed})
    console.print(f"result: {store.write(result, Settings().data_dir.resolve() / 'results')}", soft_wrap=True)
    raise typer.Exit(0 if result.passed else 1)


def _conclude(result: Result) -> None:
    path = store.write(result, Settings().data_dir.resolve() / "results")
    console.print(f"result: {path}", soft_wrap=True)
    for each in result.checks:
        mark = "[green]✓[/]" if each.passed else "[yellow]·[/]" if each.aim else "[red]✗[/]"
        console.print(f"{mark} {each.name}: {each.detail}", soft_wrap=True)


def _read(path: Path | None) -> list[Outcome]:
    if path is None or not path.exists():
        return []
    return [Outcome.model_validate_json(line) for line in path.read_text().splitlines()]


async def _noted(
    outcomes: AsyncGenerator[tuple[Outcome, Postgres]], path: Path | None
) -> AsyncGenerator[tuple[Outcome, Postgres]]:
    async for outcome, postgres in outcomes:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a") as file:
                file.write(outcome.model_dump_json() + "\n")
        yield outcome, postgres


def _show(outcome: Outcome) -> None:
    mark = "[red]✗[/]" if outcome.violations else "[green]✓[/]"
    harms = ", ".join(outcome.harms) + (f" (left out: {', '.join(outcome.skipped)})" if outcome.skipped else "")
    console.print(
        f"{mark} {outcome.cycle:>5} {outcome.seconds:5.1f} s {outcome.events_acknowledged:>9,} events  {harms}",
        soft_wrap=True,
    )
    for line in outcome.violations[:20]:
        console.print(f"    {line}", style="red", markup=False, soft_wrap=True)


if __name__ == "__main__":
    app()
