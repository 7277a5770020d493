-- The dimensions. One that is not declared any more is dropped, and then its roll-ups go, some a round.
CREATE TABLE rollup_dimension (
  place smallint PRIMARY KEY,
  key text NOT NULL,
  dropped boolean NOT NULL DEFAULT false,
  -- A value was added to "(other)": said once in the log, and in every answer from then on.
  folded boolean NOT NULL DEFAULT false
);

CREATE UNIQUE INDEX rollup_dimension_key_idx ON rollup_dimension (key) WHERE NOT dropped;

INSERT INTO rollup_dimension (place, key) SELECT place, key FROM declared_dimension;

-- The values that have rows of their own, as JSON text; null is that of an event without the key. At most 1,000 of a
-- dimension, and none goes: all others share the row of the value '', which is no JSON.
CREATE TABLE rollup_value (
  place smallint,
  value text,
  PRIMARY KEY (place, value)
);

INSERT INTO rollup_value (place, value) SELECT place, 'null' FROM rollup_dimension;

-- The most values of a dimension that have rows of their own: enough for countries, devices, placements and ad formats;
-- not for user ids.
CREATE FUNCTION rollup_dim_most() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000;

-- The one rule of what shares the row "(other)": the value under which a text stands in the roll-ups.
CREATE FUNCTION rollup_fold(name text, is_known boolean, is_full boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN is_known OR (NOT is_full AND coalesce(length(name), 0) <= 200) THEN coalesce(to_json(name)::text, 'null')
  ELSE ''
END;
