"""The state of a database, asked in a way that is cheap also where it holds billions of events.

Sizes come from the file system, days from the partitions. What would have to be counted is counted up to MOST rows, and
beyond estimated by the planner.
"""

import json
from collections.abc import Awaitable
from typing import Any, TypeVar

import asyncpg

from adpulse.auth import key_store
from adpulse.database import migrations
from adpulse.database.connections import REPORT, Connection, connect
from adpulse.database.errors import UNAVAILABLE
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from adpulse.version import revision, version

MOST = 100_000  # rows that are counted
PATIENCE_MS = 1_000  # the limit for questions that may read all events

T = TypeVar("T")

_ABOUT = """
SELECT
  current_setting('server_version') AS version,
  current_database() AS name,
  pg_database_size(current_database()) AS bytes,
  (SELECT since_at FROM active_variant) AS since_at,
  (SELECT kept_from FROM raw_horizon) AS kept_from,
  (SELECT count(*) FROM archived_days) AS archived_days
"""
# Partitions, chunks of TimescaleDB and event ids that were set aside inherit from these tables.
_SIZES = """
WITH RECURSIVE tree AS (
  SELECT name, to_regclass(name)::oid AS oid FROM unnest($1::text[]) AS name
  UNION ALL
  SELECT name, inhrelid FROM tree JOIN pg_inherits ON inhparent = tree.oid
)
SELECT name, sum(pg_table_size(oid))::bigint AS data_bytes, sum(pg_indexes_size(oid))::bigint AS index_bytes
FROM tree
WHERE oid IS NOT NULL
GROUP BY name
"""
_PARTITIONS = """
SELECT
  count(*) AS partitions,
  count(*) FILTER (WHERE filled) AS days,
  min(day) FILTER (WHERE filled) AS first,
  max(day) FILTER (WHERE filled) AS last,
  coalesce(pg_relation_size(to_regclass('events_default')) > 0, false) AS others
FROM (
  SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day, pg_relation_size(pg_class.oid) > 0 AS filled
  FROM pg_inherits
  JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
) AS parts
"""
# Values that have rows of their own: neither the one for a missing key, nor the one that the rest shares.
_DIMENSIONS = """
SELECT
  key,
  folded,
  (
    SELECT count(*) FROM rollup_value
    WHERE rollup_value.place = rollup_dimension.place AND value NOT IN ('null', '')
  ) AS values,
  EXISTS (SELECT FROM rollup_dim_pending WHERE rollup_dim_pending.place = rollup_dimension.place) AS building
FROM rollup_dimension
WHERE NOT dropped
ORDER BY place
"""
# A query, as text, for the events that upkeep has not added up yet; null where its mark cannot be believed.
_BEHIND = """
SELECT rollup_dim_behind(rollup_dim_days(), (SELECT snapshot FROM rollup_dim_marked()), 'true')
WHERE EXISTS (SELECT FROM rollup_dim_marked())
"""
_DELTAS = """
SELECT count(*)
FROM (
  SELECT
  FROM rollup_delta
  WHERE
    (xid >= (SELECT pg_snapshot_xmax(moved) FROM rollup_moved_snapshot() AS moved) AND xid <= '18446744073709551615')
    OR xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM rollup_moved_snapshot() AS moved))
  LIMIT $1
) AS few
"""
_BEAT = "SELECT extract(epoch FROM clock_timestamp() - beat_at)::float8 FROM heartbeat"
# A slot without a reader keeps the log: its replica is away. Without the rights of pg_monitor details are null.
_REPLICAS = """
WITH here AS (
  SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn
)
SELECT application_name AS name, state, (lsn - replay_lsn)::bigint AS bytes_behind,
  extract(epoch FROM replay_lag)::float8 AS lag_s
FROM pg_stat_replication, here
UNION ALL
SELECT slot_name, 'away', (lsn - coalesce(confirmed_flush_lsn, restart_lsn))::bigint, NULL
FROM pg_replication_slots, here
WHERE NOT active
ORDER BY name
"""


