"""Every scenario is an open model with a promise; a run says which promises and aims were kept."""

import json
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from adbench.checks import after_load
from adbench.cli import app
from adbench.commands.load import Scenario
from adbench.experiments.experiment import Experiment
from adbench.experiments.load import run
from adbench.harness.k6 import SCRIPTS, Load, LoadError, find_k6
from adbench.harness.service import ServiceError, serving
from adbench.records import model, store
from adbench.workload.dataset import Dataset
from adpulse.auth import key_store, keys
from adpulse.database import connections
from adpulse.settings import Settings

END = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
REPORTS = "http_req_duration{name:report,phase:load}"
WITH_REPORTS = sorted(run.SECONDS.keys() - {"ingest"})


@pytest.fixture
def k6() -> str:
    try:
        return find_k6()
    except LoadError:
        pytest.skip("no k6 here")


def inspect(k6: str, scenario: str, **env: int) -> dict:
    given = [word for name, value in env.items() for word in ("-e", f"{name}={value}")]
    command = [k6, "inspect", *given, str(SCRIPTS / f"{scenario}.js")]
    options: dict = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return options


def conditions(thresholds: list) -> list[str]:
    return [each if isinstance(each, str) else each["threshold"] for each in thresholds]


@pytest.mark.parametrize("scenario", run.SECONDS)
def test_requests_arrive_on_schedule(k6: str, scenario: str) -> None:
    """Only arrival rates, which last as long as was asked for; and an arrival that could not be made counts."""
    options = inspect(k6, scenario, SECONDS=12, WARMUP=3)
    assert "count==0" in conditions(options["thresholds"]["dropped_iterations"])
    for arrivals in options["scenarios"].values():
        assert arrivals["executor"].endswith("-arrival-rate")
        stages = arrivals.get("stages") or [{"duration": arrivals["duration"]}]
        assert sum(float(stage["duration"].removesuffix("s")) for stage in stages) == pytest.approx(15)


@pytest.mark.parametrize("scenario", WITH_REPORTS)
def test_reports_have_a_promise(k6: str, scenario: str) -> None:
    """The median over all of them, or over a part of the load; it is what PROMISE_MS says."""
    thresholds = inspect(k6, scenario, PROMISE_MS=123)["thresholds"]
    promised = [name for name, each in thresholds.items() if "p(50)<123" in conditions(each)]
    assert any("name:report" in name for name in promised)
    assert scenario == "spike" or len([name for name in promised if "shape:" in name]) == 8


def test_the_command_and_the_table_know_the_same_scenarios(k6: str) -> None:
    """Command and table know the same scenarios, and each has a script."""
    assert list(Scenario.__args__) == list(run.SECONDS)
    for scenario in run.SECONDS:
        assert (SCRIPTS / f"{scenario}.js").exists()


def summary(**p95: float) -> Load:
    """Build a summary of k6 with the promise p(50)<200 and the aim p(95)<100 on reports."""
    values = {"count": 10, "p(50)": 20.0, "p(95)": 50.0} | {f"p({key[1:]})": value for key, value in p95.items()}
    kept = {"p(50)<200": {"ok": values["p(50)"] < 200}, "p(95)<100": {"ok": values["p(95)"] < 100}}
    metrics = {
        REPORTS: {"type": "trend", "values": values, "thresholds": kept},
        "http_req_duration{phase:load,shape:month}": {
            "type": "trend",
            "values": {"count": 0, "p(50)": 0},
            "thresholds": {"p(50)<200": {"ok": True}},
        },
        "http_req_duration{name:ingest,phase:load}": {
            "type": "trend",
            "values": {"max": 1},
            "thresholds": {"max>=0": {"ok": True}},
        },
    }
    checks = [{"name": "right", "passes": 10, "fails": 0}]
    return Load.model_validate({"config": {}, "aims": [f"{REPORTS}: p(95)<100"], "metrics": metrics, "checks": checks})


def result(loaded: Load, folder: Path) -> model.Result:
    experiment = Experiment("load-report", Settings(data_dir=folder), Console(quiet=True))
    return run._write(run.LoadPlan("report", Dataset(1, END), 1), experiment, loaded, {}, None)[0]


