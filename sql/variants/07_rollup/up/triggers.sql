-- The triggers on `events`, and the partitions of yesterday to the day after tomorrow, which get copies of them.

-- TRUNCATE of `events` also fires the triggers of each partition, which must not subtract its rows then.
CREATE FUNCTION rollup_emptying() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('adpulse.counted', 'on', true);
  RETURN NULL;
END
$$;

-- A statement fires the triggers of the table that it names. So each partition has copies of these: cover_partitions(), in
-- sql/migrations/0013.
CREATE TRIGGER events_inserted AFTER INSERT ON events
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture();

CREATE TRIGGER events_updated AFTER UPDATE ON events
REFERENCING NEW TABLE AS added OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture();

CREATE TRIGGER events_deleted AFTER DELETE ON events
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture();

CREATE TRIGGER events_emptying BEFORE TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION rollup_emptying();

CREATE TRIGGER events_truncated AFTER TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION rollup_truncate();

SELECT prepare_days((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 2);
