"""The calendar: buckets where clocks change, in every time zone, equal to PostgreSQL's."""

import random
import zoneinfo
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from adpulse import calendar
from adpulse.calendar import GRANULARITIES
from adpulse.database import connections
from adpulse.database.sql import SQL_DIR
from adpulse.reports.window import (
    Window,
    buckets,
    day_start,
)
from tests.adpulse.reports.test_window import at, window
from tests.servers import Server

MINUTE = timedelta(minutes=1)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


Change = tuple[datetime, timedelta, timedelta]


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[Change]:
    """Yield the minutes at which the UTC offset changes, and the offsets. No two changes lie within five days."""
    here, before = first, _offset(first, zone)
    while here < last:
        there = here + timedelta(days=5)
        after = _offset(there, zone)
        if before != after:
            minutes = range((there - here) // MINUTE + 1)
            late = bisect_left(minutes, True, key=lambda n: _offset(here + n * MINUTE, zone) != before)
            yield here + late * MINUTE, before, after
        here, before = there, after


def _distinct() -> list[str]:
    """Return one name of each time zone: many are only other names."""
    folder = resources.files("tzdata") / "zoneinfo"
    return list({folder.joinpath(*name.split("/")).read_bytes(): name for name in sorted(calendar.zones())}.values())


def test_every_change_of_clocks_cuts_buckets() -> None:
    """For every zone and every change from 1990 to 2030: each instant lies in the bucket that its wall clock names, an
    hour has one offset, and a day begins with its first instant.
    """
    count = 0
    # Zones with the same clocks for weeks around a change, as most of Europe has, give the same buckets there.
    seen: set[tuple[datetime, tuple[Change, ...]]] = set()
    for name in _distinct():
        zone = calendar.zone(name)
        changes = list(_changes(zone, at("1990-01-01T00:00Z"), at("2031-01-01T00:00Z")))
        for change, *_ in changes:
            count += 1
            around = (change, tuple(each for each in changes if abs(each[0] - change) < timedelta(days=60)))
            if around in seen:
                continue
            seen.add(around)
            near = [change + n * MINUTE for n in (-97, -61, -60, -31, -30, -1, 0, 1, 14, 29, 30, 59, 60, 97)]
            _check_hours(Window(near[0], near[-1] + MINUTE), zone, near)
            far = [change - timedelta(hours=27), *near, change + timedelta(hours=27)]
            _check_days(Window(far[0], far[-1] + MINUTE), zone, far)
    assert count > 10_000


def _check_hours(window: Window, zone: ZoneInfo, probes: Sequence[datetime]) -> None:
    starts = buckets(window, "hour", zone, 100)
    _check_ascending(starts, window)
    for start in starts:
        changes = _offset(start - MINUTE, zone) != _offset(start, zone)
        assert start.astimezone(zone).minute == 0 or changes, (zone.key, start)
    for probe in probes:
        start = starts[bisect_right(starts, probe) - 1]
        there, here = start.astimezone(zone), probe.astimezone(zone)
        assert (there.date(), there.hour, there.utcoffset()) == (here.date(), here.hour, here.utcoffset()), zone.key
        assert probe - start < timedelta(hours=1)


def _check_days(window: Window, zone: ZoneInfo, probes: Sequence[datetime]) -> None:
    starts = {step: buckets(window, step, zone, 100) for step in ("day", "week", "month")}
    for step, found in starts.items():
        _check_ascending(found, window)
        for start in found:
            day = start.astimezone(zone).date()
            assert (start - MINUTE).astimezone(zone).date() < day, (zone.key, step, start)
            assert start == day_start(day, zone)
    for probe in probes:
        begun = {step: found[bisect_right(found, probe) - 1].astimezone(zone).date() for step, found in starts.items()}
        # Where clocks go back over midnight, the day that has begun goes on.
        day = max(probe.astimezone(zone).date(), begun["day"])
        assert begun == {
            "day": day,
            "week": _existing(day - timedelta(days=day.weekday()), zone),
            "month": _existing(day.replace(day=1), zone),
        }, (zone.key, probe)


def _existing(day: date, zone: ZoneInfo) -> date:
    """Return the day, or the next one where the zone skipped it."""
    return day_start(day, zone).astimezone(zone).date()


def _check_ascending(starts: list[datetime], window: Window) -> None:
    assert starts == sorted(set(starts))
    assert starts[0] <= window.start
    assert all(window.start < start < window.stop for start in starts[1:])


@pytest.mark.parametrize(
    ("zone", "change", "expected"),
    [
        # Back by half an hour, at 02:00 and at 03:45: an hour that comes twice is two rows, with the offset of each.
        ("Australia/Lord_Howe", "2025-04-05T15:00Z", ["01:00+11:00", "01:30+10:30", "02:00+10:30"]),
        ("Pacific/Chatham", "2025-04-05T14:00Z", ["03:00+13:45", "02:45+12:45", "03:00+12:45"]),
        ("Europe/Berlin", "2025-10-26T01:00Z", ["02:00+02:00", "02:00+01:00", "03:00+01:00"]),
        # On by half an hour and by an hour.
        ("Australia/Lord_Howe", "2025-10-04T15:30Z", ["01:00+10:30", "02:30+11:00", "03:00+11:00"]),
        ("Europe/Berlin", "2025-03-30T01:00Z", ["01:00+01:00", "03:00+02:00", "04:00+02:00"]),
    ],
)
def test_an_hour_that_comes_twice_is_two_rows(zone: str, change: str, expected: list[str]) -> None:
    """Each is a half-open interval, labelled with the offset of its events."""
    there = calendar.zone(zone)
    begun = at(change) - MINUTE
    found = buckets(Window(begun, begun + timedelta(minutes=62)), "hour", there, 10)[:3]
    assert [
        start.astimezone(there).isoformat()[11:16] + start.astimezone(there).isoformat()[19:] for start in found
    ] == expected


def test_buckets_begin_with_whole_minutes_in_every_zone() -> None:
    """Days begin with a whole minute, also where an offset has seconds, as Liberia's had until 1972."""
    there = calendar.zone("Africa/Monrovia")
    assert _offset(at("1971-06-01T00:00Z"), there) == -timedelta(minutes=44, seconds=30)
    long_ago = window("1971-06-01T00:00Z", "1971-06-03T00:00Z")
    assert buckets(long_ago, "minute", there, 10_000) == [long_ago.start + n * MINUTE for n in range(2_880)]
    assert buckets(long_ago, "day", there, 10) == [at(f"1971-{day}T00:44Z") for day in ("05-31", "06-01", "06-02")]
    assert {start.second for start in buckets(long_ago, "hour", there, 100)} == {0}


def test_zone_data_are_those_of_the_package(tmp_path: Path) -> None:
    """Every name that Python may have is known, and the files of the system, of any year, are not read."""
    (tmp_path / "Europe").mkdir()
    utc = resources.files("tzdata") / "zoneinfo" / "UTC"
    (tmp_path / "Europe" / "Berlin").write_bytes(utc.read_bytes())
    calendar.zone.cache_clear()
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    try:
        noon = at("2025-07-01T12:00Z")
        assert _offset(noon, ZoneInfo.no_cache("Europe/Berlin")) == timedelta()
        assert _offset(noon, calendar.zone("Europe/Berlin")) == timedelta(hours=2)
    finally:
        zoneinfo.reset_tzpath()
    assert calendar.zones() == zoneinfo.available_timezones() - {"localtime"}
    with pytest.raises(KeyError):
        calendar.zone("../../../etc/passwd")


# Windows that begin or end right at a change of clocks, with the oddities of half a century.
ODD = [
    ("America/Havana", "2025-11-02T04:00Z"),  # midnight twice
    ("America/Santiago", "2025-09-07T04:00Z"),  # no midnight
    ("America/St_Johns", "2006-10-29T02:31Z"),  # from 00:01 back to 23:01: the day before goes on
    ("America/Caracas", "2007-12-09T07:00Z"),  # half an hour back
    ("Antarctica/Troll", "2024-03-31T01:00Z"),  # two hours on
    ("Asia/Kathmandu", "1985-12-31T18:30Z"),  # from +05:30 to +05:45
    ("Asia/Pyongyang", "2018-05-04T15:00Z"),  # half an hour before midnight is skipped
    ("Australia/Lord_Howe", "2025-04-05T15:00Z"),  # summer time of half an hour
    ("Australia/Lord_Howe", "2025-10-04T15:30Z"),
    ("Pacific/Apia", "2011-12-30T10:00Z"),  # a day is skipped
    ("Pacific/Kwajalein", "1993-08-21T12:00Z"),
    ("Pacific/Kiritimati", "1979-10-01T10:40Z"),  # from −10:40 to −10
    ("Africa/Casablanca", "2025-02-23T02:00Z"),  # Ramadan
    ("Europe/Moscow", "2014-10-25T22:00Z"),
]
# How long a window of each granularity may be: together about two million minutes.
LONGEST = {"minute": 240, "hour": 2_000, "day": 6_000, "week": 20_000, "month": 60_000}


def _windows(count: int) -> list[tuple[str, str, datetime, datetime]]:
    """Return (zone, granularity, start, stop): the odd places, then any; half of them where clocks have just changed.

    From 1973, when the last zone took an offset of whole minutes, to 2024: time zone releases differ on later years.
    """
    draw = random.Random(20_250_924)  # fixed: a failure must come again
    names = sorted(calendar.zones())
    first, last = at("1973-01-01T00:00Z"), at("2024-12-01T00:00Z")
    chosen = []
    for zone, change in ODD:
        for granularity in GRANULARITIES:
            for _ in range(3):
                reach = LONGEST[granularity] // 4
                chosen.append((zone, granularity, at(change) - draw.randrange(reach) * MINUTE))
    while len(chosen) < count:
        zone = draw.choice(names)
        start = first + draw.randrange((last - first) // MINUTE) * MINUTE
        if draw.random() < 0.5:
            start = _next_change(start, ZoneInfo(zone)) - draw.randrange(180) * MINUTE
        # SQL goes through every minute, and a window of months has as many as all others together.
        (granularity,) = draw.choices(GRANULARITIES, weights=(4, 4, 4, 2, 1))
        chosen.append((zone, granularity, start))
    return [
        (zone, granularity, start, start + draw.randint(1, LONGEST[granularity]) * MINUTE)
        for zone, granularity, start in chosen
    ]


def _next_change(start: datetime, zone: ZoneInfo) -> datetime:
    """Return about when the clocks change next, or `start` if they do not within a year."""
    for days in range(370):
        here, there = start + timedelta(days=days), start + timedelta(days=days + 1)
        if here.astimezone(zone).utcoffset() != there.astimezone(zone).utcoffset():
            hours = [here + timedelta(hours=n) for n in range(25)]
            return next(h for h in hours if h.astimezone(zone).utcoffset() != here.astimezone(zone).utcoffset())
    return start


async def test_buckets_are_those_of_sql(server: Server) -> None:
    """Over every kind of zone and change of clocks: the first minutes of local hours, days, … as report_buckets()
    finds them by the server's own calendar, where that has the zone.
    """
    connection = await connections.connect(server.url())
    known = {row["name"] for row in await connection.fetch("SELECT name FROM pg_timezone_names")}
    # What PostgreSQL reads as an abbreviation has no summer time there.
    known -= {"CET", "EET", "EST", "HST", "MET", "MST", "WET"}
    asked = [each for each in _windows(1_200) if each[0] in known]
    assert len(asked) > 600
    # The function of the migrations alone: it reads no table.
    await connection.execute("BEGIN")
    await connection.execute((SQL_DIR / "migrations" / "0019_report_buckets_check_the_zone.sql").read_text())
    rows = await connection.fetch(
        """
        SELECT report_buckets(start, stop, granularity, zone) AS starts
        FROM
          unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
            WITH ORDINALITY AS asked (zone, granularity, start, stop, n)
        ORDER BY n
        """,
        *map(list, zip(*asked, strict=True)),
    )
    await connection.execute("ROLLBACK")
    await connection.close()
    for (zone, granularity, start, stop), row in zip(asked, rows, strict=True):
        ours = buckets(Window(start, stop), granularity, calendar.zone(zone), 100_000)
        assert ours == row["starts"], f"{granularity} in {zone} from {start} to {stop}"


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize(
    ("zone", "error"),
    [
        ("Europe/Berlinn", asyncpg.InvalidParameterValueError),
        ("", asyncpg.InvalidParameterValueError),
        (None, asyncpg.NullValueNotAllowedError),
    ],
)
async def test_sql_refuses_a_zone_that_is_none(
    connection: connections.Connection, granularity: str, zone: str | None, error: type[Exception]
) -> None:
    """An unknown zone is refused for minutes too, which are the same in every zone; without a granularity it is not."""
    asked = "SELECT report_buckets('2025-09-24', '2025-09-25', $1, $2)"
    assert await connection.fetchval(asked, None, zone) is None
    with pytest.raises(error):
        await connection.fetchval(asked, granularity, zone)
