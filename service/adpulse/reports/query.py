"""The questions that a report answers: from `name=value` pairs to a validated Query."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from adpulse.event import TEXT_LENGTH, Event
from adpulse.reports.metrics import DEFAULT_METRICS, METRICS, REACH
from adpulse.reports.window import GRANULARITIES, Window, WindowError, buckets, previous, zones
from adpulse.reports.window import parse as parse_window
from adpulse.settings import Settings

PARAMETERS = (
    "campaign_id",
    "start",
    "end",
    "granularity",
    "timezone",
    "group_by",
    "filter",
    "metrics",
    "order_by",
    "limit",
    "compare",
    "format",
)
REPEATABLE = frozenset({"campaign_id", "filter"})
FORMATS = ("json", "csv")
COMPARISONS = ("previous",)
FIELDS = ("campaign_id", "event_type")  # of an event, that group_by knows besides the keys of metadata
BY_NAME = "group"  # what groups can be ordered by besides a metric
KEY = "[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}"  # a metadata key, as a parameter may name it
MAX_CAMPAIGNS = 1_000

_KEY = re.compile(KEY, re.ASCII)
_LIMIT = re.compile(r"[0-9]{1,9}", re.ASCII)
_ORDER = re.compile(r"([a-z_]+)(?::(asc|desc))?", re.ASCII)
_zone = cache(ZoneInfo)  # reading a zone's file takes longer than the rest of a query; there are 600


class QueryError(ValueError):
    """A query that cannot be answered. `field` names the parameter, the text what is wrong and what is allowed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class OutsideError(ValueError):
    """A query for campaigns that whoever asks may not see."""


