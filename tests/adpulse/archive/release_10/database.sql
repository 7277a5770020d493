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
CREATE FUNCTION public.filter_path(filters jsonb) RETURNS jsonpath
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT (('strict '::text || string_agg(CASE WHEN ((jsonb_each_text.value ~ '^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?$'::text) OR (jsonb_each_text.value = ANY (ARRAY['true'::text, 'false'::text]))) THEN format('($.%1$s == %2$s || $.%1$s == %3$s)'::text, to_json(jsonb_each_text.key), to_json(jsonb_each_text.value), jsonb_each_text.value) ELSE format('($.%s == %s)'::text, to_json(jsonb_each_text.key), to_json(jsonb_each_text.value)) END, ' && '::text ORDER BY jsonb_each_text.key)))::jsonpath AS jsonpath FROM jsonb_each_text(filter_path.filters) jsonb_each_text(key, value));
CREATE FUNCTION public.grant_roles() RETURNS text[]
    LANGUAGE plpgsql
    AS $$
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
          ('adpulse_maintain', 'idempotency_keys', '{SELECT,DELETE}'),
          -- Who may come in; the owner makes the keys.
          ('adpulse_ingest', 'api_keys', '{SELECT}'),
          -- What is in force.
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
          ('adpulse_maintain', 'declared_dimension', '{}')
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
        JOIN (VALUES ('adpulse_report', 'si'), ('adpulse_maintain', 'siv')) AS callers (role, kinds)
          ON strpos(kinds, provolatile::text) > 0
        WHERE
          pronamespace = current_schema()::regnamespace
          AND prorettype <> 'trigger'::regtype
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
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
$$;
CREATE FUNCTION public.prepare_days(first_day date, last_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  day date;
  part text;
  lower timestamptz;
  upper timestamptz;
  strayed boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_partitioned_table WHERE partrelid = to_regclass('events')) THEN
    RETURN;
  END IF;
  FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
    part := 'events_p' || to_char(day, 'YYYYMMDD');
    CONTINUE WHEN to_regclass(format('%I.%I', current_schema(), part)) IS NOT NULL;
    lower := day::timestamp AT TIME ZONE 'UTC';
    upper := (day + 1)::timestamp AT TIME ZONE 'UTC';
    PERFORM 1 FROM events_default WHERE ts >= lower AND ts < upper LIMIT 1;
    strayed := found;
    -- While rows move, nobody may hold a plan that was made without the new partition: it would run on a snapshot
    -- taken after the move, and find them in neither (tests/test_equality.py shows it). So `events` itself is locked,
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
    EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    EXECUTE format(
      'WITH moved AS (DELETE FROM events_default WHERE ts >= %L AND ts < %L RETURNING *) '
      'INSERT INTO %I SELECT * FROM moved', lower, upper, part);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT bounds CHECK (ts >= %L AND ts < %L)', part, lower, upper);
    EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, lower, upper);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT bounds', part);
  END LOOP;
END
$$;
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
CREATE FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, zone text, dimension text, filters jsonb) RETURNS TABLE(bucket timestamp with time zone, grp text, impressions bigint, clicks bigint, conversions bigint, cost_micros bigint, revenue_micros bigint)
    LANGUAGE plpgsql STABLE
    AS $_$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    CASE WHEN $4 IS NOT NULL THEN date_trunc($4, ts, $5) END,
    CASE
      WHEN $6 = 'campaign_id' THEN campaign_id
      WHEN $6 = 'event_type' THEN event_type::text
      WHEN $6 IS NOT NULL THEN metadata ->> $6
    END,
    count(*) FILTER (WHERE event_type = 'impression'),
    count(*) FILTER (WHERE event_type = 'click'),
    count(*) FILTER (WHERE event_type = 'conversion'),
    coalesce(sum(cost_micros), 0)::bigint,
    coalesce(sum(revenue_micros), 0)::bigint
  FROM events
  WHERE
    ts >= $2 AND ts < $3
    AND ($1 IS NULL OR campaign_id = ANY($1))
    AND ($7 IS NULL OR metadata @@ filter_path($7))
    AND raw_kept($2, $3)
  GROUP BY 1, 2;
