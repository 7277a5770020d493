"""Results as pandas DataFrames: `frame()` has a measurement a row, `runs()` a result a row.

A frame is tidy (Wickham, Tidy Data, 2014): each label of a measurement is a column of its own, typed by what it holds,
beside the columns that say where the number comes from. So it can be filtered, pivoted and plotted without the files.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from adbench.records.model import NotMeasured, Result
from adpulse.variants import catalogue

Files = Mapping[Path, Result]

_NUMBERS = {"value": "float64", "low": "float64", "high": "float64"}
_TEXTS = {"name": "string", "unit": "string", "detail": "string"}
_RUN = {
    "machine": "string",
    "cores": "Int64",
    "postgres": "string",
    "seed": "Int64",
    "revision": "string",
    "changed": "boolean",
    "started_at": "datetime64[us, UTC]",
    "file": "string",
}
_FREE = ("variant", "events", "phase")
_RESULT = {
    "what": "string",
    "variant": "string",
    "events": "Int64",
    "measurements": "int64",
    "checks": "int64",
    "passed": "boolean",
    "gaps": "int64",
}


def frame(files: Files) -> pd.DataFrame:
    """Return every measurement of some results, one a row, in the order of `files`.

    Columns: `name`; `variant` and `events` stored, of the run where a measurement does not say; a column for each
    label, such as `shape`, `phase`, `quantile` or `batch`; `value`, `low` and `high` (95 % interval, NaN where none was
    taken), `unit`, `detail`; `machine`, `cores`, `postgres`, `seed`, `revision`, `changed`, `started_at` and `file` of
    the run. Labels are numbers where all of them are, otherwise categories: designs in the order of sql/variants,
    others in the order in which they were measured. A label that is named like another column has `label_` before it.
    """
    rows = [row for path, result in files.items() for row in _measured(path, result)]
    kinds = {**_NUMBERS, **_TEXTS, **_RUN}
    found = pd.DataFrame(rows, columns=None if rows else ["variant", "events", *kinds]).astype(kinds)
    labels = [column for column in found.columns if column not in kinds]
    return found.assign(**{label: _typed(found[label]) for label in labels})[
        ["name", *labels, *_NUMBERS, "unit", "detail", *_RUN]
    ]


def runs(files: Files) -> pd.DataFrame:
    """Return some results, one a row: what ran, where and on what data, and True in `passed` if its checks passed."""
    rows = [
        {
            "what": result.what,
            "variant": result.variant,
            "events": result.data.events if result.data else None,
            "measurements": len(result.measurements),
            "checks": len(result.checks),
            "passed": result.passed,
            "gaps": len(result.gaps),
            **_run(path, result),
        }
        for path, result in files.items()
    ]
    kinds = {**_RESULT, **_RUN}
    return pd.DataFrame(rows, columns=list(kinds)).astype(kinds)


def select(found: pd.DataFrame, name: str, *by: str, **labels: str | float) -> pd.DataFrame:
    """Return the rows of one measurement: those that have each label of `by`, have `labels`, and have no other label.

    Labels that every design has (variant, events, phase) may be there or not. Of rows that agree in all labels, as of
    two runs, the newest counts. Raise NotMeasured when there is none.
    """
    columns = [column for column in found.columns if column not in {**_NUMBERS, **_TEXTS, **_RUN}]
    wanted = found["name"] == name
    for column in columns:
        if column in labels:
            wanted &= found[column].eq(labels[column]).fillna(value=False)
        elif column not in _FREE:
            wanted &= found[column].notna() if column in by else found[column].isna()
    if not wanted.any() or not {*by, *labels} <= set(columns):
        words = " ".join([*by, *(f"{label}={value}" for label, value in labels.items())])
        raise NotMeasured(f"the result has no {name} {words}".rstrip())
    rows = found[wanted].sort_values("started_at", kind="stable").drop_duplicates(columns, keep="last")
    return rows.sort_index()


def comparable(found: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of one machine, that with the most measurements: times of two machines are not comparable."""
    machines = found.groupby(["machine", "cores"], sort=False)["value"].transform("size")
    rows: pd.DataFrame = found.loc[machines == machines.max()]
    return rows


def _run(path: Path, result: Result) -> dict[str, Any]:
    """Return where the numbers of a result come from, by column."""
    return {
        "machine": result.machine.cpu,
        "cores": result.machine.cores,
        "postgres": result.postgres.version if result.postgres else None,
        "seed": result.data.seed if result.data else None,
        "revision": result.source.revision,
        "changed": result.source.changed,
        "started_at": result.started_at,
        "file": f"{path.parent.name}/{path.name}",
    }


def _measured(path: Path, result: Result) -> Iterator[dict[str, Any]]:
    run = _run(path, result)
    inherited = {"variant": result.variant, "events": result.data.events if result.data else None}
    taken = {*_NUMBERS, *_TEXTS, *_RUN}
    for each in result.measurements:
        labels = {f"label_{label}" if label in taken else label: value for label, value in each.labels.items()}
        numbers = {"value": each.value, "low": each.low, "high": each.high}
        yield {"name": each.name, **inherited, **labels, **numbers, "unit": each.unit, "detail": each.detail, **run}


def _typed(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column of labels as numbers where all are, whole where all are whole, and else as ordered categories."""
    given = column.dropna()
    numbers = pd.to_numeric(given, errors="coerce")
    if len(given) and numbers.notna().all():
        return pd.to_numeric(column).astype("Int64" if (numbers % 1 == 0).all() else "Float64")
    order = [str(each) for each in given.unique()]
    if column.name == "variant":
        designs = [variant.name for variant in catalogue.load_all()]
        order.sort(key=lambda each: designs.index(each) if each in designs else len(designs))
    return column.astype(pd.CategoricalDtype(order, ordered=True))
