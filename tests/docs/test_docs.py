"""The documentation against the code: what it names exists, and what comes from the code is up to date."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from httpx import AsyncClient

from adpulse.database.session import SETTINGS
from adpulse.event.contract import FIELDS
from tests.docs.pages import FENCE, PROGRAMS, ROOT, pages, unknown_command

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")

guides = pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("[!d]*/*.md")), ids=lambda page: page.stem)


def _anchors(page: Path) -> set[str]:
    """Return the anchors that code hosts give to headings: lower case, hyphens between words, other signs dropped."""
    text = FENCE.sub("", page.read_text())
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of every command in the page's shell blocks, without what is quoted."""
    for kind, block in FENCE.findall(page.read_text()):
        if kind not in ("sh", "bash", "shell", "console"):
            continue
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", "QUOTED", block).replace("\\\n", " ")
        bare = re.sub(r"(?m)(^|\s)#.*$", "", bare)
        for command in re.split(r"\n|;|&&|\|\|?|&", bare):
            words = command.split()
            while words and re.fullmatch(r"[A-Z_]+=\S*", words[0]):
                words.pop(0)
            if words:
                yield words


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pages
def test_relative_links_resolve(page: Path) -> None:
    """Every link inside the repository leads to a file that is there, and to a heading that is in it."""
    broken = []
    for target in (link or image for link, image in _LINK.findall(FENCE.sub("", page.read_text()))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(target)
    assert not broken


@guides
def test_a_page_says_first_what_it_is_for(page: Path) -> None:
    """Below its title, a page begins with a sentence: no heading, table, list or command comes before it."""
    title, blank, first, *_ = page.read_text().split("\n")
    assert title.startswith("# ")
    assert blank == ""
    assert re.match(r"[A-Z`]", first), first


@pages
def test_commands_exist(page: Path) -> None:
    """Shell blocks name only make targets, programs, commands and options that there are."""
    unknown = []
    for words in _commands(page):
        program = words[0].removeprefix(".venv/bin/")
        if program == "make" or program in PROGRAMS:
            unknown += unknown_command([program, *words[1:]])
        elif words[0].startswith(".venv/bin/") and not Path(sys.executable).with_name(program).exists():
            unknown.append(words[0])
    assert not unknown


def test_the_readme_shows_the_two_commands() -> None:
    """`make demo` and `make test` stand in the README, so the checks above have something to check."""
    commands = list(_commands(ROOT / "README.md"))
    assert ["make", "demo"] in commands
    assert ["make", "test"] in commands


def test_the_tutorial_has_a_database_of_its_own() -> None:
    """Its counts hold for those who have followed the README before, which sends the same events."""
    words = list(_commands(ROOT / "docs" / "tutorial.md"))
    own = next(
        place for place, each in enumerate(words) if each[0] == "export" and each[1].startswith("ADPULSE_DATA_DIR=")
    )
    using = [place for place, each in enumerate(words) if each[0].startswith(".venv/bin/")]
    assert own < min(using)


def test_generated_parts_are_up_to_date() -> None:
    """Settings, commands and the list of decisions say what the code and the folder say; if not: make docs."""
    generator = _generator()
    generated = generator.pages()
    assert {"settings.md", "commands.md"} <= {page.name for page in generated}
    assert [page for page in generated if page.read_text() != generator.render(page.read_text())] == []


def test_every_decision_is_listed_under_its_own_number() -> None:
    """The index links every record, and no two records share a number."""
    folder = ROOT / "docs" / "decisions"
    records = sorted(page.name for page in folder.glob("[0-9]*.md"))
    assert records
    index = (folder / "README.md").read_text().partition("<!-- generated: decisions -->")[2]
    assert re.findall(r"\]\(([0-9]{4}-[^)]+)\)", index) == records
    assert len({name[:4] for name in records}) == len(records)


def test_the_http_page_names_every_code_and_field() -> None:
    """A code that a client can meet, or a field that it can send, is explained in docs/reference/http.md."""
    # What reports/ says is on the page about reports; openapi*.py has examples of both.
    service = (ROOT / "service" / "adpulse").rglob("*.py")
    modules = [path for path in service if path.parent.name != "reports" and not path.name.startswith("openapi")]
    source = "".join(path.read_text() for path in modules)
    patterns = (
        r'PydanticCustomError\(\s*"(\w+)"',
        r'UnreadableError\(\s*"(\w+)"',
        r'BodyError\(\s*\d+, "(\w+)"',
        r'\bcode="(\w+)"',
        r'^    "\w+": \(\s*"(\w+)"',
        r'problem\(\s*(?:\d+|[\w.]+), "(\w+)"',
        r'_unauthorized\("(\w+)"',
        r'\.refuse\(\d+, "(\w+)"',
        r'^    code(?:: ClassVar\[str\])? = "(\w+)"',
    )
    found = [set(re.findall(pattern, source, re.MULTILINE)) for pattern in patterns]
    assert all(found), "a pattern finds nothing any more"
    page = (ROOT / "docs" / "reference" / "http.md").read_text()
    named = set(re.findall(r"`(\w+)`", page))
    assert set().union(*found) - named == set()
    assert set(FIELDS) - named == set()


async def test_the_smoke_test_of_the_readme_holds(client: AsyncClient) -> None:
    """The events that the README tells a newcomer to paste are accepted, and reported as the README says."""
    readme = (ROOT / "README.md").read_text()
    body = re.search(r"-d '(.*?)'", readme, re.DOTALL)
    assert body is not None
    reply = await client.post("/events", content=body[1], headers={"Content-Type": "application/json"})
    assert reply.json()["accepted"] == 2
    queries = re.findall(r'curl "http://localhost:8080(/report\?[^"]+)"', readme)
    totals = [(await client.get(query)).json()["totals"] for query in queries]
    assert [(each["impressions"], each["clicks"], each["cost"]) for each in totals] == [(0, 0, 0.0), (1, 1, 0.0105)]


def test_scripts_are_executable_and_parse() -> None:
    """.ci/run can be started as it is."""
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", str(script)], check=True)


def test_settings_of_a_connection_are_explained() -> None:
    """Every setting of adpulse.database.session is on the page about reliability."""
    page = (ROOT / "docs" / "explanation" / "reliability.md").read_text()
    assert not [
        name for name in (*SETTINGS, "synchronous_commit", "session_replication_role") if f"`{name}`" not in page
    ]


def test_the_change_log_is_sorted_and_short() -> None:
    """Each version has the headings of Keep a Changelog once, in order; an entry has three lines at most."""
    headings = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
    _, *versions = (ROOT / "CHANGELOG.md").read_text().split("\n## ")
    assert versions
    for version in versions:
        found = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert found == [heading for heading in headings if heading in found]
        entries = re.findall(r"^- .*(?:\n  .*)*", version, re.MULTILINE)
        assert [entry for entry in entries if entry.count("\n") > 2] == []
