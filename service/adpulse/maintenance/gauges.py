"""Gauges that are read off now and then, so that no request pays for them."""

import logging
import math
import time
from collections.abc import Callable

from adpulse import telemetry
from adpulse.background import Background
from adpulse.database import durability
from adpulse.database.connections import Connection

log = logging.getLogger(__name__)

QUEUE_EVERY_S = 1.0
DATABASE_EVERY_S = 15.0

# Sizes come from the file system, partitions from the catalogue: neither reads a table.
_DATABASE = """
SELECT
  pg_database_size(current_database()) AS bytes,
  (SELECT count(*) FROM pg_inherits WHERE inhparent = to_regclass('events')) AS partitions,
  to_regclass('rollup_delta') IS NOT NULL AS has_deltas,
  to_regclass('rollup_dimension') IS NOT NULL AS has_dimensions,
  EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('rollup_delta') AND attname = 'xid') AS numbered
"""
# Deltas of transactions that the mark does not see, found by the index on their transaction's number. Deltas of
# 21_citus have no such number, because each node counts its own transactions.
_NUMBERED_DELTAS = """
SELECT count(*)
FROM rollup_delta
WHERE
  (xid >= (SELECT pg_snapshot_xmax(moved) FROM rollup_moved_snapshot() AS moved) AND xid <= '18446744073709551615')
  OR xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM rollup_moved_snapshot() AS moved))
"""
_DELTAS = "SELECT count(*) FROM rollup_delta"

_FOLDED = "SELECT count(*) FROM rollup_dimension WHERE folded AND NOT dropped"

_OF_THE_DATABASE = (
    telemetry.MAINTAINED,
    telemetry.DELTAS,
    telemetry.FOLDED,
    telemetry.PARTITIONS,
    telemetry.DATABASE_BYTES,
    telemetry.DURABILITY_RISKS,
    telemetry.OLDEST_TRANSACTION,
)

# The session with the oldest transaction number of this database. Every role may read pg_locks and application names.
_OLDEST = """
SELECT transactionid::text AS number, pg_locks.pid, application_name
FROM pg_locks
JOIN pg_stat_activity ON pg_stat_activity.pid = pg_locks.pid AND datname = current_database()
WHERE locktype = 'transactionid' AND granted AND mode = 'ExclusiveLock' AND pg_locks.pid <> pg_backend_pid()
ORDER BY age(transactionid) DESC
LIMIT 1
"""
_OLD_S = 60.0  # the log names a transaction that lasts this long


class QueueGauges(Background):
    """Gauges of the queue of this process: how many events wait, and since when (time.monotonic)."""

    def __init__(self, waiting: Callable[[], tuple[int, float | None]]) -> None:
        super().__init__("queue gauges", QUEUE_EVERY_S)
        self._waiting = waiting

    async def run(self) -> None:
        """Read it off once."""
        events, oldest = self._waiting()
        telemetry.QUEUED.set(events)
        telemetry.QUEUE_AGE.set(0 if oldest is None else time.monotonic() - oldest)


async def read_database(connection: Connection) -> None:
    """Read off the database. For one process at a time, the one that maintains it. Raises what asyncpg raises."""
    row = await connection.fetchrow(_DATABASE)
    assert row is not None
    telemetry.DATABASE_BYTES.set(row["bytes"])
    telemetry.PARTITIONS.set(row["partitions"])
    count = _NUMBERED_DELTAS if row["numbered"] else _DELTAS
    telemetry.DELTAS.set(await connection.fetchval(count) if row["has_deltas"] else 0)
    telemetry.FOLDED.set(await connection.fetchval(_FOLDED) if row["has_dimensions"] else 0)
    risks = await durability.risks(connection)
    telemetry.DURABILITY_RISKS.set(len(risks))
    for risk in risks:
        durability.warn(risk)


class OldestTransaction:
    """A gauge of the oldest open transaction: until it ends, no newer dead row goes, in any table of the server."""

    def __init__(self) -> None:
        self._number: str | None = None
        self._since = 0.0
        self._named = False

    async def look(self, connection: Connection) -> None:
        """Read off how long the oldest transaction has been seen, and log who holds it when that is long."""
        row = await connection.fetchrow(_OLDEST)
        now = time.monotonic()
        number = row["number"] if row else None
        if number != self._number:
            self._number, self._since, self._named = number, now, False
        age_s = now - self._since if row else 0.0
        telemetry.OLDEST_TRANSACTION.set(age_s)
        if row and age_s >= _OLD_S and not self._named:
            self._named = True
            log.warning(
                "the process %d of PostgreSQL (%r) has had a transaction open for %.0f s or more; until it ends, "
                "VACUUM cannot take away what was updated or deleted since, and the tables grow",
                row["pid"],
                row["application_name"],
                age_s,
            )


def forget_database() -> None:
    """Forget the values from the database: another process may read them from now on."""
    for gauge in _OF_THE_DATABASE:
        gauge.set(math.nan)
