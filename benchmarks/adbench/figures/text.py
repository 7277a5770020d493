"""A notebook as text, for `git diff`: its cells, its tables, and of each picture a mark that changes with it.

git config diff.notebook.textconv ".venv/bin/python -m adbench.figures.text"
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PICTURE = "image/png"
TEXTS = ("text/markdown", "text/plain")  # the first that an output has


def lines(notebook: dict[str, Any]) -> Iterator[str]:
    """Yield the texts of a notebook's cells, each followed by what its outputs say."""
    for number, cell in enumerate(notebook["cells"]):
        yield f"# ── {number}: {cell['cell_type']}"
        yield "".join(cell["source"])
        for output in cell.get("outputs", ()):
            yield f"# ── {number}: {_said(output)}"


def _said(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    if output["output_type"] == "stream":
        return "".join(output["text"])
    data = output["data"]
    if PICTURE in data:
        return f"picture {hashlib.sha256(''.join(data[PICTURE]).encode()).hexdigest()[:12]}"
    return "".join(next((data[kind] for kind in TEXTS if kind in data), f"{', '.join(data)}"))


if __name__ == "__main__":
    print("\n".join(lines(json.loads(Path(sys.argv[1]).read_text()))))
