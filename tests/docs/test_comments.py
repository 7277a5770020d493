"""Comments and docstrings of code: the files, modules and decisions that they name exist."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import ROOT
from tests.docs.test_names import FOLDERS, exists, tree

PACKAGES = {"adpulse": ROOT / "service" / "adpulse", "adbench": ROOT / "benchmarks" / "adbench"}
MARKS = {".sql": "--", ".js": "//", ".yaml": "#", ".yml": "#", ".toml": "#", ".sh": "#"}
EXAMPLES = {"docs/x.md", "service/adpulse/x/y.py", "tests/adpulse/x/test_y.py"}
# Kept as they were: what has shipped, and what others wrote.
FROZEN = re.compile(r"sql/migrations/|/releases/|/release_10/|/results/|infra/kubernetes/")
CODE = [name for name in tree() if Path(name).suffix in {".py", *MARKS} and not FROZEN.search(name)]
_FILE = re.compile(
    r"(?<![\w./@:~$}<>*{-])(?!Node\.js)[\w*-]+(?:/[\w.*-]+)*\.(?:py|sql|js|sh|psql|yaml|toml)\b(?![\w/{<…-])"
)
_FOLDER = re.compile(rf"(?<![\w./@:-])(?:{'|'.join(FOLDERS)})/[\w./*-]*\w\b(?<!/\d{{4}})")
_NUMBER = re.compile(r"(decision|migration)s?[ /](\d{4})\b")
_MODULE = re.compile(r"(?<![\w./@-])(?:adpulse|adbench)(?:\.[A-Za-z_]\w*)+(?!\w|\.ya?ml)")


def _said(path: Path) -> Iterator[str]:
    """Yield the comments of a file, and its docstrings."""
    text = path.read_text()
    if path.suffix != ".py":
        yield from re.findall(rf"(?:^|\s){MARKS[path.suffix]}(.*)", text, re.MULTILINE)
        return
    yield from (
        token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT
    )
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    yield from (ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, documented))


@cache
def _is_there(name: str) -> bool:
    return name in EXAMPLES or exists(name)


@cache
def _is_defined(name: str) -> bool:
    """Return True if a dotted name is a package or a module, or occurs in the deepest one that it begins with."""
    root, *parts = name.split(".")
    path = PACKAGES[root]
    while parts and (path / parts[0] / "__init__.py").is_file():
        path /= parts.pop(0)
    module = path / f"{parts[0]}.py" if parts else path / "__init__.py"
    if module.is_file():
        parts = parts[1:]
    else:
        module = path / "__init__.py"
    return all(re.search(rf"\b{part}\b", module.read_text()) for part in parts)


def unknown(path: Path) -> list[str]:
    """Return what the comments of a file name that is not there."""
    # Most files name nothing that is missing, in comments or elsewhere: to find their comments takes far longer.
    if not _missing([path.read_text()], path.suffix):
        return []
    return _missing(list(_said(path)), path.suffix)


def _missing(texts: list[str], suffix: str) -> list[str]:
    names = [name for text in texts for name in (*_FILE.findall(text), *_FOLDER.findall(text))]
    missing = [name for name in names if not _is_there(name.rstrip("./"))]
    modules = [name for text in texts for name in _MODULE.findall(text)]
    if suffix == ".sql":  # where a name with one dot is a setting of PostgreSQL
        modules = [name for name in modules if name.count(".") > 1]
    missing += [name for name in modules if not _is_defined(name)]
    numbered = [found for text in texts for found in _NUMBER.findall(text)]
    return missing + [number for kind, number in numbered if not _is_there(f"{kind}s/{number}[-_]*")]


def test_names_in_comments_exist() -> None:
    """A comment names no file, module or decision that has gone: a reader would look for it."""
    assert CODE
    assert {name: found for name in CODE if (found := unknown(ROOT / name))} == {}


@pytest.mark.parametrize(
    ("comment", "named"),
    [
        ("see gone.py and Node.js", ["gone.py"]),
        ("see benchmarks/adbench/gone.py", ["benchmarks/adbench/gone.py"] * 2),
        ("adbench.harness.gone.Thing", ["adbench.harness.gone.Thing"]),
        ("adbench.harness.k6.Gone", ["adbench.harness.k6.Gone"]),
        ("decision 9999", ["9999"]),
        ("adbench.harness.k6.run of k6.py, sql/variants/NN_name/up.sql, decision 0014, sql/migrations/0002", []),
    ],
)
def test_a_name_that_has_gone_is_found(comment: str, named: list[str], tmp_path: Path) -> None:
    """The check finds names of each kind, in comments and in docstrings."""
    for text in (f"# {comment}\n", f'"""{comment}."""\n'):
        (tmp_path / "module.py").write_text(text)
        assert unknown(tmp_path / "module.py") == named
