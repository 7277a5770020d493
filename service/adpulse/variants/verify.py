"""Recount: what the active variant's report says against what is stored, in one snapshot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

import asyncpg

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import LOCK_EVENTS
from adpulse.variants.catalogue import Variant

# The recount shares nothing with the reports but the definition of a row: it reads every stored event.
_RECOUNT = """
SELECT
  {bucket} AS bucket,
  {group} AS grp,
  count(*) FILTER (WHERE event_type = 'impression'),
  count(*) FILTER (WHERE event_type = 'click'),
  count(*) FILTER (WHERE event_type = 'conversion'),
  sum(cost_micros)::bigint,
  sum(revenue_micros)::bigint
FROM events
WHERE ts >= $1 AND ts < $2
GROUP BY 1, 2
"""

# Days that are archived, with the sums of all their files.
_ARCHIVED = """
SELECT
  day,
  sum(impressions)::bigint,
  sum(clicks)::bigint,
  sum(conversions)::bigint,
  sum(cost_micros)::bigint,
  sum(revenue_micros)::bigint
FROM archived_days
GROUP BY 1
ORDER BY 1
"""

# A day whose partition has been detached, and not yet been recounted and dropped.
_UNFINISHED = """
SELECT right(relname, 8) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname ~ '^archiving_p[0-9]{8}$'
LIMIT 1
"""

_MINUTE = timedelta(minutes=1)

_Rows: TypeAlias = dict[tuple[datetime | None, str | None], tuple[int, ...]]
_Question: TypeAlias = tuple[str | None, str, str | None, bool]

# (granularity, time zone, dimension, whether the window is cut inside an hour at both ends)
_QUESTIONS: Sequence[_Question] = (
    (None, "UTC", "campaign_id", False),
    (None, "UTC", "campaign_id", True),
    ("hour", "UTC", "campaign_id", False),
    ("hour", "UTC", None, True),
    ("day", "Asia/Kolkata", None, True),
    ("day", "America/New_York", None, False),
    ("month", "Asia/Kolkata", "campaign_id", True),
    (None, "UTC", "event_type", False),
)
_GROUPS = {"campaign_id": "campaign_id", "event_type": "event_type::text", None: "NULL::text"}
_SUMS = ("impressions", "clicks", "conversions", "cost_micros", "revenue_micros")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row that report and recount do not agree on; None where one of them has no such row."""

    question: str
    bucket: datetime | None
    group: str | None
    reported: tuple[int, ...] | None
    recounted: tuple[int, ...] | None

    def __str__(self) -> str:
        absent = (None,) * len(_SUMS)
        sums = zip(_SUMS, self.reported or absent, self.recounted or absent, strict=True)
        wrong = ", ".join(f"{name} {left} instead of {right}" for name, left, right in sums if left != right)
        bucket = f" bucket={self.bucket:%FT%RZ}" if self.bucket else ""
        return f"{self.question}:{bucket} group={self.group}: {wrong}"


@dataclass(frozen=True, slots=True)
class Audit:
    """The outcome. A cell is one sum of one row."""

    cells: int
    wrong: int
    mismatches: list[Mismatch]

    @property
    def exact(self) -> bool:
        """Whether every cell was right."""
        return self.wrong == 0

    @property
    def accuracy(self) -> float:
        """Right cells ÷ cells; 1.0 for an empty database."""
        return 1 - self.wrong / self.cells if self.cells else 1.0


