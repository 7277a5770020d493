-- rollup_dim_close(): closes the hours that are over. Rounds call it; once an hour it has something to do.

-- 1. Adds the minutes of hours that are over to hours and days, and moves closed_to. The last full hour stays open, because most
--    reports are about now.
-- 2. Deletes minutes and hours of two days ago where there were few events: a report reads the raw events as fast.
-- 3. Allows VACUUM for the days before yesterday again.
CREATE FUNCTION rollup_dim_close() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  opened timestamptz := (SELECT closed_to FROM rollup_dim_mark);
  closed timestamptz := date_bin('1 hour', now() - interval '1 hour', 'epoch');
  incomplete tstzmultirange := rollup_dim_incomplete();
  over regclass;
BEGIN
  IF closed <= opened THEN
    RETURN;
  END IF;
  UPDATE rollup_dim_mark SET closed_to = closed;
  PERFORM rollup_dim_stamp();
  INSERT INTO rollup_dim_hour (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
  SELECT
    campaign_id, place, date_bin('1 hour', minute, 'epoch') AS hour, value,
    total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
  FROM rollup_dim_minute
  WHERE minute >= opened AND minute < closed
  GROUP BY campaign_id, place, hour, value
  ORDER BY campaign_id, place, hour, value;
  INSERT INTO rollup_dim_day AS kept
    (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
  SELECT
    campaign_id, place, date_bin('1 day', hour, 'epoch') AS day, value,
    total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
  FROM rollup_dim_hour
  WHERE hour >= opened AND hour < closed
  GROUP BY campaign_id, place, day, value
  ORDER BY campaign_id, place, day, value
  ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
    impressions = kept.impressions + excluded.impressions,
    clicks = kept.clicks + excluded.clicks,
    conversions = kept.conversions + excluded.conversions,
    cost_micros = kept.cost_micros + excluded.cost_micros,
    revenue_micros = kept.revenue_micros + excluded.revenue_micros;
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
        AND NOT at <@ incomplete
        AND rollup_dim_few() >= coalesce((
          SELECT max(events)
          FROM (
            SELECT sum(impressions + clicks + conversions) AS events
            FROM rollup_dim_day
            WHERE campaign_id = '' AND day = at
            GROUP BY place
          ) AS days
        ), 0)
      RETURNING at
    )
  DELETE FROM rollup_dim_hour
  USING thin
  WHERE hour >= at AND hour < at + interval '1 day' AND campaign_id <> '';
  -- VACUUM may come to the days before yesterday: rollup_dim_summarize().
  FOR over IN
    SELECT pg_class.oid::regclass
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    WHERE
      inhparent = 'events'::regclass
      AND reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1']
      AND relname < 'events_p' || to_char((now() AT TIME ZONE 'UTC')::date - 1, 'YYYYMMDD')
  LOOP
    EXECUTE format('ALTER TABLE %s RESET (autovacuum_vacuum_insert_threshold)', over);
  END LOOP;
END
$$;
