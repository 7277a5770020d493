"""`python -m faults`: cycles of harm, until their number or the time is reached."""

import asyncio
import logging
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from faults import cycle as cycles
from faults.journal import Journal
from faults.schedule import plan
from faults.trees import ROOT, patched
from faults.world import world

KEPT_EVENTS = 400_000  # then the database is emptied, so that recounts stay short
ERA = 25  # cycles, after which it is a new one, with few partitions again


def main(
    count: Annotated[int, typer.Option("--cycles", help="how many")] = 20,
    seed: Annotated[int, typer.Option(help="decides harms and events")] = 1,
    minutes: Annotated[float | None, typer.Option(help="begin no cycle after so long")] = None,
    rate: Annotated[float, typer.Option(help="events a second that are sent, beside repeats")] = 30_000,
    only: Annotated[str | None, typer.Option(help="these harms alone, separated by commas")] = None,
    patch: Annotated[Path | None, typer.Option(help="a bug to plant in a copy of the service first")] = None,
) -> None:
    """Do harm to a service and its database, and check after every cycle that nothing was lost or doubled."""
    logging.basicConfig(level=logging.WARNING)
    names = only.split(",") if only else None
    console = Console()

    async def run(tree: Path) -> bool:
        good = True
        give_up = time.monotonic() + 60 * minutes if minutes else None
        with tempfile.TemporaryDirectory(prefix="adpulse-faults-") as folder:
            home = Path(folder)
            home.chmod(0o711)
            async with world(home, tree) as it:
                journal = Journal()
                for number in range(count):
                    if give_up and time.monotonic() > give_up:
                        break
                    if number and number % ERA == 0:
                        await it.new_database()
                        journal = Journal()
                    elif journal.events_sent > KEPT_EVENTS:
                        await it.empty()
                        journal = Journal()
                    outcome = await cycles.run(it, journal, seed, number, plan(seed, number, names), rate)
                    good = good and not outcome.violations
                    console.print(outcome.model_dump(), highlight=False)
        return good

    if patch:
        with patched(patch) as tree:
            good = asyncio.run(run(tree))
    else:
        good = asyncio.run(run(ROOT))
    raise typer.Exit(0 if good else 1)


if __name__ == "__main__":
    typer.run(main)
