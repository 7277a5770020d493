-- Statements that name a partition and not `events`. A statement's trigger fires only for the table that it names: what
-- was written straight into a partition was in no roll-up, and an online move lost it. So a partition gets the triggers
-- of its parent, and nothing is counted twice.

-- Gives the partitions of a table the statement triggers of the table, where they have not got them; no more than `most`
-- partitions, all if it is null; or `only_part` alone. TRUNCATE on a partition counts its rows out before they go. (The trigger
-- that comes
-- before TRUNCATE of the whole table speaks for all partitions, and is not copied.)
--
-- `SET LOCAL adpulse.counted = on` says that the roll-ups hold already what a statement moves or brings back. Only who
-- may write into a partition itself can use it: the triggers of `events` do not look at it.
CREATE FUNCTION cover_partitions(parent regclass, most int DEFAULT NULL, only_part regclass DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  of_a_cluster boolean := false;
  statement text;
BEGIN
  IF to_regclass('pg_dist_partition') IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1)' INTO of_a_cluster USING parent;
  END IF;
  IF of_a_cluster THEN
    RETURN; -- there, triggers are on shards
  END IF;
  FOR statement IN
    WITH
      missing AS (
        SELECT inhrelid AS part, pg_trigger.oid AS trigger_id, tgtype
        FROM pg_inherits
        JOIN pg_trigger ON tgrelid = inhparent
        WHERE
          inhparent = parent
          AND (only_part IS NULL OR inhrelid = only_part)
          AND NOT tgisinternal
          AND tgtype & 1 = 0 -- for each statement
          AND tgtype & 62 <> 34 -- BEFORE TRUNCATE and nothing else
          AND NOT EXISTS (
            SELECT FROM pg_trigger AS own WHERE own.tgrelid = inhrelid AND own.tgname = pg_trigger.tgname
          )
      ),
      chosen AS (SELECT DISTINCT part FROM missing ORDER BY part DESC LIMIT most)
    SELECT
      replace(
        replace(
          CASE WHEN tgtype & 32 > 0 THEN replace(written, ' AFTER TRUNCATE ', ' BEFORE TRUNCATE ') ELSE written END,
          format(' ON %I.%I ', whole_schema.nspname, whole.relname),
          format(' ON %I.%I ', part_schema.nspname, partition.relname)),
        ' EXECUTE FUNCTION ',
        ' WHEN (current_setting(''adpulse.counted'', true) IS DISTINCT FROM ''on'') EXECUTE FUNCTION ')
    FROM missing
    JOIN chosen USING (part)
    JOIN pg_class AS partition ON partition.oid = part
    JOIN pg_namespace AS part_schema ON part_schema.oid = partition.relnamespace
    JOIN pg_class AS whole ON whole.oid = parent
    JOIN pg_namespace AS whole_schema ON whole_schema.oid = whole.relnamespace
    CROSS JOIN pg_get_triggerdef(trigger_id) AS written
  LOOP
    EXECUTE statement;
  END LOOP;
END
$$;

-- True where a table has the name of a day's partition and is no partition of `events`: detached by hand, for example.
CREATE FUNCTION day_is_taken(day date) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT
    part IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = part AND inhparent = to_regclass('events'))
  FROM to_regclass(format('%I.events_p%s', current_schema(), to_char(day, 'YYYYMMDD'))) AS part
$$;

-- Makes the missing daily partitions (UTC days) from first_day to last_day, and takes their rows out of the default
-- one. Nothing to do for a table without partitions. As in 0008 and 0009; new are the triggers, and what is said of a
-- table that has the name of a partition and is none.
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
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    IF strayed THEN
      PERFORM set_config('adpulse.counted', 'on', true);
    END IF;
    EXECUTE format(
      'WITH moved AS (DELETE FROM events_default WHERE ts >= %L AND ts < %L RETURNING *) '
      'INSERT INTO %I SELECT * FROM moved', lower, upper, part);
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

-- What maintenance does each round: as in 0002, and triggers for partitions that somebody attached or that are from
-- before this migration, a few a round, because each is locked until the round is over. A stray day that cannot have a
-- partition does not keep the days after it from theirs.
CREATE OR REPLACE FUNCTION tend_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  after timestamptz := now() - interval '400 days';
  stray date;
BEGIN
  PERFORM prepare_days(today, today + 2);
  LOOP
    SELECT (ts AT TIME ZONE 'UTC')::date INTO stray
    FROM events_default
    WHERE ts >= after AND ts < now() + interval '400 days'
    ORDER BY ts
    LIMIT 1;
    EXIT WHEN stray IS NULL;
    PERFORM prepare_days(stray, stray); -- or its warning
    EXIT WHEN NOT day_is_taken(stray);
    after := (stray + 1)::timestamp AT TIME ZONE 'UTC';
  END LOOP;
  PERFORM cover_partitions('events', 20);
EXCEPTION
  WHEN lock_not_available THEN NULL; -- the next call tries again; the days ahead leave it two days
END
$$;

-- As in 0010; new is that it goes past the triggers of the default partition, and says what it drops.
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
    RAISE NOTICE 'retention dropped the partition %, raw events of %', part, day;
    horizon := (day + 1)::timestamp AT TIME ZONE 'UTC';
  ELSE
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
        'DELETE FROM %1$s WHERE ts < $1 AND ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE ts < $1 LIMIT 100000))',
        source)
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

-- Designs that are there already: the triggers' functions learn of partitions. The partitions get their triggers by
-- tend_partitions, in the first rounds after this migration.
DO $do$
DECLARE
  written text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('rollup_delta') AND attname = 'xid') THEN
    RETURN; -- a design without roll-ups, or 21_citus
  END IF;
  written := pg_get_functiondef('rollup_capture'::regproc);
  IF strpos(written, 'pg_inherits') = 0 THEN
    EXECUTE replace(
      written,
      $t$  IF TG_OP IN ('INSERT', 'UPDATE') THEN$t$,
      $t$  -- A table that was a partition once: reports do not see it.
  IF TG_TABLE_NAME <> 'events' AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = TG_RELID) THEN
    RETURN NULL;
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN$t$);
  END IF;
  written := pg_get_functiondef('rollup_truncate'::regproc);
  IF strpos(written, 'TG_WHEN') = 0 THEN
    EXECUTE replace(
      replace(
        written,
        '  TRUNCATE ',
        $t$  IF TG_WHEN = 'BEFORE' THEN
    -- A partition alone: its rows are counted out.
    EXECUTE format('DELETE FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
  END IF;
  TRUNCATE $t$),
      $t$  RETURN NULL;
END$t$,
      $t$  PERFORM set_config('adpulse.counted', '', true);
  RETURN NULL;
END$t$);
  END IF;
  IF to_regproc('rollup_emptying') IS NULL THEN
    CREATE FUNCTION rollup_emptying() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM set_config('adpulse.counted', 'on', true);
      RETURN NULL;
    END
    $$;

    CREATE TRIGGER events_emptying BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION rollup_emptying();
  END IF;
END
$do$;
