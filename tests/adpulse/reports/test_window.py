"""Windows and buckets: what users write, where clocks change, and the same buckets as PostgreSQL's."""

import random
import zoneinfo
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
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
    WindowError,
    buckets,
    day_start,
    parse,
    parse_instant,
    previous,
)
from tests.conftest import Server

NOW = datetime(2025, 9, 24, 6, 59, 31, 849_095, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def window(start: str, stop: str) -> Window:
    return Window(at(start), at(stop))


def instant(text: str, zone: str = "UTC") -> datetime:
    return parse_instant("start", text, NOW, ZoneInfo(zone))


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("-15m", "UTC", NOW - timedelta(minutes=15)),
        ("-1h", "Asia/Kolkata", NOW - timedelta(hours=1)),
        ("-7d", "America/New_York", NOW - timedelta(days=7)),
        ("-2w", "UTC", NOW - timedelta(weeks=2)),
        ("2025-09-24", "UTC", at("2025-09-24T00:00Z")),
        ("2025-09-24", "Asia/Kolkata", at("2025-09-24T00:00+05:30")),
        ("2025-09-24", "Asia/Kathmandu", at("2025-09-24T00:00+05:45")),
        ("2025-09-24T06:59:31Z", "Asia/Kolkata", at("2025-09-24T06:59:31Z")),
        ("2025-09-24T06:59:31.849095+02:00", "UTC", at("2025-09-24T06:59:31.849095+02:00")),
        # Finer than a microsecond is cut off: not the next day.
        ("2025-12-31T23:59:59.9999999Z", "UTC", at("2025-12-31T23:59:59.999999Z")),
        ("1970-01-01T00:00:00.00000099+00:00", "UTC", at("1970-01-01T00:00Z")),
        # Clocks jump from 00:00 to 01:00: the day begins with the jump.
        ("2025-09-07", "America/Santiago", at("2025-09-07T01:00-03:00")),
        # Midnight comes twice: the day begins with the first, so that none of its 25 hours is lost.
        ("2025-11-02", "America/Havana", at("2025-11-02T00:00-04:00")),
        # A day that never was: Samoa went from 29 to 31 December.
        ("2011-12-30", "Pacific/Apia", at("2011-12-31T00:00+14:00")),
    ],
)
def test_an_instant_is_relative_a_date_or_rfc_3339(text: str, zone: str, expected: datetime) -> None:
    """A relative time is a duration before now, a date is where that day begins in the zone."""
    assert instant(text, zone) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a time; allowed"),
        ("yesterday", "is not a time; allowed"),
        ("1h", "is not a time; allowed"),
        ("-1y", "is not a time; allowed"),
        ("-1.5h", "is not a time; allowed"),
        ("-１h", "is not a time; allowed"),
        ("-1h\n", "is not a time; allowed"),
        ("1758697171", "is not a time; allowed"),
        ("2025-9-24", "is not a time; allowed"),
        ("2025-02-29", "is not a time; allowed"),
        ("2025-09-24T25:00:00Z", "is not a time; allowed"),
        ("2025-09-24T06:59:31 00:00", "write + as %2B"),
        ("2025-09-24T06:59:31", "has no time zone; end it with Z"),
        ("-999999w", "lies outside the years 1970 to 2199"),
        ("-99999d", "lies outside the years 1970 to 2199"),
        ("0001-01-01", "lies outside the years 1970 to 2199"),
        ("0001-01-01T00:00:00+14:00", "lies outside the years 1970 to 2199"),
        ("9999-12-31T23:59:59-14:00", "lies outside the years 1970 to 2199"),
        ("9999-12-31", "lies outside the years 1970 to 2199"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_what_is_no_instant_is_refused_with_what_is_allowed(text: str, says: str, zone: str) -> None:
    """The parameter is named, the text is not repeated."""
    with pytest.raises(WindowError) as error:
        instant(text, zone)
    assert error.value.field == "start"
    assert says in str(error.value)


def test_a_window_is_widened_to_whole_minutes() -> None:
    """Outward at both ends, and left alone where it is whole."""
    assert parse("-1h", None, NOW, ZoneInfo("UTC"), 10) == window("2025-09-24T05:59Z", "2025-09-24T07:00Z")
    assert parse("-10d", None, NOW, ZoneInfo("UTC"), 10).start == at("2025-09-14T06:59Z")
    whole = parse("2025-09-24T05:00:00Z", "2025-09-24T06:00:00Z", NOW, ZoneInfo("UTC"), 10)
    assert whole == window("2025-09-24T05:00Z", "2025-09-24T06:00Z")


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("-1h", "-2h", "is not before end"),
        ("-1h", "-1h", "is not before end"),
        # The other way round within one minute: widening must not make a window of it.
        ("2025-09-24T06:00:40Z", "2025-09-24T06:00:20Z", "is not before end"),
        ("2025-09-25", None, "is not before now"),
        ("2025-01-01", "2025-01-12", "at most 10 days"),
    ],
)
def test_a_window_runs_forward_and_is_not_too_long(start: str, end: str | None, says: str) -> None:
    """`start` is the parameter to mend."""
    with pytest.raises(WindowError) as error:
        parse(start, end, NOW, ZoneInfo("UTC"), 10)
    assert error.value.field == "start"
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("zone", "asked", "before"),
    [
        # As many minutes, when it is cut inside a day.
        ("UTC", ("2025-03-10T06:30Z", "2025-03-10T07:30Z"), "2025-03-10T05:30Z"),
        # As many days: the day before one of 23 hours has 24, the day after it begins at midnight again.
        ("Europe/Berlin", ("2025-03-30T00:00+01:00", "2025-03-31T00:00+02:00"), "2025-03-29T00:00+01:00"),
        ("Europe/Berlin", ("2025-03-31T00:00+02:00", "2025-04-01T00:00+02:00"), "2025-03-30T00:00+01:00"),
        ("America/Havana", ("2025-11-02T00:00-04:00", "2025-11-03T00:00-05:00"), "2025-11-01T00:00-04:00"),
        ("Asia/Kolkata", ("2025-03-08T00:00+05:30", "2025-03-15T00:00+05:30"), "2025-03-01T00:00+05:30"),
        # The same instants are no whole days in another zone: minutes.
        ("UTC", ("2025-03-30T00:00+01:00", "2025-03-31T00:00+02:00"), "2025-03-29T00:00Z"),
        # As many months: March with February, a year with the year before.
        ("UTC", ("2025-03-01T00:00Z", "2025-04-01T00:00Z"), "2025-02-01T00:00Z"),
        ("UTC", ("2025-01-01T00:00Z", "2025-02-01T00:00Z"), "2024-12-01T00:00Z"),
        ("UTC", ("2025-01-01T00:00Z", "2026-01-01T00:00Z"), "2024-01-01T00:00Z"),
        ("Europe/Berlin", ("2025-01-01T00:00+01:00", "2025-04-01T00:00+02:00"), "2024-10-01T00:00+02:00"),
    ],
)
def test_the_previous_window_is_as_long_and_ends_where_this_one_starts(
    zone: str, asked: tuple[str, str], before: str
) -> None:
    """Whole months are compared with months, whole days with days, and everything else with minutes."""
    this = window(*asked)
    assert previous(this, ZoneInfo(zone)) == Window(at(before), this.start)


