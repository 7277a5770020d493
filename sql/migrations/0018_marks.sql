-- The mark as a whole snapshot. It was the oldest transaction that ran when a round began: one that is left open kept it where
-- it was, and reports read every delta since, moved or not, from dozens to tens of thousands.

-- The round's snapshot: deltas of the transactions that are visible in it have been moved. Null where a service of the version
-- before has written the row, which knows `before` alone. A stale one, from before such a round, is none either: its oldest
-- transaction is not `before`.
ALTER TABLE rollup_mark ADD COLUMN snapshot pg_snapshot;

-- What has been moved: a delta is left when its transaction is not visible in this snapshot. For an index that is
-- `xid >= xmax` or `xid` one of those that ran, which are no more than there were sessions. Where the mark cannot be believed
-- (see 0006), nothing has been moved, and reports step over dead deltas.
--
-- One row. A set, because the planner looks into a function that returns one, and has nothing to call then.
CREATE FUNCTION rollup_moved_snapshot() RETURNS SETOF pg_snapshot
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT coalesce(
    (
      SELECT moved
      FROM (
        SELECT
          CASE WHEN pg_snapshot_xmin(snapshot) = before
            THEN snapshot
            ELSE format('%1$s:%1$s:', before)::pg_snapshot
          END AS moved
        FROM rollup_mark
        WHERE system_identifier = (SELECT system_identifier FROM pg_control_system())
      ) AS mark
      WHERE pg_snapshot_xmax(moved) <= pg_snapshot_xmax(pg_current_snapshot())
    ),
    '1:1:'
  );
END;
