"""The site: built without a network, whole in itself, and in Chromium its search and the results to explore."""

import functools
import importlib.util
import json
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from adbench.checkout import ROOT
from adbench.figures.site import build, measured, pages
from adbench.harness.browser import Browser, chromium, program
from adbench.records import store
from adbench.records.model import Measurement

needs_sphinx = pytest.mark.skipif(
    importlib.util.find_spec("sphinx") is None, reason="what builds the site is not here: make site installs it"
)
needs_chromium = pytest.mark.skipif(program() is None, reason="there is no Chromium here")
ROWS = "[...document.querySelectorAll('#table tbody tr')]"
# Labels that do not fit into the picture.
CUT_OFF = """
[...document.querySelectorAll('#plot text')].filter((text) => {
  const { x, width } = text.getBBox();
  return x < 0 || x + width > text.ownerSVGElement.viewBox.baseVal.width;
}).map((text) => text.textContent)
"""
SHOWN = f"document.querySelector('#table caption') && {ROWS}.length"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site."""
    out = tmp_path_factory.mktemp("site") / "site"
    build.build(out)
    return out


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Yield the address of a folder on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


class Page(HTMLParser):
    """The links of a page, the files that it loads, and its anchors."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag in ("a", "area") and "href" in given:
            self.links.append(given["href"])
        self.loaded += [given[name] for name in ("src", "data", "poster") if name in given and tag != "input"]
        if tag == "link" and "href" in given:
            self.loaded.append(given["href"])


