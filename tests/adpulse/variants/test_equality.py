"""The same events give the same report, to the micro, under every variant: each is compared with a recount in
plain Python, for every order of arrival, edge, time zone and writer.
"""

import asyncio
import json
import random
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.event.contract import FIELDS
from adpulse.maintenance.loop import run_round
from adpulse.reports import query_string, render
from adpulse.reports.readers import open_readers
from adpulse.reports.reporter import Reporter
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.conftest import Server, scratch_databases

SETTINGS = Settings(max_groups=100_000)
MINUTE = timedelta(minutes=1)
KINDS = ("impression", "click", "conversion")

# Where calendars are hard: (zone, an instant close to the trouble).
TROUBLE = (
    ("UTC", datetime(2025, 9, 24, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2025, 9, 23, 18, 30, tzinfo=UTC)),  # days begin at half past
    ("Asia/Kathmandu", datetime(2024, 12, 31, 18, 15, tzinfo=UTC)),  # and at a quarter past
    ("Europe/Berlin", datetime(2025, 3, 30, 1, tzinfo=UTC)),  # an hour is missing
    ("Europe/Berlin", datetime(2025, 10, 26, 1, tzinfo=UTC)),  # an hour comes twice
    ("Australia/Lord_Howe", datetime(2025, 4, 5, 15, tzinfo=UTC)),  # half an hour comes twice
    ("Australia/Lord_Howe", datetime(2025, 10, 4, 15, 30, tzinfo=UTC)),
    ("America/Havana", datetime(2025, 11, 2, 5, tzinfo=UTC)),  # midnight comes twice
    ("Africa/Cairo", datetime(2025, 4, 24, 22, tzinfo=UTC)),  # there is no midnight
)


@dataclass(frozen=True)
class Event:
    """A stored event as the model remembers it."""

    ts: datetime
    campaign: str
    kind: str
    cost: int
    revenue: int
    geo: str | None

    def row(self) -> tuple[Any, ...]:
        metadata = orjson.dumps({"geo": self.geo} if self.geo else {}).decode()
        return (self.ts, self.campaign, "U", self.kind, self.cost, self.revenue, metadata)


COLUMNS = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata")


# ── The recount ──────────────────────────────────────────────────────────────────────────────────────────────

Cell = tuple[datetime | date | None, str | None]


def label(at: datetime, granularity: str | None, zone: ZoneInfo) -> datetime | date | None:
    """Return the label of an event's bucket: an instant within a day, the first local day otherwise."""
    local = at.astimezone(zone)
    day = local.date()
    match granularity:
        case None:
            return None
        case "minute":
            return at.replace(second=0, microsecond=0)
        case "hour":
            minute = at.replace(second=0, microsecond=0)
            # An hour that clocks are changed into begins with that minute.
            while (
                minute.astimezone(zone).minute and (minute - MINUTE).astimezone(zone).utcoffset() == local.utcoffset()
            ):
                minute -= MINUTE
            return minute
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case _:
            return day.replace(day=1)


def recount(events: Iterable[Event], question: "Question") -> dict[Cell, list[int]]:
    """Return the five sums of every bucket and group that has an event."""
    zone = ZoneInfo(question.timezone)
    group_of: dict[str | None, Callable[[Event], str | None]] = {
        None: lambda event: None,
        "campaign_id": lambda event: event.campaign,
        "event_type": lambda event: event.kind,
        "geo": lambda event: event.geo,
    }
    cells: dict[Cell, list[int]] = defaultdict(lambda: [0] * 5)
    for event in events:
        if not question.start <= event.ts < question.stop:
            continue
        if question.campaigns and event.campaign not in question.campaigns:
            continue
        if question.geo and event.geo != question.geo:
            continue
        cell = cells[label(event.ts, question.granularity, zone), group_of[question.group_by](event)]
        cell[KINDS.index(event.kind)] += 1
        cell[3] += event.cost
        cell[4] += event.revenue
    return cells


# ── The question ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Question:
    """A report's parameters; start and stop are whole minutes."""

    start: datetime
    stop: datetime
    granularity: str | None = None
    timezone: str = "UTC"
    campaigns: tuple[str, ...] = ()
    group_by: str | None = None
    geo: str | None = None

    def items(self) -> list[tuple[str, str]]:
        given = {"granularity": self.granularity, "group_by": self.group_by}
        given |= {"filter": f"geo:{self.geo}" if self.geo else None}
        items = [("start", self.start.isoformat()), ("end", self.stop.isoformat()), ("timezone", self.timezone)]
        items += [(name, value) for name, value in given.items() if value]
        return items + [("campaign_id", campaign) for campaign in self.campaigns]


