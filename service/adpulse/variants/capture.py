"""Events that arrive while a snapshot of `events` is copied: noted by a trigger, and taken over in rounds.

A row of `adpulse_move.arrived` has the number of its transaction, which tells if the snapshot already holds it. The
triggers do nothing unless a move holds MOVE_LOCK: a move that was killed leaves them behind.
Updates, deletes and TRUNCATE are refused meanwhile: events have no key by which a change could follow.
"""

from collections.abc import Set

from adpulse.database.connections import Connection
from adpulse.database.errors import SchemaError
from adpulse.database.locks import give_way
from adpulse.database.sql import SQL_DIR
from adpulse.event.values import COLUMNS

_FEW = 2_000  # arrivals that may be left for the last transaction, while everybody waits
_MOST_ROUNDS = 100

_COLUMNS = ", ".join(COLUMNS)

_TABLE = (SQL_DIR / "move" / "capture.sql").read_text()
_TRIGGERS = (SQL_DIR / "move" / "capture_triggers.sql").read_text()

# A table of `events` that has no trigger: attached by hand, after the others got theirs.
_UNSEEN = """
SELECT relid::oid
FROM pg_partition_tree('public.events')
WHERE
  isleaf
  AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = relid AND tgname = 'moving_inserted')
LIMIT 1
"""

_TAKE_OVER = """
WITH arrivals AS (DELETE FROM adpulse_move.arrived WHERE xid >= '{since}' RETURNING {columns})
INSERT INTO adpulse_next.events ({columns}) SELECT {columns} FROM arrivals
"""


async def note(connection: Connection) -> None:
    """Begin to record new events. Raises SchemaError if the locks on `events` cannot be taken."""
    await connection.execute(_TABLE)

    async def work(_: int) -> None:
        await connection.execute(_TRIGGERS)
        # Partitions need triggers too: a statement that names one fires no trigger of its parent.
        await connection.execute("SELECT public.cover_partitions('public.events')")

    await give_way(connection, work)


async def sweep(connection: Connection, patience_s: float | None = None) -> None:
    """Remove the schema and triggers of an interrupted move. The triggers are on a table in use: see give_way."""
    if await connection.fetchval("SELECT to_regnamespace('adpulse_move')") is None:
        return

    async def work(_: int) -> None:
        await connection.execute("DROP SCHEMA adpulse_move CASCADE")

    await give_way(connection, work, patience_s=patience_s)


async def forget(connection: Connection, snapshot: str) -> None:
    """Forget the events of this snapshot (as text), which have been copied."""
    await connection.execute(
        "DELETE FROM adpulse_move.arrived WHERE pg_visible_in_snapshot(xid, $1::text::pg_snapshot)", snapshot
    )


async def take_over(connection: Connection, since: str) -> tuple[int, str]:
    """Move the events of transactions from `since` on into adpulse_next.events.

    Returns how many events these were, and the next `since`: every transaction before it has ended and is taken over.
    Call it in a transaction in which each statement has its own snapshot (read committed).
    """
    # Ask this first, so that the statement below sees every transaction that has ended by now.
    oldest: str = await connection.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
    status = await connection.execute(_TAKE_OVER.format(since=since, columns=_COLUMNS))
    return int(status.split()[-1]), oldest


async def catch_up(connection: Connection, since: str) -> str:
    """Take over in rounds until few events are left; return the next `since`. Raises SchemaError if they increase."""
    for _ in range(_MOST_ROUNDS):
        async with connection.transaction():
            count, since = await take_over(connection, since)
        if count <= _FEW:
            return since
    raise SchemaError("events come faster than they can be moved; nothing was changed; try again when there are fewer")


async def check(connection: Connection, copied: Set[int]) -> None:
    """Raise SchemaError when a table was attached to `events`, or detached, since the tables `copied` (oids) were."""
    here = await connection.fetch(
        "SELECT relid::oid FROM pg_partition_tree('public.events') UNION SELECT 'public.events'::regclass::oid"
    )
    if await connection.fetchval(_UNSEEN) is not None or not copied <= {record[0] for record in here}:
        raise SchemaError(
            "a table was attached to events, or detached, while they were being moved; nothing was changed; try again"
        )
