"""The same events give the same report, to the micro, under every variant: each is compared with a recount in
plain Python, for every order of arrival, edge, time zone and writer.
"""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adpulse.database import connections
from adpulse.database.connections import Connection
from adpulse.maintenance.loop import run_round
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.adpulse.variants.conftest import Subject
from tests.adpulse.variants.recount import COLUMNS, KINDS, MINUTE, Event, Question, check

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
