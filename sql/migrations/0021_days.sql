-- Days, and deltas of all campaigns together, for databases that have 07_rollup: sql/variants/07_rollup explains them.
-- Days are made of the hours, which are all here, so no raw event is read. Reports and, until the last step, writers go on.

DO $do$
BEGIN
  IF
    NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('rollup_delta') AND attname = 'xid')
    OR to_regclass('rollup_dimension') IS NOT NULL
    OR to_regclass('rollup_day') IS NOT NULL
  THEN
    RETURN; -- another design, or there already
  END IF;
  -- No round and no rebuild meanwhile: ROUND_LOCK in service/adpulse/database/locks.py.
  PERFORM pg_advisory_xact_lock(1633964037);

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

  CREATE INDEX rollup_day_day_idx ON rollup_day USING brin (day) WITH (pages_per_range = 16);

  -- Days whose hours together may not fit into a bigint: their money goes to where it has room.
  CREATE TEMPORARY TABLE large_days ON COMMIT DROP AS
  SELECT date_bin('1 day', hour, 'epoch') AS day
  FROM rollup_hour
  GROUP BY 1
  HAVING sum(abs(cost_micros::numeric)) > 1099511627776000 OR sum(abs(revenue_micros::numeric)) > 1099511627776000;

  INSERT INTO rollup_large AS kept
  SELECT campaign_id, minute, cost_micros, revenue_micros
  FROM rollup_minute
  WHERE date_bin('1 day', minute, 'epoch') IN (SELECT day FROM large_days)
  ON CONFLICT (campaign_id, minute) DO UPDATE SET
    cost_micros = kept.cost_micros + excluded.cost_micros,
    revenue_micros = kept.revenue_micros + excluded.revenue_micros;

  UPDATE rollup_minute SET cost_micros = 0, revenue_micros = 0
  WHERE date_bin('1 day', minute, 'epoch') IN (SELECT day FROM large_days);

  UPDATE rollup_hour SET cost_micros = 0, revenue_micros = 0
  WHERE date_bin('1 day', hour, 'epoch') IN (SELECT day FROM large_days);

  INSERT INTO rollup_day
  SELECT
    campaign_id, date_bin('1 day', hour, 'epoch'),
    sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
  FROM rollup_hour
  GROUP BY 1, 2
  ORDER BY 2, 1;

  -- A writer that is at work would leave deltas without those of all campaigns: it is let end, and none begins. Each
  -- partition, too, into which somebody may write straight.
  LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE;

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

  INSERT INTO rollup_delta_all
  SELECT xid, minute, sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
  FROM rollup_delta
  GROUP BY xid, minute, CASE WHEN greatest(abs(cost_micros), abs(revenue_micros)) > 1073741824 THEN ctid END;

  CREATE FUNCTION rollup_guard() RETURNS trigger
  LANGUAGE plpgsql AS $body$
  BEGIN
    IF current_setting('adpulse.moves', true) IS DISTINCT FROM 'to days' THEN
      RAISE object_not_in_prerequisite_state USING
        MESSAGE = 'deltas are moved by the maintain.sql of a newer version: replace this service, or run that file';
    END IF;
    RETURN NULL;
  END
  $body$;

  CREATE TRIGGER rollup_delta_moved AFTER DELETE ON rollup_delta
  FOR EACH STATEMENT EXECUTE FUNCTION rollup_guard();

  CREATE OR REPLACE FUNCTION rollup_truncate() RETURNS trigger
  LANGUAGE plpgsql AS $body$
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
  $body$;

  CREATE OR REPLACE FUNCTION rollup_capture() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $body$
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
  $body$;
END
$do$;
