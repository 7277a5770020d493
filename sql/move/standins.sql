-- Run by an online move, with `search_path = adpulse_next, public`: tables in the new schema that hide their namesakes in
-- `public` while the new design is built. Its deltas are compacted apart, and its dimensions are those to come.

CREATE TABLE rollup_mark (LIKE public.rollup_mark INCLUDING ALL);

CREATE FUNCTION rollup_delta_start() RETURNS xid8
LANGUAGE sql STABLE PARALLEL SAFE
RETURN '0'::xid8;

CREATE FUNCTION rollup_moved_snapshot() RETURNS SETOF pg_snapshot
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT '1:1:'::pg_snapshot;
END;

CREATE TABLE declared_dimension (LIKE public.declared_dimension INCLUDING ALL);
