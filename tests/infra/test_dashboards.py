"""Dashboards, rules and alerts: in step with the code, and every query answered by a real Prometheus and PostgreSQL."""

import asyncio
import json
import math
import re
import runpy
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from adbench.experiments.load.dashboard import SHOWN, Recording, prometheus
from adbench.harness.service import serving
from adpulse import telemetry
from tests.patience import PATIENCE_S

INFRA = Path(__file__).parents[2] / "infra"
DASHBOARDS = sorted((INFRA / "grafana" / "dashboards").glob("*.json"))


def queries(kind: str) -> list[tuple[str, str]]:
    """Return (title, query) of every target of every panel: kind `expr` is PromQL, `rawSql` SQL."""
    found = []
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text())["panels"]:
            found += [
                (f"{path.stem}: {panel['title']}", each[kind]) for each in panel.get("targets", []) if kind in each
            ]
    return found


def test_dashboards_are_as_generated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed files are what infra/grafana/generate.py writes; if not: make docs."""
    monkeypatch.syspath_prepend(INFRA / "grafana")  # where its modules lie, as when it is run
    written = runpy.run_path(str(INFRA / "grafana" / "generate.py"))["render"]()
    assert {path.name: path.read_text() for path in DASHBOARDS} == written


def panels() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return (dashboard, panel) of every panel that shows something."""
    read = [json.loads(path.read_text()) for path in DASHBOARDS]
    return [(each, panel) for each in read for panel in each["panels"] if panel["type"] != "row"]


