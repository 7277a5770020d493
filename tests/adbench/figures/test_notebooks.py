"""Notebooks run from top to bottom on the committed results, and their pictures are those in screenshots/."""

import re
from datetime import timedelta
from pathlib import Path

import jupytext
import matplotlib.image
import pytest
from matplotlib.testing.compare import compare_images

from adbench.figures import notebooks, schema
from adbench.figures.notebooks import FiguresError, Library, load
from adbench.plots.style import PALETTE
from adbench.records.manifest import reference
from adpulse.database.connections import Connection
from adpulse.variants import catalogue

ROOT = Path(__file__).parents[3]
NOTEBOOKS = notebooks.notebooks()
SAVED = re.compile(r"^save\(.*, \"([a-z0-9_]+)\"\)$", re.MULTILINE)
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
    assert all(cell.outputs for cell in written.cells if cell.cell_type == "code")


def test_every_picture_comes_from_one_notebook_and_is_shown() -> None:
    """None is left over, none is drawn twice, and each stands in the README or in docs/."""
    drawn = [name for path in NOTEBOOKS for name in saved(path)]
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
async def test_the_drawn_schema_is_the_real_one(connection: Connection) -> None:
    """What the diagram was drawn from is what the catalogue says today; otherwise: adbench figures --catalogue."""
    kept = load(reference()).latest("catalogue")
    assert kept.variant == "rollup"
    assert kept.parameters == await schema.read(connection, catalogue.find("rollup"))


def test_a_missing_result_is_named() -> None:
    """Not a traceback somewhere in a plot."""
    with pytest.raises(FiguresError, match="'matrix'"):
        Library({}).latest("matrix")


def test_the_run_that_compares_most_designs_is_found() -> None:
    """Also when a newer one looks at two of them."""
    kept = load(reference())
    whole = kept.widest("matrix")
    two = whole.model_copy(update={"variant": "heap,rollup", "started_at": whole.started_at + timedelta(days=1)})
    library = Library({**kept.files, Path("newer"): two})
    assert library.latest("matrix") is two
    assert library.widest("matrix") is whole


def test_a_folder_without_results_is_an_error(tmp_path: Path) -> None:
    """And its name is in the text."""
    with pytest.raises(FiguresError, match=tmp_path.name):
        load([tmp_path])


def test_what_has_no_result_is_passed_over_and_named(tmp_path: Path) -> None:
    """Somebody's own run may hold a part: the rest is drawn, and the cells after a missing result still run."""
    ours = tmp_path / "results"
    ours.mkdir()
    (stages,) = (path for path, result in load(reference()).files.items() if result.what == "stages")
    (ours / stages.name).write_bytes(stages.read_bytes())
    ingest = next(path for path in NOTEBOOKS if path.stem.startswith("02_"))
    notebook = notebooks.execute(ingest, [ours], tmp_path / "drawn", missing=notebooks.MISSING)
    assert [path.stem for path in (tmp_path / "drawn").iterdir()] == ["cost_per_event"]
    (missed,) = notebooks.passed_over(notebook)
    assert "'ingest'" in missed


def test_every_variant_has_a_colour() -> None:
    """Its own."""
    assert {variant.name for variant in catalogue.load_all()} <= set(PALETTE)
    assert len(set(PALETTE.values())) == len(PALETTE)