def sums(metrics: dict[str, Any]) -> list[int]:
    counts = [metrics[name] for name in ("impressions", "clicks", "conversions")]
    return counts + [round(metrics[name] * 1_000_000) for name in ("cost", "revenue")]


def added(cells: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*cells, strict=True)] or [0] * 5


async def check(reporter: Reporter, question: Question, events: Iterable[Event]) -> None:
    """Assert that the report, as a client gets it, is the recount: totals, buckets, groups."""
    report = await reporter.report(query_string.parse(question.items(), datetime.now(UTC), SETTINGS))
    reply = orjson.loads(render.to_json(report))
    expected = recount(events, question)
    assert sums(reply["totals"]) == added(expected.values())
    if question.granularity is None and question.group_by is None:
        assert "rows" not in reply
        return
    zone = ZoneInfo(question.timezone)
    got: dict[Cell, list[int]] = {}
    for row in reply["rows"]:
        bucket = datetime.fromisoformat(row["bucket"]).astimezone(UTC) if row["bucket"] else None
        # A bucket within a day is named by its instant.
        clock = question.granularity in ("minute", "hour")
        cell = (bucket if clock or bucket is None else label(bucket, question.granularity, zone), row["group"])
        assert cell not in got, "one bucket, one row"
        got[cell] = sums(row)
    assert {cell: counts for cell, counts in got.items() if any(counts)} == dict(expected)
    if question.group_by is not None:
        assert {group for _, group in got} == {group for _, group in expected}, "no group without an event"


# ── Any history, any question ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Subject:
    """One variant in a database of its own."""

    variant: Variant
    url: str
    connection: Connection
    reporter: Reporter


@pytest.fixture(scope="module", params=[variant.name for variant in catalogue.load_all()])
async def subject(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[Subject]:
    variant = catalogue.find(request.param)
    connection = await connections.connect(server.url())
    reason = await catalogue.unavailable(connection, variant)
    await connection.close()
    if reason:
        pytest.skip(reason)
    async with scratch_databases(server) as new:
        url = await new(variant.name)
        connection = await connections.connect(url)
        readers = await open_readers(url, 4, "test", SETTINGS)
        yield Subject(variant, url, connection, Reporter(readers, SETTINGS))
        await readers.close()
        await connection.close()


Step = tuple[Any, ...]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Step], list[Question]]:
    """Draw steps that write, in any order of time and with corrections between, and the questions after them."""
    zone, anchor = draw(st.sampled_from(TROUBLE))
    minutes = st.one_of(
        st.sampled_from((-1441, -1440, -61, -60, -31, -30, -1, 0, 1, 29, 30, 59, 60, 1439, 1440)),
        st.integers(-3_000, 3_000),
    )
    campaigns = st.sampled_from(("A", "B", "ü'"))
    event = st.builds(
        lambda minute, micros, *rest: Event(anchor + minute * MINUTE + timedelta(microseconds=micros), *rest),
        minutes,
        st.sampled_from((0, 1, 30_000_000, 59_999_999)),
        campaigns,
        st.sampled_from(KINDS),
        st.integers(0, 10**12),
        st.integers(0, 10**12),
        st.sampled_from((None, "IN", "US")),
    )
    step = st.one_of(
        st.tuples(st.just("copy"), st.lists(event, min_size=1, max_size=6)),
        st.tuples(st.just("insert"), st.lists(event, min_size=1, max_size=3)),
        st.tuples(st.just("delete"), campaigns, minutes.map(lambda minute: anchor + minute * MINUTE)),
        st.tuples(st.just("update"), campaigns, st.integers(-90, 90)),
        st.just(("maintain",)),
    )
    edges = st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1]).map(sorted)
    question = st.builds(
        lambda edges, *rest: Question(anchor + edges[0] * MINUTE, anchor + edges[1] * MINUTE, *rest),
        edges,
        st.sampled_from((None, "minute", "hour", "day", "week", "month")),
        st.sampled_from((zone, "UTC")),
        st.sampled_from(((), ("A",), ("ü'", "B"), ("nobody",))),
        st.sampled_from((None, "campaign_id", "event_type", "geo")),
        st.sampled_from((None, None, "IN")),
    )
    return draw(st.lists(step, min_size=1, max_size=7)), draw(st.lists(question, min_size=2, max_size=4))


