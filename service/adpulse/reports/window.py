"""Report windows: '-1h', dates and RFC 3339 instants, snapped to minutes; the window before; the buckets inside.

Minute is the system's resolution (docs/decisions/0003): a window is widened to whole minutes, so that every
variant, raw or rolled up, answers the same question.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from adpulse import calendar
from adpulse.calendar import MINUTE, day_start
from adpulse.event.instant import parse_instant as parse_rfc3339
from adpulse.event.limits import EARLIEST, LATEST
from adpulse.terminal import counted

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_RELATIVE = re.compile(r"-([0-9]{1,6})([mhdw])", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class WindowError(ValueError):
    """A window that cannot be used. `field` names the parameter; the text says what is wrong and what is allowed."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Window:
    """From start (inclusive) to stop (exclusive): UTC, whole minutes."""

    start: datetime
    stop: datetime


# ── From text ────────────────────────────────────────────────────────────────────────────────────────────────


def parse_instant(field: str, text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Parse an instant: `-15m`, `-1h`, `-7d`, `-2w`, `2025-09-24` (where that day begins in `zone`) or RFC 3339.

    A relative time is a duration: `-1d` is 24 hours, also when the clocks change. Raises WindowError when the
    text is none of these or lies outside 1970 to 2200.
    """
    try:
        if match := _RELATIVE.fullmatch(text):
            instant = now - timedelta(**{_UNITS[match[2]]: int(match[1])})
        elif _DATE.fullmatch(text):
            instant = day_start(date.fromisoformat(text), zone)
        else:
            instant = parse_rfc3339(text)
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
    """Parse the window from `start` to `end` (none: now), widened to whole minutes. Raises WindowError."""
    first = parse_instant("start", start, now, zone)
    last = parse_instant("end", end, now, zone) if end is not None else now
    if first >= last:
        raise WindowError("start", "is not before end" if end is not None else "is not before now, the default of end")
    if last - first > timedelta(days=max_days):
        raise WindowError("start", f"is too far from end: at most {counted(max_days, 'day')} in one report")
    return Window(_floor_minute(first), _ceil_minute(last))


def _floor_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _ceil_minute(at: datetime) -> datetime:
    floor = _floor_minute(at)
    return floor if floor == at else floor + MINUTE


# ── The window before ────────────────────────────────────────────────────────────────────────────────────────


def previous(window: Window, zone: ZoneInfo) -> Window:
    """Return the window that ends where this one starts, as long as this one in the unit it is cut in.

    Whole months of `zone` are compared with as many months, whole days with as many days, and everything else
    with as many minutes (docs/decisions/0021): so March is compared with February, and a day of 23 hours with the
    whole day before it.
    """
    first, last = window.start.astimezone(zone).date(), window.stop.astimezone(zone).date()
    if window.start != day_start(first, zone) or window.stop != day_start(last, zone):
        return Window(window.start - (window.stop - window.start), window.start)
    if first.day == last.day == 1:
        month = 2 * (first.year * 12 + first.month) - (last.year * 12 + last.month) - 1
        return Window(day_start(date(month // 12, month % 12 + 1, 1), zone), window.start)
    return Window(day_start(first - (last - first), zone), window.start)


# ── Buckets ──────────────────────────────────────────────────────────────────────────────────────────────────


def buckets(window: Window, granularity: str, zone: ZoneInfo, most: int) -> list[datetime]:
    """Return where the buckets of the window begin: see adpulse.calendar.

    Raises WindowError when there are more than `most`.
    """
    rough = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_419_200}[granularity]
    if (window.stop - window.start).total_seconds() / rough > most:
        raise WindowError(
            "granularity", f"gives more than {counted(most, 'bucket')}; take a coarser one or a shorter window"
        )
    return calendar.buckets(window.start, window.stop, granularity, zone)
