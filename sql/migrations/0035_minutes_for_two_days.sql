-- Minutes of every hour are kept for two days: late events fill hours that were thin, and of today's partition the index finds them
-- nowhere near each other, so that a report which cuts such an hour read all of it. And `adpulse rebuild` mends a day of which only a
-- campaign has rows. As in sql/variants/08_rollup_dims/up.sql.

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

  CREATE FUNCTION rollup_dim_begin() RETURNS void
  LANGUAGE sql AS $$
    INSERT INTO rollup_dim_detail (minutes, at)
    SELECT 60, day
    FROM
      rollup_dim_mark,
      generate_series(date_bin('1 day', closed_to - interval '1 day', 'epoch'), closed_to, interval '1 day') AS day
    UNION ALL
    SELECT minutes, hour
    FROM
      rollup_dim_mark,
      generate_series(0, 1) AS minutes,
      generate_series(
        date_bin('1 day', closed_to - interval '1 day', 'epoch'), closed_to - interval '1 hour', interval '1 hour'
      ) AS hour
  $$;

  FOR change IN
    SELECT *
    FROM (VALUES
      (
        'rollup_truncate()',
        $t$
  INSERT INTO rollup_dim_detail (minutes, at) SELECT 60, date_bin('1 day', closed_to, 'epoch') FROM rollup_dim_mark;
$t$,
        $t$
  PERFORM rollup_dim_begin();
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
        SELECT 60, day FROM fresh GROUP BY day HAVING sum(events) > rollup_dim_few()
$t$,
        $t$
        SELECT 60, day FROM fresh GROUP BY day HAVING sum(events) > rollup_dim_few()
        UNION
        -- All of recent days, as rollup_dim_close() does.
        SELECT minutes, at
        FROM
          (SELECT DISTINCT day FROM fresh WHERE day > $2 - interval '3 days') AS days,
          LATERAL (
            SELECT 60 AS minutes, day AS at
            UNION ALL
            SELECT minutes, hour
            FROM
              generate_series(0, 1) AS minutes,
              generate_series(
                greatest(day, $2 - interval '2 days'), least(day + interval '23 hours', $2 - interval '1 hour'), interval '1 hour'
              ) AS hour
          ) AS finer
$t$
      ),
      (
        'rollup_dim_forget(smallint[], date, date)',
        $t$
        SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM rollup_dim_minute WHERE campaign_id = ''
$t$,
        $t$
        SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM rollup_dim_minute WHERE campaign_id = ''
        UNION
        -- Also where only a campaign has wrong rows, which rebuild.sql has found.
        SELECT first_day WHERE first_day = last_day
$t$
      ),
      (
        'rollup_dim_close()',
        $t$
  INSERT INTO rollup_dim_detail (minutes, at)
  SELECT 60, day
  FROM generate_series(date_bin('1 day', opened, 'epoch'), date_bin('1 day', closed, 'epoch'), interval '1 day') AS day
  UNION ALL
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
  ON CONFLICT (minutes, at) DO NOTHING;
  DELETE FROM rollup_dim_minute
  WHERE
    minute >= opened AND minute < closed
    AND CASE campaign_id
      WHEN '' THEN NOT minute <@ (SELECT rollup_dim_detailed(0))
      ELSE NOT minute <@ (SELECT rollup_dim_detailed(1))
    END;
  -- Days that are over, and had few events.
  WITH
    thin AS (
      DELETE FROM rollup_dim_detail
      WHERE
        minutes = 60
        AND at >= date_bin('1 day', opened, 'epoch') AND at < date_bin('1 day', closed, 'epoch')
$t$,
        $t$
  INSERT INTO rollup_dim_detail (minutes, at)
  SELECT 60, day
  FROM generate_series(date_bin('1 day', opened, 'epoch'), date_bin('1 day', closed, 'epoch'), interval '1 day') AS day
  UNION ALL
  SELECT minutes, hour
  FROM
    generate_series(0, 1) AS minutes,
    generate_series(opened, closed - interval '1 hour', interval '1 hour') AS hour
  ON CONFLICT (minutes, at) DO NOTHING;
  -- Hours that were over two days ago, and had few events: late ones come no more. In a large day the index does not find
  -- these, because they lie between others.
  WITH
    hours AS (
      SELECT hour, max(events) AS events
      FROM (
        SELECT hour, place, sum(impressions + clicks + conversions) AS events
        FROM rollup_dim_hour
        WHERE campaign_id = '' AND hour >= opened - interval '2 days' AND hour < closed - interval '2 days'
        GROUP BY hour, place
      ) AS places
      GROUP BY hour
    ),
    thin AS (
      DELETE FROM rollup_dim_detail
      WHERE
        minutes < 60
        AND at >= opened - interval '2 days' AND at < closed - interval '2 days'
        AND NOT at <@ incomplete
        AND coalesce((SELECT events FROM hours WHERE hour = at), 0)
          <= CASE minutes WHEN 0 THEN rollup_dim_thin() ELSE rollup_dim_few() END
        AND NOT EXISTS (
          SELECT
          FROM rollup_dim_day
          WHERE campaign_id = '' AND day = date_bin('1 day', at, 'epoch')
          GROUP BY place
          HAVING sum(impressions + clicks + conversions) > 100 * rollup_dim_few()
        )
      RETURNING minutes, at
    )
  DELETE FROM rollup_dim_minute
  USING thin
  WHERE
    minute >= opened - interval '2 days' AND minute < closed - interval '2 days'
    AND minute >= at AND minute < at + interval '1 hour'
    AND (campaign_id = '') = (thin.minutes = 0);
  -- Days that were over two days ago, and had few events.
  WITH
    thin AS (
      DELETE FROM rollup_dim_detail
      WHERE
        minutes = 60
        AND at >= date_bin('1 day', opened - interval '2 days', 'epoch')
        AND at < date_bin('1 day', closed - interval '2 days', 'epoch')
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
