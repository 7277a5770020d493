"""A report: a Query in, exact totals and rows out, all from one snapshot of the database."""

import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

import asyncpg

from adpulse import telemetry
from adpulse.database import connections, locks
from adpulse.database.connections import Connection, Pool
from adpulse.database.sql import SQL_DIR
from adpulse.reports import hints
from adpulse.reports import rows as tables
from adpulse.reports.metrics import REACH, Sums
from adpulse.reports.query import Query, QueryError, Span
from adpulse.reports.rows import Cells, Group, Rest, Row
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant

# How long a reporter trusts what it knows of the active variant. Another one's statement may still run after a
# switch, and be right, but it would not be the fast one.
_VARIANT_S = 5.0

# What a statement says when the tables that it was written or prepared for have just been replaced; or when it and who
# replaces them waited for each other, and it had to give way.
_SWITCHED = (
    asyncpg.UndefinedFunctionError,
    asyncpg.UndefinedTableError,
    asyncpg.InvalidCachedStatementError,
    asyncpg.OutdatedSchemaCacheError,
    asyncpg.DeadlockDetectedError,
)


@dataclass(frozen=True, slots=True)
class Report:
    """An answered query: totals, and rows by (bucket, group) when the query asks for rows.

    `before` are the totals of the window compared with; `groups` counts all groups, also those without a row.
    `lag_ms`: how old the data of a replica may be; None when they are the primary's, or nobody knows. `hints` say what
    may be wrong with a question that found nothing.
    """

    query: Query
    totals: Sums
    before: Sums | None
    rows: list[Row] | None
    groups: int
    variant: str
    took_ms: float = 0.0
    lag_ms: float | None = None
    hints: tuple[str, ...] = ()


# A plan for each question: parameters that are null fold away; see sql/README.md.
_THOROUGH = {"plan_cache_mode": "force_custom_plan"}
# One plan for all windows and campaigns: an index in its order is never far from the best, while any other way looks
# best to a planner that sees an empty table, and is ruinous once the table has grown.
_QUICK = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_bitmapscan": "off"}


def _session(planner: dict[str, str], settings: Settings) -> dict[str, str]:
    """Return the PostgreSQL settings that a report's session needs."""
    return {
        **planner,
        "statement_timeout": str(settings.report_timeout_ms),
        "jit": "off",  # compiling costs more than any report that meets its target
    }


@dataclass(frozen=True, slots=True)
class Readers:
    """Pools of connections that only read, so that a report that takes seconds does not hold up the totals.

    `pooled`: both are one pool through a pooler in transaction mode, whose sessions are not ours to set.
    """

    quick: Pool
    thorough: Pool
    pooled: bool = False

    async def close(self) -> None:
        """Close the pools."""
        await self.quick.close()
        await self.thorough.close()


async def open_readers(url: str, size: int, application: str, settings: Settings) -> Readers:
    """Open the readers' pools, apart from the writers': each of at most `size` connections, bounded in time."""
    quick, thorough = [
        await connections.pool(
            url,
            size,
            application,
            role=connections.REPORT,
            default_transaction_read_only="on",
            **_session(planner, settings),
        )
        for planner in (_QUICK, _THOROUGH)
    ]
    return Readers(quick, thorough)


async def open_pooled_readers(url: str, size: int, application: str, settings: Settings) -> Readers:
    """Open the readers' pools through a pooler: each report sets its settings in its own transaction."""
    pool = await connections.pool_pooled(url, size, application, statements=settings.pooler_statements)
    return Readers(pool, pool, pooled=True)


Isolation = Literal["repeatable_read"]

# What raw_kept() in sql/migrations says of a window with raw events that retention has dropped, or that are archived.
_RAW_DROPPED = "AP001"
_RAW_ARCHIVED = "AP002"


