"""The events of a matrix: those that the lab makes. A user's own are in own.py; both answer to Source."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any, Protocol

import numpy as np

from adbench.experiments.matrix.expected import Vocabulary
from adbench.experiments.matrix.plan import BATCH, SHAPES, MatrixPlan, Phase
from adbench.records import model
from adbench.workload.copy_loader import COLUMNS, Encoder
from adbench.workload.dataset import COUNTRIES, MIXES, Block
from adbench.workload.report_shapes import Shape


class Source(Protocol):
    """The events that designs are compared on, and the reports that are asked of them."""

    @property
    def kind(self) -> str:
        """Return the `what` of the result."""

    @property
    def private(self) -> bool:
        """Return True if no name and no value of an event may be shown, not even in an error."""

    @property
    def columns(self) -> Sequence[str]:
        """Return the columns in the order of `encode`."""

    @property
    def dimensions(self) -> Sequence[str] | None:
        """Return those that rollup_dims declares; None: its own."""

    @property
    def shapes(self) -> Sequence[Shape]:
        """Return the reports that are asked."""

    @property
    def names(self) -> Vocabulary:
        """Return the names of what blocks have numbers for."""

    @property
    def stop(self) -> datetime:
        """Return the end of the windows of all reports, and of the live events."""

    @property
    def described(self) -> model.Data | None:
        """Return what draws the same events again; None for those that nothing draws."""

    @property
    def parameters(self) -> dict[str, Any]:
        """Return what else a result says of them."""

    def days(self, events: int) -> list[date]:
        """Return the days that need a partition, with so many events loaded."""

    def blocks(self, events: int) -> Iterator[Block]:
        """Yield so many events, BLOCK at a time, in order of arrival."""

    def live(self, plan: MatrixPlan, phase: Phase, turn: int) -> Iterator[Block]:
        """Yield the events of each COPY of a turn of writing (0: the first warm-up), the same for every variant."""

    def encode(self, block: Block) -> bytes:
        """Return a block as one COPY."""


class Generated:
    """The lab's own data set."""

    kind, private, columns, dimensions, shapes = "matrix", False, COLUMNS, None, SHAPES

    def __init__(self, plan: MatrixPlan) -> None:
        self._plan, self.stop = plan, plan.stop
        self.described: model.Data | None = plan.data(max(plan.sizes)).described
        self.parameters: dict[str, Any] = {}
        self.encode = Encoder(plan.live).encode

    @cached_property
    def names(self) -> Vocabulary:
        data = self._plan.live
        campaigns = [data.campaign_id(number) for number in range(data.campaigns)]
        return Vocabulary(campaigns, "geo", COUNTRIES, np.array([COUNTRIES.index(mix["geo"]) for mix in MIXES]))

    def days(self, events: int) -> list[date]:
        first = min(self._plan.data(events).start, self._plan.live.start).date()
        return [first + timedelta(days=day) for day in range((self.stop.date() - first).days + 1)]

    def blocks(self, events: int) -> Iterator[Block]:
        return iter(self._plan.data(events))

    def live(self, plan: MatrixPlan, phase: Phase, turn: int) -> Iterator[Block]:
        for number, parts in groupby(plan.live_parts(phase, turn), key=itemgetter(0)):
            block = plan.live.block(number)
            yield from (block.part(first, first + BATCH) for _, first in parts)
