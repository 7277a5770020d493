"""The code of the tests, for tests that look at it."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent
MODULES = {path.relative_to(TESTS).as_posix(): ast.parse(path.read_bytes()) for path in TESTS.rglob("*.py")}
