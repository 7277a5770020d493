"""The comparison of settings changes what it says, and only that."""

import os
import re
import subprocess
import sys

import pytest

from adbench.experiments import tuning
from adbench.experiments.tuning import CHANGES, DEFAULT, Change, TuningError, TuningPlan, Turn
from adpulse.settings import Settings, unknown_variables
from adpulse.variants import catalogue


def test_names_tell_changes_apart() -> None:
    """A name is a row of the table, and a label in the result."""
    names = [change.name for change in (DEFAULT, *CHANGES)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("change", [each for each in CHANGES if each.variables], ids=lambda each: each.name)
def test_variables_are_settings(change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that the service does not know would compare nothing."""
    for name, value in change.variables.items():
        monkeypatch.setenv(name, value)
    assert unknown_variables() == []
    assert Settings() != Settings.model_construct()


@pytest.mark.parametrize("change", [each for each in CHANGES if each.code], ids=lambda each: each.name)
def test_code_still_finds_what_it_changes(change: Change) -> None:
    """The names that it patches exist in the service; a service without the change would compare nothing."""
    check = f"""
import gc
from adpulse.ingest import writer
from adpulse.web import server
before = (gc.freeze, writer.TURNS, writer.Writer._gather, server.Protocol._start_asgi_task)
{change.code}
assert before != (gc.freeze, writer.TURNS, writer.Writer._gather, server.Protocol._start_asgi_task)
"""
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.name)
def test_every_change_can_be_made(change: Change) -> None:
    """It is looked at before anything is measured."""
    change.check()


@pytest.mark.parametrize(
    "moved",
    [
        Change("moved", "nothing", {"ADPULSE_NO_SUCH_THING": "1"}),
        Change("moved", "nothing", code="from adpulse.ingest import writer; assert writer.NO_SUCH_THING"),
        Change("moved", "nothing", code="from adpulse.no_such_module import writer"),
    ],
)
def test_a_change_of_what_has_moved_is_an_error(moved: Change) -> None:
    """It would be measured as a change that makes no difference."""
    with pytest.raises(TuningError, match="moved"):
        moved.check()


@pytest.mark.parametrize("change", [each for each in CHANGES if each.schema], ids=lambda each: each.name)
def test_another_schema_has_the_same_columns(change: Change) -> None:
    """The text of the default variant is found and changed, and no column gets lost."""
    assert change.schema
    up = catalogue.find("rollup").script("up")
    changed = change.schema(up)
    assert changed != up
    columns = [set(re.findall(r"^  (\w+) .*NOT NULL|^  (event_id) uuid", text, re.MULTILINE)) for text in (up, changed)]
    assert columns[0] == columns[1]


def test_no_change_gives_up_durability() -> None:
    """Acknowledged events survive a crash in every turn."""
    forbidden = {"fsync", "synchronous_commit", "full_page_writes"}
    assert not any(forbidden & change.server.keys() for change in CHANGES)


def test_a_ratio_is_to_the_defaults_beside() -> None:
    """A change that is always twice as fast as what is beside it is so for certain, however the machine drifts."""
    beside = (1.0, 3.0, 10.0)
    turns = {
        DEFAULT: [Turn(dict.fromkeys(tuning.CELLS, rate), 1) for rate in (1.0, *beside)],
        CHANGES[0]: [Turn(dict.fromkeys(tuning.CELLS, 2 * rate), 1) for rate in beside],
    }
    ratios = {CHANGES[0]: [dict.fromkeys(tuning.CELLS, (rate, 2 * rate)) for rate in beside]}
    measured = list(tuning._measurements(TuningPlan(3, 1, 7), turns, ratios))
    for each in (found for found in measured if found.name == "of_default"):
        assert (each.value, each.low, each.high) == pytest.approx((2, 2, 2))
    assert {each.labels["change"] for each in measured if each.name == "tuning.rate"} == {"default", CHANGES[0].name}


def test_each_design_has_a_database() -> None:
    """Changes of settings share one; a design has its own."""
    assert {change.database for change in CHANGES if not change.schema} == {DEFAULT.database}
    designs = [change.database for change in CHANGES if change.schema]
    assert len(set(designs)) == len(designs)
    assert DEFAULT.database not in designs
