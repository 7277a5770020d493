-- The trigger's functions, as in 07_rollup. rollup_capture() also writes the rows that a statement changes or deletes to
-- rollup_dim_change; for new events it writes nothing more than in 07_rollup.

-- One call for each statement, not for each row: a COPY of 10,000 events becomes a handful of deltas. date_bin() and not
-- date_trunc(), because it does not depend on the session's time zone. Runs with its owner's rights: a login that writes events
-- must not be able to write deltas without events.
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

-- TRUNCATE of `events` empties the roll-ups. TRUNCATE of a partition alone fires before it, and subtracts its rows.
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
    rollup_dim_day, rollup_dim_hour, rollup_dim_minute, rollup_dim_large, rollup_dim_delta, rollup_dim_detail, rollup_dim_change,
    rollup_dim_tail, rollup_dim_pending;
  PERFORM rollup_dim_begin();
  PERFORM set_config('adpulse.counted', '', true);
  RETURN NULL;
END
$$;
