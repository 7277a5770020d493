"""A panel of a dashboard as this folder says it, and as Grafana stores it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
)
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
    VariableOption,
    VariableRefresh,
)

# Data sources are variables, so that the files can be imported into any Grafana.
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${prometheus}")
POSTGRES = DataSourceRef(type_val="grafana-postgresql-datasource", uid="${postgres}")
RATE = "[$__rate_interval]"  # over which a counter's rate is taken

Steps = Sequence[tuple[float | None, str]]
# No value of these is good or bad.
PLAIN: Steps = [(None, "blue")]


def low(red: float, yellow: float | None = None) -> Steps:
    """Return the colours of what had better be small."""
    return [(None, "green"), *([(yellow, "yellow")] if yellow is not None else []), (red, "red")]


def high(green: float, yellow: float | None = None) -> Steps:
    """Return the colours of what had better be large."""
    return [(None, "red"), *([(yellow, "yellow")] if yellow is not None else []), (green, "green")]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One panel. `queries` are (PromQL, legend); `sql` is a statement instead. `kind`: timeseries, stat or table.

    `about` is for who sees it for the first time. `steps` colour a stat, which has to have them: without, Grafana
    paints red what is above 80. On a time series they are dashed lines: what is promised, or where an alert begins.
    """

    title: str
    unit: str = "short"
    queries: Sequence[tuple[str, str]] = ()
    sql: str | None = None
    kind: str = "timeseries"
    width: int = 8
    about: str
    steps: Steps = ()


class Sql(Dataquery):
    """A query for the PostgreSQL data source, and its own builder: the SDK has no model of it."""

    def __init__(self, statement: str, form: str) -> None:
        self._query = {
            "refId": "A",
            "datasource": POSTGRES.to_json(),
            "rawQuery": True,
            "editorMode": "code",
            "format": form,
            "rawSql": statement,
        }

    def build(self) -> "Sql":
        """Return the query itself, unchanged."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Return what Grafana stores."""
        return self._query


_EVERY = VariableOption(text="All", value="$__all", selected=True)
_BUILDERS: dict[str, Any] = {"timeseries": timeseries.Panel, "stat": stat.Panel, "table": table.Panel}


def _build(panel: Panel) -> Any:
    builder = _BUILDERS[panel.kind]().title(panel.title).unit(panel.unit).span(panel.width)
    builder.height(4 if panel.kind == "stat" else 8)
    builder.description(panel.about)
    if panel.kind == "timeseries":
        builder.fill_opacity(10).min(0).legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
    if panel.steps:
        steps = [Threshold(value=value, color=color) for value, color in panel.steps]
        builder.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
    if panel.kind == "timeseries" and panel.steps:
        builder.thresholds_style(common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED))
    if panel.kind == "stat":
        builder.graph_mode(BigValueGraphMode.AREA).reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    if panel.sql is not None:
        form = "time_series" if panel.kind == "timeseries" else "table"
        return builder.datasource(POSTGRES).with_target(Sql(panel.sql, form))
    builder.datasource(PROMETHEUS)
    for number, (expression, legend) in enumerate(panel.queries):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + number))
        builder.with_target(query)
    return builder


def dashboard_of(uid: str, title: str, rows: dict[str, list[Panel]]) -> Dashboard:
    """Return a dashboard of these rows of panels, with the variables that their queries use."""
    builder = dashboard.Dashboard(title).uid(uid).tags(["adpulse"]).time("now-1h", "now").refresh("10s").timezone("utc")
    builder.readonly()
    builder.link(dashboard.DashboardLink("AdPulse++").tags(["adpulse"]).as_dropdown(True).include_vars(True))
    builder.with_variable(dashboard.DatasourceVariable("prometheus").label("Prometheus").type("prometheus"))
    builder.with_variable(dashboard.DatasourceVariable("postgres").label("PostgreSQL").type(POSTGRES.type_val or ""))
    text = " ".join(each for panels in rows.values() for panel in panels for each, _ in panel.queries)
    if "$instance" in text:
        instances = dashboard.QueryVariable("instance").label("instance").datasource(PROMETHEUS)
        instances.query("label_values(adpulse_http_requests_total, instance)").refresh(
            VariableRefresh.ON_TIME_RANGE_CHANGED
        )
        builder.with_variable(instances.multi(True).include_all(True).all_value(".*").current(_EVERY))
    if any("$top" in (panel.sql or "") for panels in rows.values() for panel in panels):
        builder.with_variable(dashboard.CustomVariable("top").label("campaigns").values("5,10,20,50"))
    for name, panels in rows.items():
        builder.with_row(dashboard.Row(name))
        for panel in panels:
            builder.with_panel(_build(panel))
    return builder.build()