@pytest.mark.parametrize(("p50", "p95", "passed"), [(20, 50, True), (20, 150, True), (250, 300, False)])
def test_a_missed_aim_is_no_broken_promise(p50: float, p95: float, passed: bool, tmp_path: Path) -> None:
    """A run passes by its promises; both are in its result, with the figures."""
    found = result(summary(p50=p50, p95=p95), tmp_path)
    checks = {check.name: check for check in found.checks}
    assert found.passed is passed
    assert checks[f"{REPORTS} p(50)<200"].passed is (p50 < 200)
    assert checks[f"{REPORTS} p(95)<100"].passed is (p95 < 100)
    assert checks[f"{REPORTS} p(95)<100"].aim
    assert checks[f"{REPORTS} p(95)<100"].detail == f"{p95:.1f} ms"
    assert found.value("report.latency", quantile="0.5") == p50


def test_a_figure_that_was_only_asked_for_is_no_check(tmp_path: Path) -> None:
    """A threshold that only asks for a figure is no check; a shape without requests says so instead of zero."""
    checks = {check.name: check.detail for check in result(summary(), tmp_path).checks}
    assert "http_req_duration{name:ingest,phase:load} max>=0" not in checks
    assert checks["http_req_duration{phase:load,shape:month} p(50)<200"] == "nothing was asked"


def test_smoke_runs_from_end_to_end(k6: str, server, tmp_path: Path) -> None:
    """The smoke scenario runs on a service and a database of its own, at any speed."""
    plan = run.LoadPlan("smoke", Dataset(5_000, END, campaigns=50), seconds=1, batch=100, workers=1)
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    found, path = run.run(plan, settings, Console(quiet=True))
    assert store.read(path) == found
    assert {check.name: check.detail for check in found.checks[:3] if not check.passed} == {}
    assert [check.name for check in found.checks[1:3]] == ["acknowledged = stored = reported", "accuracy"]
    assert found.value("report.latency", quantile="0.5") > 0
    assert found.value("ingest.rate") > 0
    assert found.data
    assert found.data.events == 5_000
    console = Console(width=120, record=True, quiet=True)
    console.print(run.table(found))


@pytest.mark.parametrize("error", [TimeoutError(), OSError("HTTP Error 504: Gateway Timeout"), KeyboardInterrupt()])
def test_a_measured_load_is_written_even_if_the_recount_fails(
    k6: str, server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """The figures stay; the run has failed, and its check says why."""

    async def breaks_off(*_: object) -> after_load.Answers:
        raise error

    monkeypatch.setattr(after_load, "ask", breaks_off)
    plan = run.LoadPlan("smoke", Dataset(1_000, END, campaigns=50), seconds=1, batch=100, workers=1)
    settings = Settings(database_url=server.url(), data_dir=tmp_path)
    found, path = run.run(plan, settings, Console(quiet=True))
    assert store.read(path) == found
    assert found.value("ingest.rate") > 0
    assert not found.passed
    (broken,) = (check for check in found.checks if check.name == "recount")
    said = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error) or type(error).__name__
    assert broken.detail.endswith(f": {said}")


async def test_a_service_that_is_up_is_loaded_as_it_is(
    k6: str, new_database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is seeded, what its database held before is not claimed to be known, and it may ask for a key, which
    stays out of what is written down.
    """
    url = await new_database("btree_gin")
    text, key = keys.make("k6", ["read", "write"], None, None, None)
    assert text
    connection = await connections.connect(url)
    await key_store.add(connection, key)
    await connection.close()
    plan = run.LoadPlan("report", Dataset(1, END), seconds=1, reports_per_second=5)
    with serving(url, 1, tmp_path / "log") as address:
        with pytest.raises(ServiceError, match="401"):
            run._variant(address)
        monkeypatch.setenv("API_KEY", text)
        found, _ = run.run(replace(plan, address=address), Settings(data_dir=tmp_path), Console(quiet=True))
    assert found.variant == "btree_gin"
    assert found.data is found.postgres is None
    assert found.checks[0].passed
    assert found.value("report.latency", quantile="0.5") > 0
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_service_that_is_not_there_is_named(k6: str, tmp_path: Path) -> None:
    """A service that is not there is named before any load, with the exit status of what could not be measured."""
    with pytest.raises(ServiceError, match=r"no report from http://127\.0\.0\.1:1"):
        run._variant("http://127.0.0.1:1")
    for address in ("http://127.0.0.1:1", "nonsense", "http://[", "http://127.0.0.1:port"):
        arguments = ["load", "report", "--url", f"{address}/"]
        done = CliRunner().invoke(app, arguments, env={"ADPULSE_DATA_DIR": str(tmp_path)})
        assert done.exit_code == 2, address
        assert f"no report from {address}" in done.stderr
        assert done.stderr.count("\n") == 1
