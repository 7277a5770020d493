"""Upkeep while the service runs: the variant's maintain.sql, retention, old idempotency keys, the heartbeat. One lock.

Every service process runs the loop; the lock lets one of them work. When that one dies, PostgreSQL frees its lock
and another goes on. A step that fails is logged, counted and tried again, while the others run.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg

from adpulse import telemetry
from adpulse.database.connections import MAINTAIN, Connection
from adpulse.database.locks import MAINTENANCE_LOCK, MOVE_LOCK, ROUND_LOCK
from adpulse.database.outage import Outage
from adpulse.database.worker import DatabaseWorker
from adpulse.maintenance import gauges
from adpulse.maintenance.heartbeat import Heartbeat
from adpulse.settings import Settings
from adpulse.variants import catalogue, rounds
from adpulse.variants.catalogue import Variant

log = logging.getLogger(__name__)

_RETRY_S = 2.0
# Not during a move to another design: the new design would keep the dropped events.
_RETIRE = (
    f"SELECT CASE WHEN pg_try_advisory_xact_lock_shared({MOVE_LOCK}) "
    "THEN retire_days(first_day_kept($1, $2)) ELSE false END"
)
_EXPIRE = "SELECT expire_keys($1, $2, $3)"
_FORGET = "SELECT tend_event_ids($1, first_day_kept(0, $2))"
_EXPIRE_EVERY_S = 60.0


async def run_round(connection: Connection, variant: Variant) -> bool:
    """Run one round of the variant's maintain.sql; return True when more waits than a round takes.

    All statements are run. Raises the first failure at the end; the others are logged.
    """
    if variant.maintenance is None:
        return False
    with telemetry.MAINTENANCE.labels(variant.name).time():
        more, failures = await rounds.run(connection, variant.maintenance[1])
    if failures:
        for further in failures[1:]:
            log.warning("maintenance: maintain.sql failed, too: %s: %s", type(further).__name__, further)
        raise failures[0]
    return more


async def run_rounds(connection: Connection, variant: Variant) -> None:
    """Run rounds until nothing waits: after a load. Raises the first failure of a round at its end."""
    while await run_round(connection, variant):
        pass


@dataclass
class Step:
    """One part of upkeep, run every `every_s` seconds; `work` returns True when it has more to do at once.

    Steps do not depend on one another: one that fails is logged, counted and tried again, and the others run.
    """

    name: str
    every_s: float
    work: Callable[[Connection], Awaitable[bool]]
    _due: float = 0.0
    _failure: str | None = None

    async def run(self, connection: Connection, now: float) -> None:
        """Do the work when it is due. Raises only when the connection has gone."""
        if now < self._due:
            return
        self._due = now + self.every_s
        try:
            if await self.work(connection):
                self._due = now
        except asyncpg.PostgresError as error:
            if connection.is_closed():
                raise
            telemetry.MAINTENANCE_STEP_FAILURES.labels(self.name).inc()
            self._tell(f"{type(error).__name__}: {error}")
        else:
            self._tell(None)

    def _tell(self, failure: str | None) -> None:
        """Log a failure when it is a new one, and once when it is over."""
        if failure is not None and failure != self._failure:
            log.warning("maintenance: %s failed, will try again: %s", self.name, failure)
        elif failure is None and self._failure is not None:
            log.info("maintenance: %s works again", self.name)
        self._failure = failure


def _listener() -> Callable[[object, asyncpg.PostgresLogMessage], None]:
    """Return a listener that logs the warnings and notices of a session; a warning that repeats is logged once."""
    said: set[str] = set()

    def tell(_: object, message: asyncpg.PostgresLogMessage) -> None:
        if message.severity_en == "NOTICE":  # for example, the partitions that retention has dropped
            log.info("maintenance: %s", message.message)
        if message.severity_en != "WARNING":
            return
        telemetry.MAINTENANCE_WARNINGS.inc()
        if message.message not in said:
            said.add(message.message)
            log.warning("maintenance: %s", message.message)

    return tell


class Maintainer(DatabaseWorker):
    """The loop, beside the requests of a service.

    A stop breaks off the round that is under way. That loses nothing: each of its statements is a transaction.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        outage = Outage(log, "maintenance", texts=True)
        super().__init__("maintenance", url, role=MAINTAIN, retry_s=_RETRY_S, outage=outage)
        self._settings = settings
        self._every_s = _RETRY_S
        self._oldest = gauges.OldestTransaction()
        # When the age of keys was last checked, by the database's clock and by our own, which does not jump.
        self._seen: tuple[datetime | None, float] = None, time.monotonic()

    def failed(self, error: Exception) -> None:
        """Count it, too."""
        telemetry.MAINTENANCE_FAILURES.inc()
        super().failed(error)

    async def work(self, connection: Connection) -> None:
        """Wait for the lock, and maintain for as long as the connection lasts."""
        connection.add_log_listener(_listener())
        try:
            while True:
                if await connection.fetchval("SELECT pg_try_advisory_lock($1)", MAINTENANCE_LOCK):
                    break
                await asyncio.sleep(_RETRY_S)
            heartbeat = Heartbeat(self._url)
            await heartbeat.start()
            try:
                await self._maintain(connection)
            finally:
                await heartbeat.stop()
        finally:
            gauges.forget_database()

    async def _maintain(self, connection: Connection) -> None:
        steps = [
            Step("compaction", 0, self._round),
            Step("gauges", gauges.DATABASE_EVERY_S, self._read_gauges),
            Step("expiry of keys", _EXPIRE_EVERY_S, self._expire),
        ]
        if self._settings.retention_days is not None:
            steps.append(Step("retention", _EXPIRE_EVERY_S, self._retire))
        if self._settings.event_id_days is not None:
            steps.append(Step("expiry of event ids", _EXPIRE_EVERY_S, self._forget_ids))
        while True:
            started = time.monotonic()
            for step in steps:
                await step.run(connection, started)
            pause = self._every_s - (time.monotonic() - started)
            await asyncio.sleep(max(pause, 0))

    async def _round(self, connection: Connection) -> bool:
        # No other design may take over meanwhile: these statements would damage its tables
        # (adpulse.variants.online).
        await connection.execute("SELECT pg_advisory_lock_shared($1)", ROUND_LOCK)
        try:
            variant = await catalogue.active(connection)
            every_s = variant.maintenance[0] if variant.maintenance else _RETRY_S
            self._every_s = self._settings.maintenance_s or every_s
            try:
                more = await run_round(connection, variant)
            except asyncpg.PostgresError:
                telemetry.MAINTENANCE_FAILURES.inc()
                raise
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock_shared($1)", ROUND_LOCK)
        telemetry.MAINTAINED.set_to_current_time()
        if more:
            self._every_s = 0
        return more

    async def _read_gauges(self, connection: Connection) -> bool:
        await gauges.read_database(connection)
        await self._oldest.look(connection)
        return False

    async def _expire(self, connection: Connection) -> bool:
        seen, before = self._seen
        started = time.monotonic()
        passed = timedelta(seconds=started - before)
        at = await connection.fetchval(_EXPIRE, self._settings.idempotency_hours, seen, passed)
        self._seen = at, started
        return False

    async def _retire(self, connection: Connection) -> bool:
        more: bool = await connection.fetchval(_RETIRE, self._settings.retention_days, datetime.now(UTC))
        return more

    async def _forget_ids(self, connection: Connection) -> bool:
        await connection.execute(_FORGET, self._settings.event_id_days, datetime.now(UTC))
        return False
