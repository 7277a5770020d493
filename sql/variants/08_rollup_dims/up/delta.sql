-- Deltas of dimensions: what rounds have added up, and what is not merged into the roll-ups yet.
--
--   rollup_dim_delta  the sums of the last rounds that had many events of these days. rollup_dim_collect() adds them,
--                     rollup_dim_merge() moves them into the roll-ups; rollup_dim_build(), rollup_dim_settle() and TRUNCATE
--                     delete some.
--
-- Always: an event that the mark sees is in the roll-ups or in a delta, and never in both. A report adds both. Of a pending span
-- (pending.sql) and of what it reads by the event, it reads neither. A delta of an hour that is closed meanwhile is merged like a
-- late event.

-- To add a second's events to the roll-ups means to change most rows of the current minute, once a second. To append them here
-- costs less, and a merge changes the same rows once for several rounds.
CREATE TABLE rollup_dim_delta (
  round bigint NOT NULL,
  place smallint NOT NULL,
  campaign_id text NOT NULL, -- '' for all campaigns together
  minute timestamptz NOT NULL,
  name text, -- as in the events; it has no place among the values yet
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros numeric NOT NULL,
  revenue_micros numeric NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_cost_delay = 0);

-- The rounds first: so reports and merges do not touch what was merged, and a VACUUM has not removed yet.
CREATE INDEX rollup_dim_delta_round_place_campaign_id_idx ON rollup_dim_delta (round, place, campaign_id);

-- A round with fewer events changes the roll-ups at once.
CREATE FUNCTION rollup_dim_busy() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 2000;

-- So many rounds of a dimension are merged together. A report reads them all.
CREATE FUNCTION rollup_dim_together() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 8;

-- Stores sums of recent minutes as the deltas of a round; `sums` is what rollup_dim_sums() returns, `taken` as in
-- rollup_dim_add().
CREATE FUNCTION rollup_dim_collect(sums text, taken text, round bigint) RETURNS void
LANGUAGE plpgsql SET work_mem = '128MB' SET enable_sort = off SET enable_incremental_sort = off SET enable_mergejoin = off
SET enable_nestloop = off SET enable_seqscan = off SET jit = off AS $$
BEGIN
  EXECUTE format($sql$
    WITH
      taken AS (%2$s),
      cells AS MATERIALIZED (
        SELECT *
        FROM (%1$s) AS sums
        WHERE NOT EXISTS (
          SELECT FROM rollup_dim_pending AS pending
          WHERE pending.place = sums.place AND minute >= start AND minute < stop
        )
      )
    INSERT INTO rollup_dim_delta
      (round, place, campaign_id, minute, name, impressions, clicks, conversions, cost_micros, revenue_micros)
    SELECT $1, place, campaign_id, minute, name, impressions, clicks, conversions, cost_micros, revenue_micros
    FROM (
      SELECT place, campaign_id, minute, name, impressions, clicks, conversions, cost_micros, revenue_micros
      FROM cells
      UNION ALL
      SELECT
        place, '', minute, name,
        total(impressions), total(clicks), total(conversions), sum(cost_micros), sum(revenue_micros)
      FROM cells
      GROUP BY place, minute, name
    ) AS sums_and_all
  $sql$, sums, taken)
  USING round;
END
$$;

-- Moves the deltas of a dimension into the roll-ups, or of all of them. Returns what rollup_dim_add() returns.
CREATE FUNCTION rollup_dim_merge(closed_to timestamptz, place smallint DEFAULT NULL, OUT hours timestamptz[], OUT folded smallint[])
LANGUAGE plpgsql AS $$
DECLARE
  merged bigint := (SELECT min(kept.merged) FROM rollup_dimension AS kept WHERE kept.place = coalesce($2, kept.place));
  added record;
BEGIN
  added := rollup_dim_add(
    $sql$
      SELECT
        place, name, campaign_id, minute,
        total(impressions) AS impressions,
        total(clicks) AS clicks,
        total(conversions) AS conversions,
        sum(cost_micros) AS cost_micros,
        sum(revenue_micros) AS revenue_micros
      FROM taken
      WHERE campaign_id <> '' AND place IN (SELECT place FROM rollup_dimension WHERE NOT dropped)
      GROUP BY place, name, campaign_id, minute
    $sql$,
    format(
      -- Both bounds, so that the planner takes the index.
      'DELETE FROM rollup_dim_delta WHERE round > %s AND round <= 9223372036854775807 AND place = coalesce(%L, place) RETURNING *',
      merged, $2
    ),
    NULL, '{}', closed_to
  );
  hours := added.hours;
  folded := added.folded;
  UPDATE rollup_dimension AS kept SET merged = (SELECT rounds FROM rollup_dim_mark) WHERE kept.place = coalesce($2, kept.place);
END
$$;
