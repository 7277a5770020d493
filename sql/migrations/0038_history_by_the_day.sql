-- Events of days that are over for long, and had few, are added up by the day: a load of history takes upkeep two thirds of the time.
-- As in sql/variants/08_rollup_dims/up.sql.

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

  CREATE FUNCTION rollup_dim_coarse(days date[], closed_to timestamptz) RETURNS timestamptz[]
  LANGUAGE sql STABLE
  RETURN ARRAY(
    SELECT day
    FROM rollup_day
    WHERE
      campaign_id = '' AND day <= closed_to - interval '4 days'
      AND day = ANY (ARRAY(SELECT each::timestamp AT TIME ZONE 'UTC' FROM unnest(days) AS each WHERE isfinite(each)))
      AND impressions + clicks + conversions <= rollup_dim_few()
      AND NOT tstzrange(day, day + interval '1 day') && (SELECT rollup_dim_fine() + rollup_dim_detailed(60))
  );

  FOR change IN
    SELECT *
    FROM (VALUES
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$  name_of text;
BEGIN
$t$,
        $t$  name_of text;
  coarse timestamptz[] := rollup_dim_coarse(days, closed_to);
BEGIN
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$    string_agg(format('metadata ->> %L AS name_%s', key, place), ', '),
    string_agg(format('(campaign_id, minute, name_%s)', place), ', '),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN %1$s', place), ' '),
$t$,
        $t$    string_agg(format('metadata ->> %L AS name_%s', key, place), ', '),
    string_agg(
      format('(campaign_id, minute, name_%1$s)' || CASE WHEN coarse <> '{}' THEN ', (hour, name_%1$s)' ELSE '' END, place), ', '
    ),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN %1$s', place), ' '),
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$            CASE %6$s END AS name,
            campaign_id,
            minute,
            coalesce(sum(sign) FILTER (WHERE event_type = 'impression'), 0) AS impressions,
$t$,
        $t$            CASE %6$s END AS name,
            %7$s,
            coalesce(sum(sign) FILTER (WHERE event_type = 'impression'), 0) AS impressions,
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$                WHEN ts >= $2 - interval '3 days' OR ts <@ (SELECT spans FROM fine) THEN date_bin('1 minute', ts, 'epoch')
                ELSE date_bin('1 hour', ts, 'epoch')
              END AS minute,
              event_type, cost_micros, revenue_micros, %3$s
            FROM source
            -- Always so. The planner expects a 200th of the rows: for a million or more it would sort them, once for each set.
$t$,
        $t$                WHEN ts >= $2 - interval '3 days' OR ts <@ (SELECT spans FROM fine) THEN date_bin('1 minute', ts, 'epoch')
                WHEN is_coarse THEN date_bin('1 day', ts, 'epoch')
                ELSE date_bin('1 hour', ts, 'epoch')
              END AS minute,
              CASE WHEN is_coarse THEN date_bin('1 hour', ts, 'epoch') END AS hour,
              event_type, cost_micros, revenue_micros, %3$s
            FROM source, LATERAL (SELECT $3 <> '{}' AND date_bin('1 day', ts, 'epoch') = ANY ($3) AS is_coarse) AS levels
            -- Always so. The planner expects a 200th of the rows: for a million or more it would sort them, once for each set.
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$        ) AS grouped
        -- Of what is pending, raw events are read until it is built, with these.
        WHERE NOT EXISTS (
          SELECT FROM rollup_dim_pending AS pending
          WHERE pending.place = grouped.place AND minute >= start AND minute < stop AND $1
        )
      ),
$t$,
        $t$        ) AS grouped
        WHERE
          minute IS NOT NULL
          -- Of what is pending, raw events are read until it is built, with these.
          AND NOT EXISTS (
            SELECT FROM rollup_dim_pending AS pending
            WHERE pending.place = grouped.place AND minute >= start AND minute < stop AND $1
          )
      ),
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$        FROM cells
        GROUP BY place, day
$t$,
        $t$        FROM cells
        WHERE campaign_id <> ''
        GROUP BY place, day
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$          FROM cells
          WHERE (place, value) IN (SELECT place, value FROM folds WHERE kept <> '')
          UNION ALL
$t$,
        $t$          FROM cells
          WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept <> '')
          UNION ALL
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$          FROM cells
          WHERE (place, value) IN (SELECT place, value FROM folds WHERE kept = '')
          GROUP BY 1, 2, 4
$t$,
        $t$          FROM cells
          WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept = '')
          GROUP BY 1, 2, 4
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$          JOIN folds USING (place, value)
          GROUP BY 2, 3, 4
$t$,
        $t$          JOIN folds USING (place, value)
          -- Of coarse days the hours of all campaigns are cells of their own.
          WHERE (campaign_id = '') = (date_bin('1 day', minute, 'epoch') = ANY ($3))
          GROUP BY 2, 3, 4
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$          campaign_id = '' AND minute < $2 AND place = (SELECT min(place) FROM summed)
          AND day NOT IN (SELECT known_days.day FROM known_days)
        GROUP BY day, hour
$t$,
        $t$          campaign_id = '' AND minute < $2 AND place = (SELECT min(place) FROM summed)
          AND day NOT IN (SELECT known_days.day FROM known_days) AND day <> ALL ($3)
        GROUP BY day, hour
$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$      ARRAY(SELECT DISTINCT place FROM folds WHERE kept = '')
  $sql$, source, taken, names, sets, place_of, name_of)
  INTO hours, folded
  USING taken <> 'SELECT', closed_to; -- rollup_dim_build() adds what is pending
END
$t$,
        $t$      ARRAY(SELECT DISTINCT place FROM folds WHERE kept = '')
  $sql$,
    source, taken, names, sets, place_of, name_of,
    CASE coarse
      WHEN '{}' THEN 'campaign_id, minute'
      ELSE 'coalesce(campaign_id, '''') AS campaign_id, coalesce(minute, hour) AS minute'
    END
  )
  INTO hours, folded
  USING taken <> 'SELECT', closed_to, coarse; -- rollup_dim_build() adds what is pending
END
$t$
      ),
      (
        'rollup_dim_build(timestamptz, boolean)',
        $t$    ),
    'SELECT', places, mark.closed_to
  );
$t$,
        $t$    ),
    'SELECT', places, ARRAY[($1 AT TIME ZONE 'UTC')::date], mark.closed_to
  );
$t$
      ),
      (
        'rollup_dim_advance(bigint)',
        'mark.closed_to',
        $t$chunk,
        mark.closed_to$t$
      ),
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$closed_to timestamp with time zone, OUT$t$,
        $t$days date[], closed_to timestamp with time zone, OUT$t$
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

  DROP FUNCTION rollup_dim_add(text, text, smallint[], timestamptz);
END
$do$;
