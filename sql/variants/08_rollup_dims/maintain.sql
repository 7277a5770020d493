-- variant: rollup_dims
-- every:   1
--
-- Statements run one by one, in autocommit, each ended by a semicolon at the end of a line: as in plain psql.
-- One session at a time may run this file (adpulse takes an advisory lock).

-- Partitions ahead of time, and stray days out of the default partition: sql/migrations/0002 says how and how many.
SELECT tend_partitions();

-- One session moves deltas at a time. A second one waits here, before its snapshot; the statement keeps the lock to its
-- commit, where this file is run in a transaction.
SELECT pg_advisory_lock(1633964040);

-- Deltas into minutes, hours and days, in one statement: a report sees each delta once, in every snapshot.
-- ORDER BY keeps the keys in one order, so that a second session that runs this by accident waits instead of deadlocking.
WITH
  mark AS MATERIALIZED (SELECT moved FROM rollup_moved_snapshot() AS moved, pg_advisory_xact_lock(1633964040)),
  moved AS (
    DELETE FROM rollup_delta
    WHERE
      (
        (xid >= (SELECT pg_snapshot_xmax(moved) FROM mark) AND xid <= '18446744073709551615')
        OR xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM mark))
      )
      -- For rollup_guard().
      AND (SELECT set_config('adpulse.moves', 'to days', true)) IS NOT NULL
    RETURNING campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros
  ),
  moved_all AS (
    DELETE FROM rollup_delta_all
    WHERE
      (xid >= (SELECT pg_snapshot_xmax(moved) FROM mark) AND xid <= '18446744073709551615')
      OR xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM mark))
    RETURNING '' AS campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros, xid
  ),
  deltas AS NOT MATERIALIZED (
    SELECT * FROM moved
    UNION ALL
    SELECT campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros FROM moved_all
  ),
  -- Days of which this round moves more than 2^40 micros: their money goes into rollup_large (07_rollup/up/totals.sql). As
  -- floating point, because nothing but the size matters here.
  large_days AS (
    SELECT date_bin('1 day', minute, 'epoch') AS day
    FROM moved
    GROUP BY 1
    HAVING
      sum(abs(cost_micros::float8)) > 1099511627776
      OR sum(abs(revenue_micros::float8)) > 1099511627776
  ),
  large_deltas AS (
    SELECT deltas.*
    FROM deltas
    JOIN large_days ON day = date_bin('1 day', minute, 'epoch')
  ),
  -- Where rollup_dims() has to look for these events, if it has not added them up yet; in parts, so that it can stop between.
  into_tail AS (
    INSERT INTO rollup_dim_tail (day, below, events)
    SELECT day, max(xid::text::bigint) + 1, sum(events)
    FROM (
      SELECT day, xid, events, div(sum(events) OVER (ORDER BY xid), rollup_dim_round() / 4) AS part
      FROM (
        SELECT
          (minute AT TIME ZONE 'UTC')::date AS day, xid,
          total(abs(impressions) + abs(clicks) + abs(conversions)) AS events
        FROM moved_all
        GROUP BY 1, 2
      ) AS transactions
    ) AS parts
    GROUP BY day, part
  ),
  into_large AS (
    INSERT INTO rollup_large AS kept
    SELECT campaign_id, minute, sum(cost_micros), sum(revenue_micros)
    FROM large_deltas
    GROUP BY 1, 2
    ORDER BY 1, 2
    ON CONFLICT (campaign_id, minute) DO UPDATE SET
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
  ),
  -- The cells, without the money that goes into rollup_large.
  minutes AS (
    SELECT
      campaign_id, minute,
      total(impressions) AS impressions,
      total(clicks) AS clicks,
      total(conversions) AS conversions,
      total(CASE WHEN large_days.day IS NULL THEN cost_micros ELSE 0 END) AS cost_micros,
      total(CASE WHEN large_days.day IS NULL THEN revenue_micros ELSE 0 END) AS revenue_micros
    FROM deltas
    LEFT JOIN large_days ON day = date_bin('1 day', minute, 'epoch')
    GROUP BY 1, 2
  ),
  hours AS (
    SELECT
      campaign_id, date_bin('1 hour', minute, 'epoch') AS hour,
      total(impressions) AS impressions,
      total(clicks) AS clicks,
      total(conversions) AS conversions,
      total(cost_micros) AS cost_micros,
      total(revenue_micros) AS revenue_micros
    FROM minutes
    GROUP BY 1, 2
  ),
  -- Other days need no look for each cell, such as those of a load of history: a quarter of the time. Hours are asked, too:
  -- where the row of a day is missing, it is for rebuild.sql to say so, and no reason to stop.
  known_days AS MATERIALIZED (
    SELECT day
    FROM (SELECT DISTINCT date_bin('1 day', hour, 'epoch') AS day FROM hours) AS days
    WHERE
      EXISTS (SELECT FROM rollup_day AS kept WHERE kept.campaign_id = '' AND kept.day = days.day)
      OR EXISTS (
        SELECT FROM rollup_hour AS kept
        WHERE kept.campaign_id = '' AND kept.hour >= days.day AND kept.hour < days.day + interval '1 day'
      )
  ),
  -- What this statement sees is moved now: the deltas of every transaction that was over when it began. In a transaction that has
  -- written before, its own is one of these, and may write more: then the mark is only that no older one is left.
  -- `before` is what services of the version before read.
  marked AS (
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
  new_minutes AS (
    INSERT INTO rollup_minute
    SELECT * FROM minutes
    WHERE date_bin('1 day', minute, 'epoch') NOT IN (SELECT day FROM known_days)
    ORDER BY campaign_id, minute
  ),
  into_minutes AS (
    INSERT INTO rollup_minute AS kept
    SELECT * FROM minutes
    WHERE date_bin('1 day', minute, 'epoch') IN (SELECT day FROM known_days)
    ORDER BY campaign_id, minute
    ON CONFLICT (campaign_id, minute) DO UPDATE SET
      impressions = kept.impressions + excluded.impressions,
      clicks = kept.clicks + excluded.clicks,
      conversions = kept.conversions + excluded.conversions,
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
  ),
  new_hours AS (
    INSERT INTO rollup_hour
    SELECT * FROM hours
    WHERE date_bin('1 day', hour, 'epoch') NOT IN (SELECT day FROM known_days)
    ORDER BY campaign_id, hour
  ),
  into_hours AS (
    INSERT INTO rollup_hour AS kept
    SELECT * FROM hours
    WHERE date_bin('1 day', hour, 'epoch') IN (SELECT day FROM known_days)
    ORDER BY campaign_id, hour
    ON CONFLICT (campaign_id, hour) DO UPDATE SET
      impressions = kept.impressions + excluded.impressions,
      clicks = kept.clicks + excluded.clicks,
      conversions = kept.conversions + excluded.conversions,
      cost_micros = kept.cost_micros + excluded.cost_micros,
      revenue_micros = kept.revenue_micros + excluded.revenue_micros
  )
INSERT INTO rollup_day AS kept
SELECT
  campaign_id, date_bin('1 day', hour, 'epoch'),
  total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
FROM hours
GROUP BY 1, 2
ORDER BY 1, 2
ON CONFLICT (campaign_id, day) DO UPDATE SET
  impressions = kept.impressions + excluded.impressions,
  clicks = kept.clicks + excluded.clicks,
  conversions = kept.conversions + excluded.conversions,
  cost_micros = kept.cost_micros + excluded.cost_micros,
  revenue_micros = kept.revenue_micros + excluded.revenue_micros;

SELECT pg_advisory_unlock(1633964040);

-- Where the mark was deleted, one that is not valid (up/mark.sql): then the next round makes all days anew.
INSERT INTO rollup_dim_mark (snapshot, closed_to, system_identifier)
SELECT '1:1:', date_bin('1 hour', now() - interval '1 hour', 'epoch'), 0
WHERE NOT EXISTS (SELECT FROM rollup_dim_mark)
ON CONFLICT DO NOTHING;

-- The indexes by which the last statement, and reports until the next round, find new events.
SELECT rollup_dim_summarize();

-- A round for the roll-ups of dimensions (up/upkeep.sql). If more events wait than a round takes, run the file again at once.
SELECT rollup_dims() AS more;
