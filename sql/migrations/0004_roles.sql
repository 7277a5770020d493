-- Least privilege: whoever writes, reports or maintains has the rights for that and no other. docs/how-to/roles.md says
-- how a login gets them.

-- Makes the three roles where they are missing, and gives each its rights on what is in this database now. To be called
-- when tables or functions have come, which `adpulse migrate` does at its end; whoever builds a variant in psql calls
-- it too. Gives only what is not given yet, so calling it again changes nothing.
--
-- Returns the roles that are missing still: a role belongs to the whole cluster, and only a login with CREATEROLE can
-- make one. Without them everything works, with the rights of the owner.
--
-- A table that is neither named here nor a partition is taken for the variant's own: roll-ups, read by reports and
-- written by maintenance. So a migration that makes a table has to bring this function up to date; a test sees to it.
CREATE FUNCTION grant_roles() RETURNS text[]
LANGUAGE plpgsql AS $$
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

-- Partitions are made and dropped, and a materialized view is refreshed, by their owner alone; and what a trigger
-- writes into the roll-ups, the writer of an event must not be able to write by itself. So these run with the rights of
-- their owner, and look for names where nobody else can put any. Variants say so of their own functions; those of
-- the variant in force are brought up to date here.
ALTER FUNCTION tend_partitions() SECURITY DEFINER SET search_path = public, pg_temp;

ALTER FUNCTION retire_days(date) SECURITY DEFINER SET search_path = public, pg_temp;

DO $$
DECLARE
  routine regprocedure;
BEGIN
  FOR routine IN
    SELECT to_regprocedure(name)
    FROM unnest(ARRAY['rollup_capture()', 'mark_stale()', 'refresh_stale()']) AS name
    WHERE to_regprocedure(name) IS NOT NULL
  LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = public, pg_temp', routine);
  END LOOP;
END
$$;