def variables(dashboard: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the variables of that type, by name, with what they are asked with."""
    return {each["name"]: each.get("query") for each in dashboard["templating"]["list"] if each["type"] == kind}


def test_dashboards_can_be_imported_anywhere() -> None:
    """A panel finds its data source by a variable of its dashboard, and asks nothing of our recording rules."""
    for dashboard, panel in panels():
        sources = variables(dashboard, "datasource")
        for source in [panel["datasource"], *(each["datasource"] for each in panel["targets"] if "datasource" in each)]:
            assert sources[source["uid"].removeprefix("${").removesuffix("}")] == source["type"], panel["title"]
    asked = " ".join(query for kind in ("expr", "rawSql") for _, query in queries(kind))
    assert "adpulse:" not in asked
    used = set(re.findall(r"\$(?!__)(\w+)", asked))
    assert used == {"instance", "top"}
    known = {each["name"] for dashboard, _ in panels() for each in dashboard["templating"]["list"]}
    assert used <= known


def test_data_sources_are_provisioned() -> None:
    """One of each type that the dashboards ask for, so that the variables have no choice."""
    text = (INFRA / "grafana" / "provisioning" / "datasources" / "adpulse.yml").read_text()
    provisioned = sorted(each["type"] for each in yaml.safe_load(text)["datasources"])
    assert provisioned == sorted({panel["datasource"]["type"] for _, panel in panels()})


def test_every_panel_is_described() -> None:
    """Each panel has a sentence for a reader who sees it for the first time."""
    bare = [panel["title"] for _, panel in panels() if not re.search(r"\w{3}.*\.$", panel.get("description", ""))]
    assert bare == []


# Of every stat: which side is good. Without steps Grafana paints red what is above 80.
GOOD = {
    "Events accepted": None,
    "Requests": None,
    "Errors (5xx)": "low",
    "Refused by the balancer": "low",
    "Reports p95": "low",
    "Reports within 200 ms": "high",
    "Queue": "low",
    "Alerts firing": "low",
    "Cache hits": "high",
}


def steps(panel: dict[str, Any]) -> list[tuple[float | None, str]]:
    found = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
    return [(each["value"], each["color"]) for each in found]


def test_every_stat_is_coloured_by_what_is_good() -> None:
    """Green on the good side and red on the other; one plain colour where neither side is good."""
    stats = {panel["title"]: steps(panel) for _, panel in panels() if panel["type"] == "stat"}
    assert stats.keys() == GOOD.keys()
    for title, found in stats.items():
        values, colours = zip(*found, strict=True)
        assert values[0] is None, title
        assert list(values[1:]) == sorted(values[1:]), title
        ends = {"low": ("green", "red"), "high": ("red", "green"), None: ("blue", "blue")}[GOOD[title]]
        assert (colours[0], colours[-1]) == ends, title
        assert GOOD[title] is None or len(found) > 1


def test_lines_and_colours_are_where_alerts_begin() -> None:
    """A panel that names an alert changes its colour at the number of that alert, on the side where it fires."""
    groups = yaml.safe_load((INFRA / "prometheus" / "rules" / "alerts.yml").read_text())["groups"]
    bounds = {
        rule["alert"]: re.search(r"([<>]) ([\d.]+)$", rule["expr"]) for group in groups for rule in group["rules"]
    }
    compared = 0
    for _, panel in panels():
        for alert in re.findall(r"\bAdPulse\w+", panel["description"]):
            bound = bounds[alert]
            assert bound is not None, alert
            found = steps(panel)
            if found:
                at = [value for value, _ in found].index(float(bound[2]))
                assert found[at if bound[1] == ">" else at - 1][1] == "red", panel["title"]
                compared += 1
    assert compared >= 6


def test_every_metric_that_is_read_exists() -> None:
    """Dashboards and rules name metrics of the service only."""
    rules = "".join(path.read_text() for path in (INFRA / "prometheus" / "rules").glob("*.yml"))
    read = set(re.findall(r"\badpulse_\w+", rules + " ".join(expression for _, expression in queries("expr"))))
    read = {re.sub(r"_(bucket|sum|count)$", "", name) for name in read}
    families = [each.describe()[0] for each in vars(telemetry).values() if isinstance(each, MetricWrapperBase)]
    assert read
    assert read <= {f"{each.name}_total" if each.type == "counter" else each.name for each in families}


def test_recorded_series_are_recorded() -> None:
    """A name with colons in an alert is the name of a recording rule."""
    rules = INFRA / "prometheus" / "rules"
    recorded = {
        rule["record"]
        for group in yaml.safe_load((rules / "recording.yml").read_text())["groups"]
        for rule in group["rules"]
    }
    assert set(re.findall(r"\badpulse:\w+:?\w*", (rules / "alerts.yml").read_text())) <= recorded


def test_every_alert_has_a_case() -> None:
    """tests/adpulse.yml, which `make lint` runs with promtool, makes each alert fire."""
    folder = INFRA / "prometheus"
    groups = yaml.safe_load((folder / "rules" / "alerts.yml").read_text())["groups"]
    alerts = {rule["alert"] for group in groups for rule in group["rules"]}
    cases = yaml.safe_load((folder / "tests" / "adpulse.yml").read_text())["tests"]
    fired = {each["alertname"] for case in cases for each in case["alert_rule_test"] if each.get("exp_alerts")}
    assert fired == alerts


# ── Every query, for real ────────────────────────────────────────────────────────────────────────────────────


HURRY = {
    "scrape_interval: 5s": "scrape_interval: 1s",
    "scrape_timeout: 4s": "scrape_timeout: 1s",
    "evaluation_interval: 15s": "evaluation_interval: 1s",
}


def event(number: int, now: datetime) -> dict[str, Any]:
    kind = ("impression", "click", "conversion")[number % 3]
    return {
        "ts": (now - timedelta(minutes=number % 20)).isoformat(),
        "campaign_id": f"C{number % 7}",
        "user_id": f"U{number}",
        "event_type": kind,
        "cost": 0.01,
        "revenue": 0.05,
    }


async def load(address: str) -> None:
    """Produce a little of everything that the dashboards show, until cancelled."""
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client:
        while True:
            now = datetime.now(UTC)
            events = [event(number, now) for number in range(50)]
            same_id = {"event_id": "00000000-0000-4000-8000-000000000001"}
            events += [events[0] | same_id, events[1] | same_id, events[2] | {"cost": -1}]
            assert (await client.post("/events", json={"events": events})).status_code == 200
            assert (await client.get("/report?start=-1h&group_by=campaign_id")).status_code == 200
            await asyncio.sleep(0.05)


async def unanswered(address: str) -> Iterator[str]:
    """Return the PromQL queries without a number; try again until the time is up."""
    # No balancer is here; tests/infra/test_haproxy.py asks for its counts.
    asked = queries("expr")
    left = dict.fromkeys((expression, title) for title, expression in asked if "haproxy_backend" not in expression)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_S) as client:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while left:
                    for expression, title in list(left):
                        query = expression.replace("$__rate_interval", "15s").replace("$instance", ".*")
                        try:
                            answer = await client.get("/api/v1/query", params={"query": query})
                        except httpx.TransportError:
                            break  # it is still starting
                        if answer.status_code == 503:
                            break  # it listens, and is still reading its log
                        reply = answer.json()
                        assert reply["status"] in ("success", "error")
                        if reply["status"] == "error" and reply["errorType"] == "bad_data":
                            pytest.fail(f"{title}: {reply['error']}")
                        values = [float(each["value"][1]) for each in reply.get("data", {}).get("result", ())]
                        if values and any(math.isfinite(value) for value in values):
                            del left[expression, title]
                    await asyncio.sleep(0.3)
        except TimeoutError:
            pass
    return iter([f"{title}: {expression}" for expression, title in left])


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed (Debian: prometheus)")
@pytest.mark.parametrize("postgres", ["pg18"], indirect=True)
async def test_every_query_of_every_panel_returns_data(url: str, tmp_path: Path) -> None:
    """A real Prometheus with compose's files scrapes the real service, two workers of it, under a little load."""
    with (
        serving(url, 2, tmp_path / "service.log") as address,
        prometheus(address.removeprefix("http://"), tmp_path, HURRY) as monitor,
    ):
        recording = Recording(monitor)
        under_load = asyncio.create_task(load(address))
        try:
            assert list(await unanswered(monitor)) == []
            assert not under_load.done(), under_load.exception()
            recorded = recording.panels()
        finally:
            under_load.cancel()
    # What `adbench load --dashboard` keeps: every panel of it, by the same queries, and a number in each.
    kept = {panel["title"]: panel for panel in recorded["panels"]}
    assert kept.keys() >= set(SHOWN)
    for title, panel in kept.items():
        values = [value for series in panel["series"] for value in series["values"] if value is not None]
        assert values, title
    assert kept["GET /report"]["limit"] == 0.2
    assert {series["legend"] for series in kept["GET /report"]["series"]} == {"p50", "p95", "p99"}
    assert {"GET /report", "POST /events"} <= {each["legend"] for each in kept["Requests by route"]["series"]}


@pytest.mark.every_version
async def test_every_sql_panel_returns_rows(url: str, connection: asyncpg.Connection) -> None:
    """Each statement, with Grafana's macros filled in, gives rows to a role that may only read, as Grafana's does."""
    now = datetime.now(UTC)
    await connection.execute(
        "INSERT INTO events (ts, campaign_id, user_id, event_type, cost_micros, revenue_micros) "
        "SELECT now(), 'C' || n, 'U', ('{impression,click,conversion}'::event_type[])[n % 3 + 1], 10, 20 "
        "FROM generate_series(1, 30) AS n"
    )
    # The rights of infra/postgres/init; the role goes with the transaction.
    role = f"dashboards_{uuid.uuid4().hex}"
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(f"CREATE ROLE {role} IN ROLE adpulse_report, pg_monitor; SET LOCAL ROLE {role}")
    bounds = f"'{now - timedelta(hours=1):%FT%TZ}' AND '{now + timedelta(hours=1):%FT%TZ}'"
    statements = queries("rawSql")
    assert statements
    for title, text in statements:
        statement = re.sub(r"\$__timeFilter\(([^)]*)\)", rf"\1 BETWEEN {bounds}", text).replace("$top", "5")
        assert "$" not in statement, title
        rows = await connection.fetch(statement)
        assert rows, title
        if "$top" in text and "campaign" in rows[0]:
            assert len(rows) == 5, title
    await transaction.rollback()
