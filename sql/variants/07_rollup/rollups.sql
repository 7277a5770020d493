-- variant: rollup. Returns every sum of a window in the roll-ups, and the same sums of raw events: a row for each side
-- and sum. `adpulse verify` compares the two sides, both ways.
--
-- $1 start  timestamptz, inclusive: a midnight of UTC, or -infinity
-- $2 stop   timestamptz, exclusive: a midnight of UTC; or infinity, and then inclusive
--
-- side is `stored` or `raw`, rollup the table, at its minute, hour or day. key and value name a dimension, null without one.

WITH
  events_of_minutes AS (
    SELECT
      campaign_id, date_bin('1 minute', ts, 'epoch') AS minute,
      count(*) FILTER (WHERE event_type = 'impression') AS impressions,
      count(*) FILTER (WHERE event_type = 'click') AS clicks,
      count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM events
    WHERE ts >= $1::timestamptz AND (ts < $2::timestamptz OR $2 = 'infinity')
    GROUP BY 1, 2
  ),
  -- What belongs to a minute, an hour and a day.
  cells AS (
    SELECT
      'raw' AS side, coalesce(campaign_id, '') AS campaign_id, minute,
      sum(impressions) AS impressions,
      sum(clicks) AS clicks,
      sum(conversions) AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM events_of_minutes
    GROUP BY GROUPING SETS ((campaign_id, minute), (minute))
    UNION ALL
    -- A delta counts where it will be moved to. Reports add those that the mark does not see.
    SELECT
      'stored', campaign_id, minute,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta
    WHERE
      minute >= $1 AND (minute < $2 OR $2 = 'infinity')
      AND NOT pg_visible_in_snapshot(xid, (SELECT moved FROM rollup_moved_snapshot() AS moved))
    UNION ALL
    SELECT
      'stored', '', minute,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta_all
    WHERE
      minute >= $1 AND (minute < $2 OR $2 = 'infinity')
      AND NOT pg_visible_in_snapshot(xid, (SELECT moved FROM rollup_moved_snapshot() AS moved))
    UNION ALL
    -- The money of all three, where it is large.
    SELECT
      'stored', campaign_id, minute,
      0, 0, 0, cost_micros, revenue_micros
    FROM rollup_large
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity')
  ),
  sides AS (
    SELECT
      side, rollup, at, campaign_id,
      sum(impressions) AS impressions,
      sum(clicks) AS clicks,
      sum(conversions) AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM cells
    CROSS JOIN LATERAL (
      VALUES
        ('rollup_minute', minute),
        ('rollup_hour', date_bin('1 hour', minute, 'epoch')),
        ('rollup_day', date_bin('1 day', minute, 'epoch'))
    ) AS of_tables (rollup, at)
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT
      'stored', 'rollup_minute', minute, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_minute
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity')
    UNION ALL
    SELECT
      'stored', 'rollup_hour', hour, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_hour
    WHERE hour >= $1 AND (hour < $2 OR $2 = 'infinity')
    UNION ALL
    SELECT
      'stored', 'rollup_day', day, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_day
    WHERE day >= $1 AND (day < $2 OR $2 = 'infinity')
    UNION ALL
    -- Neither maintenance nor a report looks at transactions that the mark sees: none may have a delta left.
    SELECT
      'stored', 'rollup_delta', minute, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta
    WHERE
      minute >= $1 AND (minute < $2 OR $2 = 'infinity')
      AND pg_visible_in_snapshot(xid, (SELECT moved FROM rollup_moved_snapshot() AS moved))
    UNION ALL
    SELECT
      'stored', 'rollup_delta_all', minute, '',
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta_all
    WHERE
      minute >= $1 AND (minute < $2 OR $2 = 'infinity')
      AND pg_visible_in_snapshot(xid, (SELECT moved FROM rollup_moved_snapshot() AS moved))
  )
SELECT
  side, rollup, at, campaign_id, NULL::text AS key, NULL::text AS value,
  impressions, clicks, conversions, cost_micros, revenue_micros
FROM sides;
