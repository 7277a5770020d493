-- retire_days() chose a partition, waited for a moment alone with `events`, and dropped it, also if an archive had detached and
-- renamed it meanwhile: `adpulse archive` then missed the table that it counts once more. Now it looks again after the wait.

DO $do$
DECLARE
  before text := pg_get_functiondef('retire_days(date)'::regprocedure);
  after text := replace(before, $t$    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
$t$, $t$    LOCK TABLE events IN ACCESS EXCLUSIVE MODE;
    IF NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = part AND inhparent = 'events'::regclass) THEN
      RETURN true; -- an archive has detached it meanwhile
    END IF;
$t$);
BEGIN
  IF after = before THEN
    RAISE EXCEPTION 'retire_days(date) is not as it was made: this migration cannot bring it up to date';
  END IF;
  EXECUTE after;
END
$do$;
