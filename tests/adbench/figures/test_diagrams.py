"""Flowcharts of the pages are pictures on the site: every box and arrow is in them, and none is left out silently."""

import re
from pathlib import Path

import pytest

from adbench.checkout import ROOT
from adbench.figures.site import diagrams

PAGES = [path for path in (ROOT / "docs").rglob("*.md") if "```mermaid" in path.read_text()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_flowchart_of_the_pages_is_drawn(page: Path, tmp_path: Path) -> None:
    """Each picture has all names and all arrows; the rest of the page stays as it is."""
    text = page.read_text()
    charts = re.findall(r"```mermaid\n(.*?)```\n", text, re.DOTALL)
    shown = diagrams.drawn(text, tmp_path / "pictures")
    assert "mermaid" not in shown
    named = re.findall(r"!\[Diagram of [^]]+\]\(pictures/(\w+\.svg)\)", shown)
    assert len(named) == len(charts) > 0
    for name, chart in zip(named, charts, strict=True):
        svg = (tmp_path / "pictures" / name).read_text()
        assert {label for label in re.findall(r"\w+\[(\w+)\]", chart) if f">{label}<" not in svg} == set()
        assert svg.count("marker-end") == chart.count("-->")
    assert re.sub(r"!\[Diagram.*\n", "", shown) == re.sub(r"```mermaid\n.*?```\n", "", text, flags=re.DOTALL)


def test_a_form_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    """The error names the line, so that no page loses a part of its picture."""
    with pytest.raises(diagrams.DiagramError, match=r"a -\.-> b"):
        diagrams.drawn("```mermaid\nflowchart TD\n  a -.-> b\n```\n", tmp_path)
