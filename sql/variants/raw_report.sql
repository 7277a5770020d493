-- One statement answers every report, from raw rows: that of every variant whose up.sql names this file, because it has
-- no roll-ups.
--
-- $1 campaigns    text[], null = all          $5 time zone  text: a name, or the buckets as {…}; see report_buckets()
-- $2 start        timestamptz, inclusive      $6 dimension  text: campaign_id, event_type or a metadata key; or null
-- $3 stop         timestamptz, exclusive      $7 filters    jsonb, see filter_path() in sql/migrations; or null
-- $4 granularity  text: minute, hour, day, week, month; or null
--
-- Parameters that are null fold away when the statement is planned (plan_cache_mode = force_custom_plan), so that
-- an index that covers the columns left is read alone. In psql: sql/report.psql.

WITH
  buckets AS MATERIALIZED (SELECT report_buckets($2, $3, $4, $5) AS begins)
SELECT
  CASE WHEN $4::text IS NOT NULL
    THEN (SELECT begins FROM buckets)[width_bucket(ts, (SELECT begins FROM buckets))]
  END AS bucket,
  event_group(campaign_id, event_type::text, metadata, $6::text) AS grp,
  count(*) FILTER (WHERE event_type = 'impression') AS impressions,
  count(*) FILTER (WHERE event_type = 'click') AS clicks,
  count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
  coalesce(sum(cost_micros), 0)::bigint AS cost_micros,
  coalesce(sum(revenue_micros), 0)::bigint AS revenue_micros
FROM events
WHERE
  ts >= $2::timestamptz
  AND ts < $3::timestamptz
  AND ($1::text[] IS NULL OR campaign_id = ANY($1))
  AND event_matches(campaign_id, event_type::text, metadata, $7::jsonb)
  AND raw_kept($2)
GROUP BY 1, 2;
