-- variant: rollup_dims. What its roll-ups hold of a window, and what raw events say that they should hold: a row for each
-- side and sum. `adpulse verify` compares the two sides, both ways.
--
-- $1 start  timestamptz, inclusive: a midnight of UTC, or -infinity
-- $2 stop   timestamptz, exclusive: a midnight of UTC; or infinity, and then inclusive
--
-- side is `stored` or `raw`, rollup the table, at its minute, hour or day. key and value name a dimension and its value, as
-- JSON text, '' for those that share the row "(other)"; null without one. Of a dimension left out is what is still to be
-- built, because reports read raw events there.

WITH
  dim_mark AS (
    SELECT
      closed_to, rounds,
      pg_snapshot_xmax(snapshot)::text::bigint AS before,
      ARRAY(SELECT xid::text::bigint FROM pg_snapshot_xip(snapshot) AS xid) AS running
    FROM rollup_dim_marked()
  ),
  -- What has been added up of the events that are here: those that the mark sees, without their changes since.
  added AS (
    SELECT 1 AS sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
    FROM events
    CROSS JOIN dim_mark
    WHERE
      ts >= $1::timestamptz AND (ts < $2::timestamptz OR $2 = 'infinity')
      AND written_xid < before AND written_xid <> ALL (running)
    UNION ALL
    SELECT -sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
    FROM rollup_dim_change
    CROSS JOIN dim_mark
    WHERE ts >= $1 AND (ts < $2 OR $2 = 'infinity') AND row_xid < before AND row_xid <> ALL (running)
  ),
  -- How fine the roll-ups of each minute are.
  levels AS (
    SELECT
      closed_to,
      (SELECT rollup_dim_detailed(60)) AS has_hours,
      (SELECT rollup_dim_detailed(15) - rollup_dim_detailed(1)) AS has_quarters,
      (SELECT rollup_dim_detailed(1)) AS has_minutes,
      (SELECT rollup_dim_detailed(0)) AS has_minutes_of_all
    FROM dim_mark
  ),
  pending AS (
    -- Infinity is a day, too.
    SELECT place, range_agg(tstzrange(start, stop, CASE WHEN start = stop THEN '[]' ELSE '[)' END)) AS spans
    FROM rollup_dim_pending
    GROUP BY place
  ),
  names AS (
    SELECT
      place, key, campaign_id, date_bin('1 minute', ts, 'epoch') AS minute, metadata ->> key AS name,
      coalesce(sum(sign) FILTER (WHERE event_type = 'impression'), 0) AS impressions,
      coalesce(sum(sign) FILTER (WHERE event_type = 'click'), 0) AS clicks,
      coalesce(sum(sign) FILTER (WHERE event_type = 'conversion'), 0) AS conversions,
      sum(sign * cost_micros::numeric) AS cost_micros,
      sum(sign * revenue_micros::numeric) AS revenue_micros
    FROM added
    CROSS JOIN rollup_dimension
    WHERE NOT dropped
    GROUP BY 1, 2, 3, 4, 5
  ),
  dims AS (
    SELECT
      place, key, coalesce(campaign_id, '') AS campaign_id, minute, value,
      sum(impressions) AS impressions,
      sum(clicks) AS clicks,
      sum(conversions) AS conversions,
      sum(cost_micros) AS cost_micros,
      sum(revenue_micros) AS revenue_micros
    FROM (
      SELECT
        names.*,
        rollup_fold(
          name,
          EXISTS (
            SELECT FROM rollup_value AS known
            WHERE known.place = names.place AND known.value = coalesce(to_json(name)::text, 'null')
          ),
          (SELECT count(*) FROM rollup_value AS known WHERE known.place = names.place) >= rollup_dim_most()
        ) AS value
      FROM names
    ) AS folded
    GROUP BY GROUPING SETS ((place, key, campaign_id, minute, value), (place, key, minute, value))
  ),
  places AS (
    SELECT place, value, key
    FROM rollup_dimension
    JOIN (SELECT place, value FROM rollup_value UNION ALL SELECT place, '' FROM rollup_dimension) AS known USING (place)
  ),
  -- By the minute: what raw events say, and what is stored that belongs to several roll-ups.
  of_minutes AS (
    SELECT
      'raw' AS side, place, key, campaign_id, minute, value,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM dims
    UNION ALL
    SELECT
      'stored', place, places.key, campaign_id, minute, value,
      0, 0, 0, cost_micros, revenue_micros
    FROM rollup_dim_large
    LEFT JOIN places USING (place, value)
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity')
    UNION ALL
    -- A delta counts where it will be merged. Reports read those of these rounds.
    SELECT
      'stored', place, key, campaign_id, minute,
      rollup_fold(
        name,
        EXISTS (
          SELECT FROM rollup_value AS known
          WHERE known.place = delta.place AND known.value = coalesce(to_json(name)::text, 'null')
        ),
        (SELECT count(*) FROM rollup_value AS known WHERE known.place = delta.place) >= rollup_dim_most()
      ),
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_dim_delta AS delta
    JOIN rollup_dimension USING (place)
    JOIN dim_mark ON round > merged AND round <= rounds
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity')
  ),
  dim_sides AS (
    SELECT
      side, place, key, campaign_id, minute AS within, value, rollup, at,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM of_minutes
    CROSS JOIN levels
    CROSS JOIN LATERAL (
      SELECT 'rollup_dim_day' AS rollup, date_bin('1 day', minute, 'epoch') AS at WHERE minute < closed_to
      UNION ALL
      SELECT 'rollup_dim_hour', date_bin('1 hour', minute, 'epoch')
      WHERE minute < closed_to AND (campaign_id = '' OR minute <@ has_hours)
      UNION ALL
      SELECT 'rollup_dim_minute', minute
      WHERE minute >= closed_to OR minute <@ CASE campaign_id WHEN '' THEN has_minutes_of_all ELSE has_minutes END
      UNION ALL
      SELECT 'rollup_dim_minute', date_bin('15 minutes', minute, 'epoch')
      WHERE minute < closed_to AND campaign_id <> '' AND minute <@ has_quarters
    ) AS cells
    UNION ALL
    SELECT
      'stored', place, places.key, campaign_id, minute, value, 'rollup_dim_minute', minute,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_dim_minute
    LEFT JOIN places USING (place, value)
    WHERE minute >= $1 AND (minute < $2 OR $2 = 'infinity')
    UNION ALL
    SELECT
      'stored', place, places.key, campaign_id, hour, value, 'rollup_dim_hour', hour,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_dim_hour
    LEFT JOIN places USING (place, value)
    WHERE hour >= $1 AND (hour < $2 OR $2 = 'infinity')
    UNION ALL
    SELECT
      'stored', place, places.key, campaign_id, day, value, 'rollup_dim_day', day,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_dim_day
    LEFT JOIN places USING (place, value)
    WHERE day >= $1 AND (day < $2 OR $2 = 'infinity')
  ),
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
FROM sides
UNION ALL
-- A row that a report cannot find, by way of rollup_dimension and rollup_value, stands under the number of its place.
SELECT
  side, rollup, at, campaign_id, coalesce(dim_sides.key, dim_sides.place::text), value,
  impressions, clicks, conversions, cost_micros, revenue_micros
FROM dim_sides
LEFT JOIN pending USING (place)
LEFT JOIN rollup_dimension USING (place)
WHERE dropped IS NOT TRUE AND (spans IS NULL OR NOT within <@ spans) AND EXISTS (SELECT FROM dim_mark);
