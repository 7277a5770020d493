"""Reports over HTTP against sums of the stored events: what a client is told, and whether it is true.

`adpulse.variants.verify` compares inside the database, in one snapshot; this looks through the whole service instead,
and shares no code with it. It needs a service that nobody writes to meanwhile.
"""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from adbench.harness.fetch import fetch
from adbench.harness.service import ServiceError
from adbench.workload.campaigns import COUNTRIES
from adbench.workload.dataset import Dataset
from adpulse.database.connections import Connection

Key = tuple[datetime | None, str | None]  # bucket, group
Sums = tuple[int, ...]  # impressions, clicks, conversions, cost and revenue in micros
ZEROS: Sums = (0, 0, 0, 0, 0)
MINUTE = timedelta(minutes=1)
RECENT = 20


class TooLongError(RuntimeError):
    """The service gave a report up: it took longer than ADPULSE_REPORT_TIMEOUT_MS."""


@dataclass(frozen=True)
class Question:
    """A report; start and end are whole minutes."""

    start: datetime
    end: datetime
    campaigns: tuple[str, ...] = ()
    granularity: str | None = None
    timezone: str = "UTC"
    group_by: str | None = None
    geo: str | None = None

    @property
    def query(self) -> str:
        """Return the query string of GET /report."""
        given: dict[str, Any] = {"campaign_id": self.campaigns, "timezone": self.timezone}
        given |= {"start": self.start.isoformat(), "end": self.end.isoformat(), "granularity": self.granularity}
        given |= {"group_by": self.group_by, "filter": self.geo and f"geo:{self.geo}"}
        return urlencode({name: value for name, value in given.items() if value}, doseq=True)

    def halves(self) -> "tuple[Question, Question]":
        """Return the questions of the first and the second half. Raise TooLongError for a single minute."""
        minutes = (self.end - self.start) // MINUTE
        if minutes < 2:
            raise TooLongError(f"a report of one minute takes the service too long: /report?{self.query}")
        middle = self.start + minutes // 2 * MINUTE
        return replace(self, end=middle), replace(self, start=middle)


@dataclass(frozen=True)
class Recount:
    """A cell is one sum of one row."""

    cells: int
    wrong: int
    first_wrong: str | None  # the query of the first report that was not true

    def __add__(self, other: "Recount") -> "Recount":
        return Recount(self.cells + other.cells, self.wrong + other.wrong, self.first_wrong or other.first_wrong)


def ask(address: str, question: Question, headers: Mapping[str, str] | None = None) -> tuple[Sums, dict[Key, Sums]]:
    """Return the totals and the rows of a report over HTTP.

    Raise TooLongError when the service gives it up, ServiceError when it answers with another refusal.
    """
    reply = fetch(f"{address}/report?{question.query}", headers)
    if reply.status == 504:
        raise TooLongError(f"/report?{question.query} took the service too long")
    if reply.status != 200:
        raise ServiceError(f"/report?{question.query} was answered with {reply.said}")
    answer = json.loads(reply.body)
    rows = {
        (datetime.fromisoformat(row["bucket"]) if row.get("bucket") else None, row.get("group")): sums(row)
        for row in answer.get("rows", [])
    }
    return sums(answer["totals"]), rows


def total(address: str, question: Question) -> Sums:
    """Return the totals of a report, asked for in halves where the whole takes the service too long."""
    try:
        return ask(address, question)[0]
    except TooLongError:
        return added(total(address, half) for half in question.halves())


def ask_bounded(
    address: str, question: Question, headers: Mapping[str, str] | None = None
) -> tuple[Question, Sums, dict[Key, Sums]]:
    """Return the question with the longest window that the service answers in time, counted from its end, and `ask`."""
    while True:
        try:
            return question, *ask(address, question, headers)
        except TooLongError:
            _, question = question.halves()


