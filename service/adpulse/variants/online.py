"""Put another design in the place of the one in force, while events come in and reports are asked for.

1. The new design is built in a schema of its own, `adpulse_next`, by its up.sql.
2. A trigger on `events` notes what arrives from now on (adpulse.variants.capture).
3. One snapshot of `events` is copied, some pages at a time. What arrived after it follows, in rounds.
4. The new roll-ups are compacted, the new tables vacuumed and analysed.
5. In one transaction alone with the old tables: the last arrivals, down.sql of the old design, and the new tables and
   functions into the schema `public`.

Only 5 keeps anybody waiting. When it does not get a lock within 100 ms it lets the others pass, and tries again.
A process that ends before 5 has changed nothing: the trigger does nothing once the process has gone, and the next
move sweeps away what is left. After 5 nothing is left.

docs/how-to/change-online.md, docs/decisions/0086.
"""

import logging
import re
import time
from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager

import asyncpg

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import MOVE_LOCK, ROUND_LOCK, give_way
from adpulse.database.sql import SQL_DIR
from adpulse.event.values import COLUMNS
from adpulse.variants import capture, catalogue, rounds, state
from adpulse.variants.catalogue import Variant

log = logging.getLogger(__name__)

# The most days, the busiest, that get a partition in a move: an event of every day since 1970 must not make 20,000.
MOVED_DAYS = 400

_PAGES = 4_096  # copied at a time: 32 MB
# For locks behind which only maintenance and autovacuum wait; autovacuum gives way after a second.
_CALM_MS = 10_000
# The remains do nothing, so a move that has failed does not wait long to remove them.
_PARTING_S = 5.0

_COLUMNS = ", ".join(COLUMNS)

_STANDINS = (SQL_DIR / "move" / "standins.sql").read_text()
_DROP_STANDINS = (SQL_DIR / "move" / "drop_standins.sql").read_text()


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
    await check(connection, old)
    await _sweep(connection)
    try:
        await build(connection, new, dimensions)
        await capture.note(connection)
        log.info("copying the events that are here; those that arrive are noted")
        await partition(connection, "public.events")
        snapshot, parts = await _copy(connection)
        await capture.forget(connection, snapshot)
        since = await capture.catch_up(connection, "0")
        log.info("copied; compacting, vacuuming and analysing")
        await _tidy(connection, new)
        await drop_standins(connection)
        log.info("waiting for a moment alone with the tables")
        await _switch(connection, old, new, dimensions, since, parts)
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


async def check(connection: Connection, old: Variant) -> None:
    """Raise SchemaError when raw events are not all here, or `old` is not in force any more."""
    await state.check_complete(connection)
    if (await catalogue.active(connection)).name != old.name:
        raise SchemaError("somebody else has just moved this database; look again: adpulse variants")


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


async def build(connection: Connection, new: Variant, dimensions: Sequence[str]) -> None:
    """Build a design in the schema `adpulse_next`, which comes first in the session's search path from then on."""
    async with connection.transaction():
        await connection.execute("CREATE SCHEMA adpulse_next")
        await connection.execute("SET search_path = adpulse_next, public")
        await connection.execute(_STANDINS)
        await connection.execute(
            "INSERT INTO declared_dimension (key, place) SELECT * FROM unnest($1::text[]) WITH ORDINALITY",
            list(dimensions),
        )
        await connection.execute(new.script("up"))
        for routine in await _routines(connection, pinned=True):
            await connection.execute(f"ALTER FUNCTION {routine} SET search_path = adpulse_next, public, pg_temp")


async def _routines(connection: Connection, *, pinned: bool = False) -> list[str]:
    """Return the functions of the new design; `pinned`: those that look for names in fixed schemas."""
    records = await connection.fetch(
        "SELECT format('%I.%I(%s)', 'adpulse_next', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc "
        "WHERE pronamespace = 'adpulse_next'::regnamespace "
        "AND ($1 IS FALSE OR proconfig::text LIKE '%search_path%')",
        pinned,
    )
    return [record[0] for record in records]


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
                # Beyond the last page: it may have grown since.
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
    # So that few rights are left to grant while everybody waits.
    await connection.execute("SELECT grant_roles()")


