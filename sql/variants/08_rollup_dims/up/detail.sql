-- Where finer roll-ups of past hours (before closed_to of the mark) are kept: where there are many events, and for two days.
-- Elsewhere a report reads the raw events as fast; of dense history, which has no minutes of single campaigns, more slowly. In hours
-- in which days of time zones begin, dense history has quarters of an hour instead.
--
--   rollup_dim_detail  one row for each hour or day with finer roll-ups:
--
--     minutes  at       complete in it
--          60  a day    hours of single campaigns
--          15  an hour  quarters of an hour of single campaigns: rows of rollup_dim_minute at 0, 15, 30 and 45
--           1  an hour  minutes of single campaigns
--           0  an hour  minutes of all campaigns together (campaign_id = '')
--
--   Days, and hours of all campaigns together, are kept everywhere, and need no rows. Hours from closed_to on have minutes
--   only, all of them, and need no rows either. No hour has both 15 and 1.
--
-- rollup_dim_close() adds the rows of the hours that it closes, and deletes those of hours and days with few events after two
-- days. rollup_dim_add() adds the rows of days that had no roll-ups, where they are recent or get many events at once;
-- rollup_dim_build() those of a day that it builds in full.
--
-- Always: where a row is here, no cell is missing, except in a pending span (pending.sql). rollup_dim_add() keeps it so when
-- events come late. A row and its cells are written and deleted in one transaction.

-- Minutes of single campaigns are kept for an hour with more events than this, and hours of single campaigns for a day: fewer
-- raw events are read in 10 ms.
CREATE FUNCTION rollup_dim_few() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 50000;

-- The same limit for minutes of history, events that came when their hour was over for three days: of fewer, these would be about a
-- row for each event.
CREATE FUNCTION rollup_dim_many() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000000;

-- Minutes of all campaigns together are kept for an hour with more events than this: of fewer, they would be up to three rows
-- for each event.
CREATE FUNCTION rollup_dim_thin() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 5000;

-- The hours of UTC that the midnight of a time zone cuts: of Canada's Newfoundland (2, 3), Australia (13, 14), Myanmar (17), India and
-- Nepal (18), Afghanistan (19) and Iran (20). Chatham, Eucla and Marquesas are left out: they have 11,000 people.
CREATE FUNCTION rollup_dim_midnights() RETURNS int[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{2,3,13,14,17,18,19,20}'::int[];

CREATE TABLE rollup_dim_detail (
  minutes smallint,
  at timestamptz,
  PRIMARY KEY (minutes, at)
);

-- Fills an empty table: while no roll-ups are stored, those of today and yesterday are complete, and stay so when events come.
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

-- Returns where raw events are missing: archived days, and what retention has dropped. There, only the roll-ups can answer.
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

-- Returns where the roll-ups of one fineness (60, 15, 1 or 0, as in the table above) are complete.
CREATE FUNCTION rollup_dim_detailed(fineness int) RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN rollup_dim_incomplete() + (
  SELECT coalesce(
    range_agg(tstzrange(at, at + CASE fineness WHEN 60 THEN interval '1 day' ELSE interval '1 hour' END)), '{}'
  )
  FROM rollup_dim_detail
  WHERE minutes = fineness
);

-- The same inside some spans. In PL/pgSQL, which keeps the plan.
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

-- Returns where events of more than three days ago are added up by the minute: in hours that have minutes, and in hours with
-- many events. Elsewhere they are added up by the hour: a third of the cells, in a load of history.
CREATE FUNCTION rollup_dim_fine() RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN rollup_dim_detailed(0) + rollup_dim_detailed(1) + rollup_dim_detailed(15) + (
  SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
  FROM rollup_hour
  WHERE campaign_id = '' AND impressions + clicks + conversions > rollup_dim_thin()
);

-- Returns those of some days whose events are added up by the day: over for four days, with few events, and without finer
-- roll-ups. A sixth of the cells, in a load of history.
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
  ) + rollup_dim_detailed(15) - rollup_dim_detailed(1)
);

-- Of what is added up twice, where single campaigns are added up by the quarter of an hour: in hours that have quarters, and in dense
-- ones that a midnight cuts.
CREATE FUNCTION rollup_dim_quartered(apart tstzmultirange) RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN apart * (
  rollup_dim_detailed(15) + (
    SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
    FROM rollup_hour
    WHERE
      campaign_id = '' AND impressions + clicks + conversions > rollup_dim_few()
      AND hour >= lower(apart) AND hour < upper(apart)
      AND extract(hour FROM hour AT TIME ZONE 'UTC') = ANY (rollup_dim_midnights())
  )
);
