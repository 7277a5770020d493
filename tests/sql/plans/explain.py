"""Explain a statement, and look into its plan."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from adbench.harness.query_plans import nodes
from adpulse.database.connections import Connection
from adpulse.variants.catalogue import Variant

STOP = datetime(2026, 5, 1, 10, 20, tzinfo=UTC)
START = STOP - timedelta(days=30)
LARGEST = ["C1"]

Opened = tuple[Connection, Variant]
ROLLUPS = ("rollup_day", "rollup_hour", "rollup_minute")


async def explain(opened: Opened, *arguments: Any) -> list[dict[str, Any]]:
    connection, variant = opened
    types = "text[], timestamptz, timestamptz, text, text, text, jsonb"
    return await explained(connection, f"({types}) AS {variant.report}", arguments)


async def explained(connection: Connection, prepared: str, arguments: tuple[Any, ...]) -> list[dict[str, Any]]:
    types = ("text[]", "timestamptz", "timestamptz", "text", "text", "text", "jsonb")[: len(arguments)]
    quoted = ", ".join(f"quote_nullable(${n}::{name})" for n, name in enumerate(types, 1))
    literals = await connection.fetchval(f"SELECT concat_ws(', ', {quoted})", *arguments)
    await connection.execute(f"PREPARE report {prepared}")
    try:
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE report ({literals})")
    finally:
        await connection.execute("DEALLOCATE report")
    return list(nodes(json.loads(plan)[0]["Plan"]))


def planned_once(variant: Variant) -> str:
    """Return what PREPARE needs for the statement of totals, which is planned before its values are known."""
    statement = variant.statement(by_time=True, breakdown=False)
    assert statement.planned_once
    return f"(text[], timestamptz, timestamptz, text, text) AS {statement.text}"


def blocks(plan: list[dict[str, Any]]) -> int:
    return int(plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"])


def scans(plan: list[dict[str, Any]], *tables: str) -> list[dict[str, Any]]:
    return [node for node in plan if node.get("Relation Name", "").startswith(tables)]


def rows(found: list[dict[str, Any]]) -> float:
    return sum(node["Actual Rows"] * node["Actual Loops"] for node in found)


async def database_url(connection: Connection) -> str:
    name = await connection.fetchval("SELECT current_database()")
    socket = (await connection.fetchval("SHOW unix_socket_directories")).split(",")[0].strip()
    return f"postgresql://postgres@/{name}?host={socket}"
