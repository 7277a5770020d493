"""Mermaid flowcharts of the pages as pictures: code hosts draw them, and a browser would need megabytes of script.

The few forms that the pages use become d2, which draws them without a network.
"""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from adbench.figures import d2

_BLOCK = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"flowchart (TD|LR)"), lambda found: f"direction: {'down' if found[1] == 'TD' else 'right'}"),
    (re.compile(r'subgraph (\w+) \["([^"]+)"\]'), lambda found: f'{found[1]}: "{found[2]}" {{'),
    (re.compile(r"end"), lambda _: "}"),
    (re.compile(r"(\w+)\[([^]\"]+)\]"), lambda found: f'{found[1]}: "{found[2]}"'),
    (re.compile(r"(\w+) --> (\w+)"), lambda found: f"{found[1]} -> {found[2]}"),
)


class DiagramError(ValueError):
    """A line of a flowchart has no form in d2; the text names it."""


def drawn(text: str, pictures: Path) -> str:
    """Return the text with a picture, written into that folder, for each flowchart. Raise DiagramError."""

    def picture(block: re.Match[str]) -> str:
        pictures.mkdir(parents=True, exist_ok=True)
        name = f"{hashlib.sha256(block[1].encode()).hexdigest()[:12]}.svg"
        (pictures / name).write_bytes(d2.render(translated(block[1]), form="svg"))
        titles = re.findall(r'subgraph \w+ \["([^"]+)"\]', block[1])
        return f"![Diagram of {' and '.join(titles)}]({pictures.name}/{name})"

    return _BLOCK.sub(picture, text)


def translated(flowchart: str) -> str:
    """Return a flowchart as d2. Raise DiagramError."""
    return "\n".join(_line(line.strip()) for line in flowchart.splitlines())


def _line(line: str) -> str:
    for form, write in _FORMS:
        if found := form.fullmatch(line):
            return write(found)
    raise DiagramError(f"a flowchart has a line of no known form: {line}")
