-- Events of dense hours of history are added up by the hour for single campaigns, and by the minute for all together: minutes of each
-- campaign were about a row an event. What is stored stays. As in sql/variants/08_rollup_dims/up.sql.

DO $do$
DECLARE
  change record;
  before text;
  after text;
BEGIN
  IF to_regclass('rollup_dim_detail') IS NULL THEN
    RETURN; -- another design
  END IF;
  -- Not in the middle of a round.
  PERFORM FROM rollup_dim_mark FOR UPDATE;

  CREATE FUNCTION rollup_dim_many() RETURNS int
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN 1000000;

  CREATE FUNCTION rollup_dim_apart(days date[], coarse timestamptz[], closed_to timestamptz) RETURNS tstzmultirange
  LANGUAGE sql STABLE
  RETURN (
    SELECT coalesce(range_agg(tstzrange(day, day + interval '1 day')), '{}') FROM unnest(coarse) AS day
  ) + (
    SELECT coalesce(range_agg(tstzrange(day, least(day + interval '1 day', greatest(day, closed_to - interval '3 days')))), '{}')
    FROM (SELECT each::timestamp AT TIME ZONE 'UTC' AS day FROM unnest(days) AS each WHERE isfinite(each)) AS starts
  ) * (
    rollup_dim_fine() - rollup_dim_detailed(1) - (
      SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
      FROM rollup_hour
      WHERE campaign_id = '' AND impressions + clicks + conversions > rollup_dim_many()
    )
  );

  FOR change IN
    SELECT *
    FROM (VALUES
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$  coarse timestamptz[] := rollup_dim_coarse(days, closed_to);
$t$,
        $t$  coarse timestamptz[] := rollup_dim_coarse(days, closed_to);
  apart tstzmultirange := rollup_dim_apart(days, coarse, closed_to);
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$CASE WHEN coarse <> '{}' THEN ', (hour, name_%1$s)' ELSE '' END$t$,
        $t$CASE WHEN isempty(apart) THEN '' ELSE ', (minute_of_all, name_%1$s)' END$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$                WHEN ts >= $2 - interval '3 days' OR ts <@ (SELECT spans FROM fine) THEN date_bin('1 minute', ts, 'epoch')
                WHEN is_coarse THEN date_bin('1 day', ts, 'epoch')
                ELSE date_bin('1 hour', ts, 'epoch')
              END AS minute,
              CASE WHEN is_coarse THEN date_bin('1 hour', ts, 'epoch') END AS hour,
$t$,
        $t$                WHEN is_coarse THEN date_bin('1 day', ts, 'epoch')
                WHEN is_apart THEN date_bin('1 hour', ts, 'epoch')
                WHEN ts >= $2 - interval '3 days' OR ts <@ (SELECT spans FROM fine) THEN date_bin('1 minute', ts, 'epoch')
                ELSE date_bin('1 hour', ts, 'epoch')
              END AS minute,
              CASE WHEN is_apart THEN date_bin(CASE WHEN is_coarse THEN interval '1 hour' ELSE '1 minute' END, ts, 'epoch') END
                AS minute_of_all,
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$            FROM source, LATERAL (SELECT $3 <> '{}' AND date_bin('1 day', ts, 'epoch') = ANY ($3) AS is_coarse) AS levels
$t$,
        $t$            FROM
              source,
              LATERAL (
                SELECT
                  $3 <> '{}' AND date_bin('1 day', ts, 'epoch') = ANY ($3) AS is_coarse,
                  NOT isempty($4) AND ts <@ $4 AS is_apart
              ) AS levels
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$          -- Of coarse days the hours of all campaigns are cells of their own.
          WHERE (campaign_id = '') = (date_bin('1 day', minute, 'epoch') = ANY ($3))
$t$,
        $t$          -- Where they are added up apart, all campaigns together are cells of their own.
          WHERE (campaign_id = '') = (minute <@ $4)
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$        WHERE events > over AND (hour >= $2 - interval '3 days' OR hour <@ (SELECT spans FROM fine))
$t$,
        $t$        WHERE
          events > over
          AND (hour >= $2 - interval '3 days' OR (hour <@ (SELECT spans FROM fine) AND (minutes = 0 OR NOT hour <@ $4)))
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$    CASE coarse
      WHEN '{}' THEN 'campaign_id, minute'
      ELSE 'coalesce(campaign_id, '''') AS campaign_id, coalesce(minute, hour) AS minute'
    END
$t$,
        $t$    CASE
      WHEN isempty(apart) THEN 'campaign_id, minute'
      ELSE 'coalesce(campaign_id, '''') AS campaign_id, coalesce(minute, minute_of_all) AS minute'
    END
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$  USING taken <> 'SELECT', closed_to, coarse; --$t$,
        $t$  USING taken <> 'SELECT', closed_to, coarse, apart; --$t$
      ),
      (
        'rollup_dims()',
        $t$HAVING sum(impressions + clicks + conversions) > rollup_dim_few()$t$,
        $t$HAVING
            sum(impressions + clicks + conversions)
            > CASE WHEN hour <@ (SELECT rollup_dim_detailed(0)) THEN rollup_dim_many() ELSE rollup_dim_few() END$t$
      )
    ) AS changes (name, old, new)
  LOOP
    before := pg_get_functiondef(change.name::regprocedure);
    after := replace(before, change.old, change.new);
    IF after = before THEN
      RAISE EXCEPTION '% is not as it was made: this migration cannot bring it up to date', change.name;
    END IF;
    EXECUTE after;
  END LOOP;
END
$do$;
