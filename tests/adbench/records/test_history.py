"""Changes of level are found where they are, and not in noise."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from adbench import cli
from adbench.records import history, model
from adbench.records.history import SHORTEST, Series
from adbench.records.model import Measurement
from tests.adbench.records.test_records import result

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_step_is_found_where_it_is() -> None:
    """Fifteen results, then ten that are a fifth higher, with noise of 3 %."""
    rng = np.random.default_rng(1)
    values = np.r_[100 * rng.lognormal(0, 0.03, 15), 120 * rng.lognormal(0, 0.03, 10)]
    (change,) = history.changes(values)
    assert change.at == 15
    assert change.after / change.before == pytest.approx(1.2, rel=0.05)


def test_two_steps_are_both_found() -> None:
    """Each part is looked at again."""
    rng = np.random.default_rng(2)
    values = np.r_[rng.normal(10, 0.2, 12), rng.normal(13, 0.2, 12), rng.normal(16, 0.2, 12)]
    assert [change.at for change in history.changes(values)] == [12, 24]


def test_noise_has_few_changes() -> None:
    """Of twenty series without one, at one in a hundred, two would be too many."""
    rng = np.random.default_rng(3)
    called = sum(bool(history.changes(rng.normal(10, 1, 12))) for _ in range(20))
    assert called < 2


@pytest.mark.parametrize("values", [[], [1.0], [1.0] * 30, [1.0, 1.0, 5.0, 5.0, 5.0]])
def test_short_and_constant_series_have_none(values: list[float]) -> None:
    """Nothing is said of what cannot be told."""
    assert history.changes(values) == []


def test_series_hold_what_can_be_compared(tmp_path: Path) -> None:
    """By machine, command, variant and labels, in order of time whatever the file's name; the command lists changes."""
    for number in range(2 * SHORTEST + 6):
        found = result(
            started_at=BEGAN + timedelta(days=number),
            measurements=[
                Measurement(name="rate", value=100 + number % 2 + 50 * (number >= 6), unit="events/s"),
                Measurement(name="rate", value=5, unit="events/s", labels={"batch": "1"}),
            ],
        )
        model.write(found, tmp_path / f"{9 - number % 3}")
    (tmp_path / "manifest.json").write_text("{}")
    series = {each.key[5]: each for each in history.series(history.read(tmp_path))}
    assert set(series) == {"", "batch=1"}
    assert series[""].values[:2] == (100, 101)
    assert isinstance(series[""], Series)
    ran = CliRunner().invoke(cli.app, ["history", "--results", str(tmp_path), "--json"])
    assert ran.exit_code == 0, ran.output
    (changed,) = [each for each in json.loads(ran.stdout) if each["changes"]]
    assert [change["at"] for change in changed["changes"]] == [6]
    shown = CliRunner().invoke(cli.app, ["history", "--results", str(tmp_path)])
    assert shown.exit_code == 0
    assert "2 series" in shown.output
