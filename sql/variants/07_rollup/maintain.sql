-- variant: rollup
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
      total(cost_micros),
      total(revenue_micros)
    FROM moved
    GROUP BY GROUPING SETS ((campaign_id, minute), (minute))
    ORDER BY 1, 2
    ON CONFLICT (campaign_id, minute) DO UPDATE SET
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
  total(cost_micros),
  total(revenue_micros)
FROM moved
GROUP BY GROUPING SETS ((campaign_id, hour), (hour))
ORDER BY 1, 2
ON CONFLICT (campaign_id, hour) DO UPDATE SET
  impressions = kept.impressions + excluded.impressions,
  clicks = kept.clicks + excluded.clicks,
  conversions = kept.conversions + excluded.conversions,
  cost_micros = kept.cost_micros + excluded.cost_micros,
  revenue_micros = kept.revenue_micros + excluded.revenue_micros;
