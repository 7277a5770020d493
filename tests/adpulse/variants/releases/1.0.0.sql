SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE TYPE public.event_type AS ENUM (
    'impression',
    'click',
    'conversion'
);
CREATE FUNCTION public.bigint_pieces(cost numeric, revenue numeric) RETURNS TABLE(cost_micros bigint, revenue_micros bigint)
    LANGUAGE sql IMMUTABLE ROWS 1 PARALLEL SAFE
    AS $$
  SELECT
    (div(cost, pieces) + CASE WHEN piece = 1 THEN cost - pieces * div(cost, pieces) ELSE 0 END)::bigint,
    (div(revenue, pieces) + CASE WHEN piece = 1 THEN revenue - pieces * div(revenue, pieces) ELSE 0 END)::bigint
  FROM
    ceil(greatest(abs(cost), abs(revenue), 1) / 4611686018427387904) AS pieces,
    generate_series(1, pieces::bigint) AS piece
$$;
CREATE FUNCTION public.cover_partitions(parent regclass, most integer DEFAULT NULL::integer, only_part regclass DEFAULT NULL::regclass) RETURNS void
    LANGUAGE plpgsql
    AS $_$
DECLARE
  of_a_cluster boolean := false;
  statement text;
BEGIN
  IF to_regclass('pg_dist_partition') IS NOT NULL THEN
    EXECUTE 'SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1)' INTO of_a_cluster USING parent;
  END IF;
  IF of_a_cluster THEN
    RETURN; -- there, triggers are on shards
  END IF;
  FOR statement IN
    WITH
      missing AS (
        SELECT inhrelid AS part, pg_trigger.oid AS trigger_id, tgtype
        FROM pg_inherits
        JOIN pg_trigger ON tgrelid = inhparent
        WHERE
          inhparent = parent
          AND (only_part IS NULL OR inhrelid = only_part)
          AND NOT tgisinternal
          AND tgtype & 1 = 0 -- for each statement
          AND tgtype & 62 <> 34 -- BEFORE TRUNCATE and nothing else
          AND NOT EXISTS (
            SELECT FROM pg_trigger AS own WHERE own.tgrelid = inhrelid AND own.tgname = pg_trigger.tgname
          )
      ),
      chosen AS (SELECT DISTINCT part FROM missing ORDER BY part DESC LIMIT most)
    SELECT
      replace(
        replace(
          CASE WHEN tgtype & 32 > 0 THEN replace(written, ' AFTER TRUNCATE ', ' BEFORE TRUNCATE ') ELSE written END,
          format(' ON %I.%I ', whole_schema.nspname, whole.relname),
          format(' ON %I.%I ', part_schema.nspname, partition.relname)),
        ' EXECUTE FUNCTION ',
        format(
          ' WHEN (current_setting(''adpulse.counted'', true) IS DISTINCT FROM ''on''%s) EXECUTE FUNCTION ',
          CASE WHEN tgtype & 4 > 0 -- INSERT
            THEN format(
              ' OR NOT has_table_privilege(%L::regclass, ''TRUNCATE'')',
              format('%I.%I', part_schema.nspname, partition.relname))
            ELSE '' END))
    FROM missing
    JOIN chosen USING (part)
    JOIN pg_class AS partition ON partition.oid = part
    JOIN pg_namespace AS part_schema ON part_schema.oid = partition.relnamespace
    JOIN pg_class AS whole ON whole.oid = parent
    JOIN pg_namespace AS whole_schema ON whole_schema.oid = whole.relnamespace
    CROSS JOIN pg_get_triggerdef(trigger_id) AS written
  LOOP
    EXECUTE statement;
  END LOOP;
  IF NOT pg_try_advisory_xact_lock(1633964038) THEN
    RETURN;
  END IF;
  -- Who may insert into the whole may insert into a day, unless the day has triggers from before this migration.
  FOR statement IN
    SELECT format('GRANT INSERT ON TABLE %s TO %s', inhrelid::regclass, grantee::regrole)
    FROM pg_inherits
    JOIN pg_class AS partition ON partition.oid = inhrelid AND partition.relname ~ '^events_p[0-9]{8}$'
    JOIN pg_class AS whole ON whole.oid = inhparent
    CROSS JOIN aclexplode(whole.relacl) AS granted
    WHERE
      inhparent = parent
      AND (only_part IS NULL OR inhrelid = only_part)
      AND privilege_type = 'INSERT' AND grantee NOT IN (0, whole.relowner)
      AND NOT has_table_privilege(grantee, inhrelid, 'INSERT')
      AND NOT EXISTS (
        SELECT FROM pg_trigger
        WHERE
          tgrelid = inhrelid AND NOT tgisinternal AND tgtype & 5 = 4 -- INSERT, for each statement
          AND strpos(pg_get_triggerdef(oid), 'has_table_privilege') = 0
      )
  LOOP
    EXECUTE statement;
  END LOOP;
END
$_$;
CREATE FUNCTION public.day_is_taken(day date) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT
    part IS NOT NULL
    AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = part AND inhparent = to_regclass('events'))
  FROM to_regclass(format('%I.events_p%s', current_schema(), to_char(day, 'YYYYMMDD'))) AS part
$$;
CREATE FUNCTION public.dimension_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) RETURNS TABLE(bucket timestamp with time zone, grp text, impressions bigint, clicks bigint, conversions bigint, cost_micros numeric, revenue_micros numeric, note text)
    LANGUAGE plpgsql STABLE
    SET jit TO 'off'
    AS $_$
#variable_conflict use_column
DECLARE
  asked text := dimension; -- the one key that the question is about
  condition jsonb;
  wants_other boolean := false;
  kept record;
  wanted text[];
  by_day tstzmultirange := '{}';
  by_hour tstzmultirange := '{}';
  by_minute tstzmultirange;
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
    EXISTS (SELECT FROM rollup_dim_change) AS is_changed
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
  -- The window as whole days, whole hours, minutes, and the rest, which is read by the event. A day or an hour that an edge
  -- of a bucket cuts is not whole.
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
    left_over := rollup_dim_detailed_in(left_over, CASE WHEN whole THEN 0 ELSE 1 END);
  END IF;
  by_minute := left_over + (tstzmultirange(tstzrange(greatest(start, least(stop, kept.closed_to)), stop)) - kept.pending);
  by_event := tstzmultirange(tstzrange(start, stop)) - by_day - by_hour - by_minute;
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
      rollup_dim_behind(kept.days, kept.snapshot, format('%s AND NOT ts <@ %L::tstzmultirange', passes, by_event)),
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
    -- Not all of a partition that is not analysed yet.
    PERFORM set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', bitmapscan, true);
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
  END IF;
  PERFORM
    set_config('plan_cache_mode', plan_cache_mode, true),
    set_config('enable_seqscan', seqscan, true),
    set_config('enable_bitmapscan', bitmapscan, true);
END
$_$;
CREATE FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE dimension WHEN 'campaign_id'::text THEN campaign_id WHEN 'event_type'::text THEN event_type ELSE (metadata ->> dimension) END;
CREATE FUNCTION public.event_id_of(written text) RETURNS uuid
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
  SELECT
    CASE
      WHEN written ~ '^([uU][rR][nN]:[uU][uU][iI][dD]:)?([0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\3[0-9a-fA-F]{4}\3[0-9a-fA-F]{4}\3[0-9a-fA-F]{12}|\{[0-9a-fA-F]{8}(-?)[0-9a-fA-F]{4}\4[0-9a-fA-F]{4}\4[0-9a-fA-F]{4}\4[0-9a-fA-F]{12}\})$'
        THEN right(regexp_replace(written, '[^0-9a-fA-F]', '', 'g'), 32)::uuid
      -- Version 8, variant 2: RFC 9562.
      ELSE encode(
        set_byte(set_byte(hash, 6, get_byte(hash, 6) & 15 | 128), 8, get_byte(hash, 8) & 63 | 128), 'hex')::uuid
    END
  FROM substr(sha256('\x616470756c7365206576656e745f696400' || convert_to(written, 'UTF8')), 1, 16) AS hash
