-- Deltas: what each statement adds to the sums, and when it deletes events, subtracts. rollup_capture() writes them in the
-- transaction of the events. maintain.sql moves them into rollup_minute, rollup_hour and rollup_day, in one statement.
--
-- Always: each committed event is either in a delta or in the roll-ups, in every snapshot. So roll-ups and deltas together are
-- exact. rollup_delta_all has the same sums as rollup_delta, and both are moved together.

-- Only appended to, and without a unique key, so that writers never wait for one another.
CREATE TABLE rollup_delta (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  campaign_id text NOT NULL,
  minute timestamptz NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

-- A delta that maintain.sql has moved stays in the table as a dead row until a VACUUM, and no VACUUM can remove it while
-- a transaction older than the move runs, such as a dump or a long query. Reports would step over millions of dead rows.
-- So reports use this index to read only the transactions that can have a delta left: rollup_moved_snapshot(), in
-- sql/migrations/0018.
CREATE INDEX rollup_delta_xid_campaign_id_idx ON rollup_delta (xid, campaign_id);

-- The same for all campaigns together: a row for each minute of a statement. A report without a campaign does not read the
-- rows of a thousand campaigns.
CREATE TABLE rollup_delta_all (
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  minute timestamptz NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX rollup_delta_all_xid_idx ON rollup_delta_all (xid);

-- A session that deletes a delta must have added it to days, too. Services of an older version do not know days: their
-- rounds fail and change nothing, until a service of this version does the upkeep. maintain.sql and rebuild.sql say that
-- they know days.
CREATE FUNCTION rollup_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('adpulse.moves', true) IS DISTINCT FROM 'to days' THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = 'deltas are moved by the maintain.sql of a newer version: replace this service, or run that file';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER rollup_delta_moved AFTER DELETE ON rollup_delta
FOR EACH STATEMENT EXECUTE FUNCTION rollup_guard();
