"""`adbench faults failover`: the primary dies while events come, its streaming replica is promoted, and the
journal is compared with what is stored there.

Each trial kills every process of the primary at once, as the loss of a machine would, and never starts it again. In
most trials the standby is cut off before, as by a network that goes first. The service knows both servers by one
address (`host=…,…` with `target_session_attrs=primary`) and finds the other by itself.
"""

import asyncio
import random
import signal
import time
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from adbench.checkout import ROOT
from adbench.faults.checks import stored_batches
from adbench.faults.system.cluster import LOOK_S
from adbench.faults.system.pair import DATABASE, MODES, Mode, Pair
from adbench.faults.system.service import Service
from adbench.faults.traffic.batches import Source
from adbench.faults.traffic.client import Client
from adbench.faults.traffic.journal import Journal, compare
from adbench.harness import databases
from adbench.harness.databases import connected
from adbench.harness.patience import PATIENCE_S
from adbench.records import store
from adbench.records.model import Check, Measurement, Postgres, Result
from adpulse.terminal import counted
from adpulse.variants import catalogue, verify

RATE = 20_000  # events a second
BEFORE_S = (0.3, 1.5)  # events flow before the primary dies
# How long before the primary dies the standby is cut off: not at all, a moment, and longer than a write may take.
CUTS_S = (0.0, 0.2, 3.0)
AFTER_S = 0.3
VARIANT = "rollup"


@dataclass(frozen=True)
class Trial:
    """The outcome of a fail-over.

    `window_s`: how long before the primary's death the first lost batch was acknowledged, 0 when none was lost;
    `outage_s`: from the death to the first acknowledgement after the promotion.
    """

    acknowledged: int  # events before and after
    lost: int  # acknowledged events that were lost
    window_s: float
    outage_s: float
    violations: list[str]


async def trial(pair: Pair, mode: Mode, cut_s: float, seed: int, number: int, log: Path, rate: float = RATE) -> Trial:
    """Play one fail-over on a new database. Raise the error of a program that does not come back within PATIENCE_S."""
    await pair.new_database(VARIANT)
    await pair.join(mode)
    service = Service(mode, ROOT, log)
    service.start(pair.url())
    journal = Journal()
    client = Client([service], Source(seed, number, datetime.now(UTC)), journal, f"failover {seed} {number}", rate)
    over = asyncio.Event()
    died_at = back_at = 0.0

    async def fail_over() -> None:
        nonlocal died_at, back_at
        try:
            await asyncio.sleep(random.Random(f"{seed} {number}").uniform(*BEFORE_S))
            if cut_s:
                await pair.cut()
                await asyncio.sleep(cut_s)
            died_at = pair.kill_primary()
            await pair.promote()
            promoted_at = time.monotonic()  # before that, answers of the dead primary still arrive
            async with asyncio.timeout(PATIENCE_S):
                while (first := journal.first_acknowledgement(promoted_at)) is None:
                    await asyncio.sleep(LOOK_S)
            back_at = first
            await asyncio.sleep(AFTER_S)
        finally:
            over.set()

    try:
        await service.ready()
        async with asyncio.TaskGroup() as group:
            group.create_task(client.run(over))
            group.create_task(fail_over())
        await client.settle()
        await client.flush()
    finally:
        await client.close()
        service.send(signal.SIGKILL)
    return await _compared(pair, mode, journal, died_at, back_at)


async def _compared(pair: Pair, mode: Mode, journal: Journal, died_at: float, back_at: float) -> Trial:
    async with connected(pair.primary.url(DATABASE)) as connection:
        stored = await stored_batches(connection)
        verified = await verify.verify(connection, catalogue.find(VARIANT))
    wrong = [*compare(journal.batches.values(), stored), *journal.violations]
    wrong += [f"report: {mismatch}" for mismatch in verified.mismatches[:5]]
    lost = journal.lost(stored)
    if mode == "async":  # not promised; and then a report may have fewer events than were acknowledged
        wrong = [line for line in wrong if not line.startswith(("lost:", "report: {"))]
    return Trial(
        acknowledged=journal.events_acknowledged,
        lost=sum(lost.values()),
        window_s=max((died_at - journal.batches[number].acknowledged_at for number in lost), default=0.0),
        outage_s=back_at - died_at,
        violations=wrong,
    )


@dataclass
class Done:
    """The trials so far, by mode and by the seconds that the standby was cut off, and the server that they ran on."""

    trials: dict[tuple[Mode, float], list[Trial]] = field(
        default_factory=lambda: {(mode, cut_s): [] for mode in MODES for cut_s in CUTS_S}
    )
    postgres: Postgres | None = None


async def run(home: Path, done: Done, count: int, seed: int, rate: float) -> AsyncGenerator[tuple[Mode, float, Trial]]:
    """Play `count` fail-overs of every kind in turn; add each to `done`, and yield it."""
    with closing(Pair(home)) as pair:
        done.postgres = await databases.postgres(pair.primary.url())
        for number in range(count):
            for (mode, cut_s), kept in done.trials.items():
                kept.append(await trial(pair, mode, cut_s, seed, number, home / "service.log", rate))
                yield mode, cut_s, kept[-1]


def to_result(done: Done, began: datetime, seed: int, rate: float) -> Result:
    """Return what was lost, and for how long nothing was taken, as a result file has it."""
    measurements = []
    checks = []
    for (mode, cut_s), trials in done.trials.items():
        if not trials:
            continue  # broken off before
        labels = {"mode": mode, "cut_s": str(cut_s)}
        figures = {
            "trials": (len(trials), "fail-overs"),
            "events.acknowledged": (sum(trial.acknowledged for trial in trials), "events"),
            "events.lost": (sum(trial.lost for trial in trials), "events"),
            "trials.with.loss": (sum(trial.lost > 0 for trial in trials), "fail-overs"),
            "events.lost.most": (max(trial.lost for trial in trials), "events"),
            "window.longest": (max(trial.window_s for trial in trials), "s"),
            "outage.median": (sorted(trial.outage_s for trial in trials)[len(trials) // 2], "s"),
            "outage.longest": (max(trial.outage_s for trial in trials), "s"),
        }
        measurements += [Measurement.of(name, round(value, 4), unit, labels) for name, (value, unit) in figures.items()]
        violations = [line for trial in trials for line in trial.violations]
        refused = [line for line in violations if line.startswith("status:")]
        wrong = [line for line in violations if line not in refused]
        promise = (
            "all that was acknowledged is stored, once" if MODES[mode] else "what is stored is there once, and whole"
        )
        detail = "; ".join(wrong[:3]) or counted(len(trials), "fail-over")
        name = f"{mode}, standby cut off {cut_s:g} s before: {promise}"
        checks.append(Check(name=name, passed=not wrong, detail=detail))
        # An aim: on a busy machine a body may not arrive in time.
        name = f"{mode}, standby cut off {cut_s:g} s before: a good batch gets 200, or 429 or 503 with Retry-After"
        checks.append(Check(name=name, passed=not refused, detail="; ".join(refused[:3]) or "always", aim=True))
    return store.of_run(
        what="failover",
        started_at=began,
        postgres=done.postgres,
        variant=VARIANT,
        parameters={"seed": seed, "rate": rate, "before_s": list(BEFORE_S)},
        measurements=measurements,
        checks=checks,
    )
