"""Imports and names that import-linter's contracts (pyproject.toml, `make lint`) do not cover."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVICE = sorted((ROOT / "service" / "adpulse").rglob("*.py"))
LAB = sorted((ROOT / "benchmarks").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Return the top-level packages that a file imports, anywhere in it. Fails for a relative import."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: imports are absolute"
            found.add(str(node.module).split(".")[0])
    return found


def identity(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SERVICE, ids=identity)
def test_the_service_needs_nothing_of_the_lab(path: Path) -> None:
    """The service imports neither modules of the lab nor packages that only the lab installs."""
    assert not imported(path) & {"adbench", "benchmarks", "notebooks", "tests", "numpy", "k6"}


@pytest.mark.parametrize("path", LAB, ids=identity)
def test_the_lab_does_not_import_notebooks_or_tests(path: Path) -> None:
    """The lab stands on the service alone."""
    assert not imported(path) & {"notebooks", "tests"}


def test_modules_are_concepts() -> None:
    """No drawer for what found no place: a module is named after one concept."""
    drawers = {"utils", "util", "common", "helpers", "misc", "shared", "tools"}
    assert [path for path in [*SERVICE, *LAB] if drawers & {path.stem, path.parent.name}] == []


def test_the_check_sees_every_kind_of_import(tmp_path: Path) -> None:
    """The check sees imports inside a function, of several names, and of a submodule."""
    file = tmp_path / "module.py"
    file.write_text("import a.b.c as d, os\nfrom e import f, g\ndef h():\n    from i.j import K\n")
    assert imported(file) == {"a", "os", "e", "i"}


def test_the_layers_hold() -> None:
    """Every package has a layer and imports from lower ones, as `make lint` checks."""
    program = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run([sys.executable, "-c", program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
