"""The share of the ceiling: bare partitions, the design in force and the one without dimensions, in the same rounds."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from adbench.errors import LabError
from adbench.experiments import ingest, psql_ceiling
from adbench.harness import k6
from adbench.harness.databases import connected
from adbench.records import store
from adbench.workload.copy_loader import COLUMNS
from adbench.workload.dataset import BLOCK
from adbench.workload.request_bodies import Cell, live
from adpulse.settings import Settings

QUIET = Console(quiet=True)


def test_default_ceiling_and_the_design_without_dimensions_share_rounds(
    server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each ratio has its interval, and what each service accepted is stored once in its own database."""
    try:
        k6.find_k6()
    except k6.LoadError:
        pytest.skip("no k6 here")
    monkeypatch.setattr(psql_ceiling, "COPIES", 1)
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    plan = ingest.IngestPlan(rounds=2, seconds=0.5, workers=1, seed=7, cells=[ingest.PLAIN])
    result, path = ingest.run(plan, settings, QUIET)
    assert store.read(path) == result
    assert {check.name: check.detail for check in result.checks if not check.aim and not check.passed} == {}
    assert [check.name for check in result.checks if check.aim] == [
        "plain batches ÷ ceiling at least 0.4",
        "plain batches ÷ into rollup at least 0.85",
    ]
    labels = ingest.PLAIN.labels
    beside = labels | {"variant": "rollup"}
    for name, given in (("of_ceiling", labels), ("of_beside", beside), ("beside.of_ceiling", beside)):
        found = result.find(name, **given)
        assert 0 < found.low <= found.value <= found.high
    shares = result.value("of_ceiling", **labels) / result.value("beside.of_ceiling", **beside)
    assert result.value("of_beside", **beside) == pytest.approx(shares)
    assert ingest.table(result).row_count == 3


@pytest.mark.parametrize(
    ("variant", "cells", "expected"),
    [
        (None, [ingest.PLAIN, Cell(1)], ["rollup"]),
        (None, [Cell(1)], []),  # --only names others
        ("rollup", [ingest.PLAIN], []),  # it would be compared with itself
    ],
)
def test_the_other_design_takes_plain_batches(variant: str | None, cells: list[Cell], expected: list[str]) -> None:
    """It is measured where there is something to compare."""
    turns = ingest.turns(variant or "rollup_dims", cells)
    assert [turn for turn in turns if turn.variant == (variant or "rollup_dims")] == [
        ingest.Turn(variant or "rollup_dims", cell) for cell in cells
    ]
    assert [turn.variant for turn in turns[len(cells) :]] == expected


async def test_the_ceiling_has_no_trigger(server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams go straight into partitions of the design's layout, on which nothing is run and nothing rolled up."""
    monkeypatch.setattr(psql_ceiling, "COPIES", 1)
    streams = psql_ceiling.write_csv(live(datetime(2026, 3, 1, 0, 0, 1, tzinfo=UTC), seed=7), tmp_path)
    url = await psql_ceiling.bare_partitions(server.url(), "adpulse_ceiling_test", streams)
    psql = psql_ceiling.find_psql(Settings())
    assert psql_ceiling.copy_in(psql, url, streams, tmp_path) > 0
    async with connected(url) as connection:
        assert await connection.fetchval("SELECT count(*) FROM events") == psql_ceiling.STREAMS * BLOCK
        assert not await connection.fetchval("SELECT count(*) FROM events_default")
        assert not await connection.fetchval("SELECT count(*) FROM rollup_delta")
        columns = await connection.fetchval(
            "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = 'events'::regclass AND attnum > 0"
        )
        assert set(columns) == set(COLUMNS)
        with pytest.raises(LabError, match="psql failed"):
            psql_ceiling.copy_in(psql, url, [{datetime(1990, 1, 1).date(): tmp_path / "none"}], tmp_path)
