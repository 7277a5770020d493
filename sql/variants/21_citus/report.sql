-- variant: citus. One statement answers every report: hours inside the window, minutes where an hour is cut,
-- deltas on top; raw events only for questions that the roll-ups do not hold. In psql: sql/report.psql.
--
-- $1 campaigns    text[], null = all          $5 time zone  text: a name, or the buckets as {…}; see report_buckets()
-- $2 start        timestamptz, inclusive      $6 dimension  text: campaign_id, event_type or a metadata key; or null
-- $3 stop         timestamptz, exclusive      $7 filters    jsonb, see filter_path() in sql/migrations; or null
-- $4 granularity  text: minute, hour, day, week, month; or null
--
-- start and stop are whole minutes. Parameters that are null fold away when the statement is planned
-- (plan_cache_mode = force_custom_plan): of the branches below, a report keeps those it needs. For one campaign Citus
-- hands the statement to the shard that has it; for several, each shard answers for its own in one statement, and so
-- from one snapshot, and the coordinator adds up the sums. Before that the coordinator looks at all of it, also at what
-- will fold away: so reports of totals have a statement of their own, totals.sql.

WITH
  buckets AS MATERIALIZED (SELECT report_buckets($2, $3, $4, $5) AS begins),
  -- The UTC hours that an edge of the window or of a bucket cuts: `India` days begin at half past. They are read
  -- by the minute, all other hours by the hour.
  cut_hours AS (
    SELECT DISTINCT date_bin('1 hour', edge, 'epoch') AS hour
    FROM (
      SELECT $2::timestamptz AS edge
      UNION ALL
      SELECT $3::timestamptz
      UNION ALL
      SELECT bucket
      FROM buckets, unnest(begins) AS bucket
      WHERE $4::text IN ('hour', 'day', 'week', 'month')
    ) AS edges
    WHERE edge <> date_bin('1 hour', edge, 'epoch')
  ),
  spans AS (
    SELECT greatest(hour, $2) AS start, least(hour + interval '1 hour', $3) AS stop
    FROM cut_hours
    WHERE $4 IS DISTINCT FROM 'minute'
    UNION ALL
    SELECT $2, $3
    WHERE $4 = 'minute'
  ),
  parts AS (
    SELECT
      hour AS at, campaign_id, NULL::text AS raw_grp,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_hour
    WHERE
      $7::jsonb IS NULL AND ($6::text IS NULL OR $6 = 'campaign_id')
      AND $4 IS DISTINCT FROM 'minute'
      -- The first whole hour of the window to the last.
      AND hour >= date_bin('1 hour', $2 + interval '59 minutes', 'epoch')
      AND hour < date_bin('1 hour', $3, 'epoch')
      AND hour NOT IN (SELECT cut_hours.hour FROM cut_hours)
      AND ($1::text[] IS NULL OR campaign_id = ANY($1))
    UNION ALL
    SELECT
      minute, campaign_id, NULL,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_minute
    JOIN spans ON minute >= spans.start AND minute < spans.stop
    WHERE
      $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
      AND ($1 IS NULL OR campaign_id = ANY($1))
    UNION ALL
    SELECT
      minute, campaign_id, NULL,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta
    WHERE
      $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
      AND minute >= $2 AND minute < $3
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
      AND raw_kept($2, $3)
  )
SELECT
  CASE WHEN $4 IS NOT NULL
    THEN (SELECT begins FROM buckets)[width_bucket(at, (SELECT begins FROM buckets))]
  END AS bucket,
  CASE WHEN $6 = 'campaign_id' THEN campaign_id WHEN $6 IS NOT NULL THEN raw_grp END AS grp,
  sum(impressions)::bigint AS impressions,
  sum(clicks)::bigint AS clicks,
  sum(conversions)::bigint AS conversions,
  sum(cost_micros)::bigint AS cost_micros,
  sum(revenue_micros)::bigint AS revenue_micros
FROM parts
GROUP BY 1, 2
-- Cells from which every event was deleted again are no rows, as they are none for raw events.
HAVING sum(impressions) + sum(clicks) + sum(conversions) > 0;
