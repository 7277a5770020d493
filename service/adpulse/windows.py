"""Report windows: '-1h', dates and RFC 3339 instants, snapped to minutes; and the buckets inside them.

Minute is the system's resolution (docs/decisions/0003): a window is widened to whole minutes, so that every
variant, raw or rolled up, answers the same question.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

GRANULARITIES = ("minute", "hour", "day", "week", "month")

# Before 1970 some zones' offsets have seconds, which no minute can hold; after 2200 nothing is an ad event.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_RELATIVE = re.compile(r"-([0-9]{1,6})([mhdw])", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class WindowError(ValueError):
    """A window that cannot be used. `field` names the parameter, the text what is wrong and what is allowed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Window:
    """From start (inclusive) to stop (exclusive): UTC, whole minutes."""

    start: datetime
    stop: datetime


def parse_instant(field: str, text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """An instant from `-15m`, `-1h`, `-7d`, `-2w`, `2025-09-24` (midnight in `zone`) or RFC 3339.

    Raises WindowError when the text is none of these or lies outside 1970 to 2200.
    """
    try:
        if match := _RELATIVE.fullmatch(text):
            instant = now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        elif _DATE.fullmatch(text):
            instant = _midnight(date.fromisoformat(text), zone)
        else:
            instant = msgspec.convert(text, datetime)
            if instant.tzinfo is None:
                raise WindowError(field, "has no time zone; end it with Z or an offset such as +02:00")
            instant = instant.astimezone(UTC)
    except WindowError:
        raise
    except OverflowError:
        raise WindowError(field, "lies outside the years 1970 to 2199") from None
    except ValueError:
        hint = "; write + as %2B in a URL" if " " in text else ""
        allowed = "-15m, -1h, -7d, -2w, a date such as 2025-09-24, or RFC 3339 such as 2025-09-24T06:59:31Z"
        raise WindowError(field, f"is not a time; allowed: {allowed}{hint}") from None
    if not EARLIEST <= instant <= LATEST:
        raise WindowError(field, "lies outside the years 1970 to 2199")
    return instant


def parse(start: str, end: str | None, now: datetime, zone: ZoneInfo, max_days: int) -> Window:
    """The window from `start` to `end` (none: now), widened to whole minutes. Raises WindowError."""
    first = _floor_minute(parse_instant("start", start, now, zone))
    last = _ceil_minute(parse_instant("end", end, now, zone) if end is not None else now)
    if first >= last:
        raise WindowError("start", "is not before end")
    if last - first > timedelta(days=max_days):
        raise WindowError("start", f"is too far from end: at most {max_days} days in one report")
    return Window(first, last)


def buckets(window: Window, granularity: str, zone: ZoneInfo, most: int) -> list[datetime]:
    """The start of every bucket that the window touches, in order: UTC instants, as date_trunc in SQL has them.

    Raises WindowError when there are more than `most`.
    """
    rough = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_419_200}[granularity]
    if (window.stop - window.start).total_seconds() / rough > most:
        raise WindowError("granularity", f"gives more than {most} buckets; take a coarser one or a shorter window")
    step, truncate = _CALENDAR[granularity]
    starts: dict[datetime, None] = {}  # a set that keeps its order
    at = window.start
    while at < window.stop:
        starts[truncate(at, zone)] = None
        at = step(at, zone)
    return sorted(starts)


def _floor_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _ceil_minute(at: datetime) -> datetime:
    floor = _floor_minute(at)
    return floor if floor == at else floor + timedelta(minutes=1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """The start of a local day, as PostgreSQL has it: where clocks jump over midnight, the first instant after;
    where midnight comes twice, the second (src/backend/utils/adt/datetime.c, DetermineTimeZoneOffset)."""
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    later = local.replace(fold=1)
    before, after = local.utcoffset(), later.utcoffset()
    assert before is not None
    assert after is not None
    return (later if after < before else local).astimezone(UTC)


def _truncate_clock(minutes: int) -> Callable[[datetime, ZoneInfo], datetime]:
    def truncate(at: datetime, zone: ZoneInfo) -> datetime:
        # The offset of `at` itself holds, also in an hour that comes twice.
        return at - timedelta(minutes=at.astimezone(zone).minute % minutes)

    return truncate


def _truncate_day(at: datetime, zone: ZoneInfo) -> datetime:
    return _midnight(at.astimezone(zone).date(), zone)


def _truncate_week(at: datetime, zone: ZoneInfo) -> datetime:
    day = at.astimezone(zone).date()
    return _midnight(day - timedelta(days=day.weekday()), zone)


def _truncate_month(at: datetime, zone: ZoneInfo) -> datetime:
    return _midnight(at.astimezone(zone).date().replace(day=1), zone)


def _next_minute(at: datetime, zone: ZoneInfo) -> datetime:
    return at + timedelta(minutes=1)


def _next_quarter(at: datetime, zone: ZoneInfo) -> datetime:
    # Clocks change by whole quarters of an hour, and so no hour bucket is stepped over.
    return at - timedelta(minutes=at.minute % 15) + timedelta(minutes=15)


def _next_day(at: datetime, zone: ZoneInfo) -> datetime:
    return _midnight(at.astimezone(zone).date() + timedelta(days=1), zone)


_CALENDAR: dict[str, tuple[Callable[[datetime, ZoneInfo], datetime], Callable[[datetime, ZoneInfo], datetime]]] = {
    "minute": (_next_minute, _truncate_clock(1)),
    "hour": (_next_quarter, _truncate_clock(60)),
    "day": (_next_day, _truncate_day),
    "week": (_next_day, _truncate_week),
    "month": (_next_day, _truncate_month),
}
