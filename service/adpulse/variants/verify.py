"""Compare everything that is derived from raw events with the raw events, in one snapshot.

1. What the roll-ups hold, every cell of every table, both ways (adpulse.variants.rollups).
2. What the report statement says, by questions that use each of its branches. A report asks the roll-ups for few of
   their cells, so it alone would miss most faults; it may also read right roll-ups wrongly.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeAlias

import asyncpg

from adpulse import calendar
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import LOCK_EVENTS
from adpulse.terminal import counted
from adpulse.variants import rollups
from adpulse.variants.catalogue import Variant
from adpulse.variants.findings import SUMS, Audit, Findings, Mismatch, Rows
from adpulse.variants.rollups import AFTER, BEFORE, Window, day_window

__all__ = ["Audit", "Mismatch", "verify"]

# Called with the steps done, their number, and the name of the next.
OnStep: TypeAlias = Callable[[int, int, str], None]
# Granularity, time zone, dimension; and True if the window is cut inside an hour at both ends.
_Question: TypeAlias = tuple[str | None, str, str | None, bool]

# The recount shares nothing with the reports but the definition of a row: it reads every stored event.
_RECOUNT = """
SELECT
  {bucket} AS bucket,
  {group} AS grp,
  count(*) FILTER (WHERE event_type = 'impression') AS impressions,
  count(*) FILTER (WHERE event_type = 'click') AS clicks,
  count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
  sum(cost_micros) AS cost_micros,
  sum(revenue_micros) AS revenue_micros
FROM events
WHERE ts >= $1 AND ts < $2
GROUP BY 1, 2
"""

# The recount by a dimension with roll-ups, where some values share the row "(other)": rollup_fold() says which.
_FOLDED = """
WITH recount AS ({recount})
SELECT
  bucket,
  CASE WHEN value = '' THEN NULL ELSE grp END,
  sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros),
  CASE WHEN value = '' THEN 'other' END AS note
FROM (
  SELECT
    recount.*,
    rollup_fold(
      grp,
      EXISTS (
        SELECT FROM rollup_value
        WHERE rollup_value.place = kept.place AND value = coalesce(to_json(grp)::text, 'null')
      ),
      (SELECT count(*) FROM rollup_value WHERE rollup_value.place = kept.place) >= rollup_dim_most()
    ) AS value
  FROM recount
  CROSS JOIN (SELECT place FROM rollup_dimension WHERE key = {key} AND NOT dropped) AS kept
) AS folded
GROUP BY 1, 2, 8
"""

_HAS_PLACE = "SELECT EXISTS (SELECT FROM rollup_dimension WHERE key = $1 AND NOT dropped)"

# The group of the row that they share: no text of PostgreSQL.
_OTHER = "\0(other)"

# Days that are archived, with the sums of all their files.
_ARCHIVED = """
SELECT day, sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
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

# The first day of which retention has left all raw events, in UTC.
_HORIZON = "SELECT (kept_from AT TIME ZONE 'UTC')::date FROM raw_horizon"

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)

# Days further apart than this are asked for apart: a report over the years between would make a bucket of every hour.
_GAP = timedelta(days=31)

_QUESTIONS: Sequence[_Question] = (
    (None, "UTC", "campaign_id", False),
    (None, "UTC", "campaign_id", True),
    ("minute", "UTC", None, True),
    ("hour", "UTC", "campaign_id", False),
    ("hour", "UTC", None, True),
    ("day", "Asia/Kolkata", None, True),
    ("day", "America/New_York", None, False),
    ("month", "Asia/Kolkata", "campaign_id", True),
    (None, "UTC", "event_type", False),
)
_GROUPS = {"campaign_id": "campaign_id", "event_type": "event_type::text", None: "NULL::text"}


def _quiet(done: int, steps: int, what: str) -> None:
    """Show nothing."""


