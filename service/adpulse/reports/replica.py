"""The places where reports are read: the database, or a replica with the database to fall back to."""

import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import asyncpg

from adpulse import telemetry
from adpulse.database.errors import UNAVAILABLE, UnfitError
from adpulse.database.primary import Primary
from adpulse.reports.query import Query
from adpulse.reports.readers import Readers, open_pooled_readers, open_readers
from adpulse.reports.replica_watch import ReplicaWatch, age_ms
from adpulse.reports.report import Report
from adpulse.reports.reporter import Reporter
from adpulse.settings import Settings

log = logging.getLogger(__name__)

# A replica that catches up cancels reports that read removed rows, with a serialization error.
_FAILURES = (*UNAVAILABLE, asyncpg.SerializationError)


@dataclass(frozen=True, slots=True)
class _Source:
    readers: Readers
    reporter: Reporter


class Reports:
    """The reporters of the database and of the replica; each query goes to the better place at the moment."""

    def __init__(
        self, primary: _Source | None, replica: _Source | None, watch: ReplicaWatch | None, most_lag_ms: int | None
    ) -> None:
        self._primary = primary
        self._replica = replica
        self._watch = watch
        self._most_lag_ms = most_lag_ms

    @property
    def source(self) -> str | None:
        """Return where reports come from now: "replica", "primary" or "nowhere"; None without a replica."""
        if self._watch is None:
            return None
        reason = self._unfit(self._watch.beat_at)
        if self._primary is not None:
            return "primary" if reason else "replica"
        return "nowhere" if reason in ("away", "foreign") else "replica"

    async def report(self, query: Query) -> Report:
        """Answer as Reporter.report does. From a replica, say how old its data are at most; 0 from the primary."""
        if self._replica is None or self._watch is None:
            assert self._primary is not None
            return await self._primary.reporter.report(query)
        # Read before the report takes its snapshot, so the report is at least as new.
        beat_at = self._watch.beat_at
        reason = self._unfit(beat_at)
        if reason == "foreign" and self._primary is None:
            raise UnfitError("the replica for reports is not a copy of the primary")
        if reason is None or self._primary is None:
            try:
                report = await self._replica.reporter.report(query)
            except _FAILURES as error:
                # A time-out says that its readers are busy. The primary takes over only what the replica cannot answer.
                if self._primary is None or isinstance(error, TimeoutError):
                    raise
                reason = "failed"
            else:
                return replace(report, lag_ms=None if beat_at is None else age_ms(beat_at))
        telemetry.FALLBACKS.labels(reason).inc()
        return replace(await self._primary.reporter.report(query), lag_ms=0.0)

    async def dimensions(self) -> list[str]:
        """Return the metadata keys that have roll-ups. Raise what Reporter.report raises."""
        source = self._primary or self._replica
        assert source is not None
        return await source.reporter.dimensions()

    def _unfit(self, beat_at: float | None) -> str | None:
        """Return the reason why the replica must not answer; None when it may."""
        assert self._watch is not None
        if self._watch.away:
            return "away"
        if self._watch.foreign:
            return "foreign"
        if beat_at is None:
            return "unknown"
        if self._most_lag_ms is not None and age_ms(beat_at) > self._most_lag_ms:
            return "lag"
        return None

    async def close(self) -> None:
        """Close all connections."""
        if self._watch is not None:
            await self._watch.stop()
        for source in (self._primary, self._replica):
            if source is not None:
                await source.readers.close()


async def open_reports(link: Primary, settings: Settings, size: int, application: str) -> Reports:
    """Open pools of at most `size` connections to the primary, or the pooler before it, or the replica, or both.

    `link` tells the primary from others.

    Without ADPULSE_MAX_REPLICA_LAG_MS reports use the replica alone, and get a 503 while it is away: they may have been
    moved there because the primary could not bear them.
    """
    primary = replica = watch = None
    async with AsyncExitStack() as opened:  # closes the open pools if a later step fails
        if settings.read_database_url:
            readers = await open_readers(settings.read_database_url, size, application, settings)
            opened.push_async_callback(readers.close)
            replica = _Source(readers, Reporter(readers, settings))
            watch = ReplicaWatch(settings.read_database_url, link)
            opened.push_async_callback(watch.stop)  # also after an incomplete start
            await watch.start()
        if replica is None or settings.max_replica_lag_ms is not None:
            if settings.pooler_url:
                readers = await open_pooled_readers(settings.pooler_url, size, application, settings)
            else:
                readers = await open_readers(link.url, size, application, settings)
            primary = _Source(readers, Reporter(readers, settings))
        opened.pop_all()
    return Reports(primary, replica, watch, settings.max_replica_lag_ms)
