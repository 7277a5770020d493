"""The four phases of one size: the variants take turns, in another order each round, so that noise hits all alike."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from itertools import islice

from adbench.experiments.matrix import measurements
from adbench.experiments.matrix.databases import Database
from adbench.experiments.matrix.expected import Expected
from adbench.experiments.matrix.plan import BATCH, SLICE, WARMUP, MatrixError, MatrixPlan, Phase
from adbench.experiments.matrix.size import Size
from adbench.experiments.matrix.turns import Session
from adbench.records.model import Measurement
from adbench.workload.dataset import BLOCK


async def load(size: Size) -> Expected:
    """Build the databases that are not there, all of them slice by slice in turn. Return what they hold.

    Indexes and triggers are in place from the start: what loading costs with them is what is measured. Blocks are
    drawn once for all variants, and drawing is not timed.
    """
    plan, source, blocks_left = size.plan, size.source, size.source.blocks(size.events)
    expected = Expected(source.names, source.shapes, source.stop)
    count = blocks_of(size.events)
    signature = size.journal.folder.name
    building = [s for s in size.databases if s.variant.name not in size.out and not await s.signed(signature)]
    step = max(min(SLICE, count // 8), 1)
    async with AsyncExitStack() as stack:
        sessions: dict[Database, Session] = {}
        for database in building:
            with size.turn(database, "load"):
                await database.build(source)
                sessions[database] = await stack.enter_async_context(Session(plan, source, database, database.url))
        for number, first in enumerate(range(0, count, step)):
            blocks = await asyncio.to_thread(list, islice(blocks_left, step))
            for block in blocks:
                expected.add(block)
            copies = [await asyncio.to_thread(source.encode, block) for block in blocks] if building else []
            for database in _rotated([s for s in sessions if s.variant.name not in size.out], number):
                with size.turn(database, "load"):
                    await sessions[database].write(copies, sum(map(len, blocks)))
                    size.afford(database, size.spent[database.variant.name] * (count / (first + len(blocks)) - 1))
                size.advance(len(blocks) * LOAD_S)
        rates = {database: measurements.per_round("load", session.rounds) for database, session in sessions.items()}
        for database, session in sessions.items():
            if database.variant.name in size.out:
                continue
            with size.turn(database, "load"):
                settling = await session.settle(plan.budget_s - size.spent[database.variant.name])
                found = measurements.loaded(session, settling)
                found += measurements.of_control("load", rates, database)
                await database.sign(signature)
                size.keep(database, "load", found, 0)
            size.advance(count * SETTLE_S)
    return expected


async def cold(size: Size, expected: Expected) -> None:
    """Measure reports right after a restart of the server, and again at once; compare every answer.

    One restart serves all variants of a pass: each has pages of its own.
    """
    right, todo = expected.answers(), size.remaining("cold")
    passes: dict[Database, list[dict[str, list[float]]]] = {database: [] for database in todo}
    answers, said = dict.fromkeys(todo, 0), ""
    for number in range(size.plan.cold_passes if todo else 0):
        try:
            said = await size.caches.empty()
        except MatrixError as error:  # no reason to measure nothing else
            for database in todo:
                size.leave_out(database, "cold", str(error))
            return
        for database in _rotated(_still(size, todo), number):
            with size.turn(database, "cold"):
                async with Session(size.plan, size.source, database, database.url) as session:
                    passes[database].append(await session.ask_twice(number, right))
                    answers[database] += session.answers
                size.afford(database, 0)
    for database in _still(size, todo):
        size.keep(database, "cold", measurements.cold(passes[database], said), answers[database])


async def report(size: Size, expected: Expected) -> None:
    """Measure reports alone, over what was loaded; compare every answer."""
    right = expected.answers()
    async with AsyncExitStack() as stack:
        sessions = await _sessions(size, "report", stack)
        for database, session in sessions.items():
            with size.turn(database, "report"):
                began = time.perf_counter()
                await session.explain()
                size.afford(database, (time.perf_counter() - began) * (WARMUP + size.plan.rounds))
        for number in range(WARMUP + size.plan.rounds):
            for database in _rotated(_still(size, sessions), number):
                with size.turn(database, "report"):
                    await sessions[database].ask(number, right)
                size.advance(size.plan.asking_s)
        _keep(size, "report", sessions, measurements.reported)


async def ingest(size: Size, expected: Expected) -> None:
    """Measure writing alone, in a copy; then ask every shape of report once, and compare."""
    async with AsyncExitStack() as stack:
        expected = expected.copy()
        sessions = await _sessions(size, "ingest", stack, copied=True)
        for number in range(WARMUP + size.plan.rounds):
            copies = await _draw(size, "ingest", number, expected)
            for database in _rotated(_still(size, sessions), number):
                with size.turn(database, "ingest"):
                    await sessions[database].write(copies, len(copies) * BATCH)
                size.advance(len(copies) * BATCH / BLOCK * LOAD_S)
        for database in _still(size, sessions):
            with size.turn(database, "ingest"):
                await sessions[database].upkeep()
        await _compare(size, "ingest", sessions, expected)
        _keep(size, "ingest", sessions, measurements.ingested)
    for database in sessions:
        await database.drop_copy()


async def both(size: Size, expected: Expected) -> None:
    """Measure writing and asking at once, in a copy; then ask every shape of report once, and compare."""
    async with AsyncExitStack() as stack:
        expected = expected.copy()
        sessions = await _sessions(size, "both", stack, copied=True)
        for number in range(WARMUP + size.plan.rounds):
            copies = await _draw(size, "both", number, expected)
            for database in _rotated(_still(size, sessions), number):
                with size.turn(database, "both"):
                    await sessions[database].both(number, copies, len(copies) * BATCH)
                    size.afford(database, 0)
                size.advance(size.plan.both_s)
        await _compare(size, "both", sessions, expected)
        _keep(size, "both", sessions, measurements.both)
    for database in sessions:
        await database.drop_copy()


LOAD_S = 0.4  # a block, and below: what things are expected to take, for the estimate of the time left
SETTLE_S = 0.15


def blocks_of(events: int) -> int:
    """Return the number of blocks that hold `events`."""
    return -(-events // BLOCK)


def expected_s(plan: MatrixPlan, size: int) -> float:
    """Return the seconds that a variant at that size is expected to take, in the units of `advance`."""
    blocks, turns = blocks_of(size), WARMUP + plan.rounds
    per_turn = plan.asking_s + plan.written_copies * BATCH / BLOCK * LOAD_S + plan.both_s
    return blocks * (LOAD_S + SETTLE_S) + turns * per_turn


async def _sessions(
    size: Size, phase: Phase, stack: AsyncExitStack, *, copied: bool = False
) -> dict[Database, Session]:
    """Open a session on every database that is still to be measured, or on a copy of it."""
    sessions = {}
    for database in size.remaining(phase):
        with size.turn(database, phase):
            url = await database.copy() if copied else database.url
            sessions[database] = await stack.enter_async_context(Session(size.plan, size.source, database, url))
    return sessions


async def _draw(size: Size, phase: Phase, turn: int, expected: Expected) -> list[bytes]:
    """Return the COPYs of a turn; the expected answers then include their events."""
    parts = await asyncio.to_thread(list, size.source.live(size.plan, phase, turn))
    for part in parts:
        expected.add(part)
    return [size.source.encode(part) for part in parts]


async def _compare(size: Size, phase: Phase, sessions: dict[Database, Session], expected: Expected) -> None:
    for database in _still(size, sessions):
        with size.turn(database, phase):
            await sessions[database].compare(expected.answers(sessions[database].probes))


def _keep(
    size: Size, phase: Phase, sessions: dict[Database, Session], found: Callable[[Session], list[Measurement]]
) -> None:
    per_round = {database: measurements.per_round(phase, session.counted) for database, session in sessions.items()}
    for database in _still(size, sessions):
        of_control = measurements.of_control(phase, per_round, database)
        size.keep(database, phase, found(sessions[database]) + of_control, sessions[database].answers)


def _still(size: Size, sessions: Iterable[Database]) -> list[Database]:
    return [database for database in sessions if database.variant.name not in size.out]


def _rotated(databases: Sequence[Database], by: int) -> list[Database]:
    """Return each round another one is first, and none always follows the same."""
    if not databases:
        return []
    first = by % len(databases)
    order = [*databases[first:], *databases[:first]]
    return order if by // len(databases) % 2 == 0 else order[::-1]
