"""The packages of the service and of the lab and who imports whom, as Mermaid: drawn from the imports themselves.

Layers are those of import-linter's contracts in pyproject.toml, so the picture and the rule are one.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from adbench.checkout import ROOT

FOLDERS = {"adpulse": ROOT / "service" / "adpulse", "adbench": ROOT / "benchmarks" / "adbench"}
Edges = dict[str, set[str]]  # the imported packages of each package


def layers(root: str) -> list[list[str]]:
    """Return the layers of `adpulse` or `adbench`, the highest first, each with its packages that exist."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (found,) = (each["layers"] for each in contracts if each.get("containers") == [root])
    # `__main__` only starts the command line.
    there = {path.stem for path in FOLDERS[root].iterdir()} - {"__main__"}
    rows = [[part.strip().strip("()") for part in layer.split("|")] for layer in found]
    return [[part for part in row if part in there] for row in rows]


def imports(root: str) -> Edges:
    """Return the packages of `root` with those that they import, from lower layers only."""
    rank = {name: place for place, row in enumerate(layers(root)) for name in row}
    edges: Edges = {name: set() for name in rank}
    for path in FOLDERS[root].rglob("*.py"):
        package = path.relative_to(FOLDERS[root]).parts[0].removesuffix(".py")
        if package in rank:
            edges[package] |= {name for name in _imported(path, root) if rank.get(name, -1) > rank[package]}
    return edges


def _imported(path: Path, root: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith(f"{root}."))


def reduced(edges: Mapping[str, set[str]]) -> Edges:
    """Return the edges without those that a longer way says already (transitive reduction)."""

    def below(name: str) -> set[str]:
        return edges[name] | {further for each in edges[name] for further in below(each)}

    return {name: {to for to in found if not any(to in below(by) for by in found)} for name, found in edges.items()}


def mermaid() -> str:
    """Return the picture: a frame for the lab and one for the service, with an arrow to each imported package."""
    lines = ["```mermaid", "flowchart TD"]
    for root in ("adbench", "adpulse"):
        rows = layers(root)
        lines.append(f'  subgraph {root} ["{FOLDERS[root].relative_to(ROOT)}"]')
        lines += [f"    {root}_{name}[{name}]" for row in rows for name in row]
        edges = reduced(imports(root))
        lines += [f"    {root}_{name} --> {root}_{to}" for row in rows for name in row for to in sorted(edges[name])]
        lines.append("  end")
    return "\n".join([*lines, "  adbench --> adpulse", "```", ""])
