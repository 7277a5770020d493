"""Query plans as PostgreSQL's EXPLAIN (FORMAT JSON) gives them."""

from collections.abc import Iterator
from typing import Any

Node = dict[str, Any]


def depths(root: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Yield the nodes that ran with their depth, each before those that feed it."""
    if root.get("Actual Loops", 1) > 0:
        yield depth, root
        for child in root.get("Plans", []):
            yield from depths(child, depth + 1)


def nodes(root: Node) -> Iterator[Node]:
    """Yield the nodes that ran; all of them for a plan that was not run."""
    for _, node in depths(root):
        yield node
