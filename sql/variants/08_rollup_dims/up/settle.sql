-- rollup_dim_settle(): follows a change of the declared dimensions.

-- Makes a new dimension pending everywhere, and drops one that is not declared any more, some rows in each round.
CREATE FUNCTION rollup_dim_settle() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  gone smallint;
  added smallint;
  wanted text;
  deleted bigint;
  removed bigint;
BEGIN
  UPDATE rollup_dimension SET dropped = true
  WHERE NOT dropped AND key NOT IN (SELECT key FROM declared_dimension);
  FOR wanted IN
    SELECT key FROM declared_dimension
    WHERE key NOT IN (SELECT key FROM rollup_dimension WHERE NOT dropped)
    ORDER BY place
  LOOP
    -- One that somebody deleted by hand has left its rows: they go as those of a dropped one, and nobody gets its place.
    INSERT INTO rollup_dimension (place, key, dropped)
    SELECT DISTINCT place, '', true FROM rollup_value WHERE place NOT IN (SELECT place FROM rollup_dimension);
    INSERT INTO rollup_dimension (place, key, merged)
    SELECT coalesce(max(place), 0) + 1, wanted, (SELECT rounds FROM rollup_dim_mark) FROM rollup_dimension
    RETURNING place INTO added;
    INSERT INTO rollup_value (place, value) VALUES (added, 'null');
    PERFORM rollup_dim_forget(ARRAY[added]);
    -- Of days whose raw events are not here it holds nothing: reports say so, as for a key that is not declared.
    INSERT INTO rollup_dim_pending (place, start, stop)
    SELECT added, coalesce(lower(span), '-infinity'), upper(span) FROM unnest(rollup_dim_incomplete()) AS span
    ON CONFLICT (place, start) DO NOTHING;
  END LOOP;
  SELECT place INTO gone FROM rollup_dimension WHERE dropped ORDER BY place LIMIT 1;
  IF gone IS NULL THEN
    RETURN;
  END IF;
  DELETE FROM rollup_dim_minute WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_minute WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS deleted = ROW_COUNT;
  DELETE FROM rollup_dim_hour WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_hour WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS removed = ROW_COUNT;
  deleted := deleted + removed;
  DELETE FROM rollup_dim_day WHERE ctid = ANY (ARRAY(SELECT ctid FROM rollup_dim_day WHERE place = gone LIMIT 100000));
  GET DIAGNOSTICS removed = ROW_COUNT;
  IF deleted + removed = 0 THEN
    DELETE FROM rollup_dim_large WHERE place = gone;
    DELETE FROM rollup_dim_delta WHERE place = gone;
    DELETE FROM rollup_value WHERE place = gone;
    DELETE FROM rollup_dim_pending WHERE place = gone;
    DELETE FROM rollup_dimension WHERE place = gone;
  END IF;
END
$$;
