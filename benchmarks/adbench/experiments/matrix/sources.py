"""The events of a matrix: those that the lab makes. A user's own, in own.py, are a Source too."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from adbench.experiments.matrix.expected import Vocabulary
from adbench.experiments.matrix.plan import BATCH, SHAPES, MatrixPlan, Phase
from adbench.records import model
from adbench.workload.campaigns import COUNTRIES, MIXES
from adbench.workload.copy_loader import COLUMNS, Encoder
from adbench.workload.dataset import Block
from adbench.workload.report_shapes import Shape


class Source:
    """The events that designs are compared on, and the reports that are asked of them: the lab's own data set."""

    kind = "matrix"  # `what` of the result
    private = False  # no name and no value of an event may be shown, not even in an error
    columns: Sequence[str] = COLUMNS  # the order of `encode`
    dimensions: Sequence[str] | None = None  # the dimensions that rollup_dims declares; None: its own
    shapes: Sequence[Shape] = SHAPES  # the reports that are asked
    names: Vocabulary  # texts for the numbers in blocks
    stop: datetime  # end of the windows of all reports, and of the live events
    described: model.Data | None = None  # draws the same events again; None for events that are not drawn
    parameters: dict[str, Any]  # more parameters of a result about these events

    def __init__(self, plan: MatrixPlan) -> None:
        self._plan, self.stop, self.parameters = plan, plan.stop, {}
        self.described = plan.data(max(plan.sizes)).described
        self._encoder = Encoder(plan.live)
        campaigns = [plan.live.campaign_id(number) for number in range(plan.campaigns)]
        of_mix = np.array([COUNTRIES.index(mix["geo"]) for mix in MIXES])
        self.names = Vocabulary(campaigns, "geo", COUNTRIES, of_mix)

    def days(self, events: int) -> list[date]:
        """Return the days that need a partition when `events` are loaded."""
        first = min(self._plan.data(events).start, self._plan.live.start).date()
        return [first + timedelta(days=day) for day in range((self.stop.date() - first).days + 1)]

    def blocks(self, events: int) -> Iterator[Block]:
        """Yield this number of events, BLOCK at a time, in order of arrival."""
        return iter(self._plan.data(events))

    def live(self, plan: MatrixPlan, phase: Phase, turn: int) -> Iterator[Block]:
        """Yield the events of each COPY of a turn of writing (0: the first warm-up), the same for every variant."""
        for number, parts in groupby(plan.live_parts(phase, turn), key=itemgetter(0)):
            block = plan.live.block(number)
            yield from (block.part(first, first + BATCH) for _, first in parts)

    def encode(self, block: Block) -> bytes:
        """Return a block as one COPY."""
        return self._encoder.encode(block)
