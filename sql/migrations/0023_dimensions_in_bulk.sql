-- Dimensions are added up in bulk by upkeep, and not by the trigger of writers any more: sql/variants/08_rollup_dims.

-- The role that writes events has to work out the column that says by which transaction.
DO $$
DECLARE
  written text := pg_get_functiondef('grant_roles()'::regprocedure);
  widened text := replace(
    written,
    'AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = ''e'')
      )',
    'AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = ''e'')
        UNION ALL
        SELECT ''adpulse_ingest'', to_regprocedure(''event_xid()'') WHERE to_regprocedure(''event_xid()'') IS NOT NULL
      )');
BEGIN
  IF widened = written THEN
    RAISE EXCEPTION 'grant_roles() is not as migration 0004 has made it';
  END IF;
  EXECUTE widened;
END
$$;

-- Makes the missing daily partitions (UTC days) from first_day to last_day, and takes their rows out of the default
-- one. Nothing to do for a table without partitions. As in 0013; new are columns that are worked out, which cannot be moved.
CREATE OR REPLACE FUNCTION prepare_days(first_day date, last_day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  day date;
  part text;
  lower timestamptz;
  upper timestamptz;
  strayed boolean;
  columns text := (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_attribute
    WHERE attrelid = to_regclass('events') AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  );
BEGIN
  IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass('events')) THEN
    RETURN;
  END IF;
  FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
    part := 'events_p' || to_char(day, 'YYYYMMDD');
    IF day_is_taken(day) THEN
      RAISE WARNING 'the table % is no partition of events, and keeps % from having one: rename it, or attach it', part, day;
      CONTINUE;
    END IF;
    CONTINUE WHEN to_regclass(format('%I.%I', current_schema(), part)) IS NOT NULL;
    lower := day::timestamp AT TIME ZONE 'UTC';
    upper := (day + 1)::timestamp AT TIME ZONE 'UTC';
    PERFORM 1 FROM events_default WHERE ts >= lower AND ts < upper LIMIT 1;
    strayed := found;
    -- While rows move, nobody may hold a plan that was made without the new partition: it would run on a snapshot
    -- taken after the move, and find them in neither (tests/adpulse/variants/test_equality.py shows it). So `events` itself is locked,
    -- and first: readers lock it first too.
    IF strayed THEN
      LOCK TABLE ONLY events IN ACCESS EXCLUSIVE MODE;
    END IF;
    -- No writer may add a row of this day to the default partition from here on.
    LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    -- Again: another session may have made it while this one waited for the lock.
    CONTINUE WHEN to_regclass(format('%I.%I', current_schema(), part)) IS NOT NULL;
    PERFORM 1 FROM events_default WHERE ts >= lower AND ts < upper LIMIT 1;
    IF found AND NOT strayed THEN
      RAISE lock_not_available USING MESSAGE = format('events of %s arrived just now; call again', day);
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)', part);
    IF strayed THEN
      PERFORM set_config('adpulse.counted', 'on', true);
    END IF;
    IF strayed AND to_regprocedure('rollup_dim_stray(timestamptz, timestamptz)') IS NOT NULL THEN
      PERFORM rollup_dim_stray(lower, upper);
    END IF;
    EXECUTE format(
      'WITH moved AS (DELETE FROM events_default WHERE ts >= %L AND ts < %L RETURNING *) '
      'INSERT INTO %I (%s) SELECT %4$s FROM moved', lower, upper, part, columns);
    IF strayed THEN
      PERFORM set_config('adpulse.counted', '', true);
    END IF;
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds CHECK (ts >= %L AND ts < %L)', part, lower, upper);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, lower, upper);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
    -- This one alone, which nobody else can see yet. A lock on another, which a writer holds that waits for the default
    -- partition, would close a circle.
    PERFORM cover_partitions('events', only_part => to_regclass(format('%I.%I', current_schema(), part)));
  END LOOP;
  -- Either we have its lock already, or no other.
  PERFORM cover_partitions('events', only_part => to_regclass('events_default'));
END
$$;

-- As in 0013; new is that dimensions get what they need of raw events before these go.
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
  of_dimensions boolean := to_regprocedure('rollup_dim_keep(date)') IS NOT NULL;
  -- Events that are in the roll-ups of dimensions.
  added text := 'true';
BEGIN
  SELECT inhrelid::regclass, to_date(right(relname, 8), 'YYYYMMDD') INTO part, day
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
  ORDER BY relname
  LIMIT 1;
  IF day < first_kept THEN
    IF of_dimensions THEN
      PERFORM rollup_dim_keep(day);
    END IF;
    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    IF of_dimensions THEN
      PERFORM rollup_dim_advance();
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', part) INTO filled;
    EXECUTE format('DROP TABLE %s', part);
    RAISE NOTICE 'retention dropped the partition %, raw events of %', part, day;
    horizon := (day + 1)::timestamp AT TIME ZONE 'UTC';
  ELSE
    IF of_dimensions THEN
      EXECUTE format(
        'SELECT rollup_dim_keep(old) FROM (SELECT DISTINCT (ts AT TIME ZONE ''UTC'')::date AS old FROM %s WHERE ts < $1) AS days',
        source)
      USING horizon;
      PERFORM rollup_dim_advance();
      added := (SELECT rollup_dim_sees(snapshot, 'written_xid') FROM rollup_dim_mark);
    END IF;
    PERFORM set_config('adpulse.counted', 'on', true); -- roll-ups stay as they are
    -- Rows of two shards can have one ctid: there, all old rows go at once.
    IF to_regclass('pg_dist_partition') IS NOT NULL THEN
      EXECUTE 'SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1)' INTO sharded USING source;
    END IF;
    IF sharded THEN
      EXECUTE format('DELETE FROM %s WHERE ts < $1', source) USING horizon;
    ELSE
      -- A ctid has namesakes in other chunks: old ones may go along, those that are kept must not.
      EXECUTE format(
        'DELETE FROM %1$s WHERE ts < $1 AND %2$s AND ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE ts < $1 AND %2$s LIMIT 100000))',
        source, added)
      USING horizon;
    END IF;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    PERFORM set_config('adpulse.counted', '', true);
    filled := deleted > 0;
    IF filled THEN
      RAISE NOTICE 'retention deleted % raw events of days before %', deleted, first_kept;
    END IF;
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
