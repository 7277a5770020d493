"""Compare what a variant's roll-ups hold with raw events, cell by cell and both ways.

What a variant stores besides events is in its folder: the tables in the header of up.sql, and in rollups.sql one
statement that gives both sides of every cell of a window.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeAlias

from adpulse.database.connections import Connection
from adpulse.variants.catalogue import Variant
from adpulse.variants.findings import SUMS, Findings, Mismatch

# A start, and a stop that is not part of it. datetime.min and datetime.max are PostgreSQL's infinities to asyncpg.
Window: TypeAlias = tuple[datetime, datetime]

# Days that Python's calendar has, and still has as the month that they lie in, in any time zone. PostgreSQL has more,
# and events of those may be stored.
_FIRST, _LAST = date(1, 3, 1), date(9999, 12, 30)
BEFORE: Window = (datetime.min, datetime.combine(_FIRST, time(), UTC))
AFTER: Window = (datetime.combine(_LAST + timedelta(days=1), time(), UTC), datetime.max)

_SHOWN = 20  # mismatches of a window

_DAYS = """
SELECT
  coalesce(bool_or(day < $1), false),
  coalesce(bool_or(day > $2), false),
  coalesce(array_agg(day ORDER BY day) FILTER (WHERE day BETWEEN $1 AND $2), '{{}}')
FROM ({instants}) AS days
"""

_STORED = ", ".join(f"coalesce(sum({name}) FILTER (WHERE side = 'stored'), 0) AS stored_{name}" for name in SUMS)
_RAW = ", ".join(f"coalesce(sum({name}) FILTER (WHERE side = 'raw'), 0) AS raw_{name}" for name in SUMS)

# One group by the key of a cell is a join of both sides, both ways. A row of zeros says the same as no row.
_COMPARE = f"""
WITH
  cells AS (
    SELECT rollup, at, campaign_id, key, value, {_STORED}, {_RAW}
    FROM ({{sides}}) AS sides
    GROUP BY rollup, at, campaign_id, key, value
  ),
  judged AS (SELECT *, {" + ".join(f"(stored_{name} <> raw_{name})::int" for name in SUMS)} AS wrong FROM cells)
SELECT
  (SELECT count(*) FROM judged),
  (SELECT coalesce(sum(wrong), 0)::bigint FROM judged),
  (
    SELECT json_agg(shown)
    FROM (SELECT * FROM judged WHERE wrong > 0 ORDER BY rollup, at, campaign_id, key, value LIMIT {_SHOWN}) AS shown
  )
"""


@dataclass(frozen=True, slots=True)
class Days:
    """The UTC days that hold events or roll-ups, in order. `before` and `after`: there are some beyond the calendar."""

    days: list[date]
    before: bool
    after: bool


async def days(connection: Connection, variant: Variant) -> Days:
    """Return the days of raw events and of all roll-ups together."""
    sources = [("events", "ts"), *((table, column) for table, column in variant.tables.items() if column)]
    instants = " UNION ".join(
        f"SELECT DISTINCT ({column} AT TIME ZONE 'UTC')::date AS day FROM {table}" for table, column in sources
    )
    record = await connection.fetchrow(_DAYS.format(instants=instants), _FIRST, _LAST)
    assert record is not None  # an aggregate has a row
    before, after, found = record
    return Days(found, before, after)


def day_window(day: date) -> Window:
    """Return the first instant of a UTC day, and of the next."""
    start = datetime.combine(day, time(), UTC)
    return start, start + timedelta(days=1)


def in_calendar(window: Window) -> bool:
    """Return True if the window is a day of the calendar, and not what lies before or after it."""
    return window not in (BEFORE, AFTER)


def spoken(window: Window) -> str:
    """Return the name of a window in a message: its first day."""
    return f"{window[0]:%Y-%m-%d}" if window != BEFORE else "days before the calendar"


async def compare(connection: Connection, variant: Variant, window: Window, findings: Findings) -> None:
    """Compare every cell of the roll-ups in a window (whole hours) with raw events; without roll-ups, nothing."""
    if variant.rollups is None:
        return
    record = await connection.fetchrow(_COMPARE.format(sides=variant.rollups), *window)
    assert record is not None
    cells, wrong, shown = record
    findings.add(len(SUMS) * cells, wrong, [_mismatch(row) for row in json.loads(shown or "[]")])


def _mismatch(row: dict[str, str | int | None]) -> Mismatch:
    dimension = "" if row["key"] is None else f" {row['key']}={row['value']}"
    stored, raw = (tuple(int(row[f"{side}_{name}"] or 0) for name in SUMS) for side in ("stored", "raw"))
    return Mismatch(f"stored in {row['rollup']}{dimension}", str(row["at"]), str(row["campaign_id"]), stored, raw)
