"""Many cycles in a row, each written down as it ends, so that a run that was broken off goes on where it was."""

import logging
import tempfile
import time
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from adbench.faults import cycle as cycles
from adbench.faults.cycle import Outcome
from adbench.faults.journal import Journal
from adbench.faults.schedule import plan
from adbench.faults.world import World, world
from adbench.records import environment
from adbench.records.model import Postgres
from adpulse.database.connections import connect

log = logging.getLogger(__name__)

KEPT_EVENTS = 250_000  # then the database is emptied, so that recounts stay short
ERA = 25  # cycles, after which it is a new one, without the partitions of late days


@dataclass(frozen=True)
class Course:
    """What is to be run: cycles `first` to before `stop`, begun before `give_up` (time.monotonic())."""

    seed: int
    first: int
    stop: int
    rate: float
    give_up: float = float("inf")
    names: Collection[str] | None = None


async def run(course: Course, tree: Path) -> AsyncGenerator[tuple[Outcome, Postgres]]:
    """The outcomes, one by one. A world that breaks is an outcome with a violation, and another one is made."""
    number = course.first
    while number < course.stop and time.monotonic() < course.give_up:
        with tempfile.TemporaryDirectory(prefix="adpulse-faults-", ignore_cleanup_errors=True) as folder:
            home = Path(folder)
            home.chmod(0o711)  # as root, the server runs under another user, who must reach its data
            async with world(home, tree) as it, aclosing(_in(it, course, number)) as outcomes:
                postgres = await describe(it)
                async for outcome in outcomes:
                    number = outcome.cycle + 1
                    yield outcome, postgres


async def _in(it: World, course: Course, number: int) -> AsyncGenerator[Outcome]:
    """Cycles until the course is over, or this world broken."""
    journal = Journal()
    first = number
    while number < course.stop and time.monotonic() < course.give_up:
        if (number - first) % ERA == 0 and number > first:
            await it.new_database()
            journal = Journal()
        elif journal.events_sent > KEPT_EVENTS:
            await it.empty()
            journal = Journal()
        steps = plan(course.seed, number, course.names)
        began = time.monotonic()
        try:
            yield await cycles.run(it, journal, course.seed, number, steps, course.rate)
        except Exception as error:
            log.exception("cycle %d", number)
            yield cycles.broken(number, steps, time.monotonic() - began, error)
            return
        number += 1


async def describe(it: World) -> Postgres:
    """The server that is harmed, as a result file has it."""
    connection = await connect(it.cluster.url(it.database))
    try:
        return await environment.postgres(connection)
    finally:
        await connection.close()
