-- rollup_dims(): one round of upkeep, which maintain.sql calls each second. It adds what has come, settles dimensions, closes
-- hours, and builds pending days.

-- Returns true if more events wait, and the next round is due at once.
CREATE FUNCTION rollup_dims() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  advanced record;
  places smallint[];
  grown date;
  next timestamptz;
  began timestamptz := clock_timestamp();
BEGIN
  advanced := rollup_dim_advance(rollup_dim_round());
  PERFORM rollup_dim_settle();
  PERFORM rollup_dim_close();
  -- Days and hours that have got many events by and by. To build a day of millions anew for an hour is not worth it.
  places := ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped ORDER BY place);
  FOR grown IN
    SELECT (day AT TIME ZONE 'UTC')::date
    FROM (
      SELECT DISTINCT date_bin('1 day', hour, 'epoch') AS day FROM unnest(advanced.touched) AS hour WHERE isfinite(hour)
    ) AS days
    CROSS JOIN LATERAL (
      SELECT sum(impressions + clicks + conversions) AS events
      FROM rollup_dim_day
      WHERE campaign_id = '' AND place = places[1] AND rollup_dim_day.day = days.day
    ) AS counted
    WHERE
      events > rollup_dim_few()
      AND (
        NOT day <@ rollup_dim_detailed(60)
        OR events < 5000000 AND EXISTS (
          SELECT FROM rollup_dim_hour
          WHERE
            campaign_id = '' AND place = places[1] AND hour = ANY (advanced.touched)
            AND hour >= day AND hour < day + interval '1 day'
            AND NOT hour <@ (SELECT rollup_dim_detailed(1))
          GROUP BY hour
          HAVING
            sum(impressions + clicks + conversions)
            > CASE
              WHEN hour <@ (SELECT rollup_dim_detailed(15)) THEN rollup_dim_many()
              WHEN extract(hour FROM hour AT TIME ZONE 'UTC') = ANY (rollup_dim_midnights()) THEN rollup_dim_few()
              WHEN hour <@ (SELECT rollup_dim_detailed(0)) THEN rollup_dim_many()
              ELSE rollup_dim_few()
            END
        )
      )
  LOOP
    PERFORM rollup_dim_forget(places, grown, grown);
  END LOOP;
  -- What can be built, newest first: a day, and more while that is quick.
  WHILE NOT advanced.more LOOP
    SELECT start INTO next
    FROM rollup_dim_pending
    WHERE NOT tstzrange(start, stop) && rollup_dim_incomplete()
    ORDER BY start DESC
    LIMIT 1;
    EXIT WHEN next IS NULL;
    PERFORM rollup_dim_build(next);
    EXIT WHEN clock_timestamp() > began + interval '500 milliseconds';
  END LOOP;
  RETURN advanced.more;
END
$$;
