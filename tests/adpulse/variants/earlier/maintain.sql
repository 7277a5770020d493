-- variant: rollup_dims
-- every:   1
--
-- Statements run one by one, in autocommit, each ended by a semicolon at the end of a line: as in plain psql.
-- One session at a time may run this file (adpulse takes an advisory lock).

-- Partitions ahead of time, and stray days out of the default partition: sql/migrations/0002 says how and how many.
SELECT tend_partitions();

-- Deltas into minutes and hours, in one statement: whatever snapshot a report has, it sees each delta once.
-- GROUPING SETS adds the sum over all campaigns under ''. ORDER BY keeps the keys in one order, so that a second
-- session that runs this by accident waits instead of deadlocking.
WITH
  moved AS (
    DELETE FROM rollup_delta
    WHERE xid >= (SELECT rollup_delta_start()) AND xid <= '18446744073709551615'
    RETURNING *, date_bin('1 hour', minute, 'epoch') AS hour
  ),
  -- Hours of which this round moves more than 2^40 micros: their money goes into rollup_large, which up.sql explains. As
  -- floating point, because nothing but the size matters here.
  large_hours AS (
    SELECT hour
    FROM moved
    GROUP BY hour
    HAVING
      sum(abs(cost_micros::float8)) > 1099511627776
      OR sum(abs(revenue_micros::float8)) > 1099511627776
  ),
  -- The money of the cells, which is none where it goes into rollup_large.
  counted AS (
    SELECT
      moved.*,
      CASE WHEN large_hours.hour IS NULL THEN cost_micros ELSE 0 END AS cost,
      CASE WHEN large_hours.hour IS NULL THEN revenue_micros ELSE 0 END AS revenue,
      large_hours.hour IS NOT NULL AS is_large
    FROM moved
    LEFT JOIN large_hours USING (hour)
  ),
  -- Transactions before the oldest that was running when this statement began are over; what they left is moved now.
  mark AS (
    INSERT INTO rollup_mark (before, system_identifier)
    SELECT pg_snapshot_xmin(pg_current_snapshot()), system_identifier
    FROM pg_control_system()
    WHERE EXISTS (SELECT FROM moved)
    ON CONFLICT (only_row) DO UPDATE SET before = excluded.before, system_identifier = excluded.system_identifier
  ),
  minutes AS (
    INSERT INTO rollup_minute AS kept
    SELECT
      coalesce(campaign_id, ''),
      minute,
      total(impressions),
      total(clicks),
      total(conversions),
      total(cost),
      total(revenue)
    FROM counted
    GROUP BY GROUPING SETS ((campaign_id, minute), (minute))
    ORDER BY 1, 2
    ON CONFLICT (campaign_id, minute) DO UPDATE SET
      impressions = kept.impressions + excluded.impressions,
      clicks = kept.clicks + excluded.clicks,
      conversions = kept.conversions + excluded.conversions,
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
  ),
  -- A row per delta and dimension. An over-long value must not meet an index: its dimension is given up in this same
  -- statement, and has no rows of this round.
  keyed AS (
    SELECT
      campaign_id, place, left(coalesce(vals[place], 'null'), 201) AS value, minute, hour,
      impressions, clicks, conversions, cost_micros, revenue_micros, cost, revenue, is_large
    FROM counted
    CROSS JOIN rollup_dimension
    WHERE given_up_at IS NULL
  ),
  given_up AS (
    UPDATE rollup_dimension SET given_up_at = now()
    WHERE place IN (SELECT place FROM keyed WHERE length(value) > 200)
  ),
  dims AS (
    SELECT * FROM keyed WHERE place NOT IN (SELECT place FROM keyed WHERE length(value) > 200)
  ),
  large AS (
    INSERT INTO rollup_large AS kept
    SELECT coalesce(campaign_id, ''), 0, '', minute, sum(cost_micros), sum(revenue_micros)
    FROM counted
    WHERE is_large
    GROUP BY GROUPING SETS ((campaign_id, minute), (minute))
    UNION ALL
    SELECT coalesce(campaign_id, ''), place, value, minute, sum(cost_micros), sum(revenue_micros)
    FROM dims
    WHERE is_large
    GROUP BY GROUPING SETS ((campaign_id, place, value, minute), (place, value, minute))
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (campaign_id, place, value, minute) DO UPDATE SET
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
  ),
  known AS (
    INSERT INTO rollup_value (place, value)
    SELECT DISTINCT place, value FROM dims
    ORDER BY 1, 2
    ON CONFLICT (place, value) DO NOTHING
  ),
  dim_minutes AS (
    INSERT INTO rollup_dim_minute AS kept
    SELECT
      coalesce(campaign_id, ''),
      place,
      value,
      minute,
      total(impressions),
      total(clicks),
      total(conversions),
      total(cost),
      total(revenue)
    FROM dims
    GROUP BY GROUPING SETS ((campaign_id, place, value, minute), (place, value, minute))
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (campaign_id, place, value, minute) DO UPDATE SET
      impressions = kept.impressions + excluded.impressions,
      clicks = kept.clicks + excluded.clicks,
      conversions = kept.conversions + excluded.conversions,
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
  ),
  dim_hours AS (
    INSERT INTO rollup_dim_hour AS kept
    SELECT
      coalesce(campaign_id, ''),
      place,
      value,
      hour,
      total(impressions),
      total(clicks),
      total(conversions),
      total(cost),
      total(revenue)
    FROM dims
    GROUP BY GROUPING SETS ((campaign_id, place, value, hour), (place, value, hour))
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (campaign_id, place, value, hour) DO UPDATE SET
      impressions = kept.impressions + excluded.impressions,
      clicks = kept.clicks + excluded.clicks,
      conversions = kept.conversions + excluded.conversions,
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
  )
INSERT INTO rollup_hour AS kept
SELECT
  coalesce(campaign_id, ''),
  hour,
  total(impressions),
  total(clicks),
  total(conversions),
  total(cost),
  total(revenue)
FROM counted
GROUP BY GROUPING SETS ((campaign_id, hour), (hour))
ORDER BY 1, 2
ON CONFLICT (campaign_id, hour) DO UPDATE SET
  impressions = kept.impressions + excluded.impressions,
  clicks = kept.clicks + excluded.clicks,
  conversions = kept.conversions + excluded.conversions,
  cost_micros = kept.cost_micros + excluded.cost_micros,
  revenue_micros = kept.revenue_micros + excluded.revenue_micros;

-- 1,000 values are enough for countries, devices, placements and ad formats; not for user ids.
SELECT rollup_give_up(1000);
