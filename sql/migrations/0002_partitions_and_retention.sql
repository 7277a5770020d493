-- Daily partitions, for the variants that have them, and retention of raw events, for all.

-- The first instant from which every raw event is still here. No row: nothing was ever dropped.
CREATE TABLE raw_horizon (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  kept_from timestamptz NOT NULL
);

-- True, or an error: for the WHERE of whatever reads raw events from `start` on, so that a report over dropped
-- days fails and does not pass as small. The service turns SQLSTATE AP001 into a reply that names the horizon.
CREATE FUNCTION raw_kept(start timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  horizon timestamptz := (SELECT kept_from FROM raw_horizon);
BEGIN
  IF start < horizon THEN
    RAISE EXCEPTION USING
      ERRCODE = 'AP001',
      MESSAGE = format('raw events are kept from %s', to_char(horizon AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
  END IF;
  RETURN true;
END
$$;

-- Makes the missing daily partitions (UTC days) from first_day to last_day, and takes their rows out of the default
-- one. Nothing to do for a table without partitions.
--
-- A partition is filled before it is attached, and its CHECK proves the bounds, so that attaching does not read it.
-- For a day without events, writers and reports wait for nothing: the only strong lock is on the default partition.
-- (A writer that was about to add a row of that day there fails when the partition appears, because PostgreSQL checks
-- again, and the service writes its batch again.) For a day that has strayed into the default partition everybody waits
-- while its rows move: they go from table to table, past the triggers of `events`, which have counted them already.
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
    strayed := EXISTS (SELECT FROM events_default WHERE ts >= lower AND ts < upper);
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
    IF NOT strayed AND EXISTS (SELECT FROM events_default WHERE ts >= lower AND ts < upper) THEN
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

-- What maintenance does each round: the partitions of today and the next two days, and that of the oldest day that
-- has strayed into the default partition. One stray day a call keeps the lock short; the index on events_default (ts)
-- finds it without reading the others.
--
-- Only a day of the last 400 gets a partition this way. A client may send events of every day since 1970, and each
-- partition costs every later ALTER and DROP a lock, every dump a table: older days stay in the default partition,
-- where they are as exact, only slower to read raw. Whoever loads old days in bulk calls prepare_days first.
--
-- It waits at most 100 ms for the lock: behind a waiting lock everybody else would queue up.
CREATE FUNCTION tend_partitions() RETURNS void
LANGUAGE plpgsql SET lock_timeout = '100ms' AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  stray date;
BEGIN
  PERFORM prepare_days(today, today + 2);
  SELECT (ts AT TIME ZONE 'UTC')::date INTO stray
  FROM events_default
  WHERE ts >= now() - interval '400 days' AND ts < now() + interval '400 days'
  ORDER BY ts
  LIMIT 1;
  PERFORM prepare_days(stray, stray) WHERE stray IS NOT NULL;
EXCEPTION
  WHEN lock_not_available THEN NULL; -- the next call tries again; the days ahead leave it two days
END
$$;

-- Drops raw events of days before first_kept and moves the horizon with them; roll-ups stay as they are. Does a part
-- of the work at a time (one partition, or 100,000 rows) and returns whether there may be more.
--
-- Dropping a partition needs a moment alone with `events`; whoever comes meanwhile queues up behind. So it waits at
-- most 100 ms for its turn and otherwise gives up until the next call.
CREATE FUNCTION retire_days(first_kept date) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '100ms' AS $$
DECLARE
  horizon timestamptz := first_kept::timestamp AT TIME ZONE 'UTC';
  source regclass := coalesce(to_regclass('events_default'), 'events'::regclass);
  part regclass;
  day date;
  filled boolean;
  deleted bigint;
BEGIN
  SELECT inhrelid::regclass, to_date(right(relname, 8), 'YYYYMMDD') INTO part, day
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
  ORDER BY relname
  LIMIT 1;
  IF day < first_kept THEN
    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', part) INTO filled;
    EXECUTE format('DROP TABLE %s', part);
    horizon := (day + 1)::timestamp AT TIME ZONE 'UTC';
  ELSE
    EXECUTE format(
      'DELETE FROM %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE ts < $1 LIMIT 100000))', source)
    USING horizon;
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

-- The metadata keys that 08_rollup_dims keeps roll-ups of. `adpulse migrate` writes ADPULSE_DIMENSIONS here.
CREATE TABLE declared_dimension (
  place smallint PRIMARY KEY CHECK (place BETWEEN 1 AND 6),
  key text NOT NULL UNIQUE
);

INSERT INTO declared_dimension (place, key) VALUES (1, 'geo'), (2, 'device'), (3, 'placement');
