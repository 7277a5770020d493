"""`adbench figures --catalogue`: the default variant's tables as the database describes them, for the schema diagram.

Nothing is written down twice: columns, keys, indexes and triggers come from PostgreSQL's catalogue, what a trigger
writes from its function's body, what upkeep moves from maintain.sql.
"""

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from adbench.harness import databases
from adbench.harness.databases import connected
from adbench.records import environment, store
from adbench.records.model import Result
from adpulse.database.connections import Connection
from adpulse.settings import Settings
from adpulse.variants import migrate
from adpulse.variants.catalogue import Variant

DATABASE = "adpulse_catalogue"

# Tables of migrations and services, which no event passes through.
LEFT_OUT = ("schema_migrations", "active_variant", "raw_horizon", "archived_days", "heartbeat", "api_keys", "imported")

_TABLES = """
SELECT
  relname AS name,
  relkind = 'p' AS partitioned,
  (
    SELECT json_agg(json_build_object(
      'name', attname,
      'type', CASE WHEN typtype = 'e' THEN 'enum' ELSE format_type(atttypid, atttypmod) END,
      'key', coalesce(attnum = ANY(keys.conkey), false)
    ) ORDER BY attnum)
    FROM pg_attribute
    JOIN pg_type ON pg_type.oid = atttypid
    WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
  ) AS columns,
  (
    SELECT coalesce(json_agg(regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') ORDER BY indexrelid), '[]')
    FROM pg_index
    WHERE indrelid = pg_class.oid AND NOT indisprimary
  ) AS indexes
FROM pg_class
LEFT JOIN pg_constraint AS keys ON keys.conrelid = pg_class.oid AND keys.contype = 'p'
WHERE
  relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm') AND NOT relispartition
  AND relname <> ALL ($1)
ORDER BY relname
"""

# Row-level copies of a trigger on partitions would repeat it.
_TRIGGERS = """
SELECT tgname AS name, relname AS source, prosrc AS body
FROM pg_trigger
JOIN pg_class ON pg_class.oid = tgrelid
JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE NOT tgisinternal AND NOT relispartition AND relnamespace = 'public'::regnamespace
ORDER BY tgname
"""

_WRITES = re.compile(r"\bINSERT INTO (\w+)", re.IGNORECASE)
_TAKES = re.compile(r"\bDELETE FROM (\w+)", re.IGNORECASE)


async def describe(server: str, settings: Settings) -> Result:
    """Return a new database of the default variant on that server, as a result without measurements.

    Raise ScratchError when the role may not create one.
    """
    began = datetime.now(UTC)
    async with connected(await databases.recreate(server, DATABASE)) as connection:
        variant = await migrate.migrate(connection, settings.variant)
        return store.of_run(
            what="catalogue",
            started_at=began,
            postgres=await environment.postgres(connection),
            variant=variant.name,
            parameters=await read(connection, variant),
        )


async def read(connection: Connection, variant: Variant) -> dict[str, Any]:
    """Return `tables` (name, partitioned, columns, indexes) and `flows` (source, target, and what moves rows)."""
    tables = [
        {**record, "columns": orjson.loads(record["columns"]), "indexes": orjson.loads(record["indexes"])}
        for record in await connection.fetch(_TABLES, LEFT_OUT)
    ]
    known = {table["name"] for table in tables}
    flows = {
        (record["source"], target, "statement trigger")
        for record in await connection.fetch(_TRIGGERS)
        for target in _WRITES.findall(record["body"])
    }
    if variant.maintenance is not None:
        every, statements = variant.maintenance
        for statement in statements:
            flows |= {
                (source, target, f"maintain.sql, every {every:g} s")
                for source in _TAKES.findall(statement)
                for target in _WRITES.findall(statement)
            }
    return {
        "tables": tables,
        "flows": [
            {"source": source, "target": target, "by": by}
            for source, target, by in sorted(flows)
            if {source, target} <= known
        ],
    }
