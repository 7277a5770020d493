-- variant: matview. One statement answers every report: minutes from the view, and raw events of the minutes that
-- have changed since its last refresh; raw events only for questions that the view does not hold.
--
-- $1 campaigns    text[], null = all          $5 time zone  text: a name, or the buckets as {…}; see report_buckets()
-- $2 start        timestamptz, inclusive      $6 dimension  text: campaign_id, event_type or a metadata key; or null
-- $3 stop         timestamptz, exclusive      $7 filters    jsonb, see filter_path() in sql/migrations; or null
-- $4 granularity  text: minute, hour, day, week, month; or null
--
-- start and stop are whole minutes. Parameters that are null fold away when the statement is planned
-- (plan_cache_mode = force_custom_plan): of the branches below, a report keeps those it needs. In psql: sql/report.psql.

WITH
  buckets AS MATERIALIZED (SELECT report_buckets($2, $3, $4, $5) AS begins),
  stale AS MATERIALIZED (
    SELECT DISTINCT minute
    FROM stale_minute
    WHERE $7::jsonb IS NULL AND ($6::text IS NULL OR $6 = 'campaign_id') AND minute >= $2 AND minute < $3
  ),
  parts AS (
    SELECT
      minute AS at, campaign_id, NULL::text AS raw_grp,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM events_by_minute
    WHERE
      $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
      AND minute >= $2::timestamptz AND minute < $3::timestamptz
      AND ($1::text[] IS NULL OR campaign_id = ANY($1))
      AND minute NOT IN (SELECT stale.minute FROM stale)
    UNION ALL
    SELECT
      ts, campaign_id, NULL,
      (event_type = 'impression')::int, (event_type = 'click')::int, (event_type = 'conversion')::int,
      cost_micros, revenue_micros
    FROM stale
    JOIN events ON ts >= stale.minute AND ts < stale.minute + interval '1 minute'
    WHERE
      $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
      AND ($1 IS NULL OR campaign_id = ANY($1))
    UNION ALL
    SELECT
      ts, campaign_id, event_group(campaign_id, event_type::text, metadata, $6),
      (event_type = 'impression')::int, (event_type = 'click')::int, (event_type = 'conversion')::int,
      cost_micros, revenue_micros
    FROM events
    WHERE
      ($7 IS NOT NULL OR ($6 IS NOT NULL AND $6 <> 'campaign_id'))
      AND ts >= $2 AND ts < $3
      AND ($1 IS NULL OR campaign_id = ANY($1))
      AND event_matches(campaign_id, event_type::text, metadata, $7)
  )
SELECT
  CASE WHEN $4::text IS NOT NULL
    THEN (SELECT begins FROM buckets)[width_bucket(at, (SELECT begins FROM buckets))]
  END AS bucket,
  CASE WHEN $6 = 'campaign_id' THEN campaign_id WHEN $6 IS NOT NULL THEN raw_grp END AS grp,
  sum(impressions)::bigint AS impressions,
  sum(clicks)::bigint AS clicks,
  sum(conversions)::bigint AS conversions,
  sum(cost_micros)::bigint AS cost_micros,
  sum(revenue_micros)::bigint AS revenue_micros
FROM parts
WHERE raw_kept($2)
GROUP BY 1, 2;
