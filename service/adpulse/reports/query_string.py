"""The query string of a report: from `name=value` pairs to a validated Query."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

from adpulse import calendar
from adpulse.calendar import GRANULARITIES
from adpulse.event.contract import Event
from adpulse.event.limits import TEXT_LENGTH
from adpulse.reports import filters
from adpulse.reports.filters import FIELDS, Filters, is_text
from adpulse.reports.metrics import DEFAULT_METRICS, METRICS, REACH
from adpulse.reports.query import BY_NAME, Comparison, Format, Query, QueryError, Span
from adpulse.reports.window import Window, WindowError, buckets, previous
from adpulse.reports.window import parse as parse_window
from adpulse.settings import Settings
from adpulse.terminal import counted

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
MAX_CAMPAIGNS = 1_000
EVENT_TYPES = ("impression", "click", "conversion")

_LIMIT = re.compile(r"[0-9]{1,9}", re.ASCII)
_ORDER = re.compile(r"([a-z_]+)(?::(asc|desc))?", re.ASCII)


def parse(items: Sequence[tuple[str, str]], now: datetime, settings: Settings) -> Query:
    """Read a query from decoded `name=value` pairs. Raises QueryError for the first error."""
    single = _single(items)
    zone = _timezone(single.get("timezone", "UTC"))
    granularity = _one_of("granularity", single.get("granularity"), GRANULARITIES)
    compare = _one_of("compare", single.get("compare"), get_args(Comparison))
    group_by = _group_by(single.get("group_by"))
    metrics = _metrics(single.get("metrics"))
    try:
        window = _window(single, now, zone, settings)
        span = _span(window, granularity, zone, settings)
        before = _span(previous(window, zone), granularity, zone, settings) if compare else None
    except WindowError as error:
        raise QueryError(error.field, str(error)) from None
    if REACH in metrics:
        _check_reach(window, settings)
    campaigns, selected = _selection(items)
    if filters.OTHER in selected.values():
        _check_other(selected, group_by, metrics)
    order_by, descending = _order_by(single.get("order_by"), group_by, metrics)
    return Query(
        campaigns=campaigns,
        span=span,
        before=before,
        granularity=granularity,
        zone=zone,
        group_by=group_by,
        filters=selected,
        metrics=metrics,
        order_by=order_by,
        descending=descending,
        limit=_limit(single.get("limit"), settings.max_groups),
        format=_one_of("format", single.get("format"), get_args(Format)) or "json",
    )


def _single(items: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the parameters that may come once. Raises QueryError when one comes twice, is unknown, or is no text."""
    single: dict[str, str] = {}
    for name, value in items:
        if name not in PARAMETERS:
            raise QueryError("query", f"has an unknown parameter; allowed: {', '.join(PARAMETERS)}")
        if not is_text(value):
            raise QueryError(name, "holds a character that is not allowed (NUL or invalid UTF-8)")
        if name not in REPEATABLE:
            if name in single:
                raise QueryError(name, "is given more than once")
            single[name] = value
    return single


def _one_of(name: str, value: str | None, allowed: Sequence[str]) -> str | None:
    if value is not None and value not in allowed:
        raise QueryError(name, f"must be one of: {', '.join(allowed)}")
    return value


def _timezone(value: str) -> ZoneInfo:
    try:
        return calendar.zone(value)
    except KeyError:
        raise QueryError("timezone", "is not an IANA time zone, for example UTC, Europe/Berlin, Asia/Kolkata") from None


def _window(single: dict[str, str], now: datetime, zone: ZoneInfo, settings: Settings) -> Window:
    if "start" not in single:
        raise QueryError("start", "is missing; for example -1h, 2025-09-24 or 2025-09-24T06:00:00Z")
    return parse_window(single["start"], single.get("end"), now, zone, settings.max_range_days)


def _check_reach(window: Window, settings: Settings) -> None:
    if (window.stop - window.start).days > settings.max_reach_days:
        raise QueryError(
            "metrics",
            f"has {REACH}, which is counted from single events: for at most {counted(settings.max_reach_days, 'day')}; "
            "take a shorter window or leave it out",
        )


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
    if not value or value in Event.__annotations__:
        raise QueryError("group_by", f"is not a dimension; allowed: {', '.join(FIELDS)}, or a metadata key")
    return value


def _selection(items: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], Filters]:
    """Return campaigns and filters. A filter by campaign becomes a campaign, which indexes can find."""
    campaigns = _campaigns([value for name, value in items if name == "campaign_id"])
    try:
        found = filters.parse(value for name, value in items if name == "filter")
    except ValueError as error:
        raise QueryError("filter", str(error)) from None
    if isinstance(kind := found.get("event_type"), str) and kind not in EVENT_TYPES:
        raise QueryError("filter", f"names an event_type that is none of: {', '.join(EVENT_TYPES)}")
    if isinstance(campaign := found.get("campaign_id"), str):
        del found["campaign_id"]
        if campaigns and campaign not in campaigns:
            raise QueryError("filter", "names a campaign that campaign_id leaves out")
        campaigns = _campaigns([campaign])
    return campaigns, found


def _check_other(selected: Filters, group_by: str | None, metrics: tuple[str, ...]) -> None:
    """Refuse combinations that only raw events answer: these do not tell which values share a row."""
    if len(selected) > 1 or group_by not in (None, "campaign_id", *selected) or REACH in metrics:
        raise QueryError(
            "filter",
            f'has {{"other": true}}, which goes with no other filter, with no {REACH}, '
            "and with group_by=campaign_id or the same key only",
        )


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
