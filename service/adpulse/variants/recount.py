"""Reports compared with a recount of the raw events, by questions that use each branch of the report statement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg

from adpulse import calendar
from adpulse.database.connections import Connection
from adpulse.variants.catalogue import Variant
from adpulse.variants.findings import SUMS, Findings, Mismatch, Rows
from adpulse.variants.rollups import Window, day_window


class Question(NamedTuple):
    """A report to ask for. `cut`: its window is cut inside an hour at both ends."""

    granularity: str | None
    zone: str
    dimension: str | None
    cut: bool


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

# Stands for the group of the shared row; PostgreSQL has no such text.
_OTHER = "\0(other)"

_MINUTE = timedelta(minutes=1)

QUESTIONS: Sequence[Question] = (
    Question(None, "UTC", "campaign_id", False),
    Question(None, "UTC", "campaign_id", True),
    Question("minute", "UTC", None, True),
    Question("hour", "UTC", "campaign_id", False),
    Question("hour", "UTC", None, True),
    Question("day", "Asia/Kolkata", None, True),
    Question("day", "America/New_York", None, False),
    Question("month", "Asia/Kolkata", "campaign_id", True),
    Question(None, "UTC", "event_type", False),
)
_GROUPS = {"campaign_id": "campaign_id", "event_type": "event_type::text", None: "NULL::text"}


async def ask(connection: Connection, variant: Variant, question: Question, window: Window, findings: Findings) -> None:
    """Compare the report that answers a question about a window with a recount of the raw events."""
    start, stop = window
    granularity, zone, dimension, cut = question
    if cut:
        first, last = await _edges(connection, window)
        start, stop = first + 7 * _MINUTE, last - 10 * _MINUTE
    if start >= stop:
        return
    text = f"granularity={granularity} timezone={zone} group_by={dimension} {start:%FT%RZ} to {stop:%FT%RZ}"
    key = "'{}'".format(str(dimension).replace("'", "''"))
    group = _GROUPS.get(dimension) or f"metadata ->> {key}"
    buckets = calendar.buckets(start, stop, granularity, calendar.zone(zone)) if granularity else []
    recount = _RECOUNT.format(bucket="($3::timestamptz[])[width_bucket(ts, $3)]", group=group)
    if dimension not in _GROUPS and await connection.fetchval(_HAS_PLACE, dimension):
        recount = _FOLDED.format(recount=recount, key=key)
    recounted = _rows(await connection.fetch(recount, start, stop, buckets or None))
    try:
        async with connection.transaction():
            reported = await _report(
                connection,
                variant,
                (start, stop),
                granularity=granularity,
                buckets=buckets,
                dimension=dimension,
            )
    except asyncpg.DataError as error:
        # For example, a sum is out of range.
        findings.add(0, 1, [Mismatch(f"{text}: the report fails: {error}", None, None, None, None)])
        reported = {}
    findings.compare(text, reported, recounted)


async def compare_archived(
    connection: Connection, variant: Variant, record: asyncpg.Record, findings: Findings, *, retired: bool
) -> None:
    """Compare the totals of an archived day, asked for in one and by campaign, which roll-ups hold apart.

    `retired`: retention has dropped events of that day that came after the archive. Then roll-ups may count more.
    """
    start, stop = day_window(record["day"])
    recount = _RECOUNT.format(bucket="NULL::timestamptz", group="NULL::text")
    late = _rows(await connection.fetch(recount, start, stop))
    expected = _add([_sums(tuple(record)[1:]), *late.values()])
    for dimension in (None, "campaign_id"):
        reported = _add(list((await _report(connection, variant, (start, stop), dimension=dimension)).values()))
        question = f"archived day {record['day']}, group_by={dimension}, all together"
        least = tuple(map(max, expected, reported)) if retired else expected
        findings.compare(question, {(None, None): reported}, {(None, None): least})


async def _edges(connection: Connection, window: Window) -> Window:
    """Return the minutes of the first and the last event of a window; its own edges when it has none."""
    first, last = await connection.fetchrow(  # type: ignore[misc]  # an aggregate has a row
        "SELECT date_bin('1 minute', min(ts), 'epoch'), date_bin('1 minute', max(ts), 'epoch') FROM events "
        "WHERE ts >= $1 AND ts < $2",
        *window,
    )
    return first or window[0], last or window[1]


async def _report(
    connection: Connection,
    variant: Variant,
    window: Window,
    *,
    granularity: str | None = None,
    buckets: Sequence[datetime] = (),
    dimension: str | None,
) -> Rows:
    arguments = (None, *window, granularity, calendar.literal(granularity, buckets), dimension, None)
    return _rows(await connection.fetch(variant.exact_report, *arguments))


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