@needs_sphinx
def test_every_link_inside_the_site_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    """Files and anchors are there; scripts, styles, fonts and pictures are the site's own."""
    read = {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    assert {"index.html", "results.html", "docs/tutorial.html", "notebooks/01_report_latency.html"} <= {
        path.relative_to(site).as_posix() for path in read
    }
    broken, inside = [], 0
    for path, page in read.items():
        for target in page.links + page.loaded:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                broken += [(path.name, target)] if target in page.loaded and parts.scheme != "data" else []
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            anchor = unquote(parts.fragment)
            lost = anchor and there in read and anchor not in read[there].anchors
            broken += [(path.name, target)] if not there.is_file() or lost else []
            inside += 1
    assert inside > 1_000
    assert broken == []
    styles = [*site.rglob("*.css"), *site.glob("*.js")]
    assert [path.name for path in styles if "url(http" in path.read_text() or "@import" in path.read_text()] == []


@needs_sphinx
def test_every_page_of_the_repository_is_a_page_of_the_site(site: Path) -> None:
    """Notebooks are pages too, and the explorer shows the results that are committed."""
    assert re.search(r'<img [^>]*src="[^"]+\.svg"', (site / "docs/explanation/architecture.html").read_text())
    placed = pages.places(ROOT)
    expected = [site / place.removesuffix(".md") for path, place in placed.items() if path.endswith((".md", ".ipynb"))]
    assert len(expected) > 100
    assert [path.name for path in expected if not path.with_name(f"{path.name}.html").is_file()] == []
    shown = json.loads((site / "results.json").read_text())
    files = {file for kind in shown.values() for file in kind["columns"]["file"]}
    kept = [path for path in store.COMMITTED.rglob("[0-9]*Z-*.json") if store.read(path).measurements]
    assert files == {path.relative_to(store.COMMITTED).as_posix() for path in kept}
    assert [file for file in files if not (site / "benchmarks" / "results" / file).is_file()] == []
    assert sum(len(kind["rows"]) for kind in shown.values()) == sum(len(store.read(path).measurements) for path in kept)


@needs_sphinx
@needs_chromium
async def test_the_search_finds_a_page(site: Path, browser: Browser) -> None:
    """The search field leads to a list of pages and asks no other host."""
    with served(site) as address:
        tab = await browser.open(f"{address}/index.html")
        await tab.evaluate(
            "{ const field = document.querySelector('input[name=q]'); field.value = 'pgbouncer'; field.form.submit() }"
        )
        await tab.until("document.querySelectorAll('.search li a').length > 2")
        titles = await tab.evaluate("[...document.querySelectorAll('.search li a')].map((link) => link.textContent)")
        assert any("pooler" in title or "Many services" in title or "stack" in title for title in titles)
        assert [each for each in tab.requests if not each.startswith((address, "data:"))] == []
        assert tab.complaints == []


@needs_sphinx
@needs_chromium
@pytest.mark.parametrize("look", [{"width": 1280, "dark": True}, {"width": 360, "height": 740}])
async def test_the_explorer_filters_sorts_and_restores_a_selection(
    site: Path, browser: Browser, look: dict[str, int]
) -> None:
    """The address holds the selection: in a new window it shows the same rows in the same order."""
    with served(site) as address:
        tab = await browser.open(f"{address}/results.html", **look)
        await tab.until(SHOWN)
        before = await tab.evaluate(f"{ROWS}.length")
        for name, value in (("filter-events", "1,000,000"), ("filter-quantile", "0.5"), ("plotted", "hour")):
            await tab.evaluate(
                f"{{ const select = document.getElementById('{name}'); select.focus(); select.value = '{value}';"
                "select.dispatchEvent(new Event('change')) }"
            )
            assert await tab.evaluate("document.activeElement.id") == name  # the keyboard stays where it was
        for _ in range(2):  # the second press turns the order
            await tab.evaluate("document.querySelector('#table [data-by=\"=hour\"]').click()")
        assert await tab.evaluate("document.querySelector('[aria-sort=descending]').textContent.trim()") == "hour ↓"
        rows = await tab.evaluate(f"{ROWS}.map((row) => row.textContent)")
        assert 0 < len(rows) < before
        assert await tab.evaluate("document.querySelectorAll('#plot circle').length") == len(rows)
        assert await tab.evaluate("document.querySelectorAll('#plot .interval').length") > 0
        link = await tab.evaluate("location.href")
        again = await browser.open(link, **look)
        await again.until(SHOWN)
        assert await again.evaluate(f"{ROWS}.map((row) => row.textContent)") == rows
        assert await again.evaluate("document.getElementById('filter-quantile').value") == "0.5"
        assert "hour" in await again.evaluate("document.querySelector('#plot svg').getAttribute('aria-label')")
        file = await again.evaluate("document.querySelector('#table tbody a').href")
        assert "measurements" in await again.evaluate(f"fetch('{file}').then((reply) => reply.text())")
        assert await again.evaluate("document.documentElement.scrollWidth") <= look["width"]
        tree = (await again.call("Accessibility.getFullAXTree"))["nodes"]
        used = [
            (node["role"]["value"], node.get("name", {}).get("value"))
            for node in tree
            if not node["ignored"] and node["role"]["value"] in ("combobox", "button", "image", "table", "columnheader")
        ]
        assert [role for role, name in used if not name] == []
        assert [each for each in again.requests if not each.startswith((address, "data:"))] == []
        assert tab.complaints + again.complaints == []


@needs_sphinx
@needs_chromium
async def test_every_kind_and_measurement_can_be_shown(site: Path, browser: Browser) -> None:
    """None makes the script fail; each has a row, and a plot with whole labels.

    What an address asks for and is not there shows no row.
    """
    shown = json.loads((site / "results.json").read_text())
    with served(site) as address:
        tab = await browser.open(f"{address}/results.html")
        await tab.until(SHOWN)
        for what, kind in shown.items():
            for name in kind["columns"]["name"]:
                await tab.evaluate(f"location.hash = '#what={what}&name={name}'")
                await tab.until(f"document.querySelector('#table caption').textContent.startsWith('{name}, ')")
                assert await tab.evaluate(SHOWN), (what, name)
                assert await tab.evaluate(CUT_OFF) == [], (what, name)
        await tab.evaluate("location.hash = '#what=matrix&name=report.latency&variant=nosuch'")
        await tab.until(f"{ROWS}.length === 0")
        await tab.evaluate("location.hash = '#what=matrix&name=report.nosuch'")
        await tab.until("document.getElementById('count').textContent === 'None of these results has report.nosuch'")
        assert await tab.evaluate(f"{ROWS}.length") == 0
        offered = "[...document.getElementById('name').options].map((option) => option.value)"
        assert "cold.latency" in await tab.evaluate(offered)  # also where no result has it
        assert tab.complaints == []


def test_results_of_other_machines_are_shown_with_what_they_say(tmp_path: Path) -> None:
    """A file lies as deep as it lies; each measurement is there with its labels, its numbers and its unit."""
    given = next(path for path in store.COMMITTED.rglob("*-demo.json"))
    path = tmp_path / "others" / "machine" / given.name
    path.parent.mkdir(parents=True)
    path.write_bytes(given.read_bytes())
    result = store.read(path)
    kind = measured.table({path: result}, tmp_path)["demo"]
    columns = kind["columns"]
    assert columns["file"] == [f"others/machine/{given.name}"]
    assert columns["machine"] == [f"{result.machine.cpu}, {result.machine.cores} cores"]
    shown = []
    for row in kind["rows"]:
        said = {name: values[at] for (name, values), at in zip(columns.items(), row, strict=False) if at is not None}
        shown.append((said["name"], said["unit"], said.get("shape"), said.get("quantile"), *row[len(columns) :]))
    assert shown == [
        (each.name, each.unit, each.labels.get("shape"), _number(each.labels.get("quantile")), *_numbers(each))
        for each in result.measurements
    ]


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


def _numbers(each: Measurement) -> tuple[float | None, ...]:
    return each.value, each.low, each.high


def test_links_lead_to_pages_of_the_site_or_to_the_repository(tmp_path: Path) -> None:
    """README.md is a folder's index; what is not on the site is at the code host; what is fenced stays as it is."""
    (tmp_path / "sql").mkdir()
    placed = {"README.md": "index.md", "docs/README.md": "docs/index.md", "docs/a/b.md": "docs/a/b.md"}
    translated = pages.translator(tmp_path, placed, "https://host.example/us")
    text = "[one](../README.md#part) [two](../../README.md) [three](../../sql) [four](../../x.py) [five](https://a.b/c)"
    assert translated(text, "docs/a/b.md") == (
        "[one](../index.md#part) [two](../../index.md) [three](https://host.example/us/tree/main/sql) "
        "[four](https://host.example/us/blob/main/x.py) [five](https://a.b/c)"
    )
    assert translated("```md\n[one](x.md)\n```\n", "README.md") == "```md\n[one](x.md)\n```\n"


def test_a_folder_that_holds_something_else_is_not_replaced(tmp_path: Path) -> None:
    """It stays as it is, and the message says what to do."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(build.SiteError, match=r"--out|make site"):
        build.build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
