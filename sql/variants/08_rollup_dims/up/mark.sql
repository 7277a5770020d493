-- Events of transactions that this snapshot sees have been added up, and no others. As rollup_mark, it holds only for the
-- cluster that has written it; and only as long as the row is the one that was written: in a restored dump, also of this
-- cluster, it has another xmin, and so have the events. Hours before closed_to are in hours and days.
CREATE TABLE rollup_dim_mark (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  snapshot pg_snapshot NOT NULL,
  closed_to timestamptz NOT NULL,
  system_identifier bigint NOT NULL,
  stamp bigint
);

-- To be called in the transaction that has changed the mark, after it.
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

-- The mark; no row where it cannot be believed, as rollup_mark (sql/migrations/0006).
CREATE FUNCTION rollup_dim_marked() RETURNS SETOF rollup_dim_mark
LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT *
  FROM rollup_dim_mark
  WHERE
    system_identifier = (SELECT system_identifier FROM pg_control_system())
    AND stamp = xmin::text::bigint
    AND pg_snapshot_xmax(snapshot) <= pg_snapshot_xmax(pg_current_snapshot())
$$;

-- What this statement sees, but for what its own transaction has written.
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

-- The same snapshot, before the number of a transaction.
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

-- The condition on the number of a transaction that a snapshot sees it.
CREATE FUNCTION rollup_dim_sees(seen pg_snapshot, xid text) RETURNS text
LANGUAGE sql STABLE
RETURN format(
  '(%1$s < %2$s AND %1$s <> ALL (%3$L))',
  xid, pg_snapshot_xmax(seen), ARRAY(SELECT each::text::bigint FROM pg_snapshot_xip(seen) AS each)
);
