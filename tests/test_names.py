"""The name of a test says what must hold, in words that are read once."""

import ast
import re

from tests.modules import MODULES

RIDDLES = re.compile(
    r"test_(what|who|whose|how|whether|which)_|_(whatever|whoever|whomever|however|wherever|nobody\w*)(_|$)"
)


def test_no_name_of_a_test_is_a_riddle() -> None:
    """`test_what_is_no_key…` hides its subject: `test_a_wrong_key…` names it."""
    names = {node.name for module in MODULES.values() for node in ast.walk(module) if isinstance(node, ast.FunctionDef)}
    names |= {
        each.name for module in MODULES.values() for each in ast.walk(module) if isinstance(each, ast.AsyncFunctionDef)
    }
    tests = {name for name in names if name.startswith("test_")}
    assert len(tests) > 1_000
    assert {name for name in tests if RIDDLES.search(name)} == set()
