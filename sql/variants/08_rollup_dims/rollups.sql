-- variant: rollup_dims. What its roll-ups hold of a window, and what raw events say that they should hold: a row for
-- each side and sum. `adpulse verify` compares the two sides, both ways.
--
-- $1 start  timestamptz, inclusive: a whole hour, or -infinity
-- $2 stop   timestamptz, exclusive: a whole hour; or infinity, and then inclusive
--
-- side is `stored` or `raw`, rollup the table, at its minute or hour. key and value name a dimension and its value, as
-- JSON text; null without one.

WITH
  keys AS (
    SELECT array_agg(rollup_dimension.key ORDER BY place) AS by_place
    FROM generate_series(1, 6) AS place
    LEFT JOIN rollup_dimension USING (place)
  ),
  cells AS (
    SELECT
      'raw' AS side, campaign_id, date_bin('1 minute', ts, 'epoch') AS minute,
      ARRAY[
        (metadata -> by_place[1])::text, (metadata -> by_place[2])::text, (metadata -> by_place[3])::text,
        (metadata -> by_place[4])::text, (metadata -> by_place[5])::text, (metadata -> by_place[6])::text
      ] AS vals,
      count(*) FILTER (WHERE event_type = 'impression') AS impressions,
      count(*) FILTER (WHERE event_type = 'click') AS clicks,
      count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM events
    CROSS JOIN keys
    WHERE ts >= $1::timestamptz AND (ts < $2::timestamptz OR $2 = 'infinity')
    GROUP BY 2, 3, 4
    UNION ALL
    -- A delta counts where it will be moved to. Reports add those from the mark on.
    SELECT
      'stored', campaign_id, minute, vals,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity') AND xid >= (SELECT rollup_delta_start())
  ),
  dims AS (
    SELECT
      side, campaign_id, minute, key, coalesce(vals[place], 'null') AS value,
      sum(impressions) AS impressions,
      sum(clicks) AS clicks,
      sum(conversions) AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM cells
    CROSS JOIN rollup_dimension
    WHERE given_up_at IS NULL
    GROUP BY 1, 2, 3, 4, 5
  ),
  places AS (
    SELECT place, value, key
    FROM rollup_value
    JOIN rollup_dimension USING (place)
  ),
  sides AS (
    SELECT
      side, 'rollup_minute' AS rollup, minute AS at, coalesce(campaign_id, '') AS campaign_id,
      NULL::text AS key, NULL::text AS value,
      sum(impressions) AS impressions,
      sum(clicks) AS clicks,
      sum(conversions) AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM cells
    GROUP BY GROUPING SETS ((side, minute, campaign_id), (side, minute))
    UNION ALL
    SELECT
      side, 'rollup_hour', date_bin('1 hour', minute, 'epoch') AS hour, coalesce(campaign_id, ''), NULL, NULL,
      sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
    FROM cells
    GROUP BY GROUPING SETS ((side, hour, campaign_id), (side, hour))
    UNION ALL
    SELECT
      side, 'rollup_dim_minute', minute, coalesce(campaign_id, ''), key, value,
      sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
    FROM dims
    GROUP BY GROUPING SETS ((side, minute, key, value, campaign_id), (side, minute, key, value))
    UNION ALL
    SELECT
      side, 'rollup_dim_hour', date_bin('1 hour', minute, 'epoch') AS hour, coalesce(campaign_id, ''), key, value,
      sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
    FROM dims
    GROUP BY GROUPING SETS ((side, hour, key, value, campaign_id), (side, hour, key, value))
    UNION ALL
    SELECT
      'stored', 'rollup_minute', minute, campaign_id, NULL, NULL,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_minute
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity')
    UNION ALL
    SELECT
      'stored', 'rollup_hour', hour, campaign_id, NULL, NULL,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_hour
    WHERE hour >= $1 AND (hour < $2 OR $2 = 'infinity')
    UNION ALL
    -- A report finds a row by way of rollup_value and rollup_dimension. One that it cannot find stands here under the
    -- number of its place, where no raw event is. A dimension that has been given up is answered from raw events.
    SELECT
      'stored', 'rollup_dim_minute', minute, campaign_id, coalesce(key, place::text), value,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_dim_minute
    LEFT JOIN places USING (place, value)
    WHERE
      minute >= $1 AND (minute < $2 OR $2 = 'infinity')
      AND place NOT IN (SELECT rollup_dimension.place FROM rollup_dimension WHERE given_up_at IS NOT NULL)
    UNION ALL
    SELECT
      'stored', 'rollup_dim_hour', hour, campaign_id, coalesce(key, place::text), value,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_dim_hour
    LEFT JOIN places USING (place, value)
    WHERE
      hour >= $1 AND (hour < $2 OR $2 = 'infinity')
      AND place NOT IN (SELECT rollup_dimension.place FROM rollup_dimension WHERE given_up_at IS NOT NULL)
    UNION ALL
    -- The money that belongs to both, where it is large.
    SELECT
      'stored', 'rollup_' || CASE WHEN of_dimension THEN 'dim_' ELSE '' END || resolution, at, campaign_id,
      CASE WHEN of_dimension THEN coalesce(key, place::text) END, CASE WHEN of_dimension THEN value END,
      0, 0, 0, cost_micros, revenue_micros
    FROM rollup_large
    LEFT JOIN places USING (place, value)
    CROSS JOIN LATERAL (SELECT place <> 0 OR value <> '' AS of_dimension) AS kind
    CROSS JOIN LATERAL (
      VALUES ('minute', minute), ('hour', date_bin('1 hour', minute, 'epoch'))
    ) AS cell (resolution, at)
    WHERE
      minute >= $1 AND (minute < $2 OR $2 = 'infinity')
      AND place NOT IN (SELECT rollup_dimension.place FROM rollup_dimension WHERE given_up_at IS NOT NULL)
    UNION ALL
    -- Neither maintenance nor a report looks behind the mark: no delta may be left there.
    SELECT
      'stored', 'rollup_delta', minute, campaign_id, NULL, NULL,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_delta
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity') AND xid < (SELECT rollup_delta_start())
  )
SELECT
  side, rollup, at, campaign_id, key, value,
  impressions, clicks, conversions, cost_micros, revenue_micros
FROM sides;
