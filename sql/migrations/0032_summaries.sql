-- New events of the day are found by the index from the round on after they came, and not once autovacuum has come by: reports
-- by a dimension read everything that was written since, or all of the day where no transaction ran when the last round began.
-- As in sql/variants/08_rollup_dims/up.sql.

DO $do$
BEGIN
  IF to_regclass('rollup_dim_detail') IS NULL THEN
    RETURN; -- another design
  END IF;

  CREATE FUNCTION rollup_dim_summarize() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '20ms' AS $$
  DECLARE
    index regclass;
  BEGIN
    FOR index IN
      SELECT indexrelid::regclass
      FROM (SELECT day FROM unnest(rollup_dim_days()) AS day ORDER BY day DESC LIMIT 3) AS days
      JOIN pg_index ON indrelid = to_regclass(format('events_p%s', to_char(day, 'YYYYMMDD')))
      JOIN pg_class ON pg_class.oid = indexrelid
      JOIN pg_am ON pg_am.oid = relam AND amname = 'brin'
    LOOP
      BEGIN
        PERFORM brin_summarize_new_values(index);
      EXCEPTION
        WHEN lock_not_available THEN NULL; -- VACUUM has the table, and does the same
      END;
    END LOOP;
  END
  $$;

  CREATE OR REPLACE FUNCTION rollup_dim_behind(days date[], seen pg_snapshot, condition text) RETURNS text
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
      unnest(ARRAY[
        format('written_xid >= %s AND written_xid <= 9223372036854775807', pg_snapshot_xmax(seen)),
        format('written_xid >= %s AND written_xid < %s AND written_xid = ANY (', pg_snapshot_xmin(seen), pg_snapshot_xmax(seen))
        || quote_literal(nullif(ARRAY(SELECT each::text::bigint FROM pg_snapshot_xip(seen) AS each), '{}')::text) || ')'
      ]) AS number
    WHERE number IS NOT NULL -- none ran then
  );
END
$do$;
