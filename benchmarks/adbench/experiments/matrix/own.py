"""A user's own events in a matrix. Its result holds numbers and ranks of them ("campaign 1"), and no name or value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

import numpy as np

from adbench.experiments.matrix.expected import Vocabulary
from adbench.experiments.matrix.plan import BATCH, LIVE, LIVE_RATE, MatrixError, MatrixPlan, Phase
from adbench.experiments.matrix.sources import Source
from adbench.workload import comparison, own_events
from adbench.workload.campaigns import KINDS
from adbench.workload.copy_loader import POSTGRES_EPOCH_US
from adbench.workload.dataset import BLOCK, EPOCH, Block
from adbench.workload.own_events import TS, Accepted, OwnEvents
from adbench.workload.profile import drawn
from adbench.workload.report_shapes import DAY, HOUR, Shape
from adpulse.event.values import COLUMNS
from adpulse.importing.database import FEWEST_OF_A_DAY
from adpulse.ingest import copy_format
from adpulse.reports.query import QueryError
from adpulse.settings import Settings
from adpulse.terminal import counted

MOST_VALUES = 999  # sql/variants/08_rollup_dims keeps 1,000 of a key apart, and events without it are one
LONGEST_VALUE = 200  # characters; as there
WINDOWS = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 30 * DAY}
KEPT = 4 * BATCH  # latest events, that are written again and again where writing is measured
_HEAD = np.dtype([("fields", ">i2"), *((f"{n}", t) for n, t in (("l1", ">i4"), ("ts", ">i8"), ("l2", ">i4"),
                  ("cost", ">i8"), ("l3", ">i4"), ("revenue", ">i8")))])  # fmt: skip


@dataclass(frozen=True)
class OwnBlock(Block):
    """Events with the rows that write them. `mix` is the number of the dimension's value."""

    rows: list[bytes]


