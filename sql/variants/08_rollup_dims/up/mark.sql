-- The mark: a snapshot. Upkeep has added up the events of the transactions that it sees, and no others.
--
--   rollup_dim_mark   one row. rollup_dim_advance() writes `snapshot` and `rounds`, rollup_dim_close() writes `closed_to`.
--
-- Always: an event is in the roll-ups or the deltas (delta.sql) if the mark sees the transaction that wrote it (`written_xid`).
-- Otherwise it is behind the mark, and a report reads it as a raw event, which it finds through tail.sql. Only
-- pending spans (pending.sql) have no roll-ups: all of their events are read as raw events. Hours before closed_to are in hours
-- and days; later ones have minutes only.
--
-- Transaction numbers mean something only in the cluster that gave them. In a restored dump, or in another cluster, the mark is
-- not valid: then rollup_dim_marked() returns no row, reports read raw events, and the next round makes all days pending.

-- `system_identifier` is that of the cluster. `stamp` is the row's own xmin: a restored row has another one, also in the same
-- cluster. `rounds` is the number of the last round that wrote deltas.
CREATE TABLE rollup_dim_mark (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  snapshot pg_snapshot NOT NULL,
  closed_to timestamptz NOT NULL,
  system_identifier bigint NOT NULL,
  stamp bigint,
  rounds bigint NOT NULL DEFAULT 0
);

-- Sets the stamp. Call it after each change of the mark, in the same transaction.
CREATE FUNCTION rollup_dim_stamp() RETURNS void
LANGUAGE sql AS $$
  UPDATE rollup_dim_mark SET stamp = xmin::text::bigint
$$;

INSERT INTO rollup_dim_mark (snapshot, closed_to, system_identifier)
SELECT
  -- Without this transaction, which may write events yet.
  format('%1$s:%1$s:', pg_snapshot_xmin(pg_current_snapshot()))::pg_snapshot,
  date_bin('1 hour', now() - interval '1 hour', 'epoch'),
  system_identifier
FROM pg_control_system();

SELECT rollup_dim_stamp();

-- Returns the mark, or no row where it is not valid; as rollup_mark (sql/migrations/0006).
CREATE FUNCTION rollup_dim_marked() RETURNS SETOF rollup_dim_mark
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT *
  FROM rollup_dim_mark
  WHERE
    system_identifier = (SELECT system_identifier FROM pg_control_system())
    AND stamp = xmin::text::bigint
    AND pg_snapshot_xmax(snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
$$;

-- Returns the snapshot of this statement, without the transaction that runs it.
CREATE FUNCTION rollup_dim_seen() RETURNS pg_snapshot
LANGUAGE sql STABLE
RETURN (
  SELECT CASE
    WHEN own IS NULL OR NOT pg_visible_in_snapshot(own, seen) THEN seen
    ELSE format(
      '%s:%s:%s',
      least(own::text::numeric, pg_snapshot_xmin(seen)::text::numeric),
      pg_snapshot_xmax(seen),
      (
        SELECT string_agg(xid, ',' ORDER BY xid::numeric)
        FROM (SELECT each::text AS xid FROM pg_snapshot_xip(seen) AS each UNION SELECT own::text) AS running
      )
    )::pg_snapshot
  END
  FROM pg_current_snapshot() AS seen, pg_current_xact_id_if_assigned() AS own
);

-- Returns the same snapshot with only the transactions below a number.
CREATE FUNCTION rollup_dim_before(seen pg_snapshot, number bigint) RETURNS pg_snapshot
LANGUAGE sql IMMUTABLE
RETURN CASE
  WHEN number >= pg_snapshot_xmax(seen)::text::bigint THEN seen
  ELSE format(
    '%s:%s:%s',
    least(number, pg_snapshot_xmin(seen)::text::bigint),
    number,
    (
      SELECT string_agg(each::text, ',' ORDER BY each)
      FROM pg_snapshot_xip(seen) AS each
      WHERE each::text::bigint < number
    )
  )::pg_snapshot
END;

-- Returns the condition, as SQL, that a snapshot sees the transaction of the number `xid`.
CREATE FUNCTION rollup_dim_sees(seen pg_snapshot, xid text) RETURNS text
LANGUAGE sql STABLE
RETURN format(
  '(%1$s < %2$s AND %1$s <> ALL (%3$L))',
  xid, pg_snapshot_xmax(seen), ARRAY(SELECT each::text::bigint FROM pg_snapshot_xip(seen) AS each)
);
