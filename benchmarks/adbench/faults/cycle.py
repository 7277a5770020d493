"""A cycle: events flow, harm is done as planned, everything heals, and all checks are made."""

import asyncio
import re
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

from pydantic import BaseModel

from adbench.errors import leaves
from adbench.faults.checks import check
from adbench.faults.harms import HARMS
from adbench.faults.schedule import Step
from adbench.faults.system.hostile import Default
from adbench.faults.traffic.batches import NUMBERS, Source
from adbench.faults.traffic.client import Client
from adbench.faults.traffic.journal import Journal
from adbench.faults.world import World

# A result must hold no path of its machine (adbench keep).
_TEMPORARY = re.compile(re.escape(tempfile.gettempdir()) + r"/[^\s'\"]+")

BEFORE_S = 0.3  # events flow before the first harm, and after the last
AFTER_S = 0.3
MEMORY_BYTES = 512 * 2**20  # most resident memory of a process, as under overload


class Outcome(BaseModel):
    """The result of a cycle, as it is kept."""

    cycle: int
    harms: list[str]
    variant: str = "rollup"  # when the cycle was over
    up: bool = False  # one service was `adpulse up`, with its own server
    defaults: list[str] = []  # hostile defaults of the database and the login
    skipped: list[str] = []  # harms left out: there was no small file system, or no design with such upkeep
    missed: list[str] = []  # waited for a moment that did not come
    events_sent: int = 0
    events_acknowledged: int = 0
    events_stored: int = 0
    deliveries: int = 0
    statuses: dict[str, int] = {}
    cells: int = 0
    # Time from when the server accepted again to the first acknowledgement, without `harness_s`.
    recovery_s: list[float] = []
    harness_s: list[float] = []  # the part of each in which the harness did not ask the service
    seconds: float
    events_lost: int = 0
    memory_bytes: int | None = None  # the most that a service had resident
    violations: list[str]


async def run(
    world: World,
    journal: Journal,
    seed: int,
    cycle: int,
    steps: Sequence[Step],
    rate: float,
    defaults: Sequence[Default] = (),
) -> Outcome:
    """Run one cycle on a world that is well. `journal` goes on from the cycle before, unless the database is new."""
    began = time.monotonic()
    before = (journal.events_sent, journal.events_acknowledged, journal.deliveries)
    journal.statuses.clear()
    journal.violations.clear()
    journal.acknowledgements.clear()
    world.outages.clear()
    source = Source(seed, cycle, datetime.now(UTC))
    client = Client(world.services, source, journal, f"client {seed} {cycle}", rate, world.situation)
    world.client = client
    await world.impose(defaults)
    over = asyncio.Event()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(client.run(over))
            harming = group.create_task(_harm(world, steps, over))
        await client.settle()
        await client.flush()
        checked = await check(world, journal)
    finally:
        world.client = None
        await client.close()
    memory = max(filter(None, (service.peak_memory() for service in world.services)), default=None)
    if memory is not None and memory > MEMORY_BYTES:
        journal.violates(f"memory: a process had {memory / 2**20:.0f} MB")
    done, skipped, missed = harming.result()
    recovered = [outage for outage in world.outages if outage.seconds is not None]
    return Outcome(
        cycle=cycle,
        harms=done,
        variant=world.variant.name,
        up=world.cluster.supervised,
        defaults=[str(default) for default in defaults],
        skipped=skipped,
        missed=missed,
        events_sent=journal.events_sent - before[0],
        events_acknowledged=journal.events_acknowledged - before[1],
        events_stored=sum(stored.rows for number, stored in checked.stored.items() if number // NUMBERS == cycle),
        deliveries=journal.deliveries - before[2],
        statuses=dict(sorted(journal.statuses.items())),
        cells=checked.cells,
        recovery_s=[round(outage.seconds, 4) for outage in recovered if outage.seconds is not None],
        harness_s=[round(outage.harness_s, 4) for outage in recovered],
        seconds=round(time.monotonic() - began, 2),
        events_lost=sum(journal.lost(checked.stored).values()),
        memory_bytes=memory,
        violations=[*journal.violations, *checked.violations],
    )


async def _harm(world: World, steps: Sequence[Step], over: asyncio.Event) -> tuple[list[str], list[str], list[str]]:
    """Do the harms one after another, and wait until everything runs again; set `over` at the end.

    Return the names of those that were done, skipped and missed, as in Outcome.
    """
    done: list[str] = []
    skipped: list[str] = []
    missed: list[str] = []
    try:
        await asyncio.sleep(BEFORE_S)
        for step in steps:
            await asyncio.sleep(step.after_s)
            chosen = HARMS[step.harm]
            if not chosen.possible(world):
                skipped.append(step.harm)
                continue
            met = await chosen.act(world, Random(step.seed))
            (missed if met is False else done).append(step.harm)
        await world.healed()
        await asyncio.sleep(AFTER_S)
        return done, skipped, missed
    finally:
        over.set()


def broken(cycle: int, steps: Sequence[Step], seconds: float, error: Exception) -> Outcome:
    """Return the outcome of a cycle that could not be finished."""
    harms, said = [step.harm for step in steps], f"broken: {describe(error)}"
    return Outcome(cycle=cycle, harms=harms, seconds=round(seconds, 2), violations=[said])


def describe(error: BaseException) -> str:
    """Return what an error says, without paths of this machine; of a group of errors, what the first says."""
    error = next(leaves(error))
    return f"{type(error).__name__}: {_TEMPORARY.sub('a temporary file', str(error))}"
