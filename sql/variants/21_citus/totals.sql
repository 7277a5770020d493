-- variant: citus. Returns the totals of a window, as report.sql does when $4 to $7 are null, without the branches for
-- other questions: the coordinator plans faster without them (docs/decisions/0082).
--
-- $1 campaigns    text[], null = all
-- $2 start        timestamptz, inclusive, a whole minute
-- $3 stop         timestamptz, exclusive, a whole minute

WITH
  -- The hours that an edge of the window cuts. They are read by the minute, all other hours by the hour.
  cut_hours AS (
    SELECT DISTINCT date_bin('1 hour', edge, 'epoch') AS hour
    FROM (
      SELECT $2::timestamptz AS edge
      UNION ALL
      SELECT $3::timestamptz
    ) AS edges
    WHERE edge <> date_bin('1 hour', edge, 'epoch')
  ),
  spans AS (
    SELECT greatest(hour, $2) AS start, least(hour + interval '1 hour', $3) AS stop
    FROM cut_hours
  ),
  parts AS (
    SELECT impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_hour
    WHERE
      -- The first whole hour of the window to the last.
      hour >= date_bin('1 hour', $2 + interval '59 minutes', 'epoch')
      AND hour < date_bin('1 hour', $3, 'epoch')
      AND hour NOT IN (SELECT cut_hours.hour FROM cut_hours)
      AND ($1::text[] IS NULL OR campaign_id = ANY($1))
    UNION ALL
    SELECT impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_minute
    JOIN spans ON minute >= spans.start AND minute < spans.stop
    WHERE $1 IS NULL OR campaign_id = ANY($1)
    UNION ALL
    SELECT impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta
    WHERE
      minute >= $2 AND minute < $3
      AND ($1 IS NULL OR campaign_id = ANY($1))
  )
SELECT
  NULL::timestamptz AS bucket,
  NULL::text AS grp,
  sum(impressions)::bigint AS impressions,
  sum(clicks)::bigint AS clicks,
  sum(conversions)::bigint AS conversions,
  sum(cost_micros)::bigint AS cost_micros,
  sum(revenue_micros)::bigint AS revenue_micros
FROM parts
GROUP BY 1, 2
-- A window from which every event was deleted again is no row, as it is none for raw events.
HAVING sum(impressions) + sum(clicks) + sum(conversions) > 0;
