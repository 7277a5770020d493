"""Locks: the number of every advisory lock, and strong locks on tables in use without blocking others for long."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import asyncpg

from adpulse.database.connections import Connection
from adpulse.database.errors import InUseError

log = logging.getLogger(__name__)

# The numbers of advisory locks. They are arbitrary, but the same in all processes.
MIGRATION_LOCK = 0x616450_01  # migrations
MAINTENANCE_LOCK = 0x616450_02  # the one process that maintains
ARCHIVE_LOCK = 0x616450_03  # one archive or restore at a time
# Held by an online move. Retention, archive and the triggers of adpulse.variants.capture must not work meanwhile: they
# try to get it, shared.
MOVE_LOCK = 0x616450_04
# A round of maintenance holds it shared, because its statements belong to one design. The switch of a move holds it
# alone.
ROUND_LOCK = 0x616450_05
# Its second number identifies the file: one import of a file at a time.
IMPORT_LOCK = 0x616450_07
# In SQL alone: 0x616450_06, rights on partitions (sql/migrations/0022), and 0x616450_08, the session that moves deltas
# (maintain.sql of 07_rollup and 08_rollup_dims).

# Run this first in a transaction that has one snapshot for several statements. To drop a partition, or to replace a
# design, upkeep locks `events` alone. A report with a snapshot from before and a lock from after would miss the rows,
# and no error would say so. (A single statement takes its locks before its snapshot.)
LOCK_EVENTS = "LOCK TABLE ONLY events IN ACCESS SHARE MODE"

# How long a change of a database in use tries to get its locks, the pause between tries, and how long everybody else
# waits behind the first try and behind later ones. This is well below PostgreSQL's deadlock_timeout, so that the change
# gives up and not a report.
PATIENCE_S = 300.0
_RETRY_S = 0.5
_WAIT_MS, _LONGEST_WAIT_MS = 100, 400


async def give_way(
    connection: Connection,
    work: Callable[[int], Awaitable[None]],
    *,
    before: Callable[[], Awaitable[None]] | None = None,
    patience_s: float | None = None,
) -> None:
    """Run `work`, which needs a strong lock on tables in use, in a transaction that lets others pass.

    All others queue behind a strong lock that waits. So a try waits 100 ms for its lock and ends. The next try comes a
    moment later and waits a quarter longer, up to 400 ms. `work` gets this time in ms; `before` is run before each try,
    outside the transaction. Raise InUseError after `patience_s` (none: PATIENCE_S).
    """
    patience_s = PATIENCE_S if patience_s is None else patience_s
    give_up = time.monotonic() + patience_s
    wait_ms = _WAIT_MS
    while True:
        if before is not None:
            await before()
        try:
            async with connection.transaction():
                # The second timeout ends the session of a client that vanished in a transaction, with its locks.
                await connection.execute(
                    f"SET LOCAL lock_timeout = {wait_ms}; SET LOCAL idle_in_transaction_session_timeout = '10s'"
                )
                await work(wait_ms)
            return
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError) as error:
            if time.monotonic() > give_up:
                message = f"tables were in use for {patience_s:.0f} s without a pause; nothing was changed"
                raise InUseError(message) from error
            log.info("tables are in use: %s", error)
        await asyncio.sleep(_RETRY_S)
        wait_ms = min(wait_ms * 5 // 4, _LONGEST_WAIT_MS)
