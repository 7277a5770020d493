"""Many cycles in a row, each written down as it ends, so that a run that was broken off goes on where it was."""

import logging
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from adbench.faults import cycle as cycles
from adbench.faults.cycle import Outcome
from adbench.faults.schedule import era, plan
from adbench.faults.system import hostile
from adbench.faults.traffic.journal import Journal
from adbench.faults.world import FOLDERS, World, world
from adbench.harness.process import server_folder
from adbench.records import environment
from adbench.records.model import Postgres

log = logging.getLogger(__name__)

KEPT_EVENTS = 250_000  # then comes a new database, so that recounts stay short
ERA = 6  # cycles on databases of one design; a multiple of what most databases hold
UPS = True  # some databases have `adpulse up` instead of `serve`
DEFAULTS: Sequence[str] = tuple(hostile.DEFAULTS)  # the defaults to draw from


@dataclass(frozen=True)
class Course:
    """The cycles to run: `first` to before `stop`, begun before `give_up` (time.monotonic())."""

    seed: int
    first: int
    stop: int
    rate: float
    give_up: float = float("inf")
    names: Collection[str] | None = None
    folders: Sequence[str] = FOLDERS
    ups: bool = UPS
    defaults: Sequence[str] = DEFAULTS


async def run(course: Course, tree: Path) -> AsyncGenerator[tuple[Outcome, Postgres]]:
    """Yield the outcomes, one by one. A world that breaks is an outcome with a violation, and another one is made."""
    number = course.first
    while number < course.stop and time.monotonic() < course.give_up:
        with server_folder("adpulse-faults-") as home:
            async with world(home, tree) as it, aclosing(_in(it, course, number)) as outcomes:
                postgres = await describe(it)
                async for outcome in outcomes:
                    number = outcome.cycle + 1
                    yield outcome, postgres


async def _in(it: World, course: Course, number: int) -> AsyncGenerator[Outcome]:
    """Run cycles until the course is over, or this world broken."""
    journal = Journal()
    first = number
    while number < course.stop and time.monotonic() < course.give_up:
        steps = plan(course.seed, number, course.names)
        began = time.monotonic()
        try:
            if number % ERA == 0 or number == first or journal.events_sent > KEPT_EVENTS:
                now = era(course.seed, number // ERA, course.folders, ups=course.ups)
                await it.new_database(now.folder, up=now.up)
                journal = Journal()
            defaults = hostile.draw(course.seed, number, course.defaults)
            yield await cycles.run(it, journal, course.seed, number, steps, course.rate, defaults)
        except Exception as error:
            log.exception("cycle %d", number)
            yield cycles.broken(number, steps, time.monotonic() - began, error)
            return
        number += 1


async def describe(it: World) -> Postgres:
    """Return the server that is harmed, as a result file has it."""
    async with it.connected() as connection:
        return await environment.postgres(connection)