async def write(connection: Connection, variant: Variant, step: Step, stored: list[Event]) -> list[Event]:
    """Do a step in the database, and return what is stored after it."""
    match step:
        case ("copy", events):
            await connection.copy_records_to_table("events", records=[e.row() for e in events], columns=COLUMNS)
            return stored + events
        case ("insert", events):
            places = ", ".join(f"${place}" for place in range(1, len(COLUMNS) + 1))
            statement = f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({places})"
            await connection.executemany(statement, [event.row() for event in events])
            return stored + events
        case ("delete", campaign, before):
            await connection.execute("DELETE FROM events WHERE campaign_id = $1 AND ts < $2", campaign, before)
            return [event for event in stored if event.campaign != campaign or event.ts >= before]
        case ("update", campaign, minutes):
            await connection.execute(
                # Past UTC and back: adding to a timestamptz depends on the session's zone, which Citus refuses here.
                "UPDATE events SET ts = (ts AT TIME ZONE 'UTC' + $2) AT TIME ZONE 'UTC', "
                "cost_micros = cost_micros + 1 WHERE campaign_id = $1",
                campaign,
                minutes * MINUTE,
            )
            return [
                replace(event, ts=event.ts + minutes * MINUTE, cost=event.cost + 1)
                if event.campaign == campaign
                else event
                for event in stored
            ]
        case _:
            await run_round(connection, variant)
            return stored


@settings(max_examples=30)
@given(history=histories())
async def test_a_report_is_the_recount(subject: Subject, history: tuple[list[Step], list[Question]]) -> None:
    """Late, shuffled, at the edge of a minute, on a day when clocks change, corrected by psql: exact."""
    steps, questions = history
    await subject.connection.execute("TRUNCATE events")
    stored: list[Event] = []
    for step in steps:
        stored = await write(subject.connection, subject.variant, step, stored)
    for question in questions:
        await check(subject.reporter, question, stored)


# ── What a group shows, a filter finds ───────────────────────────────────────────────────────────────────────

# As JSON text: what Python would make of it is not what is stored. Equal numbers and texts that look like each other.
SCALARS = r"""
null  true  false  "true"  "null"  ""  " "  "IN"  "in"  "ü"  "\u00fc"  "(other)"  "a:b"  "%"  "'; --"  "$.x"  "\ufffd"
1  1.0  1.00  1e0  "1"  "1.0"  -0  0  0.0  "-0"  10  1e1  -1.5  "-1.5"  1e-7  0.30000000000000004  1850000000000000001
1850000000000000002  "1850000000000000001"  18446744073709551617  [1]  [1.0]  "[1]"  ["IN", "US"]  ["IN","US"]  "[]"  []
{}  "{}"  {"b": 1, "a": [null]}  "{\"not\": []}"  "q\"uote"  "back\\slash"  "\u2028"
""".strip()
LONG = ("9" * 400, f"-{'8' * 400}", f"{'9' * 400}.5", f'"{"9" * 400}"', f"1{'0' * 1_100}", "1e1100", f'"{"x" * 300}"')
ODD_KEYS = [
    "utm:medium",
    "$browser",
    "two words",
    "clé",
    'q"uote',
    "back\\slash",
    "nested.in",
    "{x}",
    "'",
    "%",
    "\u2028x",
]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
numbers = st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=3)
values = st.sampled_from(re.split(r"  |\n", SCALARS)) | texts.map(json.dumps) | numbers.map(str)
lists = st.lists(values, max_size=2).map(lambda items: f"[{', '.join(items)}]")
nested = lists | values.map(lambda value: f'{{"a": {value}}}')


