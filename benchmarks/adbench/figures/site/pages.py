"""From the pages of the repository to those of the site: the same paths, except that README.md is a folder's index.

A page keeps its words. Only its links change: to other pages of the site where they are on it, otherwise to the
repository's address.
"""

import base64
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

import nbformat

EXPLORER = "results"  # the page of its own
_EXPLORER = "benchmarks/adbench/figures/site/explorer.md"
_FENCE = re.compile(r"(^ *```.*?^ *```)", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#)[^)\s]+(?=\))")
_NAMED = re.compile(r'save\(.*"(\w+)"', re.DOTALL)
_FOLDERS = ("docs", "sql", "benchmarks")
FILES = "_files"  # holds what the site serves as it is
PICTURES = "pictures"  # folder beside the pages that show them


class _Translate(Protocol):
    def __call__(self, text: str, page: str) -> str: ...


def places(root: Path) -> dict[str, str]:
    """Return where each file of a checkout that is on the site lies in the folder of pages, by its path."""
    found = [*root.glob("*.md"), *(page for folder in _FOLDERS for page in (root / folder).rglob("*.md"))]
    pages = [path.relative_to(root).as_posix() for path in sorted(found)]
    placed = {path: re.sub(r"README\.md$", "index.md", path) for path in pages} | {_EXPLORER: f"{EXPLORER}.md"}
    for notebook in sorted((root / "notebooks").glob("*.ipynb")):
        placed[f"notebooks/{notebook.name}"] = f"notebooks/{notebook.stem}.md"
    for picture in sorted((root / "screenshots").glob("*.png")):
        placed[f"screenshots/{picture.name}"] = f"screenshots/{picture.name}"
    for result in sorted((root / "benchmarks" / "results").rglob("*.json")):
        path = result.relative_to(root).as_posix()
        placed[path] = f"{FILES}/{path}"
    return placed


def translator(root: Path, placed: Mapping[str, str], repository: str) -> _Translate:
    """Return what translates the links of a page: its text and its path in the checkout to its text on the site.

    `repository` is the address of the code host, where files that are not on the site are seen.
    """

    def address(target: str, page: str) -> str:
        path, sign, anchor = target.partition("#")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        if there in placed:
            return posixpath.relpath(placed[there], posixpath.dirname(placed[page]) or ".") + sign + anchor
        kind = "tree" if (root / there).is_dir() else "blob"
        return f"{repository}/{kind}/main/{there}{sign}{anchor}"

    def translated(text: str, page: str) -> str:
        parts = _FENCE.split(text)
        # Fenced blocks stay as they are.
        parts[::2] = [_LINK.sub(lambda found: address(found[0], page), part) for part in parts[::2]]
        return "".join(parts)

    return translated


def notebook_page(path: Path, pictures: Path, address: str, translated: Callable[[str], str]) -> str:
    """Return a notebook with its outputs as Markdown; its pictures are written to a folder beside the page.

    `address` is where the notebook itself is; `translated` is done to what it says.
    """
    lines: list[str] = []
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells):  # type: ignore[no-untyped-call]  # no types
        if cell.cell_type != "code":
            lines.append(translated(cell.source))
            continue
        lines.append(f"```python\n{cell.source}\n```")
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/png" in data:
                named = _NAMED.search(cell.source)
                picture = pictures / f"{path.stem}-{number}.png"
                picture.parent.mkdir(parents=True, exist_ok=True)
                picture.write_bytes(base64.b64decode(data["image/png"]))
                alt = named[1].replace("_", " ") if named else f"picture {number}"
                lines.append(f"![{alt}]({pictures.name}/{picture.name})")
            elif text := data.get("text/markdown"):
                lines.append(translated(text))
            elif text := output.get("text") or data.get("text/plain"):
                lines.append(f"```text\n{text}\n```")
    lines.append(f"*This page is [{path.name}]({address}) after its last run; `make lab` opens it.*")
    return "\n\n".join(lines) + "\n"


def contents(listing: str, placed: Mapping[str, str]) -> str:
    """Return the site's list of pages, as Sphinx reads it, from docs/README.md with its headings in bold."""
    parts = re.split(r"^\*\*(.+)\*\*$", listing, flags=re.MULTILINE)
    notebooks = [place for path, place in placed.items() if path.startswith("notebooks/")]
    listed = {"Results": [EXPLORER, *notebooks]}
    for caption, text in zip(parts[1::2], parts[2::2], strict=True):
        listed[caption] = list(_pages(text, placed))
    listed["Project"] = ["docs/index.md", *(path for path in placed if "/" not in path and path != "README.md")]
    return "".join(toctree(pages, caption) for caption, pages in listed.items())


def toctree(pages: Sequence[str], caption: str = "") -> str:
    """Return a part of the list of pages; a page is named by its place."""
    names = "\n".join(place.removesuffix(".md") for place in pages)
    title = f":caption: {caption}\n" if caption else ""
    return f"\n```{{toctree}}\n:hidden:\n{title}\n{names}\n```\n"


def _pages(text: str, placed: Mapping[str, str]) -> Iterator[str]:
    for target in _LINK.findall(text):
        path = posixpath.normpath(PurePosixPath("docs", target.partition("#")[0]).as_posix())
        if path in placed and path.endswith(".md"):
            yield placed[path]
