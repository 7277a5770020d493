"""No test passes because it asks nothing: the usual ways to that are looked for here."""

import ast
from collections.abc import Iterator

import pytest

from tests.modules import TESTS, parsed

Function = ast.FunctionDef | ast.AsyncFunctionDef
SAME_MEMBERS = {"zip", "enumerate", "sorted", "reversed", "set", "list", "tuple", "product", "pairwise", "islice"}
VIEWS = {"items", "values", "keys", "split", "splitlines"}


def functions(module: ast.Module) -> Iterator[Function]:
    """Yield the test functions of a module; not those that hypothesis calls, where one example of many may be empty."""
    for node in ast.walk(module):
        if isinstance(node, Function) and node.name.startswith("test_"):
            marks = [ast.unparse(each) for each in node.decorator_list]
            yield from [node] * (not any(mark.startswith("given(") for mark in marks))


def has_members(of: ast.expr, known: set[str]) -> bool:
    """Return True if the collection cannot be empty: it is written out, a constant, or made of such a one."""
    match of:
        case ast.Tuple() | ast.List() | ast.Set():
            return any(not isinstance(each, ast.Starred) or has_members(each.value, known) for each in of.elts)
        case ast.Dict():
            return bool(of.keys)
        case ast.Name():
            return of.id.isupper() or of.id in known
        case ast.Attribute():
            return of.attr.isupper()
        case ast.Subscript():
            return has_members(of.value, known)
        case ast.BinOp():
            return has_members(of.left, known) or has_members(of.right, known)
        case ast.Call(func=ast.Attribute(attr=name) as view) if name in VIEWS:
            return has_members(view.value, known)
        case ast.Call():
            name = ast.unparse(of.func).rpartition(".")[2]
            return name == "range" or (name in SAME_MEMBERS and any(has_members(each, known) for each in of.args[:1]))
    return isinstance(of, ast.Constant)


def names_with_members(function: Function) -> set[str]:
    """Return the names that stand for a written-out collection in this test: parameters of marks, and assignments."""
    names = set()
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and isinstance(mark.args[0] if mark.args else None, ast.Constant):
            names |= {name.strip() for name in ast.literal_eval(mark.args[0]).split(",")}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and has_members(node.value, names):
            names |= {ast.unparse(each) for each in (node.targets if isinstance(node, ast.Assign) else [node.target])}
    return names


def asserts(node: ast.AST, known: set[str], sure: bool = True) -> Iterator[tuple[bool, ast.AST]]:
    """Yield what can fail below a node, each with True if it is not only in a loop that may have no turn."""
    raises = isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.raises", "pytest.fail")
    if raises or isinstance(node, ast.Assert | ast.Raise):
        yield sure, node
    for child in ast.iter_child_nodes(node):
        loops = isinstance(node, ast.For | ast.AsyncFor) and child in node.body and not has_members(node.iter, known)
        loops |= isinstance(node, ast.While) and child in node.body
        yield from asserts(child, known, sure and not loops)


def only_in_loops(function: Function) -> bool:
    """Return True if all that a test asserts is in loops that may have no turn."""
    found = [sure for sure, _ in asserts(function, names_with_members(function))]
    return bool(found) and not any(found)


def all_of_nothing(function: Function) -> Iterator[str]:
    """Yield each `assert all(… for … in found)` of a collection that may be empty and that no other assert looks at."""
    known = names_with_members(function)

    def is_looked_at(of: ast.expr, asserted: set[str]) -> bool:
        view = isinstance(of, ast.Call) and isinstance(of.func, ast.Attribute) and of.func.attr in VIEWS
        return ast.unparse(of) in asserted or (view and ast.unparse(of.func.value) in asserted)

    every = [node for _, node in asserts(function, known) if isinstance(node, ast.Assert)]
    for one in every:
        match one.test:
            case ast.Call(func=ast.Name(id="all"), args=[ast.GeneratorExp(generators=[part, *_])]):
                asserted = {ast.unparse(node) for other in every if other is not one for node in ast.walk(other)}
                if not has_members(part.iter, known) and not is_looked_at(part.iter, asserted):
                    yield ast.unparse(one)


def test_no_test_asserts_only_in_a_loop_without_a_turn() -> None:
    """A loop over what was found passes where nothing was found: the test also asserts that something was."""
    modules = parsed(TESTS).items()
    found = [f"{path}: {test.name}" for path, module in modules for test in functions(module) if only_in_loops(test)]
    assert found == []


def test_no_test_asserts_all_of_nothing() -> None:
    """`all` of nothing is true."""
    found = [
        f"{path}: {each}"
        for path, module in parsed(TESTS).items()
        for test in functions(module)
        for each in all_of_nothing(test)
    ]
    assert found == []


def test_no_test_expects_any_exception() -> None:
    """A slip in the test, such as a wrong name, would be the exception that it waits for."""
    modules = parsed(TESTS).items()
    calls = [(path, node) for path, module in modules for node in ast.walk(module) if isinstance(node, ast.Call)]
    wide = [
        f"{path}: {ast.unparse(call)}"
        for path, call in calls
        if ast.unparse(call.func) == "pytest.raises" and ast.unparse(call.args[0]) in ("Exception", "BaseException")
    ]
    assert wide == []


@pytest.mark.parametrize(
    ("body", "vacuous"),
    [
        ("for each in find(): assert each", True),
        ("for each in find(): assert each\n assert find()", False),
        ("for each in (1, 2): assert each", False),
        ("found = find()\n assert all(each for each in found)", True),
        ("found = find()\n assert len(found) == 3\n assert all(each for each in found)", False),
        ("while find(): assert find()", True),
    ],
)
def test_a_test_that_asks_nothing_is_found(body: str, vacuous: bool) -> None:
    """The rules above tell a test that may pass without a question from one that may not."""
    (function,) = functions(ast.parse(f"def test_it():\n {body}"))
    assert (only_in_loops(function) or any(all_of_nothing(function))) == vacuous
