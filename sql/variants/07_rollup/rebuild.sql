-- variant: rollup. Builds the roll-ups of whole UTC days again from raw events: `adpulse rebuild`.
--
-- $1 start  timestamptz, inclusive: a midnight, or -infinity
-- $2 stop   timestamptz, exclusive: a midnight; or infinity, and then inclusive
--
-- All statements run in one REPEATABLE READ transaction, so with one snapshot: it has the events and the deltas of a
-- transaction, or neither. A delta that comes later stays, and is added. Nobody may compact meanwhile (adpulse takes an
-- advisory lock); writers and reports continue.

DELETE FROM rollup_delta
WHERE
  minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity')
  -- For rollup_guard().
  AND (SELECT set_config('adpulse.moves', 'to days', true)) IS NOT NULL;

DELETE FROM rollup_delta_all
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_minute
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_hour
WHERE hour >= $1::timestamptz AND (hour < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_day
WHERE day >= $1::timestamptz AND (day < $2::timestamptz OR $2 = 'infinity');

DELETE FROM rollup_large
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');

-- Deltas as the trigger writes them, from which maintain.sql makes the roll-ups. An amount beyond 2^30 has its own delta,
-- because a sum of fewer than 2^33 smaller ones fits into a bigint.
WITH deltas AS (
  INSERT INTO rollup_delta
    (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)
  SELECT
    campaign_id,
    date_bin('1 minute', ts, 'epoch') AS minute,
    count(*) FILTER (WHERE event_type = 'impression'),
    count(*) FILTER (WHERE event_type = 'click'),
    count(*) FILTER (WHERE event_type = 'conversion'),
    sum(cost_micros),
    sum(revenue_micros)
  FROM events
  WHERE ts >= $1::timestamptz AND (ts < $2::timestamptz OR $2 = 'infinity')
  GROUP BY
    campaign_id,
    minute,
    CASE WHEN greatest(abs(cost_micros), abs(revenue_micros)) > 1073741824 THEN events.ctid END
  RETURNING minute, impressions, clicks, conversions, cost_micros, revenue_micros, ctid AS delta
)
INSERT INTO rollup_delta_all (minute, impressions, clicks, conversions, cost_micros, revenue_micros)
SELECT minute, sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
FROM deltas
GROUP BY minute, CASE WHEN greatest(abs(cost_micros), abs(revenue_micros)) > 1073741824 THEN delta END;
