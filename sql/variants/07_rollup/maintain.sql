-- variant: rollup
-- every:   1
--
-- Statements run one by one, in autocommit, each ended by a semicolon at the end of a line: as in plain psql.
-- One session at a time may run this file (adpulse takes an advisory lock).

-- Partitions ahead of time, and one for the oldest stray day in the default partition: one day a round keeps the
-- lock on the default partition short.
SELECT prepare_days(days.first_day, days.last_day)
FROM (
  SELECT (now() AT TIME ZONE 'UTC')::date AS first_day, (now() AT TIME ZONE 'UTC')::date + 2 AS last_day
  UNION ALL
  (
    SELECT (ts AT TIME ZONE 'UTC')::date, (ts AT TIME ZONE 'UTC')::date
    FROM events_default
    ORDER BY ts
    LIMIT 1
  )
) AS days;

-- Deltas into minutes and hours, in one statement: whatever snapshot a report has, it sees each delta once.
-- GROUPING SETS adds the sum over all campaigns under ''. ORDER BY keeps the keys in one order, so that a second
-- session that runs this by accident waits instead of deadlocking.
WITH
  moved AS (
    DELETE FROM rollup_delta
    RETURNING *
  ),
  minutes AS (
    INSERT INTO rollup_minute AS kept
    SELECT
      coalesce(campaign_id, ''),
      minute,
      sum(impressions),
      sum(clicks),
      sum(conversions),
      sum(cost_micros),
      sum(revenue_micros)
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
  sum(impressions),
  sum(clicks),
  sum(conversions),
  sum(cost_micros),
  sum(revenue_micros)
FROM moved, date_bin('1 hour', minute, 'epoch') AS hour
GROUP BY GROUPING SETS ((campaign_id, hour), (hour))
ORDER BY 1, 2
ON CONFLICT (campaign_id, hour) DO UPDATE SET
  impressions = kept.impressions + excluded.impressions,
  clicks = kept.clicks + excluded.clicks,
  conversions = kept.conversions + excluded.conversions,
  cost_micros = kept.cost_micros + excluded.cost_micros,
  revenue_micros = kept.revenue_micros + excluded.revenue_micros;

-- The deltas just moved are dead rows that every report would step over; autovacuum comes once a minute only.
VACUUM rollup_delta;