class Own(Source):
    """Files of events, counted once to know what to ask, and read again for each load."""

    kind, private, columns = "matrix-own", True, COLUMNS

    def __init__(self, files: OwnEvents, dimension: str | None = None) -> None:
        """Raise ImportFailed when no event can be read, MatrixError when reports cannot be by this dimension."""
        self.files, self.survey, self._settings = files, own_events.survey(files, KEPT), Settings()
        self._latest = list(self.survey.latest)
        first, last = (EPOCH + timedelta(microseconds=us) for us in (self.survey.first_us, self.survey.last_us))
        self.start = first.replace(second=0, microsecond=0)
        self.end = last.replace(second=0, microsecond=0) + timedelta(minutes=1)
        self.stop = self.end + LIVE
        ranked = [name for name, _ in self.survey.campaigns.most_common()]
        if dimension is not None and (reason := self._unfit(dimension)):
            raise MatrixError(f"--dimension: {reason}")
        # Take the key with most values that reports can be grouped by, unless one is named.
        fit = [name for name in self.survey.keys if self._unfit(name) is None]
        likely = max(fit, key=lambda name: len(self.survey.keys[name].values), default=None)
        self.dimension = likely if dimension is None else dimension
        self.dimensions = None if self.dimension is None else [self.dimension]
        values: list[str | None] = [None]
        if self.dimension is not None:
            values += [str(value) for value, _ in self.survey.keys[self.dimension].values.most_common()]
        self.names = Vocabulary(ranked, self.dimension, values, np.arange(len(values)))
        self._campaigns = {name: number for number, name in enumerate(ranked)}
        self._values = {value: number for number, value in enumerate(values)}
        self.shapes = self._shapes()
        # The profile of these events beside that of the lab's, and the reports by ranks.
        self.parameters = {
            "days": max((self.end - self.start) / DAY, 1 / 24),
            "profile": self.survey.profile.described,
            "profile_of_generated": comparison.generated(drawn()).described,
            "reports": {shape.name: self._said(shape) for shape in self.shapes},
        }

    @property
    def planned(self) -> dict[str, Any]:
        """Return what a plan has of them, by which a run that is resumed knows them again."""
        return {"end": self.end, "days": max((self.end - self.start).days, 1), "campaigns": len(self.names.campaigns)}

    def sizes(self, wanted: tuple[int, ...] | None) -> tuple[int, ...]:
        """Return the sizes to load: those, or all events. Raise MatrixError when there are fewer."""
        if wanted and wanted[-1] > self.survey.events:
            raise MatrixError(f"--scale {wanted[-1]:,} is more than the {self.survey.events:,} events of these files")
        return wanted or (self.survey.events,)

    def days(self, events: int) -> list[date]:
        """Return the days with enough events for a partition of their own, and those of the live events."""
        share = events / self.survey.events
        full = [day for day, count in self.survey.days.items() if count * share >= FEWEST_OF_A_DAY]
        live = {self.end.date(), self.stop.date()}
        return sorted(live | {EPOCH.date() + timedelta(days=day) for day in full})

    def blocks(self, events: int) -> Iterator[Block]:
        """Yield this number of events, evenly chosen, so that each size has the same window. Raise MatrixError."""
        total = self.survey.events
        chosen = (
            each
            for place, each in enumerate(own_events.accepted(self.files))
            if (place + 1) * events // total > place * events // total
        )
        while batch := list(islice(chosen, BLOCK)):
            yield self._block(batch)

    def live(self, plan: MatrixPlan, phase: Phase, turn: int) -> Iterator[Block]:
        """Yield the latest events again, after the end of all of them and as dense as live ones."""
        begin = round((self.end - EPOCH).total_seconds()) * 1_000_000
        count = plan.both_copies if phase == "both" else plan.written_copies
        for number in range(turn * count, (turn + 1) * count):
            places = range(number * BATCH, (number + 1) * BATCH)
            yield self._block([self._again(place, begin) for place in places])

    def encode(self, block: Block) -> bytes:
        """Return a block as one COPY."""
        assert isinstance(block, OwnBlock)
        return copy_format.stream([block.rows])

    def _again(self, place: int, begin_us: int) -> Accepted:
        accepted = self._latest[place % len(self._latest)]
        at = begin_us + place * 1_000_000 // LIVE_RATE % (LIVE // timedelta(microseconds=1))
        packed = (at - POSTGRES_EPOCH_US).to_bytes(8, "big", signed=True)
        return Accepted(at, accepted.event, accepted.row[: TS.start] + packed + accepted.row[TS.stop :])

    def _block(self, batch: Sequence[Accepted]) -> OwnBlock:
        heads = np.frombuffer(b"".join([accepted.row[: _HEAD.itemsize] for accepted in batch]), _HEAD)
        none = np.zeros(0, dtype=np.int64)
        try:
            campaigns = [self._campaigns[accepted.event["campaign_id"]] for accepted in batch]
            mixes = [self._values[accepted.event.get("metadata", {}).get(self.dimension)] for accepted in batch]
        except KeyError:
            raise MatrixError("the files have changed since they were counted: begin again") from None
        ts = heads["ts"].astype(np.int64) + POSTGRES_EPOCH_US
        return OwnBlock(
            ts=ts,
            arrival=ts,
            campaign=np.array(campaigns),
            user=np.zeros_like(ts),
            kind=np.array([KINDS.index(accepted.event["event_type"]) for accepted in batch]),
            mix=np.array(mixes),
            cost=heads["cost"].astype(np.int64),
            revenue=heads["revenue"].astype(np.int64),
            repeated=none,
            ids=np.zeros((0, 16), dtype=np.uint8),
            rows=[accepted.row for accepted in batch],
        )

    def _unfit(self, key: str) -> str | None:
        """Return why designs cannot be compared by this key of metadata; None when they can."""
        key_values = self.survey.keys.get(key)
        if key_values is None:
            return "no event has this key of metadata"
        if not key_values.only_texts:
            return "some values of this key are no texts"
        if not 2 <= len(key_values.values) <= MOST_VALUES:
            return f"this key has {counted(len(key_values.values), 'value')}; 2 to {MOST_VALUES} can be compared"
        if max(map(len, key_values.values)) > LONGEST_VALUE:
            return f"a value of this key has more than {LONGEST_VALUE} characters"
        try:
            Shape("by", HOUR, None, None, key, key=key).query(self.stop, self._settings)
            query = Shape("in", HOUR, value="any", key=key).query(self.stop, self._settings)
        except QueryError as error:
            return f"{error.field} {error}"
        return None if query.filters == {key: "any"} else "a filter cannot name this key"

    def _shapes(self) -> tuple[Shape, ...]:
        """Return the reports: windows that their days fill, the largest and a middle campaign, their dimension."""
        whole = min(self.stop - self.start, timedelta(days=self._settings.max_range_days))
        windows = {name: length for name, length in WINDOWS.items() if length < whole} | {"whole": whole}
        names = list(windows)
        short, most = names[min(1, len(names) - 1)], names[-1]
        long = names[max(len(names) - 2, 0)]
        # The middle campaign is that of the middle event, when events are in order of their campaigns' size.
        counts = np.cumsum([count for _, count in self.survey.campaigns.most_common()])
        middle = self.names.campaigns[int(np.searchsorted(counts, counts[-1] / 2))]
        largest, length = self.names.campaigns[0], windows
        shapes = [
            *(Shape(name, length[name], middle) for name in names),
            Shape(f"{most}-largest", length[most], largest),
            Shape(f"{most}-all", length[most]),
            Shape(f"{short}-by-hour", length[short], largest, "hour"),
            Shape(f"{most}-by-day", length[most], largest, "day"),
        ]
        if len(self.names.campaigns) < self._settings.max_groups:
            shapes.append(Shape(f"{long}-by-campaign", length[long], None, None, "campaign_id"))
        if (key := self.dimension) is not None:
            value = self.names.values[1]
            shapes += [
                Shape(f"{short}-by-dimension", length[short], largest, None, key, key=key),
                Shape(f"{short}-in-dimension", length[short], largest, value=value, key=key),
                Shape(f"{most}-in-dimension", length[most], middle, value=value, key=key),
            ]
        return tuple({shape.name: shape for shape in shapes}.values())

    def _said(self, shape: Shape) -> str:
        rank = "all campaigns" if shape.campaign is None else f"campaign {self._campaigns[shape.campaign] + 1}"
        parts = [f"{shape.length / DAY:.3g} days", rank]
        if shape.granularity is not None:
            parts.append(f"by {shape.granularity}")
        if shape.group_by is not None:
            parts.append("by campaign" if shape.group_by == "campaign_id" else "by dimension 1")
        if shape.value is not None:
            parts.append("value 1 of dimension 1")
        return ", ".join(parts)
