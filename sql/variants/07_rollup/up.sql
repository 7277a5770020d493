-- variant:    rollup
-- summary:    daily partitions and exact roll-ups, written in the same transaction as the events
-- hypothesis: reports touch roll-up rows instead of events: flat in the number of events, and never stale;
--             the price was to be a tenth of the write throughput of the same partitions without roll-ups; it is
--             three tenths for dense events and half for thin ones (docs/decisions/0030, adbench run rollups)
-- promises:   report p50 < 200 ms at 1,000,000 events; report p95 < 200 ms at 1,000,000 events
-- tables:     rollup_day (day), rollup_hour (hour), rollup_minute (minute), rollup_large (minute),
--             rollup_delta_all (minute), rollup_delta (minute)
-- requires:   (nothing)
-- totals:     planned once
-- archive:    by the day
-- costs:      grouping or filtering by metadata still reads raw events; a compaction job must run

CREATE TABLE events (
  ts timestamptz NOT NULL,
  cost_micros bigint NOT NULL DEFAULT 0,
  revenue_micros bigint NOT NULL DEFAULT 0,
  event_id uuid,
  event_type event_type NOT NULL,
  -- '' is how the roll-ups name "all campaigns together"; an event must not.
  campaign_id text NOT NULL CHECK (campaign_id <> ''),
  user_id text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (ts);

-- Events of any day are accepted at any time. Those of a day without a partition are stored here, until maintain.sql
-- makes the partition and moves them. The index lets maintenance find the next such day without reading the others.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

-- Almost free to write, and enough to find a time range inside a day. autosummarize: otherwise new blocks count as
-- "may hold anything" until the next VACUUM.
CREATE INDEX events_ts_idx ON events USING brin (ts) WITH (pages_per_range = 32, autosummarize = on);

-- The trigger writes deltas: append-only and without a unique key, so that writers never wait for one another.
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

-- A delta that maintain.sql has moved stays in the table as a dead row until a VACUUM, and no VACUUM can remove it while
-- a transaction older than the move runs, such as a dump or a long query. Reports would step over millions of dead rows.
-- So reports use this index to read only the transactions that can have a delta left: rollup_moved_snapshot(), in
-- sql/migrations/0018.
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

-- A session that deletes a delta must have added it to days, too. Services of an older version do not know days: their
-- rounds fail and change nothing, until a service of this version does the upkeep. maintain.sql and rebuild.sql say that
-- they know days.
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

-- maintain.sql makes these from the deltas. campaign_id = '' is the sum over all campaigns, so that the report
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

-- Days of UTC. A report reads the UTC days inside its window by the day, and the rest by hours and minutes.
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

-- The money of days with large amounts. If one round of maintain.sql moves more than 2^40 micros of a day, they are
-- added here, as numeric, and only the counts to the tables above. So a round adds at most 2^40 to a cell of those tables;
-- it takes eight million rounds to fill one, and no sender can stop compaction for the others.
CREATE TABLE rollup_large (
  campaign_id text,
  minute timestamptz,
  cost_micros numeric NOT NULL,
  revenue_micros numeric NOT NULL,
  PRIMARY KEY (campaign_id, minute)
);

-- One call per statement, not per row: a COPY of 10,000 events becomes a handful of deltas.
-- date_bin and not date_trunc: it does not depend on the session's time zone.
-- Runs with its owner's rights: a login that writes events must not be able to write deltas without events.
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
  END IF;
  RETURN NULL;
END
$$;

-- TRUNCATE of `events` empties the roll-ups. TRUNCATE of a partition alone fires before it, and subtracts its rows.
CREATE FUNCTION rollup_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    -- A partition alone: its rows are counted out.
    EXECUTE format('DELETE FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
  END IF;
  TRUNCATE rollup_day, rollup_hour, rollup_minute, rollup_large, rollup_delta_all, rollup_delta;
  PERFORM set_config('adpulse.counted', '', true);
  RETURN NULL;
END
$$;

-- TRUNCATE of `events` also fires the triggers of each partition, which must not subtract its rows then.
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

SELECT prepare_days((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 2);
