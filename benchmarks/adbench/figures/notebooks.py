"""From result files to pictures: what the notebooks load, where they save, and how they are run.

A notebook is prose, `load()`, and `show()` or `save()` of functions that make a table, a sentence or a picture: where a
result is missing, they say which command makes it, and the next cell runs. It is written as plain Python with comments
(jupytext's py:percent); the .ipynb beside it is the same with the outputs of its last run, to be read on a code host.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import pandas as pd
from IPython.display import Image, Markdown
from matplotlib.figure import Figure
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from traitlets.config import Config

from adbench.checkout import ROOT
from adbench.errors import LabError
from adbench.figures import markdown, png
from adbench.records import frames, store
from adbench.records.manifest import reference
from adbench.records.model import NotMeasured, Result
from adpulse.settings import Settings
from adpulse.terminal import counted

NOTEBOOKS = ROOT / "notebooks"
SCREENSHOTS = ROOT / "screenshots"
# The command that makes each kind of result.
COMMANDS = {
    "catalogue": "adbench figures --catalogue",
    "citus": "adbench run citus",
    "demo": "adbench demo",
    "failover": "adbench faults failover",
    "faults": "adbench faults run",
    "faults-overload": "adbench faults overload",
    "faults-planted": "adbench faults planted",
    "fuzz": "adbench fuzz",
    "gate": "adbench gate",
    "gate-proof": "adbench gate --proof 30",
    "ingest": "adbench run ingest",
    "load-ingest": "adbench load ingest",
    "load-soak": "adbench load soak",
    "load-spike": "adbench load spike --dashboard",
    "matrix": "adbench matrix --scale 1M",
    "peers": "adbench peers",
    "peers-orm": "adbench peers orm",
    "report": "adbench run report",
    "rollups": "adbench run rollups",
    "simulate": "adbench simulate",
    "stages": "adbench run stages",
    "switch": "adbench run switch",
    "tuning": "adbench run tuning",
}
# The columns of `Library.runs` that a notebook shows first.
RUN = ["what", "started_at", "events", "postgres", "cores", "passed", "file"]
NOT_DRAWN, BECAUSE = "Not drawn: ", ", because "
# Variables by which `adbench figures` tells the notebooks where to read and write.
READ_FROM, WRITE_TO = "ADBENCH_RESULTS", "ADBENCH_SCREENSHOTS"
TIMEOUT_S = 600  # time for one cell
LIVE = "08_"  # a notebook that starts a service and reads no results


class FiguresError(LabError):
    """A notebook cannot be run; the text says what to do."""


class MissingResultError(LookupError):
    """There is no such result; the text names the command that makes one."""


@dataclass(frozen=True, repr=False)
class Library:
    """Result files, oldest first."""

    files: dict[Path, Result]

    def __repr__(self) -> str:
        """Return a short text; `runs()` is the table."""
        return counted(len(self.files), "result")

    def latest(self, what: str, *, where: Callable[[Result], bool] = lambda result: True) -> Result:
        """Return the newest result of that kind. Raise MissingResultError."""
        for result in reversed(self.files.values()):
            if result.what == what and where(result):
                return result
        advice = f"this makes one: {COMMANDS[what]}" if what in COMMANDS else f"there are {', '.join(COMMANDS)}"
        raise MissingResultError(f"there is no result of {what!r} here; {advice}")

    def widest(self, what: str) -> Result:
        """Return the newest result of those with the most designs. Raise MissingResultError."""
        most = max((len(result.variant.split(",")) for result in self.every(what)), default=0)
        return self.latest(what, where=lambda result: len(result.variant.split(",")) == most)

    def every(self, what: str) -> list[Result]:
        """Return all results of that kind, oldest first."""
        return [result for result in self.files.values() if result.what == what]

    def frame(self, what: str) -> pd.DataFrame:
        """Return the measurements of all results of that kind, one a row (adbench.records.frames).

        Raise MissingResultError.
        """
        self.latest(what)
        return frames.frame({path: result for path, result in self.files.items() if result.what == what})

    def comparable(self, what: str) -> pd.DataFrame:
        """Return those of one machine, that with the most measurements. Raise MissingResultError."""
        return frames.comparable(self.frame(what))

    def runs(self, *kinds: str) -> pd.DataFrame:
        """Return the results, or those of some kinds, one a row: what was measured where, when and by which code."""
        return frames.runs({path: each for path, each in self.files.items() if not kinds or each.what in kinds})


def load(sources: Sequence[Path] = ()) -> Library:
    """Return the results in some folders and files; by default the committed reference and local ones.

    Raise FiguresError when there are none.
    """
    if not sources and (given := os.environ.get(READ_FROM)):
        sources = [Path(folder) for folder in given.split(os.pathsep)]
    sources = sources or [*reference(), home() / "results"]
    if not (found := store.load(sources)):
        raise FiguresError(f"there are no results in {' or '.join(map(str, sources))}")
    return Library(found)


def home() -> Path:
    """Return the folder of local data, which does not depend on the kernel's directory."""
    return ROOT / Settings().data_dir


