"""Counted signals come out the same every time, and show planted changes that time does not."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from adbench.gate.measure import explain, signals
from adbench.gate.measure.sides import prepare
from adbench.gate.measure.signals import Signals
from adbench.gate.proof.plants import SQL, Plant
from adbench.gate.verdict.decision import Verdict
from adbench.gate.verdict.findings import Finding, compare
from adbench.harness import databases
from adbench.workload.dataset import Dataset
from adpulse.database import connections, migrations
from adpulse.database.connections import Connection
from adpulse.database.embedded import Cluster
from adpulse.database.sql import SQL_DIR
from adpulse.settings import Settings
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant
from tests.servers import BINARIES, VERSIONS

DATA = Dataset(20_000, signals.END, days=30, campaigns=50, seed=7)


@pytest.fixture(scope="module", params=VERSIONS)
def still(request: pytest.FixtureRequest) -> Iterator[str]:
    """Start a server on which nothing happens by itself: the shared one vacuums and serves other tests."""
    with (
        tempfile.TemporaryDirectory(prefix="adpulse-gate-") as folder,
        Cluster(Path(folder), BINARIES[request.param], **signals.STILL).in_use() as url,
    ):
        yield url


async def count(server: str, sql: Path) -> Signals:
    """Count the signals of the default variant of a folder like sql/, in a new database."""
    (folder,) = (sql / "variants").glob("*_rollup")
    variant = Variant(folder, catalogue.read_header((folder / "up.sql").read_text()))
    url = await databases.recreate(server, "counted")
    connection = await connections.connect(url, plan_cache_mode="force_custom_plan", jit="off")
    try:
        await migrations.migrate(connection)
        await connection.execute(variant.script("up"))
        await prepare(connection, url, variant, DATA)
        return await signals.of_database(connection, variant, DATA, Settings())
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def base(still: str) -> Signals:
    return await count(still, SQL_DIR)


def regressions(found: list[Finding]) -> list[str]:
    return [finding.name for finding in found if finding.verdict is Verdict.REGRESSED]


async def test_the_same_design_counts_the_same(base: Signals, still: str) -> None:
    """Pages, rows and plans of another database with the same design are equal, not similar; so is the log, but for
    where its records fall on its own pages.
    """
    again = await count(still, SQL_DIR)
    assert (again.plans, again.indexes) == (base.plans, base.indexes)
    assert {key: value for key, value in again.counts.items() if key[0] != "wal"} == {
        key: value for key, value in base.counts.items() if key[0] != "wal"
    }
    assert again.counts == pytest.approx(base.counts, rel=1e-3)
    assert len(base.counts) >= 14
    assert {finding.verdict for finding in compare(base, again, again)} == {Verdict.SAME}


@pytest.mark.parametrize("plant", SQL, ids=lambda plant: plant.name)
async def test_planted_changes_are_caught(base: Signals, still: str, tmp_path: Path, plant: Plant) -> None:
    """A dropped index, an ORDER BY lost from the compaction's upsert, a report that stops being index-only."""
    shutil.copytree(SQL_DIR, tmp_path / "sql")
    plant.edit(tmp_path)
    found = regressions(compare(base, base, await count(still, tmp_path / "sql")))
    assert any(name.startswith(plant.promises[plant.name]) for name in found)


async def test_writes_are_counted(connection: Connection) -> None:
    """Rows of one statement; the log grows by more than their bytes."""
    await connection.execute("CREATE TABLE t (x text)")
    async with signals.written(connection) as wrote:
        await connection.execute("INSERT INTO t SELECT repeat('x', 100) FROM generate_series(1, 50)")
    assert wrote.rows == 50
    assert wrote.wal > 5_000


async def test_a_statement_that_is_explained_leaves_nothing(connection: Connection) -> None:
    """It runs, and is rolled back; what PostgreSQL cannot explain has no plan."""
    await connection.execute("CREATE TABLE t (x int PRIMARY KEY)")
    plan = await explain.run(connection, "INSERT INTO t SELECT 1 ON CONFLICT (x) DO UPDATE SET x = 2")
    assert plan.buffers
    assert await connection.fetchval("SELECT count(*) FROM t") == 0
    assert await explain.plan(connection, "REFRESH MATERIALIZED VIEW v") is None


def test_growth_counts_beyond_the_allowance() -> None:
    """A page more is the same; half as many again is not, and half is an improvement."""

    def verdict(after: float, control: float = 100) -> Verdict:
        base, again, head = (Signals(counts={("buffers", "hour"): value}) for value in (100.0, control, after))
        return next(f.verdict for f in compare(base, again, head) if f.name == "buffers hour")

    assert verdict(101) is Verdict.SAME
    assert verdict(150) is Verdict.REGRESSED
    assert verdict(50) is Verdict.IMPROVED
    assert verdict(150, control=120) is Verdict.CANNOT_TELL


def test_a_question_that_head_cannot_answer_is_not_the_same() -> None:
    """A signal that is missing is an open question, and not a pass."""
    base = Signals(counts={("memory", "decode"): 1.0})
    missing = Signals(missing={("memory", "decode"): "ImportError"})
    assert [f.verdict for f in compare(base, base, missing) if f.name == "memory decode"] == [Verdict.CANNOT_TELL]
    assert [f.verdict for f in compare(base, base, Signals()) if f.name == "memory decode"] == [Verdict.CANNOT_TELL]
