"""The stages of a request add up to it, and what is sent meanwhile is stored once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from adbench.experiments import stages
from adbench.experiments.stages import BATCHES, STAGES, WITHIN_WRITE
from adbench.harness.service import ServiceError, serving
from adbench.records import store
from adpulse.settings import Settings


def test_every_stage_of_every_size_is_timed(server, tmp_path: Path) -> None:
    """The stages of each request follow one another without a gap, and sum to the whole."""
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    result, path = stages.run(stages.StagePlan(rounds=3, seed=7), settings, Console(quiet=True))
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


async def test_a_mark_of_what_has_moved_is_an_error(url: str, tmp_path: Path) -> None:
    """The service would start without marks, and every stage would be that of a request long ago."""
    code = "from adpulse.ingest import group_commit; group_commit.no_such_function"
    with (
        pytest.raises(ServiceError, match="not there any more"),
        serving(url, 1, tmp_path / "log", code=code),
    ):
        pass


def test_the_service_that_is_measured_is_production(server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`adpulse serve`, with the protocol and the collector's settings that it has for everybody."""
    started: list[tuple[int, str]] = []

    @contextmanager
    def watched(url: str, workers: int, log: Path, code: str) -> Iterator[str]:
        started.append((workers, code))
        with serving(url, workers, log, code=code) as address:
            yield address

    monkeypatch.setattr(stages, "serving", watched)
    stages.run(stages.StagePlan(1, 7), Settings(database_url=server.url(), data_dir=tmp_path), Console(quiet=True))
    ((workers, code),) = started
    assert workers == 1
    assert re.fullmatch(r"from adbench.experiments import marks; marks.install\('.*'\)", code)


def test_a_refused_batch_is_an_error(server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of batches that were not taken mean nothing."""
    monkeypatch.setattr(stages, "_bodies", lambda data, size, count: iter([b"{"] * count))
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    with pytest.raises(ServiceError, match="malformed_json"):
        stages.run(stages.StagePlan(rounds=1, seed=7), settings, Console(quiet=True))
    assert not list(tmp_path.glob("results/*"))
