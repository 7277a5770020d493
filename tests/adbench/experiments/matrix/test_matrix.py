"""The matrix measures every cell on the same events, throws wrong answers away, and goes on after an interruption.

Databases are named after size and variant, and one server serves all tests: each test has a size of its own.
"""

import asyncio
import io
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from adbench.experiments.matrix import cold, measurements, outcome, phases, turns
from adbench.experiments.matrix.expected import PROBE, Expected
from adbench.experiments.matrix.plan import PHASES, SHAPES, MatrixError, MatrixPlan
from adbench.experiments.matrix.run import run
from adbench.experiments.matrix.sources import Source
from adbench.records import store
from adbench.records.model import Result
from adbench.workload.campaigns import COUNTRIES, KINDS, MIXES
from adbench.workload.dataset import Dataset
from adbench.workload.report_shapes import DAY, HOUR, Shape
from adpulse.database import connections
from adpulse.database.embedded import Cluster
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.servers import Server

END = datetime(2025, 9, 24, tzinfo=UTC)
ROOT = Path(__file__).parents[4]


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> Settings:
    return Settings(database_url=server.url(), data_dir=tmp_path)


@pytest.fixture
def quiet() -> Console:
    return Console(quiet=True)


def plan(size: int, *variants: str, **changed: object) -> MatrixPlan:
    fields = {
        "variants": variants,
        "sizes": (size,),
        "end": END,
        "days": 3,
        "campaigns": 60,
        "rounds": 1,
        "asking_s": 0,
        "written_copies": 2,
        "both_copies": 2,
    }
    return MatrixPlan(**fields | changed)


def cells(result: Result) -> set[tuple[str, str]]:
    return {(each.labels["variant"], each.labels["phase"]) for each in result.measurements}


@pytest.mark.every_version
def test_every_cell_has_its_numbers(settings: Settings, quiet: Console) -> None:
    """All phases of all variants, from the control on; the tables and the page of results know every number."""
    result, path = run(plan(3_001, "heap", "rollup", "matview"), settings, quiet)
    assert result.passed, result.checks
    assert cells(result) == {(name, phase) for name in ("heap", "rollup", "matview") for phase in PHASES}
    assert store.read(path) == result
    cell = {"events": "3001", "variant": "rollup", "phase": "both"}
    assert result.value("both.staleness", **cell) == 0
    assert result.value("ingest.of_control", **cell | {"phase": "ingest"}) > 0
    assert all(each.value >= 0 for each in result.measurements)
    page = (ROOT / "docs" / "reference" / "results.md").read_text()
    assert {each.name for each in result.measurements} - set(re.findall(r"`([a-z_.]+)`", page)) == set()
    shown = io.StringIO()
    Console(file=shown, width=200).print(outcome.tables(result))
    assert "rollup" in shown.getvalue()


def test_reports_on_empty_caches(home: Path, quiet: Console) -> None:
    """The embedded server is restarted: cold and first warm reports are apart, with what became of the page cache.

    While anybody else uses that server it is left alone, and the other phases are measured.
    """
    settings = Settings(database_url=None, data_dir=home)
    with Cluster(home).in_use() as url:
        result, _ = run(plan(3_008, "heap", "rollup", cold_passes=2), settings, quiet)
        assert result.passed, result.checks
        assert cells(result) == {
            (name, phase) for name in ("heap", "rollup") for phase in (*PHASES, "cold", "first_warm")
        }
        taken = result.select("cold.latency", variant="rollup", phase="cold", quantile="0.5")
        assert {each.labels.get("shape") for each in taken} == {None, *(shape.name for shape in SHAPES)}
        assert {each.detail for each in taken} <= {cold.DROPPED, cold.KEPT}
        assert not [gap for gap in result.gaps if gap.labels.get("phase") == "cold"]

        async def used() -> None:
            connection = await connections.connect(url)
            try:
                with pytest.raises(MatrixError, match="1 other session on it"):
                    await cold.Caches(settings).empty()
                assert await connection.fetchval("SELECT 1") == 1
            finally:
                await connection.close()

        asyncio.run(used())


