-- Dense hours of history in which days of time zones begin get quarters of an hour of single campaigns: reports by their days read no
-- raw events. What is stored stays: an hour that has none gets them when its day is built anew. As in sql/variants/08_rollup_dims/up.sql.

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

  CREATE OR REPLACE FUNCTION rollup_dim_fine() RETURNS tstzmultirange
  LANGUAGE sql STABLE
  RETURN rollup_dim_detailed(0) + rollup_dim_detailed(1) + rollup_dim_detailed(15) + (
    SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
    FROM rollup_hour
    WHERE campaign_id = '' AND impressions + clicks + conversions > rollup_dim_thin()
  );

  CREATE OR REPLACE FUNCTION rollup_dim_apart(days date[], coarse timestamptz[], closed_to timestamptz) RETURNS tstzmultirange
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
    ) + rollup_dim_detailed(15) - rollup_dim_detailed(1)
  );

  CREATE FUNCTION rollup_dim_midnights() RETURNS int[]
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN '{2,3,13,14,17,18,19,20}'::int[];

  CREATE FUNCTION rollup_dim_quartered(apart tstzmultirange) RETURNS tstzmultirange
  LANGUAGE sql STABLE
  RETURN apart * (
    rollup_dim_detailed(15) + (
      SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
      FROM rollup_hour
      WHERE
        campaign_id = '' AND impressions + clicks + conversions > rollup_dim_few()
        AND hour >= lower(apart) AND hour < upper(apart)
        AND extract(hour FROM hour AT TIME ZONE 'UTC') = ANY (rollup_dim_midnights())
    )
  );

  FOR change IN
    SELECT *
    FROM (VALUES
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$  apart tstzmultirange := rollup_dim_apart(days, coarse, closed_to);
$t$,
        $t$  apart tstzmultirange := rollup_dim_apart(days, coarse, closed_to);
  quartered tstzmultirange := rollup_dim_quartered(apart);
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$WHEN is_apart THEN date_bin('1 hour', ts, 'epoch')$t$,
        $t$WHEN is_apart THEN date_bin(CASE WHEN ts <@ $5 THEN interval '15 minutes' ELSE '1 hour' END, ts, 'epoch')$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$AND (minutes = 0 OR NOT hour <@ $4)))
$t$,
        $t$AND (minutes = 0 OR NOT hour <@ $4)))
        UNION
        SELECT 15, hour FROM fresh WHERE events > rollup_dim_few() AND hour <@ $5
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$            ELSE minute <@ (SELECT rollup_dim_detailed(1)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 1)
          END
$t$,
        $t$            ELSE
              minute <@ (SELECT rollup_dim_detailed(1)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 1)
              OR minute <@ $5 AND (
                minute <@ (SELECT rollup_dim_detailed(15)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 15)
              )
          END
        UNION ALL
        -- Changes of other days than `days` were added up by the minute.
        SELECT
          campaign_id, place, date_bin('15 minutes', minute, 'epoch') AS quarter, value,
          total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros),
          day NOT IN (SELECT known_days.day FROM known_days)
        FROM counted
        WHERE
          campaign_id <> '' AND minute < $2
          AND minute <@ (SELECT rollup_dim_detailed(15) - rollup_dim_detailed(1)) AND NOT minute <@ $5
        GROUP BY campaign_id, place, quarter, value, day
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], date[], timestamptz)',
        $t$closed_to, coarse, apart; --$t$,
        $t$closed_to, coarse, apart, quartered; --$t$
      ),
      (
        'rollup_dim_build(timestamptz, boolean)',
        $t$  IF everything THEN
$t$,
        $t$  IF everything THEN
    DELETE FROM rollup_dim_detail WHERE minutes = 15 AND at >= $1 AND at < $1 + interval '1 day';
$t$
      ),
      (
        'rollup_dims()',
        $t$> CASE WHEN hour <@ (SELECT rollup_dim_detailed(0)) THEN rollup_dim_many() ELSE rollup_dim_few() END$t$,
        $t$> CASE
              WHEN hour <@ (SELECT rollup_dim_detailed(15)) THEN rollup_dim_many()
              WHEN extract(hour FROM hour AT TIME ZONE 'UTC') = ANY (rollup_dim_midnights()) THEN rollup_dim_few()
              WHEN hour <@ (SELECT rollup_dim_detailed(0)) THEN rollup_dim_many()
              ELSE rollup_dim_few()
            END$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$  by_minute tstzmultirange;
$t$,
        $t$  by_minute tstzmultirange := '{}';
  by_quarter tstzmultirange := '{}';
$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$    left_over := rollup_dim_detailed_in(left_over, CASE WHEN whole THEN 0 ELSE 1 END);
  END IF;
  by_minute := left_over + ($t$,
        $t$    by_minute := rollup_dim_detailed_in(left_over, CASE WHEN whole THEN 0 ELSE 1 END);
    left_over := left_over - by_minute;
  END IF;
  IF NOT whole AND granularity IS DISTINCT FROM 'minute' AND NOT isempty(left_over) THEN
    by_quarter := (
      SELECT coalesce(range_agg(tstzrange(first, greatest(first, date_bin('15 minutes', upper(part), 'epoch')))), '{}')
      FROM
        unnest(rollup_dim_detailed_in(left_over, 15)) AS part,
        date_bin('15 minutes', lower(part) + interval '15 minutes' - interval '1 microsecond', 'epoch') AS first
    );
    IF granularity IS NOT NULL THEN
      by_quarter := by_quarter - (
        SELECT coalesce(range_agg(tstzrange(quarter, quarter + interval '15 minutes')), '{}')
        FROM unnest(buckets) AS edge, date_bin('15 minutes', edge, 'epoch') AS quarter
        WHERE edge <> quarter
      );
    END IF;
  END IF;
  -- Both are rows of rollup_dim_minute.
  by_minute := by_minute + by_quarter + ($t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$  -- The window as whole days, whole hours, minutes, and the rest, which is read by the event. A day or an hour that an edge
  -- of a bucket cuts is not whole.
$t$,
        $t$  -- The window as whole days, whole hours, minutes or whole quarters of an hour, and the rest, which is read by the event. A day,
  -- an hour or a quarter that an edge of a bucket cuts is not whole.
$t$
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
