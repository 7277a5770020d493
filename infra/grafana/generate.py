"""Write the dashboards of this folder: `make docs`. tests/infra/test_dashboards.py sees that they are in step.

Panels are listed below as title, unit and queries; what they look like is the same for all. A query against Prometheus
is PromQL, one against PostgreSQL is SQL with Grafana's macros; the test runs every one of them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
)
from grafana_foundation_sdk.models.dashboard import Dashboard, DataSourceRef, Threshold, ThresholdsMode

FOLDER = Path(__file__).parent / "dashboards"
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="prometheus")
POSTGRES = DataSourceRef(type_val="grafana-postgresql-datasource", uid="postgres")
WIDTH = 24  # columns of Grafana's grid


@dataclass(frozen=True)
class Panel:
    """One panel. `queries` are (PromQL, legend); `sql` is a statement instead. `kind`: timeseries, stat or table.

    `limit` is drawn as a dashed line: what is promised, or where an alert begins.
    """

    title: str
    unit: str = "short"
    queries: Sequence[tuple[str, str]] = ()
    sql: str | None = None
    kind: str = "timeseries"
    width: int = 8
    about: str = ""
    limit: float | None = None


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


_RATE = "[$__rate_interval]"


def _quantiles(metric: str, selector: str = "") -> list[tuple[str, str]]:
    series = f"sum by (le) (rate({metric}_bucket{selector}{_RATE}))"
    return [(f"histogram_quantile({share}, {series})", f"p{round(share * 100)}") for share in (0.5, 0.95, 0.99)]


def _alerts(state: str) -> str:
    return f'count(ALERTS{{alertstate="{state}"}}) or vector(0)'


_REQUESTS = "adpulse_http_request_duration_seconds"
_REPORTS = f'{_REQUESTS}_bucket{{route="/report"'

OVERVIEW: dict[str, list[Panel]] = {
    "Now": [
        Panel("Events accepted", "ops", [("sum(adpulse:events:rate1m{outcome='accepted'})", "")], kind="stat", width=3),
        Panel("Requests", "reqps", [("sum(adpulse:requests:rate1m)", "")], kind="stat", width=3),
        Panel("Errors (5xx)", "percentunit", [("adpulse:errors:ratio5m", "")], kind="stat", width=3),
        Panel("Reports p95", "s", [("adpulse:report_seconds:p95_5m", "")], kind="stat", width=3),
        Panel("Reports within 200 ms", "percentunit", [("adpulse:reports_in_time:ratio5m", "")], kind="stat", width=3),
        Panel(
            "Queue",
            "s",
            [("max(adpulse_ingest_queue_age_seconds)", "")],
            kind="stat",
            width=3,
            about="The time for which the oldest batch has waited for a writer.",
        ),
        Panel("Alerts firing", "short", [(_alerts("firing"), "")], kind="stat", width=3),
        Panel("Alerts pending", "short", [(_alerts("pending"), "")], kind="stat", width=3),
    ],
    "Requests": [
        Panel(
            "Requests by route", "reqps", [("sum by (method, route) (adpulse:requests:rate1m)", "{{method}} {{route}}")]
        ),
        Panel("Replies by status", "reqps", [("sum by (status) (adpulse:requests:rate1m)", "{{status}}")]),
        Panel(
            "Mean time by route",
            "s",
            [
                (
                    f"sum by (route) (rate({_REQUESTS}_sum{_RATE})) / sum by (route) (rate({_REQUESTS}_count{_RATE}))",
                    "{{route}}",
                )
            ],
        ),
        Panel("GET /report", "s", _quantiles(_REQUESTS, '{route="/report"}'), limit=0.2),
        Panel("POST /events", "s", _quantiles(_REQUESTS, '{route="/events"}')),
        Panel(
            "Reports within 200 ms",
            "percentunit",
            [
                (
                    f'sum(rate({_REPORTS},le="0.2"}}{_RATE})) / sum(rate({_REPORTS},le="+Inf"}}{_RATE}))',
                    "share",
                )
            ],
            limit=0.95,  # AdPulseReportsSlow
        ),
    ],
    "Ingest": [
        Panel("Events by outcome", "ops", [("sum by (outcome) (adpulse:events:rate1m)", "{{outcome}}")]),
        Panel(
            "Batches",
            "ops",
            [
                (f"sum(rate(adpulse_ingest_batches_total{_RATE}))", "taken"),
                (f"sum(rate(adpulse_ingest_refused_total{_RATE})) or vector(0)", "refused"),
                (f"sum(rate(adpulse_ingest_split_groups_total{_RATE}))", "split"),
            ],
            about="Split: groups that PostgreSQL refused, and that were written in parts to find the bad row.",
        ),
        Panel("Events waiting", "short", [("sum(adpulse_ingest_queue_events)", "events")]),
        Panel("Time in the queue", "s", _quantiles("adpulse_ingest_queue_wait_seconds")),
        Panel("Events in a transaction", "short", _quantiles("adpulse_ingest_group_events")),
        Panel("Commit", "s", _quantiles("adpulse_ingest_commit_duration_seconds")),
    ],
    "Reports": [
        Panel("Statement", "s", _quantiles("adpulse_report_statement_duration_seconds"), width=12),
        Panel("Wait for a connection", "s", _quantiles("adpulse_report_pool_wait_seconds"), width=12),
    ],
    "Roll-ups": [
        Panel(
            "Deltas that wait",
            "short",
            [("max(adpulse_rollup_delta_rows)", "rows")],
            about="Sums of new events that compaction has not moved into the roll-ups yet.",
        ),
        Panel(
            "Compaction lag",
            "s",
            [("adpulse:rollup_lag_seconds", "lag")],
            about="The time since a round of maintenance succeeded. Reports stay exact, because they add the deltas.",
        ),
        Panel("A round of maintenance", "s", _quantiles("adpulse_maintenance_duration_seconds")),
    ],
}

# From the roll-ups, with the deltas on top, as the report does: for the variants rollup and rollup_dims.
_SUMS = """(
  SELECT campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros
  FROM rollup_minute
  WHERE campaign_id <> '' AND $__timeFilter(minute)
  UNION ALL
  SELECT campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros
  FROM rollup_delta
  WHERE
    (
      xid >= (SELECT pg_snapshot_xmax(moved) FROM rollup_moved_snapshot() AS moved)
      OR xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM rollup_moved_snapshot() AS moved))
    )
    AND $__timeFilter(minute)
) AS sums"""

_TOP_CAMPAIGNS = f"""SELECT
  campaign_id AS "campaign",
  sum(impressions)::bigint AS "impressions",
  sum(clicks)::bigint AS "clicks",
  sum(conversions)::bigint AS "conversions",
  sum(cost_micros) / 1e6 AS "cost",
  sum(revenue_micros) / 1e6 AS "revenue",
  sum(clicks) / nullif(sum(impressions), 0) AS "CTR",
  sum(cost_micros) / 1e3 / nullif(sum(impressions), 0) AS "CPM",
  sum(revenue_micros) / nullif(sum(cost_micros), 0) AS "ROAS"