def test_a_day_has_its_23_24_or_25_hours() -> None:
    """From one midnight to the next there are as many hour buckets as the day has hours."""
    for zone, day, hours in [
        ("Europe/Berlin", date(2025, 3, 30), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        ("America/Santiago", date(2025, 9, 7), 23),
        ("America/Havana", date(2025, 11, 2), 25),
        ("Asia/Kolkata", date(2025, 3, 30), 24),
    ]:
        there = ZoneInfo(zone)
        whole = Window(day_start(day, there), day_start(day + timedelta(days=1), there))
        assert whole.stop - whole.start == timedelta(hours=hours)
        assert len(buckets(whole, "hour", there, 100)) == hours
        assert len(buckets(whole, "day", there, 100)) == 1


def test_too_many_buckets_are_refused() -> None:
    """Too many buckets are refused before they are made: the bound holds for a window of any length."""
    with pytest.raises(WindowError) as error:
        buckets(window("1970-01-01T00:00Z", "2199-01-01T00:00Z"), "minute", ZoneInfo("UTC"), 10_000)
    assert error.value.field == "granularity"
    assert "more than 10000 buckets" in str(error.value)
    week = window("2025-01-01T00:00Z", "2025-01-01T01:00Z")
    assert len(buckets(week, "minute", ZoneInfo("UTC"), 60)) == 60


# ── Buckets ──────────────────────────────────────────────────────────────────────────────────────────────────


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """Yield the minutes at which the UTC offset changes. No two changes lie within five days."""
    here = first
    while here < last:
        there = here + timedelta(days=5)
        if _offset(here, zone) != _offset(there, zone):
            minutes = range((there - here) // MINUTE + 1)
            before = _offset(here, zone)
            yield here + bisect_left(minutes, True, key=lambda n: _offset(here + n * MINUTE, zone) != before) * MINUTE
        here = there


def _distinct() -> list[str]:
    """One name of each time zone: many are only other names."""
    folder = resources.files("tzdata") / "zoneinfo"
    return list({folder.joinpath(*name.split("/")).read_bytes(): name for name in sorted(calendar.zones())}.values())


def test_every_change_of_clocks_cuts_buckets() -> None:
    """For every zone and every change from 1990 to 2030: each instant lies in the bucket that its wall clock names, an
    hour has one offset, and a day begins with its first instant.
    """
    count = 0
    for name in _distinct():
        zone = calendar.zone(name)
        for change in _changes(zone, at("1990-01-01T00:00Z"), at("2031-01-01T00:00Z")):
            count += 1
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


def test_minutes_are_minutes_whatever_the_zone() -> None:
    """Also where an offset has seconds, as Liberia's had until 1972: days begin with a whole minute there, too."""
    there = calendar.zone("Africa/Monrovia")
    assert _offset(at("1971-06-01T00:00Z"), there) == -timedelta(minutes=44, seconds=30)
    long_ago = window("1971-06-01T00:00Z", "1971-06-03T00:00Z")
    assert buckets(long_ago, "minute", there, 10_000) == [long_ago.start + n * MINUTE for n in range(2_880)]
    assert buckets(long_ago, "day", there, 10) == [at(f"1971-{day}T00:44Z") for day in ("05-31", "06-01", "06-02")]
    assert all(start.second == 0 for start in buckets(long_ago, "hour", there, 100))


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


# ── The same as in psql ──────────────────────────────────────────────────────────────────────────────────────

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
    """(zone, granularity, start, stop): the odd places, then any place; half of them where clocks have just changed.

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
        chosen.append((zone, draw.choice(GRANULARITIES), start))
    return [
        (zone, granularity, start, start + draw.randint(1, LONGEST[granularity]) * MINUTE)
        for zone, granularity, start in chosen
    ]


def _next_change(start: datetime, zone: ZoneInfo) -> datetime:
    """About where the clocks change next; `start` when they do not within a year."""
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
    """For minutes too, whose edges are the same in every zone; without a granularity nobody asks for one."""
    asked = "SELECT report_buckets('2025-09-24', '2025-09-25', $1, $2)"
    assert await connection.fetchval(asked, None, zone) is None
    with pytest.raises(error):
        await connection.fetchval(asked, granularity, zone)
