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
CREATE FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE dimension WHEN 'campaign_id'::text THEN campaign_id WHEN 'event_type'::text THEN event_type ELSE (metadata ->> dimension) END;
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
CREATE FUNCTION public.rollup_truncate() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  TRUNCATE rollup_delta, rollup_minute, rollup_hour, rollup_large;
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
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    cost_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='10000', autovacuum_vacuum_cost_delay='0');
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
INSERT INTO public.active_variant VALUES (true, 'rollup', '2026-11-27 08:14:44.055548+00');
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
INSERT INTO public.events_default VALUES ('2025-09-21 00:00:31.5+00', 0, 0, '00000000-0000-0000-0000-000000000000', 'impression', 'C0', 'U0', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:21:31.5+00', 3000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:42:31.5+00', 6000, 0, NULL, 'impression', 'C0', 'U6', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:03:31.5+00', 9000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:24:31.5+00', 12000, 0, NULL, 'impression', 'C0', 'U1', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:45:31.5+00', 15000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:06:31.5+00', 18000, 0, NULL, 'impression', 'C0', 'U7', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:27:31.5+00', 21000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:48:31.5+00', 24000, 0, NULL, 'impression', 'C0', 'U2', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:09:31.5+00', 27000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:30:31.5+00', 30000, 0, '00000000-0000-0000-0000-00000000001e', 'impression', 'C0', 'U8', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:51:31.5+00', 33000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:12:31.5+00', 36000, 0, NULL, 'impression', 'C0', 'U3', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:33:31.5+00', 39000, 39000000, NULL, 'impression', 'C0', 'U6', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:54:31.5+00', 42000, 0, NULL, 'impression', 'C0', 'U9', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:15:31.5+00', 45000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:36:31.5+00', 48000, 0, NULL, 'impression', 'C0', 'U4', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:57:31.5+00', 51000, 0, NULL, 'impression', 'C0', 'U7', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:18:31.5+00', 54000, 0, NULL, 'impression', 'C0', 'U10', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:39:31.5+00', 57000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:00:31.5+00', 60000, 0, '00000000-0000-0000-0000-00000000003c', 'impression', 'C0', 'U5', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:21:31.5+00', 63000, 0, NULL, 'impression', 'C0', 'U8', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:42:31.5+00', 66000, 0, NULL, 'impression', 'C0', 'U0', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:03:31.5+00', 69000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:24:31.5+00', 72000, 0, NULL, 'impression', 'C0', 'U6', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:45:31.5+00', 75000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:06:31.5+00', 78000, 78000000, NULL, 'impression', 'C0', 'U1', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:27:31.5+00', 81000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:48:31.5+00', 84000, 0, NULL, 'impression', 'C0', 'U7', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:09:31.5+00', 87000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:30:31.5+00', 90000, 0, '00000000-0000-0000-0000-00000000005a', 'impression', 'C0', 'U2', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:51:31.5+00', 93000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:12:31.5+00', 96000, 0, NULL, 'impression', 'C0', 'U8', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:33:31.5+00', 99000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:54:31.5+00', 102000, 0, NULL, 'impression', 'C0', 'U3', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:15:31.5+00', 105000, 0, NULL, 'impression', 'C0', 'U6', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:36:31.5+00', 108000, 0, NULL, 'impression', 'C0', 'U9', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:57:31.5+00', 111000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:18:31.5+00', 114000, 0, NULL, 'impression', 'C0', 'U4', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:39:31.5+00', 117000, 117000000, NULL, 'impression', 'C0', 'U7', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:00:31.5+00', 120000, 0, '00000000-0000-0000-0000-000000000078', 'impression', 'C0', 'U10', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:21:31.5+00', 123000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:42:31.5+00', 126000, 0, NULL, 'impression', 'C0', 'U5', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:03:31.5+00', 129000, 0, NULL, 'impression', 'C0', 'U8', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:24:31.5+00', 132000, 0, NULL, 'impression', 'C0', 'U0', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:45:31.5+00', 135000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:06:31.5+00', 138000, 0, NULL, 'impression', 'C0', 'U6', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:27:31.5+00', 141000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:48:31.5+00', 144000, 0, NULL, 'impression', 'C0', 'U1', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:09:31.5+00', 147000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:30:31.5+00', 150000, 0, '00000000-0000-0000-0000-000000000096', 'impression', 'C0', 'U7', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:51:31.5+00', 153000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:12:31.5+00', 156000, 156000000, NULL, 'impression', 'C0', 'U2', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:33:31.5+00', 159000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:54:31.5+00', 162000, 0, NULL, 'impression', 'C0', 'U8', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:15:31.5+00', 165000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:36:31.5+00', 168000, 0, NULL, 'impression', 'C0', 'U3', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:57:31.5+00', 171000, 0, NULL, 'impression', 'C0', 'U6', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:18:31.5+00', 174000, 0, NULL, 'impression', 'C0', 'U9', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:39:31.5+00', 177000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:00:31.5+00', 180000, 0, '00000000-0000-0000-0000-0000000000b4', 'impression', 'C0', 'U4', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:21:31.5+00', 183000, 0, NULL, 'impression', 'C0', 'U7', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:42:31.5+00', 186000, 0, NULL, 'impression', 'C0', 'U10', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:03:31.5+00', 189000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:24:31.5+00', 192000, 0, NULL, 'impression', 'C0', 'U5', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:45:31.5+00', 195000, 195000000, NULL, 'impression', 'C0', 'U8', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:06:31.5+00', 198000, 0, NULL, 'impression', 'C0', 'U0', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:27:31.5+00', 201000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:48:31.5+00', 204000, 0, NULL, 'impression', 'C0', 'U6', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:09:31.5+00', 207000, 0, NULL, 'impression', 'C0', 'U9', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:30:31.5+00', 210000, 0, '00000000-0000-0000-0000-0000000000d2', 'impression', 'C0', 'U1', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:51:31.5+00', 213000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:12:31.5+00', 216000, 0, NULL, 'impression', 'C0', 'U7', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:33:31.5+00', 219000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:54:31.5+00', 222000, 0, NULL, 'impression', 'C0', 'U2', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:15:31.5+00', 225000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:36:31.5+00', 228000, 0, NULL, 'impression', 'C0', 'U8', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:57:31.5+00', 231000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:18:31.5+00', 234000, 234000000, NULL, 'impression', 'C0', 'U3', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:39:31.5+00', 237000, 0, NULL, 'impression', 'C0', 'U6', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:00:31.5+00', 240000, 0, '00000000-0000-0000-0000-0000000000f0', 'impression', 'C0', 'U9', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:21:31.5+00', 243000, 0, NULL, 'impression', 'C0', 'U1', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:42:31.5+00', 246000, 0, NULL, 'impression', 'C0', 'U4', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:03:31.5+00', 249000, 0, NULL, 'impression', 'C0', 'U7', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:24:31.5+00', 252000, 0, NULL, 'impression', 'C0', 'U10', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:45:31.5+00', 255000, 0, NULL, 'impression', 'C0', 'U2', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:06:31.5+00', 258000, 0, NULL, 'impression', 'C0', 'U5', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:27:31.5+00', 261000, 0, NULL, 'impression', 'C0', 'U8', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:48:31.5+00', 264000, 0, NULL, 'impression', 'C0', 'U0', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:09:31.5+00', 267000, 0, NULL, 'impression', 'C0', 'U3', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:30:31.5+00', 270000, 0, '00000000-0000-0000-0000-00000000010e', 'impression', 'C0', 'U6', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:51:31.5+00', 273000, 273000000, NULL, 'impression', 'C0', 'U9', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 12:12:31.5+00', 276000, 0, NULL, 'impression', 'C0', 'U1', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 15:33:31.5+00', 279000, 0, NULL, 'impression', 'C0', 'U4', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 18:54:31.5+00', 282000, 0, NULL, 'impression', 'C0', 'U7', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 21:15:31.5+00', 285000, 0, NULL, 'impression', 'C0', 'U10', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 00:36:31.5+00', 288000, 0, NULL, 'impression', 'C0', 'U2', '{}');
INSERT INTO public.events_default VALUES ('2025-09-24 03:57:31.5+00', 291000, 0, NULL, 'impression', 'C0', 'U5', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 06:18:31.5+00', 294000, 0, NULL, 'impression', 'C0', 'U8', '{}');
INSERT INTO public.events_default VALUES ('2025-09-22 09:39:31.5+00', 297000, 0, NULL, 'impression', 'C0', 'U0', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:07:31.5+00', 1000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:28:31.5+00', 4000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:49:31.5+00', 7000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:10:31.5+00', 10000, 0, '00000000-0000-0000-0000-00000000000a', 'impression', 'C1', 'U10', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:31:31.5+00', 13000, 13000000, NULL, 'click', 'C1', 'U2', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:52:31.5+00', 16000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:13:31.5+00', 19000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:34:31.5+00', 22000, 0, NULL, 'click', 'C1', 'U0', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:55:31.5+00', 25000, 0, NULL, 'impression', 'C1', 'U3', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:16:31.5+00', 28000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:37:31.5+00', 31000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:58:31.5+00', 34000, 0, NULL, 'click', 'C1', 'U1', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:19:31.5+00', 37000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:40:31.5+00', 40000, 0, '00000000-0000-0000-0000-000000000028', 'impression', 'C1', 'U7', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:01:31.5+00', 43000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:22:31.5+00', 46000, 0, NULL, 'click', 'C1', 'U2', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:43:31.5+00', 49000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:04:31.5+00', 52000, 52000000, NULL, 'click', 'C1', 'U8', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:25:31.5+00', 55000, 0, NULL, 'impression', 'C1', 'U0', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:46:31.5+00', 58000, 0, NULL, 'click', 'C1', 'U3', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:07:31.5+00', 61000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:28:31.5+00', 64000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:49:31.5+00', 67000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:10:31.5+00', 70000, 0, '00000000-0000-0000-0000-000000000046', 'impression', 'C1', 'U4', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:31:31.5+00', 73000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:52:31.5+00', 76000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:13:31.5+00', 79000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:34:31.5+00', 82000, 0, NULL, 'click', 'C1', 'U5', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:55:31.5+00', 85000, 0, NULL, 'impression', 'C1', 'U8', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:16:31.5+00', 88000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:37:31.5+00', 91000, 91000000, NULL, 'click', 'C1', 'U3', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:58:31.5+00', 94000, 0, NULL, 'click', 'C1', 'U6', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:19:31.5+00', 97000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:40:31.5+00', 100000, 0, '00000000-0000-0000-0000-000000000064', 'impression', 'C1', 'U1', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:01:31.5+00', 103000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:22:31.5+00', 106000, 0, NULL, 'click', 'C1', 'U7', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:43:31.5+00', 109000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:04:31.5+00', 112000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:25:31.5+00', 115000, 0, NULL, 'impression', 'C1', 'U5', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:46:31.5+00', 118000, 0, NULL, 'click', 'C1', 'U8', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:07:31.5+00', 121000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:28:31.5+00', 124000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:49:31.5+00', 127000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:10:31.5+00', 130000, 130000000, '00000000-0000-0000-0000-000000000082', 'impression', 'C1', 'U9', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:31:31.5+00', 133000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:52:31.5+00', 136000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:13:31.5+00', 139000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:34:31.5+00', 142000, 0, NULL, 'click', 'C1', 'U10', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:55:31.5+00', 145000, 0, NULL, 'impression', 'C1', 'U2', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:16:31.5+00', 148000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:37:31.5+00', 151000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:58:31.5+00', 154000, 0, NULL, 'click', 'C1', 'U0', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:19:31.5+00', 157000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:40:31.5+00', 160000, 0, '00000000-0000-0000-0000-0000000000a0', 'impression', 'C1', 'U6', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:01:31.5+00', 163000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:22:31.5+00', 166000, 0, NULL, 'click', 'C1', 'U1', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:43:31.5+00', 169000, 169000000, NULL, 'click', 'C1', 'U4', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:04:31.5+00', 172000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:25:31.5+00', 175000, 0, NULL, 'impression', 'C1', 'U10', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:46:31.5+00', 178000, 0, NULL, 'click', 'C1', 'U2', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:07:31.5+00', 181000, 0, NULL, 'click', 'C1', 'U5', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:28:31.5+00', 184000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:49:31.5+00', 187000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:10:31.5+00', 190000, 0, '00000000-0000-0000-0000-0000000000be', 'impression', 'C1', 'U3', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:31:31.5+00', 193000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:52:31.5+00', 196000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:13:31.5+00', 199000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:34:31.5+00', 202000, 0, NULL, 'click', 'C1', 'U4', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:55:31.5+00', 205000, 0, NULL, 'impression', 'C1', 'U7', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:16:31.5+00', 208000, 208000000, NULL, 'click', 'C1', 'U10', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:37:31.5+00', 211000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:58:31.5+00', 214000, 0, NULL, 'click', 'C1', 'U5', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:19:31.5+00', 217000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:40:31.5+00', 220000, 0, '00000000-0000-0000-0000-0000000000dc', 'impression', 'C1', 'U0', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:01:31.5+00', 223000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:22:31.5+00', 226000, 0, NULL, 'click', 'C1', 'U6', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:43:31.5+00', 229000, 0, NULL, 'click', 'C1', 'U9', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:04:31.5+00', 232000, 0, NULL, 'click', 'C1', 'U1', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:25:31.5+00', 235000, 0, NULL, 'impression', 'C1', 'U4', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:46:31.5+00', 238000, 0, NULL, 'click', 'C1', 'U7', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:07:31.5+00', 241000, 0, NULL, 'click', 'C1', 'U10', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:28:31.5+00', 244000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:49:31.5+00', 247000, 247000000, NULL, 'click', 'C1', 'U5', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:10:31.5+00', 250000, 0, '00000000-0000-0000-0000-0000000000fa', 'impression', 'C1', 'U8', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:31:31.5+00', 253000, 0, NULL, 'click', 'C1', 'U0', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:52:31.5+00', 256000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:13:31.5+00', 259000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:34:31.5+00', 262000, 0, NULL, 'click', 'C1', 'U9', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:55:31.5+00', 265000, 0, NULL, 'impression', 'C1', 'U1', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:16:31.5+00', 268000, 0, NULL, 'click', 'C1', 'U4', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:37:31.5+00', 271000, 0, NULL, 'click', 'C1', 'U7', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:58:31.5+00', 274000, 0, NULL, 'click', 'C1', 'U10', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 13:19:31.5+00', 277000, 0, NULL, 'click', 'C1', 'U2', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 16:40:31.5+00', 280000, 0, '00000000-0000-0000-0000-000000000118', 'impression', 'C1', 'U5', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 19:01:31.5+00', 283000, 0, NULL, 'click', 'C1', 'U8', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 22:22:31.5+00', 286000, 286000000, NULL, 'click', 'C1', 'U0', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 01:43:31.5+00', 289000, 0, NULL, 'click', 'C1', 'U3', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 04:04:31.5+00', 292000, 0, NULL, 'click', 'C1', 'U6', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 07:25:31.5+00', 295000, 0, NULL, 'impression', 'C1', 'U9', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 10:46:31.5+00', 298000, 0, NULL, 'click', 'C1', 'U1', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:14:31.5+00', 2000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:35:31.5+00', 5000, 0, NULL, 'impression', 'C2', 'U5', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:56:31.5+00', 8000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:17:31.5+00', 11000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:38:31.5+00', 14000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:59:31.5+00', 17000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:20:31.5+00', 20000, 0, '00000000-0000-0000-0000-000000000014', 'impression', 'C2', 'U9', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:41:31.5+00', 23000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:02:31.5+00', 26000, 26000000, NULL, 'conversion', 'C2', 'U4', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:23:31.5+00', 29000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:44:31.5+00', 32000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:05:31.5+00', 35000, 0, NULL, 'impression', 'C2', 'U2', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:26:31.5+00', 38000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:47:31.5+00', 41000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:08:31.5+00', 44000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:29:31.5+00', 47000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:50:31.5+00', 50000, 0, '00000000-0000-0000-0000-000000000032', 'impression', 'C2', 'U6', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:11:31.5+00', 53000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:32:31.5+00', 56000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:53:31.5+00', 59000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:14:31.5+00', 62000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:35:31.5+00', 65000, 65000000, NULL, 'impression', 'C2', 'U10', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:56:31.5+00', 68000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:17:31.5+00', 71000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:38:31.5+00', 74000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:59:31.5+00', 77000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:20:31.5+00', 80000, 0, '00000000-0000-0000-0000-000000000050', 'impression', 'C2', 'U3', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:41:31.5+00', 83000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:02:31.5+00', 86000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:23:31.5+00', 89000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:44:31.5+00', 92000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:05:31.5+00', 95000, 0, NULL, 'impression', 'C2', 'U7', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:26:31.5+00', 98000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:47:31.5+00', 101000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:08:31.5+00', 104000, 104000000, NULL, 'conversion', 'C2', 'U5', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:29:31.5+00', 107000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:50:31.5+00', 110000, 0, '00000000-0000-0000-0000-00000000006e', 'impression', 'C2', 'U0', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:11:31.5+00', 113000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:32:31.5+00', 116000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:53:31.5+00', 119000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:14:31.5+00', 122000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:35:31.5+00', 125000, 0, NULL, 'impression', 'C2', 'U4', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:56:31.5+00', 128000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:17:31.5+00', 131000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:38:31.5+00', 134000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:59:31.5+00', 137000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:20:31.5+00', 140000, 0, '00000000-0000-0000-0000-00000000008c', 'impression', 'C2', 'U8', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:41:31.5+00', 143000, 143000000, NULL, 'conversion', 'C2', 'U0', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:02:31.5+00', 146000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:23:31.5+00', 149000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:44:31.5+00', 152000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:05:31.5+00', 155000, 0, NULL, 'impression', 'C2', 'U1', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:26:31.5+00', 158000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:47:31.5+00', 161000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:08:31.5+00', 164000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:29:31.5+00', 167000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:50:31.5+00', 170000, 0, '00000000-0000-0000-0000-0000000000aa', 'impression', 'C2', 'U5', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:11:31.5+00', 173000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:32:31.5+00', 176000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:53:31.5+00', 179000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:14:31.5+00', 182000, 182000000, NULL, 'conversion', 'C2', 'U6', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:35:31.5+00', 185000, 0, NULL, 'impression', 'C2', 'U9', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:56:31.5+00', 188000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:17:31.5+00', 191000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:38:31.5+00', 194000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:59:31.5+00', 197000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:20:31.5+00', 200000, 0, '00000000-0000-0000-0000-0000000000c8', 'impression', 'C2', 'U2', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:41:31.5+00', 203000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:02:31.5+00', 206000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:23:31.5+00', 209000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:44:31.5+00', 212000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:05:31.5+00', 215000, 0, NULL, 'impression', 'C2', 'U6', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:26:31.5+00', 218000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:47:31.5+00', 221000, 221000000, NULL, 'conversion', 'C2', 'U1', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:08:31.5+00', 224000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:29:31.5+00', 227000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:50:31.5+00', 230000, 0, '00000000-0000-0000-0000-0000000000e6', 'impression', 'C2', 'U10', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:11:31.5+00', 233000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:32:31.5+00', 236000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:53:31.5+00', 239000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:14:31.5+00', 242000, 0, NULL, 'conversion', 'C2', 'U0', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:35:31.5+00', 245000, 0, NULL, 'impression', 'C2', 'U3', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:56:31.5+00', 248000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:17:31.5+00', 251000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:38:31.5+00', 254000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:59:31.5+00', 257000, 0, NULL, 'conversion', 'C2', 'U4', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:20:31.5+00', 260000, 260000000, '00000000-0000-0000-0000-000000000104', 'impression', 'C2', 'U7', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:41:31.5+00', 263000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:02:31.5+00', 266000, 0, NULL, 'conversion', 'C2', 'U2', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:23:31.5+00', 269000, 0, NULL, 'conversion', 'C2', 'U5', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:44:31.5+00', 272000, 0, NULL, 'conversion', 'C2', 'U8', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:05:31.5+00', 275000, 0, NULL, 'impression', 'C2', 'U0', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 14:26:31.5+00', 278000, 0, NULL, 'conversion', 'C2', 'U3', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 17:47:31.5+00', 281000, 0, NULL, 'conversion', 'C2', 'U6', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 20:08:31.5+00', 284000, 0, NULL, 'conversion', 'C2', 'U9', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 23:29:31.5+00', 287000, 0, NULL, 'conversion', 'C2', 'U1', '{"geo": "3", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-23 02:50:31.5+00', 290000, 0, '00000000-0000-0000-0000-000000000122', 'impression', 'C2', 'U4', '{"geo": 3, "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-22 05:11:31.5+00', 293000, 0, NULL, 'conversion', 'C2', 'U7', '{"geo": "US", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-21 08:32:31.5+00', 296000, 0, NULL, 'conversion', 'C2', 'U10', '{"geo": "IN", "device": "phone"}');
INSERT INTO public.events_default VALUES ('2025-09-24 11:53:31.5+00', 299000, 299000000, NULL, 'conversion', 'C2', 'U2', '{"geo": "3", "device": "phone"}');
INSERT INTO public.heartbeat VALUES (true, '2026-11-27 08:14:51.504518+00');
INSERT INTO public.idempotency_keys VALUES ('kept', '\xa9b18f29a799e7b94c09b1531f192e19a47aae6765ebcf85a5f17c2ca446c069', '{"accepted": 100, "rejected": [], "duplicates": 0, "rejected_count": 0}', '2026-11-27 08:14:48.755246+00');
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 17:11:00+00', 0, 0, 2, 346000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 11:05:00+00', 3, 0, 0, 465000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 05:35:00+00', 3, 0, 0, 375000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 08:44:00+00', 0, 0, 3, 456000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 08:08:00+00', 0, 0, 2, 328000, 104000000);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 02:50:00+00', 3, 0, 0, 510000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 05:47:00+00', 0, 0, 2, 322000, 221000000);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 11:53:00+00', 0, 0, 3, 537000, 299000000);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 02:26:00+00', 0, 0, 2, 316000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 17:59:00+00', 0, 0, 3, 411000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 14:50:00+00', 2, 0, 0, 340000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 08:20:00+00', 2, 0, 0, 280000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 05:23:00+00', 0, 0, 3, 447000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 08:56:00+00', 0, 0, 3, 384000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 20:44:00+00', 0, 0, 2, 304000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 14:14:00+00', 0, 0, 2, 244000, 182000000);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 11:29:00+00', 0, 0, 2, 334000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 08:32:00+00', 0, 0, 3, 528000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 02:02:00+00', 0, 0, 3, 438000, 26000000);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 23:17:00+00', 0, 0, 2, 262000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 02:14:00+00', 0, 0, 3, 366000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 05:11:00+00', 0, 0, 3, 519000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 14:02:00+00', 0, 0, 2, 292000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 23:29:00+00', 0, 0, 3, 501000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 20:56:00+00', 0, 0, 2, 256000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 11:17:00+00', 0, 0, 3, 393000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 05:59:00+00', 0, 0, 2, 274000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 14:26:00+00', 0, 0, 3, 474000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 23:53:00+00', 0, 0, 2, 358000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 17:23:00+00', 0, 0, 2, 298000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 23:05:00+00', 2, 0, 0, 310000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 20:08:00+00', 0, 0, 3, 492000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 11:41:00+00', 0, 0, 2, 286000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 20:32:00+00', 0, 0, 2, 352000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 17:47:00+00', 0, 0, 3, 483000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-24 23:41:00+00', 0, 0, 3, 429000, 143000000);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 14:38:00+00', 0, 0, 3, 402000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-21 20:20:00+00', 3, 0, 0, 420000, 260000000);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-23 02:38:00+00', 0, 0, 2, 268000, 0);
INSERT INTO public.rollup_delta VALUES ('743', 'C2', '2025-09-22 17:35:00+00', 2, 0, 0, 250000, 65000000);
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
INSERT INTO public.rollup_mark VALUES (true, '734', 7712761732317424032);
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
INSERT INTO public.schema_migrations VALUES (1, '0001_foundation.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (2, '0002_partitions_and_retention.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (3, '0003_totals.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (4, '0004_roles.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (5, '0005_api_keys.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (6, '0006_replicas.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (7, '0007_archive.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (8, '0008_partitions_of_a_cluster.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (9, '0009_moving.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (10, '0010_retention_of_chunks.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (11, '0011_large_sums.sql', '2026-11-27 08:14:43.721383+00');
INSERT INTO public.schema_migrations VALUES (12, '0012_filters_find_groups.sql', '2026-11-27 08:14:43.721383+00');
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
ALTER TABLE ONLY public.rollup_hour
    ADD CONSTRAINT rollup_hour_pkey PRIMARY KEY (campaign_id, hour) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.rollup_large
    ADD CONSTRAINT rollup_large_pkey PRIMARY KEY (campaign_id, minute);
ALTER TABLE ONLY public.rollup_mark
    ADD CONSTRAINT rollup_mark_pkey PRIMARY KEY (only_row);
ALTER TABLE ONLY public.rollup_minute
    ADD CONSTRAINT rollup_minute_pkey PRIMARY KEY (campaign_id, minute) INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);
ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);
CREATE INDEX events_default_ts_idx ON public.events_default USING btree (ts);
CREATE INDEX events_ts_idx ON ONLY public.events USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_default_ts_idx1 ON public.events_default USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261126_ts_idx ON public.events_p20261126 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261127_ts_idx ON public.events_p20261127 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261128_ts_idx ON public.events_p20261128 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX events_p20261129_ts_idx ON public.events_p20261129 USING brin (ts) WITH (pages_per_range='32', autosummarize='on');
CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);
CREATE INDEX rollup_delta_xid_campaign_id_idx ON public.rollup_delta USING btree (xid, campaign_id);
CREATE INDEX rollup_hour_hour_idx ON public.rollup_hour USING brin (hour);
CREATE INDEX rollup_minute_minute_idx ON public.rollup_minute USING brin (minute);
ALTER INDEX public.events_ts_idx ATTACH PARTITION public.events_default_ts_idx1;
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
REVOKE ALL ON FUNCTION public.bigint_pieces(cost numeric, revenue numeric) FROM PUBLIC;
GRANT ALL ON FUNCTION public.bigint_pieces(cost numeric, revenue numeric) TO adpulse_report;
GRANT ALL ON FUNCTION public.bigint_pieces(cost numeric, revenue numeric) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) TO adpulse_report;
GRANT ALL ON FUNCTION public.event_group(campaign_id text, event_type text, metadata jsonb, dimension text) TO adpulse_maintain;
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
REVOKE ALL ON FUNCTION public.retire_days(first_kept date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.retire_days(first_kept date) TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_capture() FROM PUBLIC;
GRANT SELECT ON TABLE public.rollup_mark TO adpulse_report;
GRANT SELECT,INSERT,UPDATE ON TABLE public.rollup_mark TO adpulse_maintain;
REVOKE ALL ON FUNCTION public.rollup_delta_start() FROM PUBLIC;
GRANT ALL ON FUNCTION public.rollup_delta_start() TO adpulse_report;
GRANT ALL ON FUNCTION public.rollup_delta_start() TO adpulse_maintain;
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
GRANT SELECT ON TABLE public.rollup_hour TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_hour TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_large TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_large TO adpulse_maintain;
GRANT SELECT ON TABLE public.rollup_minute TO adpulse_report;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.rollup_minute TO adpulse_maintain;
GRANT SELECT ON TABLE public.schema_migrations TO adpulse_report;
