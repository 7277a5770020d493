-- variant:    rollup_dims
-- summary:    07 and roll-ups by declared metadata dimensions: geo, device, placement
-- hypothesis: grouping or filtering by one declared dimension costs what totals cost, a row for each value; writers hardly
--             notice, because dimensions are added up in bulk, a second's events at once (docs/decisions/0093)
-- promises:   report p50 < 200 ms at 1,000,000 events; report p95 < 200 ms at 1,000,000 events
-- tables:     rollup_day (day), rollup_hour (hour), rollup_minute (minute), rollup_large (minute),
--             rollup_delta_all (minute), rollup_delta (minute),
--             rollup_dim_mark, rollup_dimension, rollup_value, rollup_dim_pending, rollup_dim_detail,
--             rollup_dim_day (day), rollup_dim_hour (hour), rollup_dim_minute (minute), rollup_dim_large (minute),
--             rollup_dim_change, rollup_dim_tail
-- requires:   (nothing)
-- totals:     planned once
-- archive:    by the day
-- costs:      a report by a dimension also reads what came in the last second; two keys at once, and others, read raw events
--
-- What it shares with 07_rollup is explained there.

-- The number of the transaction that writes an event. It is called immutable, so that it is asked once a statement and not
-- once a row, and so that the column below can be a generated one: no dump, subscription or writer can give it another
-- value. PostgreSQL works out the column anew for each execution, from no stored plan (tests/sql/test_dimensions.py).
CREATE FUNCTION event_xid() RETURNS bigint
LANGUAGE sql IMMUTABLE
AS 'SELECT txid_current()';

CREATE TABLE events (
  ts timestamptz NOT NULL,
  cost_micros bigint NOT NULL DEFAULT 0,
  revenue_micros bigint NOT NULL DEFAULT 0,
  event_id uuid,
  event_type event_type NOT NULL,
  -- '' is how the roll-ups name "all campaigns together"; an event must not.
  campaign_id text NOT NULL CHECK (campaign_id <> ''),
  user_id text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  written_xid bigint GENERATED ALWAYS AS (event_xid()) STORED
) PARTITION BY RANGE (ts);

-- Any day is accepted at any time: what has no partition of its own lands here, and maintain.sql makes the partition
-- and moves it. Its index lets maintenance find the next such day without reading the others.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

-- Almost free to write, and enough to find a time range inside a day. rollup_dim_summarize() brings it up to date.
-- written_xid: for the events behind the mark of dimensions, late ones too.
CREATE INDEX events_ts_written_xid_idx ON events USING brin (ts, written_xid) WITH (pages_per_range = 32);

