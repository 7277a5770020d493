"""A promise is read exactly, and broken with its figure."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from adbench.checks import promises
from adbench.checks.promises import Promise, PromiseError
from adpulse.variants import catalogue
from adpulse.variants.catalogue import Variant

FAST = Promise(50, 200, 1_000_000)


def variant(text: str) -> Variant:
    return Variant(Path("99_some"), {"promises": text})


def test_promises_are_read() -> None:
    """One or several, each with its percentile, limit and scale."""
    assert promises.read(variant("report p50 < 200 ms at 1,000,000 events")) == [FAST]
    assert promises.read(variant("report p50 < 200 ms at 1000000 events; report p95 < 0.5 ms at 20 events")) == [
        FAST,
        Promise(95, 0.5, 20),
    ]
    assert promises.read(Variant(Path("99_some"), {})) == []


@pytest.mark.parametrize(
    "text",
    ["fast", "report p50 < 200 ms", "report p50 < 200 at 10 events", "report p50 < 200 ms at 10 events or so"],
)
def test_a_promise_that_cannot_be_read_is_an_error(text: str) -> None:
    """A promise that cannot be read is an error, not a promise that is always kept."""
    with pytest.raises(PromiseError, match="99_some promises"):
        promises.read(variant(text))


@pytest.mark.parametrize("each", catalogue.load_all(), ids=lambda each: each.name)
def test_the_variants_promises_can_be_read(each: Variant) -> None:
    """Every header's promises can be read, so that a slip does not wait for the next timed run."""
    promises.read(each)


def test_a_broken_promise_has_its_figure() -> None:
    """The percentile by nearest rank, and over how many reports."""
    times = [float(n) for n in range(1, 101)]
    assert Promise(50, 50.5, 10).broken(times) is None
    assert Promise(50, 50.0, 10).broken(times) == "report p50 < 50 ms at 10 events: it was 50.0 ms, over 100 reports"
    assert Promise(95, 95.0, 10).broken(times) == "report p95 < 95 ms at 10 events: it was 95.0 ms, over 100 reports"
    assert Promise(50, 1.0, 10).broken([3.0]) == "report p50 < 1 ms at 10 events: it was 3.0 ms, over 1 report"


@pytest.mark.parametrize("postgres", ["pg18"], indirect=True)
def test_the_timed_suites_fail_with_the_figure_of_a_slow_variant(server, tmp_path: Path) -> None:
    """A variant is planted whose reports take at least 5 ms, and which promises two things: what it breaks fails the
    run, what it keeps does not.
    """
    sql = shutil.copytree(catalogue.SQL_DIR, tmp_path / "sql")
    planted = shutil.copytree(sql / "variants" / "00_heap", sql / "variants" / "99_planted")
    promised = "report p50 < 4 ms at 1,000 events; report p99 < 600000 ms at 1,000 events"
    (planted / "up.sql").write_text(
        f"-- variant:    planted\n-- promises:   {promised}\n{(planted / 'up.sql').read_text()}"
    )
    report = (sql / "variants" / "raw_report.sql").read_text()
    assert report.count("FROM events") == 1
    (planted / "report.sql").write_text(report.replace("FROM events", "FROM pg_sleep(0.005), events"))
    (tmp_path / "planting.py").write_text(
        f"from pathlib import Path\nfrom adpulse.variants import catalogue\ncatalogue.SQL_DIR = Path({str(sql)!r})\n"
    )
    suite = Path(__file__).parents[3] / "benchmarks" / "suites" / "test_report.py"
    # A worker of xdist says so in its environment, and beside xdist nothing is timed.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(suite), "-p", "planting", "--benchmark-only", "-k", "promise and planted"],
        env={**environment, "PYTHONPATH": str(tmp_path), "ADPULSE_DATABASE_URL": server.url()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(
        r"planted promises report p50 < 4 ms at 1,000 events: it was \d+\.\d ms, over 200 reports", done.stdout
    )
    assert "1 failed, 1 passed" in done.stdout