class Reporter:
    """Answers queries with the active variant's statement."""

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

    async def _report(self, query: Query, *, exact: bool = False) -> Report:
        """Ask once. `exact`: with sums that may pass 2^63, which are slower to read."""
        variant = await self._active()
        once = not exact and variant.statement(totals_only=query.totals_only).planned_once
        pool, planner = (self._readers.quick, _QUICK) if once else (self._readers.thorough, _THOROUGH)
        asked = time.perf_counter()
        async with pool.acquire(timeout=self._settings.report_timeout_ms / 1_000) as connection:
            telemetry.POOL_WAIT.observe(time.perf_counter() - asked)
            # Several statements: the transaction gives them one snapshot.
            several = query.before is not None or query.reach
            with telemetry.STATEMENT.labels(variant.name).time():
                async with self._transaction(connection, planner, "repeatable_read" if several else None):
                    return await self._answer(connection, variant, query, exact)

    @asynccontextmanager
    async def _transaction(
        self, connection: Connection, planner: dict[str, str], isolation: Isolation | None = None
    ) -> AsyncIterator[None]:
        """Open a transaction where needed: for one snapshot, or to keep one server and our settings in a pooler."""
        if isolation is None and not self._readers.pooled:
            yield
            return
        async with connection.transaction(isolation=isolation, readonly=True):
            if self._readers.pooled:
                session = _session(planner, self._settings).items()
                # In one piece, which is one round trip.
                await connection.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in session))
            if isolation is not None:
                # Before the first statement, which takes the snapshot: see adpulse.database.locks.
                await connection.execute(locks.LOCK_EVENTS)
            yield

    async def _active(self) -> Variant:
        if self._variant is None or time.monotonic() - self._looked_at > _VARIANT_S:
            # Not in the report's own transaction, whose snapshot must not be older than its lock on the tables.
            async with (
                self._readers.quick.acquire(timeout=self._settings.report_timeout_ms / 1_000) as connection,
                self._transaction(connection, _QUICK),
            ):
                found = await catalogue.active(connection)
            self._variant, self._looked_at = found, time.monotonic()
            return found
        return self._variant

    async def _answer(self, connection: Connection, variant: Variant, query: Query, exact: bool) -> Report:
        spans = [query.span] if query.before is None else [query.span, query.before]
        found = [tables.collect(await self._fetch(connection, variant, query, span, exact)) for span in spans]
        totals = [tables.total(cells) for cells in found]
        users = await _users_by_group(connection, query) if query.order_by == REACH else None
        groups = tables.rank(query, found, users)
        kept = groups if len(groups) <= query.limit else [*groups[: query.limit], Rest.OTHER]
        answers = [tables.fold(cells, kept) for cells in found]
        if query.reach:
            for number, span in enumerate(spans):
                everybody = await _count_users(connection, query, span, kept, answers[number])
                totals[number] = totals[number]._replace(unique_users=everybody)
        return Report(
            query,
            totals[0],
            totals[1] if query.before else None,
            tables.rows(query, answers, kept, self._settings.max_groups) if query.has_rows else None,
            len(groups),
            variant.name,
            hints=await hints.find(connection, query, found),
        )

    async def _fetch(
        self, connection: Connection, variant: Variant, query: Query, span: Span, exact: bool
    ) -> Iterable[Iterable[Any]]:
        arguments = query.arguments(span.window)
        if query.group_by is None and exact:
            return _with_integers(await connection.fetch(variant.exact_report, *arguments))
        if query.group_by is None:
            statement = variant.statement(totals_only=query.totals_only)
            return await connection.fetch(statement.text, *arguments[: statement.parameters])
        # A dimension may have as many values as there are events. Their rows are cut off in the database: they must
        # not fill this process's memory. MATERIALIZED: the statement is planned as if there were no LIMIT.
        most = self._settings.max_cells
        report = (variant.exact_report if exact else variant.report).strip().removesuffix(";")
        records = await connection.fetch(
            f"WITH answer AS MATERIALIZED (\n{report}\n) SELECT * FROM answer LIMIT {most + 1}", *arguments
        )
        if len(records) > most:
            advice = "take a coarser granularity, a shorter window, or a dimension with fewer values"
            raise QueryError("group_by", f"gives more than {most} groups and buckets; {advice}")
        return _with_integers(records) if exact else records


def _with_integers(records: Sequence[asyncpg.Record]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows with sums as int: a numeric arrives as Decimal."""
    for bucket, group, *sums in records:
        yield bucket, group, *map(int, sums)


# ── Reach ────────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def _reach_statement() -> str:
    return (SQL_DIR / "reach.sql").read_text()


async def _users_by_group(connection: Connection, query: Query) -> dict[Group, int]:
    records = await connection.fetch(_reach_statement(), *query.arguments(query.span.window), None)
    return {record["grp"]: record["unique_users"] for record in records if record["level"] == 2}


async def _count_users(connection: Connection, query: Query, span: Span, kept: Sequence[Group], cells: Cells) -> int:
    """Write the number of different users of every cell into it. Return that of the whole window."""
    named = [group for group in kept if group is not Rest.OTHER] if Rest.OTHER in kept else None
    arguments: tuple[Any, ...] = (*query.arguments(span.window), named)
    everybody = 0
    for level, bucket, grp, other, users in await connection.fetch(_reach_statement(), *arguments):
        if level == 3:
            everybody = users
        elif level == 0:
            row = cells[Rest.OTHER if other else grp]
            row[bucket] = row[bucket]._replace(unique_users=users)
    return everybody
