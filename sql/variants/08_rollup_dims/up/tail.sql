-- Days of events that may be behind the mark, besides those of rollup_delta: where to look for them. All of these events are of
-- transactions before the number `below`. How many they are is known only of those that maintain.sql has moved.
CREATE TABLE rollup_dim_tail (
  day date NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  below bigint NOT NULL DEFAULT greatest(
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint + 1
  ),
  events bigint NOT NULL DEFAULT 0
);

-- Raw events that were changed or deleted after they had been added up, until that is added up, too: as they were (sign
-- -1) and as they are (1). A row counts when its event is one that the mark sees.
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

-- The days of events that may be behind the mark, where the index on written_xid is looked into.
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

-- The condition on `ts` that it lies in a UTC day, which may be infinity.
CREATE FUNCTION rollup_dim_within(day date) RETURNS text
LANGUAGE sql STABLE
RETURN CASE
  WHEN isfinite(day)
    THEN format('ts >= %L AND ts < %L', day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC')
  ELSE format('ts = %L', day)
END;

-- A query for the events of some days that a snapshot does not see, and that meet a condition. In branches that the index
-- answers: of transactions since, and of those that ran then. Of these, one that has been open for long has a branch of its
-- own: with the others in one, all that was written since it began would be read, also when it writes in another database. The upper
-- bound excludes nothing: two bounds are what makes the planner expect few rows, and take the index.
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

-- Brings the indexes of the newest days with new events up to date. New blocks count as "may hold anything" until then: every
-- report by a dimension and every round would read all that was written since. VACUUM, which keeps others from it for as long
-- as it takes, does not come to a day because events are added, until rollup_dim_close() has seen that the day is over.
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

-- Before stray events move from the default partition into one of their own, where they get another number: what was added
-- of them is taken away, and they are added again.
CREATE FUNCTION rollup_dim_stray(start timestamptz, stop timestamptz) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO rollup_dim_change
    (sign, row_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata)
  SELECT -1, written_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
  FROM events_default
  WHERE ts >= start AND ts < stop;

  INSERT INTO rollup_dim_tail (day) VALUES ((start AT TIME ZONE 'UTC')::date);
$$;
