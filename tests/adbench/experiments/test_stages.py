"""The stages of a request add up to it, and what is sent meanwhile is stored once."""

from pathlib import Path

import pytest
from rich.console import Console

from adbench.experiments import stages
from adbench.experiments.stages import BATCHES, STAGES, WITHIN_WRITE
from adbench.records import store
from adpulse.settings import Settings


def test_every_stage_of_every_size_is_timed(server, tmp_path: Path) -> None:
    """From one instant to the next without a gap: of each request, the stages sum to the whole."""
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    result, path = stages.run(stages.Plan(rounds=3, seed=7), settings, Console(quiet=True))
    assert store.read(path) == result
    assert {check.name: check.detail for check in result.checks if not check.passed} == {}
    for size in BATCHES:
        names = (*STAGES, *WITHIN_WRITE, "request")
        times = {name: result.find("stage", stage=name, batch=str(size)) for name in names}
        assert all(times[name].value > 0 for name in (*STAGES, "copy", "commit", "request"))
        lower = sum(times[name].low for name in STAGES)
        upper = sum(times[name].high for name in STAGES)
        assert lower <= times["request"].high
        assert upper >= times["request"].low


def test_a_refused_batch_is_an_error(server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of batches that were not taken mean nothing."""
    monkeypatch.setattr(stages, "_bodies", lambda data, size, count: iter([b"{"] * count))
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    with pytest.raises(stages.ServiceError, match="malformed_json"):
        stages.run(stages.Plan(rounds=1, seed=7), settings, Console(quiet=True))
    assert not list(tmp_path.glob("results/*"))
