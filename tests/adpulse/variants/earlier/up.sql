-- variant:    rollup_dims
-- summary:    07 and roll-ups by declared metadata dimensions: geo, device, placement
-- hypothesis: grouping or filtering by one declared dimension was to cost what totals cost, and takes four times as
--             long, a row for each value: 4 ms for a month; the trigger keeps one delta per combination of values:
--             writing was to keep 0.6 of the speed of the same partitions without roll-ups, and keeps 0.4 with dense
--             events, 0.3 with thin ones (docs/decisions/0030, adbench run rollups)
-- promises:   report p50 < 200 ms at 1,000,000 events; report p95 < 200 ms at 1,000,000 events
-- tables:     rollup_dimension, rollup_hour (hour), rollup_minute (minute), rollup_large (minute),
--             rollup_delta (minute), rollup_value,
--             rollup_dim_hour (hour), rollup_dim_minute (minute)
-- requires:   (nothing)
-- totals:     planned once
-- archive:    by the day
-- costs:      sparse data makes as many roll-up rows as events; a key with too many values is given up
--
-- What it shares with 07_rollup is explained there.

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

-- Any day is accepted at any time: what has no partition of its own lands here, and maintain.sql makes the partition
-- and moves it. Its index lets maintenance find the next such day without reading the others.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

-- Almost free to write, and enough to find a time range inside a day. autosummarize: otherwise new blocks count as
-- "may hold anything" until the next VACUUM.
CREATE INDEX events_ts_idx ON events USING brin (ts) WITH (pages_per_range = 32, autosummarize = on);

