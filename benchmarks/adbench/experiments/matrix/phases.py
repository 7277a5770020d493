"""The four phases of one size: the variants take turns, in another order each round, so that noise hits all alike."""

import asyncio
import copy
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, fields
from itertools import groupby
from operator import itemgetter

import asyncpg

from adbench.experiments.matrix import measurements
from adbench.experiments.matrix.checkpoint import Cell, Journal
from adbench.experiments.matrix.databases import Stock
from adbench.experiments.matrix.expected import Recount
from adbench.experiments.matrix.plan import BATCH, SHAPES, SLICE, WARMUP, MatrixError, MatrixPlan, Phase
from adbench.experiments.matrix.turns import Player, WrongAnswerError
from adbench.records.model import Gap, Measurement
from adbench.workload.copy_loader import Encoder
from adbench.workload.dataset import BLOCK, Block

# What leaves a gap in the matrix and does not end the run.
REASONS = (MatrixError, WrongAnswerError, asyncpg.PostgresError)


@dataclass
class Size:
    """One size on its way through the phases. `advance` is told what has been done, in seconds as estimated."""

    plan: MatrixPlan
    events: int
    stocks: list[Stock]
    journal: Journal
    advance: Callable[[float], None]
    spent: dict[str, float] = field(default_factory=dict)  # seconds, by variant
    out: dict[str, str] = field(default_factory=dict)  # variants that have failed, and why

    def cell(self, stock: Stock, phase: Phase) -> Cell | None:
        """Return the cell if it is finished already."""
        return self.journal.find(self.events, stock.variant.name, phase)

    def playing(self, phase: Phase) -> list[Stock]:
        """Return the variants whose cell of this phase is still to be measured. Those that are out get a gap there."""
        todo = [stock for stock in self.stocks if self.cell(stock, phase) is None]
        for stock in todo:
            if reason := self.out.get(stock.variant.name):
                self._gap(stock, phase, reason, void=False)
        return [stock for stock in todo if stock.variant.name not in self.out]

    def keep(self, stock: Stock, phase: Phase, found: Iterable[Measurement], answers: int) -> None:
        """Keep a cell that is finished."""
        cell = Cell(events=self.events, variant=stock.variant.name, phase=phase, answers=answers)
        named = [each.model_copy(update={"labels": cell.labels | each.labels}) for each in found]
        self.journal.add(cell.model_copy(update={"measurements": named}))

    @contextmanager
    def turn(self, stock: Stock, phase: Phase) -> Iterator[None]:
        """Yield a variant's turn. It is out when it fails, gives a wrong answer or has used up its budget."""
        name, began, failed = stock.variant.name, time.perf_counter(), None
        try:
            yield
        except REASONS as error:
            failed = error
        except ExceptionGroup as group:
            # What a task group raises: the first reason is what the others followed from.
            failed = next((each for each in _leaves(group) if isinstance(each, REASONS)), None)
            if failed is None:
                raise
        finally:
            self.spent[name] = self.spent.get(name, 0) + time.perf_counter() - began
        if failed is not None:
            void = isinstance(failed, WrongAnswerError)
            reason = f"{'wrong answer to ' if void else ''}{failed}"
            if isinstance(failed, asyncpg.QueryCanceledError):
                reason += f"; the budget is {self.plan.budget_s:,.0f} s"
            self.out[name] = f"{phase}: {reason}"
            self._gap(stock, phase, reason, void=void)

    def afford(self, stock: Stock, coming_s: float) -> None:
        """Raise MatrixError when so many seconds more would go beyond the variant's budget."""
        spent = self.spent.get(stock.variant.name, 0)
        if spent + coming_s > self.plan.budget_s:
            raise MatrixError(
                f"{spent:,.0f} s were spent and about {coming_s:,.0f} s more are needed; "
                f"the budget is {self.plan.budget_s:,.0f} s"
            )

    def _gap(self, stock: Stock, phase: Phase, reason: str, *, void: bool) -> None:
        cell = Cell(events=self.events, variant=stock.variant.name, phase=phase)
        self.journal.add(cell.model_copy(update={"gap": Gap(labels=cell.labels, reason=reason, void=void)}))


