-- A design is built beside the one in force, in a schema of its own, before it takes its place (adpulse.variants.online). So
-- whether a partition is there already is asked in the schema in which it would be made, and not along the whole path.
DO $$
BEGIN
  EXECUTE replace(
    pg_get_functiondef('prepare_days(date, date)'::regprocedure),
    'to_regclass(part)',
    'to_regclass(format(''%I.%I'', current_schema(), part))');
END
$$;
