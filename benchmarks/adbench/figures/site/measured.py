"""The results as one JSON that the explorer reads: every measurement of every kind, texts written once."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from adbench.figures.notebooks import Library
from adbench.records.model import Result

NUMBERS = ["value", "low", "high"]
_LEFT_OUT = {*NUMBERS, "detail", "seed", "revision", "changed", "cores", "started_at"}


def table(files: Mapping[Path, Result], home: Path) -> dict[str, Any]:
    """Return kind → `columns`, each with its values in their order, and `rows`.

    A row has the place of its value in each column, null where it has none, and then its NUMBERS. `file` is a path
    below `home`.
    """
    library = Library(dict(files))
    names = {f"{path.parent.name}/{path.name}": path.relative_to(home).as_posix() for path in files}
    kinds = dict.fromkeys(result.what for result in files.values() if result.measurements)
    return {kind: _kind(library.frame(kind), names) for kind in sorted(kinds)}


def _kind(found: pd.DataFrame, names: Mapping[str, str]) -> dict[str, Any]:
    found = found.assign(
        machine=found["machine"] + ", " + found["cores"].astype("string") + " cores",
        date=found["started_at"].dt.strftime("%Y-%m-%d"),
        file=found["file"].map(names),
    )
    columns = [name for name in found.columns if name not in _LEFT_OUT and found[name].notna().any()]
    coded: dict[str, list[Any]] = {}
    places = []
    for name in columns:
        column = found[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.cat.remove_unused_categories()
        elif name in ("name", "unit"):
            column = column.astype(pd.CategoricalDtype(list(column.dropna().unique())))
        else:
            column = column.astype("category")
        coded[name] = column.cat.categories.tolist()
        places.append([None if code < 0 else code for code in column.cat.codes.tolist()])
    numbers = [[None if pd.isna(each) else each for each in found[name].tolist()] for name in NUMBERS]
    return {"columns": coded, "rows": [list(row) for row in zip(*places, *numbers, strict=True)]}
