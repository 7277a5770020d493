"""Tables, pictures and sliders of notebooks: read on a code host, in a diff and in JupyterLab."""

import io
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from adbench.figures import markdown, notebooks, png, sliders
from adbench.figures.notebooks import MissingResultError, show


def test_a_frame_as_markdown() -> None:
    """The index comes first, numbers have three digits, what is missing has a dash, what is named has its name."""
    found = pd.DataFrame(
        {(0.5, "ms"): [1.23456, np.nan], (0.95, "ms"): [12_345.6, 3e-7]},
        index=pd.Index(["a|b", "c"], name="design"),
    )
    found.columns = found.columns.set_names(["quantile", None])
    assert markdown.table(found, bold=lambda ms: ms < 2).splitlines() == [
        "| design | quantile 0.5, ms | quantile 0.95, ms |",
        "| --- | ---: | ---: |",
        "| a\\|b | **1.23** | 12,346 |",
        "| c | – | **0** |",
    ]


def test_values_of_every_type() -> None:
    """Whole numbers, times and truths have their form; an index without a name is left out."""
    found = pd.DataFrame(
        {
            "events": pd.array([1_000_000, None], "Int64"),
            "at": pd.to_datetime(["2026-01-02 03:04", None]),
            "ok": [True, False],
        }
    )
    assert markdown.table(found).splitlines()[1:] == [
        "| ---: | --- | --- |",
        "| 1,000,000 | 2026-01-02 03:04 | yes |",
        "| – | – | no |",
    ]


def test_a_sentence_and_a_missing_result() -> None:
    """Both are lines of text; the latter says which command makes the result."""

    def missing() -> str:
        raise MissingResultError("adbench matrix makes it")

    assert show(lambda: "**5** designs").data == "**5** designs"
    assert show(missing).data.startswith(notebooks.NOT_DRAWN)


def test_a_preview_is_smaller_and_looks_the_same() -> None:
    """It is as wide as a page at most, in a fraction of the bytes, and the same bytes in every run."""
    across, down = np.meshgrid(np.linspace(0, 255, 1_620), np.linspace(0, 255, 900))
    noise = np.random.default_rng(7).normal(0, 5, (900, 1_620, 3))
    pixels = np.clip(np.stack([across, down, 255 - across], axis=2) + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    whole, small = png.light(buffer.getvalue()), png.preview(buffer.getvalue())
    assert len(small) < len(whole) < len(buffer.getvalue())
    shown = Image.open(io.BytesIO(small)).convert("RGB")
    assert shown.size == (png.PREVIEW_WIDTH, 450)
    assert np.abs(np.asarray(shown, float) - np.asarray(Image.fromarray(pixels).resize(shown.size), float)).mean() < 20
    assert png.preview(buffer.getvalue()) == small


def fleet(rate: int) -> str:
    return f"{rate} machines"


def test_without_widgets_a_slider_shows_its_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code host shows the answer in the middle, and the values that there are."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert sliders.slide(fleet, rate=[1, 2_000, 3]).data == (
        "2000 machines\n\nSliders in JupyterLab (`make lab`): `rate` from 1 to 3, here 2,000."
    )


def test_a_slider_without_its_result_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what is missing, and nothing of sliders."""

    def missing(rate: int) -> str:
        raise MissingResultError("adbench matrix makes it")

    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    assert sliders.slide(missing, rate=[1, 2]).data.endswith("adbench matrix makes it")


def test_with_widgets_every_value_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """In JupyterLab there is a slider for each argument, and moving it asks again; `adbench figures` has none."""
    shown: list[Any] = []

    def interactive(ask: Callable[..., None], **chosen: Any) -> dict[str, Any]:
        ask(**{name: slider.value for name, slider in chosen.items()})
        return chosen

    widgets = SimpleNamespace(interactive=interactive, SelectionSlider=lambda **given: SimpleNamespace(**given))
    monkeypatch.setitem(sys.modules, "ipywidgets", widgets)
    monkeypatch.setattr(sliders, "display", shown.append)
    monkeypatch.delenv(notebooks.WRITE_TO, raising=False)
    made = sliders.slide(fleet, rate=[1, 2, 3])
    assert [value for _, value in made["rate"].options] == [1, 2, 3]
    assert [each.data for each in shown] == ["2 machines"]
    monkeypatch.setenv(notebooks.WRITE_TO, "anywhere")
    assert "make lab" in sliders.slide(fleet, rate=[1, 2, 3]).data