@dataclass(frozen=True, slots=True)
class Span:
    """A window and the buckets in it, in order; one bucket None where no granularity was asked for."""

    window: Window
    buckets: tuple[datetime | None, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A validated question. `before` is the span to compare with; `limit` counts groups."""

    campaigns: tuple[str, ...]
    span: Span
    before: Span | None
    granularity: str | None
    zone: ZoneInfo
    group_by: str | None
    filters: dict[str, str]
    metrics: tuple[str, ...]
    order_by: str
    descending: bool
    limit: int
    format: str

    @property
    def has_rows(self) -> bool:
        """Whether the answer has rows besides the totals."""
        return self.granularity is not None or self.group_by is not None

    @property
    def totals_only(self) -> bool:
        """Whether the answer is one row of sums over all that happened to the campaigns."""
        return not (self.has_rows or self.filters or self.reach)

    @property
    def reach(self) -> bool:
        """Whether users have to be counted, which only the events themselves can tell."""
        return REACH in self.metrics

    def within(self, campaigns: tuple[str, ...]) -> "Query":
        """The same question for whoever may see these campaigns only: all of them, when it names none.

        Raises OutsideError when it names another.
        """
        if not self.campaigns:
            return replace(self, campaigns=campaigns)
        if not set(self.campaigns) <= set(campaigns):
            raise OutsideError
        return self

    def arguments(self, window: Window) -> tuple[Any, ...]:
        """The seven parameters of report.sql."""
        return (
            list(self.campaigns) or None,
            window.start,
            window.stop,
            self.granularity,
            self.zone.key,
            self.group_by,
            orjson.dumps(self.filters).decode() if self.filters else None,
        )


def parse(items: Sequence[tuple[str, str]], now: datetime, settings: Settings) -> Query:
    """The query in decoded `name=value` pairs. Raises QueryError for the first thing that is wrong."""
    single: dict[str, str] = {}
    for name, value in items:
        if name not in PARAMETERS:
            raise QueryError("query", f"has an unknown parameter; allowed: {', '.join(PARAMETERS)}")
        if not _is_text(value):
            raise QueryError(name, "holds a character that is not allowed (NUL or invalid UTF-8)")
        if name not in REPEATABLE:
            if name in single:
                raise QueryError(name, "is given more than once")
            single[name] = value
    zone = _timezone(single.get("timezone", "UTC"))
    granularity = _one_of("granularity", single.get("granularity"), GRANULARITIES)
    compare = _one_of("compare", single.get("compare"), COMPARISONS)
    group_by = _group_by(single.get("group_by"))
    metrics = _metrics(single.get("metrics"))
    if "start" not in single:
        raise QueryError("start", "is missing; for example -1h, 2025-09-24 or 2025-09-24T06:00:00Z")
    try:
        window = parse_window(single["start"], single.get("end"), now, zone, settings.max_range_days)
        span = _span(window, granularity, zone, settings)
        before = _span(previous(window, zone), granularity, zone, settings) if compare else None
    except WindowError as error:
        raise QueryError(error.field, str(error)) from None
    if REACH in metrics and (window.stop - window.start).days > settings.max_reach_days:
        raise QueryError(
            "metrics",
            f"has {REACH}, which is counted from single events: for at most {settings.max_reach_days} days; "
            "take a shorter window or leave it out",
        )
    order_by, descending = _order_by(single.get("order_by"), group_by, metrics)
    return Query(
        campaigns=_campaigns([value for name, value in items if name == "campaign_id"]),
        span=span,
        before=before,
        granularity=granularity,
        zone=zone,
        group_by=group_by,
        filters=_filters([value for name, value in items if name == "filter"]),
        metrics=metrics,
        order_by=order_by,
        descending=descending,
        limit=_limit(single.get("limit"), settings.max_groups),
        format=_one_of("format", single.get("format"), FORMATS) or "json",
    )


def _is_text(value: str) -> bool:
    return "\0" not in value and "\ufffd" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


def _one_of(name: str, value: str | None, allowed: Sequence[str]) -> str | None:
    if value is not None and value not in allowed:
        raise QueryError(name, f"must be one of: {', '.join(allowed)}")
    return value


def _timezone(value: str) -> ZoneInfo:
    if value not in zones():
        allowed = "UTC, Europe/Berlin, Asia/Kolkata; abbreviations such as CET do not say when clocks change"
        raise QueryError("timezone", f"is not an IANA time zone, for example {allowed}")
    return _zone(value)


def _span(window: Window, granularity: str | None, zone: ZoneInfo, settings: Settings) -> Span:
    return Span(window, tuple(buckets(window, granularity, zone, settings.max_buckets)) if granularity else (None,))


def _campaigns(values: list[str]) -> tuple[str, ...]:
    if any(not 1 <= len(value) <= TEXT_LENGTH for value in values):
        raise QueryError("campaign_id", f"must have 1 to {TEXT_LENGTH} characters")
    if len(values) > MAX_CAMPAIGNS:
        raise QueryError("campaign_id", f"is given more than {MAX_CAMPAIGNS} times; none means all campaigns")
    return tuple(dict.fromkeys(values))


def _group_by(value: str | None) -> str | None:
    if value is None or value in FIELDS:
        return value
    if not _KEY.fullmatch(value) or value in Event.__annotations__:
        allowed = f"{', '.join(FIELDS)}, or a metadata key of up to 64 letters, digits and _ . : -"
        raise QueryError("group_by", f"is not a dimension; allowed: {allowed}")
    return value


def _filters(values: list[str]) -> dict[str, str]:
    filters: dict[str, str] = {}
    for item in values:
        key, colon, value = item.partition(":")
        if not colon or not _KEY.fullmatch(key):
            raise QueryError("filter", "must be key:value, the key being a metadata key, for example geo:IN")
        if key in Event.__annotations__:
            # It would look for a metadata key of that name, find nothing, and look like an answer.
            raise QueryError("filter", "names a field of the event; allowed: keys of metadata, for example geo:IN")
        if filters.setdefault(key, value) != value:
            raise QueryError("filter", "names one key with two values; no event can have both")
    return filters


def _metrics(value: str | None) -> tuple[str, ...]:
    if value is None:
        return DEFAULT_METRICS
    names = value.split(",")
    if any(name not in METRICS for name in names):
        raise QueryError("metrics", f"must be a list, separated by commas, of: {', '.join(METRICS)}")
    if len(set(names)) < len(names):
        raise QueryError("metrics", "names a metric twice")
    return tuple(names)


def _order_by(value: str | None, group_by: str | None, metrics: tuple[str, ...]) -> tuple[str, bool]:
    if value is None:
        return "impressions", True
    match = _ORDER.fullmatch(value)
    if match is None or match[1] not in (*METRICS, BY_NAME):
        allowed = ", ".join((BY_NAME, *METRICS))
        raise QueryError("order_by", f"must be one of: {allowed}; with :asc or :desc after it to turn the order round")
    if group_by is None:
        raise QueryError("order_by", "orders groups, and so needs group_by; rows by time come in order of time")
    if match[1] == REACH and REACH not in metrics:
        raise QueryError("order_by", f"can be {REACH} only when metrics names it")
    return match[1], match[2] == "desc" if match[2] else match[1] != BY_NAME


def _limit(value: str | None, most: int) -> int:
    if value is None:
        return most
    if not _LIMIT.fullmatch(value) or not 1 <= int(value) <= most:
        raise QueryError("limit", f"must be a whole number from 1 to {most}")
    return int(value)
