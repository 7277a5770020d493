"""Upkeep while the service runs: the variant's maintain.sql, retention, old idempotency keys, the heartbeat. One lock.

Every service process runs the loop; the lock lets one of them work. When that one dies, PostgreSQL frees its lock
and another goes on. A round that fails is logged, counted and tried again: nothing depends on when it runs.
"""

import asyncio
import logging
import time
from datetime import UTC, date, datetime, timedelta

import asyncpg

from adpulse import telemetry
from adpulse.background import end
from adpulse.database.connections import MAINTAIN, Connection, connect
from adpulse.database.errors import UNAVAILABLE, SchemaError
from adpulse.database.locks import MAINTENANCE_LOCK, MOVE_LOCK, ROUND_LOCK
from adpulse.maintenance import gauges, heartbeat
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant

log = logging.getLogger(__name__)

_RETRY_S = 2.0
# Not while events are being moved to another design, where they would stay.
_RETIRE = f"SELECT CASE WHEN pg_try_advisory_xact_lock_shared({MOVE_LOCK}) THEN retire_days($1) ELSE false END"
_EXPIRE_EVERY_S = 60.0


async def run_round(connection: Connection, variant: Variant) -> None:
    """One round of the variant's maintain.sql: its statements one by one, each its own transaction.

    One that fails does not keep the others from running: partitions that cannot be made must not stop compaction.
    Raises the first failure at the end.
    """
    if variant.maintenance is None:
        return
    _, statements = variant.maintenance
    failures = []
    with telemetry.MAINTENANCE.labels(variant.name).time():
        for statement in statements:
            try:
                await connection.execute(statement)
            except asyncpg.PostgresError as error:
                failures.append(error)
    if failures:
        raise failures[0]


def _warn(_: object, message: asyncpg.PostgresLogMessage) -> None:
    if message.severity_en == "WARNING":
        telemetry.MAINTENANCE_WARNINGS.inc()
        log.warning("maintenance: %s", message.message)


class Maintainer:
    """The loop, as a task of the service."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._settings = settings
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; the first round comes at once, for whoever gets the lock."""
        self._task = asyncio.create_task(self._run(), name="maintenance")

    async def stop(self) -> None:
        """End; a round that is under way is cut short, which loses nothing: its statements are transactions."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        while True:
            try:
                connection = await connect(self._url, "adpulse maintenance", role=MAINTAIN)
                connection.add_log_listener(_warn)
                try:
                    await self._maintain(connection)
                finally:
                    gauges.forget_database()
                    connection.terminate()
            except (*UNAVAILABLE, asyncpg.PostgresError, SchemaError) as error:
                telemetry.MAINTENANCE_FAILURES.inc()
                log.warning("maintenance stopped, will try again: %s: %s", type(error).__name__, error)
            await asyncio.sleep(_RETRY_S)

    def _first_kept(self) -> date:
        # The day in which the limit falls stays whole: what was accepted a moment ago must not go at once.
        return (datetime.now(UTC) - timedelta(days=self._settings.retention_days or 0)).date()

    async def _maintain(self, connection: Connection) -> None:
        while True:
            if await connection.fetchval("SELECT pg_try_advisory_lock($1)", MAINTENANCE_LOCK):
                break
            await asyncio.sleep(_RETRY_S)
        beating = asyncio.create_task(heartbeat.beat(self._url), name="heartbeat")
        try:
            await self._go_on(connection)
        finally:
            beating.cancel()

    async def _go_on(self, connection: Connection) -> None:
        expired_at = sampled_at = 0.0
        retiring = False
        while True:
            started = time.monotonic()
            # So that no other design comes in between: these statements would do harm to its tables
            # (adpulse.variants.online).
            await connection.execute("SELECT pg_advisory_lock_shared($1)", ROUND_LOCK)
            try:
                variant = await catalogue.active(connection)
                await run_round(connection, variant)
            finally:
                if not connection.is_closed():
                    await connection.execute("SELECT pg_advisory_unlock_shared($1)", ROUND_LOCK)
            telemetry.MAINTAINED.set_to_current_time()
            if started - sampled_at > gauges.DATABASE_EVERY_S:
                sampled_at = started
                await gauges.read_database(connection)
            if started - expired_at > _EXPIRE_EVERY_S:
                expired_at = started
                await connection.execute(
                    "DELETE FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)",
                    self._settings.idempotency_hours,
                )
                retiring = self._settings.retention_days is not None
            if retiring:
                retiring = await connection.fetchval(_RETIRE, self._first_kept())
            every = variant.maintenance[0] if variant.maintenance else _RETRY_S
            pause = (self._settings.maintenance_s or every) - (time.monotonic() - started)
            await asyncio.sleep(max(pause, 0))
