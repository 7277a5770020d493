"""Plans that PostgreSQL makes, reduced to what does not depend on the machine: their shape, and what they read.

A plan is compared by what it must not lose: how each relation is reached (index-only, index, sequential), and that
the rows of an upsert come sorted by its key (else two sessions that write the same keys can deadlock, and pages of
the index are visited at random).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from adbench.harness.databases import rolled_back
from adbench.harness.query_plans import Node, nodes
from adpulse.database.connections import Connection

# Ways to read a relation, from best to worst.
ACCESS = {
    "Index Only Scan": "index-only",
    "Index Scan": "index",
    "Bitmap Heap Scan": "index",
    "Seq Scan": "sequential",
    "Sample Scan": "sequential",
}
RANK = {"index-only": 0, "index": 1, "sequential": 2}
_DAY = re.compile(r"\d{8}")
_EXPLAINED = re.compile(r"(WITH|SELECT|INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)


@dataclass(frozen=True)
class QueryPlan:
    """The kept part of a query plan. `buffers` are pages of 8 kB touched, in cache or not; none when it was not run."""

    shape: tuple[str, ...]
    access: dict[str, str]  # relation → the worst way in which it is reached
    sorted_upserts: dict[str, bool]  # relation → whether its rows come in the order of a key
    buffers: int | None


async def run(connection: Connection, statement: str, *arguments: object) -> QueryPlan:
    """Run a statement, the second time measured, and keep its plan. The transaction is rolled back."""
    explained = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {statement}"
    async with rolled_back(connection):
        await connection.fetchval(explained, *arguments)  # hint bits and catalogue caches
        text = await connection.fetchval(explained, *arguments)
    return reduce(json.loads(text)[0]["Plan"])


async def plan(connection: Connection, statement: str) -> QueryPlan | None:
    """Return the plan of a statement without parameters, which is not run; None for a REFRESH, which has no plan."""
    if not _EXPLAINED.match(statement):
        return None
    return reduce(json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {statement}"))[0]["Plan"])


def reduce(root: Node) -> QueryPlan:
    """Return a plan of EXPLAIN's JSON without costs, times and counts; partitions of one table count as one."""
    access: dict[str, str] = {}
    sorted_upserts: dict[str, bool] = {}
    for node in nodes(root):
        relation = _name(node.get("Relation Name", ""))
        kind = ACCESS.get(node["Node Type"])
        # With many heap fetches it would not be index-only, but right after a VACUUM there are none.
        if kind and RANK[kind] >= RANK[access.get(relation, "index-only")]:
            access[relation] = kind
        if "Conflict Resolution" in node and (source := _source(node)):
            sorted_upserts[relation] = source["Node Type"] in ("Sort", "Incremental Sort")
    ran = "Actual Loops" in root
    buffers = root["Shared Hit Blocks"] + root["Shared Read Blocks"] if ran else None
    return QueryPlan(tuple(_shape(root, 0)), access, sorted_upserts, buffers)


async def indexes(connection: Connection) -> list[str]:
    """Return every index by what it is, not by its name: `events USING brin (ts)`. Partitions count as one.

    The plans of a small data set do without an index that a large one needs, so they do not tell that it is gone.
    """
    definitions = await connection.fetch(
        "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
    )
    return sorted({f"{_name(table)} {definition[definition.index('USING') :]}" for table, definition in definitions})


def lost(base: QueryPlan, head: QueryPlan) -> list[str]:
    """Return what the plan of base has and that of head has not."""
    found = [
        f"{relation}: {base.access[relation]} → {kind}"
        for relation, kind in head.access.items()
        if relation in base.access and RANK[kind] > RANK[base.access[relation]]
    ]
    found += [
        f"{relation}: rows of the upsert are no longer sorted by its key"
        for relation, is_sorted in head.sorted_upserts.items()
        if base.sorted_upserts.get(relation) and not is_sorted
    ]
    return found


def _source(upsert: Node) -> Node | None:
    """Return where an INSERT takes its rows from, past the nodes that only pass them on."""
    node: Node
    for node in upsert.get("Plans", []):
        if node["Parent Relationship"] in ("Outer", "Subquery"):
            return _source(node) if node["Node Type"] in ("Subquery Scan", "Result") else node
    return None


def _shape(node: Node, depth: int) -> Iterator[str]:
    if node.get("Actual Loops", 1) == 0:
        return
    where = " ".join(_name(node[key]) for key in ("Relation Name", "Index Name") if key in node)
    yield f"{'  ' * depth}{node['Node Type']} {where}".rstrip()
    before: list[str] = []
    for child in node.get("Plans", []):
        lines = list(_shape(child, depth + 1))
        if lines != before:  # partitions that are read alike are shown once
            yield from lines
        before = lines


def _name(name: str) -> str:
    return _DAY.sub("*", name)
