"""Counts of a data set: the tables of docs/reference/dataset.md, which `make docs` writes.

Everything is measured on the events themselves, so a table cannot say what the generator does not do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from adbench.workload.campaigns import MIXES, SLOT_US, ZONES, Ints
from adbench.workload.dataset import BLOCK, Block, Dataset

DRAWN = Dataset(16 * BLOCK, datetime(2025, 9, 24, tzinfo=UTC))  # a million; all else as `adbench seed` has it
IMPRESSIONS, CLICKS = 2_000, 100  # below which a campaign's own rate is mostly chance
POINTS = (5, 50, 95)  # percentiles
HOUR_US = 3_600_000_000

Table = tuple[Sequence[str], list[Sequence[str]]]  # head and rows


@dataclass(frozen=True)
class Events:
    """Every event of a data set at once: to be counted, not to be loaded."""

    data: Dataset
    all: Block

    @classmethod
    def of(cls, data: Dataset) -> "Events":
        """Return all blocks as one; `repeated` counts through."""
        blocks = [replace(block, repeated=block.repeated + BLOCK * number) for number, block in enumerate(data)]
        names = [each.name for each in fields(Block)]
        return cls(data, Block(**{name: np.concatenate([getattr(each, name) for each in blocks]) for name in names}))

    def local(self) -> Ints:
        """Return when each event arrives, in microseconds since 1970 by the clock of its campaign's zone."""
        start, slots = self.data.start, self.data.days * 24 * HOUR_US // SLOT_US
        instants = [start + timedelta(microseconds=slot * SLOT_US) for slot in range(slots)]
        zones = [ZoneInfo(zone) for zone in ZONES]
        ahead = np.array([[_ahead_us(at, zone) for zone in zones] for at in instants], dtype=np.int64)
        slot = (self.all.arrival - int(start.timestamp()) * 1_000_000) // SLOT_US
        local: Ints = self.all.arrival + ahead[slot, self.data.home[self.all.campaign]]
        return local


def shares(events: Events) -> Table:
    """Return how skewed campaigns are, and how often each kind of event and value of metadata comes."""
    counts = -np.sort(-np.bincount(events.all.campaign, minlength=events.data.campaigns))
    largest = {f"the first {n:,}": float(counts[:n].sum()) for n in (1, 10, 100, 500)}
    kinds = dict(zip(("impressions", "clicks", "conversions"), np.bincount(events.all.kind, minlength=3), strict=True))
    rows = [("campaigns", _listed(largest, len(events.all))), ("kinds", _listed(kinds, len(events.all)))]
    of_mix = np.bincount(events.all.mix, minlength=len(MIXES))
    for key in MIXES[0]:
        found: dict[str, float] = {}
        for mix, count in zip(MIXES, of_mix, strict=True):
            found[mix[key]] = found.get(mix[key], 0) + float(count)
        rows.append((f"`{key}`", _listed(dict(sorted(found.items(), key=lambda item: -item[1])), len(events.all))))
    lag = events.all.arrival - events.all.ts
    unusual = {"late": float((lag > 0).sum()), "delivered twice": float(len(events.all.repeated))}
    return ("of all events", "share"), [*rows, ("arrival", _listed(unusual, len(events.all)))]


def spread(events: Events) -> Table:
    """Return quantities that differ between campaigns, events or users, by their percentiles."""
    block, campaigns = events.all, events.data.campaigns
    of_kind = [np.bincount(block.campaign[block.kind == kind], minlength=campaigns) for kind in range(3)]
    clicked, converted = of_kind[0] >= IMPRESSIONS, of_kind[1] >= CLICKS
    paid = [block.cost[(block.kind == kind) & (block.cost > 0)] for kind in (0, 1)]
    lag = (block.arrival - block.ts) / 60e6
    rows: list[tuple[str, NDArray[Any], Callable[[float], str]]] = [
        (
            f"click rate, campaigns of {IMPRESSIONS:,} impressions or more",
            _rate(of_kind[1], of_kind[0], clicked),
            _percent,
        ),
        (f"conversion rate, campaigns of {CLICKS} clicks or more", _rate(of_kind[2], of_kind[1], converted), _percent),
        ("cost of a thousand impressions, where they are paid", paid[0] / 1e3, _plain),
        ("cost of a click, where it is paid", paid[1] / 1e6, _plain),
        ("revenue of a conversion", block.revenue[block.kind == 2] / 1e6, _plain),
        ("events of a user", np.unique(block.user, return_counts=True)[1], _plain),
        ("minutes that a late event is late", lag[lag > 0], _plain),
    ]
    head = ("", *(f"{point} %" for point in POINTS), "largest")
    return head, [
        (name, *(write(float(value)) for value in np.percentile(values, POINTS)), write(float(values.max())))
        for name, values, write in rows
    ]


def rhythm(events: Events) -> Table:
    """Return traffic by the hour of the campaign's own day, and by the same hour in UTC; 1 is the average hour."""
    hours = [
        np.bincount(at // HOUR_US % 24, minlength=24) * 24 / len(at) for at in (events.local(), events.all.arrival)
    ]
    shown = range(0, 24, 3)
    head = ("hour from", *(f"{hour:02d}:00" for hour in shown))
    rows = zip(("the campaign's zone", "UTC"), hours, strict=True)
    return head, [(name, *(f"{found[hour]:.2f}" for hour in shown)) for name, found in rows]


def week(events: Events) -> Table:
    """Return traffic by the day of the campaign's own week; 1 is the average day."""
    day = events.local() // (24 * HOUR_US)
    # A window of thirty days has some weekdays five times and others four times, and parts of days at its ends.
    days, counts = np.unique(day, return_counts=True)
    whole = slice(1, -1)
    weekday = (days[whole] + 3) % 7  # 1970-01-01 was a Thursday
    mean = np.array([counts[whole][weekday == each].mean() for each in range(7)])
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return names, [tuple(f"{value:.2f}" for value in mean / mean.mean())]


def _ahead_us(at: datetime, zone: ZoneInfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)


@cache
def drawn() -> Events:
    """Return the events of which the page shows tables."""
    return Events.of(DRAWN)


def _rate(part: Ints, whole: Ints, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = part[kept] / whole[kept]
    return found


def _listed(counts: dict[str, float], total: int) -> str:
    return " · ".join(f"{name} {_percent(count / total)}" for name, count in counts.items())


def _percent(share: float) -> str:
    return f"{_plain(100 * share)} %"


def _plain(value: float) -> str:
    """Return three digits, without an exponent."""
    return f"{float(f'{value:.3g}'):,g}"
