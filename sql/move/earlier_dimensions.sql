-- Run by `adpulse migrate` where 08_rollup_dims is in force in its earlier form, whose trigger kept roll-ups by dimension:
-- brings it to the form of today, in one transaction, in which everybody waits. Today's tables and functions have been
-- built in the schema adpulse_next. `events` and its partitions stay; every event is written once more, with the column
-- that today's form adds.
--
-- Totals are taken over, and so are roll-ups by dimension of days whose raw events are gone. All other roll-ups by
-- dimension are built anew, day by day, in the background; reports read raw events until then.
--
-- Everybody waits for this transaction, and no client names these tables: what squawk warns of is what is meant.
-- squawk-ignore-file ban-set-schema, ban-drop-schema, require-concurrent-index-deletion, adding-field-with-default

LOCK TABLE public.events IN ACCESS EXCLUSIVE MODE;

DROP FUNCTION public.rollup_capture(), public.rollup_truncate(), public.rollup_emptying() CASCADE;

DROP FUNCTION public.rollup_give_up(bigint);

DROP FUNCTION public.raw_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb);

DROP FUNCTION IF EXISTS public.raw_report(text[], timestamptz, timestamptz, text, text, text, jsonb);

CREATE SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_delta SET SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_minute SET SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_hour SET SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_large SET SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_dimension SET SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_value SET SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_dim_minute SET SCHEMA adpulse_earlier;

ALTER TABLE public.rollup_dim_hour SET SCHEMA adpulse_earlier;

-- Deltas that no round has moved, as they are; maintain.sql moves them.
INSERT INTO adpulse_next.rollup_delta (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)
SELECT campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros
FROM adpulse_earlier.rollup_delta;

INSERT INTO adpulse_next.rollup_delta_all (minute, impressions, clicks, conversions, cost_micros, revenue_micros)
SELECT minute, impressions, clicks, conversions, cost_micros, revenue_micros
FROM adpulse_earlier.rollup_delta;

-- Days whose hours together may not fit into a bigint: their money goes into rollup_large.
CREATE TABLE adpulse_earlier.large_days AS
SELECT date_bin('1 day', hour, 'epoch') AS day
FROM adpulse_earlier.rollup_hour
GROUP BY 1
HAVING sum(abs(cost_micros::numeric)) > 1099511627776000 OR sum(abs(revenue_micros::numeric)) > 1099511627776000;

INSERT INTO adpulse_next.rollup_large
SELECT campaign_id, minute, sum(cost_micros), sum(revenue_micros)
FROM (
  SELECT campaign_id, minute, cost_micros, revenue_micros
  FROM adpulse_earlier.rollup_large
  WHERE place = 0
  UNION ALL
  SELECT campaign_id, minute, cost_micros, revenue_micros
  FROM adpulse_earlier.rollup_minute
  WHERE date_bin('1 day', minute, 'epoch') IN (SELECT day FROM adpulse_earlier.large_days)
) AS money
GROUP BY 1, 2;

UPDATE adpulse_earlier.rollup_minute SET cost_micros = 0, revenue_micros = 0
WHERE date_bin('1 day', minute, 'epoch') IN (SELECT day FROM adpulse_earlier.large_days);

UPDATE adpulse_earlier.rollup_hour SET cost_micros = 0, revenue_micros = 0
WHERE date_bin('1 day', hour, 'epoch') IN (SELECT day FROM adpulse_earlier.large_days);

INSERT INTO adpulse_next.rollup_minute SELECT * FROM adpulse_earlier.rollup_minute ORDER BY minute, campaign_id;

INSERT INTO adpulse_next.rollup_hour SELECT * FROM adpulse_earlier.rollup_hour ORDER BY hour, campaign_id;

INSERT INTO adpulse_next.rollup_day
SELECT
  campaign_id, date_bin('1 day', hour, 'epoch') AS day,
  sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
FROM adpulse_earlier.rollup_hour
GROUP BY campaign_id, day
ORDER BY day, campaign_id;