async def _switch(
    connection: Connection,
    old: Variant,
    new: Variant,
    dimensions: Sequence[str],
    since: str,
    parts: Set[int],
) -> None:
    """Run the transaction in which everybody waits, again until it gets its locks.

    `since`: of arrivals; `parts`: the tables of `events` that were copied, by oid.
    """
    ours = await _relations(connection)
    move_over = await into_place(connection)
    tables = ", ".join(name for kind, name in ours if kind == "TABLE")
    theirs = await _tables(connection, old)

    async def catch_up() -> None:
        nonlocal since
        since = await capture.catch_up(connection, since)

    async def work(wait_ms: int) -> None:
        # For these nobody waits but upkeep. A round of maintenance is let end, and none begins: its statements belong
        # to the old design, and must not meet the new tables. Autovacuum gives way, and stays away.
        await connection.execute(f"SET LOCAL lock_timeout = {_CALM_MS}")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", ROUND_LOCK)
        await connection.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        await connection.execute(f"LOCK TABLE {', '.join(theirs)}, adpulse_move.arrived IN SHARE UPDATE EXCLUSIVE MODE")
        _, last = await capture.take_over(connection, since)  # events that came while it waited
        await connection.execute(f"SET LOCAL lock_timeout = {wait_ms}")
        # Writers stop here; reports go on.
        started = time.perf_counter()
        # Each partition too, because others may write straight into it.
        await connection.execute("LOCK TABLE public.events IN EXCLUSIVE MODE")
        await capture.check(connection, parts)
        await capture.take_over(connection, last)
        # Reports stop here: in the order in which theirs takes its locks, or both would wait for the other.
        # In one message: a report of several statements locks `events` first, and one that comes between two of these
        # locks would make us wait for it, and it for us.
        await connection.execute("; ".join(f"LOCK TABLE ONLY {name} IN ACCESS EXCLUSIVE MODE" for name in theirs))
        await check(connection, old)
        await connection.execute(f"SET LOCAL search_path = public; {old.script('down')}")
        await connection.execute(move_over)
        # Numbers of transactions that the new deltas do not keep to: they were written while it went on.
        await connection.execute("DELETE FROM rollup_mark")
        await state.declare(connection, dimensions)
        await state.settle(connection, new, moved=True)
        # The second without CASCADE: nothing must be left in it.
        await connection.execute("DROP SCHEMA adpulse_move CASCADE; DROP SCHEMA adpulse_next")
        log.info("the switch took %.0f ms", (time.perf_counter() - started) * 1_000)

    await give_way(connection, work, before=catch_up)


async def _relations(connection: Connection) -> list[tuple[str, str]]:
    """Return kind and name of the tables and views of the new design."""
    records = await connection.fetch(
        "SELECT CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, "
        "format('%I.%I', 'adpulse_next', relname) FROM pg_class "
        "WHERE relnamespace = 'adpulse_next'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')"
    )
    return [(record[0], record[1]) for record in records]


async def into_place(connection: Connection) -> str:
    """Return the statements that bring the new design into the schema `public`."""
    return "; ".join(
        [
            *(f"ALTER {kind} {name} SET SCHEMA public" for kind, name in await _relations(connection)),
            *(
                f"ALTER FUNCTION {name} SET search_path = public, pg_temp"
                for name in await _routines(connection, pinned=True)
            ),
            *(f"ALTER FUNCTION {name} SET SCHEMA public" for name in await _routines(connection)),
        ]
    )


async def drop_standins(connection: Connection) -> None:
    """Drop what stood in the way of its namesakes in `public`."""
    await connection.execute(_DROP_STANDINS)


async def _tables(connection: Connection, old: Variant) -> list[str]:
    """Return the tables of the old design in the order in which its report locks them.

    Those that it names come first, then `events`, then what it reads inside a function.
    """
    named = [table for table in old.tables if re.search(rf"\b{table}\b", old.report)]
    records = await connection.fetch(
        "SELECT format('%I.%I', 'public', relname) FROM unnest($1::text[]) WITH ORDINALITY AS listed (relname, place) "
        "JOIN pg_class USING (relname) WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
        "ORDER BY place",
        [*named, "events", *(table for table in old.tables if table not in named)],
    )
    return [record[0] for record in records]
