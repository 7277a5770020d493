"""Query plans as PostgreSQL's EXPLAIN (FORMAT JSON) gives them."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]


def nodes(root: Node) -> Iterator[Node]:
    """Yield the nodes that ran; all of them for a plan that was not run."""
    if root.get("Actual Loops", 1) > 0:
        yield root
        for child in root.get("Plans", []):
            yield from nodes(child)
