"""Tables of notebooks, as Markdown: read in a diff and on a code host alike, and the same bytes in every run.

The HTML that pandas makes is held twice in a notebook, beside a text, with style sheets that code hosts drop.
"""

from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

MISSING = "–"
NOTHING = 0.0005  # smaller values are printed as 0


def table(found: pd.DataFrame, bold: Callable[[Any], bool] = lambda value: False) -> str:
    """Return a frame: its index, if that has a name, then its columns. Numbers for which `bold` holds are bold."""
    plain = found.reset_index() if any(name is not None for name in found.index.names) else found
    heads = [_head(column, found.columns.names) for column in plain.columns]
    aligned = ["---:" if _numeric(plain[column]) else "---" for column in plain.columns]
    numbers = len(plain.columns) - len(found.columns)  # those before are the index
    rows = []
    for values in plain.itertuples(index=False, name=None):
        cells = [_cell(value) for value in values]
        rows.append(
            [
                f"**{cell}**"
                if place >= numbers and isinstance(value, Real) and cell != MISSING and bold(value)
                else cell
                for place, (cell, value) in enumerate(zip(cells, values, strict=True))
            ]
        )
    return lines(heads, rows, aligned)


def lines(head: Sequence[str], rows: Sequence[Sequence[str]], aligned: Sequence[str] = ()) -> str:
    """Return a table, given its cells as texts."""
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, aligned or ["---"] * len(head), *rows))


def _numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _head(column: Any, names: Sequence[Any]) -> str:
    """Return the head of a column: of one that stands for a value, such as 0.95, with the name of what that is."""
    parts = column if isinstance(column, tuple) else (column,)
    named = [*names, *[None] * len(parts)]
    texts = [
        f"{name} {_cell(part)}" if name and isinstance(part, Real) else str(part)
        for part, name in zip(parts, named, strict=False)
        if part != ""
    ]
    return ", ".join(texts)


def _cell(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if pd.isna(value):
        return MISSING
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Integral):
        return f"{int(value):,}"
    if isinstance(value, Real):
        number = float(value)
        return f"{number:,.0f}" if abs(number) >= 100 or abs(number) < NOTHING else f"{number:.3g}"
    return str(value).replace("|", "\\|").replace("\n", " ")
