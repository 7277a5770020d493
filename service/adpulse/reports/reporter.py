"""A report: a Query in, exact totals and rows out, all from one snapshot of the database."""

import time
from dataclasses import replace

import asyncpg

from adpulse import telemetry
from adpulse.reports.fetch import fetch
from adpulse.reports.query import Query, QueryError
from adpulse.reports.readers import QUICK, THOROUGH, Readers
from adpulse.reports.report import Report, assemble
from adpulse.settings import Settings
from adpulse.variants import catalogue, state
from adpulse.variants.catalogue import Variant

# Seconds until a reporter asks again which variant is active. After a switch, a statement of the old variant may still
# run; its answer is right, but slow.
_VARIANT_S = 5.0

# Errors of a report when a switch has just replaced the tables that its statement was prepared for, or when report and
# switch waited for each other and the report had to give way. InternalServerError: a function of its plan was dropped
# while it ran ("cache lookup failed"), because nothing locks functions.
_SWITCHED = (
    asyncpg.InternalServerError,
    asyncpg.UndefinedFunctionError,
    asyncpg.UndefinedTableError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.DeadlockDetectedError,
)

# Error codes of raw_kept() in sql/migrations: the window has raw events that were dropped by retention, or archived.
_RAW_DROPPED = "AP001"
_RAW_ARCHIVED = "AP002"


class Reporter:
    """The reporter: it answers queries with the active variant's statements."""

    def __init__(self, readers: Readers, settings: Settings) -> None:
        self._readers = readers
        self._settings = settings
        self._variant: Variant | None = None
        self._looked_at = 0.0

    async def report(self, query: Query) -> Report:
        """Answer a query from one snapshot. Rows sum to the totals, except users.

        Raises QueryError, SchemaError, asyncpg.QueryCanceledError after the timeout, or one of UNAVAILABLE.
        """
        started = time.perf_counter()
        try:
            report = await self._report(query)
        except _SWITCHED:
            self._variant = None
            report = await self._report(query)
        except asyncpg.NumericValueOutOfRangeError:
            report = await self._report(query, exact=True)
        except asyncpg.PostgresError as error:
            if error.sqlstate == _RAW_ARCHIVED:
                raise QueryError(
                    "start", f"asks for raw events that are not here: {error}; only roll-ups answer for those days"
                ) from None
            if error.sqlstate != _RAW_DROPPED:
                raise
            raise QueryError(
                "start", f"asks for raw events that are gone: {error}; only roll-ups reach back further"
            ) from None
        return replace(report, took_ms=(time.perf_counter() - started) * 1_000)

    async def dimensions(self) -> list[str]:
        """Return the metadata keys that have roll-ups. Raises SchemaError, or one of UNAVAILABLE."""
        async with (
            self._readers.quick.acquire(timeout=self._settings.report_timeout_ms / 1_000) as connection,
            connection.transaction(readonly=True),  # a pooler must not part the statements
        ):
            return await state.dimensions(connection)

    async def _report(self, query: Query, *, exact: bool = False) -> Report:
        """Ask once. `exact`: with sums that may pass 2^63, which are slower to read."""
        variant = await self._active()
        once = (
            not exact
            and variant.statement(by_time=query.granularity is not None, breakdown=query.breakdown).planned_once
        )
        pool, planner = (self._readers.quick, QUICK) if once else (self._readers.thorough, THOROUGH)
        several = query.before is not None or query.reach  # statements
        most_cells = self._settings.max_cells
        asked = time.perf_counter()
        async with pool.acquire(timeout=self._settings.report_timeout_ms / 1_000) as connection:
            telemetry.POOL_WAIT.observe(time.perf_counter() - asked)
            with telemetry.STATEMENT.labels(variant.name).time():
                async with self._readers.transaction(connection, planner, one_snapshot=several):
                    fetched = await fetch(connection, variant, query, exact=exact, most_cells=most_cells)
        return assemble(query, variant.name, fetched, self._settings.max_groups)

    async def _active(self) -> Variant:
        if self._variant is None or time.monotonic() - self._looked_at > _VARIANT_S:
            # Outside the report's transaction, because its snapshot must not be older than its lock on the tables.
            async with (
                self._readers.quick.acquire(timeout=self._settings.report_timeout_ms / 1_000) as connection,
                self._readers.transaction(connection, QUICK),
            ):
                found = await catalogue.active(connection)
            self._variant, self._looked_at = found, time.monotonic()
            return found
        return self._variant
