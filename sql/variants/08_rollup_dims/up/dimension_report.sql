-- dimension_report(): answers questions about metadata. Questions by one declared dimension, as group or filter or both, from
-- its roll-ups and the raw events behind the mark; all others, and those that roll-ups cannot answer, from raw events.

-- A group may have several rows, and the caller adds them up. note: `other` for the row "(other)" of a group, `raw` in a row of
-- zeros if raw events were read because roll-ups were missing; null in others.
--
-- A function, because the planner does not look inside: PostgreSQL opens partitions only where it reads them, and plans what
-- reads roll-ups once a session. Planning took most of the time of such a report.
CREATE FUNCTION dimension_report(
  campaigns text[], start timestamptz, stop timestamptz, granularity text, buckets timestamptz[], dimension text,
  filters jsonb
) RETURNS TABLE (
  bucket timestamptz, grp text, impressions bigint, clicks bigint, conversions bigint,
  cost_micros numeric, revenue_micros numeric, note text
)
-- What it must not do costs so much, before PostgreSQL 18, that it would compile the statements.
LANGUAGE plpgsql STABLE SET jit = off AS $$
#variable_conflict use_column
DECLARE
  asked text := dimension; -- the one key that the question is about
  condition jsonb;
  wants_other boolean := false;
  kept record;
  wanted text[];
  by_day tstzmultirange := '{}';
  by_hour tstzmultirange := '{}';
  by_minute tstzmultirange := '{}';
  by_quarter tstzmultirange := '{}';
  left_over tstzmultirange;
  by_event tstzmultirange;
  -- Rows of all campaigns together stand under ''.
  whole boolean := campaigns IS NULL AND dimension IS DISTINCT FROM 'campaign_id';
  whose text[] := CASE WHEN whole THEN '{""}' ELSE campaigns END;
  passes text;
  source text;
  plan_cache_mode text := current_setting('plan_cache_mode');
  seqscan text := current_setting('enable_seqscan');
  bitmapscan text := current_setting('enable_bitmapscan');
  sort text := current_setting('enable_sort');
  parallel text := current_setting('max_parallel_workers_per_gather');
