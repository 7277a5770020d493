-- Where the service and the database are on one machine, a wrong clock is wrong for both, and for the events that the service
-- stamps itself. So one event of the last day is not enough: the days before must have some, too, as they have unless the clock
-- has just jumped. Then old days are kept for a day of warnings. Otherwise as in 0014.
CREATE OR REPLACE FUNCTION first_day_kept(days int, clock timestamptz) RETURNS date
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
  PERFORM 1 FROM events WHERE ts > now() - interval '8 days' AND ts <= now() - interval '1 day' LIMIT 1;
  IF NOT found THEN
    RAISE WARNING 'retention waits: no event of the week before the last day is here, so this database is new or was away, '
      'or its clock has jumped; to drop old days now: SELECT retire_days(date)';
    RETURN NULL;
  END IF;
  RETURN (now() AT TIME ZONE 'UTC')::date - days;
END
$$;