FROM {_SUMS}
GROUP BY 1
ORDER BY sum(cost_micros) DESC
LIMIT $top"""

_BY_CAMPAIGN = """WITH sums AS (
  SELECT * FROM {sums}
),
top AS (
  SELECT campaign_id FROM sums GROUP BY 1 ORDER BY sum(cost_micros) DESC LIMIT $top
)
SELECT
  date_bin('5 minutes', minute, 'epoch') AS "time",
  campaign_id AS "metric",
  {value} AS "value"
FROM sums JOIN top USING (campaign_id)
GROUP BY 1, 2
ORDER BY 1"""

CAMPAIGNS: dict[str, list[Panel]] = {
    "Campaigns": [
        Panel("Largest campaigns by cost", sql=_TOP_CAMPAIGNS, kind="table", width=24),
        Panel("Cost by campaign", sql=_BY_CAMPAIGN.format(sums=_SUMS, value="sum(cost_micros) / 1e6"), width=12),
        Panel(
            "ROAS by campaign",
            width=12,
            sql=_BY_CAMPAIGN.format(sums=_SUMS, value="(sum(revenue_micros) / nullif(sum(cost_micros), 0))::float8"),
        ),
    ],
}

_TABLES = """SELECT
  regexp_replace(relname, '_p[0-9]{8}', ' (days)') AS "table",
  sum(pg_total_relation_size(relid))::bigint AS "bytes",
  sum(n_live_tup)::bigint AS "live rows",
  sum(n_dead_tup)::bigint AS "dead rows",
  max(greatest(last_autovacuum, last_vacuum)) AS "last vacuum"
