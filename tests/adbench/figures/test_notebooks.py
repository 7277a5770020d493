"""Notebooks run from top to bottom on the committed results, and their pictures are those in screenshots/."""

import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import jupytext
import matplotlib.image
import pytest
from IPython.display import Markdown
from matplotlib.testing.compare import compare_images
from typer.testing import CliRunner

from adbench import cli
from adbench.figures import notebooks, page, png, schema, text
from adbench.figures.notebooks import COMMANDS, FiguresError, Library, MissingResultError, load
from adbench.plots.style import PALETTE
from adbench.records import store
from adbench.records.manifest import reference
from adpulse.database import connections
from adpulse.variants import catalogue
from tests.servers import NewDatabase

ROOT = Path(__file__).parents[3]
NOTEBOOKS = notebooks.notebooks()
SAVED = re.compile(r"^save\(.*, \"([a-z0-9_]+)\"\)$", re.MULTILINE)
# The kinds of results that each notebook asks for, and one that none does; load-spike is drawn of one with a dashboard.
ASKED = [
    (path, what)
    for path in NOTEBOOKS
    for what in ("demo", *sorted({*re.findall(r"results\.\w+\(\"([a-z-]+)\"", path.read_text())} - {"load-spike"}))
]
# Pixels differ a little between versions of FreeType; a picture of other figures is far beyond.
TOLERANCE = 10


def saved(path: Path) -> list[str]:
    return SAVED.findall(path.read_text())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_draws_what_is_committed(path: Path, tmp_path: Path) -> None:
    """Every picture of the notebook, and no other; the .ipynb beside it holds the same cells, and was executed."""
    notebooks.execute(path, reference(), tmp_path)
    assert sorted(picture.stem for picture in tmp_path.iterdir()) == sorted(saved(path))
    for name in saved(path):
        committed = notebooks.SCREENSHOTS / f"{name}.png"
        assert compare_images(str(committed), str(tmp_path / f"{name}.png"), TOLERANCE) is None, (
            f"{name}: make screenshots"
        )
    written = jupytext.read(path.with_suffix(".ipynb"))
    assert [cell.source for cell in written.cells] == [cell.source for cell in jupytext.read(path).cells]
    assert all(cell.outputs for cell in written.cells if cell.cell_type == "code" and "show(" in cell.source)


def test_notebooks_are_light_and_hold_nothing_twice() -> None:
    """Each picture once, small; tables as Markdown, without a second copy; nothing that changes in every run."""
    pictures: list[str] = []
    for path in NOTEBOOKS:
        written = json.loads(path.with_suffix(".ipynb").read_text())
        assert set(written["metadata"]) <= {"jupytext", "kernelspec"}
        assert [cell["id"] for cell in written["cells"]] == [f"cell-{place}" for place in range(len(written["cells"]))]
        for output in (output for cell in written["cells"] for output in cell.get("outputs", ())):
            assert output["output_type"] == "execute_result"
            assert set(output["data"]) <= {"text/markdown", "text/plain", "image/png"}
            assert "text/html" not in output["data"]
            pictures += [output["data"]["image/png"]] if "image/png" in output["data"] else []
    drawn = [path for path in notebooks.SCREENSHOTS.glob("*.png") if path.stem != page.NAME]
    assert len(pictures) == len(set(pictures)) == len(drawn)
    assert sum(path.with_suffix(".ipynb").stat().st_size for path in NOTEBOOKS) < 1_500_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_numbers_and_ends_with_the_reader(path: Path) -> None:
    """A table comes before the first picture, and the last heading is the reader's."""
    cells = jupytext.read(path).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    drawn = next(place for place, source in enumerate(code) if "save(" in source)
    assert any("show(" in source for source in code[1 : drawn + 1]) or "d2." in code[drawn]
    assert [cell.source for cell in cells if cell.source.startswith("## ")][-1].startswith("## Your turn")
    assert cells[-1].cell_type == "code"


def test_a_notebook_as_text(tmp_path: Path) -> None:
    """`git diff` compares cells, tables and errors as they are, and a picture by a mark of its bytes."""
    outputs = [
        {"output_type": "execute_result", "data": {"text/markdown": ["| a |"], "text/plain": "<Markdown>"}},
        {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "<Image>"}},
        {"output_type": "stream", "text": ["said\n"]},
        {"output_type": "error", "ename": "KeyError", "evalue": "'x'"},
    ]
    cell = {"cell_type": "code", "source": ["show(x)\n", "y"], "outputs": outputs}
    shown = list(text.lines({"cells": [cell]}))
    assert shown[1] == "show(x)\ny"
    assert [line.partition(": ")[2] for line in shown[2:5:2]] == ["| a |", "said\n"]
    assert "picture" in shown[3]
    assert "AAAA" not in shown[3]
    assert shown[5].endswith("KeyError: 'x'")


