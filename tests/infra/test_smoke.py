""".ci/smoke, which CI and the release run on what they have built: it tells a right answer from a wrong one."""

import json
from collections.abc import Callable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from adbench.harness.service import serving
from tests.servers import NewDatabase

ROOT = Path(__file__).parents[2]


@pytest.fixture
def smoke() -> ModuleType:
    spec = spec_from_loader("smoke", SourceFileLoader("smoke", str(ROOT / ".ci" / "smoke")))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_a_service_that_is_right_passes_twice(
    smoke: ModuleType, new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events of an earlier run are not in the way; a report with one event too few is a failure."""
    with serving(await new_database("rollup_dims"), 1, tmp_path / "log") as address:
        smoke.service(address)
        smoke.service(address)
        ask: Callable[..., Any] = smoke.ask
        monkeypatch.setattr(smoke, "ask", lambda *words: json.loads(json.dumps(ask(*words)).replace(": 1,", ": 0,")))
        with pytest.raises(SystemExit, match="does not show"):
            smoke.service(address)


def test_a_target_that_is_down_fails(smoke: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prometheus itself answers while it does not reach the service."""
    targets = [{"health": "up"}, {"health": "down"}]
    answers = {"targets": {"activeTargets": targets}, "query": {"result": [1]}}
    monkeypatch.setattr(smoke, "PATIENCE_S", 0)
    monkeypatch.setattr(smoke, "ask", lambda address: {"data": answers[address.split("?")[0].rpartition("/")[2]]})
    with pytest.raises(SystemExit, match="targets"):
        smoke.prometheus("http://prometheus")
    targets.pop()
    smoke.prometheus("http://prometheus")
