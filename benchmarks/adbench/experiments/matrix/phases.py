"""The phases of one size: the variants take turns, in another order each round, so that noise hits all alike."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from itertools import islice

from adbench.experiments.matrix import measurements
from adbench.experiments.matrix.databases import Database
from adbench.experiments.matrix.expected import Expected
from adbench.experiments.matrix.plan import BATCH, SLICE, WARMUP, MatrixError, MatrixPlan, Phase
from adbench.experiments.matrix.size import Size
from adbench.experiments.matrix.turns import Session
from adbench.records.model import Measurement
from adbench.workload.dataset import BLOCK

LOAD_S, SETTLE_S = 0.4, 0.15  # a block: what things are expected to take, for the estimate of the time left
Numbers = Callable[[Session], list[Measurement]]


async def load(size: Size) -> Expected:
    """Build the databases that are not there, all of them slice by slice in turn. Return what they hold.

    Indexes and triggers are in place from the start: what loading costs with them is what is measured. Blocks are
    drawn once for all variants, and drawing is not timed.
    """
    plan, source, blocks_left = size.plan, size.source, size.source.blocks(size.events)
    expected = Expected(source.names, source.shapes, source.stop)
    count = blocks_of(size.events)
    signature = size.journal.folder.name
    step = max(min(SLICE, count // 8), 1)

    async def write(session: Session, copies: Sequence[bytes], events: int, left: float) -> None:
        await session.write(copies, events)
        size.afford(session.database, size.spent[session.database.variant.name] * left)

    async def settle(session: Session) -> None:
        settled = await session.settle(plan.budget_s - size.spent[session.database.variant.name])
        found = measurements.loaded(session, *settled)
        found += measurements.of_control("load", rates, session.database)
        await session.database.sign(signature)
        size.keep(session.database, "load", found, 0)

    async with AsyncExitStack() as stack:
        sessions: dict[Database, Session] = {}
        for database in size.still(size.databases):
            if not await database.signed(signature):
                with size.turn(database, "load"):
                    await database.build(source)
                    session = Session(plan, source, database, database.url)
                    sessions[database] = await stack.enter_async_context(session)
        for number, first in enumerate(range(0, count, step)):
            blocks = await asyncio.to_thread(list, islice(blocks_left, step))
            for block in blocks:
                expected.add(block)
            copies = [await asyncio.to_thread(source.encode, block) for block in blocks] if sessions else []
            left = count / (first + len(blocks)) - 1
            work = partial(write, copies=copies, events=sum(map(len, blocks)), left=left)
            await size.turns("load", sessions, work, number, len(blocks) * LOAD_S)
        rates = {database: measurements.per_round("load", session.rounds) for database, session in sessions.items()}
        await size.turns("load", sessions, settle, 0, count * SETTLE_S)
    return expected


async def cold(size: Size, expected: Expected) -> None:
    """Measure reports right after a restart of the server, and again at once; compare every answer.

    One restart serves all variants of a pass: each has pages of its own.
    """
    right, todo = expected.answers(), size.remaining("cold")
    passes: dict[Database, list[dict[str, list[float]]]] = {database: [] for database in todo}
    answers, said = dict.fromkeys(todo, 0), ""

    async def ask(database: Database, number: int) -> None:
        async with Session(size.plan, size.source, database, database.url) as session:
            passes[database].append(await session.ask_twice(number, right))
            answers[database] += session.answers
        size.afford(database, 0)

    for number in range(size.plan.cold_passes if todo else 0):
        try:
            said = await size.caches.empty()
        except MatrixError as error:  # no reason to measure nothing else
            for database in todo:
                size.leave_out(database, "cold", str(error))
            return
        await size.turns("cold", {each: each for each in todo}, partial(ask, number=number), number)
    for database in size.still(todo):
        size.keep(database, "cold", measurements.cold(passes[database], said), answers[database])


async def report(size: Size, expected: Expected) -> None:
    """Measure reports alone, over what was loaded; compare every answer."""
    right = expected.answers()

    async def explain(session: Session) -> None:
        began = time.perf_counter()
        await session.explain()
        size.afford(session.database, (time.perf_counter() - began) * (WARMUP + size.plan.rounds))

    async with AsyncExitStack() as stack:
        sessions = await _sessions(size, "report", stack)
        await size.turns("report", sessions, explain)
        for number in range(WARMUP + size.plan.rounds):
            ask = partial(Session.ask, number=number, right=right)
            await size.turns("report", sessions, ask, number, size.plan.asking_s)
        _keep(size, "report", sessions, measurements.reported)


async def ingest(size: Size, expected: Expected) -> None:
    """Measure writing alone, in a copy; then ask every shape of report once, and compare."""

    async def write(session: Session, number: int, copies: Sequence[bytes]) -> None:
        await session.write(copies, len(copies) * BATCH)

    await _written(size, "ingest", expected, write, measurements.ingested)


async def both(size: Size, expected: Expected) -> None:
    """Measure writing and asking at once, in a copy; then ask every shape of report once, and compare."""

    async def write_and_ask(session: Session, number: int, copies: Sequence[bytes]) -> None:
        await session.both(number, copies, len(copies) * BATCH)
        size.afford(session.database, 0)

    await _written(size, "both", expected, write_and_ask, measurements.both)


async def _written(
    size: Size, phase: Phase, expected: Expected, work: Callable[..., Awaitable[None]], numbers: Numbers
) -> None:
    async with AsyncExitStack() as stack:
        expected = expected.copy()
        sessions = await _sessions(size, phase, stack, copied=True)
        for number in range(WARMUP + size.plan.rounds):
            blocks = await asyncio.to_thread(list, size.source.live(size.plan, phase, number))
            for block in blocks:
                expected.add(block)
            copies = [size.source.encode(block) for block in blocks]
            turn = partial(work, number=number, copies=copies)
            await size.turns(phase, sessions, turn, number, _turn_s(size.plan, phase))
        if phase == "ingest":
            await size.turns(phase, sessions, Session.upkeep)  # for the rows that the last round has left
        await size.turns(phase, sessions, partial(Session.compare, expected=expected))
        _keep(size, phase, sessions, numbers)
    for database in sessions:
        await database.drop_copy()


def blocks_of(events: int) -> int:
    """Return the number of blocks that hold `events`."""
    return -(-events // BLOCK)


def expected_s(plan: MatrixPlan, size: int) -> float:
    """Return the seconds that a variant at that size is expected to take, in the units of `advance`."""
    per_round = plan.asking_s + _turn_s(plan, "ingest") + _turn_s(plan, "both")
    return blocks_of(size) * (LOAD_S + SETTLE_S) + (WARMUP + plan.rounds) * per_round


def _turn_s(plan: MatrixPlan, phase: Phase) -> float:
    return plan.both_s if phase == "both" else plan.written_copies * BATCH / BLOCK * LOAD_S


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


def _keep(size: Size, phase: Phase, sessions: dict[Database, Session], numbers: Numbers) -> None:
    per_round = {database: measurements.per_round(phase, session.counted) for database, session in sessions.items()}
    for database in size.still(sessions):
        of_control = measurements.of_control(phase, per_round, database)
        size.keep(database, phase, numbers(sessions[database]) + of_control, sessions[database].answers)