-- What the trigger writes: append-only and without a unique key, so that writers never wait for one another.
CREATE TABLE rollup_delta (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  campaign_id text NOT NULL,
  minute timestamptz NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

-- A delta that maintain.sql has moved stays in the table as a dead row until a VACUUM, and no VACUUM can take it away
-- while a transaction older than the move runs: a dump, a long query. Reports would step over millions of them. So
-- they look here for the transactions that can have a delta left, wherever in the table its rows lie:
-- rollup_moved_snapshot(), in sql/migrations/0018.
CREATE INDEX rollup_delta_xid_campaign_id_idx ON rollup_delta (xid, campaign_id);

-- The same for all campaigns together: a row for each minute of a statement, so that the report without a campaign does not
-- read those of a thousand.
CREATE TABLE rollup_delta_all (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  minute timestamptz NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX rollup_delta_all_xid_idx ON rollup_delta_all (xid);

-- Who takes a delta away must have added it everywhere. Services of the version before do not know of days: their rounds fail
-- and change nothing, until one of this version maintains. maintain.sql and rebuild.sql say that they know.
CREATE FUNCTION rollup_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('adpulse.moves', true) IS DISTINCT FROM 'to days' THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'deltas are moved by the maintain.sql of a newer version: replace this service, or run that file';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER rollup_delta_moved AFTER DELETE ON rollup_delta
FOR EACH STATEMENT EXECUTE FUNCTION rollup_guard();

-- What maintain.sql makes of the deltas. campaign_id = '' is the sum over all campaigns, so that the report
-- without a campaign reads as few rows as the report with one.
-- The key carries every column: a report is an index-only scan.
CREATE TABLE rollup_minute (
  campaign_id text,
  minute timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, minute)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rollup_hour (
  campaign_id text,
  hour timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, hour)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- Days of UTC: what a zone's day shares with them is read by the day, the rest by hours and minutes.
CREATE TABLE rollup_day (
  campaign_id text,
  day timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, day)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- For reports over all campaigns, group by campaign: rows arrive in time order, so a block range will do.
CREATE INDEX rollup_minute_minute_idx ON rollup_minute USING brin (minute);

CREATE INDEX rollup_hour_hour_idx ON rollup_hour USING brin (hour);

CREATE INDEX rollup_day_day_idx ON rollup_day USING brin (day) WITH (pages_per_range = 16);

-- Amounts too large to be added up as bigint for ever: of a day of which one round of maintain.sql moves more than 2^40
-- micros, the money goes here, as numeric, and only the counts into the tables above. So a round adds at most 2^40 to a
-- cell there, which is full after eight million rounds, and no sender can stop compaction for the others.
CREATE TABLE rollup_large (
  campaign_id text,
  minute timestamptz,
  cost_micros numeric NOT NULL,
  revenue_micros numeric NOT NULL,
  PRIMARY KEY (campaign_id, minute)
);

-- ── Dimensions ────────────────────────────────────────────────────────────────────────────────────────────────────
--
-- Nothing of them is on the writers' way. Upkeep adds up raw events in bulk, behind a mark: rollup_dim_mark says which
-- transactions have been added up. A report is the roll-ups up to the mark and the raw events behind it, in one snapshot.
--
-- What is added up goes to minutes first. When an hour is over (closed_to), its minutes are added to hours and days; what
-- comes for an hour that is closed already goes to all that are kept of it. Hours and minutes are kept where there are
-- many events, and for two days, which rollup_dim_detail lists: of few, the raw events are read as fast.

-- The dimensions. One that is not declared any more is dropped, and then its roll-ups go, some a round.
CREATE TABLE rollup_dimension (
  place smallint PRIMARY KEY,
  key text NOT NULL,
  dropped boolean NOT NULL DEFAULT false,
  -- A value was added to "(other)": said once in the log, and in every answer from then on.
  folded boolean NOT NULL DEFAULT false
);

CREATE UNIQUE INDEX rollup_dimension_key_idx ON rollup_dimension (key) WHERE NOT dropped;

INSERT INTO rollup_dimension (place, key) SELECT place, key FROM declared_dimension;

-- The values that have rows of their own, as JSON text; null is that of an event without the key. At most 1,000 of a
-- dimension, and none goes: all others share the row of the value '', which is no JSON.
CREATE TABLE rollup_value (
  place smallint,
  value text,
  PRIMARY KEY (place, value)
);

INSERT INTO rollup_value (place, value) SELECT place, 'null' FROM rollup_dimension;

-- Events of transactions that this snapshot sees have been added up, and no others. As rollup_mark, it holds only for the
-- cluster that has written it; and only as long as the row is the one that was written: in a restored dump, also of this
-- cluster, it has another xmin, and so have the events. Hours before closed_to are in hours and days.
CREATE TABLE rollup_dim_mark (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  snapshot pg_snapshot NOT NULL,
  closed_to timestamptz NOT NULL,
  system_identifier bigint NOT NULL,
  stamp bigint
);

-- To be called in the transaction that has changed the mark, after it.
CREATE FUNCTION rollup_dim_stamp() RETURNS void
LANGUAGE sql AS $$
  UPDATE rollup_dim_mark SET stamp = xmin::text::bigint
$$;

INSERT INTO rollup_dim_mark (snapshot, closed_to, system_identifier)
SELECT
  -- Without this transaction, which may write events yet.
  format('%1$s:%1$s:', pg_snapshot_xmin(pg_current_snapshot()))::pg_snapshot,
  date_bin('1 hour', now() - interval '1 hour', 'epoch'),
  system_identifier
FROM pg_control_system();

SELECT rollup_dim_stamp();

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

-- What is still to be built of a dimension from raw events: these are read instead. Days, and what lies before retention.
CREATE TABLE rollup_dim_pending (
  place smallint,
  start timestamptz,
  stop timestamptz NOT NULL,
  PRIMARY KEY (place, start)
);

-- Where the finer roll-ups are kept, in minutes: hours (60) of the day `at`, minutes (1) of the hour `at`, and minutes of all
-- campaigns together (0) of the hour `at`.
CREATE TABLE rollup_dim_detail (
  minutes smallint,
  at timestamptz,
  PRIMARY KEY (minutes, at)
);

-- Where nothing is stored yet, all of today and yesterday is complete, and stays so when events come late.
CREATE FUNCTION rollup_dim_begin() RETURNS void
LANGUAGE sql AS $$
  INSERT INTO rollup_dim_detail (minutes, at)
  SELECT 60, day
  FROM
    rollup_dim_mark,
    generate_series(date_bin('1 day', closed_to - interval '1 day', 'epoch'), closed_to, interval '1 day') AS day
  UNION ALL
  SELECT minutes, hour
  FROM
    rollup_dim_mark,
    generate_series(0, 1) AS minutes,
    generate_series(
      date_bin('1 day', closed_to - interval '1 day', 'epoch'), closed_to - interval '1 hour', interval '1 hour'
    ) AS hour
$$;

SELECT rollup_dim_begin();

-- Marginals: one row per dimension and value, not per combination of values (docs/decisions/0005).
CREATE TABLE rollup_dim_minute (
  campaign_id text,
  place smallint,
  minute timestamptz,
  value text,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, minute, value)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rollup_dim_hour (
  campaign_id text,
  place smallint,
  hour timestamptz,
  value text,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, hour, value)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rollup_dim_day (
  campaign_id text,
  place smallint,
  day timestamptz,
  value text,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, day, value)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- As rollup_large in 07.
CREATE TABLE rollup_dim_large (
  campaign_id text,
  place smallint,
  minute timestamptz,
  value text,
  cost_micros numeric NOT NULL,
  revenue_micros numeric NOT NULL,
  PRIMARY KEY (campaign_id, place, minute, value)
);

-- For upkeep of single hours and days, and for reports by campaign: rows arrive in time order, so a block range will do.
CREATE INDEX rollup_dim_minute_minute_idx ON rollup_dim_minute USING brin (minute) WITH (pages_per_range = 32);

CREATE INDEX rollup_dim_hour_hour_idx ON rollup_dim_hour USING brin (hour) WITH (pages_per_range = 32);

CREATE INDEX rollup_dim_day_day_idx ON rollup_dim_day USING brin (day) WITH (pages_per_range = 32);

-- One call per statement, not per row: a COPY of 10,000 events becomes a handful of deltas.
-- date_bin and not date_trunc: it does not depend on the session's time zone.
-- With its owner's rights: a login that writes events must not be able to write deltas without them.
CREATE FUNCTION rollup_capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- A table that was a partition once: reports do not see it.
  IF TG_TABLE_NAME <> 'events' THEN -- in two steps, because the second is a query
    IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = TG_RELID) THEN
      RETURN NULL;
    END IF;
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    BEGIN
      WITH deltas AS (
        INSERT INTO rollup_delta
          (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT
          campaign_id,
          date_bin('1 minute', ts, 'epoch'),
          count(*) FILTER (WHERE event_type = 'impression'),
          count(*) FILTER (WHERE event_type = 'click'),
          count(*) FILTER (WHERE event_type = 'conversion'),
          total(cost_micros),
          total(revenue_micros)
        FROM added
        GROUP BY 1, 2
        RETURNING minute, impressions, clicks, conversions, cost_micros, revenue_micros
      )
      INSERT INTO rollup_delta_all (minute, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT
        minute, total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
      FROM deltas
      GROUP BY 1;
    EXCEPTION WHEN numeric_value_out_of_range THEN
      -- The sum of a minute does not fit: a delta for each event.
      WITH deltas AS (
        INSERT INTO rollup_delta
          (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT
          campaign_id,
          date_bin('1 minute', ts, 'epoch'),
          (event_type = 'impression')::int,
          (event_type = 'click')::int,
          (event_type = 'conversion')::int,
          cost_micros,
          revenue_micros
        FROM added
        RETURNING minute, impressions, clicks, conversions, cost_micros, revenue_micros
      )
      INSERT INTO rollup_delta_all (minute, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT * FROM deltas;
    END;
  END IF;
  -- rollup_dims() has to know what becomes of events that it has added up.
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO rollup_dim_change
      (sign, row_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata)
    SELECT 1, written_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
    FROM added;
  END IF;
  IF TG_OP IN ('DELETE', 'UPDATE') THEN
    BEGIN
      WITH deltas AS (
        INSERT INTO rollup_delta
          (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT
          campaign_id,
          date_bin('1 minute', ts, 'epoch'),
          -count(*) FILTER (WHERE event_type = 'impression'),
          -count(*) FILTER (WHERE event_type = 'click'),
          -count(*) FILTER (WHERE event_type = 'conversion'),
          -total(cost_micros),
          -total(revenue_micros)
        FROM removed
        GROUP BY 1, 2
        RETURNING minute, impressions, clicks, conversions, cost_micros, revenue_micros
      )
      INSERT INTO rollup_delta_all (minute, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT
        minute, total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
      FROM deltas
      GROUP BY 1;
    EXCEPTION WHEN numeric_value_out_of_range THEN
      -- The sum of a minute does not fit: a delta for each event.
      WITH deltas AS (
        INSERT INTO rollup_delta
          (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT
          campaign_id,
          date_bin('1 minute', ts, 'epoch'),
          -(event_type = 'impression')::int,
          -(event_type = 'click')::int,
          -(event_type = 'conversion')::int,
          -cost_micros,
          -revenue_micros
        FROM removed
        RETURNING minute, impressions, clicks, conversions, cost_micros, revenue_micros
      )
      INSERT INTO rollup_delta_all (minute, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT * FROM deltas;
    END;
    INSERT INTO rollup_dim_change
      (sign, row_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata)
    SELECT -1, written_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
    FROM removed;
  END IF;
  RETURN NULL;
END
$$;

-- TRUNCATE of `events` empties the roll-ups; of a partition alone, which is told before it, counts its rows out.
CREATE FUNCTION rollup_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    -- A partition alone: its rows are counted out.
    EXECUTE format('DELETE FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
  END IF;
  TRUNCATE
    rollup_day, rollup_hour, rollup_minute, rollup_large, rollup_delta_all, rollup_delta,
    rollup_dim_day, rollup_dim_hour, rollup_dim_minute, rollup_dim_large, rollup_dim_detail, rollup_dim_change, rollup_dim_tail,
    rollup_dim_pending;
  PERFORM rollup_dim_begin();
  PERFORM set_config('adpulse.counted', '', true);
  RETURN NULL;
END
$$;

-- TRUNCATE of `events` also tells each partition, which must not count out its rows.
CREATE FUNCTION rollup_emptying() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('adpulse.counted', 'on', true);
  RETURN NULL;
END
$$;

-- A statement fires the triggers of the table that it names, so partitions get copies of these: cover_partitions(), in
-- sql/migrations/0013.
CREATE TRIGGER events_inserted AFTER INSERT ON events
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture();

CREATE TRIGGER events_updated AFTER UPDATE ON events
REFERENCING NEW TABLE AS added OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture();

CREATE TRIGGER events_deleted AFTER DELETE ON events
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture();

CREATE TRIGGER events_emptying BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION rollup_emptying();

CREATE TRIGGER events_truncated AFTER TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION rollup_truncate();

-- ── Upkeep of dimensions ──

-- The most values of a dimension that have rows of their own: enough for countries, devices, placements and ad formats;
-- not for user ids.
CREATE FUNCTION rollup_dim_most() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000;

-- An hour has minutes, and a day hours, where it has more events than this: fewer raw events are read in 10 ms.
CREATE FUNCTION rollup_dim_few() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 50000;

-- An hour has minutes of all campaigns together where it has more events than this: of fewer, they would be up to three rows
-- an event.
CREATE FUNCTION rollup_dim_thin() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 5000;

-- A round adds up about as many events of yesterday and today, while more than these wait: about two seconds. Without a bound,
-- each round of an upkeep that has fallen behind would be longer than the last.
CREATE FUNCTION rollup_dim_round() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000000;

-- The one rule of what shares the row "(other)": the value under which a text stands in the roll-ups.
CREATE FUNCTION rollup_fold(name text, is_known boolean, is_full boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN is_known OR (NOT is_full AND coalesce(length(name), 0) <= 200) THEN coalesce(to_json(name)::text, 'null')
  ELSE ''
END;

-- What this statement sees, but for what its own transaction has written.
CREATE FUNCTION rollup_dim_seen() RETURNS pg_snapshot
LANGUAGE sql STABLE
RETURN (
  SELECT CASE
    WHEN own IS NULL OR NOT pg_visible_in_snapshot(own, seen) THEN seen
    ELSE format(
      '%s:%s:%s',
      least(own::text::numeric, pg_snapshot_xmin(seen)::text::numeric),
      pg_snapshot_xmax(seen),
      (
        SELECT string_agg(xid, ',' ORDER BY xid::numeric)
        FROM (SELECT each::text AS xid FROM pg_snapshot_xip(seen) AS each UNION SELECT own::text) AS running
      )
    )::pg_snapshot
  END
  FROM pg_current_snapshot() AS seen, pg_current_xact_id_if_assigned() AS own
);

-- The same snapshot, before the number of a transaction.
CREATE FUNCTION rollup_dim_before(seen pg_snapshot, number bigint) RETURNS pg_snapshot
LANGUAGE sql IMMUTABLE
RETURN CASE
  WHEN number >= pg_snapshot_xmax(seen)::text::bigint THEN seen
  ELSE format(
    '%s:%s:%s',
    least(number, pg_snapshot_xmin(seen)::text::bigint),
    number,
    (
      SELECT string_agg(each::text, ',' ORDER BY each)
      FROM pg_snapshot_xip(seen) AS each
      WHERE each::text::bigint < number
    )
  )::pg_snapshot
END;

-- The mark; no row where it cannot be believed, as rollup_mark (sql/migrations/0006).
CREATE FUNCTION rollup_dim_marked() RETURNS SETOF rollup_dim_mark
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT *
  FROM rollup_dim_mark
  WHERE
    system_identifier = (SELECT system_identifier FROM pg_control_system())
    AND stamp = xmin::text::bigint
    AND pg_snapshot_xmax(snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
$$;

-- The condition on the number of a transaction that a snapshot sees it.
CREATE FUNCTION rollup_dim_sees(seen pg_snapshot, xid text) RETURNS text
LANGUAGE sql STABLE
RETURN format(
  '(%1$s < %2$s AND %1$s <> ALL (%3$L))',
  xid, pg_snapshot_xmax(seen), ARRAY(SELECT each::text::bigint FROM pg_snapshot_xip(seen) AS each)
);

-- The condition on `ts` that it lies in a UTC day, which may be infinity.
CREATE FUNCTION rollup_dim_within(day date) RETURNS text
LANGUAGE sql STABLE
RETURN CASE
  WHEN isfinite(day)
    THEN format('ts >= %L AND ts < %L', day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC')
  ELSE format('ts = %L', day)
END;

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

-- Where raw events are not all here: archived days, and what retention has dropped. Roll-ups are what they are there.
CREATE FUNCTION rollup_dim_incomplete() RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN (
  SELECT coalesce(range_agg(span), '{}')
  FROM (
    SELECT tstzrange(day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC') AS span FROM archived_days
    UNION ALL
    SELECT tstzrange(NULL, kept_from) FROM raw_horizon
  ) AS spans
);

-- Where the finer roll-ups are complete: of single campaigns hours (fineness = 60), or minutes (1); of all campaigns together
-- minutes (0). Hours of all campaigns together always are.
CREATE FUNCTION rollup_dim_detailed(fineness int) RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN rollup_dim_incomplete() + (
  SELECT coalesce(
    range_agg(tstzrange(at, at + CASE fineness WHEN 60 THEN interval '1 day' ELSE interval '1 hour' END)), '{}'
  )
  FROM rollup_dim_detail
  WHERE minutes = fineness
);

-- Where minutes are kept, or will be, of events before the last three days: hours that have them, and hours with many events.
-- Elsewhere events are added up by the hour: a third of the cells, in a load of history.
CREATE FUNCTION rollup_dim_fine() RETURNS tstzmultirange
LANGUAGE sql STABLE
RETURN rollup_dim_detailed(0) + rollup_dim_detailed(1) + (
  SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
  FROM rollup_hour
  WHERE campaign_id = '' AND impressions + clicks + conversions > rollup_dim_thin()
);

-- Of some days, those whose events are added up by the day: over for long, with few events, and without finer roll-ups of single
-- campaigns. A sixth of the cells, in a load of history.
CREATE FUNCTION rollup_dim_coarse(days date[], closed_to timestamptz) RETURNS timestamptz[]
LANGUAGE sql STABLE
RETURN ARRAY(
  SELECT day
  FROM rollup_day
  WHERE
    campaign_id = '' AND day <= closed_to - interval '4 days'
    AND day = ANY (ARRAY(SELECT each::timestamp AT TIME ZONE 'UTC' FROM unnest(days) AS each WHERE isfinite(each)))
    AND impressions + clicks + conversions <= rollup_dim_few()
    AND NOT tstzrange(day, day + interval '1 day') && (SELECT rollup_dim_fine() + rollup_dim_detailed(60))
);

-- Adds signed events to the roll-ups of some dimensions: those of the query `source`, which may read what the statement
-- `taken` deletes and returns. They are of `days`, but for changes. Returns the hours before `closed_to` that it has added to,
-- and the places of dimensions of which it has folded a value.
CREATE FUNCTION rollup_dim_add(
  source text, taken text, places smallint[], days date[], closed_to timestamptz,
  OUT hours timestamptz[], OUT folded smallint[]
)
-- The planner expects few rows: it would sort what is better hashed, and read all of a partition that is not analysed yet.
-- What it must not do costs so much, before PostgreSQL 18, that it would compile the statement.
LANGUAGE plpgsql SET work_mem = '128MB' SET enable_sort = off SET enable_incremental_sort = off SET enable_mergejoin = off
SET enable_nestloop = off SET enable_seqscan = off SET jit = off AS $$
DECLARE
  names text;
  sets text;
  place_of text;
  name_of text;
  coarse timestamptz[] := rollup_dim_coarse(days, closed_to);
BEGIN
  -- A column for each dimension, and a grouping set: twice as fast as a row for each event and dimension.
  SELECT
    string_agg(format('metadata ->> %L AS name_%s', key, place), ', '),
    string_agg(
      format('(campaign_id, minute, name_%1$s)' || CASE WHEN coarse <> '{}' THEN ', (hour, name_%1$s)' ELSE '' END, place), ', '
    ),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN %1$s', place), ' '),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN name_%1$s', place), ' ')
  INTO names, sets, place_of, name_of
  FROM rollup_dimension
  WHERE place = ANY (places);
  IF names IS NULL THEN
    EXECUTE taken;
    hours := '{}';
    folded := '{}';
    RETURN;
  END IF;
  EXECUTE format($sql$
    WITH
      taken AS (%2$s),
      source AS (%1$s),
      fine AS MATERIALIZED (SELECT rollup_dim_fine() AS spans),
      cells AS MATERIALIZED (
        SELECT *, coalesce(to_json(name)::text, 'null') AS value
        FROM (
          SELECT
            (CASE %5$s END)::smallint AS place,
            CASE %6$s END AS name,
            %7$s,
            coalesce(sum(sign) FILTER (WHERE event_type = 'impression'), 0) AS impressions,
            coalesce(sum(sign) FILTER (WHERE event_type = 'click'), 0) AS clicks,
            coalesce(sum(sign) FILTER (WHERE event_type = 'conversion'), 0) AS conversions,
            sum(sign * cost_micros) AS cost_micros,
            sum(sign * revenue_micros) AS revenue_micros
          FROM (
            SELECT
              sign, campaign_id,
              CASE
                WHEN ts >= $2 - interval '3 days' OR ts <@ (SELECT spans FROM fine) THEN date_bin('1 minute', ts, 'epoch')
                WHEN is_coarse THEN date_bin('1 day', ts, 'epoch')
                ELSE date_bin('1 hour', ts, 'epoch')
              END AS minute,
              CASE WHEN is_coarse THEN date_bin('1 hour', ts, 'epoch') END AS hour,
              event_type, cost_micros, revenue_micros, %3$s
            FROM source, LATERAL (SELECT $3 <> '{}' AND date_bin('1 day', ts, 'epoch') = ANY ($3) AS is_coarse) AS levels
            -- Always so. The planner expects a 200th of the rows: for a million or more it would sort them, once for each set.
            WHERE cost_micros * 0 = 0
            OFFSET 0 -- once for each event, and not for each set
          ) AS named
          GROUP BY GROUPING SETS (%4$s)
        ) AS grouped
        WHERE
          minute IS NOT NULL
          -- Of what is pending, raw events are read until it is built, with these.
          AND NOT EXISTS (
            SELECT FROM rollup_dim_pending AS pending
            WHERE pending.place = grouped.place AND minute >= start AND minute < stop AND $1
          )
      ),
      -- A new value has rows of its own as long as there is room.
      folds AS MATERIALIZED (
        SELECT place, value, is_known, rollup_fold(name, is_known, number > room) AS kept
        FROM (
          SELECT
            names.*,
            row_number() OVER (PARTITION BY place, is_known, rollup_fold(name, false, false) = '' ORDER BY value) AS number,
            rollup_dim_most() - (SELECT count(*) FROM rollup_value WHERE rollup_value.place = names.place) AS room
          FROM (
            SELECT DISTINCT place, name, value, known.value IS NOT NULL AS is_known
            FROM cells
            LEFT JOIN rollup_value AS known USING (place, value)
          ) AS names
        ) AS numbered
      ),
      learnt AS (
        INSERT INTO rollup_value (place, value)
        SELECT place, kept
        FROM folds
        WHERE NOT is_known AND kept <> ''
        ORDER BY 1, 2
        ON CONFLICT (place, value) DO NOTHING
      ),
      -- Days of which this adds more than 2^40 micros: their money goes into rollup_dim_large, as in 07.
      large_days AS (
        SELECT date_bin('1 day', minute, 'epoch') AS day
        FROM cells
        WHERE campaign_id <> ''
        GROUP BY place, day
        HAVING sum(abs(cost_micros)) > 1099511627776 OR sum(abs(revenue_micros)) > 1099511627776
      ),
      summed AS MATERIALIZED (
        SELECT
          sums.*,
          date_bin('1 hour', minute, 'epoch') AS hour,
          date_bin('1 day', minute, 'epoch') AS day,
          date_bin('1 day', minute, 'epoch') IN (SELECT large_days.day FROM large_days) AS is_large
        FROM (
          -- Cells are these already, but for values that share a row.
          SELECT
            campaign_id, place, value, minute, impressions, clicks, conversions,
            cost_micros AS all_cost, revenue_micros AS all_revenue
          FROM cells
          WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept <> '')
          UNION ALL
          SELECT
            campaign_id, place, '', minute,
            total(impressions), total(clicks), total(conversions), sum(cost_micros), sum(revenue_micros)
          FROM cells
          WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept = '')
          GROUP BY 1, 2, 4
          UNION ALL
          SELECT
            '', place, kept, minute,
            total(impressions), total(clicks), total(conversions), sum(cost_micros), sum(revenue_micros)
          FROM cells
          JOIN folds USING (place, value)
          -- Of coarse days the hours of all campaigns are cells of their own.
          WHERE (campaign_id = '') = (date_bin('1 day', minute, 'epoch') = ANY ($3))
          GROUP BY 2, 3, 4
        ) AS sums
      ),
      counted AS (
        SELECT
          *,
          CASE WHEN is_large THEN 0 ELSE all_cost END::bigint AS cost_micros,
          CASE WHEN is_large THEN 0 ELSE all_revenue END::bigint AS revenue_micros
        FROM summed
      ),
      -- OFFSET 0: a look for each, and no join with all that is kept.
      known_days AS MATERIALIZED (
        SELECT DISTINCT day
        FROM (SELECT DISTINCT place, day FROM summed WHERE campaign_id = '' AND minute < $2) AS days
        WHERE
          day IN (SELECT kept.day FROM rollup_dim_day AS kept WHERE kept.campaign_id = '')
          OR EXISTS (
            SELECT FROM rollup_dim_hour AS kept
            WHERE
              kept.campaign_id = '' AND kept.place = days.place
              AND kept.hour >= days.day AND kept.hour < days.day + interval '1 day'
            OFFSET 0
          )
      ),
      -- Days of which nothing was known, and that bring many events at once: built in full, there and then.
      fresh AS (
        SELECT day, hour, sum(impressions + clicks + conversions) AS events
        FROM summed
        WHERE
          campaign_id = '' AND minute < $2 AND place = (SELECT min(place) FROM summed)
          AND day NOT IN (SELECT known_days.day FROM known_days) AND day <> ALL ($3)
        GROUP BY day, hour
      ),
      detail AS (
        INSERT INTO rollup_dim_detail (minutes, at)
        SELECT minutes, hour
        FROM fresh, (VALUES (1, rollup_dim_few()), (0, rollup_dim_thin())) AS finer (minutes, over)
        WHERE events > over AND (hour >= $2 - interval '3 days' OR hour <@ (SELECT spans FROM fine))
        UNION
        SELECT 60, day FROM fresh GROUP BY day HAVING sum(events) > rollup_dim_few()
        UNION
        -- All of recent days, as rollup_dim_close() does.
        SELECT minutes, at
        FROM
          (SELECT DISTINCT day FROM fresh WHERE day > $2 - interval '3 days') AS days,
          LATERAL (
            SELECT 60 AS minutes, day AS at
            UNION ALL
            SELECT minutes, hour
            FROM
              generate_series(0, 1) AS minutes,
              generate_series(
                greatest(day, $2 - interval '2 days'), least(day + interval '23 hours', $2 - interval '1 hour'), interval '1 hour'
              ) AS hour
          ) AS finer
        ORDER BY 1, 2
        ON CONFLICT (minutes, at) DO NOTHING
        RETURNING minutes, at
      ),
      large AS (
        INSERT INTO rollup_dim_large AS kept
        SELECT campaign_id, place, minute, value, all_cost, all_revenue
        FROM summed
        WHERE is_large
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (campaign_id, place, minute, value) DO UPDATE SET
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      ),
      of_minutes AS (
        SELECT
          campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros,
          minute < $2 AND day NOT IN (SELECT known_days.day FROM known_days) AS is_new
        FROM counted
        WHERE
          minute >= $2
          OR CASE campaign_id
            WHEN '' THEN minute <@ (SELECT rollup_dim_detailed(0)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 0)
            ELSE minute <@ (SELECT rollup_dim_detailed(1)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 1)
          END
      ),
      new_minutes AS (
        INSERT INTO rollup_dim_minute
          (campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
        FROM of_minutes
        WHERE is_new
        ORDER BY campaign_id COLLATE "C", place, minute, value COLLATE "C"
      ),
      minutes AS (
        INSERT INTO rollup_dim_minute AS kept
          (campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
        FROM of_minutes
        WHERE NOT is_new
        ORDER BY campaign_id COLLATE "C", place, minute, value COLLATE "C"
        ON CONFLICT (campaign_id, place, minute, value) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      ),
      -- Added up before they are put in order, which is by bytes: both are many times faster.
      of_hours AS MATERIALIZED (
        SELECT
          campaign_id, place, hour, value,
          total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
        FROM counted
        WHERE
          minute < $2
          AND (campaign_id = '' OR minute <@ (SELECT rollup_dim_detailed(60)) OR day IN (SELECT at FROM detail WHERE detail.minutes = 60))
        GROUP BY 1, 2, 3, 4
      ),
      new_hours AS (
        INSERT INTO rollup_dim_hour
          (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_hours
        WHERE date_bin('1 day', hour, 'epoch') NOT IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
      ),
      hours AS (
        INSERT INTO rollup_dim_hour AS kept
          (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_hours
        WHERE date_bin('1 day', hour, 'epoch') IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
        ON CONFLICT (campaign_id, place, hour, value) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      ),
      of_days AS MATERIALIZED (
        SELECT
          campaign_id, place, day, value,
          total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
        FROM counted
        WHERE minute < $2
        GROUP BY 1, 2, 3, 4
      ),
      new_days AS (
        INSERT INTO rollup_dim_day
          (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_days
        WHERE day NOT IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
      ),
      days AS (
        INSERT INTO rollup_dim_day AS kept
          (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_days
        WHERE day IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
        ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      )
    SELECT
      ARRAY(SELECT DISTINCT hour FROM summed WHERE minute < $2 AND campaign_id = ''),
      ARRAY(SELECT DISTINCT place FROM folds WHERE kept = '')
  $sql$,
    source, taken, names, sets, place_of, name_of,
    CASE coarse
      WHEN '{}' THEN 'campaign_id, minute'
      ELSE 'coalesce(campaign_id, '''') AS campaign_id, coalesce(minute, hour) AS minute'
    END
  )
  INTO hours, folded
  USING taken <> 'SELECT', closed_to, coarse; -- rollup_dim_build() adds what is pending
END
$$;

-- Has raw events read instead of roll-ups, for days of which these are all here, until the roll-ups are built anew.
CREATE FUNCTION rollup_dim_forget(places smallint[], first_day date DEFAULT NULL, last_day date DEFAULT NULL) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO rollup_dim_pending (place, start, stop)
  SELECT place, start, start + interval '1 day'
  FROM
    unnest(places) AS place,
    (
      SELECT day::timestamp AT TIME ZONE 'UTC' AS start
      FROM (
        SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
        UNION
        SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM events_default
        UNION
        SELECT DISTINCT (day AT TIME ZONE 'UTC')::date FROM rollup_dim_day WHERE campaign_id = ''
        UNION
        SELECT DISTINCT (hour AT TIME ZONE 'UTC')::date FROM rollup_dim_hour WHERE campaign_id = ''
        UNION
        SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM rollup_dim_minute WHERE campaign_id = ''
        UNION
        -- Also where only a campaign has wrong rows, which rebuild.sql has found.
        SELECT first_day WHERE first_day = last_day
      ) AS days
      WHERE day >= coalesce(first_day, day) AND day <= coalesce(last_day, day)
    ) AS starts
  WHERE NOT start <@ rollup_dim_incomplete()
  ON CONFLICT (place, start) DO NOTHING;

  -- Events that came back without deltas, while a round runs that cannot see them yet and builds the day: the next looks here.
  INSERT INTO rollup_dim_tail (day)
  SELECT DISTINCT (start AT TIME ZONE 'UTC')::date
  FROM rollup_dim_pending
  WHERE
    place = ANY (places)
    AND start >= coalesce(first_day::timestamp AT TIME ZONE 'UTC', start)
    AND start <= coalesce(last_day::timestamp AT TIME ZONE 'UTC', start)
$$;

-- Builds what is pending of a day from raw events; all of it, if `everything`, down to the minute. Writers go on.
CREATE FUNCTION rollup_dim_build(day timestamptz, everything boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  mark rollup_dim_mark := (SELECT m FROM rollup_dim_marked() AS m);
  whole boolean := NOT EXISTS (
    SELECT FROM rollup_dimension
    WHERE NOT dropped AND place NOT IN (SELECT place FROM rollup_dim_pending WHERE start = $1)
  );
  places smallint[] := ARRAY(SELECT place FROM rollup_dim_pending WHERE start = $1);
BEGIN
  -- The day may be infinity, whose next day it is.
  DELETE FROM rollup_dim_minute
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);
  DELETE FROM rollup_dim_hour
  WHERE hour >= $1 AND (hour < $1 + interval '1 day' OR hour = $1) AND place = ANY (places);
  DELETE FROM rollup_dim_day WHERE rollup_dim_day.day = $1 AND place = ANY (places);
  DELETE FROM rollup_dim_large
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);
  IF everything THEN
    INSERT INTO rollup_dim_detail (minutes, at)
    SELECT 60, $1
    UNION ALL
    SELECT minutes, $1 + hour * interval '1 hour' FROM generate_series(0, 1) AS minutes, generate_series(0, 23) AS hour
    ON CONFLICT (minutes, at) DO NOTHING;
  ELSIF whole THEN
    DELETE FROM rollup_dim_detail
    WHERE at >= $1 AND at < $1 + interval '1 day' AND (minutes < 60 OR at < date_bin('1 day', mark.closed_to, 'epoch'));
  END IF;
  -- What the mark sees of the events that are here now, without their changes since.
  PERFORM rollup_dim_add(
    format(
      'SELECT 1 AS sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM events WHERE %1$s AND %2$s '
      'UNION ALL SELECT -sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM rollup_dim_change '
      'WHERE %1$s AND %3$s',
      rollup_dim_within(($1 AT TIME ZONE 'UTC')::date),
      rollup_dim_sees(mark.snapshot, 'written_xid'),
      rollup_dim_sees(mark.snapshot, 'row_xid')
    ),
    'SELECT', places, ARRAY[($1 AT TIME ZONE 'UTC')::date], mark.closed_to
  );
  DELETE FROM rollup_dim_pending WHERE start = $1;
END
$$;

-- Before raw events of a day go: what of its roll-ups was not kept, because raw events are read as fast.
CREATE FUNCTION rollup_dim_keep(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  midnight timestamptz := day::timestamp AT TIME ZONE 'UTC';
  span tstzrange := tstzrange(midnight, midnight + interval '1 day');
BEGIN
  PERFORM FROM rollup_dim_mark FOR UPDATE;
  IF
    span <@ rollup_dim_detailed(0) AND span <@ rollup_dim_detailed(1) AND span <@ rollup_dim_detailed(60)
    AND NOT EXISTS (SELECT FROM rollup_dim_pending WHERE start = midnight)
  THEN
    RETURN;
  END IF;
  INSERT INTO rollup_dim_pending (place, start, stop)
  SELECT place, midnight, upper(span) FROM rollup_dimension WHERE NOT dropped
  ON CONFLICT (place, start) DO NOTHING;
  PERFORM rollup_dim_build(midnight, true);
END
$$;

-- Brings the dimensions to those that are declared: new ones are pending everywhere, others dropped, some rows a round.
CREATE FUNCTION rollup_dim_settle() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  gone smallint;
  added smallint;
  wanted text;
  deleted bigint;
  removed bigint;
BEGIN
  UPDATE rollup_dimension SET dropped = true
  WHERE NOT dropped AND key NOT IN (SELECT key FROM declared_dimension);
  FOR wanted IN
    SELECT key FROM declared_dimension
    WHERE key NOT IN (SELECT key FROM rollup_dimension WHERE NOT dropped)
    ORDER BY place
  LOOP
    INSERT INTO rollup_dimension (place, key)
    SELECT coalesce(max(place), 0) + 1, wanted FROM rollup_dimension
    RETURNING place INTO added;
    INSERT INTO rollup_value (place, value) VALUES (added, 'null');
    PERFORM rollup_dim_forget(ARRAY[added]);
    -- Of days whose raw events are not here it holds nothing: reports say so, as for a key that is not declared.
    INSERT INTO rollup_dim_pending (place, start, stop)
    SELECT added, coalesce(lower(span), '-infinity'), upper(span) FROM unnest(rollup_dim_incomplete()) AS span
    ON CONFLICT (place, start) DO NOTHING;
  END LOOP;
  SELECT place INTO gone FROM rollup_dimension WHERE dropped ORDER BY place LIMIT 1;
  IF gone IS NULL THEN
    RETURN;
  END IF;
  DELETE FROM rollup_dim_minute WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_minute WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  DELETE FROM rollup_dim_hour WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_hour WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS removed = ROW_COUNT;
  deleted := deleted + removed;
  DELETE FROM rollup_dim_day WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_day WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF deleted + removed = 0 THEN
    DELETE FROM rollup_dim_large WHERE place = gone;
    DELETE FROM rollup_value WHERE place = gone;
    DELETE FROM rollup_dim_pending WHERE place = gone;
    DELETE FROM rollup_dimension WHERE place = gone;
  END IF;
END
$$;

-- Adds the minutes of hours that are over to hours and days, and lets go of what raw events answer as fast. The last full
-- hour stays open: most reports are about now.
CREATE FUNCTION rollup_dim_close() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  opened timestamptz := (SELECT closed_to FROM rollup_dim_mark);
  closed timestamptz := date_bin('1 hour', now() - interval '1 hour', 'epoch');
  incomplete tstzmultirange := rollup_dim_incomplete();
  over regclass;
BEGIN
  IF closed <= opened THEN
    RETURN;
  END IF;
  UPDATE rollup_dim_mark SET closed_to = closed;
  PERFORM rollup_dim_stamp();
  INSERT INTO rollup_dim_hour (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
  SELECT
    campaign_id, place, date_bin('1 hour', minute, 'epoch') AS hour, value,
    total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
  FROM rollup_dim_minute
  WHERE minute >= opened AND minute < closed
  GROUP BY campaign_id, place, hour, value
  ORDER BY campaign_id, place, hour, value;
  INSERT INTO rollup_dim_day AS kept
    (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
  SELECT
    campaign_id, place, date_bin('1 day', hour, 'epoch') AS day, value,
    total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
  FROM rollup_dim_hour
  WHERE hour >= opened AND hour < closed
  GROUP BY campaign_id, place, day, value
  ORDER BY campaign_id, place, day, value
  ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
    impressions = kept.impressions + excluded.impressions,
    clicks = kept.clicks + excluded.clicks,
    conversions = kept.conversions + excluded.conversions,
    cost_micros = kept.cost_micros + excluded.cost_micros,
    revenue_micros = kept.revenue_micros + excluded.revenue_micros;
  INSERT INTO rollup_dim_detail (minutes, at)
  SELECT 60, day
  FROM generate_series(date_bin('1 day', opened, 'epoch'), date_bin('1 day', closed, 'epoch'), interval '1 day') AS day
  UNION ALL
  SELECT minutes, hour
  FROM
    generate_series(0, 1) AS minutes,
    generate_series(opened, closed - interval '1 hour', interval '1 hour') AS hour
  ON CONFLICT (minutes, at) DO NOTHING;
  -- Hours that were over two days ago, and had few events: late ones come no more. In a large day the index does not find
  -- these, because they lie between others.
  WITH
    hours AS (
      SELECT hour, max(events) AS events
      FROM (
        SELECT hour, place, sum(impressions + clicks + conversions) AS events
        FROM rollup_dim_hour
        WHERE campaign_id = '' AND hour >= opened - interval '2 days' AND hour < closed - interval '2 days'
        GROUP BY hour, place
      ) AS places
      GROUP BY hour
    ),
    thin AS (
      DELETE FROM rollup_dim_detail
      WHERE
        minutes < 60
        AND at >= opened - interval '2 days' AND at < closed - interval '2 days'
        AND NOT at <@ incomplete
        AND coalesce((SELECT events FROM hours WHERE hour = at), 0)
          <= CASE minutes WHEN 0 THEN rollup_dim_thin() ELSE rollup_dim_few() END
        AND NOT EXISTS (
          SELECT
          FROM rollup_dim_day
          WHERE campaign_id = '' AND day = date_bin('1 day', at, 'epoch')
          GROUP BY place
          HAVING sum(impressions + clicks + conversions) > 100 * rollup_dim_few()
        )
      RETURNING minutes, at
    )
  DELETE FROM rollup_dim_minute
  USING thin
  WHERE
    minute >= opened - interval '2 days' AND minute < closed - interval '2 days'
    AND minute >= at AND minute < at + interval '1 hour'
    AND (campaign_id = '') = (thin.minutes = 0);
  -- Days that were over two days ago, and had few events.
  WITH
    thin AS (
      DELETE FROM rollup_dim_detail
      WHERE
        minutes = 60
        AND at >= date_bin('1 day', opened - interval '2 days', 'epoch')
        AND at < date_bin('1 day', closed - interval '2 days', 'epoch')
        AND NOT at <@ incomplete
        AND rollup_dim_few() >= coalesce((
          SELECT max(events)
          FROM (
            SELECT sum(impressions + clicks + conversions) AS events
            FROM rollup_dim_day
            WHERE campaign_id = '' AND day = at
            GROUP BY place
          ) AS days
        ), 0)
      RETURNING at
    )
  DELETE FROM rollup_dim_hour
  USING thin
  WHERE hour >= at AND hour < at + interval '1 day' AND campaign_id <> '';
  -- VACUUM may come to the days before yesterday: rollup_dim_summarize().
  FOR over IN
    SELECT pg_class.oid::regclass
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    WHERE
      inhparent = 'events'::regclass
      AND reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1']
      AND relname < 'events_p' || to_char((now() AT TIME ZONE 'UTC')::date - 1, 'YYYYMMDD')
  LOOP
    EXECUTE format('ALTER TABLE %s RESET (autovacuum_vacuum_insert_threshold)', over);
  END LOOP;
END
$$;

-- Adds what has come since to the roll-ups, and moves the mark: all, or about `most` events of yesterday and today. Says which
-- hours before closed_to got something, and if more waits. One session at a time: a second waits for the first, and goes on
-- from its mark.
CREATE FUNCTION rollup_dim_advance(most bigint DEFAULT NULL, OUT touched timestamptz[], OUT more boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  mark record;
  seen pg_snapshot;
  days date[];
  added record;
  shared smallint[] := '{}';
  chunk date[];
  bound bigint;
BEGIN
  touched := '{}';
  more := false;
  LOCK TABLE ONLY events IN ACCESS SHARE MODE;
  PERFORM FROM rollup_dim_mark FOR UPDATE;
  SELECT * INTO mark FROM rollup_dim_marked();
  -- The days are those of what this snapshot sees. The statement that adds has a later one, and leaves out what came since.
  SELECT rollup_dim_seen(), rollup_dim_days() INTO seen, days;
  -- Of loads of history all is added at once: days without roll-ups are inserted straight.
  SELECT below INTO bound
  FROM (
    SELECT below, sum(events) OVER (ORDER BY below) AS events
    FROM rollup_dim_tail
    WHERE
      below > pg_snapshot_xmax(mark.snapshot)::text::bigint
      AND day >= (now() AT TIME ZONE 'UTC')::date - 1
  ) AS parts
  WHERE events >= most
  ORDER BY below
  LIMIT 1;
  IF bound < pg_snapshot_xmax(seen)::text::bigint THEN
    more := true;
    seen := rollup_dim_before(seen, bound);
  END IF;
  IF mark.snapshot IS NULL THEN
    -- Of another cluster or a dump, in which these events had other numbers.
    PERFORM rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension));
    DELETE FROM rollup_dim_change;
  ELSE
    -- Some days at a time: a load of many days would not fit into memory. Changes are taken with the events of their day, in
    -- one snapshot; those of other days with the first.
    FOR number IN 1 .. greatest(cardinality(days), 1) BY 1 + cardinality(days) / 50 LOOP
      chunk := days[number : number + cardinality(days) / 50];
      added := rollup_dim_add(
        rollup_dim_behind(chunk, mark.snapshot, rollup_dim_sees(seen, 'written_xid'))
        || ' UNION ALL SELECT sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM taken WHERE '
        || rollup_dim_sees(mark.snapshot, 'row_xid'),
        format(
          'DELETE FROM rollup_dim_change WHERE %1$s = ANY (%2$L::date[]) OR (%3$L AND %1$s <> ALL (%4$L::date[])) RETURNING *',
          '(ts AT TIME ZONE ''UTC'')::date', chunk, number = 1, days
        ),
        ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped),
        chunk,
        mark.closed_to
      );
      touched := touched || added.hours;
      shared := shared || added.folded;
    END LOOP;
  END IF;
  UPDATE rollup_dim_mark SET snapshot = seen, system_identifier = (SELECT system_identifier FROM pg_control_system());
  PERFORM rollup_dim_stamp();
  DELETE FROM rollup_dim_tail
  WHERE pg_visible_in_snapshot(xid, seen) AND below <= pg_snapshot_xmax(seen)::text::bigint;
  IF mark.snapshot IS NULL THEN
    RETURN;
  END IF;
  UPDATE rollup_dimension SET folded = true WHERE place = ANY (shared) AND NOT folded;
  IF FOUND THEN
    RAISE WARNING 'more than % values, or longer ones than 200 characters: what is over of % shares the row "(other)"',
      rollup_dim_most(),
      (SELECT string_agg(quote_literal(key), ', ' ORDER BY key) FROM rollup_dimension WHERE place = ANY (shared));
  END IF;
END
$$;

-- A round of upkeep: true when more events wait, and the next is due at once.
CREATE FUNCTION rollup_dims() RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  advanced record;
  places smallint[];
  grown date;
  next timestamptz;
  began timestamptz := clock_timestamp();
BEGIN
  advanced := rollup_dim_advance(rollup_dim_round());
  PERFORM rollup_dim_settle();
  PERFORM rollup_dim_close();
  -- Days and hours that have got many events by and by. To build a day of millions anew for an hour is not worth it.
  places := ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped ORDER BY place);
  FOR grown IN
    SELECT (day AT TIME ZONE 'UTC')::date
    FROM (
      SELECT DISTINCT date_bin('1 day', hour, 'epoch') AS day FROM unnest(advanced.touched) AS hour WHERE isfinite(hour)
    ) AS days
    CROSS JOIN LATERAL (
      SELECT sum(impressions + clicks + conversions) AS events
      FROM rollup_dim_day
      WHERE campaign_id = '' AND place = places[1] AND rollup_dim_day.day = days.day
    ) AS counted
    WHERE
      events > rollup_dim_few()
      AND (
        NOT day <@ rollup_dim_detailed(60)
        OR events < 5000000 AND EXISTS (
          SELECT FROM rollup_dim_hour
          WHERE
            campaign_id = '' AND place = places[1] AND hour = ANY (advanced.touched)
            AND hour >= day AND hour < day + interval '1 day'
            AND NOT hour <@ (SELECT rollup_dim_detailed(1))
          GROUP BY hour
          HAVING sum(impressions + clicks + conversions) > rollup_dim_few()
        )
      )
  LOOP
    PERFORM rollup_dim_forget(places, grown, grown);
  END LOOP;
  -- What can be built, newest first: a day, and more while that is quick.
  WHILE NOT advanced.more LOOP
    SELECT start INTO next
    FROM rollup_dim_pending
    WHERE NOT tstzrange(start, stop) && rollup_dim_incomplete()
    ORDER BY start DESC
    LIMIT 1;
    EXIT WHEN next IS NULL;
    PERFORM rollup_dim_build(next);
    EXIT WHEN clock_timestamp() > began + interval '500 milliseconds';
  END LOOP;
  RETURN advanced.more;
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

-- ── Reports by dimensions ──

-- Questions that the roll-ups do not hold, from raw events. A function, because the planner does not look inside: the
-- partitions are opened only when it is called, and report.sql knows only when it runs which dimensions there are.
-- The statement is that of 01_btree.
CREATE FUNCTION raw_report(
  campaigns text[], start timestamptz, stop timestamptz, granularity text, buckets timestamptz[], dimension text,
  filters jsonb
) RETURNS TABLE (
  bucket timestamptz, grp text, impressions bigint, clicks bigint, conversions bigint,
  cost_micros numeric, revenue_micros numeric
)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    CASE WHEN $4 IS NOT NULL THEN $5[width_bucket(ts, $5)] END,
    event_group(campaign_id, event_type::text, metadata, $6),
    count(*) FILTER (WHERE event_type = 'impression'),
    count(*) FILTER (WHERE event_type = 'click'),
    count(*) FILTER (WHERE event_type = 'conversion'),
    coalesce(sum(cost_micros), 0),
    coalesce(sum(revenue_micros), 0)
  FROM events
  WHERE
    ts >= $2 AND ts < $3
    AND ($1 IS NULL OR campaign_id = ANY($1))
    AND event_matches(campaign_id, event_type::text, metadata, $7)
    AND raw_kept($2, $3)
  GROUP BY 1, 2;
END
$$;

-- The part of some spans where finer roll-ups of past hours are complete, as rollup_dim_detailed() says. In PL/pgSQL, which
-- keeps the plan.
CREATE FUNCTION rollup_dim_detailed_in(spans tstzmultirange, fineness int) RETURNS tstzmultirange
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN spans * (
    SELECT rollup_dim_incomplete() + coalesce(range_agg(tstzrange(at, at + long)), '{}')
    FROM
      unnest(spans) AS span
      CROSS JOIN (SELECT CASE fineness WHEN 60 THEN interval '1 day' ELSE interval '1 hour' END AS long) AS detail
      JOIN rollup_dim_detail ON minutes = fineness AND at > lower(span) - long AND at < upper(span)
  );
END
$$;

-- Questions about metadata. By one declared dimension, as group or filter or both: from its roll-ups, and the raw events
-- behind the mark. All others, and those that roll-ups cannot tell: from raw events. Rows are to be added up.
--
-- note: `other` for what shares the row "(other)", null for rows of a group; `raw` stands in a row of zeros when raw
-- events were read for want of roll-ups.
--
-- A function, because the planner does not look inside: partitions are opened only where they are read, and what reads
-- roll-ups is planned once a session. Planning was most of what such a report took.
CREATE FUNCTION dimension_report(
  campaigns text[], start timestamptz, stop timestamptz, granularity text, buckets timestamptz[], dimension text,
  filters jsonb
) RETURNS TABLE (
  bucket timestamptz, grp text, impressions bigint, clicks bigint, conversions bigint,
  cost_micros numeric, revenue_micros numeric, note text
)
-- What it must not do costs so much, before PostgreSQL 18, that it would compile the statements.
LANGUAGE plpgsql STABLE SET jit = off AS $$
#variable_conflict use_column
DECLARE
  asked text := dimension; -- the one key that the question is about
  condition jsonb;
  wants_other boolean := false;
  kept record;
  wanted text[];
  by_day tstzmultirange := '{}';
  by_hour tstzmultirange := '{}';
  by_minute tstzmultirange;
  left_over tstzmultirange;
  by_event tstzmultirange;
  -- Rows of all campaigns together stand under ''.
  whole boolean := campaigns IS NULL AND dimension IS DISTINCT FROM 'campaign_id';
  whose text[] := CASE WHEN whole THEN '{""}' ELSE campaigns END;
  passes text;
  source text;
  plan_cache_mode text := current_setting('plan_cache_mode');
  seqscan text := current_setting('enable_seqscan');
  bitmapscan text := current_setting('enable_bitmapscan');
BEGIN
  -- A plan without the values, and by the keys alone: it stays good when the tables grow.
  PERFORM
    set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true);

  IF filters IS NOT NULL THEN
    asked := (SELECT min(key) FROM jsonb_object_keys(filters) AS key HAVING count(*) = 1);
    condition := filters -> asked;
    wants_other := coalesce(condition = '{"other": true}', false);
  END IF;
  IF dimension NOT IN ('campaign_id', asked) OR asked IN ('campaign_id', 'event_type') THEN
    asked := NULL;
  END IF;
  SELECT
    place, snapshot, closed_to,
    (SELECT count(*) FROM rollup_value WHERE rollup_value.place = rollup_dimension.place) AS names,
    (
      SELECT coalesce(range_agg(tstzrange(pending.start, pending.stop) * tstzrange($2, $3)), '{}')
      FROM rollup_dim_pending AS pending
      WHERE pending.place = rollup_dimension.place AND pending.start < $3 AND pending.stop > $2
    ) AS pending,
    -- Where to look for events behind the mark: days of deltas that it does not see, and of those that have been moved.
    ARRAY(
      SELECT DISTINCT day
      FROM (
        SELECT (minute AT TIME ZONE 'UTC')::date AS day
        FROM rollup_delta_all
        WHERE xid >= pg_snapshot_xmax(snapshot)
        UNION ALL
        SELECT (minute AT TIME ZONE 'UTC')::date
        FROM pg_snapshot_xip(snapshot) AS ran JOIN rollup_delta_all ON xid = ran
        UNION ALL
        SELECT day
        FROM rollup_dim_tail
      ) AS days
      WHERE day >= ($2 AT TIME ZONE 'UTC')::date AND day <= ($3 AT TIME ZONE 'UTC')::date
    ) AS days,
    EXISTS (SELECT FROM rollup_dim_change) AS is_changed
  INTO kept
  FROM rollup_dimension
  CROSS JOIN rollup_dim_marked() AS mark
  WHERE key = asked AND NOT dropped;

  IF NOT FOUND OR (condition IS NOT NULL AND EXISTS (
    -- It names a value without rows of its own.
    SELECT
    FROM jsonb_array_elements(CASE jsonb_typeof(condition) WHEN 'object' THEN condition -> 'not' ELSE jsonb_build_array(condition) END) AS named
    WHERE '' = rollup_fold(
      named #>> '{}',
      EXISTS (SELECT FROM rollup_value WHERE place = kept.place AND value = coalesce(to_json(named #>> '{}')::text, 'null')),
      kept.names >= rollup_dim_most()
    )
  )) THEN
    PERFORM
      set_config('plan_cache_mode', plan_cache_mode, true),
      set_config('enable_seqscan', seqscan, true),
      set_config('enable_bitmapscan', bitmapscan, true);
    RETURN QUERY SELECT raw.*, NULL FROM raw_report(campaigns, start, stop, granularity, buckets, dimension, filters) AS raw;
    RETURN QUERY SELECT NULL::timestamptz, NULL, 0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric, 'raw';
    RETURN;
  END IF;

  IF filters IS NOT NULL THEN
    wanted := ARRAY(
      SELECT value FROM rollup_value WHERE place = kept.place AND group_matches(value::jsonb #>> '{}', condition)
    ) || CASE WHEN wants_other OR condition ? 'not' THEN ARRAY[''] ELSE '{}' END;
  END IF;

  -- The window as whole days, whole hours, minutes, and the rest, which is read by the event. A day or an hour that an edge
  -- of a bucket cuts is not whole.
  left_over := tstzmultirange(tstzrange(start, least(stop, greatest(start, kept.closed_to)))) - kept.pending;
  IF granularity IS NULL OR granularity NOT IN ('minute', 'hour') THEN
    by_day := (
      SELECT left_over * tstzmultirange(tstzrange(first, greatest(first, date_bin('1 day', stop, 'epoch'))))
      FROM date_bin('1 day', start + interval '1 day' - interval '1 microsecond', 'epoch') AS first
    );
    IF granularity IS NOT NULL THEN
      by_day := by_day - (
        SELECT coalesce(range_agg(tstzrange(day, day + interval '1 day')), '{}')
        FROM unnest(buckets) AS edge, date_bin('1 day', edge, 'epoch') AS day
        WHERE edge <> day
      );
    END IF;
    left_over := left_over - by_day;
  END IF;
  IF granularity IS DISTINCT FROM 'minute' AND NOT isempty(left_over) THEN
    by_hour := (
      SELECT coalesce(range_agg(tstzrange(first, greatest(first, date_bin('1 hour', upper(part), 'epoch')))), '{}')
      FROM
        unnest(CASE WHEN whole THEN left_over ELSE rollup_dim_detailed_in(left_over, 60) END) AS part,
        date_bin('1 hour', lower(part) + interval '1 hour' - interval '1 microsecond', 'epoch') AS first
    );
    IF granularity IS NOT NULL THEN
      by_hour := by_hour - (
        SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
        FROM unnest(buckets) AS edge, date_bin('1 hour', edge, 'epoch') AS hour
        WHERE edge <> hour
      );
    END IF;
    left_over := left_over - by_hour;
  END IF;
  IF NOT isempty(left_over) THEN
    left_over := rollup_dim_detailed_in(left_over, CASE WHEN whole THEN 0 ELSE 1 END);
  END IF;
  by_minute := left_over + (tstzmultirange(tstzrange(greatest(start, least(stop, kept.closed_to)), stop)) - kept.pending);
  by_event := tstzmultirange(tstzrange(start, stop)) - by_day - by_hour - by_minute;

  IF wanted IS NOT NULL AND kept.names > 100 THEN
    -- A plan that knows them finds some of many values by the key. To make it takes as long as to read all of a hundred values.
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  IF whose IS NOT NULL THEN
    RETURN QUERY
    SELECT
      bucket,
      CASE WHEN dimension = 'campaign_id' THEN campaign_id WHEN dimension IS NOT NULL AND value <> '' THEN value::jsonb #>> '{}' END,
      impressions, clicks, conversions, cost_micros, revenue_micros,
      CASE WHEN value = '' AND dimension <> 'campaign_id' THEN 'other' END
    FROM (
      SELECT
        CASE WHEN granularity IS NOT NULL THEN buckets[width_bucket(at, buckets)] END AS bucket,
        CASE WHEN dimension = 'campaign_id' THEN campaign_id END AS campaign_id,
        CASE WHEN dimension <> 'campaign_id' THEN value END AS value,
        sum(impressions)::bigint AS impressions,
        sum(clicks)::bigint AS clicks,
        sum(conversions)::bigint AS conversions,
        sum(cost_micros) AS cost_micros,
        sum(revenue_micros) AS revenue_micros
      FROM (
        -- OFFSET 0 makes each span use the index, also when the table was small while the plan was made.
        SELECT days.*
        FROM
          unnest(by_day) AS part,
          LATERAL (
            SELECT day AS at, campaign_id, value, impressions, clicks, conversions, cost_micros, revenue_micros
            FROM rollup_dim_day
            WHERE
              campaign_id = ANY (whose) AND place = kept.place AND day >= lower(part) AND day < upper(part)
              AND (wanted IS NULL OR value = ANY (wanted))
            OFFSET 0
          ) AS days
        UNION ALL
        SELECT hours.*
        FROM
          unnest(by_hour) AS part,
          LATERAL (
            SELECT hour AS at, campaign_id, value, impressions, clicks, conversions, cost_micros, revenue_micros
            FROM rollup_dim_hour
            WHERE
              campaign_id = ANY (whose) AND place = kept.place AND hour >= lower(part) AND hour < upper(part)
              AND (wanted IS NULL OR value = ANY (wanted))
            OFFSET 0
          ) AS hours
        UNION ALL
        SELECT minutes.*
        FROM
          unnest(by_minute) AS part,
          LATERAL (
            SELECT minute AS at, campaign_id, value, impressions, clicks, conversions, cost_micros, revenue_micros
            FROM rollup_dim_minute
            WHERE
              campaign_id = ANY (whose) AND place = kept.place AND minute >= lower(part) AND minute < upper(part)
              AND (wanted IS NULL OR value = ANY (wanted))
            OFFSET 0
          ) AS minutes
        UNION ALL
        SELECT minute, campaign_id, value, 0, 0, 0, piece.cost_micros, piece.revenue_micros
        FROM rollup_dim_large AS large, bigint_pieces(large.cost_micros, large.revenue_micros) AS piece
        WHERE
          campaign_id = ANY (whose) AND place = kept.place AND minute >= start AND minute < stop AND NOT minute <@ by_event
          AND (wanted IS NULL OR value = ANY (wanted))
      ) AS cells
      GROUP BY 1, 2, 3
    ) AS sums;
  ELSE
    -- All campaigns one by one is much to read, and worth a plan for these values.
    PERFORM
      set_config('plan_cache_mode', 'force_custom_plan', true),
      set_config('enable_seqscan', seqscan, true),
      set_config('enable_bitmapscan', bitmapscan, true);
    RETURN QUERY
    SELECT
      CASE WHEN granularity IS NOT NULL THEN buckets[width_bucket(at, buckets)] END,
      campaign_id,
      sum(impressions)::bigint,
      sum(clicks)::bigint,
      sum(conversions)::bigint,
      sum(cost_micros),
      sum(revenue_micros),
      NULL
    FROM (
      SELECT days.*
      FROM
        unnest(by_day) AS part,
        LATERAL (
          SELECT day AS at, campaign_id, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM rollup_dim_day
          WHERE
            campaign_id <> '' AND place = kept.place AND day >= lower(part) AND day < upper(part)
            AND (wanted IS NULL OR value = ANY (wanted))
          OFFSET 0
        ) AS days
      UNION ALL
      SELECT hours.*
      FROM
        unnest(by_hour) AS part,
        LATERAL (
          SELECT hour AS at, campaign_id, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM rollup_dim_hour
          WHERE
            campaign_id <> '' AND place = kept.place AND hour >= lower(part) AND hour < upper(part)
            AND (wanted IS NULL OR value = ANY (wanted))
          OFFSET 0
        ) AS hours
      UNION ALL
      SELECT minutes.*
      FROM
        unnest(by_minute) AS part,
        LATERAL (
          SELECT minute AS at, campaign_id, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM rollup_dim_minute
          WHERE
            campaign_id <> '' AND place = kept.place AND minute >= lower(part) AND minute < upper(part)
            AND (wanted IS NULL OR value = ANY (wanted))
          OFFSET 0
        ) AS minutes
      UNION ALL
      SELECT minute, campaign_id, 0, 0, 0, piece.cost_micros, piece.revenue_micros
      FROM rollup_dim_large AS large, bigint_pieces(large.cost_micros, large.revenue_micros) AS piece
      WHERE
        campaign_id <> '' AND place = kept.place AND minute >= start AND minute < stop AND NOT minute <@ by_event
        AND (wanted IS NULL OR value = ANY (wanted))
    ) AS cells
    GROUP BY 1, 2;
  END IF;
  IF NOT isempty(kept.pending) THEN
    RETURN QUERY SELECT NULL::timestamptz, NULL, 0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric, 'raw';
  END IF;

  -- Raw events: behind the mark, their changes, and where there are no roll-ups. Their plan opens partitions, and so is not
  -- made for nothing.
  IF kept.days <> '{}' OR kept.is_changed OR NOT isempty(by_event) THEN
    PERFORM raw_kept(lower(part), upper(part)) FROM unnest(by_event) AS part;
    -- A text with rows of its own is itself, so that a filter that names some can be asked of each event.
    passes := concat_ws(
      ' AND ',
      CASE WHEN campaigns IS NOT NULL THEN format('campaign_id = ANY (%L)', campaigns) END,
      CASE WHEN filters IS NOT NULL AND NOT wants_other
        THEN format('event_matches(campaign_id, event_type::text, metadata, %L)', filters)
      END,
      format('ts >= %L AND ts < %L', start, stop)
    );
    source := concat_ws(
      ' UNION ALL ',
      rollup_dim_behind(kept.days, kept.snapshot, format('%s AND NOT ts <@ %L::tstzmultirange', passes, by_event)),
      CASE WHEN kept.is_changed THEN
        format(
          'SELECT sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM rollup_dim_change '
          'WHERE %s AND %s AND NOT ts <@ %L::tstzmultirange',
          rollup_dim_sees(kept.snapshot, 'row_xid'), passes, by_event)
      END,
      (
        SELECT string_agg(
          format(
            'SELECT 1, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM events '
            'WHERE %s AND ts >= %L AND ts < %L',
            passes, lower(part), upper(part)
          ),
          ' UNION ALL '
        )
        FROM unnest(by_event) AS part
      )
    );
    -- Not all of a partition that is not analysed yet.
    PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', bitmapscan, true);
    RETURN QUERY EXECUTE format($sql$
      SELECT
        bucket,
        CASE WHEN $3 = 'campaign_id' THEN campaign_id WHEN $3 IS NOT NULL AND value <> '' THEN name END,
        coalesce(impressions, 0), coalesce(clicks, 0), coalesce(conversions, 0),
        cost_micros, revenue_micros,
        CASE WHEN value = '' AND $3 <> 'campaign_id' THEN 'other' END
      FROM (
        SELECT
          cells.*,
          rollup_fold(
            name,
            EXISTS (SELECT FROM rollup_value WHERE place = $5 AND value = coalesce(to_json(name)::text, 'null')),
            $6
          ) AS value
        FROM (
          SELECT
            CASE WHEN $1 IS NOT NULL THEN $2[width_bucket(ts, $2)] END AS bucket,
            CASE WHEN $3 = 'campaign_id' THEN campaign_id END AS campaign_id,
            metadata ->> $4 AS name,
            sum(sign) FILTER (WHERE event_type = 'impression') AS impressions,
            sum(sign) FILTER (WHERE event_type = 'click') AS clicks,
            sum(sign) FILTER (WHERE event_type = 'conversion') AS conversions,
            sum(sign * cost_micros) AS cost_micros,
            sum(sign * revenue_micros) AS revenue_micros
          FROM (%s) AS source
          GROUP BY 1, 2, 3
        ) AS cells
      ) AS folded
      WHERE NOT $7 OR value = ''
    $sql$, source)
    USING granularity, buckets, dimension, asked, kept.place, kept.names >= rollup_dim_most(), wants_other;
  END IF;
  PERFORM
    set_config('plan_cache_mode', plan_cache_mode, true),
    set_config('enable_seqscan', seqscan, true),
    set_config('enable_bitmapscan', bitmapscan, true);
END
$$;

SELECT prepare_days((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 2);
