"""Results as DataFrames: every measurement is a row, every label a typed column, and nothing is lost on the way."""

from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from adbench.figures.notebooks import COMMANDS, Library, MissingResultError, load
from adbench.records import store
from adbench.records.frames import comparable, frame, runs, select
from adbench.records.model import Measurement, NotMeasured

FOLDERS = sorted(store.COMMITTED.glob("*/"))
COMMITTED = load(FOLDERS)
KINDS = sorted({result.what for result in COMMITTED.files.values()})


@pytest.mark.parametrize("what", KINDS)
def test_a_frame_has_every_measurement(what: str) -> None:
    """Every measurement is a row with its value, its interval and its labels, in every kind of result."""
    found = COMMITTED.frame(what)
    measured = [each for result in COMMITTED.every(what) for each in result.measurements]
    assert found["value"].tolist() == [each.value for each in measured]
    assert found["low"].count() == sum(each.low is not None for each in measured)
    for row, each in zip(found.to_dict("records"), measured, strict=True):
        for label, value in each.labels.items():
            held = row.get(f"label_{label}", row[label])
            assert held == value or float(held) == float(value), (each, held)


def test_every_kind_that_is_kept_says_how_it_is_made() -> None:
    """`adbench reach` has gone: its decision stays, and so does its result."""
    assert set(KINDS) - set(COMMANDS) == {"reach"}


def test_columns_have_types() -> None:
    """Numbers compare as numbers, designs sort in the order of sql/variants, times have a zone."""
    found = COMMITTED.frame("matrix")
    assert str(found["events"].dtype) == "Int64"
    assert str(found["quantile"].dtype) == "Float64"
    assert str(found["started_at"].dtype) == "datetime64[us, UTC]"
    assert list(found["variant"].cat.categories[:3]) == ["heap", "btree", "btree_gin"]
    assert found["variant"].min() == "heap"
    assert found.columns[0] == "name"


def test_a_pivot_needs_no_knowledge_of_files() -> None:
    """The numbers of the picture `growth` are one expression away."""
    found = COMMITTED.frame("matrix").query("name == 'report.latency' and quantile == 0.5 and shape.isna()")
    table = found.pivot_table(index="variant", columns="events", values="value", aggfunc="last", observed=True)
    newest = {
        (each.labels["variant"], int(each.labels["events"])): each.value
        for result in COMMITTED.every("matrix")
        for each in result.measurements
        if each.name == "report.latency" and each.labels.get("quantile") == "0.5" and "shape" not in each.labels
    }
    assert {(design, events): table.loc[design, events] for design, events in newest} == newest
    assert table.index[0] == "heap"


def test_runs_are_a_row_each() -> None:
    """Each run is a row with machine, PostgreSQL, code and the verdict of its checks."""
    found = COMMITTED.runs()
    assert len(found) == len(COMMITTED.files)
    assert found["started_at"].is_monotonic_increasing
    assert found.set_index("file").loc[:, "passed"].sum() == sum(each.passed for each in COMMITTED.files.values())


def test_a_label_does_not_hide_a_column() -> None:
    """`adbench simulate` has a label `machine`: that of the run stays beside it."""
    found = COMMITTED.frame("simulate")
    assert set(found["label_machine"].dropna()) == {"service", "shard"}
    assert set(found["machine"]) == {result.machine.cpu for result in COMMITTED.every("simulate")}


def test_nothing_measured_is_an_empty_frame() -> None:
    """A catalogue has no numbers; its columns are those of the others."""
    found = COMMITTED.frame("catalogue")
    assert found.empty
    assert {"name", "variant", "value", "file"} <= set(found.columns)
    assert runs({}).empty
    assert frame({}).empty


def test_numbers_that_are_partly_words_stay_words() -> None:
    """A column of labels has one type."""
    path, result = next((path, result) for path, result in COMMITTED.files.items() if result.what == "ingest")
    odd = [Measurement(name="x", value=1, unit="s", labels={"batch": batch}) for batch in ("1", "all")]
    found = frame({path: result.model_copy(update={"measurements": odd})})
    assert isinstance(found["batch"].dtype, pd.CategoricalDtype)


def test_an_unknown_kind_lists_those_there_are() -> None:
    """An unknown kind lists those that there are, also kinds that no command makes any more."""
    with pytest.raises(MissingResultError, match=r"'nonsense'.*matrix"):
        Library({Path("x"): next(iter(COMMITTED.files.values()))}).frame("nonsense")


def test_select_takes_exactly_these_labels() -> None:
    """Rows with another label stay out, and the labels `by` are all there; what nobody measured is named."""
    matrix = COMMITTED.frame("matrix")
    mix = select(matrix, "report.latency", quantile=0.5, phase="report")
    assert mix["shape"].isna().all()
    assert not mix.duplicated(["variant", "events"]).any()
    shapes = select(matrix, "report.latency", "shape", quantile=0.5, phase="report")
    assert shapes["shape"].notna().all()
    for name, labels in (("nonsense", {}), ("report.latency", {"batch": 3}), ("report.latency", {"quantile": 0.123})):
        with pytest.raises(NotMeasured, match=f"has no {name}"):
            select(matrix, name, **labels)


def test_of_two_runs_the_newest_counts() -> None:
    """A size that was measured twice is there once, with the newer value; other sizes stay."""
    path, result = next((path, result) for path, result in COMMITTED.files.items() if result.what == "matrix")
    again = result.model_copy(
        update={
            "started_at": result.started_at + timedelta(days=1),
            "measurements": [each.model_copy(update={"value": -1.0}) for each in result.measurements[:9]],
        }
    )
    found = frame({path: result, path.with_name("later"): again})
    name = result.measurements[0].name
    old, new = (select(each, name) for each in (frame({path: result}), found))
    assert len(old) == len(new)
    assert (new["value"] == -1).sum() == 1


def test_times_of_two_machines_are_not_mixed() -> None:
    """Rows of the machine with the most measurements are kept."""
    path, result = next((path, result) for path, result in COMMITTED.files.items() if result.what == "matrix")
    other = result.machine.model_copy(update={"cpu": "another"})
    small = result.model_copy(update={"machine": other, "measurements": result.measurements[:3]})
    found = comparable(frame({path: result, path.with_name("other"): small}))
    assert len(found) == len(result.measurements)
    assert set(found["machine"]) == {result.machine.cpu}
