-- variant: matview. Returns the sums of a window in the view, and the same sums of raw events: a row for each side and
-- sum. `adpulse verify` compares the two sides, both ways. Minutes that are marked as stale are left out, because a
-- report reads their raw events.
--
-- $1 start  timestamptz, inclusive: a whole hour, or -infinity
-- $2 stop   timestamptz, exclusive: a whole hour; or infinity, and then inclusive
--
-- side is `stored` or `raw`, rollup the view, at its minute. key and value are for dimensions; here they are null.

WITH
  sides AS (
    SELECT
      'raw' AS side, campaign_id, date_bin('1 minute', ts, 'epoch') AS minute,
      count(*) FILTER (WHERE event_type = 'impression') AS impressions,
      count(*) FILTER (WHERE event_type = 'click') AS clicks,
      count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM events
    WHERE ts >= $1::timestamptz AND (ts < $2::timestamptz OR $2 = 'infinity')
    GROUP BY 2, 3
    UNION ALL
    SELECT
      'stored', campaign_id, minute,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM events_by_minute
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity')
  )
SELECT
  side, 'events_by_minute' AS rollup, minute AS at, campaign_id, NULL::text AS key, NULL::text AS value,
  impressions, clicks, conversions, cost_micros, revenue_micros
FROM sides
WHERE minute NOT IN (SELECT stale_minute.minute FROM stale_minute);
