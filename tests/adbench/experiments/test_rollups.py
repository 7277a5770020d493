"""The cost and gain of roll-ups: each ratio has its interval, and all designs gave the same answer."""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from adbench.experiments import rollups
from adbench.records import store
from adbench.workload import seed
from adbench.workload.dataset import Dataset
from adpulse.database import connections
from adpulse.settings import Settings

QUIET = Console(quiet=True)
END = datetime(2026, 3, 1, tzinfo=UTC)


def test_costs_and_savings_are_measured_on_equal_answers(server, tmp_path: Path, monkeypatch) -> None:
    """A small run has all figures, and its answers agree."""
    monkeypatch.setattr(rollups, "TURN", 1)
    monkeypatch.setattr(rollups, "LIVE_EVENTS", 500)
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    plan = rollups.RollupPlan(Dataset(2_000, END), dims_events=1_000, writes=2, reads=2)
    result, path = rollups.run(plan, settings, QUIET)
    assert store.read(path) == result
    assert {check.name: check.detail for check in result.checks if not check.aim and not check.passed} == {}
    assert sum(check.aim for check in result.checks) == 7
    for name in ("rollup", "rollup_dims"):
        for kind in ("live", "thin"):
            assert 0 < result.value("copy.deltas", variant=name, data=kind) <= 1
            for without in ("disabled", "dropped"):
                kept = result.find("copy.kept", variant=name, data=kind, without=without)
                assert 0 < kept.low <= kept.value <= kept.high


async def test_seeding_declares_the_dimensions_asked_for(new_database) -> None:
    """`ADPULSE_DIMENSIONS=device adbench seed --variant rollup_dims` keeps roll-ups of the device, and of no other."""
    url = await new_database(None)
    await seed.seed(url, Dataset(500, END), "rollup_dims", QUIET, ("device",))
    connection = await connections.connect(url)
    assert await connection.fetchval("SELECT array_agg(key) FROM rollup_dimension") == ["device"]
    assert await connection.fetchval("SELECT count(DISTINCT value) FROM rollup_value") > 1
    await connection.close()
