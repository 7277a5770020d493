"""The one calendar of the service: time zones, where their days begin, and the buckets of a window.

All of it comes from the package tzdata, never from the files of the system or of the PostgreSQL server, which may be of
another year: the same calendar turns dates into instants and cuts buckets, which the statements are given as instants
(docs/decisions/0026).
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Granularity = Literal["minute", "hour", "day", "week", "month"]
GRANULARITIES: tuple[Granularity, ...] = get_args(Granularity)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_TZDATA = resources.files("tzdata")


@cache
def zones() -> frozenset[str]:
    """Return the names of all time zones, as `zoneinfo.available_timezones()` lists those of tzdata."""
    return frozenset((_TZDATA / "zones").read_text(encoding="utf-8").split())


@cache
def zone(name: str) -> ZoneInfo:
    """Return the time zone of this name. Raises KeyError for an unknown name."""
    if name not in zones():
        raise KeyError(name)
    # Do not use ZoneInfo(name), which reads the files of the system first.
    with _TZDATA.joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day, in UTC, as a whole minute.

    Where midnight comes twice it is the first, so that a day of 25 hours is whole; where clocks jump over midnight it
    is the instant of the jump.
    """
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    # The two readings of a wall clock (PEP 495): with the offset before a change, and after it. Before 1972 some
    # offsets have seconds.
    first, second = (midnight.replace(fold=fold).astimezone(UTC).replace(second=0) for fold in (0, 1))
    if first <= second:
        return first
    # There is no midnight: the clocks jump between the two readings.
    late = range((first - second) // MINUTE + 1)
    return second + MINUTE * bisect_left(late, day, key=lambda n: (second + MINUTE * n).astimezone(zone).date())


def buckets(start: datetime, stop: datetime, granularity: str, zone: ZoneInfo) -> list[datetime]:
    """Return where the buckets of the window begin: ascending whole minutes in UTC, the first at or before `start`.

    Each bucket reaches to the next. Days, weeks and months begin at `day_start`; hours begin where the wall clock shows
    a full hour, and where it is changed: so an hour that comes twice is two buckets, each with one offset from UTC.
    """
    if granularity == "minute":
        return [start + MINUTE * n for n in range((stop - start) // MINUTE)]
    starts: set[datetime] = set()
    if granularity == "hour":
        # Start an hour early, to see a change of clocks inside the hour in which the window begins.
        for first, last, offset in _constant_offsets(start - HOUR, stop, zone):
            local = first + offset
            full = first - timedelta(minutes=local.minute)
            starts.update(max(first, full + HOUR * n) for n in range(-((full - last) // HOUR)))
    else:
        for first, last, offset in _constant_offsets(start, stop, zone):
            day, end = (first + offset).date(), (last + offset - MINUTE).date()
            while day <= end:
                if granularity == "week":
                    starts.add(day_start(day - timedelta(days=day.weekday()), zone))
                else:
                    starts.add(day_start(day.replace(day=1) if granularity == "month" else day, zone))
                day += DAY
    found = sorted(starts)
    before = sum(each <= start for each in found)
    return found[before - 1 :]


def literal(granularity: str | None, buckets: Iterable[datetime | None]) -> str:
    """Return $5 of a report.sql: the buckets as an array literal, which report_buckets() takes for a time zone.

    Minutes begin at the same instants in every zone, so "UTC" does for them, and for a report without buckets.
    """
    if granularity in (None, "minute"):
        return "UTC"
    return "{" + ",".join(begin.isoformat(timespec="minutes") for begin in buckets if begin) + "}"


def _constant_offsets(
    start: datetime, stop: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Cut a window of whole minutes where the clocks of `zone` change: (start, stop, offset from UTC) of each piece.

    A change may be of any size, at any minute; no zone has two within a day that cancel out.
    """
    first = at = start
    offset = _offset(at, zone)
    while at < stop:
        until = min(at + DAY, stop)
        if _offset(until, zone) == offset:
            at = until
            continue
        while until - at > MINUTE:
            middle = at + (until - at) // MINUTE // 2 * MINUTE
            at, until = (middle, until) if _offset(middle, zone) == offset else (at, middle)
        yield first, until, offset
        first = at = until
        offset = _offset(at, zone)
    if first < stop:
        yield first, stop, offset


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
