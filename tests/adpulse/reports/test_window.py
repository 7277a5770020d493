"""Windows and buckets: what users write, where clocks change, and the same buckets as PostgreSQL's."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adpulse.database import connections
from adpulse.reports.window import (
    GRANULARITIES,
    Window,
    WindowError,
    buckets,
    day_start,
    parse,
    parse_instant,
    previous,
    zones,
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
    """Before they are made: the bound holds for a window of any length."""
    with pytest.raises(WindowError) as error:
        buckets(window("1970-01-01T00:00Z", "2199-01-01T00:00Z"), "minute", ZoneInfo("UTC"), 10_000)
    assert error.value.field == "granularity"
    assert "more than 10000 buckets" in str(error.value)
    week = window("2025-01-01T00:00Z", "2025-01-01T01:00Z")
    assert len(buckets(week, "minute", ZoneInfo("UTC"), 60)) == 60


# ── The same as PostgreSQL ───────────────────────────────────────────────────────────────────────────────────

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
    names = sorted(zones())
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


async def test_buckets_are_those_of_date_trunc(server: Server) -> None:
    """Over every kind of zone and change of clocks: the set of date_trunc(granularity, ts, zone) over all minutes."""
    asked = _windows(1_200)
    connection = await connections.connect(server.url())
    rows = await connection.fetch(
        """
        SELECT array_agg(DISTINCT date_trunc(granularity, minute, zone)) AS starts
        FROM
          unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[])
            WITH ORDINALITY AS asked (zone, granularity, start, stop, n),
          generate_series(start, stop - interval '1 minute', '1 minute') AS minute
        GROUP BY n
        ORDER BY n
        """,
        *map(list, zip(*asked, strict=True)),
    )
    await connection.close()
    for (zone, granularity, start, stop), row in zip(asked, rows, strict=True):
        ours = buckets(Window(start, stop), granularity, ZoneInfo(zone), 100_000)
        assert ours == sorted(row["starts"]), f"{granularity} in {zone} from {start} to {stop}"


async def test_postgresql_knows_every_zone_that_is_allowed(server: Server) -> None:
    """And means the same by it: today's offset agrees. An abbreviation such as CET would not."""
    connection = await connections.connect(server.url())
    rows = await connection.fetch(
        "SELECT zone, extract(epoch FROM $2::timestamptz AT TIME ZONE zone - $2 AT TIME ZONE 'UTC')::int AS seconds"
        " FROM unnest($1::text[]) AS zone",
        sorted(zones()),
        at("2024-07-01T00:00Z"),
    )
    await connection.close()
    for row in rows:
        offset = at("2024-07-01T00:00Z").astimezone(ZoneInfo(row["zone"])).utcoffset()
        assert offset == timedelta(seconds=row["seconds"]), row["zone"]
