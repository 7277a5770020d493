"""The direction of imports (docs: the house): each layer knows those to its left, and nothing to its right."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A module imports from layers to the left of its own. Inside a layer, only where the table below says so.
LAYERS = (
    ("settings", "tasks"),
    ("windows", "events", "metrics", "connections"),
    ("measures", "rows"),
    ("queries", "decoder"),
    ("database", "bodies", "tables", "embedded", "parquet"),
    ("arrivals",),
    ("moving",),
    ("variants", "once", "keys"),
    ("groups", "gauges", "heartbeat", "keyring", "archived"),
    ("ingest", "reports", "maintenance", "audit", "archive", "restore"),
    ("rendering", "problems", "replicas"),
    ("intake", "answers", "shortcut", "openapi", "swagger", "terminal"),
    ("security",),
    ("app",),
    ("protocol",),
    ("server", "shell"),
    ("key_commands", "archive_commands"),
    ("cli",),
)
WITHIN = {("events", "windows")}  # an event's earliest instant is a window's
LAYER = {module: number for number, layer in enumerate(LAYERS) for module in layer}


def imported(path: Path, package: str) -> set[str]:
    """The modules of `package` that the file imports, wherever in the file: "" is the package itself."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {name.split(".")[1] if "." in name else "" for name in names if name.split(".")[0] == package}
    return found


def modules(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def identity(path: Path) -> str:
    return str(path.relative_to(ROOT))


SERVICE = modules(ROOT / "service" / "adpulse")
LAB = modules(ROOT / "benchmarks")


@pytest.mark.parametrize("path", SERVICE, ids=identity)
def test_a_module_imports_from_its_left_only(path: Path) -> None:
    """Every module of the service has a layer, and imports from layers before it."""
    name = path.stem
    used = imported(path, "adpulse")
    if name in ("__init__", "__main__"):
        assert used <= ({"cli"} if name == "__main__" else set())
        return
    assert name in LAYER, f"{name}.py has no layer: give it one here"
    for other in used:
        assert LAYER[other] < LAYER[name] or (name, other) in WITHIN, f"{name} must not import {other}"


@pytest.mark.parametrize("path", SERVICE, ids=identity)
def test_the_service_knows_nothing_of_benchmarks_and_notebooks(path: Path) -> None:
    """What runs in production needs nothing of the lab, nor what only the lab installs."""
    for package in ("benchmarks", "notebooks", "tests", "numpy", "k6"):
        assert not imported(path, package)


@pytest.mark.parametrize("path", LAB, ids=identity)
def test_the_lab_does_not_import_notebooks_or_tests(path: Path) -> None:
    """The lab stands on the service, and nothing stands under it but that."""
    for package in ("notebooks", "tests"):
        assert not imported(path, package)


def test_modules_are_concepts() -> None:
    """No drawer for what found no place: a module is named after one concept."""
    drawers = {"utils", "util", "common", "helpers", "misc", "shared", "tools"}
    for path in [*SERVICE, *LAB]:
        assert not drawers & {path.stem, *path.parent.parts[-1:]}, path


def test_the_table_names_real_modules() -> None:
    """The layers above do not outlive the modules."""
    assert set(LAYER) <= {path.stem for path in SERVICE}


def test_the_check_sees_every_kind_of_import(tmp_path: Path) -> None:
    """Also an import inside a function, of several names, or of a submodule."""
    file = tmp_path / "module.py"
    file.write_text(
        "import adpulse\nimport adpulse.cli.main as c, os\nfrom adpulse import app, audit\n"
        "def f():\n    from adpulse.ingest.writer import Writer\n"
    )
    assert imported(file, "adpulse") == {"", "cli", "app", "audit", "ingest"}
