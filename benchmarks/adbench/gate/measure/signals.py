"""Costs of a revision that can be counted and come out the same on every run and machine.

They are pages that a report touches, WAL and rows that an event causes, memory and instructions that a batch needs.
Each has an allowance, because a byte more is no regression; there is no noise to allow for.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from adbench.gate.measure import explain
from adbench.gate.measure.explain import QueryPlan
from adbench.harness.patience import PATIENCE_S
from adbench.workload import request_bodies
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import BREAKDOWNS, TOTALS
from adpulse.database.connections import Connection
from adpulse.settings import Settings
from adpulse.variants.catalogue import Variant

# A fixed day, so that the same events lie in the same pages whenever the gate runs; the service takes old events.
END = datetime(2025, 12, 1, tzinfo=UTC)
# Live events come after what is stored. 400 days and more in the past, maintenance makes no partition by itself.
LIVE = datetime(2025, 12, 3, tzinfo=UTC)
COPIED = 10_000  # events: the largest group that the service writes

# The settings under which counts are counts: nothing runs by itself, and no page is written whole because a
# checkpoint happened to be near.
STILL = {
    "autovacuum": "off",
    "checkpoint_timeout": "1d",
    "full_page_writes": "off",
    "fsync": "off",  # waiting for the disk is the noisiest part of all, and nothing here has to outlive the run
    "max_parallel_workers_per_gather": "0",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "shared_buffers": "256MB",
    "wal_level": "minimal",  # no snapshot in the log every 15 seconds
}

# How much a count of a kind may grow and still count as unchanged, and its unit.
ALLOWANCE = {
    "buffers": (0.10, "pages"),
    "wal": (0.02, "bytes/event"),
    "rows": (0.01, "rows/event"),
    "memory": (0.05, "per batch"),
    "instructions": (0.03, "per batch"),
}


@dataclass
class Signals:
    """Counts by (kind, name), plans by name, definitions of indexes; `missing`: what could not be counted, and why."""

    counts: dict[tuple[str, str], float] = field(default_factory=dict)
    plans: dict[str, QueryPlan] = field(default_factory=dict)
    indexes: tuple[str, ...] = ()
    missing: dict[tuple[str, str], str] = field(default_factory=dict)


@dataclass
class Written:
    """The writes of a block of work: bytes of WAL, and rows inserted, updated or deleted in any table."""

    wal: int = 0
    rows: int = 0


@asynccontextmanager
async def written(connection: Connection) -> AsyncIterator[Written]:
    """Fill in, when the block ends, what the whole server has written meanwhile: nobody else may work on it."""
    found = Written()
    wal, rows = await _position(connection)
    yield found
    wal_after, rows_after = await _position(connection)
    found.wal, found.rows = wal_after - wal, rows_after - rows


async def _position(connection: Connection) -> tuple[int, int]:
    # Other sessions report what they did when they go idle, a second later at most: pg_stat_force_next_flush is
    # for this session alone.
    await connection.execute("SELECT pg_stat_force_next_flush()")
    wal = await connection.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint")
    rows = await connection.fetchval(
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables"
    )
    return wal, rows


async def settled(connection: Connection) -> None:
    """Wait until nothing is written any more: a service that has just started does its first round of maintenance."""
    before = None
    async with asyncio.timeout(PATIENCE_S):
        while (now := await _position(connection)) != before:
            before = now
            await asyncio.sleep(0.3)


def live_records(count: int) -> list[tuple[Any, ...]]:
    """Return events as they come in, as records for `copy`."""
    return request_bodies.records(request_bodies.busy_events(LIVE, count))


async def copy(connection: Connection, records: Sequence[tuple[Any, ...]]) -> None:
    """Write one COPY into events, committed."""
    await connection.copy_records_to_table("events", records=records, columns=request_bodies.COLUMNS)


async def of_database(connection: Connection, variant: Variant, data: Dataset, settings: Settings) -> Signals:
    """Return the signals of a design, in a database that holds `data`, tidied and vacuumed, and that nobody else uses.

    `connection` has the settings of a reader of the service. Leaves COPIED events more, rolled up.
    """
    found = Signals(indexes=tuple(await explain.indexes(connection)))
    records = live_records(COPIED)
    # Once without measuring, so that partitions and the first pages of tables exist.
    await copy(connection, records[:1])
    async with written(connection) as by_copy:
        await copy(connection, records)
    found.counts["wal", "copy"] = by_copy.wal / COPIED
    found.counts["rows", "copy"] = by_copy.rows / COPIED
    # Reports now, while some deltas have not been rolled up, as in a live system.
    for shape in (*TOTALS, *BREAKDOWNS):
        query = shape.query(data.end, settings)
        arguments = list(query.arguments(query.span.window))
        arguments[4] = query.zone.key  # the name, because older revisions take no other form
        plan = await explain.run(connection, variant.report, *arguments)
        found.plans[f"report {shape.name}"] = plan
        assert plan.buffers is not None
        found.counts["buffers", shape.name] = plan.buffers
    if variant.maintenance is not None:
        async with written(connection) as by_maintenance:
            for number, statement in enumerate(variant.maintenance[1], 1):
                if made := await explain.plan(connection, statement):
                    found.plans[f"maintain {number}"] = made
                await connection.execute(statement)
        found.counts["wal", "maintain"] = by_maintenance.wal / COPIED
        found.counts["rows", "maintain"] = by_maintenance.rows / COPIED
    return found


async def vacuum(connection: Connection) -> None:
    """Take dead rows out of every table that has some."""
    await connection.execute("SELECT pg_stat_force_next_flush()")
    for table in await connection.fetch("SELECT relid::regclass::text FROM pg_stat_user_tables WHERE n_dead_tup > 0"):
        await connection.execute(f"VACUUM {table[0]}")
