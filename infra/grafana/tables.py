"""The panels that ask PostgreSQL, in SQL: campaigns, and the database itself."""

from panel import RATE, Panel, high

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
                (f"sum(rate(adpulse_maintenance_duration_seconds_count{RATE}))", "rounds"),
                (f"sum(rate(adpulse_maintenance_failures_total{RATE}))", "failures"),
                (f"sum(rate(adpulse_maintenance_warnings_total{RATE}))", "warnings"),
            ],
            width=12,
            about="Rounds of maintenance a second, and those that failed or said something; the log has the words.",
        ),
    ],
}
