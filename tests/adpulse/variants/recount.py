"""Recount a report in plain Python: events as the model remembers them, a question, and the sums that answer it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from adpulse.reports import query_string, render
from adpulse.reports.reporter import Reporter
from adpulse.settings import Settings

SETTINGS = Settings(max_groups=100_000)
MINUTE = timedelta(minutes=1)
KINDS = ("impression", "click", "conversion")


@dataclass(frozen=True)
class Event:
    """A stored event as the model remembers it."""

    ts: datetime
    campaign: str
    kind: str
    cost: int
    revenue: int
    geo: str | None

    def row(self) -> tuple[Any, ...]:
        metadata = orjson.dumps({"geo": self.geo} if self.geo else {}).decode()
        return (self.ts, self.campaign, "U", self.kind, self.cost, self.revenue, metadata)


COLUMNS = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata")


# ── The recount ──────────────────────────────────────────────────────────────────────────────────────────────

Cell = tuple[datetime | date | None, str | None]


def label(at: datetime, granularity: str | None, zone: ZoneInfo) -> datetime | date | None:
    """Return the label of an event's bucket: an instant within a day, the first local day otherwise."""
    local = at.astimezone(zone)
    day = local.date()
    match granularity:
        case None:
            return None
        case "minute":
            return at.replace(second=0, microsecond=0)
        case "hour":
            minute = at.replace(second=0, microsecond=0)
            # An hour that clocks are changed into begins with that minute.
            while (
                minute.astimezone(zone).minute and (minute - MINUTE).astimezone(zone).utcoffset() == local.utcoffset()
            ):
                minute -= MINUTE
            return minute
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case _:
            return day.replace(day=1)


def recount(events: Iterable[Event], question: "Question") -> dict[Cell, list[int]]:
    """Return the five sums of every bucket and group that has an event."""
    zone = ZoneInfo(question.timezone)
    group_of: dict[str | None, Callable[[Event], str | None]] = {
        None: lambda event: None,
        "campaign_id": lambda event: event.campaign,
        "event_type": lambda event: event.kind,
        "geo": lambda event: event.geo,
    }
    cells: dict[Cell, list[int]] = defaultdict(lambda: [0] * 5)
    for event in events:
        if not question.start <= event.ts < question.stop:
            continue
        if question.campaigns and event.campaign not in question.campaigns:
            continue
        if question.geo and event.geo != question.geo:
            continue
        cell = cells[label(event.ts, question.granularity, zone), group_of[question.group_by](event)]
        cell[KINDS.index(event.kind)] += 1
        cell[3] += event.cost
        cell[4] += event.revenue
    return cells


# ── The question ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Question:
    """A report's parameters; start and stop are whole minutes."""

    start: datetime
    stop: datetime
    granularity: str | None = None
    timezone: str = "UTC"
    campaigns: tuple[str, ...] = ()
    group_by: str | None = None
    geo: str | None = None

    def items(self) -> list[tuple[str, str]]:
        given = {"granularity": self.granularity, "group_by": self.group_by}
        given |= {"filter": f"geo:{self.geo}" if self.geo else None}
        items = [("start", self.start.isoformat()), ("end", self.stop.isoformat()), ("timezone", self.timezone)]
        items += [(name, value) for name, value in given.items() if value]
        return items + [("campaign_id", campaign) for campaign in self.campaigns]


def sums(metrics: dict[str, Any]) -> list[int]:
    counts = [metrics[name] for name in ("impressions", "clicks", "conversions")]
    return counts + [round(metrics[name] * 1_000_000) for name in ("cost", "revenue")]


def added(cells: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*cells, strict=True)] or [0] * 5


async def check(reporter: Reporter, question: Question, events: Iterable[Event]) -> None:
    """Assert that the report, as a client gets it, is the recount: totals, buckets, groups."""
    report = await reporter.report(query_string.parse(question.items(), datetime.now(UTC), SETTINGS))
    reply = orjson.loads(render.to_json(report))
    expected = recount(events, question)
    assert sums(reply["totals"]) == added(expected.values())
    if question.granularity is None and question.group_by is None:
        assert "rows" not in reply
        return
    zone = ZoneInfo(question.timezone)
    got: dict[Cell, list[int]] = {}
    for row in reply["rows"]:
        bucket = datetime.fromisoformat(row["bucket"]).astimezone(UTC) if row["bucket"] else None
        # A bucket within a day is named by its instant.
        clock = question.granularity in ("minute", "hour")
        cell = (bucket if clock or bucket is None else label(bucket, question.granularity, zone), row["group"])
        assert cell not in got, "one bucket, one row"
        got[cell] = sums(row)
    assert {cell: counts for cell, counts in got.items() if any(counts)} == dict(expected)
    if question.group_by is not None:
        assert {group for _, group in got} == {group for _, group in expected}, "no group without an event"
