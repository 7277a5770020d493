"""The sketch is exact where it holds every user, near where it does not, and the count is the report's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from adbench.experiments import reach
from adbench.records import model
from adbench.workload.dataset import Dataset
from adpulse.settings import Settings

MIDNIGHT = datetime(2025, 9, 24, tzinfo=UTC)


@pytest.mark.parametrize(("k", "error"), [(4_096, 0.0), (64, 0.5)], ids=["all kept", "few kept"])
@pytest.mark.parametrize("server", ["pg18"], indirect=True)
def test_estimates_against_counts(
    server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, k: int, error: float
) -> None:
    """Without an error while a day has fewer than k users; with 64 kept, four standard errors (1 ÷ √62) at most."""
    for name in ("_BUILD", "_ESTIMATE"):
        statement = getattr(reach, name).replace(str(reach.K), str(k)).replace(str(reach.K - 1), str(k - 1))
        monkeypatch.setattr(reach, name, statement)
    plan = reach.Plan(Dataset(20_000, MIDNIGHT, campaigns=60), rounds=2)
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    result, path = reach.run(plan, settings, Console(quiet=True))
    assert model.read(path) == result
    users = [each.value for each in result.measurements if each.name == "reach.users"]
    errors = [each.value for each in result.measurements if each.name == "reach.error"]
    assert max(users) > 500
    assert all(abs(each) <= error for each in errors)
    assert (max(map(abs, errors)) > 0) == (error > 0)
    Console(quiet=True, record=True, width=120).print(reach.table(result))
