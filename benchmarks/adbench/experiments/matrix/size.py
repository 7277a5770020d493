"""One size of a matrix on its way through the phases: what is finished, what has failed, what may still be spent."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import asyncpg

from adbench.errors import leaves
from adbench.experiments.matrix.checkpoint import Cell, Journal
from adbench.experiments.matrix.cold import Caches
from adbench.experiments.matrix.databases import Database
from adbench.experiments.matrix.plan import MatrixError, MatrixPlan, Phase
from adbench.experiments.matrix.sources import Source
from adbench.experiments.matrix.turns import WrongAnswerError
from adbench.records.model import Gap, Measurement

T = TypeVar("T")
# Errors that leave a gap in the matrix and do not end the run.
REASONS = (MatrixError, WrongAnswerError, asyncpg.PostgresError)


@dataclass
class Size:
    """One size on its way through the phases. `advance` is told what has been done, in seconds as estimated."""

    plan: MatrixPlan
    source: Source
    events: int
    databases: list[Database]
    journal: Journal
    caches: Caches
    advance: Callable[[float], None]
    spent: dict[str, float] = field(default_factory=dict)  # seconds, by variant
    out: dict[str, str] = field(default_factory=dict)  # variants that have failed, and why

    def cell(self, database: Database, phase: Phase) -> Cell | None:
        """Return the cell if it is finished already."""
        return self.journal.find(self.events, database.variant.name, phase)

    def remaining(self, phase: Phase) -> list[Database]:
        """Return the variants whose cell of this phase is still to be measured. Those that are out get a gap there."""
        todo = [database for database in self.databases if self.cell(database, phase) is None]
        for database in todo:
            if reason := self.out.get(database.variant.name):
                self.leave_out(database, phase, reason)
        return self.still(todo)

    def keep(self, database: Database, phase: Phase, found: Iterable[Measurement], answers: int) -> None:
        """Keep a cell that is finished."""
        cell = Cell(events=self.events, variant=database.variant.name, phase=phase, answers=answers)
        named = [each.model_copy(update={"labels": cell.labels | each.labels}) for each in found]
        self.journal.add(cell.model_copy(update={"measurements": named}))

    def still(self, databases: Iterable[Database]) -> list[Database]:
        """Return those whose variant is not out."""
        return [database for database in databases if database.variant.name not in self.out]

    async def turns(
        self,
        phase: Phase,
        of: Mapping[Database, T],
        work: Callable[[T], Awaitable[object]],
        number: int = 0,
        takes_s: float = 0,
    ) -> None:
        """Let each variant that is not out work in its turn, which is estimated to take so long.

        For each `number` another one is first, and none always follows the same.
        """
        taking = self.still(of)
        if not taking:
            return
        reverse, first = divmod(number, len(taking))
        order = [*taking[first:], *taking[:first]]
        for database in reversed(order) if reverse % 2 else order:
            with self.turn(database, phase):
                await work(of[database])
            self.advance(takes_s)

    @contextmanager
    def turn(self, database: Database, phase: Phase) -> Iterator[None]:
        """Yield a variant's turn. It is out when it fails, gives a wrong answer or has used up its budget."""
        name, began, failed = database.variant.name, time.perf_counter(), None
        try:
            yield
        except Exception as error:
            failed = next((each for each in leaves(error) if isinstance(each, REASONS)), None)
            if failed is None:
                raise
        finally:
            self.spent[name] = self.spent.get(name, 0) + time.perf_counter() - began
        if failed is not None:
            void, reason = isinstance(failed, WrongAnswerError), str(failed)
            if self.source.private and isinstance(failed, asyncpg.PostgresError):  # its text may quote values
                reason = f"{type(failed).__name__} ({failed.sqlstate})"
            if isinstance(failed, asyncpg.QueryCanceledError):
                reason += f"; the budget is {self.plan.budget_s:,.0f} s"
            reason = f"{'wrong answer to ' if void else ''}{reason}"
            self.out[name] = f"{phase}: {reason}"
            self.leave_out(database, phase, reason, void=void)

    def afford(self, database: Database, coming_s: float) -> None:
        """Raise MatrixError when `coming_s` more would exceed the variant's budget."""
        spent = self.spent.get(database.variant.name, 0)
        if spent + coming_s > self.plan.budget_s:
            raise MatrixError(
                f"{spent:,.0f} s were spent and about {coming_s:,.0f} s more are needed; "
                f"the budget is {self.plan.budget_s:,.0f} s"
            )

    def leave_out(self, database: Database, phase: Phase, reason: str, *, void: bool = False) -> None:
        """Keep a cell without numbers, and why."""
        cell = Cell(events=self.events, variant=database.variant.name, phase=phase)
        self.journal.add(cell.model_copy(update={"gap": Gap(labels=cell.labels, reason=reason, void=void)}))
