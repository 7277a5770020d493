"""Names on the pages of documentation: the path, command, variable or identifier exists. Words are plain."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from adpulse.settings import PREFIX, Settings
from tests.docs.pages import FENCE, PAGES, ROOT, pages, unknown_command

# The change log and the decisions tell of names that have gone.
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md" and page.parent.name != "decisions"]
current = pytest.mark.parametrize("page", CURRENT, ids=lambda page: str(page.relative_to(ROOT)))

FOLDERS = ("service", "sql", "benchmarks", "notebooks", "screenshots", "infra", "docs", "tests", "requirements")
SUFFIXES = "py|sql|md|yml|yaml|toml|json|conf|ini|sh|js|txt|csv|cfg|png|ipynb|patch"
MADE = (".adpulse/", "build/", ".venv/")  # folders that a command makes
MINE = {"sql/variants/09_mine", "infra/prometheus/adpulse-key"}  # files that the reader makes
MISTYPED = {"ADPULSE_PROT"}
FOREIGN = re.compile(r"(pg|citus)_\w+|max_locks_per_transaction|block_writes")  # names of PostgreSQL and Citus


@cache
def tree() -> tuple[str, ...]:
    """Return every file and folder of the repository that a page may name, relative to its top."""
    found = [path for folder in (*FOLDERS, ".ci", ".github") for path in (ROOT / folder, *(ROOT / folder).rglob("*"))]
    found += [path for path in ROOT.iterdir() if path.is_file()]
    return tuple(str(path.relative_to(ROOT)) for path in found if "__pycache__" not in path.parts)


@cache
def _suffixes() -> frozenset[str]:
    """Return every way to name a file or folder of the repository by its last parts."""
    return frozenset("/".join(parts[at:]) for parts in (name.split("/") for name in tree()) for at in range(len(parts)))


def exists(name: str) -> bool:
    """Return True if the repository has a file or folder of that name; `*` and `NN_name` stand for any."""
    glob = name.replace("NN_name", "*")
    return name in _suffixes() or (bool(set("*[") & set(glob)) and any(fnmatch(each, glob) for each in _suffixes()))


@cache
def _source() -> frozenset[str]:
    """Return every word of the code: what is not prose, a result or a picture."""
    kinds = {".py", ".sql", ".js", ".yaml", ".yml", ".toml", ".json", ".conf", ".cfg", ".ini", ".sh", ".patch", ""}
    files = [ROOT / name for name in tree() if "results" not in name and Path(name).suffix in kinds]
    text = "\n".join(path.read_text(errors="ignore") for path in files if path.is_file() and path != Path(__file__))
    return frozenset(re.findall(r"[A-Za-z_]\w*", text))


def _spans(page: Path) -> Iterator[str]:
    """Yield what stands between backticks in the page's running text and tables."""
    yield from re.findall(r"`([^`]+)`", FENCE.sub("", page.read_text()))


def _paths(page: Path) -> Iterator[str]:
    """Yield the words of the page that look like paths of this repository, in running text and in blocks."""
    for span in (*_spans(page), *(block for _, block in FENCE.findall(page.read_text()))):
        for word in re.findall(r"(?<![\w./@:~$}<>*-])[\w.*-]+(?:/[\w.*-]+)*/?(?![\w/{<…-])", span):
            inside = word.split("/")[0] in FOLDERS and "/" in word
            if inside or (word == span and re.fullmatch(rf"[\w.*-]+(/[\w.*-]+)*\.({SUFFIXES})", word)):
                yield word


@current
def test_paths_exist(page: Path) -> None:
    """A page names files and folders that are there; `*` and `NN_name` stand for any."""
    names = [name.rstrip("/.") for name in _paths(page) if not name.startswith(MADE) and name not in MINE]
    assert [name for name in names if not exists(name)] == []


@pages
def test_commands_in_the_text_exist(page: Path) -> None:
    """A command of this project or a make target in running text exists, with these options."""
    if page not in CURRENT:
        return
    spans = [span.removeprefix(".venv/bin/").split() for span in _spans(page)]
    commands = [words for words in spans if len(words) > 1 and words[0] in ("adpulse", "adbench", "make")]
    assert [" ".join(words) for words in commands if unknown_command(words, group=True)] == []


@current
def test_variables_exist(page: Path) -> None:
    """Every ADPULSE_ variable on a page is a setting, or is read by the code, the stack or the image."""
    settings = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]*[A-Z]\b", page.read_text()))
    assert named - settings - _source() - MISTYPED == set()


@current
def test_identifiers_exist(page: Path) -> None:
    """A name with an underscore in backticks, such as a table, function or metric, occurs in the code."""
    words = {word for span in _spans(page) for word in re.findall(r"(?<![\w/.-])[a-z]\w*_\w+(?![\w/.-])", span)}
    words = {word for word in words if not FOREIGN.fullmatch(word)}
    assert words - _source() == set()


