-- What `adpulse import` has taken, so that a file counts once, however often it is imported and wherever an import broke off.

-- A row for each group of records, written in the transaction that writes their events. `before` and `after` are digests of
-- the content up to where the group begins and ends: SHA-256 of the digest before and of the records' texts. So groups form a
-- chain, and a file that has grown since goes on where it ended.
CREATE TABLE imported (
  before bytea,
  after bytea,
  name text NOT NULL, -- of the file, for people
  first_record bigint NOT NULL, -- counted from 1
  records bigint NOT NULL,
  -- Events: a record may be several, or none.
  accepted bigint NOT NULL,
  duplicates bigint NOT NULL,
  rejected bigint NOT NULL,
  imported_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (before, after)
);

-- Who writes events may import them.
DO $$
DECLARE
  written text := pg_get_functiondef('grant_roles()'::regprocedure);
  widened text := replace(
    written,
    '(''adpulse_ingest'', ''event_ids'', ''{SELECT,INSERT,DELETE}''),',
    '(''adpulse_ingest'', ''event_ids'', ''{SELECT,INSERT,DELETE}''),
          (''adpulse_ingest'', ''imported'', ''{SELECT,INSERT,UPDATE}''),');
BEGIN
  IF widened = written THEN
    RAISE EXCEPTION 'grant_roles() is not as migration 0004 has made it';
  END IF;
  EXECUTE widened;
END
$$;