async def load(size: Size) -> Recount:
    """Build the databases that are not there, all of them slice by slice in turn. Returns what they hold.

    Indexes and triggers are in place from the start: what loading costs with them is what is measured. Blocks are
    drawn once for all variants, and drawing is not timed.
    """
    plan, data = size.plan, size.plan.data(size.events)
    recount = Recount(data, SHAPES, plan.stop)
    signature = size.journal.folder.name
    building = [s for s in size.stocks if s.variant.name not in size.out and not await s.signed(signature)]
    encoder, step = Encoder(data), max(min(SLICE, data.blocks // 8), 1)
    async with AsyncExitStack() as stack:
        players: dict[Stock, Player] = {}
        for stock in building:
            with size.turn(stock, "load"):
                await stock.build(plan)
                players[stock] = await stack.enter_async_context(Player(plan, stock, stock.url))
        for number, first in enumerate(range(0, data.blocks, step)):
            blocks = [await asyncio.to_thread(data.block, at) for at in range(first, min(first + step, data.blocks))]
            for block in blocks:
                recount.add(block)
            copies = [await asyncio.to_thread(_encoded, encoder, block) for block in blocks] if building else []
            for stock in _rotated([s for s in players if s.variant.name not in size.out], number):
                with size.turn(stock, "load"):
                    await players[stock].write(copies, sum(map(len, blocks)))
                    size.afford(stock, size.spent[stock.variant.name] * (data.blocks / (first + len(blocks)) - 1))
                size.advance(len(blocks) * LOAD_S)
        rates = {stock: measurements.per_round("load", player.rounds) for stock, player in players.items()}
        for stock, player in players.items():
            if stock.variant.name in size.out:
                continue
            with size.turn(stock, "load"):
                settling = await player.settle(plan.budget_s - size.spent[stock.variant.name])
                found = measurements.loaded(player, settling)
                found += measurements.of_control("load", rates, stock)
                await stock.sign(signature)
                size.keep(stock, "load", found, 0)
            size.advance(data.blocks * SETTLE_S)
    return recount


async def report(size: Size, recount: Recount) -> None:
    """Measure reports alone, over what was loaded; compare every answer."""
    right = recount.answers()
    async with AsyncExitStack() as stack:
        players = await _players(size, "report", stack)
        for stock, player in players.items():
            with size.turn(stock, "report"):
                began = time.perf_counter()
                await player.explain()
                size.afford(stock, (time.perf_counter() - began) * (WARMUP + size.plan.rounds))
        for number in range(WARMUP + size.plan.rounds):
            for stock in _rotated(_still(size, players), number):
                with size.turn(stock, "report"):
                    await players[stock].ask(number, right)
                size.advance(size.plan.asking_s)
        _keep(size, "report", players, measurements.reported)


async def ingest(size: Size, recount: Recount) -> None:
    """Measure writing alone, in a copy; then ask every shape of report once, and compare."""
    async with AsyncExitStack() as stack:
        recount = copy.deepcopy(recount)
        players = await _copies(size, "ingest", stack)
        for number in range(WARMUP + size.plan.rounds):
            copies = await _draw(size.plan, "ingest", number, recount)
            for stock in _rotated(_still(size, players), number):
                with size.turn(stock, "ingest"):
                    await players[stock].write(copies, len(copies) * BATCH)
                size.advance(len(copies) * BATCH / BLOCK * LOAD_S)
        for stock in _still(size, players):
            with size.turn(stock, "ingest"):
                await players[stock].upkeep()
        await _compare(size, "ingest", players, recount)
        _keep(size, "ingest", players, measurements.ingested)
    await _drop_copies(players)


async def both(size: Size, recount: Recount) -> None:
    """Measure writing and asking at once, in a copy; then ask every shape of report once, and compare."""
    async with AsyncExitStack() as stack:
        recount = copy.deepcopy(recount)
        players = await _copies(size, "both", stack)
        for number in range(WARMUP + size.plan.rounds):
            copies = await _draw(size.plan, "both", number, recount)
            for stock in _rotated(_still(size, players), number):
                with size.turn(stock, "both"):
                    await players[stock].both(number, copies, len(copies) * BATCH)
                    size.afford(stock, 0)
                size.advance(size.plan.both_s)
        await _compare(size, "both", players, recount)
        _keep(size, "both", players, measurements.both)
    await _drop_copies(players)


LOAD_S = 0.4  # a block, and below: what things are expected to take, for the estimate of the time left
SETTLE_S = 0.15


def expected_s(plan: MatrixPlan, size: int) -> float:
    """Return the seconds that a variant at that size is expected to take, in the units of `advance`."""
    blocks, turns = plan.data(size).blocks, WARMUP + plan.rounds
    per_turn = plan.asking_s + plan.written_copies * BATCH / BLOCK * LOAD_S + plan.both_s
    return blocks * (LOAD_S + SETTLE_S) + turns * per_turn


async def _players(size: Size, phase: Phase, stack: AsyncExitStack) -> dict[Stock, Player]:
    players = {}
    for stock in size.playing(phase):
        players[stock] = await stack.enter_async_context(Player(size.plan, stock, stock.url))
    return players


async def _copies(size: Size, phase: Phase, stack: AsyncExitStack) -> dict[Stock, Player]:
    players = {}
    for stock in size.playing(phase):
        with size.turn(stock, phase):
            url = await stock.copy()
            players[stock] = await stack.enter_async_context(Player(size.plan, stock, url))
    return players


async def _drop_copies(players: Iterable[Stock]) -> None:
    for stock in players:
        await stock.drop_copy()


async def _draw(plan: MatrixPlan, phase: Phase, turn: int, recount: Recount) -> list[bytes]:
    """Return the COPYs of a turn; the recount gets to know their events."""
    encoder, copies = Encoder(plan.live), []
    for number, parts in groupby(plan.live_parts(phase, turn), key=itemgetter(0)):
        block = await asyncio.to_thread(plan.live.block, number)
        for _, first in parts:
            part = _part(block, first)
            recount.add(part)
            copies.append(_encoded(encoder, part))
    return copies


def _encoded(encoder: Encoder, block: Block) -> bytes:
    return b"".join(encoder.encode(block))


def _part(block: Block, first: int) -> Block:
    """Return BATCH events of a block."""
    inside = (block.repeated >= first) & (block.repeated < first + BATCH)
    parts = {each.name: getattr(block, each.name)[first : first + BATCH] for each in fields(block)}
    return Block(**parts | {"repeated": block.repeated[inside] - first, "ids": block.ids[inside]})


async def _compare(size: Size, phase: Phase, players: dict[Stock, Player], recount: Recount) -> None:
    for stock in _still(size, players):
        with size.turn(stock, phase):
            await players[stock].compare(recount.answers(players[stock].probes))


def _keep(size: Size, phase: Phase, players: dict[Stock, Player], found: Callable[[Player], list[Measurement]]) -> None:
    per_round = {stock: measurements.per_round(phase, player.counted) for stock, player in players.items()}
    for stock in _still(size, players):
        of_control = measurements.of_control(phase, per_round, stock)
        size.keep(stock, phase, found(players[stock]) + of_control, players[stock].answers)


def _still(size: Size, players: dict[Stock, Player]) -> list[Stock]:
    return [stock for stock in players if stock.variant.name not in size.out]


def _rotated(stocks: Sequence[Stock], by: int) -> list[Stock]:
    """Return each round another one is first, and none always follows the same."""
    if not stocks:
        return []
    first = by % len(stocks)
    order = [*stocks[first:], *stocks[:first]]
    return order if by // len(stocks) % 2 == 0 else order[::-1]


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for each in group.exceptions:
        yield from _leaves(each) if isinstance(each, BaseExceptionGroup) else (each,)
