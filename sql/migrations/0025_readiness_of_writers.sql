-- A writer must be able to see that the schema is new enough, also with a login that may do nothing but write: it
-- is ready, or not, without the readers. The rest of grant_roles() is as in 0004 and later.
DO $do$
DECLARE
  before text := pg_get_functiondef('grant_roles()'::regprocedure);
  after text := replace(
    before,
    $t$('adpulse_report', 'schema_migrations', '{SELECT}'),$t$,
    $t$('adpulse_ingest', 'schema_migrations', '{SELECT}'),
          ('adpulse_report', 'schema_migrations', '{SELECT}'),$t$);
BEGIN
  IF after = before THEN
    RAISE EXCEPTION 'grant_roles() is not as it was made: this migration cannot bring it up to date';
  END IF;
  EXECUTE after;
END
$do$;