async def verify(connection: Connection, variant: Variant) -> Audit:
    """Ask the questions above, and one for each roll-up by a dimension, over all that is stored, and recount each.

    Reads every event once a question. Days whose events are archived are left out of that, and their totals compared
    with what their files hold, as it was counted then, and what has come late since. Raises SchemaError while a day is
    being archived.
    """
    findings = _Findings()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(LOCK_EVENTS)
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        if day := await connection.fetchval(_UNFINISHED):
            raise SchemaError(f"the day {day} is being archived; let it be finished first: adpulse archive")
        archived = await connection.fetch(_ARCHIVED)
        declared = await connection.fetch("SELECT key FROM declared_dimension") if variant.has_dimensions else []
        questions = [*_QUESTIONS, *((None, "UTC", record["key"], True) for record in declared)]
        first, last = await connection.fetchrow("SELECT min(ts), max(ts) FROM events")  # type: ignore[misc]  # an aggregate has a row
        if first is not None:
            whole = (_minute(first), _minute(last) + _MINUTE)
            for start, stop in _present(*whole, [record["day"] for record in archived]):
                for question in questions:
                    await _ask(connection, variant, question, start, stop, findings)
        for record in archived:
            await _compare_archived(connection, variant, record, findings)
    return Audit(findings.cells, findings.wrong, findings.mismatches)


@dataclass(slots=True)
class _Findings:
    cells: int = 0
    wrong: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)

    def compare(self, question: str, reported: _Rows, recounted: _Rows) -> None:
        self.cells += len(_SUMS) * len(reported.keys() | recounted.keys())
        for key in reported.keys() | recounted.keys():
            left, right = reported.get(key), recounted.get(key)
            if left == right:
                continue
            # A row of zeros (all its events were deleted) says the same as no row.
            if not any(left or ()) and not any(right or ()):
                continue
            self.wrong += sum(
                a != b for a, b in zip(left or [None] * len(_SUMS), right or [None] * len(_SUMS), strict=True)
            )
            self.mismatches.append(Mismatch(question, *key, left, right))


def _present(start: datetime, stop: datetime, archived: Sequence[date]) -> Iterator[tuple[datetime, datetime]]:
    """What is left of the window without the archived days, which are in order."""
    for day in archived:
        midnight = datetime.combine(day, time(), UTC)
        if start < min(midnight, stop):
            yield start, min(midnight, stop)
        start = max(start, midnight + timedelta(days=1))
    if start < stop:
        yield start, stop


async def _ask(
    connection: Connection, variant: Variant, question: _Question, start: datetime, stop: datetime, findings: _Findings
) -> None:
    granularity, zone, dimension, cut = question
    if cut:
        start, stop = start + 7 * _MINUTE, stop - 11 * _MINUTE
    if start >= stop:
        return
    reported = _rows(await connection.fetch(variant.report, None, start, stop, granularity, zone, dimension, None))
    group = _GROUPS.get(dimension) or "metadata ->> '{}'".format(str(dimension).replace("'", "''"))
    bucket = f"date_trunc('{granularity}', ts, '{zone}')" if granularity else "NULL::timestamptz"
    recounted = _rows(await connection.fetch(_RECOUNT.format(bucket=bucket, group=group), start, stop))
    text = f"granularity={granularity} timezone={zone} group_by={dimension} {start:%FT%RZ} to {stop:%FT%RZ}"
    findings.compare(text, reported, recounted)


async def _compare_archived(
    connection: Connection, variant: Variant, record: asyncpg.Record, findings: _Findings
) -> None:
    """The totals of an archived day, asked for in one and by campaign, which roll-ups hold apart from one another."""
    start = datetime.combine(record["day"], time(), UTC)
    stop = start + timedelta(days=1)
    late = _rows(await connection.fetch(_RECOUNT.format(bucket="NULL::timestamptz", group="NULL::text"), start, stop))
    expected = tuple(map(sum, zip(tuple(record)[1:], late.get((None, None), (0,) * len(_SUMS)), strict=True)))
    for dimension in (None, "campaign_id"):
        rows = _rows(await connection.fetch(variant.report, None, start, stop, None, "UTC", dimension, None)).values()
        reported = tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * len(_SUMS)
        question = f"archived day {record['day']}, group_by={dimension}, all together"
        findings.compare(question, {(None, None): reported}, {(None, None): expected})


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _rows(records: Sequence[Any]) -> _Rows:
    return {(record[0], record[1]): tuple(record)[2:] for record in records}
