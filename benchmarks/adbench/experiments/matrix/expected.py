"""The right answers, counted in the arrays that the events are made of: no SQL, and nothing shared with the reports."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from adbench.checks.http_recount import ZEROS, Key, Sums, added
from adbench.workload.campaigns import Ints
from adbench.workload.dataset import EPOCH, Block
from adbench.workload.report_shapes import Shape
from adpulse.reports import metrics
from adpulse.reports.report import Report

Answer = dict[Key, Sums]

PROBE = "CAMP-FRESH"  # the campaign of the events that freshness is measured with
SPANS_US = {"hour": 3_600_000_000, "day": 86_400_000_000}


@dataclass(frozen=True)
class Vocabulary:
    """The names for the numbers in the arrays of blocks."""

    campaigns: Sequence[str]
    key: str | None  # key of metadata by which shapes filter and group; None: no shape does
    values: Sequence[str | None]  # values of that key; None: events without it
    of_mix: Ints  # the number of the value, by mix


class Expected:
    """The expected answers to some shapes of report whose windows end at `stop`, over the blocks added so far."""

    def __init__(self, names: Vocabulary, shapes: Sequence[Shape], stop: datetime) -> None:
        self._names, self._shapes = names, shapes
        self._numbers = {name: number for number, name in enumerate(names.campaigns)}
        self._stop_us = (stop - EPOCH) // timedelta(microseconds=1)
        self._counted: dict[str, dict[tuple[int, int], Ints]] = {shape.name: {} for shape in shapes}

    def add(self, block: Block) -> None:
        """Count a block's events."""
        for shape in self._shapes:
            self._count(shape, block)

    def copy(self) -> "Expected":
        """Return an independent copy that goes on counting from here."""
        other = copy.copy(self)
        other._counted = {name: dict(rows) for name, rows in self._counted.items()}
        return other

    def answers(self, probes: int = 0) -> dict[str, Answer]:
        """Return for each shape the rows that its report must have, without rows of zeros.

        `probes` more events were stored in the last hour: impressions of PROBE that cost a micro each.
        """
        return {shape.name: self._answer(shape, probes) for shape in self._shapes}

    def _answer(self, shape: Shape, probes: int) -> Answer:
        names = self._names.campaigns if shape.group_by == "campaign_id" else self._names.values
        rows: Answer = {
            (
                EPOCH + timedelta(microseconds=bucket * SPANS_US[shape.granularity]) if shape.granularity else None,
                names[group] if shape.group_by else None,
            ): tuple(map(int, sums))
            for (bucket, group), sums in self._counted[shape.name].items()
        }
        if probes and shape.campaign is None and shape.value is None:
            if shape.granularity is not None or shape.group_by not in (None, "campaign_id"):
                raise NotImplementedError("a probe has no place in rows by time or by metadata")
            key: Key = (None, PROBE if shape.group_by else None)
            rows[key] = added([rows.get(key, ZEROS), (probes, 0, 0, probes, 0)])
        return {key: sums for key, sums in rows.items() if any(sums)}

    def _count(self, shape: Shape, block: Block) -> None:
        start = self._stop_us - shape.length // timedelta(microseconds=1)
        chosen = (block.ts >= start) & (block.ts < self._stop_us)
        if shape.campaign is not None:
            chosen &= block.campaign == self._numbers[shape.campaign]
        if shape.value is not None:
            chosen &= self._names.of_mix[block.mix] == self._names.values.index(shape.value)
        at = np.flatnonzero(chosen)
        if not len(at):
            return
        # A place for each bucket and group, so that sums are one pass over the events: 31 days x 12 countries at most.
        buckets = block.ts[at] // SPANS_US[shape.granularity] if shape.granularity else np.zeros_like(at)
        groups, width = self._groups(shape, block, at)
        lowest = int(buckets.min())
        place = (buckets - lowest) * width + groups
        kind = block.kind[at]
        # Weights are added up as floating point: exact, because a block's sums stay far below 2 ** 53.
        weights = (kind == 0, kind == 1, kind == 2, block.cost[at], block.revenue[at])
        sums = np.stack([np.bincount(place, each).astype(np.int64) for each in weights], axis=1)
        counted = self._counted[shape.name]
        for filled in np.unique(place).tolist():
            key = (lowest + filled // width, filled % width)
            counted[key] = sums[filled] if key not in counted else counted[key] + sums[filled]

    def _groups(self, shape: Shape, block: Block, at: Ints) -> tuple[Ints, int]:
        """Return the number of each event's group, and how many there are."""
        if shape.group_by == "campaign_id":
            return block.campaign[at], len(self._names.campaigns)
        if shape.group_by is not None:
            return self._names.of_mix[block.mix[at]], len(self._names.values)
        return np.zeros_like(at), 1


def wrong(report: Report, right: Answer) -> str | None:
    """Return what is wrong with a report; None when every row and the totals are as counted."""
    totals = _five(report.totals)
    wanted = added(right.values())
    if totals != wanted:
        return f"totals {totals} instead of {wanted}"
    if report.rows is None:
        return None
    # The report is not limited, so no group is the rest.
    rows = {(row.bucket, None if row.group is None else str(row.group)): _five(row.sums) for row in report.rows}
    for key in rows.keys() | right.keys():
        if rows.get(key, ZEROS) != right.get(key, ZEROS):
            return f"row {key[0] or ''} {key[1] or ''}: {rows.get(key)} instead of {right.get(key)}"
    return None


def _five(sums: metrics.Sums) -> Sums:
    return (sums.impressions, sums.clicks, sums.conversions, sums.cost_micros, sums.revenue_micros)