def test_the_threat_model_names_tests() -> None:
    """Each test that the threat model names in italics is a function of tests/."""
    source = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    functions = re.findall(r"^(?:async )?def test_(\w+)\(", source, re.MULTILINE)
    rows = re.findall(r"^\|.*\|([^|]+)\|$", (ROOT / "docs/explanation/threat-model.md").read_text(), re.MULTILINE)
    named = [name.replace(" ", "_").replace("-", "_") for row in rows for name in re.findall(r"\*([a-z0-9 -]+)\*", row)]
    assert named
    assert [name for name in named if not any(name in function for function in functions)] == []


@pages
def test_a_link_to_a_file_bears_its_name(page: Path) -> None:
    """Where a link's text is a file's name in backticks, it leads to that file."""
    links = re.findall(r"\[`([\w./-]+)`\]\(([^)#\s]+)\)", FENCE.sub("", page.read_text()))
    assert [(name, file) for name, file in links if "." in name and not file.endswith(Path(name).name)] == []


# First words of a docstring that are no imperative: articles, pronouns and prepositions; plurals, third persons and
# gerunds by their endings; and anything that does not look like a word.
NO_VERB = re.compile(
    r"(?:An?|The|This|That|These|Those|It|Its|He|They|Their|All|Any|Both|Each|Every|None|No|Not|One|Other|Another|Some|Such"
    r"|As|At|Before|After|By|For|From|In|Into|Of|On|To|Under|When|Where|While|With|Without|If|So|What|How|Whether|Which|Who"
    r"|Whose|Why)|[A-Z][a-z]*(?:[^s]s|[a-z]{3}ing)|(?![A-Z][a-z]).*"
)
HARD = re.compile(r"\b(?:who|what|which)ever\b|\bupon which\b|\bwhereupon\b|\bthereof\b", re.IGNORECASE)
# Migrations that installations have applied, and the design that they come from, stay as they were.
APPLIED = re.compile(
    r"sql/migrations/00(?:0\d|1[0-6])_|tests/adpulse/(?:variants/(?:earlier|releases)|archive/release_10)/"
)
CODE = sorted(
    path
    for folder in ("service", "benchmarks", "infra", "sql", "tests")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".sql") and not APPLIED.search(path.relative_to(ROOT).as_posix())
)


@current
def test_words_are_plain(page: Path) -> None:
    """Running text has none of the words that make a sentence hard for readers whose language is not English."""
    assert HARD.findall(re.sub(r"`[^`]*`", "", FENCE.sub("", page.read_text()))) == []


def test_words_of_code_are_plain() -> None:
    """Code has none of these words; a docstring begins with a verb or a noun, not with a question."""
    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in CODE if path != Path(__file__)}
    assert [name for name, text in texts.items() if HARD.search(text)] == []
    asking = re.compile(r'^ *"""(?:What|How|Whether|As of|Who|Which|Whose|Why) ', re.MULTILINE)
    assert [name for name, text in texts.items() if asking.search(text)] == []


def test_names_of_tests_say_what_must_hold() -> None:
    """`test_what_is_no_key_is_refused` hides its subject: `test_a_wrong_key_is_refused` names it."""
    names = re.findall(
        r"def (test_\w+)", "\n".join(path.read_text() for path in CODE if path.is_relative_to(ROOT / "tests"))
    )
    assert len(names) > 1_000
    riddle = re.compile(r"test_(?:what|who|whose|how|whether|which)_|_(?:who|what|how|where)ever(?:_|$)")
    assert [name for name in names if riddle.search(name)] == []


def _docstrings(text: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the docstring of every function that is not a test."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("test_"):
            continue
        if docstring := ast.get_docstring(node):
            yield node.name, docstring


def _begins_with_a_verb(docstring: str) -> bool:
    return not NO_VERB.fullmatch(re.split(r"[\s,;.:]", docstring, maxsplit=1)[0])


@pytest.mark.parametrize("docstring", ["Return it.", "Pass it on.", "Bring it.", "Compress, then send.", "Notify it."])
def test_a_verb_is_taken_for_one(docstring: str) -> None:
    """An imperative begins a docstring, also one that ends as other words do."""
    assert _begins_with_a_verb(docstring)


@pytest.mark.parametrize(
    "docstring",
    ["Returns it.", "The sum.", "Values of it.", "Sending it.", "SIGKILL.", "`x`", "500 of them", "As before"],
)
def test_anything_else_is_not(docstring: str) -> None:
    """A noun, a third person, a gerund, a signal or a number does not begin one."""
    assert not _begins_with_a_verb(docstring)


def test_docstrings_of_functions_begin_with_a_verb() -> None:
    """A function's docstring begins with an imperative (PEP 257): Return, Write, Raise. A test's states a fact."""
    files = [path for path in (*CODE, ROOT / "docs/generate.py") if path.suffix == ".py"]
    found = [
        f"{path.relative_to(ROOT)}: {name}: {docstring}"
        for path in files
        for name, docstring in _docstrings(path.read_text())
        if not _begins_with_a_verb(docstring)
    ]
    assert found == []
