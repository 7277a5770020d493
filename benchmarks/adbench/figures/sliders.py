"""Sliders over a function of a few numbers, where the answer is arithmetic and comes at once."""

import os
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from IPython.display import Markdown, display

from adbench.figures.notebooks import NOT_DRAWN, WRITE_TO, show


def slide(answer: Callable[..., pd.DataFrame | str], **values: Sequence[Any]) -> Any:
    """Show `answer(**chosen)` beside a slider for each of its arguments, which go over `values`.

    They begin in the middle. Where no widgets are, as in a notebook on a code host, the answer there is shown alone,
    with the values that the sliders have in JupyterLab (make lab).
    """
    middle = {name: given[len(given) // 2] for name, given in values.items()}
    try:
        import ipywidgets
    except ModuleNotFoundError:
        ipywidgets = None
    if ipywidgets is None or WRITE_TO in os.environ:
        ranges = "; ".join(f"`{name}` {_range(given, middle[name])}" for name, given in values.items())
        shown: Any = show(lambda: answer(**middle))
        if shown.data.startswith(NOT_DRAWN):
            return shown
        return Markdown(f"{shown.data}\n\nSliders in JupyterLab (`make lab`): {ranges}.")  # type: ignore[no-untyped-call]  # IPython has no types
    return ipywidgets.interactive(
        lambda **chosen: display(show(lambda: answer(**chosen))),  # type: ignore[no-untyped-call]  # as above
        **{
            name: ipywidgets.SelectionSlider(
                options=[(_text(each), each) for each in given],
                value=middle[name],
                description=name,
                style={"description_width": "initial"},
            )
            for name, given in values.items()
        },
    )


def _range(given: Sequence[Any], middle: Any) -> str:
    return f"from {_text(given[0])} to {_text(given[-1])}, here {_text(middle)}"


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)
