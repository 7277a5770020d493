"""From result files to pictures: what the notebooks load, where they save, and how they are run.

A notebook is prose, `load()`, a plot, `save()`. It is written as plain Python with comments (jupytext's py:percent);
the .ipynb beside it is the same with the outputs of its last run, to be read on a code host.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
from IPython.display import Image, Markdown
from matplotlib.figure import Figure
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

from adbench.checkout import ROOT
from adbench.records import manifest, model
from adbench.records.manifest import reference
from adbench.records.model import Result

NOTEBOOKS = ROOT / "notebooks"
SCREENSHOTS = ROOT / "screenshots"
# The errors of a result, or a number in one, that is not there; and of later cells that name what it was to give.
FOLLOWS = "NameError"
MISSING = ("FiguresError", "NotMeasured", FOLLOWS)
# How `adbench figures` tells the notebooks that it runs where to read and to write.
READ_FROM, WRITE_TO = "ADBENCH_RESULTS", "ADBENCH_SCREENSHOTS"
DPI = 180
TIMEOUT_S = 120  # for one cell


class FiguresError(RuntimeError):
    """A notebook cannot be run; the text says what to do."""


@dataclass(frozen=True, repr=False)
class Library:
    """Result files, oldest first."""

    files: dict[Path, Result]

    def __repr__(self) -> str:
        """Short, because a notebook keeps it beside the table below."""
        return f"{len(self.files)} results"

    def latest(self, what: str, *, where: Callable[[Result], bool] = lambda result: True) -> Result:
        """The newest result of that kind. Raises FiguresError naming the command that makes one."""
        for result in reversed(self.files.values()):
            if result.what == what and where(result):
                return result
        raise FiguresError(f"there is no such result of {what!r} here; adbench --help names the command that makes one")

    def widest(self, what: str) -> Result:
        """Of those with the most designs, the newest. Raises FiguresError as `latest` does."""
        most = max((len(result.variant.split(",")) for result in self.every(what)), default=0)
        return self.latest(what, where=lambda result: len(result.variant.split(",")) == most)

    def every(self, what: str) -> list[Result]:
        """All results of that kind, oldest first."""
        return [result for result in self.files.values() if result.what == what]

    def _repr_markdown_(self) -> str:
        """What is loaded and where it was measured: the first thing that a notebook shows."""
        rows = []
        for path, result in self.files.items():
            machine = f"{result.machine.cpu}, {result.machine.cores} cores"
            server = result.postgres.version if result.postgres else "?"
            cells = (result.what, f"{result.started_at:%Y-%m-%d %H:%M}", machine, server, result.variant, path.name)
            rows.append(f"| {' | '.join(cells)} |")
        head = [
            "| result | taken (UTC) | machine | PostgreSQL | variant | file |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        return "\n".join([*head, *rows])


def load(folders: Sequence[Path] = ()) -> Library:
    """The results in some folders; without them, the committed ones of the newest machine, and those of local runs.

    Raises FiguresError when there are none.
    """
    if folders:
        return _library(folders)
    if given := os.environ.get(READ_FROM):
        return _library([Path(folder) for folder in given.split(os.pathsep)])
    return _library([*reference(), ROOT / ".adpulse" / "results"])


def _library(folders: Sequence[Path]) -> Library:
    found = {path: model.read(path) for folder in folders for path in manifest.files(folder)}
    if not found:
        raise FiguresError(f"there are no results in {' or '.join(map(str, folders))}")
    return Library(dict(sorted(found.items(), key=lambda item: item[1].started_at)))


def save(picture: Figure | bytes, name: str) -> Image:
    """Writes screenshots/<name>.png, and returns it for the notebook to show.

    The bytes depend on the picture and on the versions of matplotlib and d2 alone.
    """
    folder = Path(os.environ.get(WRITE_TO, SCREENSHOTS))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    if isinstance(picture, Figure):
        picture.savefig(path, dpi=DPI, metadata={"Software": None})
    else:
        path.write_bytes(picture)
    return Image(filename=str(path), width=800)  # type: ignore[no-untyped-call]  # IPython has no types  # IPython has types in part


def show(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Markdown:
    """A table in a notebook."""
    lines = [head, ["---"] * len(head), *rows]
    # IPython publishes no types.
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))  # type: ignore[no-untyped-call]


def notebooks() -> list[Path]:
    """The notebooks as Python, in the order in which they are read."""
    return sorted(NOTEBOOKS.glob("[0-9]*.py"))


def execute(path: Path, folders: Sequence[Path], screenshots: Path, missing: Sequence[str] = ()) -> NotebookNode:
    """Runs a notebook from top to bottom on the results in some folders.

    A cell that ends in an error of a name in `missing` is passed over, and keeps the error as its output; any other
    error raises nbclient's CellExecutionError.
    """
    notebook: NotebookNode = jupytext.read(path)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # a random one would make every run another file
    variables = {READ_FROM: os.pathsep.join(map(str, folders)), WRITE_TO: str(screenshots)}
    # Sockets that are files, and no port; in a folder of their own, because two kernels in one would take each other's.
    with tempfile.TemporaryDirectory(prefix="adbench-") as sockets, _environment(variables):
        NotebookClient(
            notebook,
            config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            timeout=TIMEOUT_S,
            record_timing=False,
            resources={"metadata": {"path": ROOT}},
            allow_error_names=list(missing),
        ).execute()
    notebook.metadata = {key: notebook.metadata[key] for key in ("jupytext", "kernelspec") if key in notebook.metadata}
    return notebook


def passed_over(notebook: NotebookNode) -> list[str]:
    """What the cells without a picture missed, without those that only follow."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    return [output.evalue for output in outputs if output.output_type == "error" and output.ename != FOLLOWS]


def write(notebook: NotebookNode, path: Path) -> None:
    """Writes an executed notebook as .ipynb."""
    jupytext.write(notebook, path, fmt="ipynb")


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before: dict[str, Any] = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
