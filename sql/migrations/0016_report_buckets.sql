-- Where the buckets of a report begin, for $5 of every report.sql, which is a time zone or the buckets themselves.
--
-- A name of a time zone: the buckets are cut by the calendar of this server, which is what a user of psql expects. The first
-- minute of each local hour, day, week or month begins one; an hour that comes twice is two.
-- An array literal, {…}: the buckets as the service has cut them by its own calendar (docs/decisions/0026).
-- Null without a granularity. The first bucket begins at or before `start`, each reaches to the next.
CREATE FUNCTION report_buckets(start timestamptz, stop timestamptz, granularity text, zone text) RETURNS timestamptz[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  IF granularity IS NULL THEN
    RETURN NULL;
  ELSIF zone LIKE '{%' THEN
    RETURN zone::timestamptz[];
  ELSIF granularity = 'minute' THEN
    RETURN ARRAY(SELECT generate_series(start, stop - interval '1 minute', '1 minute'));
  END IF;
  RETURN ARRAY(
    SELECT bucket
    FROM (
      SELECT bucket, lead(bucket) OVER (ORDER BY bucket) AS next
      FROM (
        SELECT min(minute) AS bucket
        -- From a day before the bucket that the window begins in, where a change of clocks may have moved its edge.
        FROM generate_series(
          date_trunc(granularity, start, zone) - interval '1 day', stop - interval '1 minute', '1 minute'
        ) AS minute
        GROUP BY
          date_trunc(granularity, minute AT TIME ZONE zone),
          CASE WHEN granularity = 'hour' THEN minute AT TIME ZONE zone - minute AT TIME ZONE 'UTC' END
      ) AS begins
    ) AS neighbours
    WHERE coalesce(next, 'infinity') > start
    ORDER BY bucket
  );
END
$$;
