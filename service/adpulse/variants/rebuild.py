"""Make roll-ups anew from raw events, day by day, while events come in and reports are asked for.

A day is one transaction with one snapshot. The snapshot holds each transaction of others completely, with its events
and the sums that its trigger wrote, or not at all. Events in the snapshot are counted. Sums of later transactions stay
where the trigger wrote them. Reports see the old roll-ups of a day until it is committed, and then the new ones.

Nobody compacts meanwhile: ROUND_LOCK keeps the services' rounds away, and the snapshot fails where somebody runs one by
hand. docs/how-to/rebuild.md.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date

import asyncpg

from adpulse.database import migrations
from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import LOCK_EVENTS, MAINTENANCE_LOCK, MOVE_LOCK, ROUND_LOCK
from adpulse.terminal import counted
from adpulse.variants import catalogue, rollups, rounds
from adpulse.variants.catalogue import Variant
from adpulse.variants.rollups import Window

log = logging.getLogger(__name__)

_TRIES, _RETRY_S = 20, 0.2

# The first and last day in a range that has lost raw events, to archive or retention; null when there is none.
_INCOMPLETE = """
SELECT min(day), max(day)
FROM (
  SELECT day FROM archived_days
  UNION ALL
  SELECT least($2, (kept_from AT TIME ZONE 'UTC')::date - 1) FROM raw_horizon
) AS days
WHERE day BETWEEN $1 AND $2
"""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The number of days built again, and, a line each, what was left out and why."""

    days: int
    left_out: list[str]


async def rebuild(
    connection: Connection,
    first: date | None = None,
    last: date | None = None,
    progress: Callable[[int, int, str], None] = lambda done, of, what: None,
) -> Rebuilt:
    """Build the roll-ups of the days from `first` to `last` (UTC) again; without limits, of all stored days.

    Days with archived or dropped raw events cannot be built again: with a limit they are refused, without any they are
    left out. Raises SchemaError. The connection is the owner's, in no transaction.
    """
    variant = await catalogue.active(connection)
    await migrations.check_known(connection)
    if variant.rebuild is None:
        if variant.requires.startswith("extension"):
            raise SchemaError(f"the design in force, {variant.name}, can be made anew only by moving to it once more")
        return Rebuilt(0, [f"the design in force, {variant.name}, keeps no roll-ups"])
    async with _unmoved(connection):
        chosen, left_out = await _chosen(connection, variant, first, last)
        for done, window in enumerate(chosen):
            progress(done, len(chosen), f"roll-ups of {rollups.spoken(window)}")
            await _day(connection, variant, window)
            await _compact(connection, variant)
        return Rebuilt(len(chosen), left_out)


@asynccontextmanager
async def _unmoved(connection: Connection) -> AsyncIterator[None]:
    """Keep the design in force from being replaced. Raises SchemaError when it is just being replaced."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock_shared($1)", MOVE_LOCK):
        raise SchemaError("this database is being moved to another design, which makes its roll-ups anew anyway")
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock_shared($1)", MOVE_LOCK)


async def _chosen(
    connection: Connection, variant: Variant, first: date | None, last: date | None
) -> tuple[Sequence[Window], list[str]]:
    """Return the days to build again, and a line for each part that is left out."""
    limited = first is not None or last is not None
    if limited and (refusal := await _refusal(connection, first or date.min, last or date.max)):
        raise SchemaError(refusal)
    found = await rollups.days(connection, variant)
    days = [day for day in found.days if (first or date.min) <= day <= (last or date.max)]
    gone = [day for day in days if await _refusal(connection, day, day)]
    windows = [rollups.day_window(day) for day in days if day not in set(gone)]
    if found.before and not limited and not await _refusal(connection, date.min, date.min):
        windows.insert(0, rollups.BEFORE)
    if found.after and last is None:
        windows.append(rollups.AFTER)
    if not gone:
        return windows, []
    days_gone = f"{counted(len(gone), 'day')} up to {gone[-1]}"
    return windows, [f"{days_gone} whose raw events are archived or retired: left as they are"]


async def _refusal(connection: Connection, first: date, last: date) -> str | None:
    """Return why a range of days cannot be built again; None when it can."""
    record = await connection.fetchrow(_INCOMPLETE, first, last)
    assert record is not None  # an aggregate has a row
    if record[0] is None:
        return None
    return (
        f"raw events of {record[0]} to {record[1]} are archived, or retention has dropped them: roll-ups of those days "
        "cannot be made anew; name a range without them, or bring archived days back first: adpulse restore"
    )


async def _day(connection: Connection, variant: Variant, window: Window) -> None:
    """Build one day again. Raises SchemaError if another session keeps changing roll-ups."""
    for attempt in range(1, _TRIES + 1):
        # Lock before the snapshot, which must include everything that a running round has moved.
        await connection.execute("SELECT pg_advisory_lock($1)", ROUND_LOCK)
        try:
            async with connection.transaction(isolation="repeatable_read"):
                await connection.execute(LOCK_EVENTS)
                await _replace(connection, variant, window)
            return
        except (asyncpg.SerializationError, asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError) as error:
            if attempt == _TRIES:
                raise SchemaError(f"somebody else changes roll-ups all the time: {error}; try again") from error
            log.info("somebody else changes roll-ups; trying again: %s", error)
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1)", ROUND_LOCK)
        await asyncio.sleep(_RETRY_S)


async def _replace(connection: Connection, variant: Variant, window: Window) -> None:
    if rollups.in_calendar(window) and (refusal := await _refusal(connection, window[0].date(), window[0].date())):
        raise SchemaError(refusal)  # the day has lost raw events since the days were chosen
    for statement in variant.rebuild or []:
        await connection.execute(statement, *window)


async def _compact(connection: Connection, variant: Variant) -> None:
    """Run upkeep, unless a service does it: reports are right before it, too, but slower."""
    if variant.maintenance is None or not await connection.fetchval(
        "SELECT pg_try_advisory_lock($1)", MAINTENANCE_LOCK
    ):
        return
    try:
        await rounds.catch_up(connection, variant.maintenance[1])
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", MAINTENANCE_LOCK)
