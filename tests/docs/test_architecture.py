"""The map of the code is the code: its picture comes from the imports, and its journeys name what is there."""

import ast
import re
from pathlib import Path

import pytest

from adbench.figures import packages

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "architecture.md"
# [`ingest/decoder.py`](../../service/adpulse/ingest/decoder.py): `Decoder`, `decode` and `x`
_STEP = re.compile(r"\[`([\w/]+\.py)`\]\(([^)]+)\)(?::((?:[\s,]|and|`\w+`)+))?")


def steps() -> list[tuple[str, Path, list[str]]]:
    """Return the files that the page links, and the names that it says are in them."""
    found = []
    for shown, link, names in _STEP.findall(PAGE.read_text()):
        found.append((shown, (PAGE.parent / link).resolve(), re.findall(r"`(\w+)`", names)))
    return found


def test_a_journey_names_what_is_there() -> None:
    """Every file by its place in its package, every function and class in the file that is named for it."""
    assert len(steps()) > 20
    for shown, path, names in steps():
        assert path.as_posix().endswith(shown)
        tree = ast.parse(path.read_text())
        there = {
            each.name for each in tree.body if isinstance(each, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        }
        assert set(names) <= there, shown


@pytest.mark.parametrize(("heading", "package"), [("An event", "ingest"), ("A report", "reports")])
def test_a_journey_passes_every_file_of_its_package(heading: str, package: str) -> None:
    """A file on no journey is named here with the reason; a new file has a place on a journey, or a reason."""
    elsewhere = {"ingest": {"batch.py", "__init__.py"}, "reports": {"__init__.py"}}
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    there = {path.name for path in (packages.FOLDERS["adpulse"] / package).glob("*.py")}
    named = set(re.findall(rf"`{package}/(\w+\.py)`", section))
    assert named | elsewhere[package] >= there


@pytest.mark.parametrize("root", ["adpulse", "adbench"])
def test_the_picture_is_the_imports(root: str) -> None:
    """Every package and file of the top level is in it, and following its arrows reaches exactly what is imported."""
    edges = packages.imports(root)
    ours = {
        path.stem
        for path in packages.FOLDERS[root].iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert ours - {"__init__", "__main__"} == set(edges)
    drawn = dict.fromkeys(edges, frozenset[str]())
    for tail, head in re.findall(rf"    {root}_(\w+) --> {root}_(\w+)\n", PAGE.read_text()):
        drawn[tail] |= {head}

    def below(name: str, by: dict) -> set[str]:
        return set(by[name]) | {further for each in by[name] for further in below(each, by)}

    assert {name: below(name, drawn) for name in drawn} == {name: below(name, edges) for name in edges}


def test_an_arrow_that_a_longer_way_says_is_left_out() -> None:
    """An arrow that a longer way says is left out, and no other."""
    assert packages.reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}
