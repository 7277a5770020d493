"""The plan of a matrix. Everything that a number depends on is in here, and in its result."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from adbench.errors import LabError
from adbench.records.model import Frozen
from adbench.workload.dataset import BLOCK, Dataset
from adbench.workload.report_shapes import BREAKDOWNS, FILTERED, TOTALS

Phase = Literal["load", "cold", "report", "ingest", "both"]
PHASES: tuple[Phase, ...] = ("load", "report", "ingest", "both")  # and `cold` where caches can be emptied
CONTROL = "heap"
SHAPES = (*TOTALS, *BREAKDOWNS, *FILTERED)

# The data set is thin (a million events in 30 days is one in 2.6 s); what is written while it is measured is as
# dense as it would be live at this rate, because that decides how many keys a COPY touches.
LIVE_RATE = 150_000
LIVE = timedelta(minutes=10)  # events come in for this long after the data set's end
BATCH = 4_096  # events in a COPY; the service groups up to 10,000
WRITERS = 2
READERS = 4
WARMUP = 1  # rounds that are not counted: caches, plans, the full pages that WAL gets after a copy's checkpoint
SLICE = 16  # blocks that a variant loads before it is the next one's turn, at most


class MatrixError(LabError):
    """The matrix cannot run like this; the text says what to do."""


class OwnPlan(Frozen):
    """The files of a matrix of one's own events: on this machine, to resume it; no result has them."""

    files: tuple[Path, ...]
    preset: str | None = None
    mapping: Path | None = None
    dimension: str | None = None


class MatrixPlan(Frozen):
    """`rounds` counted rounds of each phase; what a turn holds is below."""

    variants: tuple[str, ...]
    sizes: tuple[int, ...]
    end: datetime
    days: int = 30
    campaigns: int = 1_000
    seed: int = 7
    rounds: int = 5
    cold_passes: int = 3  # over all shapes, each after a restart of the server
    asking_s: float = 3  # a turn of `report` goes over all shapes again until this has passed, at least once
    most_passes: int = 20
    written_copies: int = 64  # COPYs in a turn of `ingest`, as fast as they are taken
    both_copies: int = 32  # COPYs in a turn of `both`, at the rate below
    events_per_s: int = 40_000
    reports_per_s: int = 10
    own: OwnPlan | None = None  # these events in place of the data set; they decide `end` and `campaigns`
    budget_s: float = 900  # longest time for one variant at one size

    def data(self, size: int) -> Dataset:
        """Return the data set that is loaded before anything else is measured."""
        return Dataset(size, self.end, self.days, self.campaigns, self.seed)

    @property
    def stop(self) -> datetime:
        """Return the end of the windows of all reports, and of the live events."""
        return self.end + LIVE

    @property
    def live(self) -> Dataset:
        """Return a day of dense traffic, of which the last blocks are written."""
        return replace(self.data(LIVE_RATE * 86_400), end=self.stop, days=1)

    def live_parts(self, phase: Phase, turn: int) -> Iterator[tuple[int, int]]:
        """Yield block and first event of each COPY of a turn (0: the first warm-up), the same for every variant."""
        count = self.both_copies if phase == "both" else self.written_copies
        blocks = -(-count * (WARMUP + self.rounds) * BATCH // BLOCK)
        first = self.live.blocks - 1 - blocks  # the last block is not whole
        for number in range(turn * count, (turn + 1) * count):
            block, at = divmod(number * BATCH, BLOCK)
            yield first + block, at

    @property
    def live_events(self) -> int:
        """Return the most events that one copy of a design takes in, in the warm-up and all rounds of a phase."""
        return max(self.written_copies, self.both_copies) * (WARMUP + self.rounds) * BATCH

    @property
    def both_s(self) -> float:
        """Return the seconds that a turn of `both` lasts when its events are taken as they come."""
        return self.both_copies * BATCH / self.events_per_s
