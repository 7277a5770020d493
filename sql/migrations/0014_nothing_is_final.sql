-- What data or a clock set off must not be final: a dimension that is given up keeps its roll-ups, and retention believes
-- no clock alone.

-- The first day that retention keeps, by the database's clock; null, and a warning that says why, while that clock cannot
-- be believed: it and the service's (`clock`) differ by more than a day, the heartbeat lies in the future, or no event of the
-- last day is there. What is dropped cannot be brought back, so a quiet database keeps old days until events come again,
-- or somebody calls retire_days.
CREATE FUNCTION first_day_kept(days int, clock timestamptz) RETURNS date
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF clock NOT BETWEEN now() - interval '1 day' AND now() + interval '1 day' THEN
    RAISE WARNING 'retention waits: the clocks of the service and of the database differ by more than a day';
    RETURN NULL;
  END IF;
  PERFORM 1 FROM heartbeat WHERE beat_at > now() + interval '1 day' LIMIT 1;
  IF found THEN
    RAISE WARNING 'retention waits: the heartbeat lies in the future, so the clock of the database was wrong, or is';
    RETURN NULL;
  END IF;
  PERFORM 1 FROM events WHERE ts > now() - interval '1 day' AND ts <= now() + interval '1 day' LIMIT 1;
  IF NOT found THEN
    RAISE WARNING 'retention waits: no event of the last day is here, or the clock of the database is wrong; '
      'to drop old days now: SELECT retire_days(date)';
    RETURN NULL;
  END IF;
  RETURN (now() AT TIME ZONE 'UTC')::date - days;
END
$$;

DO $do$
BEGIN
  IF to_regprocedure('rollup_give_up(bigint)') IS NULL THEN
    RETURN; -- a design without dimensions
  END IF;
  CREATE OR REPLACE FUNCTION rollup_give_up(most bigint) RETURNS void
  LANGUAGE plpgsql AS $$
  DECLARE
    runaway record;
  BEGIN
    UPDATE rollup_dimension SET given_up_at = now()
    WHERE given_up_at IS NULL AND place IN (SELECT place FROM rollup_value GROUP BY place HAVING count(*) > most);
    FOR runaway IN
      SELECT key FROM rollup_dimension WHERE given_up_at > now() - interval '10 seconds'
    LOOP
      RAISE WARNING 'the dimension % has too many or too long values: its roll-ups are given up, its reports read raw events',
        quote_literal(runaway.key);
    END LOOP;
  END
  $$;
END
$do$;
