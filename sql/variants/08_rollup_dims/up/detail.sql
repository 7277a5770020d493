-- An hour has minutes, and a day hours, where it has more events than this: fewer raw events are read in 10 ms.
CREATE FUNCTION rollup_dim_few() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 50000;

-- Of history, an hour has minutes of single campaigns only where it has more events than this: of fewer, they would be about a row an
-- event.
CREATE FUNCTION rollup_dim_many() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000000;

-- An hour has minutes of all campaigns together where it has more events than this: of fewer, they would be up to three rows
-- an event.
CREATE FUNCTION rollup_dim_thin() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 5000;

-- Where the finer roll-ups are kept, in minutes: hours (60) of the day `at`, minutes (1) of the hour `at`, and minutes of all
-- campaigns together (0) of the hour `at`.
CREATE TABLE rollup_dim_detail (
  minutes smallint,
  at timestamptz,
  PRIMARY KEY (minutes, at)
);

-- Where nothing is stored yet, all of today and yesterday is complete, and stays so when events come late.
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

SELECT rollup_dim_begin();

-- Where raw events are not all here: archived days, and what retention has dropped. Roll-ups are what they are there.
CREATE FUNCTION rollup_dim_incomplete() RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN (
  SELECT coalesce(range_agg(span), '{}')
  FROM (
    SELECT tstzrange(day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC') AS span FROM archived_days
    UNION ALL
    SELECT tstzrange(NULL, kept_from) FROM raw_horizon
  ) AS spans
);

-- Where the finer roll-ups are complete: of single campaigns hours (fineness = 60), or minutes (1); of all campaigns together
-- minutes (0). Hours of all campaigns together always are.
CREATE FUNCTION rollup_dim_detailed(fineness int) RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN rollup_dim_incomplete() + (
  SELECT coalesce(
    range_agg(tstzrange(at, at + CASE fineness WHEN 60 THEN interval '1 day' ELSE interval '1 hour' END)), '{}'
  )
  FROM rollup_dim_detail
  WHERE minutes = fineness
);

-- The part of some spans where finer roll-ups of past hours are complete, as rollup_dim_detailed() says. In PL/pgSQL, which
-- keeps the plan.
CREATE FUNCTION rollup_dim_detailed_in(spans tstzmultirange, fineness int) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN spans * (
    SELECT rollup_dim_incomplete() + coalesce(range_agg(tstzrange(at, at + long)), '{}')
    FROM
      unnest(spans) AS span
      CROSS JOIN (SELECT CASE fineness WHEN 60 THEN interval '1 day' ELSE interval '1 hour' END AS long) AS detail
      JOIN rollup_dim_detail ON minutes = fineness AND at > lower(span) - long AND at < upper(span)
  );
END
$$;

-- Where minutes are kept, or will be, of events before the last three days: hours that have them, and hours with many events.
-- Elsewhere events are added up by the hour: a third of the cells, in a load of history.
CREATE FUNCTION rollup_dim_fine() RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN rollup_dim_detailed(0) + rollup_dim_detailed(1) + (
  SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
  FROM rollup_hour
  WHERE campaign_id = '' AND impressions + clicks + conversions > rollup_dim_thin()
);

-- Of some days, those whose events are added up by the day: over for long, with few events, and without finer roll-ups of single
-- campaigns. A sixth of the cells, in a load of history.
CREATE FUNCTION rollup_dim_coarse(days date[], closed_to timestamptz) RETURNS timestamptz[]
LANGUAGE sql STABLE
RETURN ARRAY(
  SELECT day
  FROM rollup_day
  WHERE
    campaign_id = '' AND day <= closed_to - interval '4 days'
    AND day = ANY (ARRAY(SELECT each::timestamp AT TIME ZONE 'UTC' FROM unnest(days) AS each WHERE isfinite(each)))
    AND impressions + clicks + conversions <= rollup_dim_few()
    AND NOT tstzrange(day, day + interval '1 day') && (SELECT rollup_dim_fine() + rollup_dim_detailed(60))
);

-- Of some days, where events are added up twice, because all campaigns together are kept finer than single ones: coarse days, which
-- have hours of all, and hours before the last three days that have minutes of all, or will have them.
CREATE FUNCTION rollup_dim_apart(days date[], coarse timestamptz[], closed_to timestamptz) RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN (
  SELECT coalesce(range_agg(tstzrange(day, day + interval '1 day')), '{}') FROM unnest(coarse) AS day
) + (
  SELECT coalesce(range_agg(tstzrange(day, least(day + interval '1 day', greatest(day, closed_to - interval '3 days')))), '{}')
  FROM (SELECT each::timestamp AT TIME ZONE 'UTC' AS day FROM unnest(days) AS each WHERE isfinite(each)) AS starts
) * (
  rollup_dim_fine() - rollup_dim_detailed(1) - (
    SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
    FROM rollup_hour
    WHERE campaign_id = '' AND impressions + clicks + conversions > rollup_dim_many()
  )
);
