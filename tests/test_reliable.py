"""No test may fail because of another one, a busy machine or the hour: the usual ways to that are looked for here."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.modules import LAB, TESTS, parsed


def nodes(kind: type[ast.AST], folder: Path = TESTS) -> Iterator[tuple[str, ast.AST]]:
    """Yield every node of that kind, with the module it is in."""
    for name, module in parsed(folder).items():
        yield from ((name, node) for node in ast.walk(module) if isinstance(node, kind))


def texts(pattern: str) -> list[tuple[str, str]]:
    """Return the texts that hold the pattern, with their modules. Those of this module do not count."""
    found = [(name, str(node.value)) for name, node in nodes(ast.Constant) if isinstance(node, ast.Constant)]
    return [(name, text) for name, text in found if re.search(pattern, text) and name != "test_reliable.py"]


def test_no_test_looks_at_the_sessions_of_another() -> None:
    """Tests share a server: a query of its sessions names its own, or it waits for those of others, or ends them."""
    own = ("current_database()", " pid = pg_backend_pid()", "usename = $1", "backend_type = 'checkpointer'")
    queries = texts("FROM (pg_locks|pg_stat_activity)")
    assert queries
    assert [query for query in queries if not any(words in query[1] for words in own)] == []


def test_tests_that_count_blocks_have_a_server_of_their_own() -> None:
    """A transaction that is open in any database keeps marks back, and reports then read more."""
    modules = {name for name, _ in texts("BUFFERS")}
    assert modules
    for name in modules:
        shared = parsed(TESTS).get((Path(name).parent / "conftest.py").as_posix(), ast.parse(""))
        assert "quiet_server" in ast.dump(parsed(TESTS)[name]) + ast.dump(shared), name


def test_no_test_changes_a_server_for_others() -> None:
    """Settings of a whole server are changed in tests/replication alone, where one test at a time has the pair."""
    assert {name.partition("/")[0] for name, _ in texts("ALTER SYSTEM|pg_reload_conf")} == {"replication"}


def test_no_role_has_a_fixed_name() -> None:
    """Roles belong to the whole server, where two tests may make theirs at once."""
    roles = {(name, role) for name, text in texts("CREATE ROLE ") for role in re.findall(r"CREATE ROLE (\w+)", text)}
    refused, of_compose = ("adpulse/database/test_privileges.py", "mine"), "infra/test_compose.py"
    assert {each for each in roles if each[0] != of_compose} == {refused}


def test_every_wait_is_patient() -> None:
    """Tests wait with PATIENCE_S for what must come, not with a number that was enough on a fast machine."""
    assert limits(TESTS) == {("adpulse/database/test_roles.py", 1)}  # for what never comes


def test_the_lab_is_patient_too() -> None:
    """Tests start the lab's programs and ask its services. It waits with its PATIENCE_S, or tries again."""
    again = {("harness/process.py", 5), ("faults/system/cluster.py", 5)}
    assert limits(LAB) == again


def limits(folder: Path) -> set[tuple[str, object]]:
    """Return the numbers that end a wait, with their modules. A connection that does not close is left."""
    found = set()
    for name, call in nodes(ast.Call, folder):
        assert isinstance(call, ast.Call)
        called = ast.unparse(call.func)
        waits = called in ("asyncio.timeout", "asyncio.wait_for")
        given = [each.value for each in call.keywords if each.arg in ("timeout", "timeout_s")]
        given += call.args[-1:] if waits else []
        if not called.endswith(".close"):
            found |= {(name, each.value) for each in given if isinstance(each, ast.Constant)}
    return found
