"""An operator's view of a load: a real Prometheus beside it, and afterwards the queries of Grafana's panels.

Prometheus gets the files of infra/prometheus as compose.yaml mounts them, and only other addresses. The queries are
those of infra/grafana/dashboards, asked for as Grafana asks for them, so that what is kept is what its panels show.
"""

import json
import math
import shutil
import tempfile
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from adbench.checkout import ROOT
from adbench.errors import LabError
from adbench.harness.fetch import fetch
from adbench.harness.process import child, free_port, wait_until_ready

INFRA = ROOT / "infra"
OVERVIEW = INFRA / "grafana" / "dashboards" / "adpulse_overview.json"
STEP_S = 5  # the interval of Prometheus
# Grafana's: the longer of four scrapes and of the step plus a scrape.
RATE_INTERVAL = f"{max(4 * STEP_S, STEP_S + STEP_S)}s"
# The panels that are kept, by their titles: those of the row "Now", and the course of these.
SHOWN = (
    "Requests by route",
    "GET /report",
    "Reports within 200 ms",
    "Events by outcome",
    "POST /events",
    "Events waiting",
    "Commit",
    "Deltas that wait",
    "Compaction lag",
)
ALERTS = "ALERTS"  # Prometheus's series of alerts that are pending or firing


class DashboardError(LabError):
    """There is no Prometheus here, or it does not answer; the text says what to do."""


@dataclass(frozen=True)
class Panel:
    """A panel as the dashboard's JSON has it. `queries` are (PromQL, legend); `limit` is where its threshold lies."""

    title: str
    kind: str  # stat or timeseries
    unit: str  # Grafana's name: s, ops, reqps, percentunit, short
    queries: tuple[tuple[str, str], ...]
    limit: float | None


def panels(shown: Sequence[str] = SHOWN) -> list[Panel]:
    """Return panels of the overview in its order: every stat, and the time series with these titles.

    Raise DashboardError for a title that does not exist.
    """
    kept = []
    for panel in json.loads(OVERVIEW.read_text())["panels"]:
        queries = tuple((query["expr"], query["legendFormat"]) for query in panel.get("targets", ()) if "expr" in query)
        if queries and (panel["type"] == "stat" or panel["title"] in shown):
            defaults = panel["fieldConfig"]["defaults"]
            steps = defaults.get("thresholds", {}).get("steps", [])
            limit = next((step["value"] for step in steps if step["value"] is not None), None)
            kept.append(Panel(panel["title"], panel["type"], defaults["unit"], queries, limit))
    if missing := set(shown) - {panel.title for panel in kept}:
        raise DashboardError(f"{OVERVIEW.name} has no panel {', '.join(sorted(missing))}")
    return kept


def find() -> str:
    """Return the `prometheus` on the PATH. Raise DashboardError."""
    program = shutil.which("prometheus")
    if program is None:
        raise DashboardError("prometheus is not on the PATH: on Debian and Ubuntu, the package of that name brings it")
    return program


@contextmanager
def prometheus(target: str, folder: Path, replaced: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the address of a Prometheus that scrapes the service at `target` (host:port), ready to be asked.

    It is compose's, with other addresses and what is to be `replaced` in the text of its configuration; its data lie
    in `folder`. Raise DashboardError or NotReadyError.
    """
    program, own = find(), f"127.0.0.1:{free_port()}"
    text = (INFRA / "prometheus" / "prometheus.yml").read_text()
    discovery = "dns_sd_configs: [{names: [api], type: A, port: 8080, refresh_interval: 5s}]"
    words = {
        discovery: f'static_configs: [{{targets: ["{target}"]}}]',
        'targets: ["balancer:8405"]': "targets: []",
        "localhost:9090": own,
        "rules/": f"{INFRA / 'prometheus' / 'rules'}/",
        **(replaced or {}),
    }
    for word, instead in words.items():
        if word not in text:
            raise DashboardError(f"infra/prometheus/prometheus.yml has no {word!r} any more")
        text = text.replace(word, instead)
    (folder / "prometheus.yml").write_text(text)
    log = folder / "prometheus.log"
    options = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}"]
    with child([program, *options, f"--web.listen-address={own}"], log) as process:
        wait_until_ready(process, f"http://{own}/-/ready", log, "Prometheus")
        yield f"http://{own}"


class Recording:
    """A Prometheus that looks on. `panels` is what the dashboard showed from the beginning until now."""

    def __init__(self, address: str) -> None:
        self._address, self._began = address, time.time()

    def panels(self) -> dict[str, JsonValue]:
        """Return panels and alerts with their series: a value each STEP_S, null for a gap. Raise DashboardError."""
        ended = time.time()
        steps = int((ended - self._began) // STEP_S)
        kept: list[JsonValue] = []
        for panel in panels():
            series = [line for query, legend in panel.queries for line in self._series(query, legend, ended, steps)]
            described = {"title": panel.title, "kind": panel.kind, "unit": panel.unit, "limit": panel.limit}
            kept.append({**described, "series": series})
        alerts = self._series(ALERTS, "{{alertname}} {{alertstate}}", ended, steps)
        version = _ask(f"{self._address}/api/v1/status/buildinfo", {})["version"]
        return {"prometheus": version, "step_seconds": STEP_S, "panels": kept, "alerts": alerts}

    def _series(self, query: str, legend: str, ended: float, steps: int) -> list[JsonValue]:
        """Return the series of a query, counted back from the end: the last value is the one of that moment."""
        filled = query.replace("$__rate_interval", RATE_INTERVAL).replace("$instance", ".*")
        began = ended - steps * STEP_S
        asked = {"query": filled, "start": began, "end": ended, "step": STEP_S}
        lines = _ask(f"{self._address}/api/v1/query_range", asked)["result"]
        return [
            {"legend": _filled(legend, line["metric"]), "values": _values(line["values"], began, steps + 1)}
            for line in lines
        ]


@contextmanager
def recording(address: str) -> Iterator[Recording]:
    """Yield a Prometheus beside the service at that address while the block runs."""
    target = urllib.parse.urlsplit(address).netloc
    with tempfile.TemporaryDirectory(prefix="adbench-prometheus-") as folder, prometheus(target, Path(folder)) as own:
        yield Recording(own)


def _ask(address: str, query: Mapping[str, object]) -> Any:
    """Return the data of an answer of Prometheus' API."""
    try:
        reply = fetch(f"{address}?{urllib.parse.urlencode(query)}")
    except OSError as error:
        raise DashboardError(f"Prometheus does not answer: {error}") from error
    if reply.status != 200:
        raise DashboardError(f"Prometheus does not answer {dict(query)}: {reply.body.decode()}")
    return json.loads(reply.body)["data"]


def _filled(legend: str, labels: Mapping[str, str]) -> str:
    """Return a legend of Grafana with its holes filled: `{{method}} {{route}}`."""
    for name, value in labels.items():
        legend = legend.replace(f"{{{{{name}}}}}", value)
    return legend


def _values(samples: Sequence[tuple[float, str]], began: float, length: int) -> list[JsonValue]:
    """Return six digits of a value for each step, and None where there is no number: a quantile of nothing is NaN."""
    values: list[JsonValue] = [None] * length
    for at, text in samples:
        value = float(text)
        if math.isfinite(value):
            values[round((at - began) / STEP_S)] = float(f"{value:.6g}")
    return values
