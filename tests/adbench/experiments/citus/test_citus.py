"""A cluster against one node: what is measured there, what is made of it, and what is said without a cluster."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from adbench import cli
from adbench.experiments.citus import phases, run, tables
from adbench.records import model, store
from adbench.records.model import Measurement
from adbench.workload.dataset import Dataset
from adbench.workload.request_bodies import Cell
from adpulse.settings import Settings
from tests.servers import GIVEN

END = datetime(2026, 3, 1, tzinfo=UTC)
PLAN = run.CitusPlan("", Dataset(2_000, END, days=7, campaigns=50), (4, 2), rounds=2, seconds=1, reports=5, workers=1)


def found(kept: float, times: float) -> Iterator[Measurement]:
    """Yield the figures of a cluster that keeps this share of every rate and takes this many times as long."""
    rates = {"rollup": [100.0, 200.0], "citus": [100.0 * kept, 200.0 * kept]}
    for shards in PLAN.shards:
        for size in phases.COPIES:
            yield from phases.compared("copy", rates, {"shards": str(shards), "rows": str(size)}, 7)
        yield from phases.spreads({"shard": 0.4, "node": 0.6, "campaign": 0.3}, shards)
    for cell in phases.CELLS:
        yield from phases.compared("ingest", rates, {"shards": str(PLAN.shards[0]), **cell.labels}, 7)
    for shape in (*phases.SINGLE, *phases.ALL):
        yield from phases.medians(shape, {"rollup": [1.0] * 5, "citus": [times] * 5}, 7)


def result(kept: float, times: float) -> model.Result:
    empty = store.of_run(
        what="citus", started_at=END, postgres=None, data=PLAN.data.described, variant="citus,rollup", parameters={},
        measurements=found(kept, times), checks=[],
    )  # fmt: skip
    return empty.model_copy(update={"checks": list(run.aims(PLAN, empty))})


@pytest.mark.parametrize(("kept", "times", "reached"), [(0.6, 2.0, True), (0.4, 4.0, False)])
def test_aims_follow_from_what_was_found(kept: float, times: float, reached: bool) -> None:
    """Half of the ingest, three times the report of a single campaign: each is looked at, all may be missed."""
    made = result(kept, times)
    assert len(made.checks) == len(phases.CELLS) + len(phases.SINGLE)
    assert {check.passed for check in made.checks} == {reached}
    assert made.passed, "an aim that is missed is no failure"


def test_tables_show_every_ratio() -> None:
    """Each ratio that was measured has its row, with both sides beside it."""
    made = result(0.6, 2.0)
    head, rows = tables.writing(made)
    assert len(rows) == len(PLAN.shards) * len(phases.COPIES) + len(phases.CELLS)
    first = dict(zip(head, rows[0], strict=True))
    assert (first["shards"], first["one node"], first["cluster"]) == ("4", "141", "85")
    assert first["cluster ÷ one node (95 %)"] == "0.60 (0.60 – 0.60)"
    assert {row[-1] for row in tables.reports(made)[1]} == {"2.00 (2.00 – 2.00)"}
    assert [row[:3] for row in tables.spreads(made)[1]] == [("4", "25.0%", "40.0%"), ("2", "50.0%", "40.0%")]
    console = Console(record=True, width=140, file=io.StringIO())
    console.print(tables.shown(made))
    assert "week-largest-by-hour" in console.export_text()


def test_without_a_cluster_it_says_so() -> None:
    """One line that says what is missing, and status 2."""
    done = CliRunner().invoke(cli.app, ["run", "citus"], env={"ADPULSE_CITUS_URL": ""})
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "ADPULSE_CITUS_URL" in done.stderr


@pytest.mark.skipif(GIVEN["citus"] not in os.environ, reason="needs a cluster: ADPULSE_CITUS_URL")
def test_a_small_run_on_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All figures are there, both sides agree, and nothing is left on the cluster."""
    monkeypatch.setattr(phases, "COPIES", {100: 2})
    monkeypatch.setattr(phases, "CELLS", [Cell(100)])
    monkeypatch.setattr(run, "CELLS", [Cell(100)])
    plan = replace(PLAN, home=os.environ[GIVEN["citus"]], seconds=3)
    made, path = run.run(plan, Settings(data_dir=tmp_path), Console(quiet=True))
    assert store.read(path) == made
    assert {check.name: check.detail for check in made.checks if not check.aim and not check.passed} == {}
    assert 0 < made.value("spread", shards="4", of="campaign") <= made.value("spread", shards="4", of="shard") < 1
