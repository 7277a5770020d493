"""Another design takes the place of the one in force, while events come in and reports are asked for.

1. The new design is built in a schema of its own, `adpulse_next`, by its up.sql.
2. A trigger on `events` notes what arrives from now on, in `adpulse_move.arrived`.
3. One snapshot of `events` is copied, some pages at a time. What arrived after it follows, in rounds.
4. The new roll-ups are compacted, the new tables vacuumed and analysed.
5. In one transaction alone with the old tables: the last arrivals, down.sql of the old design, and the new tables and
   functions into the schema `public`.

Only 5 keeps anybody waiting. When it does not get a lock within 100 ms it lets the others pass, and tries again.
Whatever ends the process before 5 has changed nothing: the trigger does nothing once the process has gone, and the next
move sweeps away what is left. Updates, deletes and TRUNCATE of events are refused in the meantime.

docs/how-to/change-online.md, docs/decisions/0086.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import asyncpg

from adpulse.database import Connection, SchemaError
from adpulse.events import COLUMNS

log = logging.getLogger(__name__)

# Held by whoever moves; those who must not meanwhile try for it, shared: retention, archive, the triggers below.
MOVE_LOCK = 0x616450_04
# Held, shared, by a round of maintenance, whose statements are those of one design; alone by the switch.
ROUND_LOCK = 0x616450_05

PATIENCE_S = 300.0
_RETRY_S = 0.5
_PAGES = 4_096  # copied at a time: 32 MB
_FEW = 2_000  # arrivals that may be left for the last transaction
_MOST_ROUNDS = 100

_COLUMNS = ", ".join(COLUMNS)

_CAPTURE = f"""
CREATE SCHEMA adpulse_move;

-- Lost in a crash of the server, which ends the move, too.
CREATE UNLOGGED TABLE adpulse_move.arrived (LIKE public.events, xid xid8 NOT NULL DEFAULT pg_current_xact_id());

CREATE INDEX arrived_xid_idx ON adpulse_move.arrived (xid);

-- With its owner's rights: whoever writes events need not be able to write here. Who gets the lock learns that
-- nobody is moving any more.
CREATE FUNCTION adpulse_move.capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock_shared({MOVE_LOCK}) THEN
    INSERT INTO adpulse_move.arrived ({_COLUMNS}) SELECT {_COLUMNS} FROM added;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION adpulse_move.refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock_shared({MOVE_LOCK}) THEN
    RAISE object_in_use USING MESSAGE = 'events are being moved to another design: change none until that is over';
  END IF;
  RETURN NULL;
END
$$;
"""

_TRIGGERS = """
CREATE TRIGGER moving_inserted AFTER INSERT ON public.events
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION adpulse_move.capture();

CREATE TRIGGER moving_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON public.events
FOR EACH STATEMENT EXECUTE FUNCTION adpulse_move.refuse();
"""

# In the new schema, in the way of those in `public` while the new design is built: deltas there are compacted by
# themselves, and the dimensions are those that are to be.
_STANDINS = """
CREATE TABLE rollup_mark (LIKE public.rollup_mark INCLUDING ALL);

CREATE FUNCTION rollup_delta_start() RETURNS xid8 LANGUAGE sql STABLE PARALLEL SAFE RETURN '0'::xid8;

