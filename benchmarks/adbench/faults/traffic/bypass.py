"""Batches that are written past the service, as psql, a script or pg_restore does: events only, nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson

from adpulse.database.connections import Connection

COLUMNS = ("ts", "campaign_id", "user_id", "event_type", "cost_micros", "revenue_micros", "metadata")
_TYPES = ("timestamptz", "text", "text", "event_type", "bigint", "bigint", "jsonb")
_PARTITION = "events_p{:%Y%m%d}"


class Bypass(StrEnum):
    """A way to write past the service, and the table that it writes into."""

    INSERT = "insert"  # into events
    COPY = "copy"
    INSERT_PARTITION = "insert-partition"
    COPY_PARTITION = "copy-partition"
    RESTORE = "restore"  # like `pg_restore --data-only`: COPY into each partition, with the settings of an archive


# The settings of pg_restore, here for one transaction: no schema is searched.
_OF_ARCHIVES = """
SELECT set_config('search_path', '', true);
SET LOCAL client_min_messages = warning;
SET LOCAL row_security = off;
SET LOCAL check_function_bodies = false;
SET LOCAL xmloption = content;
SET LOCAL standard_conforming_strings = on
"""

Row = tuple[datetime, str, str, str, int, int, str]


async def write(connection: Connection, way: Bypass, events: Sequence[bytes]) -> None:
    """Write the events of a batch, JSON each, in one transaction. Into partitions: a day at a time."""
    rows = [_row(orjson.loads(event)) for event in events]
    async with connection.transaction():
        parted = way not in (Bypass.INSERT, Bypass.COPY)
        parts = await _parts(connection, rows) if parted else {"events": rows}
        if way is Bypass.RESTORE:
            await connection.execute(_OF_ARCHIVES)
        for table, part in parts.items():
            if way not in (Bypass.INSERT, Bypass.INSERT_PARTITION):
                await connection.copy_records_to_table(table, schema_name="public", records=part, columns=COLUMNS)
            else:
                values = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(_TYPES, 1))
                await connection.execute(
                    f"INSERT INTO {table} ({', '.join(COLUMNS)}) SELECT * FROM unnest({values})",
                    *zip(*part, strict=True),
                )


async def _parts(connection: Connection, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows by the table that holds their day: a partition, the default one, or the only table."""
    if await connection.fetchval("SELECT to_regclass('events_default') IS NOT NULL"):
        # Keep every day without a partition of its own until the end of the transaction.
        await connection.execute("LOCK TABLE ONLY events, ONLY events_default IN ROW EXCLUSIVE MODE")
    days: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        days[row[0].date()].append(row)
    parts: dict[str, list[Row]] = defaultdict(list)
    for day, those in days.items():
        name = _PARTITION.format(day)
        table = await connection.fetchval(
            "SELECT coalesce(to_regclass($1), to_regclass('events_default'), to_regclass('events'))::text", name
        )
        parts[table] += those
    return parts


def _row(event: dict[str, Any]) -> Row:
    cost, revenue = (int(Decimal(str(event[name])) * 1_000_000) for name in ("cost", "revenue"))
    ts = datetime.fromisoformat(event["ts"]).astimezone(UTC)
    metadata = orjson.dumps(event["metadata"]).decode()
    return ts, event["campaign_id"], event["user_id"], event["event_type"], cost, revenue, metadata
