-- Sums that pass 2^63: one sender could send so much money that roll-ups of an hour did not fit into a bigint, and no delta
-- of anybody was compacted any more. sql/variants/07_rollup says what is done about it; this brings it to the designs
-- that are there already.

-- A numeric sum of money as rows of bigint, for what adds up bigint, which is twice as fast as adding up numeric.
CREATE FUNCTION bigint_pieces(cost numeric, revenue numeric) RETURNS TABLE (cost_micros bigint, revenue_micros bigint)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1 AS $$
  SELECT
    (div(cost, pieces) + CASE WHEN piece = 1 THEN cost - pieces * div(cost, pieces) ELSE 0 END)::bigint,
    (div(revenue, pieces) + CASE WHEN piece = 1 THEN revenue - pieces * div(revenue, pieces) ELSE 0 END)::bigint
  FROM
    ceil(greatest(abs(cost), abs(revenue), 1) / 4611686018427387904) AS pieces,
    generate_series(1, pieces::bigint) AS piece
$$;

DO $do$
DECLARE
  raw_report text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('rollup_delta') AND attname = 'xid') THEN
    RETURN; -- a design without roll-ups, or 21_citus
  END IF;
  IF to_regclass('rollup_dimension') IS NULL THEN
    CREATE TABLE IF NOT EXISTS rollup_large (
      campaign_id text,
      minute timestamptz,
      cost_micros numeric NOT NULL,
      revenue_micros numeric NOT NULL,
      PRIMARY KEY (campaign_id, minute)
    );

    CREATE OR REPLACE FUNCTION rollup_truncate() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
      TRUNCATE rollup_delta, rollup_minute, rollup_hour, rollup_large;
      RETURN NULL;
    END
    $$;

    CREATE OR REPLACE FUNCTION rollup_capture() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
      IF TG_OP IN ('INSERT', 'UPDATE') THEN
        BEGIN
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
          GROUP BY 1, 2;
        EXCEPTION WHEN numeric_value_out_of_range THEN
          -- The sum of a minute does not fit: a delta for each event.
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
          FROM added;
        END;
      END IF;
      IF TG_OP IN ('DELETE', 'UPDATE') THEN
        BEGIN
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
          GROUP BY 1, 2;
        EXCEPTION WHEN numeric_value_out_of_range THEN
          -- The sum of a minute does not fit: a delta for each event.
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
          FROM removed;
        END;
      END IF;
      RETURN NULL;
    END
    $$;
  ELSE
    CREATE TABLE IF NOT EXISTS rollup_large (
      campaign_id text,
      place smallint,
      value text,
      minute timestamptz,
      cost_micros numeric NOT NULL,
      revenue_micros numeric NOT NULL,
      PRIMARY KEY (campaign_id, place, value, minute)
    );

    CREATE OR REPLACE FUNCTION rollup_truncate() RETURNS trigger
    LANGUAGE plpgsql AS $$
    BEGIN
      TRUNCATE rollup_delta, rollup_minute, rollup_hour, rollup_large, rollup_dim_minute, rollup_dim_hour, rollup_value;
      RETURN NULL;
    END
    $$;

    CREATE OR REPLACE FUNCTION rollup_capture() RETURNS trigger
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

    -- Sums of money as numeric; report.sql makes them bigint where they fit.
    raw_report := pg_get_functiondef('raw_report'::regproc);
    DROP FUNCTION raw_report;
    EXECUTE replace(
      replace(raw_report, '_micros bigint', '_micros numeric'),
      '_micros), 0)::bigint', '_micros), 0)');
  END IF;
END
$do$;