def save(draw: Callable[[], Figure | bytes], name: str) -> Image | Markdown:
    """Draw a picture, write it as <name>.png, and return it, page-wide, for the notebook to show.

    It goes to .adpulse/figures; only `adbench figures` without --results writes to screenshots/. The bytes depend on
    the picture and on the versions of matplotlib and d2 alone. Without its result there is a line that says so.
    """
    try:
        picture = draw()
    except (MissingResultError, NotMeasured) as error:
        return _not_drawn(name, error)
    drawn = png.of_figure(picture) if isinstance(picture, Figure) else png.light(picture)
    folder = Path(os.environ.get(WRITE_TO, home() / "figures"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.png").write_bytes(drawn)
    return Image(png.preview(drawn), format="png", width=800)  # type: ignore[no-untyped-call]  # IPython has no types


def show(
    make: Callable[[], pd.DataFrame | str | tuple[Sequence[str], Sequence[Sequence[str]]]],
    bold: Callable[[Any], bool] = lambda value: False,
) -> Markdown:
    """Return a frame, a sentence, or a head and rows, for the notebook to show; without its result, a line says so.

    Numbers of a frame for which `bold` holds are bold.
    """
    try:
        made = make()
    except (MissingResultError, NotMeasured) as error:
        return _not_drawn("tables", error)
    if isinstance(made, pd.DataFrame):
        made = markdown.table(made, bold)
    return Markdown(made if isinstance(made, str) else markdown.lines(*made))  # type: ignore[no-untyped-call]  # as above


def _not_drawn(name: str, error: LookupError) -> Markdown:
    return Markdown(f"{NOT_DRAWN}{name}{BECAUSE}{error}")  # type: ignore[no-untyped-call]  # as above


def notebooks(*, live: bool = False) -> list[Path]:
    """Return the notebooks as Python, in the order in which they are read: those of results, or the `live` ones.

    Raise FiguresError when none are here.
    """
    found = sorted(path for path in NOTEBOOKS.glob("[0-9]*.py") if path.stem.startswith(LIVE) is live)
    if not found:
        raise FiguresError("the notebooks are in the repository, not in the installed package: run this in a checkout")
    return found


def execute(path: Path, sources: Sequence[Path], pictures: Path) -> NotebookNode:
    """Run a notebook from top to bottom on results in folders and files. Raise FiguresError when a cell fails."""
    notebook: NotebookNode = jupytext.read(path)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # a random one would make every run another file
    variables = os.environ | {READ_FROM: os.pathsep.join(map(str, sources)), WRITE_TO: str(pictures)}
    # Sockets that are files, and no port; in a folder of their own, because two kernels in one would take each other's.
    with tempfile.TemporaryDirectory(prefix="adbench-") as sockets:
        client = NotebookClient(
            notebook,
            config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            timeout=TIMEOUT_S,
            record_timing=False,
            resources={"metadata": {"path": ROOT}},
        )
        try:
            client.execute(env=variables)
        except CellExecutionError as error:
            raise FiguresError(f"{path.name} failed: {error.ename}: {error.evalue}") from error
    notebook.metadata = {key: notebook.metadata[key] for key in ("jupytext", "kernelspec") if key in notebook.metadata}
    return notebook


def not_drawn(notebook: NotebookNode) -> list[str]:
    """Return what an executed notebook says that it lacks, a line for each missing result."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    said = [output.data.get("text/markdown", "") for output in outputs if "data" in output]
    lacking: dict[str, list[str]] = {}
    for text in said:
        if text.startswith(NOT_DRAWN):
            what, _, why = text.removeprefix(NOT_DRAWN).partition(BECAUSE)
            lacking.setdefault(why, []).append(what)
    return [f"{', '.join(dict.fromkeys(what))}{BECAUSE}{why}" for why, what in lacking.items()]


def write(notebook: NotebookNode, path: Path) -> None:
    """Write an executed notebook as .ipynb."""
    jupytext.write(notebook, path, fmt="ipynb")