async def count(connection: Connection, question: Question) -> dict[Key, Sums]:
    """Return the same rows from the events themselves; without granularity and group, one."""
    group = {None: "NULL", "campaign_id": "campaign_id", "event_type": "event_type::text"}.get(
        question.group_by, f"metadata ->> '{question.group_by}'"
    )
    bucket = f"date_trunc('{question.granularity}', ts, $4)" if question.granularity else "NULL::timestamptz"
    records = await connection.fetch(
        f"SELECT {bucket}, {group}, count(*) FILTER (WHERE event_type = 'impression'),"
        " count(*) FILTER (WHERE event_type = 'click'), count(*) FILTER (WHERE event_type = 'conversion'),"
        " sum(cost_micros)::bigint, sum(revenue_micros)::bigint FROM events"
        " WHERE ts >= $1 AND ts < $2 AND (campaign_id = ANY($3) OR cardinality($3::text[]) = 0)"
        " AND $4::text IS NOT NULL AND ($5::text IS NULL OR metadata ->> 'geo' = $5) GROUP BY 1, 2",
        *(question.start, question.end, question.campaigns, question.timezone, question.geo),
    )
    return {(record[0], record[1]): tuple(record)[2:] for record in records}


async def compare(
    connection: Connection, address: str, questions: Iterator[Question], headers: Mapping[str, str] | None = None
) -> Recount:
    """Ask every question both ways, in a shorter window where the service takes too long. A row of zeros is no row."""
    cells, wrong, first_wrong = 0, 0, None
    for question in questions:
        question, totals, rows = ask_bounded(address, question, headers)
        counted = await count(connection, question)
        pairs = [(totals, added(counted.values()))]
        if question.granularity or question.group_by:
            pairs += [(rows.get(key, ZEROS), counted.get(key, ZEROS)) for key in rows.keys() | counted.keys()]
        differences = sum(a != b for got, want in pairs for a, b in zip(got, want, strict=True))
        cells += len(pairs) * len(ZEROS)
        wrong += differences
        if differences and first_wrong is None:
            first_wrong = question.query
    return Recount(cells, wrong, first_wrong)


def add_up(address: str, question: Question, totals: Sums) -> Recount:
    """Compare the sum of the rows of a breakdown with the totals of the same window; reads no event."""
    _, rows = ask(address, question)
    got = added(rows.values())
    wrong = sum(a != b for a, b in zip(got, totals, strict=True))
    return Recount(len(ZEROS), wrong, question.query if wrong else None)


def sample(data: Dataset, now: datetime, size: int, longest: int | None = None) -> Iterator[Question]:
    """Yield `size` reports of all shapes, always the same: over the data set, and over what came in since.

    `longest`: minutes of the longest window, which then ends in the last RECENT ones; none: all that there is. Then
    nobody asks by event type either: such a report reads raw events, and the service gives it up.
    """
    rng = random.Random(data.seed)
    shapes: list[dict[str, Any]] = [
        {},
        {"granularity": "hour", "timezone": "Asia/Kolkata"},
        {"granularity": "day", "timezone": "America/New_York"},
        {"group_by": "campaign_id"},
        {"group_by": "geo" if longest else "event_type"},
        {"group_by": "geo"},
        {"group_by": "device", "granularity": "day"},
        {"geo": rng.choice(COUNTRIES)},
    ]
    minutes = int((now - data.start).total_seconds() // 60)
    for number in range(size):
        # Every other window reaches into the last minutes, where the load has just written.
        length = min(rng.choice([7, 61, 1_440, 7 * 1_440, minutes]), longest or minutes)
        earliest = max(minutes - RECENT, 0) if longest else min(length, minutes)
        last = minutes + 1 if number % 2 else rng.randrange(earliest, minutes + 1)
        start = data.start.replace(second=0, microsecond=0) + timedelta(minutes=max(last - length, 0))
        end = data.start.replace(second=0, microsecond=0) + timedelta(minutes=last)
        campaigns = {data.campaign_id(int(data.campaigns ** rng.random()) - 1) for _ in range(1 + number % 3)}
        yield Question(start.astimezone(UTC), end.astimezone(UTC), tuple(sorted(campaigns)), **shapes[number % 8])


def added(rows: Iterable[Sums]) -> Sums:
    """Return the sums over some rows; zeros for none."""
    return tuple(map(sum, zip(*rows, strict=True))) or ZEROS


def sums(row: dict[str, Any]) -> Sums:
    """Return the five sums of a row of a reply, money in micros."""
    counts = (row["impressions"], row["clicks"], row["conversions"])
    return (*counts, round(row["cost"] * 1e6), round(row["revenue"] * 1e6))