def test_pages_are_dropped_where_the_system_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages of every file are dropped; a system that cannot do so is reported, not an error."""
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "1").write_bytes(bytes(8_192))
    asked: list[int] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda file, *_: asked.append(file), raising=False)
    monkeypatch.setattr(os, "POSIX_FADV_DONTNEED", 4, raising=False)
    assert cold.drop_pages(tmp_path)
    assert len(asked) == 1
    monkeypatch.delattr(os, "posix_fadvise")
    assert not cold.drop_pages(tmp_path)


def test_sizes_come_one_after_the_other(settings: Settings, quiet: Console) -> None:
    """Each has its numbers, and leaves nothing on the server."""
    result, _ = run(plan(3_002, "heap", sizes=(3_002, 6_002)), settings, quiet)
    found = {(each.labels["events"], each.labels["phase"]) for each in result.measurements}
    assert found == {(size, phase) for size in ("3002", "6002") for phase in PHASES}
    assert result.data is not None
    assert result.data.events == 6_002

    async def left() -> int:
        connection = await connections.connect(str(settings.database_url))
        found = await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname ~ 'matrix.*(3002|6002)'")
        await connection.close()
        return int(found)

    assert asyncio.run(left()) == 0


def test_an_interrupted_run_goes_on(settings: Settings, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finished parts are not measured again, and the result is complete."""

    async def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(phases, "ingest", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(plan(3_003, "heap", "covering"), settings, quiet)
    [folder] = (settings.data_dir / "matrix").iterdir()
    before = {path.name: path.read_bytes() for path in folder.glob("cell-*.json")}
    assert {name.rsplit("-", 1)[1] for name in before} == {"load.json", "report.json"}
    result, _ = run(None, settings, quiet)
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert result.passed
    assert cells(result) == {(name, phase) for name in ("heap", "covering") for phase in PHASES}
    with pytest.raises(MatrixError, match="no interrupted run"):
        run(None, settings, quiet)


def written(variant: Variant) -> str:
    """Return the report as it stands in its file, while the property is replaced."""
    own = variant.folder / "report.sql"
    return (own if own.exists() else variant.folder.parent / variant.header["report"]).read_text()


@pytest.fixture
def own_variants() -> Iterator[None]:
    """Read the designs anew, for a test that plants a fault in one; and once more for those after it."""
    catalogue.load_all.cache_clear()
    yield
    catalogue.load_all.cache_clear()


@pytest.mark.usefixtures("own_variants")
def test_a_wrong_answer_voids_the_cell(settings: Settings, quiet: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers of a design that reports something else are thrown away, said, and fail the run; others stand."""

    def report(variant: Variant) -> str:
        text = written(variant)
        return text.replace("event_type = 'click'", "event_type <> 'click'") if variant.name == "btree" else text

    monkeypatch.setattr(Variant, "report", property(report))
    result, _ = run(plan(3_004, "heap", "btree"), settings, quiet)
    assert not result.passed
    void = [gap for gap in result.gaps if gap.void]
    assert [(gap.labels["variant"], gap.labels["phase"]) for gap in void] == [("btree", "report")]
    assert "wrong answer to" in void[0].reason
    assert ("btree", "report") not in cells(result)
    assert {phase for name, phase in cells(result) if name == "heap"} == set(PHASES)
    assert {gap.labels["phase"] for gap in result.gaps if not gap.void} == {"ingest", "both", "cold"}


@pytest.mark.usefixtures("own_variants")
def test_an_event_that_stays_out_of_reports_is_noticed(
    settings: Settings, quiet: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Freshness is looked at, not taken for granted: reports that never show a committed event void the cell."""

    def report(variant: Variant) -> str:
        text = written(variant)
        return text.replace("ts >= $2::timestamptz", f"ts >= $2::timestamptz AND campaign_id <> '{PROBE}'")

    monkeypatch.setattr(Variant, "report", property(report))
    result, _ = run(plan(3_005, "heap"), settings, quiet)
    [void] = [gap for gap in result.gaps if gap.void]
    assert void.labels["phase"] == "both"
    assert "was not reported" in void.reason


def test_a_cell_beyond_the_budget_is_named(settings: Settings, quiet: Console) -> None:
    """A cell beyond the budget is not measured, says why in every phase, and is no failure."""
    result, _ = run(plan(3_006, "heap", budget_s=0.001), settings, quiet)
    assert result.passed
    assert result.measurements == []
    measured = [gap for gap in result.gaps if "variant" in gap.labels]
    assert {gap.labels["phase"] for gap in measured} == set(PHASES)
    assert all("budget" in gap.reason and not gap.void for gap in measured)


def test_a_variant_that_cannot_be_built_is_left_out(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variant that cannot be built is left out with one line, and is a gap in the result."""
    shown = io.StringIO()
    result, _ = run(plan(3_007, "heap", "timescale"), settings, Console(file=shown, width=200))
    assert shown.getvalue().count("timescale is left out") == 1
    assert ("timescale", "load") not in cells(result)
    assert [gap.labels for gap in result.gaps] == [{"variant": "timescale"}, {"phase": "cold"}]


def test_the_recount_counts_as_one_would_by_hand() -> None:
    """Bucket by bucket and group by group, in the window, with the filter; probes are events of their own campaign."""
    data = Dataset(20_000, END, days=2, campaigns=60)
    shapes = (
        Shape("geo", DAY, "CAMP-0001", "hour", "geo"),
        Shape("campaigns", HOUR, None, None, "campaign_id"),
        Shape("filtered", DAY, "CAMP-0002", value="IN"),
    )
    counted, expected = (
        Expected(Source(plan(1, "heap", campaigns=60)).names, shapes, END),
        {shape.name: {} for shape in shapes},
    )
    for block in data:
        counted.add(block)
        for i in range(len(block)):
            ts, geo = datetime.fromtimestamp(int(block.ts[i]) / 1e6, UTC), MIXES[block.mix[i]]["geo"]
            campaign = data.campaign_id(int(block.campaign[i]))
            sums = [int(block.kind[i] == k) for k in range(len(KINDS))] + [int(block.cost[i]), int(block.revenue[i])]
            hour = ts.replace(minute=0, second=0, microsecond=0)
            for shape, key in zip(shapes, ((hour, geo), (None, campaign), (None, None)), strict=True):
                if ts >= END - shape.length and shape.campaign in (None, campaign) and shape.value in (None, geo):
                    rows = expected[shape.name]
                    rows[key] = tuple(a + b for a, b in zip(rows.get(key, (0,) * 5), sums, strict=True))
    assert counted.answers() == expected
    assert set(COUNTRIES) >= {group for _, group in expected["geo"]}
    assert counted.answers(probes=3)["campaigns"][None, PROBE] == (3, 0, 0, 3, 0)


@pytest.mark.anyio
async def test_arrivals_do_not_wait_for_answers() -> None:
    """The open model: all start on schedule although none has ended; one that does not end counts as unanswered."""
    started: list[int] = []

    async def stuck(at: int) -> None:
        started.append(at)
        await asyncio.Event().wait()

    outcomes = await turns.on_schedule(3, 0.01, stuck, patience_s=0.2)
    assert started == [0, 1, 2]
    assert [(seconds > 0, done) for seconds, done in outcomes] == [(True, False)] * 3

    async def fine(at: int) -> None:
        await asyncio.sleep(0)

    assert [done for _, done in await turns.on_schedule(3, 0.01, fine, patience_s=60)] == [True] * 3


def test_every_variant_writes_the_same_events() -> None:
    """Turns take different parts of the live data, in order, and the two writing phases begin with the same density."""
    this = plan(3_000, "heap", rounds=4, written_copies=20)
    parts = [part for turn in range(5) for part in this.live_parts("ingest", turn)]
    assert parts == sorted(set(parts))
    assert parts[-1][0] < this.live.blocks - 1
    last = this.live.block(parts[-1][0])
    assert timedelta() < this.stop - datetime.fromtimestamp(int(last.arrival[0]) / 1e6, UTC) < timedelta(minutes=1)


def test_rounds_are_compared_by_shapes_that_count_alike() -> None:
    """Twice as slow in one of two shapes is √2 times as slow, however long the other takes."""
    fast, slow = ({"a": [1.0, 1.0], "b": [value]} for value in (500.0, 1_000.0))
    one, two = measurements.per_round("report", [turns.Round(reports=fast), turns.Round(reports=slow)])
    assert two / one == pytest.approx(2**0.5)