async def read(connection: Connection, settings: Settings) -> dict[str, Any]:
    """Return the state of the database, for JSON. A part that the login may not see is null.

    Raises SchemaError before the first migration, one of UNAVAILABLE, or what else asyncpg raises.
    """
    variant = await catalogue.active(connection)
    about = await connection.fetchrow(_ABOUT)
    assert about is not None
    return {
        "version": {"adpulse": version(), "revision": revision(), "postgres": about["version"]},
        "schema": {"version": await migrations.version(connection), "newest": migrations.latest_version()},
        "database": {"name": about["name"], "bytes": about["bytes"]},
        "variant": {"name": variant.name, "since": about["since_at"].isoformat()},
        "events": await _allowed(_events(connection)),
        "days": await _allowed(_days(connection)),
        "retention": {
            "kept_from": about["kept_from"] and about["kept_from"].isoformat(),
            "archived_days": about["archived_days"],
        },
        "tables": await _tables(connection, variant),
        "upkeep": await _allowed(_upkeep(connection, variant)),
        "dimensions": await _allowed(_dimensions(connection, variant)),
        "keys": await _allowed(_keys(connection)),
        "replicas": await _allowed(_replicas(connection, settings)),
    }


async def _allowed(part: Awaitable[T]) -> T | None:
    try:
        return await part
    except asyncpg.InsufficientPrivilegeError:
        return None


async def _events(connection: Connection) -> dict[str, Any]:
    count = await connection.fetchval(f"SELECT count(*) FROM (SELECT FROM events LIMIT {MOST + 1}) AS few")
    if count <= MOST:
        return {"count": count, "estimated": False}
    plan = json.loads(await connection.fetchval("EXPLAIN (FORMAT json) SELECT FROM events"))
    return {"count": max(plan[0]["Plan"]["Plan Rows"], count), "estimated": True}


async def _days(connection: Connection) -> dict[str, Any] | None:
    """Return how many days have events, and the first and last; `others` if some are of days without a partition.

    Without partitions there is no count; null when the first and last cannot be found at once.
    """
    found = await connection.fetchrow(_PARTITIONS)
    assert found is not None
    if found["partitions"]:
        first, last = found["first"], found["last"]
        return {
            "count": found["days"],
            "first": first and first.isoformat(),
            "last": last and last.isoformat(),
            "others": found["others"],
        }
    try:
        async with connection.transaction(readonly=True):
            await connection.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            first, last = await connection.fetchrow(
                "SELECT (min(ts) AT TIME ZONE 'UTC')::date::text, (max(ts) AT TIME ZONE 'UTC')::date::text FROM events"
            ) or (None, None)
    except asyncpg.QueryCanceledError:
        return None
    return {"count": None, "first": first, "last": last, "others": False}


async def _tables(connection: Connection, variant: Variant) -> list[dict[str, Any]]:
    names = ["events", *variant.tables, "event_ids", "event_ids_past", "idempotency_keys"]
    found = {record["name"]: dict(record) for record in await connection.fetch(_SIZES, names)}
    return [found[name] for name in names if name in found]


async def _upkeep(connection: Connection, variant: Variant) -> dict[str, Any]:
    """Return how long ago upkeep last wrote its heartbeat, and what it has not added up yet, counted up to MOST + 1.

    Deltas and events are null for a design without them.
    """
    deltas = behind = None
    if "rollup_delta" in variant.tables:
        deltas = await connection.fetchval(_DELTAS, MOST + 1)
    if variant.has_dimensions and (events := await connection.fetchval(_BEHIND)):
        behind = await connection.fetchval(
            f"SELECT count(*) FROM (SELECT FROM ({events}) AS raw LIMIT {MOST + 1}) AS few"
        )
    return {"beat_age_s": await connection.fetchval(_BEAT), "deltas": deltas, "events_behind": behind}


async def _dimensions(connection: Connection, variant: Variant) -> list[dict[str, Any]]:
    return [dict(record) for record in await connection.fetch(_DIMENSIONS)] if variant.has_dimensions else []


async def _keys(connection: Connection) -> list[dict[str, Any]]:
    return [entry.described() for entry in await key_store.entries(connection)]


async def _replicas(connection: Connection, settings: Settings) -> list[dict[str, Any]]:
    found = [dict(record) for record in await connection.fetch(_REPLICAS)]
    if settings.read_database_url:
        found.append(await _configured(settings.read_database_url))
    return found


async def _configured(url: str) -> dict[str, Any]:
    """Return the state of the replica that reports are read from, and how old its data are."""
    name = "ADPULSE_READ_DATABASE_URL"
    try:
        replica = await connect(url, "adpulse status", role=REPORT)
    except UNAVAILABLE:
        return {"name": name, "state": "away", "bytes_behind": None, "lag_s": None}
    try:
        return {"name": name, "state": "answers", "bytes_behind": None, "lag_s": await replica.fetchval(_BEAT)}
    finally:
        await replica.close()
