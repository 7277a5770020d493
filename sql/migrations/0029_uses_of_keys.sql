-- The day on which each key was last used, so that an operator finds those that nobody uses any more. By the day: a key in use
-- costs each process of the service one write a day.
CREATE TABLE api_key_uses (
  key_id text PRIMARY KEY REFERENCES api_keys ON DELETE CASCADE,
  last_used_on date NOT NULL -- of UTC
);

-- The service notes it; of the keys themselves it may change nothing. The rest of grant_roles() is as in 0004 and later.
DO $do$
DECLARE
  before text := pg_get_functiondef('grant_roles()'::regprocedure);
  after text := replace(
    before,
    $t$('adpulse_ingest', 'api_keys', '{SELECT}'),$t$,
    $t$('adpulse_ingest', 'api_keys', '{SELECT}'),
          ('adpulse_ingest', 'api_key_uses', '{SELECT,INSERT,UPDATE}'),$t$);
BEGIN
  IF after = before THEN
    RAISE EXCEPTION 'grant_roles() is not as it was made: this migration cannot bring it up to date';
  END IF;
  EXECUTE after;
END
$do$;
