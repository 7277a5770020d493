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
    WHERE
      (xid >= (SELECT pg_snapshot_xmax(moved) FROM rollup_moved_snapshot() AS moved) AND xid <= '18446744073709551615')
      OR xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM rollup_moved_snapshot() AS moved))
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
  -- What this statement sees is moved now: the deltas of every transaction that was over when it began. In a transaction that has
  -- written before, its own is one of these, and may write more: then the mark is only that no older one is left.
  -- `before` is what services of the version before read.
  mark AS (
    INSERT INTO rollup_mark (before, system_identifier, snapshot)
    SELECT
      pg_snapshot_xmin(seen), system_identifier,
      CASE WHEN NOT pg_visible_in_snapshot(pg_current_xact_id(), seen) THEN seen END
    FROM pg_control_system(), pg_current_snapshot() AS seen
    WHERE EXISTS (SELECT FROM moved)
    ON CONFLICT (only_row) DO UPDATE SET
      before = excluded.before,
      system_identifier = excluded.system_identifier,
      snapshot = excluded.snapshot
  ),
  -- Where rollup_dims() has to look for these events, if it has not added them up yet.
  tail AS (
    INSERT INTO rollup_dim_tail (day)
    SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM moved
  ),
  large AS (
    INSERT INTO rollup_large AS kept
    SELECT coalesce(campaign_id, ''), 0, '', minute, sum(cost_micros), sum(revenue_micros)
    FROM counted
    WHERE is_large
    GROUP BY GROUPING SETS ((campaign_id, minute), (minute))
    ORDER BY 1, 2, 3, 4
    ON CONFLICT (campaign_id, place, value, minute) DO UPDATE SET
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
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

-- Events since the last round into the roll-ups of dimensions; and what else these need: up.sql.
SELECT rollup_dims();