$_$;
CREATE FUNCTION public.filter_path(filters jsonb) RETURNS jsonpath
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT (('strict '::text || string_agg(CASE WHEN ((texts.value ~ '^-?(0|[1-9][0-9]*)(\.[0-9]+)?$'::text) OR (texts.value = ANY (ARRAY['true'::text, 'false'::text]))) THEN format('($.%1$s == %2$s || $.%1$s == %3$s)'::text, to_json(texts.key), to_json(texts.value), texts.value) ELSE format('($.%s == %s)'::text, to_json(texts.key), to_json(texts.value)) END, ' && '::text ORDER BY texts.key)))::jsonpath AS jsonpath FROM (SELECT jsonb_each.key, (jsonb_each.value #>> '{}'::text[]) AS value FROM jsonb_each(filter_path.filters) jsonb_each(key, value) WHERE ((jsonb_typeof(jsonb_each.value) = 'string'::text) AND (jsonb_each.key <> ALL (ARRAY['campaign_id'::text, 'event_type'::text])))) texts WHERE ((texts.value !~ '^[[{]'::text) AND ((length(texts.value) < 1000) OR (texts.value !~ '^[-0-9.]+$'::text))));
CREATE FUNCTION public.filter_rest(filters jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT COALESCE(jsonb_agg(jsonb_build_object('key', jsonb_each.key, 'is', jsonb_each.value)), '[]'::jsonb) AS "coalesce" FROM jsonb_each(filter_rest.filters) jsonb_each(key, value) WHERE ((jsonb_typeof(jsonb_each.value) <> 'string'::text) OR (jsonb_each.key = ANY (ARRAY['campaign_id'::text, 'event_type'::text])) OR ((jsonb_each.value #>> '{}'::text[]) ~ '^([[{]|-?[0-9]+(\.[0-9]+)?$)'::text)));
CREATE FUNCTION public.filters_hold(campaign_id text, event_type text, metadata jsonb, rest jsonb) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
BEGIN
  FOR place IN 0 .. jsonb_array_length(rest) - 1 LOOP
    IF NOT group_matches(event_group(campaign_id, event_type, metadata, rest -> place ->> 'key'), rest -> place -> 'is') THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END
$$;
CREATE FUNCTION public.group_matches(name text, condition jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE jsonb_typeof(condition) WHEN 'object'::text THEN (NOT COALESCE(((condition -> 'not'::text) ? name), ((condition -> 'not'::text) @> 'null'::jsonb))) ELSE (NOT (name IS DISTINCT FROM (condition #>> '{}'::text[]))) END;
CREATE FUNCTION public.event_matches(campaign_id text, event_type text, metadata jsonb, filters jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((filters IS NULL) OR (((public.filter_path(filters) IS NULL) OR (metadata @@ public.filter_path(filters))) AND CASE jsonb_array_length(public.filter_rest(filters)) WHEN 0 THEN true WHEN 1 THEN public.group_matches(public.event_group(campaign_id, event_type, metadata, (public.filter_rest(filters) #>> '{0,key}'::text[])), (public.filter_rest(filters) #> '{0,is}'::text[])) ELSE public.filters_hold(campaign_id, event_type, metadata, public.filter_rest(filters)) END));
CREATE FUNCTION public.event_xid() RETURNS bigint
    LANGUAGE sql IMMUTABLE
    AS $$SELECT txid_current()$$;
CREATE FUNCTION public.expire_keys(hours integer, mine timestamp with time zone, passed interval) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  here timestamptz := clock_timestamp();
  slack CONSTANT interval := '10 minutes'; -- what no clock is blamed for: a restart, a look that came late
  known interval := '0';
  jump interval;
  measured boolean;
  changed bigint;
BEGIN
  SELECT here - seen_at, seen_at IS NOT DISTINCT FROM mine INTO jump, measured FROM idempotency_clock;
  IF measured THEN
    known := passed;
    jump := jump - passed;
  END IF;
  IF jump NOT BETWEEN -slack AND slack THEN
    -- What was stamped since the last look, by the clock as it is now, is right. Where that look is not ours, nothing gets older.
    UPDATE idempotency_keys SET created_at = least(created_at + jump, here)
    WHERE created_at > here OR created_at < here - known - slack AND (measured OR jump > '0');
    GET DIAGNOSTICS changed = ROW_COUNT;
    jump := justify_hours(make_interval(secs => round(extract(epoch FROM jump))));
    IF measured THEN
      RAISE WARNING 'the clock of the database has jumped by %: % Idempotency-Keys keep the age that they had', jump, changed;
    ELSE
      RAISE NOTICE 'upkeep did not run for %: % Idempotency-Keys did not get older', jump, changed;
    END IF;
  END IF;
  UPDATE idempotency_keys SET created_at = here WHERE created_at > here + slack;
  DELETE FROM idempotency_keys WHERE created_at < here - make_interval(hours => hours);
  INSERT INTO idempotency_clock VALUES (here) ON CONFLICT ((true)) DO UPDATE SET seen_at = excluded.seen_at;
  RETURN here;
END
$$;
CREATE FUNCTION public.first_day_kept(days integer, clock timestamp with time zone) RETURNS date
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
  IF clock NOT BETWEEN now() - interval '1 day' AND now() + interval '1 day' THEN
    RAISE WARNING 'retention waits: the clocks of the service and of the database differ by more than a day';
    RETURN NULL;
  END IF;
  PERFORM 1 FROM heartbeat WHERE beat_at > now() + interval '1 day' LIMIT 1;
  IF found THEN
    RAISE WARNING 'retention waits: the heartbeat lies in the future, so the clock of the database was wrong, or is';
    RETURN NULL;
  END IF;
  PERFORM 1 FROM events WHERE ts > now() - interval '1 day' AND ts <= now() + interval '1 day' LIMIT 1;
  IF NOT found THEN
    RAISE WARNING 'retention waits: no event of the last day is here, or the clock of the database is wrong; '
      'to drop old days now: SELECT retire_days(date)';
    RETURN NULL;
  END IF;
  PERFORM 1 FROM events WHERE ts > now() - interval '8 days' AND ts <= now() - interval '1 day' LIMIT 1;
  IF NOT found THEN
    RAISE WARNING 'retention waits: no event of the week before the last day is here, so this database is new or was away, '
      'or its clock has jumped; to drop old days now: SELECT retire_days(date)';
    RETURN NULL;
  END IF;
  RETURN (now() AT TIME ZONE 'UTC')::date - days;
END
$$;
CREATE FUNCTION public.grant_roles() RETURNS text[]
    LANGUAGE plpgsql
    AS $_$
DECLARE
  role_name text;
  statement text;
  missing text[] := '{}';
BEGIN
  FOREACH role_name IN ARRAY ARRAY['adpulse_ingest', 'adpulse_report', 'adpulse_maintain'] LOOP
    CONTINUE WHEN to_regrole(role_name) IS NOT NULL;
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster was faster
      WHEN insufficient_privilege THEN missing := missing || role_name;
    END;
  END LOOP;
  -- PostgreSQL lets everybody run a new function and look into the schema public. This comes first: what everybody may,
  -- the roles may too, and would not be given below.
  FOR statement IN
    SELECT format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', oid::regprocedure)
    FROM pg_proc
    WHERE
      pronamespace = current_schema()::regnamespace
      AND has_function_privilege('public', oid, 'EXECUTE')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    UNION ALL
    SELECT format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', nspname)
    FROM pg_namespace
    WHERE
      nspname = current_schema() AND has_schema_privilege('public', oid, 'USAGE')
      AND pg_has_role(nspowner, 'USAGE') -- of a database that is somebody else's, the schema is, too
  LOOP
    EXECUTE statement;
  END LOOP;
  FOR statement IN
    WITH
      -- By name. A table that is not here yet, or not any more, is left out.
      named (role_name, relation, privileges) AS (
        SELECT role, to_regclass(name), privileges::text[]
        FROM (VALUES
          ('adpulse_ingest', 'events', '{INSERT}'),
          ('adpulse_report', 'events', '{SELECT}'),
          -- Exactly once: keys and ids are claimed, looked up, and given back.
          ('adpulse_ingest', 'idempotency_keys', '{SELECT,INSERT,UPDATE,DELETE}'),
          ('adpulse_ingest', 'event_ids', '{SELECT,INSERT,DELETE}'),
          ('adpulse_ingest', 'imported', '{SELECT,INSERT,UPDATE}'),
          ('adpulse_ingest', 'event_ids_past', '{SELECT}'),
          ('adpulse_maintain', 'idempotency_keys', '{SELECT,DELETE}'),
          -- Who may come in; the owner makes the keys.
          ('adpulse_ingest', 'api_keys', '{SELECT}'),
          ('adpulse_ingest', 'api_key_uses', '{SELECT,INSERT,UPDATE}'),
          -- What is in force.
          ('adpulse_ingest', 'schema_migrations', '{SELECT}'),
          ('adpulse_report', 'schema_migrations', '{SELECT}'),
          ('adpulse_report', 'active_variant', '{SELECT}'),
          ('adpulse_report', 'raw_horizon', '{SELECT}'),
          ('adpulse_report', 'archived_days', '{SELECT}'),
          ('adpulse_maintain', 'active_variant', '{SELECT}'),
          -- What a replica needs to know.
          ('adpulse_report', 'rollup_mark', '{SELECT}'),
          ('adpulse_maintain', 'rollup_mark', '{SELECT,INSERT,UPDATE}'),
          ('adpulse_report', 'heartbeat', '{SELECT}'),
          ('adpulse_maintain', 'heartbeat', '{SELECT,UPDATE}'),
          -- Nobody but the owner.
          ('adpulse_maintain', 'declared_dimension', '{}'),
          ('adpulse_maintain', 'idempotency_clock', '{}')
        ) AS listed (role, name, privileges)
        WHERE to_regclass(name) IS NOT NULL
      ),
      -- The variant's own. Partitions are reached through their parent, which is where PostgreSQL asks for rights.
      own AS (
        SELECT oid::regclass AS relation, relkind
        FROM pg_class
        WHERE
          relnamespace = current_schema()::regnamespace
          AND relkind IN ('r', 'p', 'm', 'v')
          AND NOT relispartition
          AND relname !~ '^event_ids_[0-9]{8}$'
          AND oid NOT IN (SELECT relation FROM named)
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
      ),
      tables (role_name, relation, privileges) AS (
        SELECT * FROM named
        UNION ALL
        SELECT 'adpulse_report', relation, '{SELECT}' FROM own
        UNION ALL
        SELECT 'adpulse_maintain', relation, '{SELECT,INSERT,UPDATE,DELETE}' FROM own WHERE relkind IN ('r', 'p')
      ),
      -- Reports call what only looks, maintenance what changes something besides. Nobody calls a trigger's function:
      -- it runs whoever writes the event.
      functions (role_name, routine) AS (
        SELECT role, pg_proc.oid::regprocedure
        FROM pg_proc
        JOIN (VALUES ('adpulse_report', 'si'), ('adpulse_maintain', 'siv'), ('adpulse_ingest', '')) AS callers (role, kinds)
          ON strpos(kinds, provolatile::text) > 0
          OR kinds = '' AND proname IN ('known_event_ids', 'past_event_ids')
        WHERE
          pronamespace = current_schema()::regnamespace
          AND prorettype <> 'trigger'::regtype
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
        UNION ALL
        SELECT 'adpulse_ingest', to_regprocedure('event_xid()') WHERE to_regprocedure('event_xid()') IS NOT NULL
      )
    -- A role that is missing is null for has_…_privilege, and so gets nothing.
    SELECT format('GRANT %s ON TABLE %s TO %I', privilege, relation, tables.role_name)
    FROM tables, unnest(privileges) AS privilege
    WHERE NOT has_table_privilege(to_regrole(tables.role_name), relation, privilege)
    UNION ALL
    SELECT format('GRANT EXECUTE ON ROUTINE %s TO %I', routine, functions.role_name)
    FROM functions
    WHERE NOT has_function_privilege(to_regrole(functions.role_name), routine, 'EXECUTE')
    UNION ALL
    SELECT DISTINCT format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), tables.role_name)
    FROM tables
    WHERE NOT has_schema_privilege(to_regrole(tables.role_name), current_schema(), 'USAGE')
  LOOP
    EXECUTE statement;
  END LOOP;
  RETURN missing;
END
$_$;
CREATE FUNCTION public.known_event_ids(ids uuid[]) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET enable_seqscan TO 'off'
    AS $$
  SELECT event_id FROM event_ids WHERE event_id = ANY (ids)
$$;
CREATE FUNCTION public.past_event_ids(ids uuid[]) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'event_ids_past'::regclass) THEN
    RETURN QUERY SELECT event_id FROM event_ids_past WHERE event_id = ANY (ids);
  END IF;
END
$$;
CREATE FUNCTION public.prepare_days(first_day date, last_day date) RETURNS void
    LANGUAGE plpgsql
    AS $_$
DECLARE
  day date;
  part text;
  lower timestamptz;
  upper timestamptz;
  strayed boolean;
  columns text := (
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_attribute
    WHERE attrelid = to_regclass('events') AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
  );
BEGIN
  IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass('events')) THEN
    RETURN;
  END IF;
  FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
    part := 'events_p' || to_char(day, 'YYYYMMDD');
    IF day_is_taken(day) THEN
      RAISE WARNING 'the table % is no partition of events, and keeps % from having one: rename it, or attach it', part, day;
      CONTINUE;
    END IF;
    CONTINUE WHEN to_regclass(format('%I.%I', current_schema(), part)) IS NOT NULL;
    lower := day::timestamp AT TIME ZONE 'UTC';
    upper := (day + 1)::timestamp AT TIME ZONE 'UTC';
    PERFORM 1 FROM events_default WHERE ts >= lower AND ts < upper LIMIT 1;
    strayed := found;
    -- While rows move, nobody may hold a plan that was made without the new partition: it would run on a snapshot
    -- taken after the move, and find them in neither (tests/adpulse/variants/test_equality.py shows it). So `events` itself is locked,
    -- and first: readers lock it first too.
    IF strayed THEN
      LOCK TABLE ONLY events IN ACCESS EXCLUSIVE MODE;
    END IF;
    -- No writer may add a row of this day to the default partition from here on.
    LOCK TABLE events_default IN ACCESS EXCLUSIVE MODE;
    -- Again: another session may have made it while this one waited for the lock.
    CONTINUE WHEN to_regclass(format('%I.%I', current_schema(), part)) IS NOT NULL;
    PERFORM 1 FROM events_default WHERE ts >= lower AND ts < upper LIMIT 1;
    IF found AND NOT strayed THEN
      RAISE lock_not_available USING MESSAGE = format('events of %s arrived just now; call again', day);
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED)', part);
    IF strayed THEN
      PERFORM set_config('adpulse.counted', 'on', true);
    END IF;
    IF strayed AND to_regprocedure('rollup_dim_stray(timestamptz, timestamptz)') IS NOT NULL THEN
      PERFORM rollup_dim_stray(lower, upper);
    END IF;
    EXECUTE format(
      'WITH moved AS (DELETE FROM events_default WHERE ts >= %L AND ts < %L RETURNING *) '
      'INSERT INTO %I (%s) SELECT %4$s FROM moved', lower, upper, part, columns);
    IF strayed THEN
      PERFORM set_config('adpulse.counted', '', true);
    END IF;
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds CHECK (ts >= %L AND ts < %L)', part, lower, upper);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, lower, upper);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
    -- This one alone, which nobody else can see yet. A lock on another, which a writer holds that waits for the default
    -- partition, would close a circle.
    PERFORM cover_partitions('events', only_part => to_regclass(format('%I.%I', current_schema(), part)));
  END LOOP;
  -- Either we have its lock already, or no other.
  PERFORM cover_partitions('events', only_part => to_regclass('events_default'));
END
$_$;
CREATE FUNCTION public.raw_kept(start timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
DECLARE
  horizon timestamptz := (SELECT kept_from FROM raw_horizon);
BEGIN
  IF start < horizon THEN
    RAISE EXCEPTION USING
      ERRCODE = 'AP001',
      MESSAGE = format('raw events are kept from %s', to_char(horizon AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
  END IF;
  RETURN true;
END
$$;
CREATE FUNCTION public.raw_kept(start timestamp with time zone, stop timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
DECLARE
  spans text[];
BEGIN
  PERFORM raw_kept(start);
  -- Neighbouring days as one span.
  SELECT array_agg(concat_ws(' to ', to_char(first, 'YYYY-MM-DD'), to_char(nullif(last, first), 'YYYY-MM-DD')) ORDER BY first)
  INTO spans
  FROM (
    SELECT min(day) AS first, max(day) AS last
    FROM (
      SELECT DISTINCT day, day - dense_rank() OVER (ORDER BY day)::int AS island
      FROM archived_days
      WHERE day::timestamp AT TIME ZONE 'UTC' < stop AND (day + 1)::timestamp AT TIME ZONE 'UTC' > start
    ) AS days
    GROUP BY island
  ) AS islands;
  IF spans IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'AP002',
      MESSAGE = format(
        'raw events of %s are archived',
        array_to_string(spans[:10], ', ') || CASE WHEN cardinality(spans) > 10 THEN ' and more days' ELSE '' END);
  END IF;
  RETURN true;
END
$$;
CREATE FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) RETURNS TABLE(bucket timestamp with time zone, grp text, impressions bigint, clicks bigint, conversions bigint, cost_micros numeric, revenue_micros numeric)
    LANGUAGE plpgsql STABLE
    AS $_$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    CASE WHEN $4 IS NOT NULL THEN $5[width_bucket(ts, $5)] END,
    event_group(campaign_id, event_type::text, metadata, $6),
    count(*) FILTER (WHERE event_type = 'impression'),
    count(*) FILTER (WHERE event_type = 'click'),
    count(*) FILTER (WHERE event_type = 'conversion'),
    coalesce(sum(cost_micros), 0),
    coalesce(sum(revenue_micros), 0)
  FROM events
  WHERE
    ts >= $2 AND ts < $3
    AND ($1 IS NULL OR campaign_id = ANY($1))
    AND event_matches(campaign_id, event_type::text, metadata, $7)
    AND raw_kept($2, $3)
  GROUP BY 1, 2;
END
$_$;
CREATE FUNCTION public.report_buckets(start timestamp with time zone, stop timestamp with time zone, granularity text, zone text) RETURNS timestamp with time zone[]
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
  IF granularity IS NULL THEN
    RETURN NULL;
  ELSIF zone IS NULL THEN
    RAISE EXCEPTION 'buckets by % need a time zone, such as UTC', granularity
    USING ERRCODE = 'null_value_not_allowed';
  ELSIF zone LIKE '{%' THEN
    RETURN zone::timestamptz[];
  ELSIF granularity = 'minute' THEN
    PERFORM start AT TIME ZONE zone; -- raises an error when there is no such zone
    RETURN ARRAY(SELECT generate_series(start, stop - interval '1 minute', '1 minute'));
  END IF;
  RETURN ARRAY(
    SELECT bucket
    FROM (
      SELECT bucket, lead(bucket) OVER (ORDER BY bucket) AS next
      FROM (
        SELECT min(minute) AS bucket
        -- From a day before the bucket that the window begins in, where a change of clocks may have moved its edge.
        FROM generate_series(
          date_trunc(granularity, start, zone) - interval '1 day', stop - interval '1 minute', '1 minute'
        ) AS minute
        GROUP BY
          date_trunc(granularity, minute AT TIME ZONE zone),
          CASE WHEN granularity = 'hour' THEN minute AT TIME ZONE zone - minute AT TIME ZONE 'UTC' END
      ) AS begins
    ) AS neighbours
    WHERE coalesce(next, 'infinity') > start
    ORDER BY bucket
  );
END
$$;
CREATE FUNCTION public.retire_days(first_kept date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '100ms'
    AS $_$
DECLARE
  horizon timestamptz := first_kept::timestamp AT TIME ZONE 'UTC';
  source regclass := coalesce(to_regclass('events_default'), 'events'::regclass);
  part regclass;
  day date;
  filled boolean;
  deleted bigint;
  sharded boolean := false;
  of_dimensions boolean := to_regprocedure('rollup_dim_keep(date)') IS NOT NULL;
  -- Events that are in the roll-ups of dimensions.
  added text := 'true';
BEGIN
  SELECT inhrelid::regclass, to_date(right(relname, 8), 'YYYYMMDD') INTO part, day
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
  ORDER BY relname
  LIMIT 1;
  IF day < first_kept THEN
    IF of_dimensions THEN
      PERFORM rollup_dim_keep(day);
    END IF;
    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    IF of_dimensions THEN
      PERFORM rollup_dim_advance();
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', part) INTO filled;
    EXECUTE format('DROP TABLE %s', part);
    RAISE NOTICE 'retention dropped the partition %, raw events of %', part, day;
    horizon := (day + 1)::timestamp AT TIME ZONE 'UTC';
  ELSE
    IF of_dimensions THEN
      EXECUTE format(
        'SELECT rollup_dim_keep(old) FROM (SELECT DISTINCT (ts AT TIME ZONE ''UTC'')::date AS old FROM %s WHERE ts < $1) AS days',
        source)
      USING horizon;
      PERFORM rollup_dim_advance();
      added := (SELECT rollup_dim_sees(snapshot, 'written_xid') FROM rollup_dim_mark);
    END IF;
    PERFORM set_config('adpulse.counted', 'on', true); -- roll-ups stay as they are
    -- Rows of two shards can have one ctid: there, all old rows go at once.
    IF to_regclass('pg_dist_partition') IS NOT NULL THEN
      EXECUTE 'SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1)' INTO sharded USING source;
    END IF;
    IF sharded THEN
      EXECUTE format('DELETE FROM %s WHERE ts < $1', source) USING horizon;
    ELSE
      -- A ctid has namesakes in other chunks: old ones may go along, those that are kept must not.
      EXECUTE format(
        'DELETE FROM %1$s WHERE ts < $1 AND %2$s AND ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE ts < $1 AND %2$s LIMIT 100000))',
        source, added)
      USING horizon;
    END IF;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    PERFORM set_config('adpulse.counted', '', true);
    filled := deleted > 0;
    IF filled THEN
      RAISE NOTICE 'retention deleted % raw events of days before %', deleted, first_kept;
    END IF;
  END IF;
  IF filled THEN
    INSERT INTO raw_horizon AS kept (kept_from) VALUES (horizon)
    ON CONFLICT (only_row) DO UPDATE SET kept_from = greatest(kept.kept_from, excluded.kept_from);
  END IF;
  RETURN coalesce(day < first_kept, false) OR deleted >= 100000;
EXCEPTION
  WHEN lock_not_available THEN RETURN false;
END
$_$;
CREATE FUNCTION public.rollup_capture() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
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
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.rollup_mark (
    only_row boolean DEFAULT true NOT NULL,
    before xid8 NOT NULL,
    system_identifier bigint NOT NULL,
    snapshot pg_snapshot,
    CONSTRAINT rollup_mark_only_row_check CHECK (only_row)
);
CREATE FUNCTION public.rollup_delta_start() RETURNS xid8
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT rollup_mark.before FROM public.rollup_mark WHERE ((rollup_mark.system_identifier = (SELECT pg_control_system.system_identifier FROM pg_control_system() pg_control_system(pg_control_version, catalog_version_no, system_identifier, pg_control_last_modified))) AND (rollup_mark.before <= pg_snapshot_xmax(pg_current_snapshot())))), '0'::xid8);
CREATE FUNCTION public.rollup_dim_add(source text, taken text, places smallint[], days date[], closed_to timestamp with time zone, OUT hours timestamp with time zone[], OUT folded smallint[]) RETURNS record
    LANGUAGE plpgsql
    SET work_mem TO '128MB'
    SET enable_sort TO 'off'
    SET enable_incremental_sort TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_nestloop TO 'off'
    SET enable_seqscan TO 'off'
    SET jit TO 'off'
    AS $_$
DECLARE
  names text;
  sets text;
  place_of text;
  name_of text;
  coarse timestamptz[] := rollup_dim_coarse(days, closed_to);
BEGIN
  -- A column for each dimension, and a grouping set: twice as fast as a row for each event and dimension.
  SELECT
    string_agg(format('metadata ->> %L AS name_%s', key, place), ', '),
    string_agg(
      format('(campaign_id, minute, name_%1$s)' || CASE WHEN coarse <> '{}' THEN ', (hour, name_%1$s)' ELSE '' END, place), ', '
    ),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN %1$s', place), ' '),
    string_agg(format('WHEN grouping(name_%1$s) = 0 THEN name_%1$s', place), ' ')
  INTO names, sets, place_of, name_of
  FROM rollup_dimension
  WHERE place = ANY (places);
  IF names IS NULL THEN
    EXECUTE taken;
    hours := '{}';
    folded := '{}';
    RETURN;
  END IF;
  EXECUTE format($sql$
    WITH
      taken AS (%2$s),
      source AS (%1$s),
      fine AS MATERIALIZED (SELECT rollup_dim_fine() AS spans),
      cells AS MATERIALIZED (
        SELECT *, coalesce(to_json(name)::text, 'null') AS value
        FROM (
          SELECT
            (CASE %5$s END)::smallint AS place,
            CASE %6$s END AS name,
            %7$s,
            coalesce(sum(sign) FILTER (WHERE event_type = 'impression'), 0) AS impressions,
            coalesce(sum(sign) FILTER (WHERE event_type = 'click'), 0) AS clicks,
            coalesce(sum(sign) FILTER (WHERE event_type = 'conversion'), 0) AS conversions,
            sum(sign * cost_micros) AS cost_micros,
            sum(sign * revenue_micros) AS revenue_micros
          FROM (
            SELECT
              sign, campaign_id,
              CASE
                WHEN ts >= $2 - interval '3 days' OR ts <@ (SELECT spans FROM fine) THEN date_bin('1 minute', ts, 'epoch')
                WHEN is_coarse THEN date_bin('1 day', ts, 'epoch')
                ELSE date_bin('1 hour', ts, 'epoch')
              END AS minute,
              CASE WHEN is_coarse THEN date_bin('1 hour', ts, 'epoch') END AS hour,
              event_type, cost_micros, revenue_micros, %3$s
            FROM source, LATERAL (SELECT $3 <> '{}' AND date_bin('1 day', ts, 'epoch') = ANY ($3) AS is_coarse) AS levels
            -- Always so. The planner expects a 200th of the rows: for a million or more it would sort them, once for each set.
            WHERE cost_micros * 0 = 0
            OFFSET 0 -- once for each event, and not for each set
          ) AS named
          GROUP BY GROUPING SETS (%4$s)
        ) AS grouped
        WHERE
          minute IS NOT NULL
          -- Of what is pending, raw events are read until it is built, with these.
          AND NOT EXISTS (
            SELECT FROM rollup_dim_pending AS pending
            WHERE pending.place = grouped.place AND minute >= start AND minute < stop AND $1
          )
      ),
      -- A new value has rows of its own as long as there is room.
      folds AS MATERIALIZED (
        SELECT place, value, is_known, rollup_fold(name, is_known, number > room) AS kept
        FROM (
          SELECT
            names.*,
            row_number() OVER (PARTITION BY place, is_known, rollup_fold(name, false, false) = '' ORDER BY value) AS number,
            rollup_dim_most() - (SELECT count(*) FROM rollup_value WHERE rollup_value.place = names.place) AS room
          FROM (
            SELECT DISTINCT place, name, value, known.value IS NOT NULL AS is_known
            FROM cells
            LEFT JOIN rollup_value AS known USING (place, value)
          ) AS names
        ) AS numbered
      ),
      learnt AS (
        INSERT INTO rollup_value (place, value)
        SELECT place, kept
        FROM folds
        WHERE NOT is_known AND kept <> ''
        ORDER BY 1, 2
        ON CONFLICT (place, value) DO NOTHING
      ),
      -- Days of which this adds more than 2^40 micros: their money goes into rollup_dim_large, as in 07.
      large_days AS (
        SELECT date_bin('1 day', minute, 'epoch') AS day
        FROM cells
        WHERE campaign_id <> ''
        GROUP BY place, day
        HAVING sum(abs(cost_micros)) > 1099511627776 OR sum(abs(revenue_micros)) > 1099511627776
      ),
      summed AS MATERIALIZED (
        SELECT
          sums.*,
          date_bin('1 hour', minute, 'epoch') AS hour,
          date_bin('1 day', minute, 'epoch') AS day,
          date_bin('1 day', minute, 'epoch') IN (SELECT large_days.day FROM large_days) AS is_large
        FROM (
          -- Cells are these already, but for values that share a row.
          SELECT
            campaign_id, place, value, minute, impressions, clicks, conversions,
            cost_micros AS all_cost, revenue_micros AS all_revenue
          FROM cells
          WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept <> '')
          UNION ALL
          SELECT
            campaign_id, place, '', minute,
            total(impressions), total(clicks), total(conversions), sum(cost_micros), sum(revenue_micros)
          FROM cells
          WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept = '')
          GROUP BY 1, 2, 4
          UNION ALL
          SELECT
            '', place, kept, minute,
            total(impressions), total(clicks), total(conversions), sum(cost_micros), sum(revenue_micros)
          FROM cells
          JOIN folds USING (place, value)
          -- Of coarse days the hours of all campaigns are cells of their own.
          WHERE (campaign_id = '') = (date_bin('1 day', minute, 'epoch') = ANY ($3))
          GROUP BY 2, 3, 4
        ) AS sums
      ),
      counted AS (
        SELECT
          *,
          CASE WHEN is_large THEN 0 ELSE all_cost END::bigint AS cost_micros,
          CASE WHEN is_large THEN 0 ELSE all_revenue END::bigint AS revenue_micros
        FROM summed
      ),
      -- OFFSET 0: a look for each, and no join with all that is kept.
      known_days AS MATERIALIZED (
        SELECT DISTINCT day
        FROM (SELECT DISTINCT place, day FROM summed WHERE campaign_id = '' AND minute < $2) AS days
        WHERE
          day IN (SELECT kept.day FROM rollup_dim_day AS kept WHERE kept.campaign_id = '')
          OR EXISTS (
            SELECT FROM rollup_dim_hour AS kept
            WHERE
              kept.campaign_id = '' AND kept.place = days.place
              AND kept.hour >= days.day AND kept.hour < days.day + interval '1 day'
            OFFSET 0
          )
      ),
      -- Days of which nothing was known, and that bring many events at once: built in full, there and then.
      fresh AS (
        SELECT day, hour, sum(impressions + clicks + conversions) AS events
        FROM summed
        WHERE
          campaign_id = '' AND minute < $2 AND place = (SELECT min(place) FROM summed)
          AND day NOT IN (SELECT known_days.day FROM known_days) AND day <> ALL ($3)
        GROUP BY day, hour
      ),
      detail AS (
        INSERT INTO rollup_dim_detail (minutes, at)
        SELECT minutes, hour
        FROM fresh, (VALUES (1, rollup_dim_few()), (0, rollup_dim_thin())) AS finer (minutes, over)
        WHERE events > over AND (hour >= $2 - interval '3 days' OR hour <@ (SELECT spans FROM fine))
        UNION
        SELECT 60, day FROM fresh GROUP BY day HAVING sum(events) > rollup_dim_few()
        UNION
        -- All of recent days, as rollup_dim_close() does.
        SELECT minutes, at
        FROM
          (SELECT DISTINCT day FROM fresh WHERE day > $2 - interval '3 days') AS days,
          LATERAL (
            SELECT 60 AS minutes, day AS at
            UNION ALL
            SELECT minutes, hour
            FROM
              generate_series(0, 1) AS minutes,
              generate_series(
                greatest(day, $2 - interval '2 days'), least(day + interval '23 hours', $2 - interval '1 hour'), interval '1 hour'
              ) AS hour
          ) AS finer
        ORDER BY 1, 2
        ON CONFLICT (minutes, at) DO NOTHING
        RETURNING minutes, at
      ),
      large AS (
        INSERT INTO rollup_dim_large AS kept
        SELECT campaign_id, place, minute, value, all_cost, all_revenue
        FROM summed
        WHERE is_large
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (campaign_id, place, minute, value) DO UPDATE SET
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      ),
      of_minutes AS (
        SELECT
          campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros,
          minute < $2 AND day NOT IN (SELECT known_days.day FROM known_days) AS is_new
        FROM counted
        WHERE
          minute >= $2
          OR CASE campaign_id
            WHEN '' THEN minute <@ (SELECT rollup_dim_detailed(0)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 0)
            ELSE minute <@ (SELECT rollup_dim_detailed(1)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 1)
          END
      ),
      new_minutes AS (
        INSERT INTO rollup_dim_minute
          (campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
        FROM of_minutes
        WHERE is_new
        ORDER BY campaign_id COLLATE "C", place, minute, value COLLATE "C"
      ),
      minutes AS (
        INSERT INTO rollup_dim_minute AS kept
          (campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
        FROM of_minutes
        WHERE NOT is_new
        ORDER BY campaign_id COLLATE "C", place, minute, value COLLATE "C"
        ON CONFLICT (campaign_id, place, minute, value) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      ),
      -- Added up before they are put in order, which is by bytes: both are many times faster.
      of_hours AS MATERIALIZED (
        SELECT
          campaign_id, place, hour, value,
          total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
        FROM counted
        WHERE
          minute < $2
          AND (campaign_id = '' OR minute <@ (SELECT rollup_dim_detailed(60)) OR day IN (SELECT at FROM detail WHERE detail.minutes = 60))
        GROUP BY 1, 2, 3, 4
      ),
      new_hours AS (
        INSERT INTO rollup_dim_hour
          (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_hours
        WHERE date_bin('1 day', hour, 'epoch') NOT IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
      ),
      hours AS (
        INSERT INTO rollup_dim_hour AS kept
          (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_hours
        WHERE date_bin('1 day', hour, 'epoch') IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
        ON CONFLICT (campaign_id, place, hour, value) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      ),
      of_days AS MATERIALIZED (
        SELECT
          campaign_id, place, day, value,
          total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
        FROM counted
        WHERE minute < $2
        GROUP BY 1, 2, 3, 4
      ),
      new_days AS (
        INSERT INTO rollup_dim_day
          (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_days
        WHERE day NOT IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
      ),
      days AS (
        INSERT INTO rollup_dim_day AS kept
          (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
        SELECT *
        FROM of_days
        WHERE day IN (SELECT known_days.day FROM known_days)
        ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
        ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      )
    SELECT
      ARRAY(SELECT DISTINCT hour FROM summed WHERE minute < $2 AND campaign_id = ''),
      ARRAY(SELECT DISTINCT place FROM folds WHERE kept = '')
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
$_$;
CREATE FUNCTION public.rollup_dim_advance(most bigint DEFAULT NULL::bigint, OUT touched timestamp with time zone[], OUT more boolean) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $_$
DECLARE
  mark record;
  seen pg_snapshot;
  days date[];
  added record;
  shared smallint[] := '{}';
  chunk date[];
  bound bigint;
BEGIN
  touched := '{}';
  more := false;
  LOCK TABLE ONLY events IN ACCESS SHARE MODE;
  PERFORM FROM rollup_dim_mark FOR UPDATE;
  SELECT * INTO mark FROM rollup_dim_marked();
  -- The days are those of what this snapshot sees. The statement that adds has a later one, and leaves out what came since.
  SELECT rollup_dim_seen(), rollup_dim_days() INTO seen, days;
  -- Of loads of history all is added at once: days without roll-ups are inserted straight.
  SELECT below INTO bound
  FROM (
    SELECT below, sum(events) OVER (ORDER BY below) AS events
    FROM rollup_dim_tail
    WHERE
      below > pg_snapshot_xmax(mark.snapshot)::text::bigint
      AND day >= (now() AT TIME ZONE 'UTC')::date - 1
  ) AS parts
  WHERE events >= most
  ORDER BY below
  LIMIT 1;
  IF bound < pg_snapshot_xmax(seen)::text::bigint THEN
    more := true;
    seen := rollup_dim_before(seen, bound);
  END IF;
  IF mark.snapshot IS NULL THEN
    -- Of another cluster or a dump, in which these events had other numbers.
    PERFORM rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension));
    DELETE FROM rollup_dim_change;
  ELSE
    -- Some days at a time: a load of many days would not fit into memory. Changes are taken with the events of their day, in
    -- one snapshot; those of other days with the first.
    FOR number IN 1 .. greatest(cardinality(days), 1) BY 1 + cardinality(days) / 50 LOOP
      chunk := days[number : number + cardinality(days) / 50];
      added := rollup_dim_add(
        rollup_dim_behind(chunk, mark.snapshot, rollup_dim_sees(seen, 'written_xid'))
        || ' UNION ALL SELECT sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM taken WHERE '
        || rollup_dim_sees(mark.snapshot, 'row_xid'),
        format(
          'DELETE FROM rollup_dim_change WHERE %1$s = ANY (%2$L::date[]) OR (%3$L AND %1$s <> ALL (%4$L::date[])) RETURNING *',
          '(ts AT TIME ZONE ''UTC'')::date', chunk, number = 1, days
        ),
        ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped),
        chunk,
        mark.closed_to
      );
      touched := touched || added.hours;
      shared := shared || added.folded;
    END LOOP;
  END IF;
  UPDATE rollup_dim_mark SET snapshot = seen, system_identifier = (SELECT system_identifier FROM pg_control_system());
  PERFORM rollup_dim_stamp();
  DELETE FROM rollup_dim_tail
  WHERE pg_visible_in_snapshot(xid, seen) AND below <= pg_snapshot_xmax(seen)::text::bigint;
  IF mark.snapshot IS NULL THEN
    RETURN;
  END IF;
  UPDATE rollup_dimension SET folded = true WHERE place = ANY (shared) AND NOT folded;
  IF FOUND THEN
    RAISE WARNING 'more than % values, or longer ones than 200 characters: what is over of % shares the row "(other)"',
      rollup_dim_most(),
      (SELECT string_agg(quote_literal(key), ', ' ORDER BY key) FROM rollup_dimension WHERE place = ANY (shared));
  END IF;
END
$_$;
CREATE FUNCTION public.rollup_dim_before(seen pg_snapshot, number bigint) RETURNS pg_snapshot
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN (number >= ((pg_snapshot_xmax(seen))::text)::bigint) THEN seen ELSE (format('%s:%s:%s'::text, LEAST(number, ((pg_snapshot_xmin(seen))::text)::bigint), number, (SELECT string_agg((each.each)::text, ','::text ORDER BY each.each) AS string_agg FROM pg_snapshot_xip(rollup_dim_before.seen) each(each) WHERE (((each.each)::text)::bigint < rollup_dim_before.number))))::pg_snapshot END;
CREATE FUNCTION public.rollup_dim_begin() RETURNS void
    LANGUAGE sql
    AS $$
  INSERT INTO rollup_dim_detail (minutes, at)
  SELECT 60, day
  FROM
    rollup_dim_mark,
    generate_series(date_bin('1 day', closed_to - interval '1 day', 'epoch'), closed_to, interval '1 day') AS day
  UNION ALL
  SELECT minutes, hour
  FROM
    rollup_dim_mark,
    generate_series(0, 1) AS minutes,
    generate_series(
      date_bin('1 day', closed_to - interval '1 day', 'epoch'), closed_to - interval '1 hour', interval '1 hour'
    ) AS hour
$$;
CREATE FUNCTION public.rollup_dim_within(day date) RETURNS text
    LANGUAGE sql STABLE
    RETURN CASE WHEN isfinite(day) THEN format('ts >= %L AND ts < %L'::text, ((day)::timestamp without time zone AT TIME ZONE 'UTC'::text), (((day + 1))::timestamp without time zone AT TIME ZONE 'UTC'::text)) ELSE format('ts = %L'::text, day) END;
CREATE FUNCTION public.rollup_dim_behind(days date[], seen pg_snapshot, condition text) RETURNS text
    LANGUAGE sql STABLE
    RETURN (SELECT string_agg(format('SELECT 1 AS sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM events WHERE %s'::text, concat_ws(' AND '::text, parts.within, numbers.number, rollup_dim_behind.condition)), ' UNION ALL '::text) AS string_agg FROM (SELECT public.rollup_dim_within(day.day) AS within FROM unnest(rollup_dim_behind.days) day(day) WHERE (cardinality(rollup_dim_behind.days) <= 50) UNION ALL SELECT format('(ts AT TIME ZONE ''UTC'')::date = ANY (%L)'::text, rollup_dim_behind.days) AS format WHERE (cardinality(rollup_dim_behind.days) > 50) UNION ALL SELECT 'false'::text WHERE (rollup_dim_behind.days = '{}'::date[])) parts, (SELECT format('written_xid >= %s AND written_xid <= 9223372036854775807'::text, pg_snapshot_xmax(rollup_dim_behind.seen)) AS number UNION ALL SELECT format('written_xid >= %s AND written_xid <= %s AND written_xid = ANY (%L)'::text, min(ran.xid), max(ran.xid), array_agg(ran.xid)) AS format FROM (SELECT distances.xid, sum(distances.is_far) OVER (ORDER BY distances.xid) AS together FROM (SELECT numbers_1.xid, (((numbers_1.xid - lag(numbers_1.xid) OVER (ORDER BY numbers_1.xid)) > 20))::integer AS is_far FROM pg_snapshot_xip(rollup_dim_behind.seen) each(each), LATERAL (SELECT ((each.each)::text)::bigint AS xid) numbers_1) distances) ran GROUP BY ran.together) numbers);
CREATE FUNCTION public.rollup_dim_build(day timestamp with time zone, everything boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql
    AS $_$
DECLARE
  mark rollup_dim_mark := (SELECT m FROM rollup_dim_marked() AS m);
  whole boolean := NOT EXISTS (
    SELECT FROM rollup_dimension
    WHERE NOT dropped AND place NOT IN (SELECT place FROM rollup_dim_pending WHERE start = $1)
  );
  places smallint[] := ARRAY(SELECT place FROM rollup_dim_pending WHERE start = $1);
BEGIN
  -- The day may be infinity, whose next day it is.
  DELETE FROM rollup_dim_minute
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);
  DELETE FROM rollup_dim_hour
  WHERE hour >= $1 AND (hour < $1 + interval '1 day' OR hour = $1) AND place = ANY (places);
  DELETE FROM rollup_dim_day WHERE rollup_dim_day.day = $1 AND place = ANY (places);
  DELETE FROM rollup_dim_large
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);
  IF everything THEN
    INSERT INTO rollup_dim_detail (minutes, at)
    SELECT 60, $1
    UNION ALL
    SELECT minutes, $1 + hour * interval '1 hour' FROM generate_series(0, 1) AS minutes, generate_series(0, 23) AS hour
    ON CONFLICT (minutes, at) DO NOTHING;
  ELSIF whole THEN
    DELETE FROM rollup_dim_detail
    WHERE at >= $1 AND at < $1 + interval '1 day' AND (minutes < 60 OR at < date_bin('1 day', mark.closed_to, 'epoch'));
  END IF;
  -- What the mark sees of the events that are here now, without their changes since.
  PERFORM rollup_dim_add(
    format(
      'SELECT 1 AS sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM events WHERE %1$s AND %2$s '
      'UNION ALL SELECT -sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM rollup_dim_change '
      'WHERE %1$s AND %3$s',
      rollup_dim_within(($1 AT TIME ZONE 'UTC')::date),
      rollup_dim_sees(mark.snapshot, 'written_xid'),
      rollup_dim_sees(mark.snapshot, 'row_xid')
    ),
    'SELECT', places, ARRAY[($1 AT TIME ZONE 'UTC')::date], mark.closed_to
  );
  DELETE FROM rollup_dim_pending WHERE start = $1;
END
$_$;
CREATE FUNCTION public.rollup_dim_close() RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  opened timestamptz := (SELECT closed_to FROM rollup_dim_mark);
  closed timestamptz := date_bin('1 hour', now() - interval '1 hour', 'epoch');
  incomplete tstzmultirange := rollup_dim_incomplete();
  over regclass;
BEGIN
  IF closed <= opened THEN
    RETURN;
  END IF;
  UPDATE rollup_dim_mark SET closed_to = closed;
  PERFORM rollup_dim_stamp();
  INSERT INTO rollup_dim_hour (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
  SELECT
    campaign_id, place, date_bin('1 hour', minute, 'epoch') AS hour, value,
    total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
  FROM rollup_dim_minute
  WHERE minute >= opened AND minute < closed
  GROUP BY campaign_id, place, hour, value
  ORDER BY campaign_id, place, hour, value;
  INSERT INTO rollup_dim_day AS kept
    (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
  SELECT
    campaign_id, place, date_bin('1 day', hour, 'epoch') AS day, value,
    total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
  FROM rollup_dim_hour
  WHERE hour >= opened AND hour < closed
  GROUP BY campaign_id, place, day, value
  ORDER BY campaign_id, place, day, value
  ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
    impressions = kept.impressions + excluded.impressions,
    clicks = kept.clicks + excluded.clicks,
    conversions = kept.conversions + excluded.conversions,
    cost_micros = kept.cost_micros + excluded.cost_micros,
    revenue_micros = kept.revenue_micros + excluded.revenue_micros;
  INSERT INTO rollup_dim_detail (minutes, at)
  SELECT 60, day
  FROM generate_series(date_bin('1 day', opened, 'epoch'), date_bin('1 day', closed, 'epoch'), interval '1 day') AS day
  UNION ALL
  SELECT minutes, hour
  FROM
    generate_series(0, 1) AS minutes,
    generate_series(opened, closed - interval '1 hour', interval '1 hour') AS hour
  ON CONFLICT (minutes, at) DO NOTHING;
  -- Hours that were over two days ago, and had few events: late ones come no more. In a large day the index does not find
  -- these, because they lie between others.
  WITH
    hours AS (
      SELECT hour, max(events) AS events
      FROM (
        SELECT hour, place, sum(impressions + clicks + conversions) AS events
        FROM rollup_dim_hour
        WHERE campaign_id = '' AND hour >= opened - interval '2 days' AND hour < closed - interval '2 days'
        GROUP BY hour, place
      ) AS places
      GROUP BY hour
    ),
    thin AS (
      DELETE FROM rollup_dim_detail
      WHERE
        minutes < 60
        AND at >= opened - interval '2 days' AND at < closed - interval '2 days'
        AND NOT at <@ incomplete
        AND coalesce((SELECT events FROM hours WHERE hour = at), 0)
          <= CASE minutes WHEN 0 THEN rollup_dim_thin() ELSE rollup_dim_few() END
        AND NOT EXISTS (
          SELECT
          FROM rollup_dim_day
          WHERE campaign_id = '' AND day = date_bin('1 day', at, 'epoch')
          GROUP BY place
          HAVING sum(impressions + clicks + conversions) > 100 * rollup_dim_few()
        )
      RETURNING minutes, at
    )
  DELETE FROM rollup_dim_minute
  USING thin
  WHERE
    minute >= opened - interval '2 days' AND minute < closed - interval '2 days'
    AND minute >= at AND minute < at + interval '1 hour'
    AND (campaign_id = '') = (thin.minutes = 0);
  -- Days that were over two days ago, and had few events.
  WITH
    thin AS (
      DELETE FROM rollup_dim_detail
      WHERE
        minutes = 60
        AND at >= date_bin('1 day', opened - interval '2 days', 'epoch')
        AND at < date_bin('1 day', closed - interval '2 days', 'epoch')
        AND NOT at <@ incomplete
        AND rollup_dim_few() >= coalesce((
          SELECT max(events)
          FROM (
            SELECT sum(impressions + clicks + conversions) AS events
            FROM rollup_dim_day
            WHERE campaign_id = '' AND day = at
            GROUP BY place
          ) AS days
        ), 0)
      RETURNING at
    )
  DELETE FROM rollup_dim_hour
  USING thin
  WHERE hour >= at AND hour < at + interval '1 day' AND campaign_id <> '';
  -- VACUUM may come to the days before yesterday: rollup_dim_summarize().
  FOR over IN
    SELECT pg_class.oid::regclass
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    WHERE
      inhparent = 'events'::regclass
      AND reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1']
      AND relname < 'events_p' || to_char((now() AT TIME ZONE 'UTC')::date - 1, 'YYYYMMDD')
  LOOP
    EXECUTE format('ALTER TABLE %s RESET (autovacuum_vacuum_insert_threshold)', over);
  END LOOP;
END
$$;
CREATE TABLE public.archived_days (
    day date NOT NULL,
    part bigint NOT NULL,
    file text NOT NULL,
    sha256 text NOT NULL,
    events bigint NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros numeric NOT NULL,
    revenue_micros numeric NOT NULL,
    checksum numeric NOT NULL,
    archived_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.raw_horizon (
    only_row boolean DEFAULT true NOT NULL,
    kept_from timestamp with time zone NOT NULL,
    CONSTRAINT raw_horizon_only_row_check CHECK (only_row)
);
CREATE FUNCTION public.rollup_dim_incomplete() RETURNS tstzmultirange
    LANGUAGE sql STABLE
    RETURN (SELECT COALESCE(range_agg(spans.span), '{}'::tstzmultirange) AS "coalesce" FROM (SELECT tstzrange(((archived_days.day)::timestamp without time zone AT TIME ZONE 'UTC'::text), (((archived_days.day + 1))::timestamp without time zone AT TIME ZONE 'UTC'::text)) AS span FROM public.archived_days UNION ALL SELECT tstzrange(NULL::timestamp with time zone, raw_horizon.kept_from) AS tstzrange FROM public.raw_horizon) spans);
CREATE TABLE public.rollup_dim_detail (
    minutes smallint NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE FUNCTION public.rollup_dim_detailed(fineness integer) RETURNS tstzmultirange
    LANGUAGE sql STABLE
    RETURN (public.rollup_dim_incomplete() + (SELECT COALESCE(range_agg(tstzrange(rollup_dim_detail.at, (rollup_dim_detail.at + CASE rollup_dim_detailed.fineness WHEN 60 THEN '1 day'::interval ELSE '01:00:00'::interval END))), '{}'::tstzmultirange) AS "coalesce" FROM public.rollup_dim_detail WHERE (rollup_dim_detail.minutes = rollup_dim_detailed.fineness)));
CREATE FUNCTION public.rollup_dim_few() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 50000;
CREATE FUNCTION public.rollup_dim_thin() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 5000;
CREATE TABLE public.rollup_hour (
    campaign_id text NOT NULL,
    hour timestamp with time zone NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE FUNCTION public.rollup_dim_fine() RETURNS tstzmultirange
    LANGUAGE sql STABLE
    RETURN ((public.rollup_dim_detailed(0) + public.rollup_dim_detailed(1)) + (SELECT COALESCE(range_agg(tstzrange(rollup_hour.hour, (rollup_hour.hour + '01:00:00'::interval))), '{}'::tstzmultirange) AS "coalesce" FROM public.rollup_hour WHERE ((rollup_hour.campaign_id = ''::text) AND (((rollup_hour.impressions + rollup_hour.clicks) + rollup_hour.conversions) > public.rollup_dim_thin()))));
CREATE TABLE public.rollup_day (
    campaign_id text NOT NULL,
    day timestamp with time zone NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE FUNCTION public.rollup_dim_coarse(days date[], closed_to timestamp with time zone) RETURNS timestamp with time zone[]
    LANGUAGE sql STABLE
    RETURN ARRAY(SELECT rollup_day.day FROM public.rollup_day WHERE ((rollup_day.campaign_id = ''::text) AND (rollup_day.day <= (rollup_dim_coarse.closed_to - '4 days'::interval)) AND (rollup_day.day = ANY (ARRAY(SELECT ((each.each)::timestamp without time zone AT TIME ZONE 'UTC'::text) AS timezone FROM unnest(rollup_dim_coarse.days) each(each) WHERE isfinite(each.each)))) AND (((rollup_day.impressions + rollup_day.clicks) + rollup_day.conversions) <= public.rollup_dim_few()) AND (NOT (tstzrange(rollup_day.day, (rollup_day.day + '1 day'::interval)) && (SELECT (public.rollup_dim_fine() + public.rollup_dim_detailed(60)))))));
CREATE FUNCTION public.rollup_dim_days() RETURNS date[]
    LANGUAGE sql STABLE
    AS $$
  WITH mark AS MATERIALIZED (SELECT moved FROM rollup_moved_snapshot() AS moved)
  SELECT ARRAY(
    SELECT (minute AT TIME ZONE 'UTC')::date
    FROM rollup_delta_all
    WHERE xid >= (SELECT pg_snapshot_xmax(moved) FROM mark) AND xid <= '18446744073709551615'
    UNION
    SELECT (minute AT TIME ZONE 'UTC')::date
    FROM rollup_delta_all
    WHERE
      xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM mark))
      AND xid >= (SELECT pg_snapshot_xmin(moved) FROM mark) AND xid < (SELECT pg_snapshot_xmax(moved) FROM mark)
    UNION
    SELECT day
    FROM rollup_dim_tail
  )
$$;
CREATE FUNCTION public.rollup_dim_detailed_in(spans tstzmultirange, fineness integer) RETURNS tstzmultirange
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
  RETURN spans * (
    SELECT rollup_dim_incomplete() + coalesce(range_agg(tstzrange(at, at + long)), '{}')
    FROM
      unnest(spans) AS span
      CROSS JOIN (SELECT CASE fineness WHEN 60 THEN interval '1 day' ELSE interval '1 hour' END AS long) AS detail
      JOIN rollup_dim_detail ON minutes = fineness AND at > lower(span) - long AND at < upper(span)
  );
END
$$;
CREATE FUNCTION public.rollup_dim_forget(places smallint[], first_day date DEFAULT NULL::date, last_day date DEFAULT NULL::date) RETURNS void
    LANGUAGE sql
    AS $_$
  INSERT INTO rollup_dim_pending (place, start, stop)
  SELECT place, start, start + interval '1 day'
  FROM
    unnest(places) AS place,
    (
      SELECT day::timestamp AT TIME ZONE 'UTC' AS start
      FROM (
        SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
        UNION
        SELECT DISTINCT (ts AT TIME ZONE 'UTC')::date FROM events_default
        UNION
        SELECT DISTINCT (day AT TIME ZONE 'UTC')::date FROM rollup_dim_day WHERE campaign_id = ''
        UNION
        SELECT DISTINCT (hour AT TIME ZONE 'UTC')::date FROM rollup_dim_hour WHERE campaign_id = ''
        UNION
        SELECT DISTINCT (minute AT TIME ZONE 'UTC')::date FROM rollup_dim_minute WHERE campaign_id = ''
        UNION
        -- Also where only a campaign has wrong rows, which rebuild.sql has found.
        SELECT first_day WHERE first_day = last_day
      ) AS days
      WHERE day >= coalesce(first_day, day) AND day <= coalesce(last_day, day)
    ) AS starts
  WHERE NOT start <@ rollup_dim_incomplete()
  ON CONFLICT (place, start) DO NOTHING;
  -- Events that came back without deltas, while a round runs that cannot see them yet and builds the day: the next looks here.
  INSERT INTO rollup_dim_tail (day)
  SELECT DISTINCT (start AT TIME ZONE 'UTC')::date
  FROM rollup_dim_pending
  WHERE
    place = ANY (places)
    AND start >= coalesce(first_day::timestamp AT TIME ZONE 'UTC', start)
    AND start <= coalesce(last_day::timestamp AT TIME ZONE 'UTC', start)
$_$;
CREATE FUNCTION public.rollup_dim_keep(day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  midnight timestamptz := day::timestamp AT TIME ZONE 'UTC';
  span tstzrange := tstzrange(midnight, midnight + interval '1 day');
BEGIN
  PERFORM FROM rollup_dim_mark FOR UPDATE;
  IF
    span <@ rollup_dim_detailed(0) AND span <@ rollup_dim_detailed(1) AND span <@ rollup_dim_detailed(60)
    AND NOT EXISTS (SELECT FROM rollup_dim_pending WHERE start = midnight)
  THEN
    RETURN;
  END IF;
  INSERT INTO rollup_dim_pending (place, start, stop)
  SELECT place, midnight, upper(span) FROM rollup_dimension WHERE NOT dropped
  ON CONFLICT (place, start) DO NOTHING;
  PERFORM rollup_dim_build(midnight, true);
END
$$;
CREATE TABLE public.rollup_dim_mark (
    only_row boolean DEFAULT true NOT NULL,
    snapshot pg_snapshot NOT NULL,
    closed_to timestamp with time zone NOT NULL,
    system_identifier bigint NOT NULL,
    stamp bigint,
    CONSTRAINT rollup_dim_mark_only_row_check CHECK (only_row)
);
CREATE FUNCTION public.rollup_dim_marked() RETURNS SETOF public.rollup_dim_mark
    LANGUAGE sql STABLE ROWS 1
    AS $$
  SELECT *
  FROM rollup_dim_mark
  WHERE
    system_identifier = (SELECT system_identifier FROM pg_control_system())
    AND stamp = xmin::text::bigint
    AND pg_snapshot_xmax(snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
$$;
CREATE FUNCTION public.rollup_dim_most() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1000;
CREATE FUNCTION public.rollup_dim_round() RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1000000;
CREATE FUNCTION public.rollup_dim_seen() RETURNS pg_snapshot
    LANGUAGE sql STABLE
    RETURN (SELECT CASE WHEN ((own.own IS NULL) OR (NOT pg_visible_in_snapshot(own.own, seen.seen))) THEN seen.seen ELSE (format('%s:%s:%s'::text, LEAST(((own.own)::text)::numeric, ((pg_snapshot_xmin(seen.seen))::text)::numeric), pg_snapshot_xmax(seen.seen), (SELECT string_agg(running.xid, ','::text ORDER BY (running.xid)::numeric) AS string_agg FROM (SELECT (each.each)::text AS xid FROM pg_snapshot_xip(seen.seen) each(each) UNION SELECT (own.own)::text AS own) running)))::pg_snapshot END AS format FROM pg_current_snapshot() seen(seen), pg_current_xact_id_if_assigned() own(own));
CREATE FUNCTION public.rollup_dim_sees(seen pg_snapshot, xid text) RETURNS text
    LANGUAGE sql STABLE
    RETURN format('(%1$s < %2$s AND %1$s <> ALL (%3$L))'::text, xid, pg_snapshot_xmax(seen), ARRAY(SELECT ((each.each)::text)::bigint AS each FROM pg_snapshot_xip(rollup_dim_sees.seen) each(each)));
CREATE FUNCTION public.rollup_dim_settle() RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  gone smallint;
  added smallint;
  wanted text;
  deleted bigint;
  removed bigint;
BEGIN
  UPDATE rollup_dimension SET dropped = true
  WHERE NOT dropped AND key NOT IN (SELECT key FROM declared_dimension);
  FOR wanted IN
    SELECT key FROM declared_dimension
    WHERE key NOT IN (SELECT key FROM rollup_dimension WHERE NOT dropped)
    ORDER BY place
  LOOP
    INSERT INTO rollup_dimension (place, key)
    SELECT coalesce(max(place), 0) + 1, wanted FROM rollup_dimension
    RETURNING place INTO added;
    INSERT INTO rollup_value (place, value) VALUES (added, 'null');
    PERFORM rollup_dim_forget(ARRAY[added]);
    -- Of days whose raw events are not here it holds nothing: reports say so, as for a key that is not declared.
    INSERT INTO rollup_dim_pending (place, start, stop)
    SELECT added, coalesce(lower(span), '-infinity'), upper(span) FROM unnest(rollup_dim_incomplete()) AS span
    ON CONFLICT (place, start) DO NOTHING;
  END LOOP;
  SELECT place INTO gone FROM rollup_dimension WHERE dropped ORDER BY place LIMIT 1;
  IF gone IS NULL THEN
    RETURN;
  END IF;
  DELETE FROM rollup_dim_minute WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_minute WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  DELETE FROM rollup_dim_hour WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_hour WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS removed = ROW_COUNT;
  deleted := deleted + removed;
  DELETE FROM rollup_dim_day WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_day WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF deleted + removed = 0 THEN
    DELETE FROM rollup_dim_large WHERE place = gone;
    DELETE FROM rollup_value WHERE place = gone;
    DELETE FROM rollup_dim_pending WHERE place = gone;
    DELETE FROM rollup_dimension WHERE place = gone;
  END IF;
END
$$;
CREATE FUNCTION public.rollup_dim_stamp() RETURNS void
    LANGUAGE sql
    AS $$
  UPDATE rollup_dim_mark SET stamp = xmin::text::bigint
$$;
CREATE FUNCTION public.rollup_dim_stray(start timestamp with time zone, stop timestamp with time zone) RETURNS void
    LANGUAGE sql
    AS $$
  INSERT INTO rollup_dim_change
    (sign, row_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata)
  SELECT -1, written_xid, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata
  FROM events_default
  WHERE ts >= start AND ts < stop;
  INSERT INTO rollup_dim_tail (day) VALUES ((start AT TIME ZONE 'UTC')::date);
$$;
CREATE FUNCTION public.rollup_dim_summarize() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '20ms'
    AS $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT
      indrelid::regclass AS name, indexrelid::regclass AS index,
      day >= (now() AT TIME ZONE 'UTC')::date
        AND parts.reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1'] IS NOT TRUE AS is_new
    FROM (SELECT day FROM unnest(rollup_dim_days()) AS day ORDER BY day DESC LIMIT 3) AS days
    JOIN pg_class AS parts ON parts.oid = to_regclass(format('events_p%s', to_char(day, 'YYYYMMDD')))
    JOIN pg_index ON indrelid = parts.oid
    JOIN pg_class AS indexes ON indexes.oid = indexrelid
    JOIN pg_am ON pg_am.oid = indexes.relam AND amname = 'brin'
  LOOP
    BEGIN
      IF part.is_new THEN
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_threshold = -1)', part.name);
        EXECUTE format('ALTER INDEX %s RESET (autosummarize)', part.index); -- set where the design is from before 0034
      END IF;
      PERFORM brin_summarize_new_values(part.index);
    EXCEPTION
      WHEN lock_not_available THEN NULL; -- VACUUM or ANALYZE has the table
    END;
  END LOOP;
END
$$;
CREATE FUNCTION public.rollup_dims() RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  advanced record;
  places smallint[];
  grown date;
  next timestamptz;
  began timestamptz := clock_timestamp();
BEGIN
  advanced := rollup_dim_advance(rollup_dim_round());
  PERFORM rollup_dim_settle();
  PERFORM rollup_dim_close();
  -- Days and hours that have got many events by and by. To build a day of millions anew for an hour is not worth it.
  places := ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped ORDER BY place);
  FOR grown IN
    SELECT (day AT TIME ZONE 'UTC')::date
    FROM (
      SELECT DISTINCT date_bin('1 day', hour, 'epoch') AS day FROM unnest(advanced.touched) AS hour WHERE isfinite(hour)
    ) AS days
    CROSS JOIN LATERAL (
      SELECT sum(impressions + clicks + conversions) AS events
      FROM rollup_dim_day
      WHERE campaign_id = '' AND place = places[1] AND rollup_dim_day.day = days.day
    ) AS counted
    WHERE
      events > rollup_dim_few()
      AND (
        NOT day <@ rollup_dim_detailed(60)
        OR events < 5000000 AND EXISTS (
          SELECT FROM rollup_dim_hour
          WHERE
            campaign_id = '' AND place = places[1] AND hour = ANY (advanced.touched)
            AND hour >= day AND hour < day + interval '1 day'
            AND NOT hour <@ (SELECT rollup_dim_detailed(1))
          GROUP BY hour
          HAVING sum(impressions + clicks + conversions) > rollup_dim_few()
        )
      )
  LOOP
    PERFORM rollup_dim_forget(places, grown, grown);
  END LOOP;
  -- What can be built, newest first: a day, and more while that is quick.
  WHILE NOT advanced.more LOOP
    SELECT start INTO next
    FROM rollup_dim_pending
    WHERE NOT tstzrange(start, stop) && rollup_dim_incomplete()
    ORDER BY start DESC
    LIMIT 1;
    EXIT WHEN next IS NULL;
    PERFORM rollup_dim_build(next);
    EXIT WHEN clock_timestamp() > began + interval '500 milliseconds';
  END LOOP;
  RETURN advanced.more;
END
$$;
CREATE FUNCTION public.rollup_emptying() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM set_config('adpulse.counted', 'on', true);
  RETURN NULL;
END
$$;
CREATE FUNCTION public.rollup_fold(name text, is_known boolean, is_full boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (is_known OR ((NOT is_full) AND (COALESCE(length(name), 0) <= 200))) THEN COALESCE((to_json(name))::text, 'null'::text) ELSE ''::text END;
CREATE FUNCTION public.rollup_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF current_setting('adpulse.moves', true) IS DISTINCT FROM 'to days' THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'deltas are moved by the maintain.sql of a newer version: replace this service, or run that file';
  END IF;
  RETURN NULL;
END
$$;
CREATE FUNCTION public.rollup_moved_snapshot() RETURNS SETOF pg_snapshot
    LANGUAGE sql STABLE ROWS 1 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT COALESCE(( SELECT mark.moved
            FROM ( SELECT
                         CASE
                             WHEN (pg_snapshot_xmin(rollup_mark.snapshot) = rollup_mark.before) THEN rollup_mark.snapshot
                             ELSE (format('%1$s:%1$s:'::text, rollup_mark.before))::pg_snapshot
                         END AS moved
                    FROM public.rollup_mark
                   WHERE (rollup_mark.system_identifier = ( SELECT pg_control_system.system_identifier
                            FROM pg_control_system() pg_control_system(pg_control_version, catalog_version_no, system_identifier, pg_control_last_modified)))) mark
           WHERE (pg_snapshot_xmax(mark.moved) <= pg_snapshot_xmax(pg_current_snapshot()))), '1:1:'::pg_snapshot) AS "coalesce";
END;
CREATE FUNCTION public.rollup_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' THEN
    -- A partition alone: its rows are counted out.
    EXECUTE format('DELETE FROM %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    RETURN NULL;
  END IF;
  TRUNCATE
    rollup_day, rollup_hour, rollup_minute, rollup_large, rollup_delta_all, rollup_delta,
    rollup_dim_day, rollup_dim_hour, rollup_dim_minute, rollup_dim_large, rollup_dim_detail, rollup_dim_change, rollup_dim_tail,
    rollup_dim_pending;
  PERFORM rollup_dim_begin();
  PERFORM set_config('adpulse.counted', '', true);
  RETURN NULL;
END
$$;
CREATE FUNCTION public.tend_event_ids(days integer, today date) RETURNS void
    LANGUAGE plpgsql STRICT SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '100ms'
    AS $$
DECLARE
  part regclass;
  day date;
  latest date;
  aside text := 'event_ids_' || to_char(today, 'YYYYMMDD');
  statement text;
BEGIN
  IF to_regclass('pg_dist_partition') IS NOT NULL THEN
    RAISE WARNING 'ADPULSE_EVENT_ID_DAYS has no effect in a database with Citus: event ids are kept';
    RETURN;
  END IF;
  FOR part, day IN
    SELECT inhrelid, to_date(right(relname, 8), 'YYYYMMDD')
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'event_ids_past'::regclass
    ORDER BY relname
  LOOP
    IF day + days < today THEN
      EXECUTE format('DROP TABLE %s', part);
      RAISE NOTICE 'event ids of % and before are forgotten', day;
    ELSE
      latest := day;
    END IF;
  END LOOP;
  IF latest + greatest(days / 2, 1) > today OR to_regclass(aside) IS NOT NULL OR NOT EXISTS (SELECT FROM event_ids) THEN
    RETURN;
  END IF;
  LOCK TABLE event_ids IN ACCESS EXCLUSIVE MODE;
  EXECUTE format('ALTER INDEX event_ids_pkey RENAME TO %I', aside || '_pkey');
  EXECUTE format('ALTER TABLE event_ids RENAME TO %I', aside);
  EXECUTE format('ALTER TABLE %I INHERIT event_ids_past', aside);
  CREATE TABLE event_ids (event_id uuid PRIMARY KEY);
  -- Who could write the old one writes the new one, and nobody the old one.
  FOR statement IN
    SELECT format(action, privilege_type, grantee::regrole)
    FROM
      aclexplode((SELECT relacl FROM pg_class WHERE oid = aside::regclass)),
      unnest(ARRAY['GRANT %s ON event_ids TO %s', 'REVOKE %s ON ' || quote_ident(aside) || ' FROM %s']) AS action
    WHERE grantee NOT IN (0, (SELECT relowner FROM pg_class WHERE oid = aside::regclass))
  LOOP
    EXECUTE statement;
  END LOOP;
EXCEPTION
  WHEN lock_not_available THEN NULL; -- the next call tries again
END
$$;
CREATE FUNCTION public.tend_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '100ms'
    AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  after timestamptz := now() - interval '400 days';
  stray date;
BEGIN
  PERFORM prepare_days(today, today + 2);
  LOOP
    SELECT (ts AT TIME ZONE 'UTC')::date INTO stray
    FROM events_default
    WHERE ts >= after AND ts < now() + interval '400 days'
    ORDER BY ts
    LIMIT 1;
    EXIT WHEN stray IS NULL;
    PERFORM prepare_days(stray, stray); -- or its warning
    EXIT WHEN NOT day_is_taken(stray);
    after := (stray + 1)::timestamp AT TIME ZONE 'UTC';
  END LOOP;
  PERFORM cover_partitions('events', 20);
EXCEPTION
  WHEN lock_not_available THEN NULL; -- the next call tries again; the days ahead leave it two days
END
$$;
CREATE AGGREGATE public.total(bigint) (
    SFUNC = int8pl,
    STYPE = bigint,
    INITCOND = '0',
    COMBINEFUNC = int8pl,
    PARALLEL = safe
);
CREATE TABLE public.active_variant (
    only_row boolean DEFAULT true NOT NULL,
    name text NOT NULL,
    since_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT active_variant_only_row_check CHECK (only_row)
);
CREATE TABLE public.api_key_uses (
    key_id text NOT NULL,
    last_used_on date NOT NULL
);
CREATE TABLE public.api_keys (
    key_id text NOT NULL,
    sha256 bytea NOT NULL,
    name text NOT NULL,
    scopes text[] NOT NULL,
    campaigns text[],
    events_per_s double precision,
    requests_per_s double precision,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    public boolean DEFAULT false NOT NULL,
    CONSTRAINT api_keys_campaigns_check CHECK (((cardinality(campaigns) >= 1) AND (cardinality(campaigns) <= 1000))),
    CONSTRAINT api_keys_events_per_s_check CHECK ((events_per_s > (0)::double precision)),
    CONSTRAINT api_keys_key_id_check CHECK ((key_id ~ '^[0-9a-f]{12}$'::text)),
    CONSTRAINT api_keys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 128))),
    CONSTRAINT api_keys_public_check CHECK (((NOT public) OR ((scopes = ARRAY['write'::text]) AND (campaigns IS NOT NULL) AND (events_per_s IS NOT NULL) AND (requests_per_s IS NOT NULL)))),
    CONSTRAINT api_keys_requests_per_s_check CHECK ((requests_per_s > (0)::double precision)),
    CONSTRAINT api_keys_scopes_check CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['write'::text, 'read'::text, 'metrics'::text]))),
    CONSTRAINT api_keys_sha256_check CHECK ((octet_length(sha256) = 32))
);
CREATE TABLE public.declared_dimension (
    place smallint NOT NULL,
    key text NOT NULL,
    CONSTRAINT declared_dimension_place_check CHECK (((place >= 1) AND (place <= 6)))
);
CREATE TABLE public.event_ids (
    event_id uuid NOT NULL
);
CREATE TABLE public.event_ids_past (
    event_id uuid
);
CREATE TABLE public.events (
    ts timestamp with time zone NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    revenue_micros bigint DEFAULT 0 NOT NULL,
    event_id uuid,
    event_type public.event_type NOT NULL,
    campaign_id text NOT NULL,
    user_id text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    written_xid bigint GENERATED ALWAYS AS (public.event_xid()) STORED,
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
)
PARTITION BY RANGE (ts);
CREATE TABLE public.events_default (
    ts timestamp with time zone NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    revenue_micros bigint DEFAULT 0 NOT NULL,
    event_id uuid,
    event_type public.event_type NOT NULL,
    campaign_id text NOT NULL,
    user_id text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    written_xid bigint GENERATED ALWAYS AS (public.event_xid()) STORED,
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
);
CREATE TABLE public.events_p20261126 (
    ts timestamp with time zone NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    revenue_micros bigint DEFAULT 0 NOT NULL,
    event_id uuid,
    event_type public.event_type NOT NULL,
    campaign_id text NOT NULL,
    user_id text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    written_xid bigint GENERATED ALWAYS AS (public.event_xid()) STORED,
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
);
CREATE TABLE public.events_p20261127 (
    ts timestamp with time zone NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    revenue_micros bigint DEFAULT 0 NOT NULL,
    event_id uuid,
    event_type public.event_type NOT NULL,
    campaign_id text NOT NULL,
    user_id text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    written_xid bigint GENERATED ALWAYS AS (public.event_xid()) STORED,
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
);
CREATE TABLE public.events_p20261128 (
    ts timestamp with time zone NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    revenue_micros bigint DEFAULT 0 NOT NULL,
    event_id uuid,
    event_type public.event_type NOT NULL,
    campaign_id text NOT NULL,
    user_id text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    written_xid bigint GENERATED ALWAYS AS (public.event_xid()) STORED,
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
);
CREATE TABLE public.events_p20261129 (
    ts timestamp with time zone NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    revenue_micros bigint DEFAULT 0 NOT NULL,
    event_id uuid,
    event_type public.event_type NOT NULL,
    campaign_id text NOT NULL,
    user_id text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    written_xid bigint GENERATED ALWAYS AS (public.event_xid()) STORED,
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
);
CREATE TABLE public.heartbeat (
    only_row boolean DEFAULT true NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    CONSTRAINT heartbeat_only_row_check CHECK (only_row)
);
CREATE TABLE public.idempotency_clock (
    seen_at timestamp with time zone NOT NULL
);
CREATE TABLE public.idempotency_keys (
    key text NOT NULL,
    body_hash bytea NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.imported (
    before bytea NOT NULL,
    after bytea NOT NULL,
    name text NOT NULL,
    first_record bigint NOT NULL,
    records bigint NOT NULL,
    accepted bigint NOT NULL,
    duplicates bigint NOT NULL,
    rejected bigint NOT NULL,
    imported_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.rollup_delta (
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    campaign_id text NOT NULL,
    minute timestamp with time zone NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='10000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.rollup_delta_all (
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    minute timestamp with time zone NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.rollup_dim_change (
    sign smallint NOT NULL,
    row_xid bigint,
    ts timestamp with time zone NOT NULL,
    campaign_id text NOT NULL,
    event_type public.event_type NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL,
    metadata jsonb NOT NULL
);
CREATE TABLE public.rollup_dim_day (
    campaign_id text NOT NULL,
    place smallint NOT NULL,
    day timestamp with time zone NOT NULL,
    value text NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE TABLE public.rollup_dim_hour (
    campaign_id text NOT NULL,
    place smallint NOT NULL,
    hour timestamp with time zone NOT NULL,
    value text NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE TABLE public.rollup_dim_large (
    campaign_id text NOT NULL,
    place smallint NOT NULL,
    minute timestamp with time zone NOT NULL,
    value text NOT NULL,
    cost_micros numeric NOT NULL,
    revenue_micros numeric NOT NULL
);
CREATE TABLE public.rollup_dim_minute (
    campaign_id text NOT NULL,
    place smallint NOT NULL,
    minute timestamp with time zone NOT NULL,
    value text NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE TABLE public.rollup_dim_pending (
    place smallint NOT NULL,
    start timestamp with time zone NOT NULL,
    stop timestamp with time zone NOT NULL
);
CREATE TABLE public.rollup_dim_tail (
    day date NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    below bigint DEFAULT GREATEST(((pg_snapshot_xmax(pg_current_snapshot()))::text)::bigint, (((pg_current_xact_id())::text)::bigint + 1)) NOT NULL,
    events bigint DEFAULT 0 NOT NULL
);
CREATE TABLE public.rollup_dimension (
    place smallint NOT NULL,
    key text NOT NULL,
    dropped boolean DEFAULT false NOT NULL,
    folded boolean DEFAULT false NOT NULL
);
CREATE TABLE public.rollup_large (
    campaign_id text NOT NULL,
    minute timestamp with time zone NOT NULL,
    cost_micros numeric NOT NULL,
    revenue_micros numeric NOT NULL
);
CREATE TABLE public.rollup_minute (
    campaign_id text NOT NULL,
    minute timestamp with time zone NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE TABLE public.rollup_value (
    place smallint NOT NULL,
    value text NOT NULL
);
CREATE TABLE public.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_default DEFAULT;
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261126 FOR VALUES FROM ('2026-11-26 00:00:00+00') TO ('2026-11-27 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261127 FOR VALUES FROM ('2026-11-27 00:00:00+00') TO ('2026-11-28 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261128 FOR VALUES FROM ('2026-11-28 00:00:00+00') TO ('2026-11-29 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261129 FOR VALUES FROM ('2026-11-29 00:00:00+00') TO ('2026-11-30 00:00:00+00');
INSERT INTO public.active_variant VALUES (true, 'rollup_dims', '2026-11-27 22:16:15.23574+00');
INSERT INTO public.declared_dimension VALUES (1, 'geo');
INSERT INTO public.declared_dimension VALUES (2, 'device');
INSERT INTO public.declared_dimension VALUES (3, 'placement');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000000');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-00000000001e');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-00000000003c');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-00000000005a');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000078');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000096');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000b4');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000d2');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000f0');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-00000000010e');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-00000000000a');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000028');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000046');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000064');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000082');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000a0');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000be');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000dc');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000fa');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000118');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000014');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000032');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000050');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-00000000006e');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-00000000008c');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000aa');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000c8');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-0000000000e6');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000104');
INSERT INTO public.event_ids VALUES ('00000000-0000-0000-0000-000000000122');
INSERT INTO public.events_default VALUES ('2025-09-21 00:00:31.5+00', 0, 0, '00000000-0000-0000-0000-000000000000', 'impression', 'C0', 'U0', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:21:31.5+00', 3000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:42:31.5+00', 6000, 0, NULL, 'impression', 'C0', 'U6', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:03:31.5+00', 9000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:24:31.5+00', 12000, 0, NULL, 'impression', 'C0', 'U1', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:45:31.5+00', 15000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:06:31.5+00', 18000, 0, NULL, 'impression', 'C0', 'U7', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:27:31.5+00', 21000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:48:31.5+00', 24000, 0, NULL, 'impression', 'C0', 'U2', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:09:31.5+00', 27000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:30:31.5+00', 30000, 0, '00000000-0000-0000-0000-00000000001e', 'impression', 'C0', 'U8', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:51:31.5+00', 33000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:12:31.5+00', 36000, 0, NULL, 'impression', 'C0', 'U3', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:33:31.5+00', 39000, 39000000, NULL, 'impression', 'C0', 'U6', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:54:31.5+00', 42000, 0, NULL, 'impression', 'C0', 'U9', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:15:31.5+00', 45000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:36:31.5+00', 48000, 0, NULL, 'impression', 'C0', 'U4', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:57:31.5+00', 51000, 0, NULL, 'impression', 'C0', 'U7', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:18:31.5+00', 54000, 0, NULL, 'impression', 'C0', 'U10', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:39:31.5+00', 57000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:00:31.5+00', 60000, 0, '00000000-0000-0000-0000-00000000003c', 'impression', 'C0', 'U5', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:21:31.5+00', 63000, 0, NULL, 'impression', 'C0', 'U8', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:42:31.5+00', 66000, 0, NULL, 'impression', 'C0', 'U0', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:03:31.5+00', 69000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:24:31.5+00', 72000, 0, NULL, 'impression', 'C0', 'U6', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:45:31.5+00', 75000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:06:31.5+00', 78000, 78000000, NULL, 'impression', 'C0', 'U1', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:27:31.5+00', 81000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:48:31.5+00', 84000, 0, NULL, 'impression', 'C0', 'U7', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:09:31.5+00', 87000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:30:31.5+00', 90000, 0, '00000000-0000-0000-0000-00000000005a', 'impression', 'C0', 'U2', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:51:31.5+00', 93000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:12:31.5+00', 96000, 0, NULL, 'impression', 'C0', 'U8', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:33:31.5+00', 99000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:54:31.5+00', 102000, 0, NULL, 'impression', 'C0', 'U3', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:15:31.5+00', 105000, 0, NULL, 'impression', 'C0', 'U6', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:36:31.5+00', 108000, 0, NULL, 'impression', 'C0', 'U9', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:57:31.5+00', 111000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:18:31.5+00', 114000, 0, NULL, 'impression', 'C0', 'U4', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:39:31.5+00', 117000, 117000000, NULL, 'impression', 'C0', 'U7', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:00:31.5+00', 120000, 0, '00000000-0000-0000-0000-000000000078', 'impression', 'C0', 'U10', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:21:31.5+00', 123000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:42:31.5+00', 126000, 0, NULL, 'impression', 'C0', 'U5', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:03:31.5+00', 129000, 0, NULL, 'impression', 'C0', 'U8', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:24:31.5+00', 132000, 0, NULL, 'impression', 'C0', 'U0', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:45:31.5+00', 135000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:06:31.5+00', 138000, 0, NULL, 'impression', 'C0', 'U6', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:27:31.5+00', 141000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:48:31.5+00', 144000, 0, NULL, 'impression', 'C0', 'U1', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:09:31.5+00', 147000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:30:31.5+00', 150000, 0, '00000000-0000-0000-0000-000000000096', 'impression', 'C0', 'U7', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:51:31.5+00', 153000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:12:31.5+00', 156000, 156000000, NULL, 'impression', 'C0', 'U2', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:33:31.5+00', 159000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:54:31.5+00', 162000, 0, NULL, 'impression', 'C0', 'U8', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:15:31.5+00', 165000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:36:31.5+00', 168000, 0, NULL, 'impression', 'C0', 'U3', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:57:31.5+00', 171000, 0, NULL, 'impression', 'C0', 'U6', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:18:31.5+00', 174000, 0, NULL, 'impression', 'C0', 'U9', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:39:31.5+00', 177000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:00:31.5+00', 180000, 0, '00000000-0000-0000-0000-0000000000b4', 'impression', 'C0', 'U4', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:21:31.5+00', 183000, 0, NULL, 'impression', 'C0', 'U7', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:42:31.5+00', 186000, 0, NULL, 'impression', 'C0', 'U10', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:03:31.5+00', 189000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:24:31.5+00', 192000, 0, NULL, 'impression', 'C0', 'U5', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:45:31.5+00', 195000, 195000000, NULL, 'impression', 'C0', 'U8', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:06:31.5+00', 198000, 0, NULL, 'impression', 'C0', 'U0', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:27:31.5+00', 201000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:48:31.5+00', 204000, 0, NULL, 'impression', 'C0', 'U6', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:09:31.5+00', 207000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:30:31.5+00', 210000, 0, '00000000-0000-0000-0000-0000000000d2', 'impression', 'C0', 'U1', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:51:31.5+00', 213000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:12:31.5+00', 216000, 0, NULL, 'impression', 'C0', 'U7', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:33:31.5+00', 219000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:54:31.5+00', 222000, 0, NULL, 'impression', 'C0', 'U2', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:15:31.5+00', 225000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:36:31.5+00', 228000, 0, NULL, 'impression', 'C0', 'U8', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:57:31.5+00', 231000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:18:31.5+00', 234000, 234000000, NULL, 'impression', 'C0', 'U3', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:39:31.5+00', 237000, 0, NULL, 'impression', 'C0', 'U6', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:00:31.5+00', 240000, 0, '00000000-0000-0000-0000-0000000000f0', 'impression', 'C0', 'U9', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:21:31.5+00', 243000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:42:31.5+00', 246000, 0, NULL, 'impression', 'C0', 'U4', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:03:31.5+00', 249000, 0, NULL, 'impression', 'C0', 'U7', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:24:31.5+00', 252000, 0, NULL, 'impression', 'C0', 'U10', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:45:31.5+00', 255000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:06:31.5+00', 258000, 0, NULL, 'impression', 'C0', 'U5', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:27:31.5+00', 261000, 0, NULL, 'impression', 'C0', 'U8', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:48:31.5+00', 264000, 0, NULL, 'impression', 'C0', 'U0', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:09:31.5+00', 267000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:30:31.5+00', 270000, 0, '00000000-0000-0000-0000-00000000010e', 'impression', 'C0', 'U6', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:51:31.5+00', 273000, 273000000, NULL, 'impression', 'C0', 'U9', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 12:12:31.5+00', 276000, 0, NULL, 'impression', 'C0', 'U1', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 15:33:31.5+00', 279000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 18:54:31.5+00', 282000, 0, NULL, 'impression', 'C0', 'U7', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 21:15:31.5+00', 285000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 00:36:31.5+00', 288000, 0, NULL, 'impression', 'C0', 'U2', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 03:57:31.5+00', 291000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 06:18:31.5+00', 294000, 0, NULL, 'impression', 'C0', 'U8', '{}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 09:39:31.5+00', 297000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:07:31.5+00', 1000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:28:31.5+00', 4000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:49:31.5+00', 7000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:10:31.5+00', 10000, 0, '00000000-0000-0000-0000-00000000000a', 'impression', 'C1', 'U10', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:31:31.5+00', 13000, 13000000, NULL, 'click', 'C1', 'U2', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:52:31.5+00', 16000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:13:31.5+00', 19000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:34:31.5+00', 22000, 0, NULL, 'click', 'C1', 'U0', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:55:31.5+00', 25000, 0, NULL, 'impression', 'C1', 'U3', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:16:31.5+00', 28000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:37:31.5+00', 31000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:58:31.5+00', 34000, 0, NULL, 'click', 'C1', 'U1', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:19:31.5+00', 37000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:40:31.5+00', 40000, 0, '00000000-0000-0000-0000-000000000028', 'impression', 'C1', 'U7', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:01:31.5+00', 43000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:22:31.5+00', 46000, 0, NULL, 'click', 'C1', 'U2', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:43:31.5+00', 49000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:04:31.5+00', 52000, 52000000, NULL, 'click', 'C1', 'U8', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:25:31.5+00', 55000, 0, NULL, 'impression', 'C1', 'U0', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:46:31.5+00', 58000, 0, NULL, 'click', 'C1', 'U3', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:07:31.5+00', 61000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:28:31.5+00', 64000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:49:31.5+00', 67000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:10:31.5+00', 70000, 0, '00000000-0000-0000-0000-000000000046', 'impression', 'C1', 'U4', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:31:31.5+00', 73000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:52:31.5+00', 76000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:13:31.5+00', 79000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:34:31.5+00', 82000, 0, NULL, 'click', 'C1', 'U5', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:55:31.5+00', 85000, 0, NULL, 'impression', 'C1', 'U8', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:16:31.5+00', 88000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:37:31.5+00', 91000, 91000000, NULL, 'click', 'C1', 'U3', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:58:31.5+00', 94000, 0, NULL, 'click', 'C1', 'U6', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:19:31.5+00', 97000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:40:31.5+00', 100000, 0, '00000000-0000-0000-0000-000000000064', 'impression', 'C1', 'U1', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:01:31.5+00', 103000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:22:31.5+00', 106000, 0, NULL, 'click', 'C1', 'U7', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:43:31.5+00', 109000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:04:31.5+00', 112000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:25:31.5+00', 115000, 0, NULL, 'impression', 'C1', 'U5', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:46:31.5+00', 118000, 0, NULL, 'click', 'C1', 'U8', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:07:31.5+00', 121000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:28:31.5+00', 124000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:49:31.5+00', 127000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:10:31.5+00', 130000, 130000000, '00000000-0000-0000-0000-000000000082', 'impression', 'C1', 'U9', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:31:31.5+00', 133000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:52:31.5+00', 136000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:13:31.5+00', 139000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:34:31.5+00', 142000, 0, NULL, 'click', 'C1', 'U10', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:55:31.5+00', 145000, 0, NULL, 'impression', 'C1', 'U2', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:16:31.5+00', 148000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:37:31.5+00', 151000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:58:31.5+00', 154000, 0, NULL, 'click', 'C1', 'U0', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:19:31.5+00', 157000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:40:31.5+00', 160000, 0, '00000000-0000-0000-0000-0000000000a0', 'impression', 'C1', 'U6', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:01:31.5+00', 163000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:22:31.5+00', 166000, 0, NULL, 'click', 'C1', 'U1', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:43:31.5+00', 169000, 169000000, NULL, 'click', 'C1', 'U4', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:04:31.5+00', 172000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:25:31.5+00', 175000, 0, NULL, 'impression', 'C1', 'U10', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:46:31.5+00', 178000, 0, NULL, 'click', 'C1', 'U2', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:07:31.5+00', 181000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:28:31.5+00', 184000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:49:31.5+00', 187000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:10:31.5+00', 190000, 0, '00000000-0000-0000-0000-0000000000be', 'impression', 'C1', 'U3', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:31:31.5+00', 193000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:52:31.5+00', 196000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:13:31.5+00', 199000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:34:31.5+00', 202000, 0, NULL, 'click', 'C1', 'U4', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:55:31.5+00', 205000, 0, NULL, 'impression', 'C1', 'U7', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:16:31.5+00', 208000, 208000000, NULL, 'click', 'C1', 'U10', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:37:31.5+00', 211000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:58:31.5+00', 214000, 0, NULL, 'click', 'C1', 'U5', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:19:31.5+00', 217000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:40:31.5+00', 220000, 0, '00000000-0000-0000-0000-0000000000dc', 'impression', 'C1', 'U0', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:01:31.5+00', 223000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:22:31.5+00', 226000, 0, NULL, 'click', 'C1', 'U6', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:43:31.5+00', 229000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:04:31.5+00', 232000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:25:31.5+00', 235000, 0, NULL, 'impression', 'C1', 'U4', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:46:31.5+00', 238000, 0, NULL, 'click', 'C1', 'U7', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:07:31.5+00', 241000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:28:31.5+00', 244000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:49:31.5+00', 247000, 247000000, NULL, 'click', 'C1', 'U5', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:10:31.5+00', 250000, 0, '00000000-0000-0000-0000-0000000000fa', 'impression', 'C1', 'U8', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:31:31.5+00', 253000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:52:31.5+00', 256000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:13:31.5+00', 259000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:34:31.5+00', 262000, 0, NULL, 'click', 'C1', 'U9', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:55:31.5+00', 265000, 0, NULL, 'impression', 'C1', 'U1', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:16:31.5+00', 268000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:37:31.5+00', 271000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:58:31.5+00', 274000, 0, NULL, 'click', 'C1', 'U10', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 13:19:31.5+00', 277000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 16:40:31.5+00', 280000, 0, '00000000-0000-0000-0000-000000000118', 'impression', 'C1', 'U5', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 19:01:31.5+00', 283000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 22:22:31.5+00', 286000, 286000000, NULL, 'click', 'C1', 'U0', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 01:43:31.5+00', 289000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 04:04:31.5+00', 292000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 07:25:31.5+00', 295000, 0, NULL, 'impression', 'C1', 'U9', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 10:46:31.5+00', 298000, 0, NULL, 'click', 'C1', 'U1', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:14:31.5+00', 2000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:35:31.5+00', 5000, 0, NULL, 'impression', 'C2', 'U5', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:56:31.5+00', 8000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:17:31.5+00', 11000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:38:31.5+00', 14000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:59:31.5+00', 17000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:20:31.5+00', 20000, 0, '00000000-0000-0000-0000-000000000014', 'impression', 'C2', 'U9', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:41:31.5+00', 23000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:02:31.5+00', 26000, 26000000, NULL, 'conversion', 'C2', 'U4', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:23:31.5+00', 29000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:44:31.5+00', 32000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:05:31.5+00', 35000, 0, NULL, 'impression', 'C2', 'U2', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:26:31.5+00', 38000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:47:31.5+00', 41000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:08:31.5+00', 44000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:29:31.5+00', 47000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:50:31.5+00', 50000, 0, '00000000-0000-0000-0000-000000000032', 'impression', 'C2', 'U6', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:11:31.5+00', 53000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:32:31.5+00', 56000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:53:31.5+00', 59000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:14:31.5+00', 62000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:35:31.5+00', 65000, 65000000, NULL, 'impression', 'C2', 'U10', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:56:31.5+00', 68000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:17:31.5+00', 71000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:38:31.5+00', 74000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:59:31.5+00', 77000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:20:31.5+00', 80000, 0, '00000000-0000-0000-0000-000000000050', 'impression', 'C2', 'U3', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:41:31.5+00', 83000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:02:31.5+00', 86000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:23:31.5+00', 89000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:44:31.5+00', 92000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:05:31.5+00', 95000, 0, NULL, 'impression', 'C2', 'U7', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:26:31.5+00', 98000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:47:31.5+00', 101000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:08:31.5+00', 104000, 104000000, NULL, 'conversion', 'C2', 'U5', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:29:31.5+00', 107000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:50:31.5+00', 110000, 0, '00000000-0000-0000-0000-00000000006e', 'impression', 'C2', 'U0', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:11:31.5+00', 113000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:32:31.5+00', 116000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:53:31.5+00', 119000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:14:31.5+00', 122000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:35:31.5+00', 125000, 0, NULL, 'impression', 'C2', 'U4', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:56:31.5+00', 128000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:17:31.5+00', 131000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:38:31.5+00', 134000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:59:31.5+00', 137000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:20:31.5+00', 140000, 0, '00000000-0000-0000-0000-00000000008c', 'impression', 'C2', 'U8', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:41:31.5+00', 143000, 143000000, NULL, 'conversion', 'C2', 'U0', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:02:31.5+00', 146000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:23:31.5+00', 149000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:44:31.5+00', 152000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:05:31.5+00', 155000, 0, NULL, 'impression', 'C2', 'U1', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:26:31.5+00', 158000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:47:31.5+00', 161000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:08:31.5+00', 164000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:29:31.5+00', 167000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:50:31.5+00', 170000, 0, '00000000-0000-0000-0000-0000000000aa', 'impression', 'C2', 'U5', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:11:31.5+00', 173000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:32:31.5+00', 176000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:53:31.5+00', 179000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:14:31.5+00', 182000, 182000000, NULL, 'conversion', 'C2', 'U6', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:35:31.5+00', 185000, 0, NULL, 'impression', 'C2', 'U9', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:56:31.5+00', 188000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:17:31.5+00', 191000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:38:31.5+00', 194000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:59:31.5+00', 197000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:20:31.5+00', 200000, 0, '00000000-0000-0000-0000-0000000000c8', 'impression', 'C2', 'U2', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:41:31.5+00', 203000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:02:31.5+00', 206000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:23:31.5+00', 209000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:44:31.5+00', 212000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:05:31.5+00', 215000, 0, NULL, 'impression', 'C2', 'U6', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:26:31.5+00', 218000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:47:31.5+00', 221000, 221000000, NULL, 'conversion', 'C2', 'U1', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:08:31.5+00', 224000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:29:31.5+00', 227000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:50:31.5+00', 230000, 0, '00000000-0000-0000-0000-0000000000e6', 'impression', 'C2', 'U10', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:11:31.5+00', 233000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:32:31.5+00', 236000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:53:31.5+00', 239000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:14:31.5+00', 242000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:35:31.5+00', 245000, 0, NULL, 'impression', 'C2', 'U3', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:56:31.5+00', 248000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:17:31.5+00', 251000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:38:31.5+00', 254000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:59:31.5+00', 257000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:20:31.5+00', 260000, 260000000, '00000000-0000-0000-0000-000000000104', 'impression', 'C2', 'U7', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:41:31.5+00', 263000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:02:31.5+00', 266000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:23:31.5+00', 269000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:44:31.5+00', 272000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:05:31.5+00', 275000, 0, NULL, 'impression', 'C2', 'U0', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 14:26:31.5+00', 278000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 17:47:31.5+00', 281000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 20:08:31.5+00', 284000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 23:29:31.5+00', 287000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-23 02:50:31.5+00', 290000, 0, '00000000-0000-0000-0000-000000000122', 'impression', 'C2', 'U4', '{"geo": 3, "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-22 05:11:31.5+00', 293000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "US", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-21 08:32:31.5+00', 296000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "IN", "device": "phone"}', DEFAULT);
INSERT INTO public.events_default VALUES ('2025-09-24 11:53:31.5+00', 299000, 299000000, NULL, 'conversion', 'C2', 'U2', '{"geo": "3", "device": "phone"}', DEFAULT);
INSERT INTO public.heartbeat VALUES (true, '2026-11-27 22:16:18.912868+00');
INSERT INTO public.idempotency_clock VALUES ('2026-11-27 22:16:15.940474+00');
INSERT INTO public.idempotency_keys VALUES ('kept', '\xa9b18f29a799e7b94c09b1531f192e19a47aae6765ebcf85a5f17c2ca446c069', '{"accepted": 100, "rejected": [], "duplicates": 0, "rejected_count": 0}', '2026-11-27 22:16:15.967901+00');
INSERT INTO public.rollup_day VALUES ('', '2025-09-21 00:00:00+00', 30, 20, 0, 7300000, 416000000);
INSERT INTO public.rollup_day VALUES ('', '2025-09-22 00:00:00+00', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_day VALUES ('', '2025-09-23 00:00:00+00', 30, 20, 0, 7600000, 728000000);
INSERT INTO public.rollup_day VALUES ('', '2025-09-24 00:00:00+00', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_day VALUES ('C0', '2025-09-21 00:00:00+00', 25, 0, 0, 3600000, 156000000);
INSERT INTO public.rollup_day VALUES ('C0', '2025-09-22 00:00:00+00', 25, 0, 0, 3825000, 390000000);
INSERT INTO public.rollup_day VALUES ('C0', '2025-09-23 00:00:00+00', 25, 0, 0, 3750000, 312000000);
INSERT INTO public.rollup_day VALUES ('C0', '2025-09-24 00:00:00+00', 25, 0, 0, 3675000, 234000000);
INSERT INTO public.rollup_day VALUES ('C1', '2025-09-21 00:00:00+00', 5, 20, 0, 3700000, 260000000);
INSERT INTO public.rollup_day VALUES ('C1', '2025-09-22 00:00:00+00', 5, 20, 0, 3625000, 182000000);
INSERT INTO public.rollup_day VALUES ('C1', '2025-09-23 00:00:00+00', 5, 20, 0, 3850000, 416000000);
INSERT INTO public.rollup_day VALUES ('C1', '2025-09-24 00:00:00+00', 5, 20, 0, 3775000, 338000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 17:11:00+00', 0, 0, 2, 346000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 11:05:00+00', 3, 0, 0, 465000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 05:35:00+00', 3, 0, 0, 375000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 08:44:00+00', 0, 0, 3, 456000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 08:08:00+00', 0, 0, 2, 328000, 104000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 02:50:00+00', 3, 0, 0, 510000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 05:47:00+00', 0, 0, 2, 322000, 221000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 11:53:00+00', 0, 0, 3, 537000, 299000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 02:26:00+00', 0, 0, 2, 316000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 17:59:00+00', 0, 0, 3, 411000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 14:50:00+00', 2, 0, 0, 340000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 08:20:00+00', 2, 0, 0, 280000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 05:23:00+00', 0, 0, 3, 447000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 08:56:00+00', 0, 0, 3, 384000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 20:44:00+00', 0, 0, 2, 304000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 14:14:00+00', 0, 0, 2, 244000, 182000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 11:29:00+00', 0, 0, 2, 334000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 08:32:00+00', 0, 0, 3, 528000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 02:02:00+00', 0, 0, 3, 438000, 26000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 23:17:00+00', 0, 0, 2, 262000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 02:14:00+00', 0, 0, 3, 366000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 05:11:00+00', 0, 0, 3, 519000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 14:02:00+00', 0, 0, 2, 292000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 23:29:00+00', 0, 0, 3, 501000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 20:56:00+00', 0, 0, 2, 256000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 11:17:00+00', 0, 0, 3, 393000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 05:59:00+00', 0, 0, 2, 274000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 14:26:00+00', 0, 0, 3, 474000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 23:53:00+00', 0, 0, 2, 358000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 17:23:00+00', 0, 0, 2, 298000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 23:05:00+00', 2, 0, 0, 310000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 20:08:00+00', 0, 0, 3, 492000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 11:41:00+00', 0, 0, 2, 286000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 20:32:00+00', 0, 0, 2, 352000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 17:47:00+00', 0, 0, 3, 483000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-24 23:41:00+00', 0, 0, 3, 429000, 143000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 14:38:00+00', 0, 0, 3, 402000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-21 20:20:00+00', 3, 0, 0, 420000, 260000000);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-23 02:38:00+00', 0, 0, 2, 268000, 0);
INSERT INTO public.rollup_delta VALUES ('745', 'C2', '2025-09-22 17:35:00+00', 2, 0, 0, 250000, 65000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 02:26:00+00', 0, 0, 2, 316000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 17:59:00+00', 0, 0, 3, 411000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 14:38:00+00', 0, 0, 3, 402000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 14:02:00+00', 0, 0, 2, 292000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 17:47:00+00', 0, 0, 3, 483000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 02:02:00+00', 0, 0, 3, 438000, 26000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 08:20:00+00', 2, 0, 0, 280000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 05:11:00+00', 0, 0, 3, 519000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 05:23:00+00', 0, 0, 3, 447000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 05:59:00+00', 0, 0, 2, 274000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 08:32:00+00', 0, 0, 3, 528000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 14:14:00+00', 0, 0, 2, 244000, 182000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 02:50:00+00', 3, 0, 0, 510000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 23:41:00+00', 0, 0, 3, 429000, 143000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 08:44:00+00', 0, 0, 3, 456000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 14:50:00+00', 2, 0, 0, 340000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 17:23:00+00', 0, 0, 2, 298000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 05:35:00+00', 3, 0, 0, 375000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 14:26:00+00', 0, 0, 3, 474000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 11:05:00+00', 3, 0, 0, 465000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 08:08:00+00', 0, 0, 2, 328000, 104000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 23:29:00+00', 0, 0, 3, 501000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 11:53:00+00', 0, 0, 3, 537000, 299000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 02:38:00+00', 0, 0, 2, 268000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 11:29:00+00', 0, 0, 2, 334000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 08:56:00+00', 0, 0, 3, 384000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 05:47:00+00', 0, 0, 2, 322000, 221000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 23:53:00+00', 0, 0, 2, 358000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 20:20:00+00', 3, 0, 0, 420000, 260000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 11:41:00+00', 0, 0, 2, 286000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 20:32:00+00', 0, 0, 2, 352000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 20:08:00+00', 0, 0, 3, 492000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 23:17:00+00', 0, 0, 2, 262000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 11:17:00+00', 0, 0, 3, 393000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 17:35:00+00', 2, 0, 0, 250000, 65000000);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 20:44:00+00', 0, 0, 2, 304000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-21 20:56:00+00', 0, 0, 2, 256000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-22 17:11:00+00', 0, 0, 2, 346000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-24 23:05:00+00', 2, 0, 0, 310000, 0);
INSERT INTO public.rollup_delta_all VALUES ('745', '2025-09-23 02:14:00+00', 0, 0, 3, 366000, 0);
INSERT INTO public.rollup_dim_day VALUES ('', 1, '2025-09-24 00:00:00+00', '"3"', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_dim_day VALUES ('', 2, '2025-09-24 00:00:00+00', '"phone"', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_dim_day VALUES ('', 3, '2025-09-24 00:00:00+00', 'null', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 1, '2025-09-24 00:00:00+00', '"3"', 25, 0, 0, 3675000, 234000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 2, '2025-09-24 00:00:00+00', '"phone"', 25, 0, 0, 3675000, 234000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 3, '2025-09-24 00:00:00+00', 'null', 25, 0, 0, 3675000, 234000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 1, '2025-09-24 00:00:00+00', '"3"', 5, 20, 0, 3775000, 338000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 2, '2025-09-24 00:00:00+00', '"phone"', 5, 20, 0, 3775000, 338000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 3, '2025-09-24 00:00:00+00', 'null', 5, 20, 0, 3775000, 338000000);
INSERT INTO public.rollup_dim_day VALUES ('', 1, '2025-09-21 00:00:00+00', '"IN"', 5, 20, 0, 3700000, 260000000);
INSERT INTO public.rollup_dim_day VALUES ('', 1, '2025-09-21 00:00:00+00', 'null', 25, 0, 0, 3600000, 156000000);
INSERT INTO public.rollup_dim_day VALUES ('', 2, '2025-09-21 00:00:00+00', '"phone"', 5, 20, 0, 3700000, 260000000);
INSERT INTO public.rollup_dim_day VALUES ('', 2, '2025-09-21 00:00:00+00', 'null', 25, 0, 0, 3600000, 156000000);
INSERT INTO public.rollup_dim_day VALUES ('', 3, '2025-09-21 00:00:00+00', 'null', 30, 20, 0, 7300000, 416000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 1, '2025-09-21 00:00:00+00', 'null', 25, 0, 0, 3600000, 156000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 2, '2025-09-21 00:00:00+00', 'null', 25, 0, 0, 3600000, 156000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 3, '2025-09-21 00:00:00+00', 'null', 25, 0, 0, 3600000, 156000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 1, '2025-09-21 00:00:00+00', '"IN"', 5, 20, 0, 3700000, 260000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 2, '2025-09-21 00:00:00+00', '"phone"', 5, 20, 0, 3700000, 260000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 3, '2025-09-21 00:00:00+00', 'null', 5, 20, 0, 3700000, 260000000);
INSERT INTO public.rollup_dim_day VALUES ('', 1, '2025-09-22 00:00:00+00', '"US"', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_dim_day VALUES ('', 2, '2025-09-22 00:00:00+00', '"phone"', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_dim_day VALUES ('', 3, '2025-09-22 00:00:00+00', 'null', 30, 20, 0, 7450000, 572000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 1, '2025-09-22 00:00:00+00', '"US"', 25, 0, 0, 3825000, 390000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 2, '2025-09-22 00:00:00+00', '"phone"', 25, 0, 0, 3825000, 390000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 3, '2025-09-22 00:00:00+00', 'null', 25, 0, 0, 3825000, 390000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 1, '2025-09-22 00:00:00+00', '"US"', 5, 20, 0, 3625000, 182000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 2, '2025-09-22 00:00:00+00', '"phone"', 5, 20, 0, 3625000, 182000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 3, '2025-09-22 00:00:00+00', 'null', 5, 20, 0, 3625000, 182000000);
INSERT INTO public.rollup_dim_day VALUES ('', 1, '2025-09-23 00:00:00+00', '"3"', 5, 20, 0, 3850000, 416000000);
INSERT INTO public.rollup_dim_day VALUES ('', 1, '2025-09-23 00:00:00+00', 'null', 25, 0, 0, 3750000, 312000000);
INSERT INTO public.rollup_dim_day VALUES ('', 2, '2025-09-23 00:00:00+00', '"phone"', 5, 20, 0, 3850000, 416000000);
INSERT INTO public.rollup_dim_day VALUES ('', 2, '2025-09-23 00:00:00+00', 'null', 25, 0, 0, 3750000, 312000000);
INSERT INTO public.rollup_dim_day VALUES ('', 3, '2025-09-23 00:00:00+00', 'null', 30, 20, 0, 7600000, 728000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 1, '2025-09-23 00:00:00+00', 'null', 25, 0, 0, 3750000, 312000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 2, '2025-09-23 00:00:00+00', 'null', 25, 0, 0, 3750000, 312000000);
INSERT INTO public.rollup_dim_day VALUES ('C0', 3, '2025-09-23 00:00:00+00', 'null', 25, 0, 0, 3750000, 312000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 1, '2025-09-23 00:00:00+00', '"3"', 5, 20, 0, 3850000, 416000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 2, '2025-09-23 00:00:00+00', '"phone"', 5, 20, 0, 3850000, 416000000);
INSERT INTO public.rollup_dim_day VALUES ('C1', 3, '2025-09-23 00:00:00+00', 'null', 5, 20, 0, 3850000, 416000000);
INSERT INTO public.rollup_dim_detail VALUES (60, '2026-11-26 00:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (60, '2026-11-27 00:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 00:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 01:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 02:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 03:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 04:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 05:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 06:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 07:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 08:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 09:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 10:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 11:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 12:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 13:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 14:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 15:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 16:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 17:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 18:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 19:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 20:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 21:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 22:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-26 23:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 00:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 01:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 02:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 03:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 04:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 05:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 06:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 07:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 08:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 09:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 10:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 11:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 12:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 13:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 14:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 15:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 16:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 17:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 18:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 19:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (0, '2026-11-27 20:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 00:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 01:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 02:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 03:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 04:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 05:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 06:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 07:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 08:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 09:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 10:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 11:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 12:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 13:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 14:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 15:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 16:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 17:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 18:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 19:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 20:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 21:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 22:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-26 23:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 00:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 01:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 02:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 03:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 04:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 05:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 06:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 07:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 08:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 09:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 10:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 11:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 12:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 13:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 14:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 15:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 16:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 17:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 18:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 19:00:00+00');
INSERT INTO public.rollup_dim_detail VALUES (1, '2026-11-27 20:00:00+00');
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-24 03:00:00+00', '"3"', 13, 0, 0, 1911000, 195000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-24 07:00:00+00', '"3"', 3, 10, 0, 1963000, 247000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-24 15:00:00+00', '"3"', 12, 0, 0, 1764000, 39000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-24 19:00:00+00', '"3"', 2, 10, 0, 1812000, 91000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-24 03:00:00+00', '"phone"', 13, 0, 0, 1911000, 195000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-24 07:00:00+00', '"phone"', 3, 10, 0, 1963000, 247000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-24 15:00:00+00', '"phone"', 12, 0, 0, 1764000, 39000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-24 19:00:00+00', '"phone"', 2, 10, 0, 1812000, 91000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-24 03:00:00+00', 'null', 13, 0, 0, 1911000, 195000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-24 07:00:00+00', 'null', 3, 10, 0, 1963000, 247000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-24 15:00:00+00', 'null', 12, 0, 0, 1764000, 39000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-24 19:00:00+00', 'null', 2, 10, 0, 1812000, 91000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-21 00:00:00+00', 'null', 13, 0, 0, 1872000, 0);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-21 04:00:00+00', '"IN"', 2, 11, 0, 1924000, 52000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-21 12:00:00+00', 'null', 12, 0, 0, 1728000, 156000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-21 16:00:00+00', '"IN"', 3, 9, 0, 1776000, 208000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-21 00:00:00+00', 'null', 13, 0, 0, 1872000, 0);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-21 04:00:00+00', '"phone"', 2, 11, 0, 1924000, 52000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-21 12:00:00+00', 'null', 12, 0, 0, 1728000, 156000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-21 16:00:00+00', '"phone"', 3, 9, 0, 1776000, 208000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-21 00:00:00+00', 'null', 13, 0, 0, 1872000, 0);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-21 04:00:00+00', 'null', 2, 11, 0, 1924000, 52000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-21 12:00:00+00', 'null', 12, 0, 0, 1728000, 156000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-21 16:00:00+00', 'null', 3, 9, 0, 1776000, 208000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-22 01:00:00+00', '"US"', 3, 10, 0, 1885000, 169000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-22 09:00:00+00', '"US"', 13, 0, 0, 1989000, 273000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-22 13:00:00+00', '"US"', 2, 10, 0, 1740000, 13000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-22 21:00:00+00', '"US"', 12, 0, 0, 1836000, 117000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-22 01:00:00+00', '"phone"', 3, 10, 0, 1885000, 169000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-22 09:00:00+00', '"phone"', 13, 0, 0, 1989000, 273000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-22 13:00:00+00', '"phone"', 2, 10, 0, 1740000, 13000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-22 21:00:00+00', '"phone"', 12, 0, 0, 1836000, 117000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-22 01:00:00+00', 'null', 3, 10, 0, 1885000, 169000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-22 09:00:00+00', 'null', 13, 0, 0, 1989000, 273000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-22 13:00:00+00', 'null', 2, 10, 0, 1740000, 13000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-22 21:00:00+00', 'null', 12, 0, 0, 1836000, 117000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-23 06:00:00+00', 'null', 13, 0, 0, 1950000, 78000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-23 10:00:00+00', '"3"', 3, 10, 0, 2002000, 130000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-23 18:00:00+00', 'null', 12, 0, 0, 1800000, 234000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '2025-09-23 22:00:00+00', '"3"', 2, 10, 0, 1848000, 286000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-23 06:00:00+00', 'null', 13, 0, 0, 1950000, 78000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-23 10:00:00+00', '"phone"', 3, 10, 0, 2002000, 130000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-23 18:00:00+00', 'null', 12, 0, 0, 1800000, 234000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, '2025-09-23 22:00:00+00', '"phone"', 2, 10, 0, 1848000, 286000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-23 06:00:00+00', 'null', 13, 0, 0, 1950000, 78000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-23 10:00:00+00', 'null', 3, 10, 0, 2002000, 130000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-23 18:00:00+00', 'null', 12, 0, 0, 1800000, 234000000);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, '2025-09-23 22:00:00+00', 'null', 2, 10, 0, 1848000, 286000000);
INSERT INTO public.rollup_dim_mark VALUES (true, '743:743:', '2026-11-27 21:00:00+00', 7712978610011436605, 743);
INSERT INTO public.rollup_dimension VALUES (1, 'geo', false, false);
INSERT INTO public.rollup_dimension VALUES (2, 'device', false, false);
INSERT INTO public.rollup_dimension VALUES (3, 'placement', false, false);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-21 00:00:00+00', 13, 0, 0, 1872000, 0);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-21 04:00:00+00', 2, 11, 0, 1924000, 52000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-21 12:00:00+00', 12, 0, 0, 1728000, 156000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-21 16:00:00+00', 3, 9, 0, 1776000, 208000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-22 01:00:00+00', 3, 10, 0, 1885000, 169000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-22 09:00:00+00', 13, 0, 0, 1989000, 273000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-22 13:00:00+00', 2, 10, 0, 1740000, 13000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-22 21:00:00+00', 12, 0, 0, 1836000, 117000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-23 06:00:00+00', 13, 0, 0, 1950000, 78000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-23 10:00:00+00', 3, 10, 0, 2002000, 130000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-23 18:00:00+00', 12, 0, 0, 1800000, 234000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-23 22:00:00+00', 2, 10, 0, 1848000, 286000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-24 03:00:00+00', 13, 0, 0, 1911000, 195000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-24 07:00:00+00', 3, 10, 0, 1963000, 247000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-24 15:00:00+00', 12, 0, 0, 1764000, 39000000);
INSERT INTO public.rollup_hour VALUES ('', '2025-09-24 19:00:00+00', 2, 10, 0, 1812000, 91000000);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-21 00:00:00+00', 13, 0, 0, 1872000, 0);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-21 12:00:00+00', 12, 0, 0, 1728000, 156000000);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-22 09:00:00+00', 13, 0, 0, 1989000, 273000000);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-22 21:00:00+00', 12, 0, 0, 1836000, 117000000);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-23 06:00:00+00', 13, 0, 0, 1950000, 78000000);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-23 18:00:00+00', 12, 0, 0, 1800000, 234000000);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-24 03:00:00+00', 13, 0, 0, 1911000, 195000000);
INSERT INTO public.rollup_hour VALUES ('C0', '2025-09-24 15:00:00+00', 12, 0, 0, 1764000, 39000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-21 04:00:00+00', 2, 11, 0, 1924000, 52000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-21 16:00:00+00', 3, 9, 0, 1776000, 208000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-22 01:00:00+00', 3, 10, 0, 1885000, 169000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-22 13:00:00+00', 2, 10, 0, 1740000, 13000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-23 10:00:00+00', 3, 10, 0, 2002000, 130000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-23 22:00:00+00', 2, 10, 0, 1848000, 286000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-24 07:00:00+00', 3, 10, 0, 1963000, 247000000);
INSERT INTO public.rollup_hour VALUES ('C1', '2025-09-24 19:00:00+00', 2, 10, 0, 1812000, 91000000);
INSERT INTO public.rollup_mark VALUES (true, '738', 7712978610011436605, '738:738:');
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 00:00:00+00', 3, 0, 0, 360000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 00:12:00+00', 2, 0, 0, 312000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 00:24:00+00', 2, 0, 0, 264000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 00:36:00+00', 3, 0, 0, 504000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 00:48:00+00', 3, 0, 0, 432000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 04:04:00+00', 0, 3, 0, 516000, 52000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 04:16:00+00', 0, 3, 0, 444000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 04:28:00+00', 0, 3, 0, 372000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 04:40:00+00', 2, 0, 0, 320000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 04:52:00+00', 0, 2, 0, 272000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 12:00:00+00', 2, 0, 0, 240000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 12:12:00+00', 3, 0, 0, 468000, 156000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 12:24:00+00', 3, 0, 0, 396000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 12:36:00+00', 2, 0, 0, 336000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 12:48:00+00', 2, 0, 0, 288000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 16:04:00+00', 0, 2, 0, 344000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 16:16:00+00', 0, 2, 0, 296000, 208000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 16:28:00+00', 0, 2, 0, 248000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 16:40:00+00', 3, 0, 0, 480000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-21 16:52:00+00', 0, 3, 0, 408000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 01:07:00+00', 0, 3, 0, 363000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 01:19:00+00', 0, 2, 0, 314000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 01:31:00+00', 0, 2, 0, 266000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 01:43:00+00', 0, 3, 0, 507000, 169000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 01:55:00+00', 3, 0, 0, 435000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 09:03:00+00', 3, 0, 0, 387000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 09:15:00+00', 2, 0, 0, 330000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 09:27:00+00', 2, 0, 0, 282000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 09:39:00+00', 3, 0, 0, 531000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 09:51:00+00', 3, 0, 0, 459000, 273000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 13:07:00+00', 0, 2, 0, 242000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 13:19:00+00', 0, 3, 0, 471000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 13:31:00+00', 0, 3, 0, 399000, 13000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 13:43:00+00', 0, 2, 0, 338000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 13:55:00+00', 2, 0, 0, 290000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 21:03:00+00', 2, 0, 0, 258000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 21:15:00+00', 3, 0, 0, 495000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 21:27:00+00', 3, 0, 0, 423000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 21:39:00+00', 2, 0, 0, 354000, 117000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-22 21:51:00+00', 2, 0, 0, 306000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 06:06:00+00', 2, 0, 0, 276000, 78000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 06:18:00+00', 3, 0, 0, 522000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 06:30:00+00', 3, 0, 0, 450000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 06:42:00+00', 3, 0, 0, 378000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 06:54:00+00', 2, 0, 0, 324000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 10:10:00+00', 3, 0, 0, 390000, 130000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 10:22:00+00', 0, 2, 0, 332000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 10:34:00+00', 0, 2, 0, 284000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 10:46:00+00', 0, 3, 0, 534000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 10:58:00+00', 0, 3, 0, 462000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 18:06:00+00', 3, 0, 0, 414000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 18:18:00+00', 2, 0, 0, 348000, 234000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 18:30:00+00', 2, 0, 0, 300000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 18:42:00+00', 2, 0, 0, 252000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 18:54:00+00', 3, 0, 0, 486000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 22:10:00+00', 2, 0, 0, 260000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 22:22:00+00', 0, 3, 0, 498000, 286000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 22:34:00+00', 0, 3, 0, 426000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 22:46:00+00', 0, 2, 0, 356000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-23 22:58:00+00', 0, 2, 0, 308000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 03:09:00+00', 3, 0, 0, 441000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 03:21:00+00', 3, 0, 0, 369000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 03:33:00+00', 2, 0, 0, 318000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 03:45:00+00', 2, 0, 0, 270000, 195000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 03:57:00+00', 3, 0, 0, 513000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 07:01:00+00', 0, 2, 0, 326000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 07:13:00+00', 0, 2, 0, 278000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 07:25:00+00', 3, 0, 0, 525000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 07:37:00+00', 0, 3, 0, 453000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 07:49:00+00', 0, 3, 0, 381000, 247000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 15:09:00+00', 2, 0, 0, 294000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 15:21:00+00', 2, 0, 0, 246000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 15:33:00+00', 3, 0, 0, 477000, 39000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 15:45:00+00', 3, 0, 0, 405000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 15:57:00+00', 2, 0, 0, 342000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 19:01:00+00', 0, 3, 0, 489000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 19:13:00+00', 0, 3, 0, 417000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 19:25:00+00', 2, 0, 0, 350000, 0);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 19:37:00+00', 0, 2, 0, 302000, 91000000);
INSERT INTO public.rollup_minute VALUES ('', '2025-09-24 19:49:00+00', 0, 2, 0, 254000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 00:00:00+00', 3, 0, 0, 360000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 00:12:00+00', 2, 0, 0, 312000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 00:24:00+00', 2, 0, 0, 264000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 00:36:00+00', 3, 0, 0, 504000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 00:48:00+00', 3, 0, 0, 432000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 12:00:00+00', 2, 0, 0, 240000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 12:12:00+00', 3, 0, 0, 468000, 156000000);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 12:24:00+00', 3, 0, 0, 396000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 12:36:00+00', 2, 0, 0, 336000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-21 12:48:00+00', 2, 0, 0, 288000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 09:03:00+00', 3, 0, 0, 387000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 09:15:00+00', 2, 0, 0, 330000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 09:27:00+00', 2, 0, 0, 282000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 09:39:00+00', 3, 0, 0, 531000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 09:51:00+00', 3, 0, 0, 459000, 273000000);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 21:03:00+00', 2, 0, 0, 258000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 21:15:00+00', 3, 0, 0, 495000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 21:27:00+00', 3, 0, 0, 423000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 21:39:00+00', 2, 0, 0, 354000, 117000000);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-22 21:51:00+00', 2, 0, 0, 306000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 06:06:00+00', 2, 0, 0, 276000, 78000000);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 06:18:00+00', 3, 0, 0, 522000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 06:30:00+00', 3, 0, 0, 450000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 06:42:00+00', 3, 0, 0, 378000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 06:54:00+00', 2, 0, 0, 324000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 18:06:00+00', 3, 0, 0, 414000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 18:18:00+00', 2, 0, 0, 348000, 234000000);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 18:30:00+00', 2, 0, 0, 300000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 18:42:00+00', 2, 0, 0, 252000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-23 18:54:00+00', 3, 0, 0, 486000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 03:09:00+00', 3, 0, 0, 441000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 03:21:00+00', 3, 0, 0, 369000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 03:33:00+00', 2, 0, 0, 318000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 03:45:00+00', 2, 0, 0, 270000, 195000000);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 03:57:00+00', 3, 0, 0, 513000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 15:09:00+00', 2, 0, 0, 294000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 15:21:00+00', 2, 0, 0, 246000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 15:33:00+00', 3, 0, 0, 477000, 39000000);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 15:45:00+00', 3, 0, 0, 405000, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2025-09-24 15:57:00+00', 2, 0, 0, 342000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 04:04:00+00', 0, 3, 0, 516000, 52000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 04:16:00+00', 0, 3, 0, 444000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 04:28:00+00', 0, 3, 0, 372000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 04:40:00+00', 2, 0, 0, 320000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 04:52:00+00', 0, 2, 0, 272000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 16:04:00+00', 0, 2, 0, 344000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 16:16:00+00', 0, 2, 0, 296000, 208000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 16:28:00+00', 0, 2, 0, 248000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 16:40:00+00', 3, 0, 0, 480000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-21 16:52:00+00', 0, 3, 0, 408000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 01:07:00+00', 0, 3, 0, 363000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 01:19:00+00', 0, 2, 0, 314000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 01:31:00+00', 0, 2, 0, 266000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 01:43:00+00', 0, 3, 0, 507000, 169000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 01:55:00+00', 3, 0, 0, 435000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 13:07:00+00', 0, 2, 0, 242000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 13:19:00+00', 0, 3, 0, 471000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 13:31:00+00', 0, 3, 0, 399000, 13000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 13:43:00+00', 0, 2, 0, 338000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-22 13:55:00+00', 2, 0, 0, 290000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 10:10:00+00', 3, 0, 0, 390000, 130000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 10:22:00+00', 0, 2, 0, 332000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 10:34:00+00', 0, 2, 0, 284000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 10:46:00+00', 0, 3, 0, 534000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 10:58:00+00', 0, 3, 0, 462000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 22:10:00+00', 2, 0, 0, 260000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 22:22:00+00', 0, 3, 0, 498000, 286000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 22:34:00+00', 0, 3, 0, 426000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 22:46:00+00', 0, 2, 0, 356000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-23 22:58:00+00', 0, 2, 0, 308000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 07:01:00+00', 0, 2, 0, 326000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 07:13:00+00', 0, 2, 0, 278000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 07:25:00+00', 3, 0, 0, 525000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 07:37:00+00', 0, 3, 0, 453000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 07:49:00+00', 0, 3, 0, 381000, 247000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 19:01:00+00', 0, 3, 0, 489000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 19:13:00+00', 0, 3, 0, 417000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 19:25:00+00', 2, 0, 0, 350000, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 19:37:00+00', 0, 2, 0, 302000, 91000000);
INSERT INTO public.rollup_minute VALUES ('C1', '2025-09-24 19:49:00+00', 0, 2, 0, 254000, 0);
INSERT INTO public.rollup_value VALUES (1, 'null');
INSERT INTO public.rollup_value VALUES (2, 'null');
INSERT INTO public.rollup_value VALUES (3, 'null');
INSERT INTO public.rollup_value VALUES (1, '"3"');
INSERT INTO public.rollup_value VALUES (2, '"phone"');
INSERT INTO public.rollup_value VALUES (1, '"IN"');
INSERT INTO public.rollup_value VALUES (1, '"US"');
INSERT INTO public.schema_migrations VALUES (1, '0001_foundation.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (2, '0002_partitions_and_retention.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (3, '0003_totals.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (4, '0004_roles.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (5, '0005_api_keys.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (6, '0006_replicas.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (7, '0007_archive.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (8, '0008_partitions_of_a_cluster.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (9, '0009_moving.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (10, '0010_retention_of_chunks.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (11, '0011_large_sums.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (12, '0012_filters_find_groups.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (13, '0013_partition_triggers.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (14, '0014_nothing_is_final.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (15, '0015_sums_of_the_view.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (16, '0016_report_buckets.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (17, '0017_event_ids_of_texts.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (18, '0018_marks.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (19, '0019_report_buckets_check_the_zone.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (20, '0020_straight_into_a_day.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (21, '0021_days.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (22, '0022_window_of_event_ids.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (23, '0023_dimensions_in_bulk.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (24, '0024_sums_of_archived_days.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (25, '0025_readiness_of_writers.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (26, '0026_a_jump_of_all_clocks.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (27, '0027_public_keys.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (28, '0028_imported.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (29, '0029_uses_of_keys.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (30, '0030_the_age_of_keys.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (31, '0031_thin_hours.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (32, '0032_summaries.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (33, '0033_planned_dimensions.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (34, '0034_bounded_rounds.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (35, '0035_minutes_for_two_days.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (36, '0036_history_by_the_hour.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (37, '0037_open_transactions.sql', '2026-11-27 22:16:15.121026+00');
INSERT INTO public.schema_migrations VALUES (38, '0038_history_by_the_day.sql', '2026-11-27 22:16:15.121026+00');
ALTER TABLE ONLY public.active_variant
    ADD CONSTRAINT active_variant_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.api_key_uses
    ADD CONSTRAINT api_key_uses_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY public.archived_days
    ADD CONSTRAINT archived_days_pkey PRIMARY KEY (day, part);
ALTER TABLE ONLY public.declared_dimension
    ADD CONSTRAINT declared_dimension_key_key UNIQUE (key);
ALTER TABLE ONLY public.declared_dimension
    ADD CONSTRAINT declared_dimension_pkey PRIMARY KEY (place);
ALTER TABLE ONLY public.event_ids
    ADD CONSTRAINT event_ids_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY public.heartbeat
    ADD CONSTRAINT heartbeat_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.imported
    ADD CONSTRAINT imported_pkey PRIMARY KEY (before, after);
ALTER TABLE ONLY public.raw_horizon
    ADD CONSTRAINT raw_horizon_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.rollup_day
    ADD CONSTRAINT rollup_day_pkey PRIMARY KEY (campaign_id, day) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_dim_day
    ADD CONSTRAINT rollup_dim_day_pkey PRIMARY KEY (campaign_id, place, day, value) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_dim_detail
    ADD CONSTRAINT rollup_dim_detail_pkey PRIMARY KEY (minutes, at);
ALTER TABLE ONLY public.rollup_dim_hour
    ADD CONSTRAINT rollup_dim_hour_pkey PRIMARY KEY (campaign_id, place, hour, value) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_dim_large
    ADD CONSTRAINT rollup_dim_large_pkey PRIMARY KEY (campaign_id, place, minute, value);
ALTER TABLE ONLY public.rollup_dim_mark
    ADD CONSTRAINT rollup_dim_mark_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.rollup_dim_minute
    ADD CONSTRAINT rollup_dim_minute_pkey PRIMARY KEY (campaign_id, place, minute, value);
ALTER TABLE ONLY public.rollup_dim_pending
    ADD CONSTRAINT rollup_dim_pending_pkey PRIMARY KEY (place, start);
ALTER TABLE ONLY public.rollup_dimension
    ADD CONSTRAINT rollup_dimension_pkey PRIMARY KEY (place);
ALTER TABLE ONLY public.rollup_hour
    ADD CONSTRAINT rollup_hour_pkey PRIMARY KEY (campaign_id, hour) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_large
    ADD CONSTRAINT rollup_large_pkey PRIMARY KEY (campaign_id, minute);
ALTER TABLE ONLY public.rollup_mark
    ADD CONSTRAINT rollup_mark_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.rollup_minute
    ADD CONSTRAINT rollup_minute_pkey PRIMARY KEY (campaign_id, minute) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_value
    ADD CONSTRAINT rollup_value_pkey PRIMARY KEY (place, value);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
CREATE INDEX events_default_ts_idx ON public.events_default USING btree (ts);
CREATE INDEX events_ts_written_xid_idx ON ONLY public.events USING brin (ts, written_xid) WITH (pages_per_range='32');
CREATE INDEX events_default_ts_written_xid_idx ON public.events_default USING brin (ts, written_xid) WITH (pages_per_range='32');
CREATE INDEX events_p20261126_ts_written_xid_idx ON public.events_p20261126 USING brin (ts, written_xid) WITH (pages_per_range='32');
CREATE INDEX events_p20261127_ts_written_xid_idx ON public.events_p20261127 USING brin (ts, written_xid) WITH (pages_per_range='32');
CREATE INDEX events_p20261128_ts_written_xid_idx ON public.events_p20261128 USING brin (ts, written_xid) WITH (pages_per_range='32');
CREATE INDEX events_p20261129_ts_written_xid_idx ON public.events_p20261129 USING brin (ts, written_xid) WITH (pages_per_range='32');
CREATE UNIQUE INDEX idempotency_clock_one_row ON public.idempotency_clock USING btree ((true));
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);
CREATE INDEX rollup_day_day_idx ON public.rollup_day USING brin (day) WITH (pages_per_range='16');
CREATE INDEX rollup_delta_all_xid_idx ON public.rollup_delta_all USING btree (xid);
CREATE INDEX rollup_delta_xid_campaign_id_idx ON public.rollup_delta USING btree (xid, campaign_id);
CREATE INDEX rollup_dim_day_day_idx ON public.rollup_dim_day USING brin (day) WITH (pages_per_range='32');
CREATE INDEX rollup_dim_hour_hour_idx ON public.rollup_dim_hour USING brin (hour) WITH (pages_per_range='32');
CREATE INDEX rollup_dim_minute_minute_idx ON public.rollup_dim_minute USING brin (minute) WITH (pages_per_range='32');
CREATE UNIQUE INDEX rollup_dimension_key_idx ON public.rollup_dimension USING btree (key) WHERE (NOT dropped);
CREATE INDEX rollup_hour_hour_idx ON public.rollup_hour USING brin (hour);
CREATE INDEX rollup_minute_minute_idx ON public.rollup_minute USING brin (minute);
ALTER INDEX public.events_ts_written_xid_idx ATTACH PARTITION public.events_default_ts_written_xid_idx;
ALTER INDEX public.events_ts_written_xid_idx ATTACH PARTITION public.events_p20261126_ts_written_xid_idx;
ALTER INDEX public.events_ts_written_xid_idx ATTACH PARTITION public.events_p20261127_ts_written_xid_idx;
ALTER INDEX public.events_ts_written_xid_idx ATTACH PARTITION public.events_p20261128_ts_written_xid_idx;
ALTER INDEX public.events_ts_written_xid_idx ATTACH PARTITION public.events_p20261129_ts_written_xid_idx;
CREATE TRIGGER events_deleted AFTER DELETE ON public.events REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_deleted AFTER DELETE ON public.events_default REFERENCING OLD TABLE AS removed FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_deleted AFTER DELETE ON public.events_p20261126 REFERENCING OLD TABLE AS removed FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_deleted AFTER DELETE ON public.events_p20261127 REFERENCING OLD TABLE AS removed FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_deleted AFTER DELETE ON public.events_p20261128 REFERENCING OLD TABLE AS removed FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_deleted AFTER DELETE ON public.events_p20261129 REFERENCING OLD TABLE AS removed FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_emptying BEFORE TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_emptying();
CREATE TRIGGER events_inserted AFTER INSERT ON public.events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_inserted AFTER INSERT ON public.events_default REFERENCING NEW TABLE AS added FOR EACH STATEMENT WHEN (((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text) OR (NOT has_table_privilege(('public.events_default'::regclass)::oid, 'TRUNCATE'::text)))) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_inserted AFTER INSERT ON public.events_p20261126 REFERENCING NEW TABLE AS added FOR EACH STATEMENT WHEN (((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text) OR (NOT has_table_privilege(('public.events_p20261126'::regclass)::oid, 'TRUNCATE'::text)))) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_inserted AFTER INSERT ON public.events_p20261127 REFERENCING NEW TABLE AS added FOR EACH STATEMENT WHEN (((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text) OR (NOT has_table_privilege(('public.events_p20261127'::regclass)::oid, 'TRUNCATE'::text)))) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_inserted AFTER INSERT ON public.events_p20261128 REFERENCING NEW TABLE AS added FOR EACH STATEMENT WHEN (((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text) OR (NOT has_table_privilege(('public.events_p20261128'::regclass)::oid, 'TRUNCATE'::text)))) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_inserted AFTER INSERT ON public.events_p20261129 REFERENCING NEW TABLE AS added FOR EACH STATEMENT WHEN (((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text) OR (NOT has_table_privilege(('public.events_p20261129'::regclass)::oid, 'TRUNCATE'::text)))) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_truncated AFTER TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_truncate();
CREATE TRIGGER events_truncated BEFORE TRUNCATE ON public.events_default FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_truncate();
CREATE TRIGGER events_truncated BEFORE TRUNCATE ON public.events_p20261126 FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_truncate();
CREATE TRIGGER events_truncated BEFORE TRUNCATE ON public.events_p20261127 FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_truncate();
CREATE TRIGGER events_truncated BEFORE TRUNCATE ON public.events_p20261128 FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_truncate();
CREATE TRIGGER events_truncated BEFORE TRUNCATE ON public.events_p20261129 FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_truncate();
CREATE TRIGGER events_updated AFTER UPDATE ON public.events REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_updated AFTER UPDATE ON public.events_default REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_updated AFTER UPDATE ON public.events_p20261126 REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_updated AFTER UPDATE ON public.events_p20261127 REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_updated AFTER UPDATE ON public.events_p20261128 REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_updated AFTER UPDATE ON public.events_p20261129 REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT WHEN ((current_setting('adpulse.counted'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER rollup_delta_moved AFTER DELETE ON public.rollup_delta FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_guard();
ALTER TABLE ONLY public.api_key_uses
    ADD CONSTRAINT api_key_uses_key_id_fkey FOREIGN KEY (key_id) REFERENCES public.api_keys(key_id) ON DELETE CASCADE;
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO adpulse_report;
GRANT USAGE ON SCHEMA public TO adpulse_maintain;
GRANT USAGE ON SCHEMA public TO adpulse_ingest;
REVOKE ALL ON FUNCTION public.bigint_pieces(cost numeric, revenue numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.bigint_pieces(cost numeric, revenue numeric) TO adpulse_report;
GRANT ALL ON FUNCTION public.bigint_pieces(cost numeric, revenue numeric) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.cover_partitions(parent regclass, most integer, only_part regclass) FROM PUBLIC;
GRANT ALL ON FUNCTION public.cover_partitions(parent regclass, most integer, only_part regclass) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.day_is_taken(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.day_is_taken(day date) TO adpulse_report;
GRANT ALL ON FUNCTION public.day_is_taken(day date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.dimension_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.dimension_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.dimension_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) TO adpulse_report;
GRANT ALL ON FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.event_id_of(written text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.event_id_of(written text) TO adpulse_report;
GRANT ALL ON FUNCTION public.event_id_of(written text) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.filter_path(filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.filter_path(filters jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.filter_path(filters jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.filter_rest(filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.filter_rest(filters jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.filter_rest(filters jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.filters_hold(campaign_id text, event_type text, metadata jsonb, rest jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.filters_hold(campaign_id text, event_type text, metadata jsonb, rest jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.filters_hold(campaign_id text, event_type text, metadata jsonb, rest jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.group_matches(name text, condition jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.group_matches(name text, condition jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.group_matches(name text, condition jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.event_matches(campaign_id text, event_type text, metadata jsonb, filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.event_matches(campaign_id text, event_type text, metadata jsonb, filters jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.event_matches(campaign_id text, event_type text, metadata jsonb, filters jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.event_xid() FROM PUBLIC;
GRANT ALL ON FUNCTION public.event_xid() TO adpulse_report;
GRANT ALL ON FUNCTION public.event_xid() TO adpulse_maintain;
GRANT ALL ON FUNCTION public.event_xid() TO adpulse_ingest;
REVOKE ALL ON FUNCTION public.expire_keys(hours integer, mine timestamp with time zone, passed interval) FROM PUBLIC;
GRANT ALL ON FUNCTION public.expire_keys(hours integer, mine timestamp with time zone, passed interval) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.first_day_kept(days integer, clock timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.first_day_kept(days integer, clock timestamp with time zone) TO adpulse_report;
GRANT ALL ON FUNCTION public.first_day_kept(days integer, clock timestamp with time zone) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.grant_roles() FROM PUBLIC;
GRANT ALL ON FUNCTION public.grant_roles() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.known_event_ids(ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.known_event_ids(ids uuid[]) TO adpulse_report;
GRANT ALL ON FUNCTION public.known_event_ids(ids uuid[]) TO adpulse_maintain;
GRANT ALL ON FUNCTION public.known_event_ids(ids uuid[]) TO adpulse_ingest;
REVOKE ALL ON FUNCTION public.past_event_ids(ids uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.past_event_ids(ids uuid[]) TO adpulse_report;
GRANT ALL ON FUNCTION public.past_event_ids(ids uuid[]) TO adpulse_maintain;
GRANT ALL ON FUNCTION public.past_event_ids(ids uuid[]) TO adpulse_ingest;
REVOKE ALL ON FUNCTION public.prepare_days(first_day date, last_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.prepare_days(first_day date, last_day date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.raw_kept(start timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone) TO adpulse_report;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.raw_kept(start timestamp with time zone, stop timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone, stop timestamp with time zone) TO adpulse_report;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone, stop timestamp with time zone) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, buckets timestamp with time zone[], dimension text, filters jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.report_buckets(start timestamp with time zone, stop timestamp with time zone, granularity text, zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_buckets(start timestamp with time zone, stop timestamp with time zone, granularity text, zone text) TO adpulse_report;
GRANT ALL ON FUNCTION public.report_buckets(start timestamp with time zone, stop timestamp with time zone, granularity text, zone text) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.retire_days(first_kept date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retire_days(first_kept date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_capture() FROM PUBLIC;
GRANT SELECT ON TABLE public.rollup_mark TO adpulse_report;
GRANT SELECT,INSERT,UPDATE ON TABLE public.rollup_mark TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_delta_start() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_delta_start() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_delta_start() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_add(source text, taken text, places smallint[], days date[], closed_to timestamp with time zone, OUT hours timestamp with time zone[], OUT folded smallint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_add(source text, taken text, places smallint[], days date[], closed_to timestamp with time zone, OUT hours timestamp with time zone[], OUT folded smallint[]) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_advance(most bigint, OUT touched timestamp with time zone[], OUT more boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_advance(most bigint, OUT touched timestamp with time zone[], OUT more boolean) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_before(seen pg_snapshot, number bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_before(seen pg_snapshot, number bigint) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_before(seen pg_snapshot, number bigint) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_begin() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_begin() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_within(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_within(day date) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_within(day date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_behind(days date[], seen pg_snapshot, condition text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_behind(days date[], seen pg_snapshot, condition text) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_behind(days date[], seen pg_snapshot, condition text) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_build(day timestamp with time zone, everything boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_build(day timestamp with time zone, everything boolean) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_close() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_close() TO adpulse_maintain;
GRANT SELECT ON TABLE public.archived_days TO adpulse_report;
GRANT SELECT ON TABLE public.raw_horizon TO adpulse_report;
REVOKE ALL ON FUNCTION public.rollup_dim_incomplete() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_incomplete() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_incomplete() TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_detail TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_detail TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_detailed(fineness integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_detailed(fineness integer) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_detailed(fineness integer) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_few() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_few() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_few() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_thin() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_thin() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_thin() TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_hour TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_hour TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_fine() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_fine() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_fine() TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_day TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_day TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_coarse(days date[], closed_to timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_coarse(days date[], closed_to timestamp with time zone) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_coarse(days date[], closed_to timestamp with time zone) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_days() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_days() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_days() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_detailed_in(spans tstzmultirange, fineness integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_detailed_in(spans tstzmultirange, fineness integer) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_detailed_in(spans tstzmultirange, fineness integer) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_forget(places smallint[], first_day date, last_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_forget(places smallint[], first_day date, last_day date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_keep(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_keep(day date) TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_mark TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_mark TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_marked() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_marked() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_marked() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_most() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_most() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_most() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_round() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_round() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_round() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_seen() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_seen() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_seen() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_sees(seen pg_snapshot, xid text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_sees(seen pg_snapshot, xid text) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_dim_sees(seen pg_snapshot, xid text) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_settle() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_settle() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_stamp() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_stamp() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_stray(start timestamp with time zone, stop timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_stray(start timestamp with time zone, stop timestamp with time zone) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dim_summarize() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dim_summarize() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_dims() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_dims() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_emptying() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.rollup_fold(name text, is_known boolean, is_full boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_fold(name text, is_known boolean, is_full boolean) TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_fold(name text, is_known boolean, is_full boolean) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_guard() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.rollup_moved_snapshot() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_moved_snapshot() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_moved_snapshot() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_truncate() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.tend_event_ids(days integer, today date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.tend_event_ids(days integer, today date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.tend_partitions() FROM PUBLIC;
GRANT ALL ON FUNCTION public.tend_partitions() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.total(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.total(bigint) TO adpulse_report;
GRANT ALL ON FUNCTION public.total(bigint) TO adpulse_maintain;
GRANT SELECT ON TABLE public.active_variant TO adpulse_report;
GRANT SELECT ON TABLE public.active_variant TO adpulse_maintain;
GRANT SELECT,INSERT,UPDATE ON TABLE public.api_key_uses TO adpulse_ingest;
GRANT SELECT ON TABLE public.api_keys TO adpulse_ingest;
GRANT SELECT,INSERT,DELETE ON TABLE public.event_ids TO adpulse_ingest;
GRANT SELECT ON TABLE public.event_ids_past TO adpulse_ingest;
GRANT INSERT ON TABLE public.events TO adpulse_ingest;
GRANT SELECT ON TABLE public.events TO adpulse_report;
GRANT INSERT ON TABLE public.events_p20261126 TO adpulse_ingest;
GRANT INSERT ON TABLE public.events_p20261127 TO adpulse_ingest;
GRANT INSERT ON TABLE public.events_p20261128 TO adpulse_ingest;
GRANT INSERT ON TABLE public.events_p20261129 TO adpulse_ingest;
GRANT SELECT ON TABLE public.heartbeat TO adpulse_report;
GRANT SELECT,UPDATE ON TABLE public.heartbeat TO adpulse_maintain;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO adpulse_ingest;
GRANT SELECT,DELETE ON TABLE public.idempotency_keys TO adpulse_maintain;
GRANT SELECT,INSERT,UPDATE ON TABLE public.imported TO adpulse_ingest;
GRANT SELECT ON TABLE public.rollup_delta TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_delta TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_delta_all TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_delta_all TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_change TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_change TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_day TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_day TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_hour TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_hour TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_large TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_large TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_minute TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_minute TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_pending TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_pending TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_tail TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_tail TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dimension TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dimension TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_large TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_large TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_minute TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_minute TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_value TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_value TO adpulse_maintain;
GRANT SELECT ON TABLE public.schema_migrations TO adpulse_ingest;
GRANT SELECT ON TABLE public.schema_migrations TO adpulse_report;