-- What the trigger writes: append-only and without a unique key, so that writers never wait for one another.
CREATE TABLE rollup_delta (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  campaign_id text NOT NULL,
  minute timestamptz NOT NULL,
  -- The value of each dimension, by its place, as JSON text: 3, 3.0 and "3" are three values, as they are for a group
  -- by `metadata ->> key` or a filter. Null when the event has none, or when the dimension has been given up.
  vals text[] NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

-- A delta that maintain.sql has moved stays in the table as a dead row until a VACUUM, and no VACUUM can take it away
-- while a transaction older than the move runs: a dump, a long query. Reports would step over millions of them. So
-- they begin here, at the first transaction that can have a delta left, wherever in the table its rows lie:
-- rollup_delta_start(), in sql/migrations/0006.
CREATE INDEX rollup_delta_xid_campaign_id_idx ON rollup_delta (xid, campaign_id);

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

-- For reports over all campaigns, group by campaign: rows arrive in time order, so a block range will do.
CREATE INDEX rollup_minute_minute_idx ON rollup_minute USING brin (minute);

CREATE INDEX rollup_hour_hour_idx ON rollup_hour USING brin (hour);

-- The dimensions in force: those declared, until one is given up.
CREATE TABLE rollup_dimension (
  place smallint PRIMARY KEY,
  key text NOT NULL UNIQUE,
  given_up_at timestamptz
);

INSERT INTO rollup_dimension (place, key) SELECT place, key FROM declared_dimension;

-- Every value that a dimension has had: where a report looks up which rows a filter means, and what the cap counts.
CREATE TABLE rollup_value (
  place smallint,
  value text,
  PRIMARY KEY (place, value)
);

-- Marginals: one row per dimension and value, not per combination of values (docs/decisions/0005). A value is JSON text;
-- an event without the key counts under null.
-- Minutes are read where a window cuts an hour, so their index does not carry the sums: it is half as large, and
-- adding to a minute that is there is a HOT update.
CREATE TABLE rollup_dim_minute (
  campaign_id text,
  place smallint,
  value text,
  minute timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, value, minute)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rollup_dim_hour (
  campaign_id text,
  place smallint,
  value text,
  hour timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, value, hour)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- As in 07, the money of hours with large amounts. place 0 and value '' are the totals, the others those of a dimension.
CREATE TABLE rollup_large (
  campaign_id text,
  place smallint,
  value text,
  minute timestamptz,
  cost_micros numeric NOT NULL,
  revenue_micros numeric NOT NULL,
  PRIMARY KEY (campaign_id, place, value, minute)
);

-- One call per statement, not per row: a COPY of 10,000 events becomes a handful of deltas.
-- date_bin and not date_trunc: it does not depend on the session's time zone.
-- With its owner's rights: whoever writes events must not be able to write deltas without one.
CREATE FUNCTION rollup_capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  -- The key at each place; none where no dimension was declared, or it was given up: null -> anything is null.
  keys text[] := ARRAY(
    SELECT CASE WHEN given_up_at IS NULL THEN key END
    FROM generate_series(1, 6) AS place
    LEFT JOIN rollup_dimension USING (place)
    ORDER BY place
  );
BEGIN
  -- By six columns, and not by their array, which is slower to hash and to compare.
  -- A table that was a partition once: reports do not see it.
  IF TG_TABLE_NAME <> 'events' AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = TG_RELID) THEN
    RETURN NULL;
  END IF;
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    BEGIN
      INSERT INTO rollup_delta
        (campaign_id, minute, vals, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT
        campaign_id,
        minute,
        ARRAY[val_1, val_2, val_3, val_4, val_5, val_6],
        count(*) FILTER (WHERE event_type = 'impression'),
        count(*) FILTER (WHERE event_type = 'click'),
        count(*) FILTER (WHERE event_type = 'conversion'),
        total(cost_micros),
        total(revenue_micros)
      FROM
        added,
        LATERAL (
          SELECT
            date_bin('1 minute', ts, 'epoch') AS minute,
            (metadata -> keys[1])::text AS val_1,
            (metadata -> keys[2])::text AS val_2,
            (metadata -> keys[3])::text AS val_3,
            (metadata -> keys[4])::text AS val_4,
            (metadata -> keys[5])::text AS val_5,
            (metadata -> keys[6])::text AS val_6
        ) AS keyed
      GROUP BY campaign_id, minute, val_1, val_2, val_3, val_4, val_5, val_6;
    EXCEPTION WHEN numeric_value_out_of_range THEN
      -- The sum of a minute does not fit: a delta for each event.
      INSERT INTO rollup_delta
        (campaign_id, minute, vals, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT
        campaign_id,
        date_bin('1 minute', ts, 'epoch'),
        ARRAY(SELECT (metadata -> keys[place])::text FROM generate_series(1, 6) AS place ORDER BY place),
        (event_type = 'impression')::int,
        (event_type = 'click')::int,
        (event_type = 'conversion')::int,
        cost_micros,
        revenue_micros
      FROM added;
    END;
  END IF;
  IF TG_OP IN ('DELETE', 'UPDATE') THEN
    BEGIN
      INSERT INTO rollup_delta
        (campaign_id, minute, vals, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT
        campaign_id,
        minute,
        ARRAY[val_1, val_2, val_3, val_4, val_5, val_6],
        -count(*) FILTER (WHERE event_type = 'impression'),
        -count(*) FILTER (WHERE event_type = 'click'),
        -count(*) FILTER (WHERE event_type = 'conversion'),
        -total(cost_micros),
        -total(revenue_micros)
      FROM
        removed,
        LATERAL (
          SELECT
            date_bin('1 minute', ts, 'epoch') AS minute,
            (metadata -> keys[1])::text AS val_1,
            (metadata -> keys[2])::text AS val_2,
            (metadata -> keys[3])::text AS val_3,
            (metadata -> keys[4])::text AS val_4,
            (metadata -> keys[5])::text AS val_5,
            (metadata -> keys[6])::text AS val_6
        ) AS keyed
      GROUP BY campaign_id, minute, val_1, val_2, val_3, val_4, val_5, val_6;
    EXCEPTION WHEN numeric_value_out_of_range THEN
      -- The sum of a minute does not fit: a delta for each event.
      INSERT INTO rollup_delta
        (campaign_id, minute, vals, impressions, clicks, conversions, cost_micros, revenue_micros)
      SELECT
        campaign_id,
        date_bin('1 minute', ts, 'epoch'),
        ARRAY(SELECT (metadata -> keys[place])::text FROM generate_series(1, 6) AS place ORDER BY place),
        -(event_type = 'impression')::int,
        -(event_type = 'click')::int,
        -(event_type = 'conversion')::int,
        -cost_micros,
        -revenue_micros
      FROM removed;
    END;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION rollup_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    -- A partition alone: its rows are counted out.
    EXECUTE format('DELETE FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
  END IF;
  TRUNCATE rollup_delta, rollup_minute, rollup_hour, rollup_large, rollup_dim_minute, rollup_dim_hour, rollup_value;
  PERFORM set_config('adpulse.counted', '', true);
  RETURN NULL;
END
$$;

CREATE FUNCTION rollup_emptying() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('adpulse.counted', 'on', true);
  RETURN NULL;
END
$$;

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

-- Gives up dimensions that have more values than `most`: a key that is different in each event would make a roll-up
-- row of each. Reports by such a key read raw events from then on, and the trigger leaves it out. (A value of more than
-- 200 characters does the same in maintain.sql.) What the roll-ups hold of it stays: raw events of old days may be gone.
-- The service logs the warning and counts it.
CREATE FUNCTION rollup_give_up(most bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  runaway record;
BEGIN
  UPDATE rollup_dimension SET given_up_at = now()
  WHERE given_up_at IS NULL AND place IN (SELECT place FROM rollup_value GROUP BY place HAVING count(*) > most);
  FOR runaway IN
    SELECT key FROM rollup_dimension WHERE given_up_at > now() - interval '10 seconds'
  LOOP
    RAISE WARNING 'the dimension % has too many or too long values: its roll-ups are given up, its reports read raw events',
      quote_literal(runaway.key);
  END LOOP;
END
$$;

SELECT prepare_days((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 2);