@st.composite
def tagged(draw: st.DrawFn) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Rows with metadata of any kind, and the keys that they may have: declared dimensions, odd ones, any."""
    declared = draw(st.sampled_from(("geo", "device")))
    odd = draw(st.sampled_from(ODD_KEYS) | texts.filter(lambda key: key not in ("", *FIELDS)))
    start = datetime(2025, 9, 24, tzinfo=UTC)
    rows = []
    for number in range(draw(st.integers(1, 9))):
        members = []
        if draw(st.integers(0, 4)):
            members.append(f"{json.dumps(declared)}: {draw(values | nested)}")
        if draw(st.integers(0, 4)):
            members.append(f"{json.dumps(odd)}: {draw(values | nested | st.sampled_from(LONG))}")
        at = start + timedelta(hours=draw(st.integers(0, 47)))
        campaign, kind = draw(st.sampled_from(("A", "B", "\ufffd"))), draw(st.sampled_from(KINDS))
        rows.append((at, campaign, "U", kind, 1 << number, 3**number, "{" + ", ".join(members) + "}"))
    return rows, [declared, odd]


@settings(max_examples=15)
@given(tagged(), st.booleans(), st.integers(1, 4), st.sampled_from(("campaign_id", "event_type")))
async def test_the_filter_of_a_row_finds_the_row(
    subject: Subject, stored: tuple[list[tuple[Any, ...]], list[str]], compacted: bool, limit: int, field: str
) -> None:
    """For any metadata, rows sum to totals, and the filter that a row gives has that row as its totals. So for the
    events without the key, the rest, beside another filter, and day by day.
    """
    rows, keys = stored
    await subject.connection.execute("TRUNCATE events")
    await subject.connection.copy_records_to_table("events", records=rows, columns=COLUMNS)
    if compacted:
        await run_round(subject.connection, subject.variant)

    async def ask(*items: tuple[str, str]) -> dict[str, Any]:
        window = [("start", "2025-09-24"), ("end", "2025-09-26")]
        report = await subject.reporter.report(query_string.parse([*window, *items], datetime.now(UTC), SETTINGS))
        reply: dict[str, Any] = orjson.loads(render.to_json(report))
        return reply

    for key in (*keys, field):
        for first in ([], [("limit", str(limit))], [("filter", f"campaign_id:{rows[0][1]}")]):
            grouped = await ask(("group_by", key), *first)
            assert added(map(sums, grouped["rows"])) == sums(grouped["totals"])
            assert grouped["rows"], "the events have groups"
            for row in grouped["rows"]:
                kept = [item for item in first if item[0] == "filter"]
                found = await ask(*kept, ("filter", json.dumps(row["filter"])))
                assert sums(found["totals"]) == sums(row), (key, row)
        by_day = [("granularity", "day"), ("timezone", "Asia/Kolkata")]
        for row in (await ask(("group_by", key), *by_day))["rows"][:3]:
            found = await ask(("filter", json.dumps(row["filter"])), *by_day)
            (same,) = [each for each in found["rows"] if each["bucket"] == row["bucket"]]
            assert sums(same) == sums(row)
    # Two at once, and a plain filter: what a client writes by hand.
    pair = [(await ask(("group_by", key)))["rows"][0]["filter"] for key in keys]
    both = await ask(("group_by", keys[1]), ("filter", json.dumps(pair[0])))
    assert added(map(sums, both["rows"])) == sums(both["totals"])
    for row in both["rows"]:
        two = await ask(("filter", json.dumps(pair[0])), ("filter", json.dumps(row["filter"])))
        assert sums(two["totals"]) == sums(row)


# ── While compaction runs ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "subject", [variant.name for variant in catalogue.load_all() if variant.maintenance], indirect=True
)
async def test_a_report_is_exact_while_maintenance_runs(subject: Subject) -> None:
    """At any moment of maintenance, a writer sees in its next report all that was acknowledged, once."""
    await subject.connection.execute("TRUNCATE events")
    rounds = 0

    async def maintain() -> None:
        nonlocal rounds
        connection = await connections.connect(subject.url)
        try:
            while True:
                await run_round(connection, subject.variant)
                rounds += 1
        finally:
            await connection.close()

    async def write_and_ask(campaign: str, seed: int) -> None:
        chance = random.Random(seed)
        start = datetime(2025, 10, 25, tzinfo=UTC)
        stop = start + timedelta(days=4)
        questions = [
            Question(start, stop, campaigns=(campaign,)),
            Question(start + 90 * MINUTE, stop - 7 * MINUTE, "hour", "Asia/Kolkata", (campaign,)),
            Question(start, stop, "day", "Europe/Berlin", (campaign,), "geo"),
        ]
        connection = await connections.connect(subject.url)
        stored: list[Event] = []
        for turn in range(12):
            events = [
                Event(
                    start + timedelta(seconds=chance.randrange(4 * 86_400)),
                    campaign,
                    chance.choice(KINDS),
                    chance.randrange(10**6),
                    chance.randrange(10**6),
                    chance.choice((None, "IN", "US")),
                )
                for _ in range(chance.randrange(1, 30))
            ]
            stored = await write(connection, subject.variant, ("copy", events), stored)
            if turn % 4 == 3:
                before = start + timedelta(hours=chance.randrange(96))
                stored = await write(connection, subject.variant, ("delete", campaign, before), stored)
            if turn % 4 == 1:
                stored = await write(connection, subject.variant, ("update", campaign, 45), stored)
            for question in questions:
                await check(subject.reporter, question, stored)
        await connection.close()

    maintenance = asyncio.create_task(maintain())
    try:
        await asyncio.gather(*(write_and_ask(f"campaign {n}", n) for n in range(3)))
        assert rounds > 0
        if maintenance.done():
            maintenance.result()  # it failed: say how
    finally:
        maintenance.cancel()
        await asyncio.gather(maintenance, return_exceptions=True)
