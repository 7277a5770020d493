"""Build the site: a folder of pages, the results to explore, and Sphinx, which makes HTML and the search of them."""

import functools
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from adbench.checkout import ROOT
from adbench.errors import LabError
from adbench.figures.site import diagrams, measured, pages
from adbench.records import store

_HERE = Path(__file__).parent
_ICON = "service/adpulse/web/static/icon.svg"
_LISTING = "docs/README.md"
_DECISIONS = "docs/decisions/README.md"


class SiteError(LabError):
    """The site cannot be built; the text says what to do."""


def build(out: Path) -> None:
    """Replace the folder `out` by the site. Raise SiteError and leave it as it is when the site cannot be built."""
    if not (ROOT / _LISTING).is_file():
        raise SiteError("the pages are in the repository, not in the installed package: run this in a checkout")
    if importlib.util.find_spec("sphinx") is None:
        raise SiteError("sphinx is not installed; `make site` installs it, and what else builds the site")
    if out.exists() and not (out / "searchindex.js").is_file() and (not out.is_dir() or any(out.iterdir())):
        raise SiteError(f"{out} holds something else than a site, and stays as it is: name another folder with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="site-", dir=out.parent) as folder:
        source, built = Path(folder, "source"), Path(folder, "site")
        stage(source)
        # -W: a broken link is an error. -E: nothing is kept from the last build.
        options = ["-b", "html", "-q", "-E", "-W", "--keep-going", "-c", str(_HERE)]
        options += ["-d", f"{folder}/doctrees", "-D", f"html_extra_path={source / pages.FILES}"]
        options += ["-D", f"html_favicon={ROOT / _ICON}"]
        command = [sys.executable, "-m", "sphinx", *options, str(source), str(built)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SiteError(f"sphinx has failed: {done.stderr.replace(f'{source}/', '').strip()}")
        shutil.rmtree(out, ignore_errors=True)
        built.replace(out)


def stage(source: Path) -> None:
    """Write the folder of pages that Sphinx reads."""
    repository = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]["Source"]
    placed = pages.places(ROOT)
    translated = pages.translator(ROOT, placed, repository)
    for path, place in placed.items():
        target = source / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".md"):
            text = translated((ROOT / path).read_text(), path)
            try:
                target.write_text(diagrams.drawn(text, target.parent / pages.PICTURES))
            except diagrams.DiagramError as error:
                raise SiteError(f"{path}: {error}") from error
        elif path.endswith(".ipynb"):
            address = f"{repository}/blob/main/{path}"
            translate = functools.partial(translated, page=path)
            target.write_text(pages.notebook_page(ROOT / path, target.parent / pages.PICTURES, address, translate))
        else:
            shutil.copyfile(ROOT / path, target)
    decisions = source / placed[_DECISIONS]
    listed = pages.toctree([path.name for path in sorted(decisions.parent.glob("[0-9]*.md"))])
    for page, more in (
        (source / "index.md", pages.contents((ROOT / _LISTING).read_text(), placed)),
        (decisions, listed),
    ):
        page.write_text(page.read_text() + more)
    _explorer(source)


def _explorer(source: Path) -> None:
    """Write the script and style of the page that shows results, and the results themselves."""
    for name in ("explorer.js", "explorer.css"):
        shutil.copyfile(_HERE / name, source / pages.FILES / name)
    files = store.load(path.parent for path in store.COMMITTED.rglob(store.MANIFEST))
    table = measured.table(files, store.COMMITTED)
    text = json.dumps(table, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    (source / pages.FILES / f"{pages.EXPLORER}.json").write_text(text)
