-- Partitions and retention again, so that they hold for the tables of a Citus cluster, too (sql/variants/21_citus). Two
-- things differ from 0002: `EXISTS (SELECT FROM …)` over a distributed table is nothing that PL/pgSQL can put into a
-- variable; and a ctid names a row of one shard only, where 0002 would have deleted its namesakes in the others.

CREATE OR REPLACE FUNCTION prepare_days(first_day date, last_day date) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  day date;
  part text;
  lower timestamptz;
  upper timestamptz;
  strayed boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass('events')) THEN
    RETURN;
  END IF;
  FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
    part := 'events_p' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(part) IS NOT NULL;
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
    CONTINUE WHEN to_regclass(part) IS NOT NULL;
    PERFORM 1 FROM events_default WHERE ts >= lower AND ts < upper LIMIT 1;
    IF found AND NOT strayed THEN
      RAISE lock_not_available USING MESSAGE = format('events of %s arrived just now; call again', day);
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    EXECUTE format(
      'WITH moved AS (DELETE FROM events_default WHERE ts >= %L AND ts < %L RETURNING *) '
      'INSERT INTO %I SELECT * FROM moved', lower, upper, part);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds CHECK (ts >= %L AND ts < %L)', part, lower, upper);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, lower, upper);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
  END LOOP;
END
$$;

-- Drops raw events of days before first_kept and moves the horizon with them; roll-ups stay as they are. Does a part
-- of the work at a time (one partition, or 100,000 rows) and returns whether there may be more.
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
      EXECUTE format(
        'DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE ts < $1 LIMIT 100000))', source)
      USING horizon;
    END IF;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    filled := deleted > 0;
  END IF;
  IF filled THEN
    INSERT INTO raw_horizon AS kept (kept_from) VALUES (horizon)
    ON CONFLICT (only_row) DO UPDATE SET kept_from = greatest(kept.kept_from, excluded.kept_from);
  END IF;
  RETURN coalesce(day < first_kept, false) OR deleted = 100000;
EXCEPTION
  WHEN lock_not_available THEN RETURN false;
END
$$;
