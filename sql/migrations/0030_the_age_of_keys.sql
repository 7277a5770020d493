-- An Idempotency-Key is forgotten when it has an age. By the database's clock alone, a jump ahead would forget all at once, and
-- what was stamped during it would stay for ever. So upkeep measures how far the clock went between two of its looks beside the
-- time that passed, and gives keys of before a jump the stamp that leaves them as old as they were.
CREATE TABLE idempotency_clock (seen_at timestamptz NOT NULL);
CREATE UNIQUE INDEX idempotency_clock_one_row ON idempotency_clock ((true));
INSERT INTO idempotency_clock VALUES (clock_timestamp());

-- Forget keys that are older than so many hours; return the clock's time of this look. `mine` is what the caller's last call
-- returned, `passed` the time since, by a clock that does not jump. Where another one looked last, or nobody for a while, no time
-- is known to have passed, and keys do not get older by it: they are kept for longer, never for less.
CREATE FUNCTION expire_keys(hours int, mine timestamptz, passed interval) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  here timestamptz := clock_timestamp();
  slack CONSTANT interval := '10 minutes'; -- what no clock is blamed for: a restart, a look that came late
  known interval := '0';
  jump interval;
  measured boolean;
  changed bigint;
BEGIN
  SELECT here - seen_at, seen_at IS NOT DISTINCT FROM mine INTO jump, measured FROM idempotency_clock;
  IF measured THEN
    known := passed;
    jump := jump - passed;
  END IF;
  IF jump NOT BETWEEN -slack AND slack THEN
    -- What was stamped since the last look, by the clock as it is now, is right. Where that look is not ours, nothing gets older.
    UPDATE idempotency_keys SET created_at = least(created_at + jump, here)
    WHERE created_at > here OR created_at < here - known - slack AND (measured OR jump > '0');
    GET DIAGNOSTICS changed = ROW_COUNT;
    jump := justify_hours(make_interval(secs => round(extract(epoch FROM jump))));
    IF measured THEN
      RAISE WARNING 'the clock of the database has jumped by %: % Idempotency-Keys keep the age that they had', jump, changed;
    ELSE
      RAISE NOTICE 'upkeep did not run for %: % Idempotency-Keys did not get older', jump, changed;
    END IF;
  END IF;
  UPDATE idempotency_keys SET created_at = here WHERE created_at > here + slack;
  DELETE FROM idempotency_keys WHERE created_at < here - make_interval(hours => hours);
  INSERT INTO idempotency_clock VALUES (here) ON CONFLICT ((true)) DO UPDATE SET seen_at = excluded.seen_at;
  RETURN here;
END
$$;

-- Nobody but the function reads or writes the table. The rest of grant_roles() is as in 0004 and later.
DO $do$
DECLARE
  before text := pg_get_functiondef('grant_roles()'::regprocedure);
  after text := replace(
    before,
    $t$('adpulse_maintain', 'declared_dimension', '{}')$t$,
    $t$('adpulse_maintain', 'declared_dimension', '{}'),
          ('adpulse_maintain', 'idempotency_clock', '{}')$t$);
BEGIN
  IF after = before THEN
    RAISE EXCEPTION 'grant_roles() is not as it was made: this migration cannot bring it up to date';
  END IF;
  EXECUTE after;
END
$do$;
