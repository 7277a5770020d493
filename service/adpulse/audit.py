"""Recount: what the active variant's report says against what is stored, in one snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from adpulse.database import Connection
from adpulse.variants import Variant

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

# (granularity, time zone, dimension, whether the window is cut inside an hour at both ends)
_QUESTIONS: Sequence[tuple[str | None, str, str | None, bool]] = (
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

    Reads every event once a question.
    """
    cells = wrong = 0
    mismatches: list[Mismatch] = []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        first, last = await connection.fetchrow("SELECT min(ts), max(ts) FROM events")  # type: ignore[misc]  # an aggregate has a row
        if first is None:
            return Audit(0, 0, [])
        minute = timedelta(minutes=1)
        whole = (_minute(first), _minute(last) + minute)
        declared = await connection.fetch("SELECT key FROM declared_dimension") if variant.has_dimensions else []
        questions = [*_QUESTIONS, *((None, "UTC", record["key"], True) for record in declared)]
        for granularity, zone, dimension, cut in questions:
            start, stop = (whole[0] + 7 * minute, whole[1] - 11 * minute) if cut else whole
            if start >= stop:
                continue
            reported = _rows(
                await connection.fetch(variant.report, None, start, stop, granularity, zone, dimension, None)
            )
            group = _GROUPS.get(dimension) or "metadata ->> '{}'".format(str(dimension).replace("'", "''"))
            bucket = f"date_trunc('{granularity}', ts, '{zone}')" if granularity else "NULL::timestamptz"
            recounted = _rows(await connection.fetch(_RECOUNT.format(bucket=bucket, group=group), start, stop))
            question = f"granularity={granularity} timezone={zone} group_by={dimension} {start:%FT%RZ} to {stop:%FT%RZ}"
            cells += len(_SUMS) * len(reported.keys() | recounted.keys())
            for key in reported.keys() | recounted.keys():
                left, right = reported.get(key), recounted.get(key)
                if left == right:
                    continue
                # A row of zeros (all its events were deleted) says the same as no row.
                if not any(left or ()) and not any(right or ()):
                    continue
                wrong += sum(
                    a != b for a, b in zip(left or [None] * len(_SUMS), right or [None] * len(_SUMS), strict=True)
                )
                mismatches.append(Mismatch(question, *key, left, right))
    return Audit(cells, wrong, mismatches)


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def _rows(records: Sequence[Any]) -> dict[tuple[datetime | None, str | None], tuple[int, ...]]:
    return {(record[0], record[1]): tuple(record)[2:] for record in records}