async def verify(connection: Connection, variant: Variant, progress: OnStep = _quiet) -> Audit:
    """Compare roll-ups and reports with raw events over all days that have either.

    Reads every event once, and once a question. Left out are days whose raw events retention has dropped, and archived
    days, of which only the totals are compared: with what their files held, and what has come late since. Raises
    SchemaError while a day is being archived.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(LOCK_EVENTS)
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        if day := await connection.fetchval(_UNFINISHED):
            raise SchemaError(f"the day {day} is being archived; let it be finished first: adpulse archive")
        return await _Work(connection, variant, progress).all()


@dataclass(frozen=True, slots=True)
class _Work:
    connection: Connection
    variant: Variant
    progress: OnStep

    async def all(self) -> Audit:
        connection, variant, findings = self.connection, self.variant, Findings()
        self.progress(0, 1, "looking for days")
        archived = await connection.fetch(_ARCHIVED)
        horizon = await connection.fetchval(_HORIZON) or date.min
        found = await rollups.days(connection, variant)
        gone = {record["day"] for record in archived}
        here = [day for day in found.days if day >= horizon and day not in gone]
        windows = [day_window(day) for day in here] + [AFTER] * found.after
        if found.before and horizon == date.min:
            windows.insert(0, BEFORE)
        if variant.rollups is None:
            windows = []
        declared = await connection.fetch("SELECT key FROM declared_dimension") if variant.has_dimensions else []
        questions = [*_QUESTIONS, *((None, "UTC", record["key"], True) for record in declared)]
        asked = [(question, window) for window in _spans(here, gone) for question in questions]
        steps = len(windows) + len(asked) + len(archived)
        done = 0
        for window in windows:
            self.progress(done, steps, f"roll-ups of {rollups.spoken(window)}")
            await rollups.compare(connection, variant, window, findings)
            done += 1
        for question, window in asked:
            granularity, _, dimension, _ = question
            self.progress(done, steps, f"reports by {dimension or granularity} from {rollups.spoken(window)}")
            await self._ask(question, *window, findings)
            done += 1
        for record in archived:
            self.progress(done, steps, f"archived day {record['day']}")
            await self._compare_archived(record, findings)
            done += 1
        retired = [day for day in found.days if day < horizon and day not in gone]
        return Audit(findings.cells, findings.wrong, findings.mismatches, list(_left_out(retired, horizon, gone)))

    async def _ask(self, question: _Question, start: datetime, stop: datetime, findings: Findings) -> None:
        granularity, zone, dimension, cut = question
        if cut:
            first, last = await self._edges(start, stop)
            start, stop = first + 7 * _MINUTE, last - 10 * _MINUTE
        if start >= stop:
            return
        text = f"granularity={granularity} timezone={zone} group_by={dimension} {start:%FT%RZ} to {stop:%FT%RZ}"
        key = "'{}'".format(str(dimension).replace("'", "''"))
        group = _GROUPS.get(dimension) or f"metadata ->> {key}"
        buckets = calendar.buckets(start, stop, granularity, calendar.zone(zone)) if granularity else None
        recount = _RECOUNT.format(bucket="($3::timestamptz[])[width_bucket(ts, $3)]", group=group)
        if dimension not in _GROUPS and await self.connection.fetchval(_HAS_PLACE, dimension):
            recount = _FOLDED.format(recount=recount, key=key)
        recounted = _rows(await self.connection.fetch(recount, start, stop, buckets))
        try:
            async with self.connection.transaction():
                reported = await self._report(start, stop, granularity, buckets, dimension)
        except asyncpg.DataError as error:
            # Such as a sum that no longer fits.
            findings.add(0, 1, [Mismatch(f"{text}: the report fails: {error}", None, None, None, None)])
            reported = {}
        findings.compare(text, reported, recounted)

    async def _edges(self, start: datetime, stop: datetime) -> Window:
        """Return the minutes of the first and the last event of a window; its own edges when it has none."""
        first, last = await self.connection.fetchrow(  # type: ignore[misc]  # an aggregate has a row
            "SELECT date_bin('1 minute', min(ts), 'epoch'), date_bin('1 minute', max(ts), 'epoch') FROM events "
            "WHERE ts >= $1 AND ts < $2",
            start,
            stop,
        )
        return first or start, last or stop

    async def _report(
        self,
        start: datetime,
        stop: datetime,
        granularity: str | None,
        buckets: Sequence[datetime] | None,
        dimension: str | None,
    ) -> Rows:
        arguments = (None, start, stop, granularity, calendar.literal(granularity, buckets or ()), dimension, None)
        return _rows(await self.connection.fetch(self.variant.exact_report, *arguments))

    async def _compare_archived(self, record: asyncpg.Record, findings: Findings) -> None:
        """Compare the totals of an archived day, asked for in one and by campaign, which roll-ups hold apart."""
        start, stop = day_window(record["day"])
        recount = _RECOUNT.format(bucket="NULL::timestamptz", group="NULL::text")
        late = _rows(await self.connection.fetch(recount, start, stop))
        expected = _add([_sums(tuple(record)[1:]), *late.values()])
        for dimension in (None, "campaign_id"):
            reported = _add(list((await self._report(start, stop, None, None, dimension)).values()))
            question = f"archived day {record['day']}, group_by={dimension}, all together"
            findings.compare(question, {(None, None): reported}, {(None, None): expected})


def _spans(days: Sequence[date], archived: set[date]) -> Iterator[Window]:
    """Join days, in order, to windows that have no archived day, and no long time without any day, in them."""
    if not days:
        return
    first = days[0]
    for day, following in pairwise(days):
        if following - day > _GAP or any(day < each < following for each in archived):
            yield day_window(first)[0], day_window(day)[1]
            first = following
    yield day_window(first)[0], day_window(days[-1])[1]


def _left_out(retired: Sequence[date], horizon: date, archived: set[date]) -> Iterator[str]:
    """Return what was not compared cell by cell, and why."""
    if retired:
        yield f"{counted(len(retired), 'day')} before {horizon} whose raw events retention has dropped: not compared"
    if archived:
        yield f"{counted(len(archived), 'archived day')}, {min(archived)} to {max(archived)}: only totals are compared"


def _add(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * len(SUMS)


def _sums(values: Sequence[Any]) -> tuple[int, ...]:
    return tuple(map(int, values))


def _rows(records: Sequence[Any]) -> Rows:
    """Read rows of bucket, group and sums; a note after them says which is the row "(other)", or that it is none."""
    found: Rows = {}
    for bucket, group, *sums, note in (tuple(record) if len(record) > 7 else (*record, None) for record in records):
        if note != "raw":
            found[f"{bucket:%FT%RZ}" if bucket else None, _OTHER if note == "other" else group] = _sums(sums)
    return found
