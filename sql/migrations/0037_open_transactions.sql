-- A transaction that is open for long made every breakdown, and every round of upkeep, read all that was written since it began, also
-- when it writes in another database. As in sql/variants/08_rollup_dims/up.sql.

DO $do$
BEGIN
  IF to_regclass('rollup_dim_mark') IS NULL THEN
    RETURN; -- another design
  END IF;

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
END
$do$;
