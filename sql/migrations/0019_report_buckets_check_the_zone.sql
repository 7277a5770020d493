-- report_buckets() refuses a zone that is none, for minutes too, whose edges are the same in every zone. Before, a
-- misspelt one passed there, and a null one gave no buckets, and so a report with one row for everything.
CREATE OR REPLACE FUNCTION report_buckets(start timestamptz, stop timestamptz, granularity text, zone text)
RETURNS timestamptz[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  IF granularity IS NULL THEN
    RETURN NULL;
  ELSIF zone IS NULL THEN
    RAISE EXCEPTION 'buckets by % need a time zone, such as UTC', granularity
    USING ERRCODE = 'null_value_not_allowed';
  ELSIF zone LIKE '{%' THEN
    RETURN zone::timestamptz[];
  ELSIF granularity = 'minute' THEN
    PERFORM start AT TIME ZONE zone; -- raises an error when there is no such zone
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