FROM pg_stat_user_tables
GROUP BY 1
ORDER BY 2 DESC"""

_SESSIONS = """SELECT
  coalesce(nullif(application_name, ''), backend_type) AS "application",
  coalesce(state, '') AS "state",
  count(*) AS "sessions",
  coalesce(extract(epoch FROM max(now() - xact_start)), 0)::float8 AS "oldest transaction, s"
FROM pg_stat_activity
WHERE pid <> pg_backend_pid()
GROUP BY 1, 2
ORDER BY 3 DESC"""

_DAYS = """SELECT
  relname AS "partition",
  pg_total_relation_size(c.oid) AS "bytes",
  reltuples::bigint AS "rows, as planned"
FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid
WHERE inhparent = to_regclass('events')
ORDER BY 1 DESC
LIMIT 40"""

DATABASE: dict[str, list[Panel]] = {
    "Size": [
        Panel("Database", "bytes", [("max(adpulse_database_bytes)", "bytes")]),
        Panel("Partitions of events", "short", [("max(adpulse_partitions)", "partitions")]),
        Panel(
            "Cache hits",
            "percentunit",
            kind="stat",
            sql=(
                'SELECT sum(blks_hit)::float8 / nullif(sum(blks_hit + blks_read), 0) AS "share"\n'
                "FROM pg_stat_database\nWHERE datname = current_database()"
            ),
        ),
        Panel("Tables", sql=_TABLES, kind="table", width=12),
        Panel("Days", sql=_DAYS, kind="table", width=12),
    ],
    "Sessions and upkeep": [
        Panel("Sessions", sql=_SESSIONS, kind="table", width=12),
        Panel(
            "Maintenance",
            "ops",
            [
                (f"sum(rate(adpulse_maintenance_duration_seconds_count{_RATE}))", "rounds"),
                (f"sum(rate(adpulse_maintenance_failures_total{_RATE}))", "failures"),
                (f"sum(rate(adpulse_maintenance_warnings_total{_RATE}))", "warnings"),
            ],
            width=12,
        ),
    ],
}

_BUILDERS: dict[str, Any] = {"timeseries": timeseries.Panel, "stat": stat.Panel, "table": table.Panel}


def _build(panel: Panel) -> Any:
    builder = _BUILDERS[panel.kind]().title(panel.title).unit(panel.unit).span(panel.width)
    builder.height(4 if panel.kind == "stat" else 8)
    if panel.about:
        builder.description(panel.about)
    if panel.kind == "timeseries":
        builder.fill_opacity(10).min(0).legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
    if panel.limit is not None:
        steps = [Threshold(color="green"), Threshold(value=panel.limit, color="red")]
        builder.thresholds(dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
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


def _dashboard(uid: str, title: str, rows: dict[str, list[Panel]]) -> Dashboard:
    builder = dashboard.Dashboard(title).uid(uid).tags(["adpulse"]).time("now-1h", "now").refresh("10s").timezone("utc")
    builder.readonly()
    builder.link(dashboard.DashboardLink("AdPulse++").tags(["adpulse"]).as_dropdown(True).include_vars(True))
    if any("$top" in (panel.sql or "") for panels in rows.values() for panel in panels):
        builder.with_variable(dashboard.CustomVariable("top").label("campaigns").values("5,10,20,50"))
    for name, panels in rows.items():
        builder.with_row(dashboard.Row(name))
        for panel in panels:
            builder.with_panel(_build(panel))
    return builder.build()


def render() -> dict[str, str]:
    """Return file name -> text of every dashboard."""
    built = {
        "adpulse_overview.json": _dashboard("adpulse-overview", "AdPulse++ overview", OVERVIEW | CAMPAIGNS),
        "adpulse_database.json": _dashboard("adpulse-database", "AdPulse++ database", DATABASE),
    }
    return {name: json.dumps(each, cls=JSONEncoder, indent=2, sort_keys=True) + "\n" for name, each in built.items()}


if __name__ == "__main__":
    for name, text in render().items():
        (FOLDER / name).write_text(text)