END
$_$;
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
BEGIN
  SELECT inhrelid::regclass, to_date(right(relname, 8), 'YYYYMMDD') INTO part, day
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'events'::regclass AND relname ~ '^events_p[0-9]{8}$'
  ORDER BY relname
  LIMIT 1;
  IF day < first_kept THEN
    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', part) INTO filled;
    EXECUTE format('DROP TABLE %s', part);
    horizon := (day + 1)::timestamp AT TIME ZONE 'UTC';
  ELSE
    -- Rows of two shards can have one ctid: there, all old rows go at once.
    IF to_regclass('pg_dist_partition') IS NOT NULL THEN
      EXECUTE 'SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = $1)' INTO sharded USING source;
    END IF;
    IF sharded THEN
      EXECUTE format('DELETE FROM %s WHERE ts < $1', source) USING horizon;
    ELSE
      -- A ctid has namesakes in other chunks: old ones may go along, those that are kept must not.
      EXECUTE format(
        'DELETE FROM %1$s WHERE ts < $1 AND ctid = ANY (ARRAY(SELECT ctid FROM %1$s WHERE ts < $1 LIMIT 100000))',
        source)
      USING horizon;
    END IF;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    filled := deleted > 0;
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
  END IF;
  IF TG_OP IN ('DELETE', 'UPDATE') THEN
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
    CONSTRAINT rollup_mark_only_row_check CHECK (only_row)
);
CREATE FUNCTION public.rollup_delta_start() RETURNS xid8
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE((SELECT rollup_mark.before FROM public.rollup_mark WHERE ((rollup_mark.system_identifier = (SELECT pg_control_system.system_identifier FROM pg_control_system() pg_control_system(pg_control_version, catalog_version_no, system_identifier, pg_control_last_modified))) AND (rollup_mark.before <= pg_snapshot_xmax(pg_current_snapshot())))), '0'::xid8);
CREATE FUNCTION public.rollup_give_up(most bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  runaway record;
BEGIN
  UPDATE rollup_dimension SET given_up_at = now()
  WHERE given_up_at IS NULL AND place IN (SELECT place FROM rollup_value GROUP BY place HAVING count(*) > most);
  FOR runaway IN
    SELECT place, key FROM rollup_dimension
    WHERE given_up_at IS NOT NULL AND place IN (SELECT place FROM rollup_value)
  LOOP
    DELETE FROM rollup_dim_minute WHERE place = runaway.place;
    DELETE FROM rollup_dim_hour WHERE place = runaway.place;
    DELETE FROM rollup_value WHERE place = runaway.place;
    RAISE WARNING 'the dimension % has too many or too long values: its roll-ups are given up, its reports read raw events',
      quote_literal(runaway.key);
  END LOOP;
END
$$;
CREATE FUNCTION public.rollup_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  TRUNCATE rollup_delta, rollup_minute, rollup_hour, rollup_dim_minute, rollup_dim_hour, rollup_value;
  RETURN NULL;
END
$$;
CREATE FUNCTION public.tend_partitions() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET lock_timeout TO '100ms'
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
  today date := (now() AT TIME ZONE 'UTC')::date;
  stray date;
BEGIN
  PERFORM prepare_days(today, today + 2);
  SELECT (ts AT TIME ZONE 'UTC')::date INTO stray
  FROM events_default
  WHERE ts >= now() - interval '400 days' AND ts < now() + interval '400 days'
  ORDER BY ts
  LIMIT 1;
  PERFORM prepare_days(stray, stray) WHERE stray IS NOT NULL;
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
    CONSTRAINT api_keys_campaigns_check CHECK (((cardinality(campaigns) >= 1) AND (cardinality(campaigns) <= 1000))),
    CONSTRAINT api_keys_events_per_s_check CHECK ((events_per_s > (0)::double precision)),
    CONSTRAINT api_keys_key_id_check CHECK ((key_id ~ '^[0-9a-f]{12}$'::text)),
    CONSTRAINT api_keys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 128))),
    CONSTRAINT api_keys_requests_per_s_check CHECK ((requests_per_s > (0)::double precision)),
    CONSTRAINT api_keys_scopes_check CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['write'::text, 'read'::text, 'metrics'::text]))),
    CONSTRAINT api_keys_sha256_check CHECK ((octet_length(sha256) = 32))
);
CREATE TABLE public.archived_days (
    day date NOT NULL,
    part bigint NOT NULL,
    file text NOT NULL,
    sha256 text NOT NULL,
    events bigint NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL,
    checksum numeric NOT NULL,
    archived_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.declared_dimension (
    place smallint NOT NULL,
    key text NOT NULL,
    CONSTRAINT declared_dimension_place_check CHECK (((place >= 1) AND (place <= 6)))
);
CREATE TABLE public.event_ids (
    event_id uuid NOT NULL
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
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
);
CREATE TABLE public.events_p20260302 (
    ts timestamp with time zone NOT NULL,
    cost_micros bigint DEFAULT 0 NOT NULL,
    revenue_micros bigint DEFAULT 0 NOT NULL,
    event_id uuid,
    event_type public.event_type NOT NULL,
    campaign_id text NOT NULL,
    user_id text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
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
    CONSTRAINT events_campaign_id_check CHECK ((campaign_id <> ''::text))
);
CREATE TABLE public.heartbeat (
    only_row boolean DEFAULT true NOT NULL,
    beat_at timestamp with time zone NOT NULL,
    CONSTRAINT heartbeat_only_row_check CHECK (only_row)
);
CREATE TABLE public.idempotency_keys (
    key text NOT NULL,
    body_hash bytea NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.raw_horizon (
    only_row boolean DEFAULT true NOT NULL,
    kept_from timestamp with time zone NOT NULL,
    CONSTRAINT raw_horizon_only_row_check CHECK (only_row)
);
CREATE TABLE public.rollup_delta (
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    campaign_id text NOT NULL,
    minute timestamp with time zone NOT NULL,
    vals text[] NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='10000', autovacuum_vacuum_cost_delay='0');
CREATE TABLE public.rollup_dim_hour (
    campaign_id text NOT NULL,
    place smallint NOT NULL,
    value text NOT NULL,
    hour timestamp with time zone NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE TABLE public.rollup_dim_minute (
    campaign_id text NOT NULL,
    place smallint NOT NULL,
    value text NOT NULL,
    minute timestamp with time zone NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (fillfactor='90', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_insert_scale_factor='0.02');
CREATE TABLE public.rollup_dimension (
    place smallint NOT NULL,
    key text NOT NULL,
    given_up_at timestamp with time zone
);
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
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20260302 FOR VALUES FROM ('2026-03-02 00:00:00+00') TO ('2026-03-03 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261126 FOR VALUES FROM ('2026-11-26 00:00:00+00') TO ('2026-11-27 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261127 FOR VALUES FROM ('2026-11-27 00:00:00+00') TO ('2026-11-28 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261128 FOR VALUES FROM ('2026-11-28 00:00:00+00') TO ('2026-11-29 00:00:00+00');
ALTER TABLE ONLY public.events ATTACH PARTITION public.events_p20261129 FOR VALUES FROM ('2026-11-29 00:00:00+00') TO ('2026-11-30 00:00:00+00');
INSERT INTO public.active_variant VALUES (true, 'rollup_dims', '2026-11-27 11:49:31.324402+00');
INSERT INTO public.archived_days VALUES ('2026-03-01', 1, 'events-2026-03-01.parquet', 'cb3f391ea3bf16595a7a8e0e6a30dda6c4d07b6b0e4c5d94926cb990feba53a3', 39, 13, 13, 13, 741, 2223, -54770908398710820962, '2026-11-27 11:49:50.271305+00');
INSERT INTO public.archived_days VALUES ('2026-03-01', 2, 'events-2026-03-01-2.parquet', '03fd113c8aa6cf503d4f2d59585dde59c336c5f7f259a86a3eeb79f3fe2c32ca', 1, 0, 1, 0, 0, 0, -1335936106122298065, '2026-11-27 11:50:01.481866+00');
INSERT INTO public.declared_dimension VALUES (1, 'geo');
INSERT INTO public.declared_dimension VALUES (2, 'device');
INSERT INTO public.declared_dimension VALUES (3, 'placement');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 00:03:39.000039+00', 39, 117, NULL, 'impression', 'C3', 'Ü39', '{"n": 58.50, "geo": "G0", "deep": [39]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 00:40:40.00004+00', 40, 120, '00000000-0000-4000-8000-000000000040', 'click', 'C0', 'Ü40', '{"n": 60.00, "geo": "G1", "deep": [40]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 01:17:41.000041+00', 41, 123, NULL, 'conversion', 'C1', 'Ü41', '{"n": 61.50, "geo": "G2", "deep": [41]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 01:54:42.000042+00', 42, 126, '00000000-0000-4000-8000-000000000042', 'impression', 'C2', 'Ü42', '{"n": 63.00, "geo": "G0", "deep": [42]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 02:31:43.000043+00', 43, 129, NULL, 'click', 'C3', 'Ü43', '{"n": 64.50, "geo": "G1", "deep": [43]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 03:08:44.000044+00', 44, 132, '00000000-0000-4000-8000-000000000044', 'conversion', 'C0', 'Ü44', '{"n": 66.00, "geo": "G2", "deep": [44]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 03:45:45.000045+00', 45, 135, NULL, 'impression', 'C1', 'Ü45', '{"n": 67.50, "geo": "G0", "deep": [45]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 04:22:46.000046+00', 46, 138, '00000000-0000-4000-8000-000000000046', 'click', 'C2', 'Ü46', '{"n": 69.00, "geo": "G1", "deep": [46]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 04:59:47.000047+00', 47, 141, NULL, 'conversion', 'C3', 'Ü47', '{"n": 70.50, "geo": "G2", "deep": [47]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 05:36:48.000048+00', 48, 144, '00000000-0000-4000-8000-000000000048', 'impression', 'C0', 'Ü48', '{"n": 72.00, "geo": "G0", "deep": [48]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 06:13:49.000049+00', 49, 147, NULL, 'click', 'C1', 'Ü49', '{"n": 73.50, "geo": "G1", "deep": [49]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 06:50:50.00005+00', 50, 150, '00000000-0000-4000-8000-000000000050', 'conversion', 'C2', 'Ü50', '{"n": 75.00, "geo": "G2", "deep": [50]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 07:27:51.000051+00', 51, 153, NULL, 'impression', 'C3', 'Ü51', '{"n": 76.50, "geo": "G0", "deep": [51]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 08:04:52.000052+00', 52, 156, '00000000-0000-4000-8000-000000000052', 'click', 'C0', 'Ü52', '{"n": 78.00, "geo": "G1", "deep": [52]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 08:41:53.000053+00', 53, 159, NULL, 'conversion', 'C1', 'Ü53', '{"n": 79.50, "geo": "G2", "deep": [53]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 09:18:54.000054+00', 54, 162, '00000000-0000-4000-8000-000000000054', 'impression', 'C2', 'Ü54', '{"n": 81.00, "geo": "G0", "deep": [54]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 09:55:55.000055+00', 55, 165, NULL, 'click', 'C3', 'Ü55', '{"n": 82.50, "geo": "G1", "deep": [55]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 10:32:56.000056+00', 56, 168, '00000000-0000-4000-8000-000000000056', 'conversion', 'C0', 'Ü56', '{"n": 84.00, "geo": "G2", "deep": [56]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 11:09:57.000057+00', 57, 171, NULL, 'impression', 'C1', 'Ü57', '{"n": 85.50, "geo": "G0", "deep": [57]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 11:46:58.000058+00', 58, 174, '00000000-0000-4000-8000-000000000058', 'click', 'C2', 'Ü58', '{"n": 87.00, "geo": "G1", "deep": [58]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 12:23:59.000059+00', 59, 177, NULL, 'conversion', 'C3', 'Ü59', '{"n": 88.50, "geo": "G2", "deep": [59]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 13:01:00.00006+00', 60, 180, '00000000-0000-4000-8000-000000000060', 'impression', 'C0', 'Ü60', '{"n": 90.00, "geo": "G0", "deep": [60]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 13:38:01.000061+00', 61, 183, NULL, 'click', 'C1', 'Ü61', '{"n": 91.50, "geo": "G1", "deep": [61]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 14:15:02.000062+00', 62, 186, '00000000-0000-4000-8000-000000000062', 'conversion', 'C2', 'Ü62', '{"n": 93.00, "geo": "G2", "deep": [62]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 14:52:03.000063+00', 63, 189, NULL, 'impression', 'C3', 'Ü63', '{"n": 94.50, "geo": "G0", "deep": [63]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 15:29:04.000064+00', 64, 192, '00000000-0000-4000-8000-000000000064', 'click', 'C0', 'Ü64', '{"n": 96.00, "geo": "G1", "deep": [64]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 16:06:05.000065+00', 65, 195, NULL, 'conversion', 'C1', 'Ü65', '{"n": 97.50, "geo": "G2", "deep": [65]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 16:43:06.000066+00', 66, 198, '00000000-0000-4000-8000-000000000066', 'impression', 'C2', 'Ü66', '{"n": 99.00, "geo": "G0", "deep": [66]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 17:20:07.000067+00', 67, 201, NULL, 'click', 'C3', 'Ü67', '{"n": 100.50, "geo": "G1", "deep": [67]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 17:57:08.000068+00', 68, 204, '00000000-0000-4000-8000-000000000068', 'conversion', 'C0', 'Ü68', '{"n": 102.00, "geo": "G2", "deep": [68]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 18:34:09.000069+00', 69, 207, NULL, 'impression', 'C1', 'Ü69', '{"n": 103.50, "geo": "G0", "deep": [69]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 19:11:10.00007+00', 70, 210, '00000000-0000-4000-8000-000000000070', 'click', 'C2', 'Ü70', '{"n": 105.00, "geo": "G1", "deep": [70]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 19:48:11.000071+00', 71, 213, NULL, 'conversion', 'C3', 'Ü71', '{"n": 106.50, "geo": "G2", "deep": [71]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 20:25:12.000072+00', 72, 216, '00000000-0000-4000-8000-000000000072', 'impression', 'C0', 'Ü72', '{"n": 108.00, "geo": "G0", "deep": [72]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 21:02:13.000073+00', 73, 219, NULL, 'click', 'C1', 'Ü73', '{"n": 109.50, "geo": "G1", "deep": [73]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 21:39:14.000074+00', 74, 222, '00000000-0000-4000-8000-000000000074', 'conversion', 'C2', 'Ü74', '{"n": 111.00, "geo": "G2", "deep": [74]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 22:16:15.000075+00', 75, 225, NULL, 'impression', 'C3', 'Ü75', '{"n": 112.50, "geo": "G0", "deep": [75]}');
INSERT INTO public.events_p20260302 VALUES ('2026-03-02 22:53:16.000076+00', 76, 228, '00000000-0000-4000-8000-000000000076', 'click', 'C0', 'Ü76', '{"n": 114.00, "geo": "G1", "deep": [76]}');
INSERT INTO public.heartbeat VALUES (true, '2026-11-27 11:49:31.292301+00');
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 01:00:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 03:00:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 09:00:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 11:00:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 12:00:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 14:00:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 16:00:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 20:00:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-01 22:00:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 00:00:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 01:00:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 03:00:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 09:00:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 11:00:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 13:00:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 14:00:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 16:00:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G0"', '2026-03-02 22:00:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 00:00:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 04:00:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 06:00:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 08:00:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 09:00:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 11:00:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 17:00:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 19:00:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 20:00:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-01 22:00:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 00:00:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 04:00:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 06:00:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 08:00:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 09:00:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 11:00:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 13:00:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 17:00:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 19:00:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 21:00:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G1"', '2026-03-02 22:00:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 01:00:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 03:00:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 04:00:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 06:00:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 08:00:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 12:00:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 14:00:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 16:00:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 17:00:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 19:00:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 01:00:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 03:00:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 04:00:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 06:00:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 08:00:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 14:00:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 16:00:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 17:00:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 19:00:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, '"G2"', '2026-03-02 21:00:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 00:00:00+00', 1, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 01:00:00+00', 1, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 03:00:00+00', 1, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 04:00:00+00', 0, 1, 1, 15, 45);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 06:00:00+00', 0, 1, 1, 21, 63);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 08:00:00+00', 0, 1, 1, 27, 81);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 09:00:00+00', 1, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 11:00:00+00', 1, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 14:00:00+00', 1, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 16:00:00+00', 1, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 17:00:00+00', 0, 1, 1, 57, 171);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 19:00:00+00', 0, 1, 1, 63, 189);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 20:00:00+00', 1, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 22:00:00+00', 1, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 00:00:00+00', 1, 1, 0, 79, 237);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 01:00:00+00', 1, 0, 1, 83, 249);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 03:00:00+00', 1, 0, 1, 89, 267);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 04:00:00+00', 0, 1, 1, 93, 279);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 06:00:00+00', 0, 1, 1, 99, 297);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 08:00:00+00', 0, 1, 1, 105, 315);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 09:00:00+00', 1, 1, 0, 109, 327);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 11:00:00+00', 1, 1, 0, 115, 345);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 13:00:00+00', 1, 1, 0, 121, 363);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 14:00:00+00', 1, 0, 1, 125, 375);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 16:00:00+00', 1, 0, 1, 131, 393);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 17:00:00+00', 0, 1, 1, 135, 405);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 19:00:00+00', 0, 1, 1, 141, 423);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 21:00:00+00', 0, 1, 1, 147, 441);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-02 22:00:00+00', 1, 1, 0, 151, 453);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 00:00:00+00', 1, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 01:00:00+00', 1, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 03:00:00+00', 1, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 04:00:00+00', 0, 1, 1, 15, 45);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 06:00:00+00', 0, 1, 1, 21, 63);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 08:00:00+00', 0, 1, 1, 27, 81);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 09:00:00+00', 1, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 11:00:00+00', 1, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 14:00:00+00', 1, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 16:00:00+00', 1, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 17:00:00+00', 0, 1, 1, 57, 171);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 19:00:00+00', 0, 1, 1, 63, 189);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 20:00:00+00', 1, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 22:00:00+00', 1, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 00:00:00+00', 1, 1, 0, 79, 237);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 01:00:00+00', 1, 0, 1, 83, 249);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 03:00:00+00', 1, 0, 1, 89, 267);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 04:00:00+00', 0, 1, 1, 93, 279);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 06:00:00+00', 0, 1, 1, 99, 297);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 08:00:00+00', 0, 1, 1, 105, 315);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 09:00:00+00', 1, 1, 0, 109, 327);
INSERT INTO public.rollup_dim_hour VALUES ('', 2, 'null', '2026-03-01 12:00:00+00', 1, 1, 1, 41, 123);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-01 12:00:00+00', 1, 1, 1, 41, 123);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 11:00:00+00', 1, 1, 0, 115, 345);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 13:00:00+00', 1, 1, 0, 121, 363);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 14:00:00+00', 1, 0, 1, 125, 375);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 16:00:00+00', 1, 0, 1, 131, 393);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 17:00:00+00', 0, 1, 1, 135, 405);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 19:00:00+00', 0, 1, 1, 141, 423);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 21:00:00+00', 0, 1, 1, 147, 441);
INSERT INTO public.rollup_dim_hour VALUES ('', 3, 'null', '2026-03-02 22:00:00+00', 1, 1, 0, 151, 453);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G0"', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G0"', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G0"', '2026-03-01 14:00:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G0"', '2026-03-01 22:00:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G0"', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G0"', '2026-03-02 13:00:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G0"', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G1"', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G1"', '2026-03-01 09:00:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G1"', '2026-03-01 17:00:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G1"', '2026-03-02 00:00:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G1"', '2026-03-02 08:00:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G1"', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G1"', '2026-03-02 22:00:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G2"', '2026-03-01 04:00:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G2"', '2026-03-01 12:00:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G2"', '2026-03-01 19:00:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G2"', '2026-03-02 03:00:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G2"', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 1, '"G2"', '2026-03-02 17:00:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 04:00:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 09:00:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 12:00:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 14:00:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 17:00:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 19:00:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-01 22:00:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 00:00:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 03:00:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 08:00:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 13:00:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 17:00:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 2, 'null', '2026-03-02 22:00:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 04:00:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 09:00:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 12:00:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 14:00:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 17:00:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 19:00:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-01 22:00:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 00:00:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 03:00:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 08:00:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 13:00:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 17:00:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_hour VALUES ('C0', 3, 'null', '2026-03-02 22:00:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G0"', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G0"', '2026-03-01 12:00:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G0"', '2026-03-01 20:00:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G0"', '2026-03-02 03:00:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G0"', '2026-03-02 11:00:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G0"', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G1"', '2026-03-01 00:00:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G1"', '2026-03-01 08:00:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G1"', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G1"', '2026-03-01 22:00:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G1"', '2026-03-02 06:00:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G1"', '2026-03-02 13:00:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G1"', '2026-03-02 21:00:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G2"', '2026-03-01 03:00:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G2"', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G2"', '2026-03-01 17:00:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G2"', '2026-03-02 01:00:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G2"', '2026-03-02 08:00:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, '"G2"', '2026-03-02 16:00:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 00:00:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 03:00:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 08:00:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 17:00:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 20:00:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 22:00:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 01:00:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 03:00:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 06:00:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 08:00:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 11:00:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 13:00:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 16:00:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-02 21:00:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 00:00:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 03:00:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 08:00:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 17:00:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 20:00:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 22:00:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 01:00:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 03:00:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 06:00:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 08:00:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 11:00:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 13:00:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 16:00:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-02 21:00:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G0"', '2026-03-01 03:00:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G0"', '2026-03-01 11:00:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G0"', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G0"', '2026-03-02 01:00:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G0"', '2026-03-02 09:00:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G0"', '2026-03-02 16:00:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G1"', '2026-03-01 06:00:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G1"', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G1"', '2026-03-01 20:00:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G1"', '2026-03-02 04:00:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G1"', '2026-03-02 11:00:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G1"', '2026-03-02 19:00:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G2"', '2026-03-01 01:00:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G2"', '2026-03-01 08:00:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G2"', '2026-03-01 16:00:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G2"', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G2"', '2026-03-02 06:00:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G2"', '2026-03-02 14:00:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 1, '"G2"', '2026-03-02 21:00:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 01:00:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 03:00:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 06:00:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 08:00:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 11:00:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 16:00:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 20:00:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 2, 'null', '2026-03-01 12:00:00+00', 1, 1, 0, 21, 63);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 3, 'null', '2026-03-01 12:00:00+00', 1, 1, 0, 21, 63);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 01:00:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 04:00:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 06:00:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 09:00:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 11:00:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 14:00:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 16:00:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 19:00:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 2, 'null', '2026-03-02 21:00:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 01:00:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 03:00:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 06:00:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 08:00:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 11:00:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 16:00:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 20:00:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 01:00:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 04:00:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 06:00:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 09:00:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 11:00:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 14:00:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 16:00:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 19:00:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_hour VALUES ('C2', 3, 'null', '2026-03-02 21:00:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G0"', '2026-03-01 01:00:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G0"', '2026-03-01 09:00:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G0"', '2026-03-01 16:00:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G0"', '2026-03-02 00:00:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G0"', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G0"', '2026-03-02 14:00:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G0"', '2026-03-02 22:00:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G1"', '2026-03-01 04:00:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G1"', '2026-03-01 11:00:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G1"', '2026-03-01 19:00:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G1"', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G1"', '2026-03-02 09:00:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G1"', '2026-03-02 17:00:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G2"', '2026-03-01 06:00:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G2"', '2026-03-01 14:00:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G2"', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G2"', '2026-03-02 04:00:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G2"', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 1, '"G2"', '2026-03-02 19:00:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 01:00:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 04:00:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 06:00:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 09:00:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 11:00:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 14:00:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 16:00:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 19:00:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 00:00:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 04:00:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 09:00:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 14:00:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 17:00:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 19:00:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 2, 'null', '2026-03-02 22:00:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 01:00:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 04:00:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 06:00:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 09:00:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 11:00:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 14:00:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 16:00:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 19:00:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 00:00:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 04:00:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 09:00:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 14:00:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 17:00:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 19:00:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_hour VALUES ('C3', 3, 'null', '2026-03-02 22:00:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_hour VALUES ('', 1, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dim_hour VALUES ('C1', 1, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G0"', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G1"', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, '"G2"', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G0"', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G0"', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G0"', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G0"', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G0"', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G0"', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G0"', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G1"', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G1"', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G1"', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G1"', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G1"', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G1"', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G1"', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G2"', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G2"', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G2"', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G2"', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G2"', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 1, '"G2"', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 2, 'null', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_dim_minute VALUES ('C0', 3, 'null', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G0"', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G0"', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G0"', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G0"', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G0"', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G0"', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G1"', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G1"', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G1"', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G1"', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G1"', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G1"', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G1"', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G2"', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G2"', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G2"', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G2"', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G2"', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, '"G2"', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G0"', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G0"', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G0"', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G0"', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G0"', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G0"', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G1"', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G1"', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G1"', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G1"', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G1"', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G1"', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G2"', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G2"', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G2"', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G2"', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G2"', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G2"', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 1, '"G2"', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 2, 'null', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_dim_minute VALUES ('C2', 3, 'null', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G0"', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G0"', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G0"', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G0"', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G0"', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G0"', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G0"', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G1"', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G1"', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G1"', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G1"', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G1"', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G1"', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G2"', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G2"', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G2"', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G2"', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G2"', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 1, '"G2"', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 2, 'null', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_dim_minute VALUES ('C3', 3, 'null', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_dim_minute VALUES ('', 1, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('', 2, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('', 3, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 1, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 2, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dim_minute VALUES ('C1', 3, 'null', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_dimension VALUES (1, 'geo', NULL);
INSERT INTO public.rollup_dimension VALUES (2, 'device', NULL);
INSERT INTO public.rollup_dimension VALUES (3, 'placement', NULL);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 00:00:00+00', 1, 1, 0, 1, 3);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 01:00:00+00', 1, 0, 1, 5, 15);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 03:00:00+00', 1, 0, 1, 11, 33);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 04:00:00+00', 0, 1, 1, 15, 45);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 06:00:00+00', 0, 1, 1, 21, 63);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 08:00:00+00', 0, 1, 1, 27, 81);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 09:00:00+00', 1, 1, 0, 31, 93);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 11:00:00+00', 1, 1, 0, 37, 111);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 14:00:00+00', 1, 0, 1, 47, 141);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 16:00:00+00', 1, 0, 1, 53, 159);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 17:00:00+00', 0, 1, 1, 57, 171);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 19:00:00+00', 0, 1, 1, 63, 189);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 20:00:00+00', 1, 1, 0, 67, 201);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 22:00:00+00', 1, 1, 0, 73, 219);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 00:00:00+00', 1, 1, 0, 79, 237);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 01:00:00+00', 1, 0, 1, 83, 249);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 03:00:00+00', 1, 0, 1, 89, 267);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 04:00:00+00', 0, 1, 1, 93, 279);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 06:00:00+00', 0, 1, 1, 99, 297);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 08:00:00+00', 0, 1, 1, 105, 315);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 09:00:00+00', 1, 1, 0, 109, 327);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 11:00:00+00', 1, 1, 0, 115, 345);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 13:00:00+00', 1, 1, 0, 121, 363);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 14:00:00+00', 1, 0, 1, 125, 375);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 16:00:00+00', 1, 0, 1, 131, 393);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 17:00:00+00', 0, 1, 1, 135, 405);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 19:00:00+00', 0, 1, 1, 141, 423);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 21:00:00+00', 0, 1, 1, 147, 441);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-02 22:00:00+00', 1, 1, 0, 151, 453);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 02:00:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 04:00:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 07:00:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 09:00:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 12:00:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 14:00:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 17:00:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 19:00:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-01 22:00:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 00:00:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 03:00:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 05:00:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 08:00:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 10:00:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 13:00:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 15:00:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 17:00:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 20:00:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_hour VALUES ('C0', '2026-03-02 22:00:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 00:00:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 03:00:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 05:00:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 08:00:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 10:00:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 15:00:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 17:00:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 20:00:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 22:00:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 01:00:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 03:00:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 06:00:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 08:00:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 11:00:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 13:00:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 16:00:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 18:00:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-02 21:00:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 01:00:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_hour VALUES ('', '2026-03-01 12:00:00+00', 1, 1, 1, 41, 123);
INSERT INTO public.rollup_hour VALUES ('C1', '2026-03-01 12:00:00+00', 1, 1, 0, 21, 63);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 03:00:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 06:00:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 08:00:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 11:00:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 13:00:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 16:00:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 18:00:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 20:00:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-01 23:00:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 01:00:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 04:00:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 06:00:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 09:00:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 11:00:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 14:00:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 16:00:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 19:00:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_hour VALUES ('C2', '2026-03-02 21:00:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 01:00:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 04:00:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 06:00:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 09:00:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 11:00:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 14:00:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 16:00:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 19:00:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-01 21:00:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 00:00:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 02:00:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 04:00:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 07:00:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 09:00:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 12:00:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 14:00:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 17:00:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 19:00:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_hour VALUES ('C3', '2026-03-02 22:00:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_mark VALUES (true, '755', 7712817069969402464);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 00:00:00+00', 1, 0, 0, 0, 0);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 02:28:00+00', 0, 1, 0, 4, 12);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 04:56:00+00', 0, 0, 1, 8, 24);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 07:24:00+00', 1, 0, 0, 12, 36);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 09:52:00+00', 0, 1, 0, 16, 48);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 12:20:00+00', 0, 0, 1, 20, 60);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 14:48:00+00', 1, 0, 0, 24, 72);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 17:16:00+00', 0, 1, 0, 28, 84);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 19:44:00+00', 0, 0, 1, 32, 96);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-01 22:12:00+00', 1, 0, 0, 36, 108);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 00:40:00+00', 0, 1, 0, 40, 120);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 03:08:00+00', 0, 0, 1, 44, 132);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 05:36:00+00', 1, 0, 0, 48, 144);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 08:04:00+00', 0, 1, 0, 52, 156);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 10:32:00+00', 0, 0, 1, 56, 168);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 13:01:00+00', 1, 0, 0, 60, 180);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 15:29:00+00', 0, 1, 0, 64, 192);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 17:57:00+00', 0, 0, 1, 68, 204);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 20:25:00+00', 1, 0, 0, 72, 216);
INSERT INTO public.rollup_minute VALUES ('C0', '2026-03-02 22:53:00+00', 0, 1, 0, 76, 228);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 00:37:00+00', 0, 1, 0, 1, 3);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 03:05:00+00', 0, 0, 1, 5, 15);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 05:33:00+00', 1, 0, 0, 9, 27);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 08:01:00+00', 0, 1, 0, 13, 39);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 10:29:00+00', 0, 0, 1, 17, 51);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 12:57:00+00', 1, 0, 0, 21, 63);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 15:25:00+00', 0, 1, 0, 25, 75);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 17:53:00+00', 0, 0, 1, 29, 87);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 20:21:00+00', 1, 0, 0, 33, 99);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 22:49:00+00', 0, 1, 0, 37, 111);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 01:17:00+00', 0, 0, 1, 41, 123);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 03:45:00+00', 1, 0, 0, 45, 135);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 06:13:00+00', 0, 1, 0, 49, 147);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 08:41:00+00', 0, 0, 1, 53, 159);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 11:09:00+00', 1, 0, 0, 57, 171);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 13:38:00+00', 0, 1, 0, 61, 183);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 16:06:00+00', 0, 0, 1, 65, 195);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 18:34:00+00', 1, 0, 0, 69, 207);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-02 21:02:00+00', 0, 1, 0, 73, 219);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 01:14:00+00', 0, 0, 1, 2, 6);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 03:42:00+00', 1, 0, 0, 6, 18);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 06:10:00+00', 0, 1, 0, 10, 30);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 08:38:00+00', 0, 0, 1, 14, 42);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 11:06:00+00', 1, 0, 0, 18, 54);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 13:34:00+00', 0, 1, 0, 22, 66);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 16:02:00+00', 0, 0, 1, 26, 78);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 18:30:00+00', 1, 0, 0, 30, 90);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 20:58:00+00', 0, 1, 0, 34, 102);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-01 23:26:00+00', 0, 0, 1, 38, 114);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 01:54:00+00', 1, 0, 0, 42, 126);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 04:22:00+00', 0, 1, 0, 46, 138);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 06:50:00+00', 0, 0, 1, 50, 150);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 09:18:00+00', 1, 0, 0, 54, 162);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 11:46:00+00', 0, 1, 0, 58, 174);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 14:15:00+00', 0, 0, 1, 62, 186);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 16:43:00+00', 1, 0, 0, 66, 198);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 19:11:00+00', 0, 1, 0, 70, 210);
INSERT INTO public.rollup_minute VALUES ('C2', '2026-03-02 21:39:00+00', 0, 0, 1, 74, 222);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 01:51:00+00', 1, 0, 0, 3, 9);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 04:19:00+00', 0, 1, 0, 7, 21);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 06:47:00+00', 0, 0, 1, 11, 33);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 09:15:00+00', 1, 0, 0, 15, 45);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 11:43:00+00', 0, 1, 0, 19, 57);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 14:11:00+00', 0, 0, 1, 23, 69);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 16:39:00+00', 1, 0, 0, 27, 81);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 19:07:00+00', 0, 1, 0, 31, 93);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-01 21:35:00+00', 0, 0, 1, 35, 105);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 00:03:00+00', 1, 0, 0, 39, 117);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 02:31:00+00', 0, 1, 0, 43, 129);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 04:59:00+00', 0, 0, 1, 47, 141);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 07:27:00+00', 1, 0, 0, 51, 153);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 09:55:00+00', 0, 1, 0, 55, 165);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 12:23:00+00', 0, 0, 1, 59, 177);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 14:52:00+00', 1, 0, 0, 63, 189);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 17:20:00+00', 0, 1, 0, 67, 201);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 19:48:00+00', 0, 0, 1, 71, 213);
INSERT INTO public.rollup_minute VALUES ('C3', '2026-03-02 22:16:00+00', 1, 0, 0, 75, 225);
INSERT INTO public.rollup_minute VALUES ('', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_minute VALUES ('C1', '2026-03-01 12:00:00+00', 0, 1, 0, 0, 0);
INSERT INTO public.rollup_value VALUES (1, '"G0"');
INSERT INTO public.rollup_value VALUES (1, '"G1"');
INSERT INTO public.rollup_value VALUES (1, '"G2"');
INSERT INTO public.rollup_value VALUES (2, 'null');
INSERT INTO public.rollup_value VALUES (3, 'null');
INSERT INTO public.rollup_value VALUES (1, 'null');
INSERT INTO public.schema_migrations VALUES (1, '0001_foundation.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (2, '0002_partitions_and_retention.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (3, '0003_totals.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (4, '0004_roles.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (5, '0005_api_keys.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (6, '0006_replicas.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (7, '0007_archive.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (8, '0008_partitions_of_a_cluster.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (9, '0009_moving.sql', '2026-11-27 11:49:31.028072+00');
INSERT INTO public.schema_migrations VALUES (10, '0010_retention_of_chunks.sql', '2026-11-27 11:49:31.028072+00');
ALTER TABLE ONLY public.active_variant
    ADD CONSTRAINT active_variant_pkey PRIMARY KEY (only_row);
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
ALTER TABLE ONLY public.raw_horizon
    ADD CONSTRAINT raw_horizon_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.rollup_dim_hour
    ADD CONSTRAINT rollup_dim_hour_pkey PRIMARY KEY (campaign_id, place, value, hour) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_dim_minute
    ADD CONSTRAINT rollup_dim_minute_pkey PRIMARY KEY (campaign_id, place, value, minute);
ALTER TABLE ONLY public.rollup_dimension
    ADD CONSTRAINT rollup_dimension_key_key UNIQUE (key);
ALTER TABLE ONLY public.rollup_dimension
    ADD CONSTRAINT rollup_dimension_pkey PRIMARY KEY (place);
ALTER TABLE ONLY public.rollup_hour
    ADD CONSTRAINT rollup_hour_pkey PRIMARY KEY (campaign_id, hour) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_mark
    ADD CONSTRAINT rollup_mark_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.rollup_minute
    ADD CONSTRAINT rollup_minute_pkey PRIMARY KEY (campaign_id, minute) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_value
    ADD CONSTRAINT rollup_value_pkey PRIMARY KEY (place, value);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
CREATE INDEX events_default_ts_idx ON public.events_default USING btree (ts);
CREATE INDEX events_ts_idx ON ONLY public.events USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_default_ts_idx1 ON public.events_default USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20260302_ts_idx ON public.events_p20260302 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261126_ts_idx ON public.events_p20261126 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261127_ts_idx ON public.events_p20261127 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261128_ts_idx ON public.events_p20261128 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261129_ts_idx ON public.events_p20261129 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);
CREATE INDEX rollup_delta_xid_campaign_id_idx ON public.rollup_delta USING btree (xid, campaign_id);
CREATE INDEX rollup_hour_hour_idx ON public.rollup_hour USING brin (hour);
CREATE INDEX rollup_minute_minute_idx ON public.rollup_minute USING brin (minute);
ALTER INDEX public.events_ts_idx ATTACH PARTITION public.events_default_ts_idx1;
ALTER INDEX public.events_ts_idx ATTACH PARTITION public.events_p20260302_ts_idx;
ALTER INDEX public.events_ts_idx ATTACH PARTITION public.events_p20261126_ts_idx;
ALTER INDEX public.events_ts_idx ATTACH PARTITION public.events_p20261127_ts_idx;
ALTER INDEX public.events_ts_idx ATTACH PARTITION public.events_p20261128_ts_idx;
ALTER INDEX public.events_ts_idx ATTACH PARTITION public.events_p20261129_ts_idx;
CREATE TRIGGER events_deleted AFTER DELETE ON public.events REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_inserted AFTER INSERT ON public.events REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_capture();
CREATE TRIGGER events_truncated AFTER TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_truncate();
CREATE TRIGGER events_updated AFTER UPDATE ON public.events REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.rollup_capture();
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO adpulse_report;
GRANT USAGE ON SCHEMA public TO adpulse_maintain;
GRANT USAGE ON SCHEMA public TO adpulse_ingest;
REVOKE ALL ON FUNCTION public.filter_path(filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.filter_path(filters jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.filter_path(filters jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.grant_roles() FROM PUBLIC;
GRANT ALL ON FUNCTION public.grant_roles() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.prepare_days(first_day date, last_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.prepare_days(first_day date, last_day date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.raw_kept(start timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone) TO adpulse_report;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.raw_kept(start timestamp with time zone, stop timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone, stop timestamp with time zone) TO adpulse_report;
GRANT ALL ON FUNCTION public.raw_kept(start timestamp with time zone, stop timestamp with time zone) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, zone text, dimension text, filters jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, zone text, dimension text, filters jsonb) TO adpulse_report;
GRANT ALL ON FUNCTION public.raw_report(campaigns text[], start timestamp with time zone, stop timestamp with time zone, granularity text, zone text, dimension text, filters jsonb) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.retire_days(first_kept date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retire_days(first_kept date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_capture() FROM PUBLIC;
GRANT SELECT ON TABLE public.rollup_mark TO adpulse_report;
GRANT SELECT,INSERT,UPDATE ON TABLE public.rollup_mark TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_delta_start() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_delta_start() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_delta_start() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_give_up(most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_give_up(most bigint) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_truncate() FROM PUBLIC;
REVOKE ALL ON FUNCTION public.tend_partitions() FROM PUBLIC;
GRANT ALL ON FUNCTION public.tend_partitions() TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.total(bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION public.total(bigint) TO adpulse_report;
GRANT ALL ON FUNCTION public.total(bigint) TO adpulse_maintain;
GRANT SELECT ON TABLE public.active_variant TO adpulse_report;
GRANT SELECT ON TABLE public.active_variant TO adpulse_maintain;
GRANT SELECT ON TABLE public.api_keys TO adpulse_ingest;
GRANT SELECT ON TABLE public.archived_days TO adpulse_report;
GRANT SELECT,INSERT,DELETE ON TABLE public.event_ids TO adpulse_ingest;
GRANT INSERT ON TABLE public.events TO adpulse_ingest;
GRANT SELECT ON TABLE public.events TO adpulse_report;
GRANT SELECT ON TABLE public.heartbeat TO adpulse_report;
GRANT SELECT,UPDATE ON TABLE public.heartbeat TO adpulse_maintain;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_keys TO adpulse_ingest;
GRANT SELECT,DELETE ON TABLE public.idempotency_keys TO adpulse_maintain;
GRANT SELECT ON TABLE public.raw_horizon TO adpulse_report;
GRANT SELECT ON TABLE public.rollup_delta TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_delta TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_hour TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_hour TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dim_minute TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dim_minute TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_dimension TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_dimension TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_hour TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_hour TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_minute TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_minute TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_value TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_value TO adpulse_maintain;
GRANT SELECT ON TABLE public.schema_migrations TO adpulse_report;
