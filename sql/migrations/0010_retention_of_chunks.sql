-- Retention again, for tables whose rows lie in several: the chunks of a hypertable (sql/variants/20_timescale), or
-- tables that inherit from `events`. A ctid names a row of one of them only, and 0008 deleted its namesakes in the
-- others, those of days that are kept among them. Now only rows before the horizon can go.

-- Drops raw events of days before first_kept and moves the horizon with them; roll-ups stay as they are. Does a part
-- of the work at a time (one partition, or about 100,000 rows) and returns whether there may be more.
--
-- Dropping a partition needs a moment alone with `events`; whoever comes meanwhile queues up behind. So it waits at
-- most 100 ms for its turn and otherwise gives up until the next call.
CREATE OR REPLACE FUNCTION retire_days(first_kept date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
  horizon timestamptz := first_kept::timestamp AT TIME ZONE 'UTC';
  source regclass := coalesce(to_regclass('events_default'), 'events'::regclass);
  part regclass;
  day date;
  filled boolean;
  deleted bigint;
  sharded boolean := false;
BEGIN
  SELECT inhrelid::regclass, to_date(right(relname, 8), 'YYYYMMDD') INTO part, day
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
  ORDER BY relname
  LIMIT 1;
  IF day < first_kept THEN
    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', part) INTO filled;
    EXECUTE format('DROP TABLE %s', part);
    horizon := (day + 1)::timestamp AT TIME ZONE 'UTC';
  ELSE
    -- Rows of two shards can have one ctid: there, all old rows go at once.
    IF to_regclass('pg_dist_partition') IS NOT NULL THEN
      EXECUTE 'SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1)' INTO sharded USING source;
    END IF;
    IF sharded THEN
      EXECUTE format('DELETE FROM %s WHERE ts < $1', source) USING horizon;
    ELSE
      -- A ctid has namesakes in other chunks: old ones may go along, those that are kept must not.
      EXECUTE format(
        'DELETE FROM %1$s WHERE ts < $1 AND ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE ts < $1 LIMIT 100000))',
        source)
      USING horizon;
    END IF;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    filled := deleted > 0;
  END IF;
  IF filled THEN
    INSERT INTO raw_horizon AS kept (kept_from) VALUES (horizon)
    ON CONFLICT (only_row) DO UPDATE SET kept_from = greatest(kept.kept_from, excluded.kept_from);
  END IF;
  RETURN coalesce(day < first_kept, false) OR deleted >= 100000;
EXCEPTION
  WHEN lock_not_available THEN RETURN false;
END
$$;
