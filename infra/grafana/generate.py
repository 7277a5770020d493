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
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
    VariableOption,
    VariableRefresh,
)

FOLDER = Path(__file__).parent / "dashboards"
# Data sources are variables, so that the files can be imported into any Grafana.
PROMETHEUS = DataSourceRef(type_val="prometheus", uid="${prometheus}")
POSTGRES = DataSourceRef(type_val="grafana-postgresql-datasource", uid="${postgres}")
WIDTH = 24  # columns of Grafana's grid

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


_RATE = "[$__rate_interval]"
# Of the instances that are chosen. What one process tells of the whole database is asked of all.
_HERE = 'instance=~"$instance"'


def _rate(metric: str, by: str = "", selector: str = "", over: str = _RATE) -> str:
    """Return the sum over instances of a counter's rate, with the labels `by`."""
    labels = f"{{{selector},{_HERE}}}" if selector else f"{{{_HERE}}}"
    return f"sum{f' by ({by}) ' if by else ''}(rate({metric}{labels}{over}))"


def _quantiles(metric: str, selector: str = "") -> list[tuple[str, str]]:
    series = _rate(f"{metric}_bucket", "le", selector)
    return [(f"histogram_quantile({share}, {series})", f"p{round(share * 100)}") for share in (0.5, 0.95, 0.99)]


def _alerts(state: str) -> str:
    return f'count(ALERTS{{alertname=~"AdPulse.*",alertstate="{state}"}}) or vector(0)'


_SECONDS = "adpulse_http_request_duration_seconds"
_ALL = "adpulse_http_requests_total"
_REPORT = 'route="/report"'
_FAILED = _rate(_ALL, selector='status=~"5.."', over="[5m]")
_ERRORS = f"({_FAILED} or vector(0)) / {_rate(_ALL, over='[5m]')}"


def _in_time(over: str) -> str:
    """Return the share of reports within 0.2 s, which is an edge of the histogram: a count, not an estimate."""
    within, all_ = (
        _rate(f"{_SECONDS}_bucket", selector=f'{_REPORT},le="{edge}"', over=over) for edge in ("0.2", "+Inf")
    )
    return f"{within} / {all_}"


# 5xx that no service has sent, as in infra/prometheus/rules/recording.yml.
_REFUSED = (
    f'clamp_min((sum(rate(haproxy_frontend_http_responses_total{{proxy="adpulse",code="5xx"}}{_RATE})) or vector(0))'
    f' - (sum(rate(haproxy_server_http_responses_total{{proxy="services",code="5xx"}}{_RATE})) or vector(0)), 0)'
)
_LAG = "time() - max(adpulse_maintenance_last_success_timestamp_seconds)"

