"""A report: the query string in, exact rows and derived metrics out."""

import csv
import io
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import asyncpg
import orjson

from adpulse import metrics, variants
from adpulse.database import Pool
from adpulse.events import MICROS, TEXT_LENGTH
from adpulse.settings import Settings
from adpulse.variants import Variant
from adpulse.windows import GRANULARITIES, Window, WindowError, buckets
from adpulse.windows import parse as parse_window

REPEATABLE = {"campaign_id", "filter"}
FORMATS = ("json", "csv")
# What each parameter is, with an example: the published description, and the list of those that are allowed.
PARAMETERS = {
    "campaign_id": ("A campaign; repeat it for several, leave it out for all.", ["CAMP-123"]),
    "start": (
        "Start: -15m, -1h, -7d, -2w, a date (midnight in `timezone`) or RFC 3339. Widened to a whole minute.",
        "-1h",
    ),
    "end": ("End, exclusive; as `start`. Default: now.", "2025-09-25"),
    "granularity": (f"Rows by time: {', '.join(GRANULARITIES)}. Empty buckets are present and zero.", "hour"),
    "timezone": ("IANA time zone that dates and buckets are in. Default: UTC.", "Asia/Kolkata"),
    "group_by": ("Rows by campaign_id, event_type or a metadata key.", "geo"),
    "filter": ("Only events whose metadata has key:value; repeat it for several keys.", ["geo:IN"]),
    "format": ("json (default) or csv.", "json"),
    "limit": ("The most groups; the rest is summed as (other).", "10"),
}
COUNTS = ("impressions", "clicks", "conversions", "cost_micros", "revenue_micros")
OTHER = "(other)"

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}", re.ASCII)
_LIMIT = re.compile(r"[0-9]{1,9}", re.ASCII)
_MAX_CAMPAIGNS = 1_000

Counts = tuple[int, int, int, int, int]
_ZERO: Counts = (0, 0, 0, 0, 0)


