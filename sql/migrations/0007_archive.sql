-- Days whose raw events lie in files, written by `adpulse archive`, and not here any more: docs/how-to/archive.md. A row
-- per file. A day that got late events after it was archived may be archived again, and then has two.
CREATE TABLE archived_days (
  day date,
  part bigint,
  file text NOT NULL,
  sha256 text NOT NULL,
  -- What the file holds, to be compared with the roll-ups (adpulse verify) and with what is loaded (adpulse restore).
  events bigint NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  checksum numeric NOT NULL,
  archived_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (day, part)
);

-- True, or an error: for the WHERE of whatever reads raw events of a window. As raw_kept(start), which looks at what
-- retention has dropped, and SQLSTATE AP002 when days of the window are archived.
--
-- It must be called in a statement that names `events`: then the statement has its lock before it has its snapshot, and
-- a day whose partition has gone is also one whose row in archived_days is seen.
CREATE FUNCTION raw_kept(start timestamptz, stop timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  spans text[];
BEGIN
  PERFORM raw_kept(start);
  -- Neighbouring days as one span.
  SELECT array_agg(concat_ws(' to ', to_char(first, 'YYYY-MM-DD'), to_char(nullif(last, first), 'YYYY-MM-DD')) ORDER BY first)
  INTO spans
  FROM (
    SELECT min(day) AS first, max(day) AS last
    FROM (
      SELECT DISTINCT day, day - dense_rank() OVER (ORDER BY day)::int AS island
      FROM archived_days
      WHERE day::timestamp AT TIME ZONE 'UTC' < stop AND (day + 1)::timestamp AT TIME ZONE 'UTC' > start
    ) AS days
    GROUP BY island
  ) AS islands;
  IF spans IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'AP002',
      MESSAGE = format(
        'raw events of %s are archived',
        array_to_string(spans[:10], ', ') || CASE WHEN cardinality(spans) > 10 THEN ' and more days' ELSE '' END);
  END IF;
  RETURN true;
END
$$;

-- A design that is there already asks with a window from now on, too; a new one does by its own up.sql.
DO $$
DECLARE
  text text;
BEGIN
  IF to_regproc('raw_report') IS NOT NULL THEN
    text := pg_get_functiondef('raw_report'::regproc);
    EXECUTE replace(text, 'raw_kept($2)', 'raw_kept($2, $3)');
  END IF;
END
$$;
