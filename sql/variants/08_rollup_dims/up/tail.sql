-- The events behind the mark, and how upkeep and reports find them.
--
--   rollup_dim_tail    days to search for them, besides the days of the deltas. maintain.sql writes one when it moves deltas;
--                      rollup_dim_forget() and rollup_dim_stray(), when events of a day come back or move.
--   rollup_dim_change  events that were changed or deleted: as they were (sign -1) and, if changed, as they are (1).
--                      rollup_capture() writes it.
--
-- Always: the day of each event behind the mark is in rollup_delta_all or in rollup_dim_tail; so no report misses one.
-- rollup_dim_advance() deletes a row of rollup_dim_tail when the mark sees the row's transaction (`xid`) and reaches the number
-- `below`.
--
-- A row of rollup_dim_change counts if the mark sees its event (`row_xid`): the roll-ups have that event, so what happened to it
-- has to be added. All others are of events behind the mark, and mean nothing. rollup_dim_advance() adds the rows that count, and
-- deletes all.

-- All events of a row are of transactions below the number `below`. `events` is how many they are, for the bound of a round;
-- 0 where that is not known.
CREATE TABLE rollup_dim_tail (
  day date NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  below bigint NOT NULL DEFAULT greatest(
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint + 1
  ),
  events bigint NOT NULL DEFAULT 0
);

CREATE TABLE rollup_dim_change (
  sign smallint NOT NULL,
  row_xid bigint,
  ts timestamptz NOT NULL,
  campaign_id text NOT NULL,
  event_type event_type NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  metadata jsonb NOT NULL
);

-- Returns the days that may have events behind the mark.
CREATE FUNCTION rollup_dim_days() RETURNS date[]
LANGUAGE sql STABLE AS $$
  WITH mark AS MATERIALIZED (SELECT moved FROM rollup_moved_snapshot() AS moved)
  SELECT ARRAY(
    SELECT (minute AT TIME ZONE 'UTC')::date
    FROM rollup_delta_all
    WHERE xid >= (SELECT pg_snapshot_xmax(moved) FROM mark) AND xid <= '18446744073709551615'
    UNION
    SELECT (minute AT TIME ZONE 'UTC')::date
    FROM rollup_delta_all
    WHERE
      xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM mark))
      AND xid >= (SELECT pg_snapshot_xmin(moved) FROM mark) AND xid < (SELECT pg_snapshot_xmax(moved) FROM mark)
    UNION
    SELECT day
    FROM rollup_dim_tail
  )
$$;

-- Returns the condition, as SQL, that `ts` is in a UTC day. The day may be infinity.
CREATE FUNCTION rollup_dim_within(day date) RETURNS text
LANGUAGE sql STABLE
RETURN CASE
  WHEN isfinite(day)
    THEN format('ts >= %L AND ts < %L', day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC')
  ELSE format('ts = %L', day)
END;

-- Returns a query for the events of some days that a snapshot does not see and that meet a condition. It has branches that the
-- index answers: one for the transactions since the snapshot, and some for those that ran then. A transaction that has been
-- open for long has its own branch: in one with the others, PostgreSQL would read all that was written since it began, also if
-- it writes in another database. The upper bound excludes nothing: with two bounds the planner expects few rows, and takes the
-- index.
CREATE FUNCTION rollup_dim_behind(days date[], seen pg_snapshot, condition text) RETURNS text
LANGUAGE sql STABLE
RETURN (
  SELECT string_agg(
    format(
      'SELECT 1 AS sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM events WHERE %s',
      concat_ws(' AND ', within, number, condition)
    ),
    ' UNION ALL '
  )
  FROM
    (
      SELECT rollup_dim_within(day) AS within FROM unnest(days) AS day WHERE cardinality(days) <= 50
      UNION ALL
      -- Too many for a branch each.
      SELECT format('(ts AT TIME ZONE ''UTC'')::date = ANY (%L)', days) WHERE cardinality(days) > 50
      UNION ALL
      SELECT 'false' WHERE days = '{}'
    ) AS parts,
    (
      SELECT format('written_xid >= %s AND written_xid <= 9223372036854775807', pg_snapshot_xmax(seen)) AS number
      UNION ALL
      SELECT format('written_xid >= %s AND written_xid <= %s AND written_xid = ANY (%L)', min(xid), max(xid), array_agg(xid))
      FROM (
        SELECT xid, sum(is_far) OVER (ORDER BY xid) AS together
        FROM (
          SELECT xid, (xid - lag(xid) OVER (ORDER BY xid) > 20)::int AS is_far
          FROM pg_snapshot_xip(seen) AS each, LATERAL (SELECT each::text::bigint AS xid) AS numbers
        ) AS distances
      ) AS ran
      GROUP BY together
    ) AS numbers
);

-- Brings the indexes of the newest days with new events up to date. Until then, PostgreSQL reads all new blocks for every range:
-- each report by a dimension and each round would read all that was written since. VACUUM holds the lock that this needs, for as
-- long as it takes. So it is kept from a day while only insertions would call it, until rollup_dim_close() has found that the day
-- is over.
CREATE FUNCTION rollup_dim_summarize() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '20ms' AS $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT
      indrelid::regclass AS name, indexrelid::regclass AS index,
      day >= (now() AT TIME ZONE 'UTC')::date
        AND parts.reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1'] IS NOT TRUE AS is_new
    FROM (SELECT day FROM unnest(rollup_dim_days()) AS day ORDER BY day DESC LIMIT 3) AS days
    JOIN pg_class AS parts ON parts.oid = to_regclass(format('events_p%s', to_char(day, 'YYYYMMDD')))
    JOIN pg_index ON indrelid = parts.oid
    JOIN pg_class AS indexes ON indexes.oid = indexrelid
    JOIN pg_am ON pg_am.oid = indexes.relam AND amname = 'brin'
  LOOP
    BEGIN
      IF part.is_new THEN
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_threshold = -1)', part.name);
        EXECUTE format('ALTER INDEX %s RESET (autosummarize)', part.index); -- set where the design is from before 0034
      END IF;
      PERFORM brin_summarize_new_values(part.index);
    EXCEPTION
      WHEN lock_not_available THEN NULL; -- VACUUM or ANALYZE has the table
    END;
  END LOOP;
END
$$;

-- Call it before stray events move from the default partition into a partition of their day. There they get another written_xid,
-- so upkeep subtracts them once and adds them again.
CREATE FUNCTION rollup_dim_stray(start timestamptz, stop timestamptz) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO rollup_dim_change
    (sign, row_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata)
  SELECT -1, written_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
  FROM events_default
  WHERE ts >= start AND ts < stop;

  INSERT INTO rollup_dim_tail (day) VALUES ((start AT TIME ZONE 'UTC')::date);
$$;
