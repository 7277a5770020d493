-- Roll-ups of dimensions of thin data: minutes of all campaigns together are kept of an hour with many events only, because they
-- were two rows an event; and days without roll-ups are inserted straight. As in sql/variants/08_rollup_dims/up.sql.

DO $do$
DECLARE
  change record;
  before text;
  after text;
BEGIN
  IF to_regclass('rollup_dim_detail') IS NULL THEN
    RETURN; -- another design
  END IF;
  -- Not in the middle of a round.
  PERFORM FROM rollup_dim_mark FOR UPDATE;

  CREATE FUNCTION rollup_dim_thin() RETURNS int
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN 5000;

  -- Until now they were kept of every hour; of one at infinity, which is none, raw events are read.
  INSERT INTO rollup_dim_detail (minutes, at)
  SELECT DISTINCT 0, date_bin('1 hour', minute, 'epoch')
  FROM rollup_dim_minute
  CROSS JOIN rollup_dim_mark
  WHERE campaign_id = '' AND minute < closed_to AND isfinite(minute);
  DELETE FROM rollup_dim_minute
  WHERE campaign_id = '' AND minute = '-infinity' AND NOT minute <@ rollup_dim_detailed(0);

  FOR change IN
    SELECT *
    FROM (VALUES
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
      known_days AS MATERIALIZED (SELECT DISTINCT day FROM rollup_dim_day WHERE campaign_id = ''),
$t$,
        $t$
      -- OFFSET 0: a look for each, and no join with all that is kept.
      known_days AS MATERIALIZED (
        SELECT DISTINCT day
        FROM (SELECT DISTINCT place, day FROM summed WHERE campaign_id = '' AND minute < $2) AS days
        WHERE
          day IN (SELECT kept.day FROM rollup_dim_day AS kept WHERE kept.campaign_id = '')
          OR EXISTS (
            SELECT FROM rollup_dim_hour AS kept
            WHERE
              kept.campaign_id = '' AND kept.place = days.place
              AND kept.hour >= days.day AND kept.hour < days.day + interval '1 day'
            OFFSET 0
          )
      ),
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
        UNION
$t$,
        $t$
        UNION
        SELECT 0, hour FROM fresh WHERE events > rollup_dim_thin()
        UNION
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
      minutes AS (
$t$,
        $t$
      of_minutes AS (
        SELECT
          campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros,
          minute < $2 AND day NOT IN (SELECT known_days.day FROM known_days) AS is_new
        FROM counted
        WHERE
          minute >= $2
          OR CASE campaign_id
            WHEN '' THEN minute <@ (SELECT rollup_dim_detailed(0)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 0)
            ELSE minute <@ (SELECT rollup_dim_detailed(1)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 1)
          END
      ),
      new_minutes AS (
        INSERT INTO rollup_dim_minute
          (campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
        FROM of_minutes
        WHERE is_new
        ORDER BY campaign_id COLLATE "C", place, minute, value COLLATE "C"
      ),
      minutes AS (
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
        FROM counted
        WHERE
          minute >= $2
          OR campaign_id = ''
          OR minute <@ (SELECT rollup_dim_detailed(1))
          OR hour IN (SELECT at FROM detail WHERE detail.minutes = 1)
$t$,
        $t$
        FROM of_minutes
        WHERE NOT is_new
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
      hours AS (
$t$,
        $t$
      new_hours AS (
        INSERT INTO rollup_dim_hour
          (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_hours
        WHERE date_bin('1 day', hour, 'epoch') NOT IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
      ),
      hours AS (
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
        ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
        ON CONFLICT (campaign_id, place, hour, value) DO UPDATE SET
$t$,
        $t$
        WHERE date_bin('1 day', hour, 'epoch') IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
        ON CONFLICT (campaign_id, place, hour, value) DO UPDATE SET
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
      days AS (
$t$,
        $t$
      new_days AS (
        INSERT INTO rollup_dim_day
          (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_days
        WHERE day NOT IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
      ),
      days AS (
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
        ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
        ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
$t$,
        $t$
        WHERE day IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
        ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
$t$
      ),
      (
        'rollup_dim_forget(smallint[], date, date)',
        $t$
        SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM rollup_dim_minute WHERE campaign_id = ''
$t$,
        $t$
        SELECT DISTINCT (hour AT TIME ZONE 'UTC')::date FROM rollup_dim_hour WHERE campaign_id = ''
        UNION
        SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM rollup_dim_minute WHERE campaign_id = ''
$t$
      ),
      (
        'rollup_dim_build(timestamptz, boolean)',
        $t$
    SELECT 60, $1 UNION ALL SELECT 1, $1 + hour * interval '1 hour' FROM generate_series(0, 23) AS hour
$t$,
        $t$
    SELECT 60, $1
    UNION ALL
    SELECT minutes, $1 + hour * interval '1 hour' FROM generate_series(0, 1) AS minutes, generate_series(0, 23) AS hour
$t$
      ),
      (
        'rollup_dim_build(timestamptz, boolean)',
        $t$
    WHERE at >= $1 AND at < $1 + interval '1 day' AND (minutes = 1 OR at < date_bin('1 day', mark.closed_to, 'epoch'));
$t$,
        $t$
    WHERE at >= $1 AND at < $1 + interval '1 day' AND (minutes < 60 OR at < date_bin('1 day', mark.closed_to, 'epoch'));
$t$
      ),
      (
        'rollup_dim_keep(date)',
        $t$
    span <@ rollup_dim_detailed(1) AND span <@ rollup_dim_detailed(60)
$t$,
        $t$
    span <@ rollup_dim_detailed(0) AND span <@ rollup_dim_detailed(1) AND span <@ rollup_dim_detailed(60)
$t$
      ),
      (
        'rollup_dim_close()',
        $t$
  SELECT 1, hour
  FROM (
    SELECT hour, place, sum(impressions + clicks + conversions) AS events
    FROM rollup_dim_hour
    WHERE campaign_id = '' AND hour >= opened AND hour < closed
    GROUP BY hour, place
  ) AS hours
  GROUP BY hour
  HAVING max(events) > rollup_dim_few()
$t$,
        $t$
  SELECT minutes, hour
  FROM
    (
      SELECT hour, place, sum(impressions + clicks + conversions) AS events
      FROM rollup_dim_hour
      WHERE campaign_id = '' AND hour >= opened AND hour < closed
      GROUP BY hour, place
    ) AS hours,
    (VALUES (0, rollup_dim_thin()), (1, rollup_dim_few())) AS finer (minutes, few)
  GROUP BY minutes, few, hour
  HAVING max(events) > few
$t$
      ),
      (
        'rollup_dim_close()',
        $t$
  WHERE minute >= opened AND minute < closed AND campaign_id <> '' AND NOT minute <@ (SELECT rollup_dim_detailed(1));
$t$,
        $t$
  WHERE
    minute >= opened AND minute < closed
    AND CASE campaign_id
      WHEN '' THEN NOT minute <@ (SELECT rollup_dim_detailed(0))
      ELSE NOT minute <@ (SELECT rollup_dim_detailed(1))
    END;
$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$
  by_minute := left_over * CASE WHEN whole THEN '{(,)}' ELSE rollup_dim_detailed(1) END + (tstzmultirange(span * tstzrange(mark.closed_to, NULL)) - pending);
$t$,
        $t$
  IF NOT isempty(left_over) THEN
    left_over := left_over * rollup_dim_detailed(CASE WHEN whole THEN 0 ELSE 1 END);
  END IF;
  by_minute := left_over + (tstzmultirange(span * tstzrange(mark.closed_to, NULL)) - pending);
$t$
      )
    ) AS changes (name, old, new)
  LOOP
    before := pg_get_functiondef(change.name::regprocedure);
    after := replace(before, change.old, change.new);
    IF after = before THEN
      RAISE EXCEPTION '% is not as it was made: this migration cannot bring it up to date', change.name;
    END IF;
    EXECUTE after;
  END LOOP;
END
$do$;