BEGIN
  -- A plan without the values, and by the keys alone: it stays good when the tables grow.
  PERFORM
    set_config('plan_cache_mode', 'force_generic_plan', true),
    set_config('enable_seqscan', 'off', true),
    set_config('enable_bitmapscan', 'off', true);

  IF filters IS NOT NULL THEN
    asked := (SELECT min(key) FROM jsonb_object_keys(filters) AS key HAVING count(*) = 1);
    condition := filters -> asked;
    wants_other := coalesce(condition = '{"other": true}', false);
  END IF;
  IF dimension NOT IN ('campaign_id', asked) OR asked IN ('campaign_id', 'event_type') THEN
    asked := NULL;
  END IF;
  SELECT
    place, snapshot, closed_to,
    (SELECT count(*) FROM rollup_value WHERE rollup_value.place = rollup_dimension.place) AS names,
    (
      SELECT coalesce(range_agg(tstzrange(pending.start, pending.stop) * tstzrange($2, $3)), '{}')
      FROM rollup_dim_pending AS pending
      WHERE pending.place = rollup_dimension.place AND pending.start < $3 AND pending.stop > $2
    ) AS pending,
    -- Where to look for events behind the mark: days of deltas that it does not see, and of those that have been moved.
    ARRAY(
      SELECT DISTINCT day
      FROM (
        SELECT (minute AT TIME ZONE 'UTC')::date AS day
        FROM rollup_delta_all
        WHERE xid >= pg_snapshot_xmax(snapshot)
        UNION ALL
        SELECT (minute AT TIME ZONE 'UTC')::date
        FROM pg_snapshot_xip(snapshot) AS ran JOIN rollup_delta_all ON xid = ran
        UNION ALL
        SELECT day
        FROM rollup_dim_tail
      ) AS days
      WHERE day >= ($2 AT TIME ZONE 'UTC')::date AND day <= ($3 AT TIME ZONE 'UTC')::date
    ) AS days,
    EXISTS (SELECT FROM rollup_dim_change) AS is_changed,
    ARRAY(SELECT generate_series(merged + 1, rounds)) AS rounds
  INTO kept
  FROM rollup_dimension
  CROSS JOIN rollup_dim_marked() AS mark
  WHERE key = asked AND NOT dropped;

  IF NOT FOUND OR (condition IS NOT NULL AND EXISTS (
    -- It names a value without rows of its own.
    SELECT
    FROM jsonb_array_elements(CASE jsonb_typeof(condition) WHEN 'object' THEN condition -> 'not' ELSE jsonb_build_array(condition) END) AS named
    WHERE '' = rollup_fold(
      named #>> '{}',
      EXISTS (SELECT FROM rollup_value WHERE place = kept.place AND value = coalesce(to_json(named #>> '{}')::text, 'null')),
      kept.names >= rollup_dim_most()
    )
  )) THEN
    PERFORM
      set_config('plan_cache_mode', plan_cache_mode, true),
      set_config('enable_seqscan', seqscan, true),
      set_config('enable_bitmapscan', bitmapscan, true);
    RETURN QUERY SELECT raw.*, NULL FROM raw_report(campaigns, start, stop, granularity, buckets, dimension, filters) AS raw;
    RETURN QUERY SELECT NULL::timestamptz, NULL, 0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric, 'raw';
    RETURN;
  END IF;

  IF filters IS NOT NULL THEN
    wanted := ARRAY(
      SELECT value FROM rollup_value WHERE place = kept.place AND group_matches(value::jsonb #>> '{}', condition)
    ) || CASE WHEN wants_other OR condition ? 'not' THEN ARRAY[''] ELSE '{}' END;
  END IF;

  -- The window as whole days, whole hours, minutes or whole quarters of an hour, and the rest, which is read by the event. A day,
  -- an hour or a quarter that an edge of a bucket cuts is not whole.
  left_over := tstzmultirange(tstzrange(start, least(stop, greatest(start, kept.closed_to)))) - kept.pending;
  IF granularity IS NULL OR granularity NOT IN ('minute', 'hour') THEN
    by_day := (
      SELECT left_over * tstzmultirange(tstzrange(first, greatest(first, date_bin('1 day', stop, 'epoch'))))
      FROM date_bin('1 day', start + interval '1 day' - interval '1 microsecond', 'epoch') AS first
    );
    IF granularity IS NOT NULL THEN
      by_day := by_day - (
        SELECT coalesce(range_agg(tstzrange(day, day + interval '1 day')), '{}')
        FROM unnest(buckets) AS edge, date_bin('1 day', edge, 'epoch') AS day
        WHERE edge <> day
      );
    END IF;
    left_over := left_over - by_day;
  END IF;
  IF granularity IS DISTINCT FROM 'minute' AND NOT isempty(left_over) THEN
    by_hour := (
      SELECT coalesce(range_agg(tstzrange(first, greatest(first, date_bin('1 hour', upper(part), 'epoch')))), '{}')
      FROM
        unnest(CASE WHEN whole THEN left_over ELSE rollup_dim_detailed_in(left_over, 60) END) AS part,
        date_bin('1 hour', lower(part) + interval '1 hour' - interval '1 microsecond', 'epoch') AS first
    );
    IF granularity IS NOT NULL THEN
      by_hour := by_hour - (
        SELECT coalesce(range_agg(tstzrange(hour, hour + interval '1 hour')), '{}')
        FROM unnest(buckets) AS edge, date_bin('1 hour', edge, 'epoch') AS hour
        WHERE edge <> hour
      );
    END IF;
    left_over := left_over - by_hour;
  END IF;
  IF NOT isempty(left_over) THEN
    by_minute := rollup_dim_detailed_in(left_over, CASE WHEN whole THEN 0 ELSE 1 END);
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
  by_minute := by_minute + by_quarter + (tstzmultirange(tstzrange(greatest(start, least(stop, kept.closed_to)), stop)) - kept.pending);
  by_event := tstzmultirange(tstzrange(start, stop)) - by_day - by_hour - by_minute;

  -- What rounds have added up and not merged yet.
  IF kept.rounds <> '{}' THEN
    RETURN QUERY
    SELECT
      bucket,
      CASE WHEN dimension = 'campaign_id' THEN campaign_id WHEN dimension IS NOT NULL AND value <> '' THEN name END,
      impressions, clicks, conversions, cost_micros, revenue_micros,
      CASE WHEN value = '' AND dimension <> 'campaign_id' THEN 'other' END
    FROM (
      SELECT
        cells.*,
        rollup_fold(
          name,
          EXISTS (SELECT FROM rollup_value WHERE place = kept.place AND value = coalesce(to_json(name)::text, 'null')),
          kept.names >= rollup_dim_most()
        ) AS value
      FROM (
        SELECT
          CASE WHEN granularity IS NOT NULL THEN buckets[width_bucket(minute, buckets)] END AS bucket,
          CASE WHEN dimension = 'campaign_id' THEN campaign_id END AS campaign_id,
          name,
          sum(impressions)::bigint AS impressions,
          sum(clicks)::bigint AS clicks,
          sum(conversions)::bigint AS conversions,
          sum(cost_micros) AS cost_micros,
          sum(revenue_micros) AS revenue_micros
        FROM (
          SELECT deltas.*
          FROM
            unnest(kept.rounds) AS of_round,
            (SELECT DISTINCT unnest(whose) AS campaign) AS campaigns,
            LATERAL (
              SELECT *
              FROM rollup_dim_delta
              WHERE round = of_round AND place = kept.place AND campaign_id = campaign
              OFFSET 0
            ) AS deltas
          UNION ALL
          SELECT *
          FROM rollup_dim_delta
          WHERE round = ANY (kept.rounds) AND place = kept.place AND campaign_id <> '' AND whose IS NULL
        ) AS deltas
        WHERE
          minute >= start AND minute < stop AND NOT minute <@ by_event
          AND (filters IS NULL OR wants_other OR group_matches(name, condition))
        GROUP BY 1, 2, 3
      ) AS cells
    ) AS folded
    WHERE NOT wants_other OR value = '';
  END IF;

  IF wanted IS NOT NULL AND kept.names > 100 THEN
    -- A plan that knows them finds some of many values by the key. To make it takes as long as to read all of a hundred values.
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  IF whose IS NOT NULL THEN
    RETURN QUERY
    SELECT
      bucket,
      CASE WHEN dimension = 'campaign_id' THEN campaign_id WHEN dimension IS NOT NULL AND value <> '' THEN value::jsonb #>> '{}' END,
      impressions, clicks, conversions, cost_micros, revenue_micros,
      CASE WHEN value = '' AND dimension <> 'campaign_id' THEN 'other' END
    FROM (
      SELECT
        CASE WHEN granularity IS NOT NULL THEN buckets[width_bucket(at, buckets)] END AS bucket,
        CASE WHEN dimension = 'campaign_id' THEN campaign_id END AS campaign_id,
        CASE WHEN dimension <> 'campaign_id' THEN value END AS value,
        sum(impressions)::bigint AS impressions,
        sum(clicks)::bigint AS clicks,
        sum(conversions)::bigint AS conversions,
        sum(cost_micros) AS cost_micros,
        sum(revenue_micros) AS revenue_micros
      FROM (
        -- OFFSET 0 makes each span use the index, also when the table was small while the plan was made.
        SELECT days.*
        FROM
          unnest(by_day) AS part,
          LATERAL (
            SELECT day AS at, campaign_id, value, impressions, clicks, conversions, cost_micros, revenue_micros
            FROM rollup_dim_day
            WHERE
              campaign_id = ANY (whose) AND place = kept.place AND day >= lower(part) AND day < upper(part)
              AND (wanted IS NULL OR value = ANY (wanted))
            OFFSET 0
          ) AS days
        UNION ALL
        SELECT hours.*
        FROM
          unnest(by_hour) AS part,
          LATERAL (
            SELECT hour AS at, campaign_id, value, impressions, clicks, conversions, cost_micros, revenue_micros
            FROM rollup_dim_hour
            WHERE
              campaign_id = ANY (whose) AND place = kept.place AND hour >= lower(part) AND hour < upper(part)
              AND (wanted IS NULL OR value = ANY (wanted))
            OFFSET 0
          ) AS hours
        UNION ALL
        SELECT minutes.*
        FROM
          unnest(by_minute) AS part,
          LATERAL (
            SELECT minute AS at, campaign_id, value, impressions, clicks, conversions, cost_micros, revenue_micros
            FROM rollup_dim_minute
            WHERE
              campaign_id = ANY (whose) AND place = kept.place AND minute >= lower(part) AND minute < upper(part)
              AND (wanted IS NULL OR value = ANY (wanted))
            OFFSET 0
          ) AS minutes
        UNION ALL
        SELECT minute, campaign_id, value, 0, 0, 0, piece.cost_micros, piece.revenue_micros
        FROM rollup_dim_large AS large, bigint_pieces(large.cost_micros, large.revenue_micros) AS piece
        WHERE
          campaign_id = ANY (whose) AND place = kept.place AND minute >= start AND minute < stop AND NOT minute <@ by_event
          AND (wanted IS NULL OR value = ANY (wanted))
      ) AS cells
      GROUP BY 1, 2, 3
    ) AS sums;
  ELSE
    -- All campaigns one by one is much to read, and worth a plan for these values.
    PERFORM
      set_config('plan_cache_mode', 'force_custom_plan', true),
      set_config('enable_seqscan', seqscan, true),
      set_config('enable_bitmapscan', bitmapscan, true);
    RETURN QUERY
    SELECT
      CASE WHEN granularity IS NOT NULL THEN buckets[width_bucket(at, buckets)] END,
      campaign_id,
      sum(impressions)::bigint,
      sum(clicks)::bigint,
      sum(conversions)::bigint,
      sum(cost_micros),
      sum(revenue_micros),
      NULL
    FROM (
      SELECT days.*
      FROM
        unnest(by_day) AS part,
        LATERAL (
          SELECT day AS at, campaign_id, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM rollup_dim_day
          WHERE
            campaign_id <> '' AND place = kept.place AND day >= lower(part) AND day < upper(part)
            AND (wanted IS NULL OR value = ANY (wanted))
          OFFSET 0
        ) AS days
      UNION ALL
      SELECT hours.*
      FROM
        unnest(by_hour) AS part,
        LATERAL (
          SELECT hour AS at, campaign_id, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM rollup_dim_hour
          WHERE
            campaign_id <> '' AND place = kept.place AND hour >= lower(part) AND hour < upper(part)
            AND (wanted IS NULL OR value = ANY (wanted))
          OFFSET 0
        ) AS hours
      UNION ALL
      SELECT minutes.*
      FROM
        unnest(by_minute) AS part,
        LATERAL (
          SELECT minute AS at, campaign_id, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM rollup_dim_minute
          WHERE
            campaign_id <> '' AND place = kept.place AND minute >= lower(part) AND minute < upper(part)
            AND (wanted IS NULL OR value = ANY (wanted))
          OFFSET 0
        ) AS minutes
      UNION ALL
      SELECT minute, campaign_id, 0, 0, 0, piece.cost_micros, piece.revenue_micros
      FROM rollup_dim_large AS large, bigint_pieces(large.cost_micros, large.revenue_micros) AS piece
      WHERE
        campaign_id <> '' AND place = kept.place AND minute >= start AND minute < stop AND NOT minute <@ by_event
        AND (wanted IS NULL OR value = ANY (wanted))
    ) AS cells
    GROUP BY 1, 2;
  END IF;
  IF NOT isempty(kept.pending) THEN
    RETURN QUERY SELECT NULL::timestamptz, NULL, 0::bigint, 0::bigint, 0::bigint, 0::numeric, 0::numeric, 'raw';
  END IF;

  -- Raw events: behind the mark, their changes, and where there are no roll-ups. Their plan opens partitions, and so is not
  -- made for nothing.
  IF kept.days <> '{}' OR kept.is_changed OR NOT isempty(by_event) THEN
    PERFORM raw_kept(lower(part), upper(part)) FROM unnest(by_event) AS part;
    -- A text with rows of its own is itself, so that a filter that names some can be asked of each event.
    passes := concat_ws(
      ' AND ',
      CASE WHEN campaigns IS NOT NULL THEN format('campaign_id = ANY (%L)', campaigns) END,
      CASE WHEN filters IS NOT NULL AND NOT wants_other
        THEN format('event_matches(campaign_id, event_type::text, metadata, %L)', filters)
      END,
      format('ts >= %L AND ts < %L', start, stop)
    );
    source := concat_ws(
      ' UNION ALL ',
      rollup_dim_behind(
        kept.days, kept.snapshot,
        concat_ws(' AND ', passes, CASE WHEN NOT isempty(by_event) THEN format('NOT ts <@ %L::tstzmultirange', by_event) END)
      ),
      CASE WHEN kept.is_changed THEN
        format(
          'SELECT sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM rollup_dim_change '
          'WHERE %s AND %s AND NOT ts <@ %L::tstzmultirange',
          rollup_dim_sees(kept.snapshot, 'row_xid'), passes, by_event)
      END,
      (
        SELECT string_agg(
          format(
            'SELECT 1, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM events '
            'WHERE %s AND ts >= %L AND ts < %L',
            passes, lower(part), upper(part)
          ),
          ' UNION ALL '
        )
        FROM unnest(by_event) AS part
      )
    );
    -- Not all of a partition that is not analysed yet, and no sort of it, as the planner expects few rows. What came in the last
    -- second is read before other processes could begin to help.
    PERFORM
      set_config('enable_seqscan', 'off', true),
      set_config('enable_bitmapscan', bitmapscan, true),
      set_config('enable_sort', 'off', true),
      set_config('max_parallel_workers_per_gather', CASE WHEN isempty(by_event) THEN '0' ELSE parallel END, true);
    RETURN QUERY EXECUTE format($sql$
      SELECT
        bucket,
        CASE WHEN $3 = 'campaign_id' THEN campaign_id WHEN $3 IS NOT NULL AND value <> '' THEN name END,
        coalesce(impressions, 0), coalesce(clicks, 0), coalesce(conversions, 0),
        cost_micros, revenue_micros,
        CASE WHEN value = '' AND $3 <> 'campaign_id' THEN 'other' END
      FROM (
        SELECT
          cells.*,
          rollup_fold(
            name,
            EXISTS (SELECT FROM rollup_value WHERE place = $5 AND value = coalesce(to_json(name)::text, 'null')),
            $6
          ) AS value
        FROM (
          SELECT
            CASE WHEN $1 IS NOT NULL THEN $2[width_bucket(ts, $2)] END AS bucket,
            CASE WHEN $3 = 'campaign_id' THEN campaign_id END AS campaign_id,
            metadata ->> $4 AS name,
            sum(sign) FILTER (WHERE event_type = 'impression') AS impressions,
            sum(sign) FILTER (WHERE event_type = 'click') AS clicks,
            sum(sign) FILTER (WHERE event_type = 'conversion') AS conversions,
            sum(sign * cost_micros) AS cost_micros,
            sum(sign * revenue_micros) AS revenue_micros
          FROM (%s) AS source
          GROUP BY 1, 2, 3
        ) AS cells
      ) AS folded
      WHERE NOT $7 OR value = ''
    $sql$, source)
    USING granularity, buckets, dimension, asked, kept.place, kept.names >= rollup_dim_most(), wants_other;
    PERFORM set_config('enable_sort', sort, true), set_config('max_parallel_workers_per_gather', parallel, true);
  END IF;
  PERFORM
    set_config('plan_cache_mode', plan_cache_mode, true),
    set_config('enable_seqscan', seqscan, true),
    set_config('enable_bitmapscan', bitmapscan, true);
END
$$;
