"""Put another design in the place of the one in force, while events come in and reports are asked for.

1. The new design is built in a schema of its own, `adpulse_next`, by its up.sql (adpulse.variants.beside).
2. A trigger on `events` notes what arrives from now on (adpulse.variants.capture).
3. One snapshot of `events` is copied, some pages at a time. What arrived after it follows, in rounds.
4. The new roll-ups are compacted, the new tables vacuumed and analysed.
5. In one transaction alone with the old tables: the last arrivals, down.sql of the old design, and the new tables and
   functions into the schema `public` (adpulse.variants.switch).

Only step 5 makes others wait. When it does not get a lock within 100 ms it lets them pass, and tries again.
A process that ends before 5 has changed nothing: the trigger does nothing once the process has gone, and the next
move sweeps away what is left. After 5 nothing is left.

docs/how-to/change-online.md, docs/decisions/0086.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import MOVE_LOCK
from adpulse.event.values import COLUMNS
from adpulse.variants import beside, capture, rounds, state
from adpulse.variants.catalogue import Variant
from adpulse.variants.switch import Switch

log = logging.getLogger(__name__)

# The most days, the busiest, that get a partition in a move: an event of every day since 1970 must not make 20,000.
MOVED_DAYS = 400

_PAGES = 4_096  # copied at a time: 32 MB
# The remains do nothing, so a move that has failed does not wait long to remove them.
_PARTING_S = 5.0

_COLUMNS = ", ".join(COLUMNS)


@asynccontextmanager
async def alone(connection: Connection) -> AsyncIterator[None]:
    """Keep others from moving, archiving and dropping old days; wait until those that do have ended."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", MOVE_LOCK):
        log.info("waiting until another move, or an archive, is over")
        await connection.execute("SELECT pg_advisory_lock($1)", MOVE_LOCK)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", MOVE_LOCK)


async def move(connection: Connection, old: Variant, new: Variant, dimensions: Sequence[str]) -> None:
    """Put `new` in the place of `old`. The connection is the owner's, in no transaction, and `alone`.

    `dimensions` are those to be declared. Raises SchemaError when raw events are not all here, or `old` is not in
    force; asyncpg.PostgresError.
    """
    await state.check_in_force(connection, old)
    await _sweep(connection)
    try:
        await beside.build(connection, new, dimensions)
        await capture.note(connection)
        log.info("copying the events that are here; those that arrive are noted")
        await partition(connection, "public.events")
        snapshot, parts = await _copy(connection)
        await capture.forget(connection, snapshot)
        since = await capture.catch_up(connection, "0")
        log.info("copied; compacting, vacuuming and analysing")
        await _tidy(connection, new)
        await beside.drop_standins(connection)
        log.info("waiting for a moment alone with the tables")
        await Switch(connection, old, new, dimensions, parts, since).run()
    except BaseException:
        if not connection.is_closed():
            try:
                await _sweep(connection, _PARTING_S)
            except (SchemaError, asyncpg.PostgresError) as error:
                log.warning("the next move will take away what this one has left behind: %s", error)
        raise
    finally:
        if not connection.is_closed():
            await connection.execute("SET search_path = public")


async def partition(connection: Connection, source: str) -> None:
    """Make the daily partitions, where the design has any, for the busiest days of the events in the table `source`."""
    await connection.execute(
        "SELECT prepare_days(day, day) FROM ("
        f"  SELECT (ts AT TIME ZONE 'UTC')::date AS day FROM {source}"
        "  GROUP BY 1 ORDER BY count(*) DESC, 1 DESC LIMIT $1"
        ") AS days",
        MOVED_DAYS,
    )


async def _sweep(connection: Connection, patience_s: float | None = None) -> None:
    await connection.execute("DROP SCHEMA IF EXISTS adpulse_next CASCADE")
    await capture.sweep(connection, patience_s)


async def _copy(connection: Connection) -> tuple[str, set[int]]:
    """Copy what one snapshot holds. Returns that snapshot, and the tables of `events` that it holds, by oid.

    It locks parts of `events`, and never the whole.
    """
    async with connection.transaction(isolation="repeatable_read"):
        snapshot: str = await connection.fetchval("SELECT pg_current_snapshot()::text")
        parts = await connection.fetch(
            "SELECT relid::oid AS part, relid::regclass::text, "
            "  pg_relation_size(relid) / current_setting('block_size')::int AS pages "
            "FROM (SELECT relid FROM pg_partition_tree('public.events') WHERE isleaf "
            "      UNION SELECT 'public.events'::regclass) AS leaves "
            "JOIN pg_class ON pg_class.oid = relid WHERE relkind = 'r'"
        )
        for _, part, pages in parts:
            for first in range(0, pages + 1, _PAGES):
                # Read beyond the last page, because the table may have grown.
                until = f"AND ctid < '({first + _PAGES},0)'" if first + _PAGES <= pages else ""
                await connection.execute(
                    f"INSERT INTO adpulse_next.events ({_COLUMNS}) SELECT {_COLUMNS} FROM ONLY {part} "
                    f"WHERE ctid >= '({first},0)' {until}"
                )
    return snapshot, {record["part"] for record in parts}


async def _tidy(connection: Connection, new: Variant) -> None:
    """Bring the new design to where some rounds of upkeep would bring it."""
    statements = new.maintenance[1] if new.maintenance else []
    # Its lines about partitions concern the design in force, because its functions look in `public`.
    await rounds.catch_up(connection, [each for each in statements if "tend_partitions" not in each])
    for (name,) in await connection.fetch(
        "SELECT format('%I.%I', 'adpulse_next', relname) FROM pg_class "
        "WHERE relnamespace = 'adpulse_next'::regnamespace AND relkind IN ('r', 'm')"
    ):
        await connection.execute(f"VACUUM (ANALYZE) {name}")
    await connection.execute("ANALYZE adpulse_next.events")
    # Grant rights now, so that few are left to grant while everybody waits.
    await connection.execute("SELECT grant_roles()")