class QueryError(ValueError):
    """A query that cannot be answered. `field` names the parameter, the text what is wrong and what is allowed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Query:
    """A validated question. Money and counts are not in it; `limit` counts groups."""

    campaigns: tuple[str, ...]
    window: Window
    granularity: str | None
    timezone: str
    group_by: str | None
    filters: dict[str, str]
    format: str
    limit: int

    @property
    def zone(self) -> ZoneInfo:
        """The zone that buckets are cut in."""
        return ZoneInfo(self.timezone)

    def arguments(self) -> tuple[Any, ...]:
        """The seven parameters of report.sql."""
        return (
            list(self.campaigns) or None,
            self.window.start,
            self.window.stop,
            self.granularity,
            self.timezone,
            self.group_by,
            orjson.dumps(self.filters).decode() if self.filters else None,
        )


def parse(items: Sequence[tuple[str, str]], now: datetime, settings: Settings) -> Query:
    """The query in decoded `name=value` pairs. Raises QueryError for the first thing that is wrong."""
    single: dict[str, str] = {}
    for name, value in items:
        if name not in PARAMETERS:
            raise QueryError("query", f"has an unknown parameter; allowed: {', '.join(sorted(PARAMETERS))}")
        if not _is_text(value):
            raise QueryError(name, "holds a character that is not allowed (NUL or invalid UTF-8)")
        if name not in REPEATABLE:
            if name in single:
                raise QueryError(name, "is given more than once")
            single[name] = value
    timezone = single.get("timezone", "UTC")
    if timezone not in available_timezones():
        raise QueryError("timezone", "is not an IANA time zone such as UTC, Europe/Berlin or Asia/Kolkata")
    if "start" not in single:
        raise QueryError("start", "is missing; for example -1h, 2025-09-24 or 2025-09-24T06:00:00Z")
    granularity = single.get("granularity")
    if granularity is not None and granularity not in GRANULARITIES:
        raise QueryError("granularity", f"must be one of: {', '.join(GRANULARITIES)}")
    if single.get("format", "json") not in FORMATS:
        raise QueryError("format", f"must be one of: {', '.join(FORMATS)}")
    zone = ZoneInfo(timezone)
    try:
        window = parse_window(single["start"], single.get("end"), now, zone, settings.max_range_days)
        if granularity is not None:
            buckets(window, granularity, zone, settings.max_buckets)
    except WindowError as error:
        raise QueryError(error.field, str(error)) from None
    return Query(
        campaigns=_campaigns([value for name, value in items if name == "campaign_id"]),
        window=window,
        granularity=granularity,
        timezone=timezone,
        group_by=_group_by(single.get("group_by")),
        filters=_filters([value for name, value in items if name == "filter"]),
        format=single.get("format", "json"),
        limit=_limit(single.get("limit"), settings.max_groups),
    )


def _is_text(value: str) -> bool:
    return "\0" not in value and "\ufffd" not in value and not any("\ud800" <= c <= "\udfff" for c in value)


def _campaigns(values: list[str]) -> tuple[str, ...]:
    if any(not 1 <= len(value) <= TEXT_LENGTH for value in values):
        raise QueryError("campaign_id", f"must have 1 to {TEXT_LENGTH} characters")
    if len(values) > _MAX_CAMPAIGNS:
        raise QueryError("campaign_id", f"is given more than {_MAX_CAMPAIGNS} times; none means all campaigns")
    return tuple(dict.fromkeys(values))


def _group_by(value: str | None) -> str | None:
    if value is not None and not _KEY.fullmatch(value):
        allowed = "campaign_id, event_type, or a metadata key of up to 64 letters, digits and _ . : -"
        raise QueryError("group_by", f"is not a dimension; allowed: {allowed}")
    return value


def _filters(values: list[str]) -> dict[str, str]:
    filters: dict[str, str] = {}
    for item in values:
        key, colon, value = item.partition(":")
        if not colon or not _KEY.fullmatch(key):
            raise QueryError("filter", "must be key:value, the key being a metadata key, for example geo:IN")
        if filters.setdefault(key, value) != value:
            raise QueryError("filter", "names one key with two values; no event can have both")
    return filters


def _limit(value: str | None, most: int) -> int:
    if value is None:
        return most
    if not _LIMIT.fullmatch(value) or not 1 <= int(value) <= most:
        raise QueryError("limit", f"must be a whole number from 1 to {most}")
    return int(value)


# ── The answer ───────────────────────────────────────────────────────────────────────────────────────────────


def decimal(micros: int) -> str:
    """Micros as a decimal number with six places."""
    units, rest = divmod(abs(micros), MICROS)
    return f"{'-' if micros < 0 else ''}{units}.{rest:06d}"


def money(micros: int) -> float | orjson.Fragment:
    """Micros as a JSON number, exactly: a double holds every micro up to 2**53 of them, past that it is spelled out."""
    return micros / MICROS if abs(micros) < 2**53 else orjson.Fragment(decimal(micros))


def derive(counts: Counts) -> dict[str, Any]:
    """Counts as metrics; a ratio whose divisor is zero is None.

    CTR = clicks ÷ impressions, CPM = cost per 1,000 impressions, CPC = cost ÷ clicks (IAB, "Interactive Audience
    Measurement"); CVR = conversions ÷ clicks and CPA = cost ÷ conversions (Google Ads: "conversion rate", "cost per
    conversion"); ROAS = revenue ÷ cost.
    """
    impressions, clicks, conversions, cost, revenue = counts
    return {
        "impressions": impressions,
        "clicks": clicks,
        "conversions": conversions,
        "cost": money(cost),
        "revenue": money(revenue),
        "ctr": clicks / impressions if impressions else None,
        "cvr": conversions / clicks if clicks else None,
        "cpm": cost / (impressions * (MICROS // 1_000)) if impressions else None,
        "cpc": cost / (clicks * MICROS) if clicks else None,
        "cpa": cost / (conversions * MICROS) if conversions else None,
        "roas": revenue / cost if cost else None,
    }


METRICS = tuple(derive(_ZERO))


@dataclass(frozen=True, slots=True)
class Report:
    """An answered query: totals, and rows by (bucket, group) when the query asks for rows."""

    query: Query
    totals: Counts
    rows: list[tuple[datetime | None, str | None, Counts]] | None
    variant: str
    took_ms: float


def assemble(query: Query, records: Iterable[Iterable[Any]], settings: Settings) -> tuple[Counts, list[Any] | None]:
    """Totals and rows from the statement's (bucket, group, five sums).

    Groups come in descending order of impressions; those past the limit are summed as one, "(other)", so that the
    rows still sum to the totals. Every group has every bucket. Raises QueryError when that makes too many rows.
    """
    cells: dict[str | None, dict[datetime | None, Counts]] = {}
    for bucket, group, *counts in records:
        cells.setdefault(group, {})[bucket] = (counts[0], counts[1], counts[2], counts[3], counts[4])
    sums = {group: _add(row.values()) for group, row in cells.items()}
    totals = _add(sums.values())
    if query.granularity is None and query.group_by is None:
        return totals, None
    starts: list[datetime | None] = [None]
    if query.granularity is not None:
        starts = list(buckets(query.window, query.granularity, query.zone, settings.max_buckets))
    if query.group_by is None:
        groups: list[str | None] = [None]
    else:
        groups = sorted(cells, key=lambda group: (*(-count for count in sums[group]), group is None, group or ""))
        if len(groups) > query.limit:
            groups, rest = groups[: query.limit], groups[query.limit :]
            cells[OTHER] = {at: _add(cells[group].get(at, _ZERO) for group in rest) for at in starts}
            groups.append(OTHER)
    if len(starts) * len(groups) > settings.max_groups:
        most = settings.max_groups
        raise QueryError("limit", f"gives more than {most} rows; take a smaller limit or a coarser granularity")
    rows = [(at, group, cells.get(group, {}).get(at, _ZERO)) for at in starts for group in groups]
    return totals, rows


def _add(rows: Iterable[Counts]) -> Counts:
    total = tuple(map(sum, zip(*rows, strict=True)))
    return (total[0], total[1], total[2], total[3], total[4]) if total else _ZERO


def _instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    if at is None:
        return None
    if zone.key == "UTC":
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return at.astimezone(zone).isoformat()


def to_json(report: Report) -> bytes:
    """The JSON reply, as design §4 has it."""
    query = report.query
    reply: dict[str, Any] = {
        "query": {
            "campaign_id": query.campaigns,
            "start": _instant(query.window.start, query.zone),
            "end": _instant(query.window.stop, query.zone),
            "granularity": query.granularity,
            "timezone": query.timezone,
            "group_by": query.group_by,
            "filter": query.filters,
        },
        "totals": derive(report.totals),
    }
    if report.rows is not None:
        reply["rows"] = [
            {"bucket": _instant(at, query.zone), "group": group, **derive(counts)} for at, group, counts in report.rows
        ]
    reply["meta"] = {"variant": report.variant, "took_ms": round(report.took_ms, 3)}
    return orjson.dumps(reply)


def to_csv(report: Report) -> bytes:
    """The same columns as CSV (RFC 4180): the rows, or the totals as one row. Null is an empty field."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["bucket", "group", *METRICS])
    rows = report.rows if report.rows is not None else [(None, None, report.totals)]
    for at, group, counts in rows:
        values = derive(counts) | {"cost": decimal(counts[3]), "revenue": decimal(counts[4])}
        writer.writerow([_instant(at, report.query.zone), group, *values.values()])
    return text.getvalue().encode()


class Reporter:
    """Answers queries with the active variant's statement."""

    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool = pool
        self._settings = settings
        self._variant: Variant | None = None

    async def report(self, query: Query) -> Report:
        """The answer, from one statement and so from one snapshot.

        Raises QueryError, SchemaError, asyncpg.QueryCanceledError after the timeout, or one of UNAVAILABLE.
        """
        started = time.perf_counter()
        try:
            variant, records = await self._fetch(query)
        except (asyncpg.UndefinedFunctionError, asyncpg.UndefinedTableError):
            # The variant was switched since: ask again what is in force.
            self._variant = None
            variant, records = await self._fetch(query)
        totals, rows = assemble(query, records, self._settings)
        took_ms = (time.perf_counter() - started) * 1_000
        return Report(query, totals, rows, variant.name, took_ms)

    async def _fetch(self, query: Query) -> tuple[Variant, Sequence[asyncpg.Record]]:
        async with self._pool.acquire(timeout=self._settings.report_timeout_ms / 1_000) as connection:
            if self._variant is None:
                self._variant = await variants.active(connection)
            variant = self._variant
            with metrics.STATEMENT.labels(variant.name).time():
                return variant, await connection.fetch(variant.report, *query.arguments())


def now() -> datetime:
    """The moment that a relative window counts from."""
    return datetime.now(UTC)
