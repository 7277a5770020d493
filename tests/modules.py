"""The code of the tests and of the lab, for tests that look at it."""

import ast
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
LAB = TESTS.parent / "benchmarks" / "adbench"


@cache
def parsed(folder: Path) -> dict[str, ast.Module]:
    """Return the modules below a folder by their paths. The first test that asks pays for it, not every process."""
    return {path.relative_to(folder).as_posix(): ast.parse(path.read_bytes()) for path in folder.rglob("*.py")}
