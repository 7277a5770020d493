"""Compare everything that is derived from raw events with the raw events, in one snapshot.

1. What the roll-ups hold, every cell of every table, both ways (adpulse.variants.rollups).
2. What the report statement says (adpulse.variants.recount). A report asks the roll-ups for few of their cells, so it
   alone would miss most faults; it may also read right roll-ups wrongly.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import TypeAlias

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import LOCK_EVENTS
from adpulse.terminal import counted
from adpulse.variants import recount, rollups
from adpulse.variants.catalogue import Variant
from adpulse.variants.findings import Audit, Findings, Mismatch
from adpulse.variants.recount import Question
from adpulse.variants.rollups import AFTER, BEFORE, Window, day_window

__all__ = ["Audit", "Mismatch", "verify"]

# Called with the steps done, their number, and the name of the next.
OnStep: TypeAlias = Callable[[int, int, str], None]

# Days that are archived, with the sums of all their files.
_ARCHIVED = """
SELECT day, sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
FROM archived_days
GROUP BY 1
ORDER BY 1
"""

# A day that is being archived: its partition is detached, but not yet recounted and dropped.
_UNFINISHED = """
SELECT right(relname, 8) FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relname ~ '^archiving_p[0-9]{8}$'
LIMIT 1
"""

# The first day of which retention has left all raw events, in UTC.
_HORIZON = "SELECT (kept_from AT TIME ZONE 'UTC')::date FROM raw_horizon"

# Days further apart get a report each: one over the years between would have a bucket for every hour.
_GAP = timedelta(days=31)


def _quiet(done: int, steps: int, what: str) -> None:
    """Show nothing."""


async def verify(connection: Connection, variant: Variant, progress: OnStep = _quiet) -> Audit:
    """Compare roll-ups and reports with raw events over all days that have either.

    Reads every event once for the roll-ups, and once for each question. Leaves out days that retention has dropped. Of
    archived days it compares the totals only, with the sums of their files and of late events. Where retention has
    dropped late ones, only totals that are too small are wrong. Raises SchemaError while a day is being archived.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(LOCK_EVENTS)
        await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        if day := await connection.fetchval(_UNFINISHED):
            raise SchemaError(f"the day {day} is being archived; let it be finished first: adpulse archive")
        return await _audit(connection, variant, progress)


async def _audit(connection: Connection, variant: Variant, progress: OnStep) -> Audit:
    findings = Findings()
    progress(0, 1, "looking for days")
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
    questions = [*recount.QUESTIONS, *(Question(None, "UTC", record["key"], True) for record in declared)]
    asked = [(question, window) for window in _spans(here, gone) for question in questions]
    steps = len(windows) + len(asked) + len(archived)
    done = 0
    for window in windows:
        progress(done, steps, f"roll-ups of {rollups.spoken(window)}")
        await rollups.compare(connection, variant, window, findings)
        done += 1
    for question, window in asked:
        by = question.dimension or question.granularity
        progress(done, steps, f"reports by {by} from {rollups.spoken(window)}")
        await recount.ask(connection, variant, question, window, findings)
        done += 1
    for record in archived:
        progress(done, steps, f"archived day {record['day']}")
        await recount.compare_archived(connection, variant, record, findings, retired=record["day"] < horizon)
        done += 1
    retired = [day for day in found.days if day < horizon and day not in gone]
    return Audit(findings.cells, findings.wrong, findings.mismatches, list(_left_out(retired, horizon, gone)))


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
