"""Windows as users write them: instants, whole minutes, limits, the previous window."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adpulse.reports.window import (
    Window,
    WindowError,
    buckets,
    day_start,
    parse,
    parse_instant,
    previous,
)

NOW = datetime(2025, 9, 24, 6, 59, 31, 849_095, tzinfo=UTC)


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
def test_a_wrong_instant_is_refused_with_the_allowed_forms(text: str, says: str, zone: str) -> None:
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
    """A day has as many hour buckets as it has hours."""
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
    assert "more than 10,000 buckets" in str(error.value)
    week = window("2025-01-01T00:00Z", "2025-01-01T01:00Z")
    assert len(buckets(week, "minute", ZoneInfo("UTC"), 60)) == 60
