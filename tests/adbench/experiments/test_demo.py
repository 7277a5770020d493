"""The demo runs from end to end, and a wrong answer cannot pass it."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import matplotlib.image
import pytest
from rich.console import Console
from typer.testing import CliRunner

from adbench import cli
from adbench.checks import after_load, http_recount
from adbench.commands import demo as command
from adbench.experiments import demo
from adbench.harness import k6
from adbench.harness.service import serving
from adbench.records import store
from adbench.records.model import Check
from adbench.workload.copy_loader import load as bulk_load
from adbench.workload.dataset import Dataset
from adpulse.database import connections
from adpulse.settings import Settings

END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
REPORT = "http_req_duration{name:report,phase:load}"


def loaded(**changed: float) -> k6.Load:
    """Build a faultless summary of k6, but for what is changed."""
    values = {"p95": 20.0, "dropped": 0, "fails": 0, "accepted": 1_000} | changed
    metrics = {
        REPORT: {"type": "trend", "values": {"count": 100, "p(95)": values["p95"]}},
        "dropped_iterations": {"type": "counter", "values": {"count": values["dropped"]}},
        "events_accepted": {"type": "counter", "values": {"count": values["accepted"]}},
    }
    checks = [{"name": "right", "passes": 9, "fails": values["fails"]}]
    return k6.Load.model_validate({"config": {}, "metrics": metrics, "checks": checks})


def answers(**changed: object) -> after_load.Answers:
    good = {
        "stored": 1_100,
        "reported": 1_100,
        "recount": http_recount.Recount(10_000_100, 0, None),
        "whole": True,
    }
    return after_load.Answers(**good | changed)


def checks(one: k6.Load, two: after_load.Answers) -> list[Check]:
    audited = (after_load.complete(Dataset(100, END), one, two), after_load.accuracy(two))
    return [demo._in_time(one), after_load.replies(one), *audited]


def failed(one: k6.Load, two: after_load.Answers) -> list[str]:
    return [check.name for check in checks(one, two) if not check.passed]


def test_a_good_run_passes() -> None:
    """All four checks."""
    assert failed(loaded(), answers()) == []


@pytest.mark.parametrize(
    ("load_change", "answer_change", "check"),
    [
        ({"p95": 200.0}, {}, "report p95 < 200 ms"),
        ({"dropped": 1}, {}, "report p95 < 200 ms"),
        ({"fails": 1}, {}, "every reply as it should be"),
        ({"accepted": 1_001}, {}, "acknowledged = stored = reported"),
        ({}, {"stored": 1_099, "reported": 1_099}, "acknowledged = stored = reported"),
        ({}, {"reported": 1_099}, "acknowledged = stored = reported"),
        ({}, {"recount": http_recount.Recount(100, 1, None)}, "accuracy"),
        ({}, {"recount": http_recount.Recount(100, 1, "campaign_id=CAMP-0001"), "whole": False}, "accuracy"),
        ({}, {"recount": http_recount.Recount(0, 0, None)}, "accuracy"),
    ],
)
def test_one_fault_fails_its_check(load_change: dict, answer_change: dict, check: str) -> None:
    """One fault fails its own check, and no other."""
    assert failed(loaded(**load_change), answers(**answer_change)) == [check]


def test_accuracy_is_not_rounded_up() -> None:
    """One wrong cell in ten million is not 100 %."""
    found = checks(loaded(), answers(recount=http_recount.Recount(10_000_100, 1, None)))
    assert found[-1].detail.startswith("99.9999 %")


@pytest.mark.anyio
async def test_reports_over_http_are_recounted(new_database, tmp_path: Path) -> None:
    """True ones are found true, and one changed sum in the roll-ups is found."""
    url, data = await new_database("rollup"), Dataset(20_000, END, days=2, campaigns=20)
    await bulk_load(url, data, lambda events: None)
    connection = await connections.connect(url)
    with serving(url, 1, tmp_path / "log") as address:
        good = await http_recount.compare(connection, address, http_recount.sample(data, datetime.now(UTC), 24))
        # Deltas first: what compaction moves meanwhile is then changed here, or there.
        for table in ("rollup_delta", "rollup_minute", "rollup_hour"):
            await connection.execute(
                f"UPDATE {table} SET cost_micros = cost_micros + 1 WHERE campaign_id = 'CAMP-0001'"
            )
        bad = await http_recount.compare(connection, address, http_recount.sample(data, datetime.now(UTC), 24))
    await connection.close()
    assert good.wrong == 0
    assert good.cells > 24 * 5
    assert bad.wrong > 0
    assert bad.first_wrong


def test_the_sample_of_reports_is_repeatable_and_well_formed() -> None:
    """The same questions for the same seed; windows of whole minutes, never empty."""
    data = Dataset(1_000, END, days=2)
    now = datetime.now(UTC)
    questions = list(http_recount.sample(data, now, 48))
    assert questions == list(http_recount.sample(data, now, 48))
    for question in questions:
        assert question.start < question.end
        assert question.start.second == question.end.second == 0
    assert len({(q.granularity, q.group_by, q.geo) for q in questions}) == 8


def test_the_demo_runs_from_end_to_end(server, tmp_path: Path) -> None:
    """The demo runs on a server that somebody else keeps, at any speed."""
    try:
        k6.find_k6()
    except k6.LoadError:
        pytest.skip("no k6 here")
    plan = demo.DemoPlan(
        Dataset(5_000, END, campaigns=50), seconds=1, users=2, reports_per_second=5, workers=1, batch=100
    )
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    result, path = demo.run(plan, settings, Console(quiet=True))
    assert store.read(path) == result
    assert {check.name: check.detail for check in result.checks[1:] if not check.passed} == {}
    assert result.value("ingest.rate") > 0
    assert result.value("report.count") > 0
    assert result.variant == "rollup_dims"
    # One part of a second holds all that came after the warm-up; the curve rises, and is drawn.
    parts = [each.value for each in result.select("ingest.rate") if each.labels == {"part": "0"}]
    assert parts == [pytest.approx(accepted_in_load(tmp_path))]
    curve = [result.value("report.latency", quantile=each) for each in ("0.05", "0.5", "0.95", "1.0")]
    assert curve == sorted(curve)
    picture = command._draw(result, tmp_path / "figures" / "demo.png")
    assert picture is not None
    assert matplotlib.image.imread(picture).shape[1] > 800
    console = Console(width=120, record=True, quiet=True)
    console.print(demo.table(result))
    # What it leaves behind is what a user then keeps: among the results lies nothing else.
    home = tmp_path / "results"
    assert list(home.iterdir()) == [path]
    environment = {"ADPULSE_DATA_DIR": str(tmp_path)}
    arguments = ["keep", *map(str, home.glob("*.json")), "--into", str(tmp_path / "kept")]
    kept = CliRunner().invoke(cli.app, arguments, env=environment)
    assert kept.exit_code == 0, kept.output
    assert [file.name for file in (tmp_path / "kept").glob("*/*-demo.json")] == [path.name]


def accepted_in_load(home: Path) -> float:
    load = k6.Load.model_validate_json((home / "scratch" / "k6.json").read_bytes())
    return load.value("events_accepted{phase:load}", "count")


def test_parts_of_a_long_load_are_longer() -> None:
    """A part is a second, or as long as makes no more than PARTS; each is named after its first second, once."""
    plans = {seconds: demo.DemoPlan(Dataset(1, END), seconds, 1, 1, 1).parts for seconds in (1, 7, 60, 61, 90, 600)}
    assert plans[1] == [0]
    assert plans[7] == list(range(7))
    assert plans[600] == list(range(0, 600, 10))
    assert all(len(set(parts)) == len(parts) <= demo.PARTS for parts in plans.values())


def test_without_matplotlib_the_demo_still_says_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says what to install, and nothing is drawn."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "adbench.plots.demo", raising=False)
    monkeypatch.delitem(sys.modules, "adbench.figures.png", raising=False)
    assert command._draw(NotImplemented, tmp_path / "demo.png") is None
    assert "matplotlib is not installed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_errors_of_the_user_are_one_line(tmp_path: Path) -> None:
    """No traceback, and an exit status of its own."""
    environment = {"ADPULSE_DATABASE_URL": f"postgresql://u@/x?host={tmp_path}"}
    done = CliRunner().invoke(cli.app, ["demo", "--events", "10", "--duration", "1"], env=environment)
    assert done.exit_code == 2
    assert done.stderr.splitlines()[-1].startswith("adbench: ")
