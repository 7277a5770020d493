"""The connections that reports are read through."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from adpulse.database import connections, locks
from adpulse.database.connections import Connection, Pool
from adpulse.settings import Settings

# A plan for each question, without the parts whose parameters are null; see sql/README.md.
THOROUGH = {"plan_cache_mode": "force_custom_plan"}
# One plan for all windows and campaigns: an index scan is never far from the best plan. On an empty table the planner
# would choose another plan, which is ruinous once the table has grown.
QUICK = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_bitmapscan": "off"}


def _session(planner: Mapping[str, str], settings: Settings) -> dict[str, str]:
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
    settings: Settings
    pooled: bool = False

    @asynccontextmanager
    async def transaction(
        self, connection: Connection, planner: Mapping[str, str], *, one_snapshot: bool = False
    ) -> AsyncIterator[None]:
        """Open a transaction where needed: for one snapshot, or to keep one server and our settings in a pooler."""
        if not one_snapshot and not self.pooled:
            yield
            return
        async with connection.transaction(isolation="repeatable_read" if one_snapshot else None, readonly=True):
            if self.pooled:
                session = _session(planner, self.settings).items()
                # One message is one round trip.
                await connection.execute("; ".join(f"SET LOCAL {name} = '{value}'" for name, value in session))
            if one_snapshot:
                # Lock before the first statement, which takes the snapshot: see adpulse.database.locks.
                await connection.execute(locks.LOCK_EVENTS)
            yield

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
        for planner in (QUICK, THOROUGH)
    ]
    return Readers(quick, thorough, settings)


async def open_pooled_readers(url: str, size: int, application: str, settings: Settings) -> Readers:
    """Open the readers' pools through a pooler: each report sets its settings in its own transaction."""
    pool = await connections.pool_pooled(url, size, application, statements=settings.pooler_statements)
    return Readers(pool, pool, settings, pooled=True)