OVERVIEW: dict[str, list[Panel]] = {
    "Now": [
        Panel(
            title="Events accepted",
            unit="ops",
            queries=[(_rate("adpulse_events_total", selector='outcome="accepted"'), "")],
            kind="stat",
            width=3,
            about="Events a second that are stored. How many is right depends on who sends: no colour.",
            steps=PLAIN,
        ),
        Panel(
            title="Requests",
            unit="reqps",
            queries=[(_rate(_ALL), "")],
            kind="stat",
            width=3,
            about="Requests a second that a service answered, of every kind.",
            steps=PLAIN,
        ),
        Panel(
            title="Errors (5xx)",
            unit="percentunit",
            queries=[(_ERRORS, "")],
            kind="stat",
            width=3,
            about="Share of answers of the last 5 minutes with a status from 500. AdPulseErrors begins at red.",
            steps=low(0.01, 0.001),
        ),
        Panel(
            title="Refused by the balancer",
            unit="reqps",
            queries=[(_REFUSED, "")],
            kind="stat",
            width=3,
            about="Answers a second with a status from 500 that the balancer gave itself: no service was ready, or "
            "one broke off. No service counts them.",
            steps=low(0.001),
        ),
        Panel(
            title="Reports p95",
            unit="s",
            queries=[
                (f"histogram_quantile(0.95, {_rate(f'{_SECONDS}_bucket', 'le', _REPORT, '[5m]')})", ""),
            ],
            kind="stat",
            width=3,
            about="95 of 100 reports of the last 5 minutes took no longer. The target is 0.2 s.",
            steps=low(0.2, 0.1),
        ),
        Panel(
            title="Reports within 200 ms",
            unit="percentunit",
            queries=[(_in_time("[5m]"), "")],
            kind="stat",
            width=3,
            about="Share of reports of the last 5 minutes, counted. AdPulseReportsSlow begins at red.",
            steps=high(0.99, 0.95),
        ),
        Panel(
            title="Queue",
            unit="s",
            queries=[(f"max(adpulse_ingest_queue_age_seconds{{{_HERE}}})", "")],
            kind="stat",
            width=3,
            about="The time for which the oldest batch has waited for a writer. AdPulseQueueOld begins at red.",
            steps=low(5, 1),
        ),
        Panel(
            title="Alerts firing",
            queries=[(_alerts("firing"), "")],
            kind="stat",
            width=3,
            about="Alerts of infra/prometheus/rules that fire; most are pending for minutes before. 0 without them.",
            steps=low(1),
        ),
    ],
    "Requests": [
        Panel(
            title="Requests by route",
            unit="reqps",
            queries=[(_rate(_ALL, "method, route"), "{{method}} {{route}}")],
            about="Requests a second by method and address, as services count them.",
        ),
        Panel(
            title="Replies by status",
            unit="reqps",
            queries=[(_rate(_ALL, "status"), "{{status}}")],
            about="Answers a second by HTTP status. 503 comes with Retry-After: the sender should send again.",
        ),
        Panel(
            title="Mean time by route",
            unit="s",
            queries=[(f"{_rate(f'{_SECONDS}_sum', 'route')} / {_rate(f'{_SECONDS}_count', 'route')}", "{{route}}")],
            about="Time from the last byte of a request until its answer is made, the mean by address.",
        ),
        Panel(
            title="GET /report",
            unit="s",
            queries=_quantiles(_SECONDS, _REPORT),
            about="Time of reports: half of them, 95 and 99 of 100 took no longer. The line is the target.",
            steps=low(0.2),
        ),
        Panel(
            title="POST /events",
            unit="s",
            queries=_quantiles(_SECONDS, 'route="/events"'),
            about="Time of a batch until it is committed: no batch is acknowledged before.",
        ),
        Panel(
            title="Reports within 200 ms",
            unit="percentunit",
            queries=[(_in_time(_RATE), "share")],
            about="Share of reports within the target. The alert AdPulseReportsSlow begins below the line.",
            steps=high(0.95),
        ),
        Panel(
            title="Refused by the balancer",
            unit="reqps",
            queries=[(_REFUSED, "refused")],
            width=12,
            about="Answers a second with a status from 500 that no service sent. AdPulseBalancerRefuses begins at 1 %.",
        ),
        Panel(
            title="Services behind the balancer",
            queries=[('sum(haproxy_backend_active_servers{proxy="services"})', "ready")],
            width=12,
            about="Services that get requests, because their /readyz answers 200. At 0 the balancer refuses all.",
            steps=high(1),
        ),
    ],
    "Ingest": [
        Panel(
            title="Events by outcome",
            unit="ops",
            queries=[(_rate("adpulse_events_total", "outcome"), "{{outcome}}")],
            about="Events a second: accepted, duplicate, rejected for a fault of theirs, or unstorable in PostgreSQL.",
        ),
        Panel(
            title="Batches",
            unit="ops",
            queries=[
                (_rate("adpulse_ingest_batches_total"), "taken"),
                (f"{_rate('adpulse_ingest_refused_total')} or vector(0)", "refused"),
                (_rate("adpulse_ingest_split_groups_total"), "split"),
            ],
            about="Batches a second. Refused: answered with 503, as the queue was full or the database away. "
            "Split: groups that PostgreSQL refused, and that were written in parts to find the bad row.",
        ),
        Panel(
            title="Events waiting",
            queries=[(f"sum(adpulse_ingest_queue_events{{{_HERE}}})", "events")],
            about="Events in the queues before the writers. At ADPULSE_QUEUE_EVENTS of a process, new batches get 503.",
        ),
        Panel(
            title="Time in the queue",
            unit="s",
            queries=_quantiles("adpulse_ingest_queue_wait_seconds"),
            about="Time from the arrival of a group's first batch until a writer took it.",
        ),
        Panel(
            title="Events in a transaction",
            queries=_quantiles("adpulse_ingest_group_events"),
            about="Events that are committed together: more under load, which is why load costs less an event.",
        ),
        Panel(
            title="Commit",
            unit="s",
            queries=_quantiles("adpulse_ingest_commit_duration_seconds"),
            about="Time of a transaction, with the roll-ups and the flush to the disk.",
        ),
    ],
    "Reports": [
        Panel(
            title="Statement",
            unit="s",
            queries=_quantiles("adpulse_report_statement_duration_seconds"),
            about="Time of a report's statement in PostgreSQL.",
            width=6,
        ),
        Panel(
            title="Wait for a connection",
            unit="s",
            queries=_quantiles("adpulse_report_pool_wait_seconds"),
            about="Time until a report had a connection. If it grows, all readers (ADPULSE_READERS) are busy.",
            width=6,
        ),
        Panel(
            title="Age of the replica",
            unit="s",
            queries=[
                (f"max(adpulse_replica_lag_seconds{{{_HERE}}})", "at most"),
                (f"max(adpulse_replica_away{{{_HERE}}})", "away or foreign (1)"),
            ],
            about="How old the data of the replica for reports are at most; 0 without a replica. AdPulseReplicaLags "
            "begins at the line.",
            steps=low(30),
            width=6,
        ),
        Panel(
            title="Reports from the primary instead",
            unit="reqps",
            queries=[(f"{_rate('adpulse_report_fallbacks_total', 'reason')} or vector(0)", "{{reason}}")],
            about="Reports a second that the primary answered because the replica could not, by reason.",
            width=6,
        ),
    ],
    "Roll-ups": [
        Panel(
            title="Deltas that wait",
            queries=[("max(adpulse_rollup_delta_rows)", "rows")],
            about="Sums of new events that compaction has not moved into the roll-ups yet.",
        ),
        Panel(
            title="Compaction lag",
            unit="s",
            queries=[(_LAG, "lag")],
            about="The time since a round of maintenance succeeded. Reports stay exact, because they add the deltas. "
            "AdPulseCompactionLags begins at the line.",
            steps=low(60),
        ),
        Panel(
            title="A round of maintenance",
            unit="s",
            queries=_quantiles("adpulse_maintenance_duration_seconds"),
            about="Time of a round, which moves deltas and does what else is due.",
        ),
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
        Panel(
            title="Largest campaigns by cost",
            sql=_TOP_CAMPAIGNS,
            kind="table",
            width=24,
            about="Exact totals of the time that is shown, from the roll-ups by minute and the deltas. Needs "
            "the variant rollup or rollup_dims.",
        ),
        Panel(
            title="Cost by campaign",
            sql=_BY_CAMPAIGN.format(sums=_SUMS, value="sum(cost_micros) / 1e6"),
            width=12,
            about="Cost of the largest campaigns in steps of 5 minutes.",
        ),
        Panel(
            title="ROAS by campaign",
            width=12,
            sql=_BY_CAMPAIGN.format(sums=_SUMS, value="(sum(revenue_micros) / nullif(sum(cost_micros), 0))::float8"),
            about="Revenue for each unit of cost, of the largest campaigns in steps of 5 minutes.",
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
        Panel(
            title="Database",
            unit="bytes",
            queries=[("max(adpulse_database_bytes)", "bytes")],
            about="Size of the database on the disk, all tables and indexes together.",
        ),
        Panel(
            title="Partitions of events",
            queries=[("max(adpulse_partitions)", "partitions")],
            about="Days that have a partition: one more each day, unless retention or the archive takes some.",
        ),
        Panel(
            title="Cache hits",
            unit="percentunit",
            kind="stat",
            sql=(
                'SELECT sum(blks_hit)::float8 / nullif(sum(blks_hit + blks_read), 0) AS "share"\n'
                "FROM pg_stat_database\nWHERE datname = current_database()"
            ),
            about="Share of blocks that PostgreSQL found in its own cache since its statistics began.",
            steps=high(0.95, 0.8),
        ),
        Panel(
            title="Tables",
            sql=_TABLES,
            kind="table",
            width=12,
            about="Size of each table with its indexes, daily partitions together. Dead rows wait for VACUUM.",
        ),
        Panel(title="Days", sql=_DAYS, kind="table", width=12, about="The daily partitions, the newest first."),
    ],
    "Sessions and upkeep": [
        Panel(
            title="Sessions",
            sql=_SESSIONS,
            kind="table",
            width=12,
            about="Sessions by application and state. An old transaction keeps VACUUM from cleaning up.",
        ),
        Panel(
            title="Maintenance",
            unit="ops",
            queries=[
                (f"sum(rate(adpulse_maintenance_duration_seconds_count{_RATE}))", "rounds"),
                (f"sum(rate(adpulse_maintenance_failures_total{_RATE}))", "failures"),
                (f"sum(rate(adpulse_maintenance_warnings_total{_RATE}))", "warnings"),
            ],
            width=12,
            about="Rounds of maintenance a second, and those that failed or said something; the log has the words.",
        ),
    ],
}

EVERY = VariableOption(text="All", value="$__all", selected=True)
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


def _dashboard(uid: str, title: str, rows: dict[str, list[Panel]]) -> Dashboard:
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
        builder.with_variable(instances.multi(True).include_all(True).all_value(".*").current(EVERY))
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
