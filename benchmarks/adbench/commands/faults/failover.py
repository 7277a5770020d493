"""`adbench faults failover`: the primary dies, its replica takes over."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from adbench.commands.faults.options import Rate, console, write_with_checks
from adbench.commands.options import developing, failing_clearly
from adbench.harness.process import server_folder


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

    async def run_trials(home: Path) -> None:
        async with aclosing(failing.run(home, done, trials, seed, rate)) as trials_done:
            async for mode, cut_s, trial in trials_done:
                console.print(
                    f"{mode:>12} {cut_s:.1f} s: {trial.acknowledged:,} acknowledged, {trial.lost:,} lost "
                    f"(window {trial.window_s * 1_000:.1f} ms), back after {trial.outage_s:.2f} s",
                    *trial.violations[:5],
                    sep="\n    ",
                    markup=False,
                )

    with failing_clearly(), server_folder("adpulse-failover-") as home:
        try:
            asyncio.run(run_trials(home))
        finally:
            result = failing.to_result(done, began, seed, rate)
            write_with_checks(result)
    raise typer.Exit(0 if result.passed else 1)
