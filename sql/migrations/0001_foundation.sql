-- What every variant stands on: the event type, the book-keeping tables and two functions.
-- The table `events` itself belongs to the variants, because its physical design is what they vary.

CREATE TYPE event_type AS ENUM ('impression', 'click', 'conversion');

-- Which variant built the `events` table that is there now. One row, written by `adpulse migrate`.
CREATE TABLE active_variant (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  name text NOT NULL,
  since_at timestamptz NOT NULL DEFAULT now()
);

-- One row per batch that carried an Idempotency-Key, written in the same transaction as its events.
-- `answer` is the reply as first given, so that a repeat can be answered without the events.
CREATE TABLE idempotency_keys (
  key text PRIMARY KEY,
  body_hash bytea NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

-- Every event_id ever accepted. A table of its own, because a unique key on a partitioned table
-- must contain the partition key, and an event repeated with another ts is still the same event.
CREATE TABLE event_ids (
  event_id uuid PRIMARY KEY
);

-- Turns {"geo": "IN", "slot": "3"} into the jsonpath
--   strict ($."geo" == "IN") && ($."slot" == "3" || $."slot" == 3)
-- A filter arrives as text (`filter=slot:3`), metadata keeps its JSON type: so a value that reads as a
-- number or a boolean matches both forms. `metadata @@ filter_path(...)` can use a GIN index with
-- jsonb_path_ops. IMMUTABLE, so that a constant argument folds away when the report is planned.
-- strict: without it, {"geo": ["IN", "US"]} would match too, and `group_by=geo` would disagree.
CREATE FUNCTION filter_path(filters jsonb) RETURNS jsonpath
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT
    ('strict ' || string_agg(
      CASE
        WHEN value ~ '^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?$' OR value IN ('true', 'false')
          THEN format('($.%1$s == %2$s || $.%1$s == %3$s)', to_json(key), to_json(value), value)
        ELSE format('($.%s == %s)', to_json(key), to_json(value))
      END,
      ' && ' ORDER BY key
    ))::jsonpath
  FROM jsonb_each_text(filters)
);

-- Makes room for the days from first_day to last_day before a bulk load; the next migration gives it its body.
CREATE FUNCTION prepare_days(first_day date, last_day date) RETURNS void
LANGUAGE sql
RETURN NULL;
