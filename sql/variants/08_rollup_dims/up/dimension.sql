-- The dimensions, and the values of each that have rows of their own in the roll-ups.
--
--   rollup_dimension  one row for each dimension that has roll-ups. rollup_dim_settle() writes it, from declared_dimension.
--   rollup_value      rollup_dim_add() adds new values. A value stays until its dimension is removed.
--
-- Always: `place` is the number of a dimension in all roll-ups, and no two dimensions have the same. A dimension has at most
-- rollup_dim_most() values; all others share the value '', the row "(other)" of a report. rollup_fold() alone decides it.

-- `dropped`: it is not declared any more. Reports do not use it, and each round deletes some of its roll-ups.
CREATE TABLE rollup_dimension (
  place smallint PRIMARY KEY,
  key text NOT NULL,
  dropped boolean NOT NULL DEFAULT false,
  -- A value was added to "(other)": said once in the log, and in every answer from then on.
  folded boolean NOT NULL DEFAULT false,
  -- The last round whose deltas (delta.sql) are merged.
  merged bigint NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX rollup_dimension_key_idx ON rollup_dimension (key) WHERE NOT dropped;

INSERT INTO rollup_dimension (place, key) SELECT place, key FROM declared_dimension;

-- Values as JSON text. 'null' is the value of an event without the key. '' is not JSON, so it is no value.
CREATE TABLE rollup_value (
  place smallint,
  value text,
  PRIMARY KEY (place, value)
);

INSERT INTO rollup_value (place, value) SELECT place, 'null' FROM rollup_dimension;

-- The most values of a dimension that have rows of their own: enough for countries, devices, placements and ad formats; not
-- for user ids.
CREATE FUNCTION rollup_dim_most() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000;

-- The value under which the roll-ups have a text: its own, or '' for "(other)".
CREATE FUNCTION rollup_fold(name text, is_known boolean, is_full boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN is_known OR (NOT is_full AND coalesce(length(name), 0) <= 200) THEN coalesce(to_json(name)::text, 'null')
  ELSE ''
END;
