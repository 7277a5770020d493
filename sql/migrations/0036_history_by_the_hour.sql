-- Events of history are added up by the hour, where no minutes are kept, and not by the minute: a load of them takes upkeep little
-- more than half of the time. As in sql/variants/08_rollup_dims/up.sql.

DO $do$
DECLARE
  change record;
  definition text := pg_get_functiondef(to_regprocedure('rollup_dim_add(text, text, smallint[], timestamptz)'));
BEGIN
  IF definition IS NULL THEN
    RETURN; -- another design
  END IF;
  -- Not in the middle of a round.
  PERFORM FROM rollup_dim_mark FOR UPDATE;

  CREATE FUNCTION rollup_dim_fine() RETURNS tstzmultirange
  LANGUAGE sql STABLE
  RETURN rollup_dim_detailed(0) + rollup_dim_detailed(1) + (
    SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
    FROM rollup_hour
    WHERE campaign_id = '' AND impressions + clicks + conversions > rollup_dim_thin()
  );

  FOR change IN
    SELECT *
    FROM (VALUES
      (
        $t$      source AS (%1$s),
$t$,
        $t$      source AS (%1$s),
      fine AS MATERIALIZED (SELECT rollup_dim_fine() AS spans),
$t$
      ),
      (
        $t$              sign, campaign_id, date_bin('1 minute', ts, 'epoch') AS minute, event_type, cost_micros, revenue_micros,
              %3$s
$t$,
        $t$              sign, campaign_id,
              CASE
                WHEN ts >= $2 - interval '3 days' OR ts <@ (SELECT spans FROM fine) THEN date_bin('1 minute', ts, 'epoch')
                ELSE date_bin('1 hour', ts, 'epoch')
              END AS minute,
              event_type, cost_micros, revenue_micros, %3$s
$t$
      ),
      (
        $t$        SELECT 1, hour FROM fresh WHERE events > rollup_dim_few()
        UNION
        SELECT 0, hour FROM fresh WHERE events > rollup_dim_thin()
        UNION
$t$,
        $t$        SELECT minutes, hour
        FROM fresh, (VALUES (1, rollup_dim_few()), (0, rollup_dim_thin())) AS finer (minutes, over)
        WHERE events > over AND (hour >= $2 - interval '3 days' OR hour <@ (SELECT spans FROM fine))
        UNION
$t$
      )
    ) AS changes (old, new)
  LOOP
    IF position(change.old IN definition) = 0 THEN
      RAISE EXCEPTION 'rollup_dim_add() is not as it was made: this migration cannot bring it up to date';
    END IF;
    definition := replace(definition, change.old, change.new);
  END LOOP;
  EXECUTE definition;
END
$do$;
