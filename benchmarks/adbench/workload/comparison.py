"""A user's own events beside the generated set that designs are measured with.

A profile holds numbers only, no name and no value of an event: it may be shown where the events may not.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel
from rich.table import Table

from adbench.records import terminal
from adbench.workload.campaigns import MIXES
from adbench.workload.profile import HOUR_US, Events

LATE_S = 60  # behind the newest event before it in its file
MOST_VALUES = 10_000  # most values of a key of metadata that are counted
DAY_US = 24 * HOUR_US
SHOWN = 8  # keys of metadata


class Profile(BaseModel, frozen=True):
    """The shape of a set of events. Shares are of all events."""

    events: int
    days: float  # days from the first event to the last
    campaigns: int
    largest: tuple[float, float, float]  # shares of the first 1, 10 and 100 campaigns
    events_of_a_user: float  # on average
    clicks: float  # shares
    conversions: float
    late: float  # share that comes LATE_S after a newer one of its file
    values: tuple[int, ...]  # different ones of each key of metadata, most first; MOST_VALUES at most
    busiest_hour: int | None = None  # events in it; none: of an older result, which did not count them

    @property
    def events_per_day(self) -> int:
        """Return the average; of less than an hour, as if the hour went on so."""
        return math.ceil(self.events / max(self.days, 1 / 24))

    @property
    def described(self) -> dict[str, Any]:
        """Return it for JSON."""
        return self.model_dump(mode="json") | {"events_per_day": self.events_per_day}


def generated(events: Events) -> Profile:
    """Return the profile of a data set of the lab."""
    block, total = events.all, len(events.all)
    kinds = np.bincount(block.kind, minlength=3)
    counts = np.sort(np.bincount(block.campaign))[::-1]
    order = block.ts[np.argsort(block.arrival, kind="stable")]
    behind = np.maximum.accumulate(order) - order > LATE_S * 1_000_000
    hours = block.ts // HOUR_US
    values = [len({mix[key] for mix in MIXES}) for key in MIXES[0]]
    return Profile(
        events=total,
        days=float(np.ptp(block.ts)) / DAY_US,
        campaigns=int((counts > 0).sum()),
        largest=shares_of_largest(counts.tolist()),
        events_of_a_user=total / len(np.unique(block.user)),
        clicks=float(kinds[1] / total),
        conversions=float(kinds[2] / total),
        late=float(behind.mean()),
        busiest_hour=int(np.bincount(hours - hours.min()).max()),
        values=tuple(sorted(values, reverse=True)),
    )


def shares_of_largest(counts: Sequence[int]) -> tuple[float, float, float]:
    """Return the shares of the first 1, 10 and 100 campaigns, of their events in falling order."""
    total = sum(counts)
    return (counts[0] / total, sum(counts[:10]) / total, sum(counts[:100]) / total)


def table(own: Profile, other: Profile) -> Table:
    """Return a user's events beside a million generated ones."""

    def row(what: str, form: str, pick: Callable[[Profile], Any]) -> list[str]:
        values = (pick(own), pick(other))
        return [what, *("–" if each is None else format(each, form) for each in values)]

    rows = [
        row("events", ",", lambda each: each.events),
        row("days", ",.1f", lambda each: each.days),
        row("events an hour, average", ",.0f", lambda each: each.events_per_day / 24),
        row("events in the busiest hour", ",", lambda each: each.busiest_hour),
        row("campaigns", ",", lambda each: each.campaigns),
        row("share of the largest campaign", ".1%", lambda each: each.largest[0]),
        row("share of the largest 10", ".1%", lambda each: each.largest[1]),
        row("share of the largest 100", ".1%", lambda each: each.largest[2]),
        row("events of a user", ",.1f", lambda each: each.events_of_a_user),
        row("clicks", ".2%", lambda each: each.clicks),
        row("conversions", ".3%", lambda each: each.conversions),
        row("more than a minute late", ".1%", lambda each: each.late),
        row("values of each key of metadata", "", lambda each: " · ".join(f"{many:,}" for many in each.values[:SHOWN])),
    ]
    return terminal.table("your events beside the generated ones", ("", "yours", "generated"), rows)
