-- variant: rollup_dims. Makes the roll-ups of whole UTC days anew from raw events: `adpulse rebuild`. As in 07_rollup,
-- where it is explained.
--
-- $1 start  timestamptz, inclusive: a midnight, or -infinity
-- $2 stop   timestamptz, exclusive: a midnight; or infinity, and then inclusive

DELETE FROM rollup_delta
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_minute
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_hour
WHERE hour >= $1::timestamptz AND (hour < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_large
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_dim_minute
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_dim_hour
WHERE hour >= $1::timestamptz AND (hour < $2::timestamptz OR $2 = 'infinity');

-- As the trigger writes them; maintain.sql makes the rest of them, values too.
INSERT INTO rollup_delta
  (campaign_id, minute, vals, impressions, clicks, conversions, cost_micros, revenue_micros)
SELECT
  campaign_id,
  date_bin('1 minute', ts, 'epoch') AS minute,
  ARRAY[
    (metadata -> by_place[1])::text, (metadata -> by_place[2])::text, (metadata -> by_place[3])::text,
    (metadata -> by_place[4])::text, (metadata -> by_place[5])::text, (metadata -> by_place[6])::text
  ] AS vals,
  count(*) FILTER (WHERE event_type = 'impression'),
  count(*) FILTER (WHERE event_type = 'click'),
  count(*) FILTER (WHERE event_type = 'conversion'),
  sum(cost_micros),
  sum(revenue_micros)
FROM events
CROSS JOIN (
  SELECT array_agg(CASE WHEN given_up_at IS NULL THEN key END ORDER BY place) AS by_place
  FROM generate_series(1, 6) AS place
  LEFT JOIN rollup_dimension USING (place)
) AS keys
WHERE ts >= $1::timestamptz AND (ts < $2::timestamptz OR $2 = 'infinity')
GROUP BY
  campaign_id,
  minute,
  vals,
  CASE WHEN greatest(abs(cost_micros), abs(revenue_micros)) > 1073741824 THEN events.ctid END;
