-- Upkeep of dimensions failed for ever after an edit by hand of `closed_to` in rollup_dim_mark, or after the row of a dimension was
-- deleted from rollup_dimension; `adpulse rebuild` failed, too. As in sql/variants/08_rollup_dims/up.

DO $do$
DECLARE
  change record;
  before text;
  after text;
BEGIN
  IF to_regclass('rollup_dim_mark') IS NULL THEN
    RETURN; -- another design
  END IF;
  -- Not in the middle of a round.
  PERFORM FROM rollup_dim_mark FOR UPDATE;

  FOR change IN
    SELECT *
    FROM (
      VALUES
      (
        'rollup_dim_settle()',
        $t$INSERT INTO rollup_dimension (place, key)$t$,
        $t$-- One that somebody deleted by hand has left its rows: they go as those of a dropped one, and nobody gets its place.
    INSERT INTO rollup_dimension (place, key, dropped)
    SELECT DISTINCT place, '', true FROM rollup_value WHERE place NOT IN (SELECT place FROM rollup_dimension);
    INSERT INTO rollup_dimension (place, key)$t$
      ),
      (
        'rollup_dim_advance(bigint)',
        $t$DELETE FROM rollup_dim_change;$t$,
        $t$DELETE FROM rollup_dim_change;
    -- Hours that are closed stay closed, also if the mark says otherwise: closing one again would fail.
    UPDATE rollup_dim_mark SET closed_to = greatest(
      least(closed_to, date_bin('1 hour', now() - interval '1 hour', 'epoch')),
      (SELECT max(hour) + interval '1 hour' FROM rollup_dim_hour WHERE campaign_id = '' AND isfinite(hour))
    );$t$
      )
    ) AS changes (name, old, new)
  LOOP
    before := pg_get_functiondef(change.name::regprocedure);
    after := replace(before, change.old, change.new);
    IF after = before THEN
      RAISE EXCEPTION '% is not as it was made: this migration cannot bring it up to date', change.name;
    END IF;
    EXECUTE after;
  END LOOP;
END
$do$;