CREATE TABLE declared_dimension (LIKE public.declared_dimension INCLUDING ALL);
"""

_ARRIVALS = f"""
WITH arrivals AS (DELETE FROM adpulse_move.arrived WHERE xid >= $1 RETURNING {_COLUMNS})
INSERT INTO adpulse_next.events ({_COLUMNS}) SELECT {_COLUMNS} FROM arrivals
"""


class Design(Protocol):
    """What has to be known of a variant."""

    @property
    def name(self) -> str:
        """Its key."""

    @property
    def report(self) -> str:
        """Its statement."""

    @property
    def maintenance(self) -> tuple[float, list[str]] | None:
        """Its upkeep."""

    def script(self, verb: str) -> str:
        """The text of `up.sql` or `down.sql`."""


async def move(
    connection: Connection,
    old: Design,
    new: Design,
    dimensions: Sequence[str],
    most_days: int,
    check: Callable[[], Awaitable[None]],
    settle: Callable[[], Awaitable[None]],
) -> None:
    """Put `new` in the place of `old`; the connection must be in no transaction, and is its owner's.

    `dimensions` are those to be declared, `most_days` the days that get partitions. `check` raises when events are not
    all here; `settle` notes what is in force, in the last transaction. Raises SchemaError, asyncpg.PostgresError.
    """
    await connection.execute("SELECT pg_advisory_lock($1)", MOVE_LOCK)
    try:
        await _sweep(connection)
        await check()
        await _build(connection, new, dimensions)
        await _capture(connection)
        await _partition(connection, most_days)
        snapshot = await _copy(connection)
        await connection.execute(
            "DELETE FROM adpulse_move.arrived WHERE pg_visible_in_snapshot(xid, $1::text::pg_snapshot)", snapshot
        )
        since = await _catch_up(connection, "0")
        await _tidy(connection, new)
        since = await _catch_up(connection, since)
        await connection.execute(
            "DROP TABLE adpulse_next.rollup_mark, adpulse_next.declared_dimension; "
            "DROP FUNCTION adpulse_next.rollup_delta_start()"
        )
        await _switch(connection, old, since, check, settle)
    finally:
        if not connection.is_closed():
            await connection.execute("RESET search_path")
            await _sweep(connection)
            await connection.execute("SELECT pg_advisory_unlock($1)", MOVE_LOCK)


async def _sweep(connection: Connection) -> None:
    """Take away what a move leaves behind, or one that was ended. Its triggers are on a table in use."""
    if await connection.fetchval("SELECT to_regnamespace('adpulse_move')") is not None:
        await _soon(connection, lambda: connection.execute("DROP SCHEMA adpulse_move CASCADE"))
    await connection.execute("DROP SCHEMA IF EXISTS adpulse_next CASCADE")


async def _soon(connection: Connection, work: Callable[[], Awaitable[object]]) -> None:
    """Run in a transaction what needs a strong lock, behind which everybody else queues up.

    So it waits 100 ms at most, then lets the others pass, and tries again; where it never gets its turn, a little
    longer each time.
    """
    give_up = time.monotonic() + PATIENCE_S
    wait_ms = 100.0
    while True:
        try:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = {wait_ms:.0f}")
                await work()
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if time.monotonic() > give_up:
                message = f"events were in use for {PATIENCE_S:.0f} s without a pause; nothing was changed"
                raise SchemaError(message) from error
            log.info("events are in use: %s", error)
        await asyncio.sleep(_RETRY_S)
        wait_ms = min(wait_ms * 1.25, 400)  # well below PostgreSQL's deadlock_timeout: then it is us who give up


async def _build(connection: Connection, new: Design, dimensions: Sequence[str]) -> None:
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
    """The functions of the new design; `pinned`: those that look for names in fixed schemas."""
    records = await connection.fetch(
        "SELECT format('%I.%I(%s)', 'adpulse_next', proname, pg_get_function_identity_arguments(oid)) FROM pg_proc "
        "WHERE pronamespace = 'adpulse_next'::regnamespace "
        "AND ($1 IS FALSE OR proconfig::text LIKE '%search_path%')",
        pinned,
    )
    return [record[0] for record in records]


async def _capture(connection: Connection) -> None:
    await connection.execute(_CAPTURE)
    await _soon(connection, lambda: connection.execute(_TRIGGERS))


async def _partition(connection: Connection, most: int) -> None:
    await connection.execute(
        "SELECT prepare_days(day, day) FROM ("
        "  SELECT (ts AT TIME ZONE 'UTC')::date AS day FROM public.events"
        "  GROUP BY 1 ORDER BY count(*) DESC, 1 DESC LIMIT $1"
        ") AS days",
        most,
    )


async def _copy(connection: Connection) -> str:
    """Copy what one snapshot holds, and return that snapshot. It locks parts of `events`, and never the whole."""
    async with connection.transaction(isolation="repeatable_read"):
        snapshot: str = await connection.fetchval("SELECT pg_current_snapshot()::text")
        parts = await connection.fetch(
            "SELECT relid::regclass::text, pg_relation_size(relid) / current_setting('block_size')::int AS pages "
            "FROM (SELECT relid FROM pg_partition_tree('public.events') WHERE isleaf "
            "      UNION SELECT 'public.events'::regclass) AS leaves "
            "JOIN pg_class ON pg_class.oid = relid WHERE relkind = 'r'"
        )
        for part, pages in parts:
            for first in range(0, pages + 1, _PAGES):
                # Beyond the last page: it may have grown since.
                until = f"AND ctid < '({first + _PAGES},0)'" if first + _PAGES <= pages else ""
                await connection.execute(
                    f"INSERT INTO adpulse_next.events ({_COLUMNS}) SELECT {_COLUMNS} FROM ONLY {part} "
                    f"WHERE ctid >= '({first},0)' {until}"
                )
    return snapshot


async def _arrivals(connection: Connection, since: str) -> tuple[int, str]:
    """Take over what has arrived, of transactions from `since` on: how many events, and the next `since`."""
    # Read before: whoever committed before this is seen by the statement below.
    oldest: str = await connection.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
    status = await connection.execute(_ARRIVALS.replace("$1", f"'{since}'::xid8"))
    return int(status.split()[-1]), oldest


async def _catch_up(connection: Connection, since: str) -> str:
    for _ in range(_MOST_ROUNDS):
        async with connection.transaction():
            count, since = await _arrivals(connection, since)
        if count <= _FEW:
            return since
    raise SchemaError("events come faster than they can be moved; nothing was changed; try again when there are fewer")


async def _tidy(connection: Connection, new: Design) -> None:
    """Have the new design as it would be after some rounds of upkeep."""
    for statement in new.maintenance[1] if new.maintenance else ():
        # What it says of partitions is about those in force: its functions look in `public`.
        if "tend_partitions" not in statement:
            await connection.execute(statement)
    for (name,) in await connection.fetch(
        "SELECT format('%I.%I', 'adpulse_next', relname) FROM pg_class "
        "WHERE relnamespace = 'adpulse_next'::regnamespace AND relkind IN ('r', 'm')"
    ):
        await connection.execute(f"VACUUM (ANALYZE) {name}")
    await connection.execute("ANALYZE adpulse_next.events")
    # So that there is little left to grant when everybody waits.
    await connection.execute("SELECT grant_roles()")


async def _switch(
    connection: Connection,
    old: Design,
    since: str,
    check: Callable[[], Awaitable[None]],
    settle: Callable[[], Awaitable[None]],
) -> None:
    ours = [
        (record[0], record[1])
        for record in await connection.fetch(
            "SELECT CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, "
            "format('%I.%I', 'adpulse_next', relname) FROM pg_class "
            "WHERE relnamespace = 'adpulse_next'::regnamespace AND relkind IN ('r', 'p', 'm', 'v')"
        )
    ]
    routines, pinned = await _routines(connection), await _routines(connection, pinned=True)
    moving = [
        *(f"ALTER {kind} {name} SET SCHEMA public" for kind, name in ours),
        *(f"ALTER FUNCTION {name} SET search_path = public, pg_temp" for name in pinned),
        *(f"ALTER FUNCTION {name} SET SCHEMA public" for name in routines),
    ]
    tables = ", ".join(name for kind, name in ours if kind == "TABLE")
    theirs = await _tables(connection, old)

    async def work() -> None:
        patience = await connection.fetchval("SHOW lock_timeout")
        # Nobody but autovacuum uses the new tables; it goes, and stays away.
        await connection.execute(f"SET LOCAL lock_timeout = 0; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        await connection.execute(
            f"LOCK TABLE {', '.join(theirs)} IN SHARE UPDATE EXCLUSIVE MODE; SET LOCAL lock_timeout = '{patience}'"
        )
        # Writers stop here; reports go on.
        started = time.perf_counter()
        await connection.execute("LOCK TABLE ONLY public.events IN EXCLUSIVE MODE")
        await _arrivals(connection, since)
        # Reports stop here: in the order in which theirs takes its locks, or both would wait for the other.
        # In one message: a report of several statements locks `events` first, and one that comes between two of these
        # locks would make us wait for it, and it for us.
        await connection.execute("; ".join(f"LOCK TABLE ONLY {name} IN ACCESS EXCLUSIVE MODE" for name in theirs))
        await check()
        await connection.execute(f"SET LOCAL search_path = public; {old.script('down')}")
        await connection.execute("; ".join(moving))
        # Numbers of transactions that the new deltas do not keep to: they were written while it went on.
        await connection.execute("DELETE FROM rollup_mark")
        await settle()
        log.info("the switch took %.0f ms", (time.perf_counter() - started) * 1_000)

    async with _no_round(connection):
        await _soon(connection, work)


@asynccontextmanager
async def _no_round(connection: Connection) -> AsyncIterator[None]:
    """While no round of maintenance runs: its statements belong to the old design, and must not meet the new tables."""
    await connection.execute("SELECT pg_advisory_lock($1)", ROUND_LOCK)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", ROUND_LOCK)


async def _tables(connection: Connection, old: Design) -> list[str]:
    """The tables that the old design's down.sql drops, in the order in which its report names them; `events` last."""
    text = re.sub(r"--.*", "", old.script("down"))
    names = [
        name.strip() for listed in re.findall(r"DROP TABLE (?:IF EXISTS )?([^;]+);", text) for name in listed.split(",")
    ]
    found = {name for name in names if await connection.fetchval("SELECT to_regclass('public.' || $1)", name)}
    position = {name: where.start() for name in found if (where := re.search(rf"\b{name}\b", old.report))}
    order = sorted(found - {"events"}, key=lambda name: (position.get(name, len(old.report)), name))
    return [f"public.{name}" for name in [*order, "events"]]
