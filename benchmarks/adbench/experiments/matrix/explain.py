"""The plan of a report: how many pages PostgreSQL touches, and by which nodes."""

import json
import re
from collections import Counter

from adbench.harness.query_plans import Node, nodes
from adbench.workload.report_shapes import statement
from adpulse.reports.query import Query
from adpulse.reports.readers import Readers
from adpulse.variants.catalogue import Variant

PARTITION = re.compile(r"_p\d{8}")  # a day's partition, in the names of tables and of their indexes


# The values are text in the statement: with parameters, EXPLAIN uses their values even where the session would not.
_EXECUTED = """
SELECT format(
  'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE asked (%L, %L, %L, %L, %L)',
  $1::text[], $2::timestamptz, $3::timestamptz, $4::text, $5::text
)
"""


async def plan(readers: Readers, variant: Variant, query: Query) -> Node:
    """Run the report once under EXPLAIN (ANALYZE, BUFFERS), with the plan that the service would use. Return its top.

    Totals, also by time, have the plan that is made once, where the variant promises that; all else is planned with
    the parameters.
    """
    asked, arguments = statement(variant, query)
    if asked.planned_once:
        async with readers.quick.acquire() as connection:
            await connection.execute(f"PREPARE asked (text[], timestamptz, timestamptz, text, text) AS {asked.text}")
            text = await connection.fetchval(await connection.fetchval(_EXECUTED, *arguments))
            await connection.execute("DEALLOCATE asked")
    else:
        async with readers.thorough.acquire() as connection:
            text = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {asked.text}", *arguments)
    top: Node = json.loads(text)[0]["Plan"]
    return top


async def explain(readers: Readers, variant: Variant, query: Query) -> tuple[int, str]:
    """Run the report once under EXPLAIN, as `plan` does.

    Return the pages that were found in shared buffers or read into them, and the names of the scans that ran.
    """
    top = await plan(readers, variant, query)
    pages = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    scans = [node for node in nodes(top) if node["Node Type"].endswith("Scan") and _target(node)]
    counted = Counter(f"{node['Node Type']} on {_target(node)}" for node in scans)
    shape = ", ".join(name if times == 1 else f"{times} x {name}" for name, times in counted.items())
    return pages, shape or top["Node Type"]


def _target(node: Node) -> str | None:
    name = node.get("Index Name") or node.get("Relation Name")
    return PARTITION.sub("_p*", name) if name else None