def test_every_picture_comes_from_one_command_and_is_shown() -> None:
    """A notebook or --page draws each picture once; none is left over, and each is in the README or in docs/."""
    drawn = [*(name for path in NOTEBOOKS for name in saved(path)), page.NAME]
    assert sorted(drawn) == sorted(path.stem for path in notebooks.SCREENSHOTS.glob("*.png"))
    pages = "".join(path.read_text() for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    assert [name for name in drawn if f"screenshots/{name}.png" not in pages] == []


@pytest.mark.parametrize("path", sorted(notebooks.SCREENSHOTS.glob("*.png")), ids=lambda path: path.stem)
def test_no_picture_is_blank(path: Path) -> None:
    """There is ink on it, and it is at least as wide as a README."""
    pixels = matplotlib.image.imread(path)[..., :3]
    assert pixels.shape[1] >= 800
    assert 0.005 < (pixels.min(axis=2) < 0.9).mean() < 0.9


@pytest.mark.anyio
@pytest.mark.every_version
async def test_the_drawn_schema_is_the_real_one(new_database: NewDatabase) -> None:
    """The diagram shows the catalogue of today; if this fails, run: adbench figures --catalogue."""
    drawn = load(reference()).latest("catalogue")
    assert drawn.variant == "rollup_dims"
    connection = await connections.connect(await new_database("rollup_dims"))
    assert drawn.parameters == await schema.read(connection, catalogue.find("rollup_dims"))
    await connection.close()


def test_a_missing_result_is_named() -> None:
    """A missing result is named, instead of a traceback somewhere in a plot."""
    with pytest.raises(MissingResultError, match=r"'matrix'.*adbench matrix"):
        Library({}).latest("matrix")


def test_the_run_that_compares_most_designs_is_found() -> None:
    """The run with the most designs is found, also when a newer one has two of them."""
    library = load(reference())
    whole = library.widest("matrix")
    two = whole.model_copy(update={"variant": "heap,rollup", "started_at": whole.started_at + timedelta(days=1)})
    library = Library({**library.files, Path("newer"): two})
    assert library.latest("matrix") is two
    assert library.widest("matrix") is whole


def test_a_folder_without_results_is_an_error(tmp_path: Path) -> None:
    """A folder without results is an error that names the folder."""
    with pytest.raises(FiguresError, match=tmp_path.name):
        load([tmp_path])


def kept(what: str) -> Path:
    return next(path for path, result in load(reference()).files.items() if result.what == what)


@pytest.mark.parametrize(("path", "what"), ASKED, ids=[f"{path.stem}-{what}" for path, what in ASKED])
def test_a_notebook_runs_on_a_single_result(
    path: Path, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It draws what it can; for the rest it names the command that makes the result, and no cell fails."""
    own = tmp_path / "results"
    own.mkdir()
    (own / kept(what).name).write_bytes(kept(what).read_bytes())
    (own / "k6.json").write_text("{}")  # no result, and none of our business
    said: list[str] = []

    def note(name: str, error: LookupError) -> Markdown:
        said.append(f"{name}: {error}")
        return Markdown(notebooks.NOT_DRAWN)

    monkeypatch.setenv(notebooks.READ_FROM, str(own))
    monkeypatch.setenv(notebooks.WRITE_TO, str(tmp_path / "drawn"))
    monkeypatch.setattr(notebooks, "_not_drawn", note)
    exec(compile(path.read_text(), path.name, "exec"), {})
    drawn = {picture.stem for picture in (tmp_path / "drawn").glob("*.png")}
    missed = {line.split(":")[0] for line in said}
    assert drawn | missed - {"tables"} == set(saved(path))
    assert not drawn & missed
    for line in said:
        assert ": adbench " in line or "has no" in line


@pytest.mark.parametrize("path", [path for path, what in ASKED if what == "matrix"], ids=lambda path: path.stem)
def test_a_notebook_runs_on_a_matrix_of_one_design(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a first try of `adbench matrix --variants covering` gives it, on empty caches too: no cell fails."""
    whole = load([kept("matrix")]).widest("matrix")
    one = [each for each in whole.measurements if each.labels["variant"] == "covering"]
    cold = [
        each.model_copy(update={"name": "cold.latency", "labels": each.labels | {"phase": phase}, "detail": "dropped"})
        for each in one
        if each.name == "report.latency" and each.labels["quantile"] == "0.5"
        for phase in ("cold", "first_warm")
    ]
    own = tmp_path / "results"
    store.write(whole.model_copy(update={"variant": "covering", "measurements": [*one, *cold]}), own)
    monkeypatch.setenv(notebooks.READ_FROM, str(own))
    monkeypatch.setenv(notebooks.WRITE_TO, str(tmp_path / "drawn"))
    names: dict[str, Any] = {}
    exec(compile(path.read_text(), path.name, "exec"), names)
    if "after_restart" in names:
        assert [str(each) for each in names["after_restart"]().columns] == ["cold", "first warm", "warm"]


def test_figures_on_own_results_alone(tmp_path: Path) -> None:
    """Pictures go to .adpulse/figures and never to screenshots/; what is missing is named; the outputs stay."""
    own = tmp_path / "results"
    own.mkdir()
    (own / kept("stages").name).write_bytes(kept("stages").read_bytes())
    ingest = next(path for path in NOTEBOOKS if path.stem.startswith("02_"))
    notebook = notebooks.execute(ingest, [own], tmp_path / "drawn")
    assert [path.stem for path in (tmp_path / "drawn").iterdir()] == ["cost_per_event"]
    (missed,) = notebooks.not_drawn(notebook)
    assert "'ingest'" in missed
    assert "adbench run ingest" in missed


def test_a_notebook_that_is_run_by_hand_leaves_screenshots_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook that is run in JupyterLab, where nobody says where pictures go, leaves screenshots/ alone."""
    monkeypatch.delenv(notebooks.WRITE_TO, raising=False)
    monkeypatch.setenv("ADPULSE_DATA_DIR", str(tmp_path))
    before = (notebooks.SCREENSHOTS / "03_throughput.png").read_bytes()
    notebooks.save(lambda: before, "01_architecture")
    assert (tmp_path / "figures" / "01_architecture.png").read_bytes() == png.light(before)
    assert (notebooks.SCREENSHOTS / "01_architecture.png").read_bytes() != png.light(before)


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_jupyterlab_opens_for_anybody_on_a_port_of_choice() -> None:
    """It refuses root unless told otherwise."""
    command = ["make", "--dry-run", "--no-print-directory", "lab", "PORT=9876"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()[-1]
    assert "jupyter lab notebooks" in shown
    assert "--port 9876" in shown
    assert "--allow-root" in shown


def test_figures_without_anything_to_draw_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder, and an installed wheel, where no notebooks are: one line, and status 2."""
    empty = CliRunner().invoke(cli.app, ["figures", "--results", str(tmp_path)])
    assert (empty.exit_code, empty.stderr.count("\n")) == (2, 1)
    assert "no results" in empty.stderr
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    wheel = CliRunner().invoke(cli.app, ["figures"])
    assert (wheel.exit_code, wheel.stderr.count("\n")) == (2, 1)
    assert "in a checkout" in wheel.stderr


@pytest.mark.parametrize("what", sorted(COMMANDS))
def test_the_command_for_a_result_exists(what: str) -> None:
    """Every command that makes a result exists, with its options."""
    words = COMMANDS[what].split()[1:]
    names = words[: 2 if words[0] in ("run", "load") else 1]
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(cli.app, [*names, "--help"])
    assert shown.exit_code == 0
    assert all(word in shown.output for word in words if word.startswith("--"))


def test_every_result_that_a_notebook_asks_for_has_a_command() -> None:
    """Every result that a notebook asks for has a command that makes it."""
    asked = {
        what
        for path in NOTEBOOKS
        for what in re.findall(r"results\.(?:latest|widest|frame|comparable)\(\"([a-z0-9-]+)\"", path.read_text())
    }
    assert asked
    assert asked <= set(COMMANDS)


def test_every_variant_has_a_colour() -> None:
    """Every variant has a colour of its own."""
    assert {variant.name for variant in catalogue.load_all()} <= set(PALETTE)
    assert len(set(PALETTE.values())) == len(PALETTE)