-- By dimension, where raw events are not all here: a value under the text that names its group, and what the trigger has
-- noted since the last round. Money is numeric here, and goes where it fits.
CREATE TABLE adpulse_earlier.cells AS
SELECT
  campaign_id, places.place, minute, coalesce(to_json(value::jsonb #>> '{}')::text, 'null') AS value,
  sum(impressions)::bigint AS impressions,
  sum(clicks)::bigint AS clicks,
  sum(conversions)::bigint AS conversions,
  sum(cost_micros) AS cost_micros,
  sum(revenue_micros) AS revenue_micros
FROM (
  SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
  FROM adpulse_earlier.rollup_dim_minute
  UNION ALL
  SELECT campaign_id, place, minute, value, 0, 0, 0, cost_micros, revenue_micros
  FROM adpulse_earlier.rollup_large
  WHERE place <> 0
  UNION ALL
  SELECT
    whose, place, minute, coalesce(vals[place], 'null'), impressions, clicks, conversions, cost_micros, revenue_micros
  FROM adpulse_earlier.rollup_delta
  CROSS JOIN adpulse_earlier.rollup_dimension
  CROSS JOIN LATERAL (VALUES (campaign_id), ('')) AS both_ways (whose)
) AS kept
JOIN adpulse_earlier.rollup_dimension AS places USING (place)
WHERE given_up_at IS NULL AND minute <@ (SELECT adpulse_next.rollup_dim_incomplete())
GROUP BY 1, 2, 3, 4;

DELETE FROM adpulse_next.rollup_value;

DELETE FROM adpulse_next.rollup_dimension;

INSERT INTO adpulse_next.rollup_dimension (place, key) SELECT place, key FROM adpulse_earlier.rollup_dimension;

INSERT INTO adpulse_next.rollup_value (place, value)
SELECT place, 'null' FROM adpulse_next.rollup_dimension
UNION
SELECT place, value FROM adpulse_earlier.cells;

INSERT INTO adpulse_next.rollup_dim_large (campaign_id, place, minute, value, cost_micros, revenue_micros)
SELECT campaign_id, place, minute, value, cost_micros, revenue_micros
FROM adpulse_earlier.cells
WHERE cost_micros <> 0 OR revenue_micros <> 0;

INSERT INTO adpulse_next.rollup_dim_minute
SELECT campaign_id, place, minute, value, impressions, clicks, conversions, 0, 0
FROM adpulse_earlier.cells
ORDER BY 3, 1, 2, 4;

INSERT INTO adpulse_next.rollup_dim_hour
SELECT
  campaign_id, place, date_bin('1 hour', minute, 'epoch') AS hour, value,
  sum(impressions), sum(clicks), sum(conversions), 0, 0
FROM adpulse_earlier.cells
GROUP BY campaign_id, place, hour, value
ORDER BY 3, 1, 2, 4;

INSERT INTO adpulse_next.rollup_dim_day
SELECT
  campaign_id, place, date_bin('1 day', minute, 'epoch') AS day, value,
  sum(impressions), sum(clicks), sum(conversions), 0, 0
FROM adpulse_earlier.cells
GROUP BY campaign_id, place, day, value
ORDER BY 3, 1, 2, 4;

-- A dimension that had been given up has no sums of the days whose raw events are gone: those days stay pending.
INSERT INTO adpulse_next.rollup_dim_pending (place, start, stop)
SELECT place, coalesce(lower(span), '-infinity'), upper(span)
FROM adpulse_earlier.rollup_dimension
CROSS JOIN unnest(adpulse_next.rollup_dim_incomplete()) AS span
WHERE given_up_at IS NOT NULL;

DROP SCHEMA adpulse_earlier CASCADE;

-- The events themselves.
DROP INDEX public.events_ts_idx;

ALTER TABLE public.events ADD COLUMN written_xid bigint GENERATED ALWAYS AS (adpulse_next.event_xid()) STORED;

CREATE INDEX events_ts_written_xid_idx ON public.events USING brin (ts, written_xid)
WITH (pages_per_range = 32);

-- Late events of days whose other events are gone have been added up, as have those above. Now they have the number of this
-- transaction, which no mark sees: they are taken away once, and added once.
INSERT INTO adpulse_next.rollup_dim_change
  (sign, row_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata)
SELECT -1, 0, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
FROM public.events
WHERE ts <@ (SELECT adpulse_next.rollup_dim_incomplete());

INSERT INTO adpulse_next.rollup_dim_tail (day)
SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM adpulse_next.rollup_dim_change;
