"""What PostgreSQL does to answer a report: how many pages it touches, and by which nodes."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adpulse.database import Connection
from adpulse.queries import Query
from adpulse.variants import Variant

PARTITION = re.compile(r"_p\d{8}")  # a day's partition, in the names of tables and of their indexes


@dataclass(frozen=True)
class Explained:
    """One execution. `pages` were found in shared buffers or read into them; `shape` names the scans that ran."""

    pages: int
    shape: str


async def explain(connection: Connection, variant: Variant, query: Query) -> Explained:
    """Runs the report once under EXPLAIN (ANALYZE, BUFFERS); the session plans with the parameters' values."""
    arguments = query.arguments(query.span.window)
    text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {variant.report}", *arguments)
    top = json.loads(text)[0]["Plan"]
    pages = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    scans = [node for node in _ran(top) if node["Node Type"].endswith("Scan") and _target(node)]
    counted = Counter(f"{node['Node Type']} on {_target(node)}" for node in scans)
    shape = ", ".join(name if times == 1 else f"{times} x {name}" for name, times in counted.items())
    return Explained(pages, shape or top["Node Type"])


def _ran(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["Actual Loops"] > 0:
        yield node
        for child in node.get("Plans", []):
            yield from _ran(child)


def _target(node: dict[str, Any]) -> str | None:
    name = node.get("Index Name") or node.get("Relation Name")
    return PARTITION.sub("_p*", name) if name else None
