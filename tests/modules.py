"""The code of the tests and of the lab, for tests that look at it."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent


def _parsed(folder: Path) -> dict[str, ast.Module]:
    return {path.relative_to(folder).as_posix(): ast.parse(path.read_bytes()) for path in folder.rglob("*.py")}


MODULES = _parsed(TESTS)
LAB = _parsed(TESTS.parent / "benchmarks" / "adbench")
