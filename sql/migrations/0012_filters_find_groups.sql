-- What a group shows, a filter finds: a filter compares the text by which `group_by` names a group, `metadata ->> key`
-- (docs/decisions/0027). $7 of a report is {"key": condition, …}, all of which must hold:
--
--   "text"                    the group of this name
--   null                      the events without the key, or with a JSON null
--   {"not": ["text", null]}   all groups but these
--
-- The keys campaign_id and event_type are the event's own; all others are keys of its metadata.

-- Turns {"geo": "IN", "slot": "3"} into the jsonpath
--   strict ($."geo" == "IN") && ($."slot" == "3" || $."slot" == 3)
-- which a GIN index with jsonb_path_ops can answer. It lets through what it cannot tell: 3.0 is equal to 3, and no path is
-- equal to a list. Null when it can tell nothing. IMMUTABLE, so that a constant argument folds away when the report is planned.
-- strict: without it, {"geo": ["IN", "US"]} would match too.
CREATE OR REPLACE FUNCTION filter_path(filters jsonb) RETURNS jsonpath
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT
    ('strict ' || string_agg(
      CASE
        WHEN value ~ '^-?(0|[1-9][0-9]*)(\.[0-9]+)?$' OR value IN ('true', 'false')
          THEN format('($.%1$s == %2$s || $.%1$s == %3$s)', to_json(key), to_json(value), value)
        ELSE format('($.%s == %s)', to_json(key), to_json(value))
      END,
      ' && ' ORDER BY key
    ))::jsonpath
  FROM (
    SELECT key, value #>> '{}' AS value
    FROM jsonb_each(filters)
    WHERE jsonb_typeof(value) = 'string' AND key NOT IN ('campaign_id', 'event_type')
  ) AS texts
  -- Lists, objects and longer numbers are left to filter_rest.
  WHERE value !~ '^[[{]' AND (length(value) < 1000 OR value !~ '^[-0-9.]+$')
);

-- The filters that filter_path does not decide, as [{"key": key, "is": condition}, …].
CREATE FUNCTION filter_rest(filters jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'is', value)), '[]')
  FROM jsonb_each(filters)
  WHERE
    jsonb_typeof(value) <> 'string'
    OR key IN ('campaign_id', 'event_type')
    OR value #>> '{}' ~ '^([[{]|-?[0-9]+(\.[0-9]+)?$)'
);

-- The name of an event's group in a report by `dimension`; null when that is null. The planner looks into this function
-- and those below: with parameters that are known, a plain column or operator is left.
CREATE FUNCTION event_group(campaign_id text, event_type text, metadata jsonb, dimension text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE dimension
  WHEN 'campaign_id' THEN campaign_id
  WHEN 'event_type' THEN event_type
  ELSE metadata ->> dimension
END;

CREATE FUNCTION group_matches(name text, condition jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE jsonb_typeof(condition)
  WHEN 'object' THEN NOT coalesce(condition -> 'not' ? name, condition -> 'not' @> 'null')
  ELSE name IS NOT DISTINCT FROM condition #>> '{}'
END;

CREATE FUNCTION filters_hold(campaign_id text, event_type text, metadata jsonb, rest jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  FOR place IN 0 .. jsonb_array_length(rest) - 1 LOOP
    IF NOT group_matches(event_group(campaign_id, event_type, metadata, rest -> place ->> 'key'), rest -> place -> 'is') THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END
$$;

-- True if a report with these filters counts the event. What filter_path does not decide is mostly one filter, which is
-- compared in place; more take a call for each event that the path lets through.
CREATE FUNCTION event_matches(campaign_id text, event_type text, metadata jsonb, filters jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN
  filters IS NULL
  OR (
    (filter_path(filters) IS NULL OR metadata @@ filter_path(filters))
    AND CASE jsonb_array_length(filter_rest(filters))
      WHEN 0 THEN true
      WHEN 1 THEN group_matches(
        event_group(campaign_id, event_type, metadata, filter_rest(filters) #>> '{0,key}'),
        filter_rest(filters) #> '{0,is}'
      )
      ELSE filters_hold(campaign_id, event_type, metadata, filter_rest(filters))
    END
  );

-- A design that is there already asks for what it does not hold in the same way, beside the function that services of the
-- version before go on to call: the time zone has become the buckets ($5, docs/decisions/0026). A new one brings its own.
DO $$
DECLARE
  text text;
BEGIN
  IF to_regproc('raw_report') IS NOT NULL THEN
    text := pg_get_functiondef('raw_report'::regproc);
    text := replace(text, 'zone text', 'buckets timestamptz[]');
    text := replace(text, 'date_trunc($4, ts, $5)', '$5[width_bucket(ts, $5)]');
    text := replace(text, '($7 IS NULL OR metadata @@ filter_path($7))', 'event_matches(campaign_id, event_type::text, metadata, $7)');
    EXECUTE text;
  END IF;
END
$$;
