-- Days whose roll-ups are built from raw events: after a new dimension, a rebuild, a restored archive or cluster, or a day that
-- has grown.
--
--   rollup_dim_pending  spans of a dimension that are still to be built. rollup_dim_forget(), rollup_dim_settle() and
--                       rollup_dim_keep() add them; rollup_dim_build() builds one and deletes it.
--
-- Always: reports read no roll-ups of a pending span, but raw events; and rollup_dim_add() adds nothing to it, except for
-- rollup_dim_build(). So a span can be built at any time, while writers and reports go on.

-- A span is a UTC day; or for a new dimension, days whose raw events are missing, which cannot be built and stay pending.
CREATE TABLE rollup_dim_pending (
  place smallint,
  start timestamptz,
  stop timestamptz NOT NULL,
  PRIMARY KEY (place, start)
);

-- Makes some days pending, of those whose raw events are all here. Without days: all of them.
CREATE FUNCTION rollup_dim_forget(places smallint[], first_day date DEFAULT NULL, last_day date DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO rollup_dim_pending (place, start, stop)
  SELECT place, start, start + interval '1 day'
  FROM
    unnest(places) AS place,
    (
      SELECT day::timestamp AT TIME ZONE 'UTC' AS start
      FROM (
        SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
        UNION
        SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM events_default
        UNION
        SELECT DISTINCT (day AT TIME ZONE 'UTC')::date FROM rollup_dim_day WHERE campaign_id = ''
        UNION
        SELECT DISTINCT (hour AT TIME ZONE 'UTC')::date FROM rollup_dim_hour WHERE campaign_id = ''
        UNION
        SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM rollup_dim_minute WHERE campaign_id = ''
        UNION
        -- Also where only a campaign has wrong rows, which rebuild.sql has found.
        SELECT first_day WHERE first_day = last_day
      ) AS days
      WHERE day >= coalesce(first_day, day) AND day <= coalesce(last_day, day)
    ) AS starts
  WHERE NOT start <@ rollup_dim_incomplete()
  ON CONFLICT (place, start) DO NOTHING;

  -- Events that came back without deltas, while a round runs that cannot see them yet and builds the day: the next looks here.
  INSERT INTO rollup_dim_tail (day)
  SELECT DISTINCT (start AT TIME ZONE 'UTC')::date
  FROM rollup_dim_pending
  WHERE
    place = ANY (places)
    AND start >= coalesce(first_day::timestamp AT TIME ZONE 'UTC', start)
    AND start <= coalesce(last_day::timestamp AT TIME ZONE 'UTC', start)
$$;

-- Builds the pending roll-ups of a day; with `everything`, all of them down to the minute. Writers go on.
CREATE FUNCTION rollup_dim_build(day timestamptz, everything boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  mark rollup_dim_mark := (SELECT m FROM rollup_dim_marked() AS m);
  whole boolean := NOT EXISTS (
    SELECT FROM rollup_dimension
    WHERE NOT dropped AND place NOT IN (SELECT place FROM rollup_dim_pending WHERE start = $1)
  );
  places smallint[] := ARRAY(SELECT place FROM rollup_dim_pending WHERE start = $1);
BEGIN
  -- The day may be infinity, whose next day it is.
  DELETE FROM rollup_dim_minute
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);
  DELETE FROM rollup_dim_hour
  WHERE hour >= $1 AND (hour < $1 + interval '1 day' OR hour = $1) AND place = ANY (places);
  DELETE FROM rollup_dim_day WHERE rollup_dim_day.day = $1 AND place = ANY (places);
  DELETE FROM rollup_dim_delta
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);
  DELETE FROM rollup_dim_large
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);
  IF everything THEN
    DELETE FROM rollup_dim_detail WHERE minutes = 15 AND at >= $1 AND at < $1 + interval '1 day';
    INSERT INTO rollup_dim_detail (minutes, at)
    SELECT 60, $1
    UNION ALL
    SELECT minutes, $1 + hour * interval '1 hour' FROM generate_series(0, 1) AS minutes, generate_series(0, 23) AS hour
    ON CONFLICT (minutes, at) DO NOTHING;
  ELSIF whole THEN
    DELETE FROM rollup_dim_detail
    WHERE at >= $1 AND at < $1 + interval '1 day' AND (minutes < 60 OR at < date_bin('1 day', mark.closed_to, 'epoch'));
  END IF;
  -- What the mark sees of the events that are here now, without their changes since.
  PERFORM rollup_dim_add(
    format(
      'SELECT 1 AS sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM events WHERE %1$s AND %2$s '
      'UNION ALL SELECT -sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM rollup_dim_change '
      'WHERE %1$s AND %3$s',
      rollup_dim_within(($1 AT TIME ZONE 'UTC')::date),
      rollup_dim_sees(mark.snapshot, 'written_xid'),
      rollup_dim_sees(mark.snapshot, 'row_xid')
    ),
    'SELECT', places, ARRAY[($1 AT TIME ZONE 'UTC')::date], mark.closed_to
  );
  DELETE FROM rollup_dim_pending WHERE start = $1;
END
$$;

-- Builds all roll-ups of a day, if some were not kept because raw events were read as fast. Called before its raw events go.
CREATE FUNCTION rollup_dim_keep(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  midnight timestamptz := day::timestamp AT TIME ZONE 'UTC';
  span tstzrange := tstzrange(midnight, midnight + interval '1 day');
BEGIN
  PERFORM FROM rollup_dim_mark FOR UPDATE;
  IF
    span <@ rollup_dim_detailed(0) AND span <@ rollup_dim_detailed(1) AND span <@ rollup_dim_detailed(60)
    AND NOT EXISTS (SELECT FROM rollup_dim_pending WHERE start = midnight)
  THEN
    RETURN;
  END IF;
  INSERT INTO rollup_dim_pending (place, start, stop)
  SELECT place, midnight, upper(span) FROM rollup_dimension WHERE NOT dropped
  ON CONFLICT (place, start) DO NOTHING;
  PERFORM rollup_dim_build(midnight, true);
END
$$;
