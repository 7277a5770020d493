"""The recording of a dashboard. tests/infra/test_dashboards.py tests that its queries are answered."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adbench import cli
from adbench.experiments.load import dashboard
from adbench.experiments.load.dashboard import DashboardError, panels

OVERVIEW = json.loads(dashboard.OVERVIEW.read_text())["panels"]


def test_panels_are_those_of_the_dashboard() -> None:
    """Every number of its first row and the chosen courses, with the queries that Grafana would ask."""
    found = panels()
    of_grafana = {
        (each["title"], each["type"]): [query["expr"] for query in each["targets"]]
        for each in OVERVIEW
        if any("expr" in query for query in each.get("targets", ()))
    }
    assert {(panel.title, panel.kind) for panel in found} == {
        key for key in of_grafana if key[1] == "stat" or key[0] in dashboard.SHOWN
    }
    for panel in found:
        assert [query for query, _ in panel.queries] == of_grafana[panel.title, panel.kind]


def test_a_panel_that_is_gone_is_named() -> None:
    """A dashboard may be changed; then the list here has to be."""
    with pytest.raises(DashboardError, match="Moon phase"):
        panels(shown=["GET /report", "Moon phase"])


def test_a_value_for_each_step_and_none_where_there_is_no_number() -> None:
    """Prometheus leaves steps out, and says NaN of a quantile of nothing."""
    samples = [(1_000.0, "1.23456789"), (1_010.0, "NaN"), (1_015.0, "+Inf"), (1_020.0, "0.2")]
    assert dashboard._values(samples, 1_000.0, 6) == [1.23457, None, None, None, 0.2, None]


def test_legends_are_filled() -> None:
    """Legends are filled as Grafana fills them; a legend without holes stays."""
    labels = {"method": "GET", "route": "/report"}
    assert dashboard._filled("{{method}} {{route}}", labels) == "GET /report"
    assert dashboard._filled("p95", labels) == "p95"


def test_without_prometheus_nothing_is_begun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error comes before a database or a load, and says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("ADPULSE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("adbench.harness.k6.find_k6", lambda: "k6")
    done = CliRunner().invoke(cli.app, ["load", "smoke", "--dashboard"])
    assert done.exit_code == 2
    assert "prometheus is not on the PATH" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_configuration_that_has_moved_on_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Prometheus that scrapes another address than ours would record nothing."""
    monkeypatch.setattr(dashboard, "find", lambda: "prometheus")
    with pytest.raises(DashboardError, match="'api:8081'"):
        dashboard.prometheus("127.0.0.1:1", tmp_path, {"api:8081": "127.0.0.1:1"}).__enter__()
