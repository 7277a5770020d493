-- What a read replica needs: to know where the deltas begin that are not yet moved, and how old its data are.

-- Every delta of a transaction before `before` has been moved into the roll-ups: written by maintain.sql of 07 and 08, and
-- true of any design that is built later, whose deltas are younger. Transaction numbers mean nothing in another cluster,
-- to which a dump may bring this row; so it says in whose numbers it counts. A physical copy (a streaming replica, a
-- promoted one, a restored base backup) carries on the same numbers and has the same identifier; initdb, and so a
-- restored dump and pg_upgrade, makes another. A restart, also after a crash, goes on above every number in the WAL, and
-- this row's own transaction is one of them.
CREATE TABLE rollup_mark (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  before xid8 NOT NULL,
  system_identifier bigint NOT NULL
);

-- Where the deltas begin that are not yet moved; 0 when the mark cannot be believed: of another cluster, or ahead of this
-- one's own numbers, as after pg_resetwal. Reports are right either way; without the mark they step over dead deltas.
--
-- Until this migration it read rollup_moved, whose mark held only for the server process that had written it, and so never
-- on a replica. That table is left alone, because services of the version before may still write to it; down.sql drops it.
CREATE OR REPLACE FUNCTION rollup_delta_start() RETURNS xid8
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
  (
    SELECT before
    FROM rollup_mark
    WHERE
      system_identifier = (SELECT system_identifier FROM pg_control_system())
      AND before <= pg_snapshot_xmax(pg_current_snapshot())
  ),
  '0'
);

-- The primary's clock, in a row that replication carries along with everything else. Whoever sees beat_at sees every
-- transaction that was acknowledged before that moment, because its commit lies before this row's in the WAL. So the time
-- since is never less than the age of the data. Maintenance writes it once a second.
CREATE TABLE heartbeat (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  beat_at timestamptz NOT NULL
);

INSERT INTO heartbeat (beat_at) VALUES (clock_timestamp());
