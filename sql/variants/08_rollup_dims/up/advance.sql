-- rollup_dim_advance(): adds the events behind the mark, and moves the mark.
--
-- Always: roll-ups, deltas, mark, rollup_dim_tail and rollup_dim_change are changed in one transaction. So in every snapshot an
-- event is either in the roll-ups and deltas or behind the mark.

-- While more events of yesterday and today wait, a round adds about this many: about two seconds. Without a bound, each round of
-- an upkeep that has fallen behind would be longer than the last.
CREATE FUNCTION rollup_dim_round() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 1000000;

-- Adds all events behind the mark, or about `most` events of yesterday and today. Returns which hours before closed_to got
-- events, and if more events wait. One session at a time: a second waits for the first, and goes on from its mark.
CREATE FUNCTION rollup_dim_advance(most bigint DEFAULT NULL, OUT touched timestamptz[], OUT more boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  mark record;
  seen pg_snapshot;
  days date[];
  places smallint[];
  recent date[] := '{}';
  older date[];
  chunk date[];
  of_changes text;
  due smallint;
  added record;
  shared smallint[] := '{}';
  bound bigint;
  waiting bigint;
BEGIN
  touched := '{}';
  more := false;
  LOCK TABLE ONLY events IN ACCESS SHARE MODE;
  PERFORM FROM rollup_dim_mark FOR UPDATE;
  SELECT * INTO mark FROM rollup_dim_marked();
  -- The days are those of what this snapshot sees. The statement that adds has a later one, and leaves out what came since.
  SELECT rollup_dim_seen(), rollup_dim_days() INTO seen, days;
  places := ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped);
  -- Of loads of history all is added at once: days without roll-ups are inserted straight.
  SELECT min(below) FILTER (WHERE events >= most), max(events)
  INTO bound, waiting
  FROM (
    SELECT below, sum(events) OVER (ORDER BY below) AS events
    FROM rollup_dim_tail
    WHERE
      below > pg_snapshot_xmax(mark.snapshot)::text::bigint
      AND day >= (now() AT TIME ZONE 'UTC')::date - 1
  ) AS parts;
  IF bound < pg_snapshot_xmax(seen)::text::bigint THEN
    more := true;
    seen := rollup_dim_before(seen, bound);
  END IF;
  IF mark.snapshot IS NULL THEN
    -- Of another cluster or a dump, in which these events had other numbers.
    PERFORM rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension));
    DELETE FROM rollup_dim_change;
    -- Hours that are closed stay closed, also if the mark says otherwise: closing one again would fail.
    UPDATE rollup_dim_mark SET closed_to = greatest(
      least(closed_to, date_bin('1 hour', now() - interval '1 hour', 'epoch')),
      (SELECT max(hour) + interval '1 hour' FROM rollup_dim_hour WHERE campaign_id = '' AND isfinite(hour))
    );
    -- Of days that are not here any more, the deltas still count.
    UPDATE rollup_dimension SET merged = -1;
    PERFORM rollup_dim_merge((SELECT closed_to FROM rollup_dim_mark));
  ELSE
    IF waiting >= rollup_dim_busy() THEN
      recent := ARRAY(
        SELECT day FROM unnest(days) AS day WHERE isfinite(day) AND day >= (mark.closed_to AT TIME ZONE 'UTC')::date - 2
      );
    END IF;
    -- After an edit by hand: else no report would read the deltas of the next rounds.
    UPDATE rollup_dimension SET merged = mark.rounds WHERE merged > mark.rounds;
    -- One dimension a round, so that none takes long; all, if little else is to do.
    FOR due IN
      SELECT place
      FROM rollup_dimension
      WHERE NOT dropped AND merged <= mark.rounds - CASE recent WHEN '{}' THEN 1 ELSE rollup_dim_together() END
      ORDER BY merged, place
      LIMIT CASE WHEN recent <> '{}' THEN 1 END
    LOOP
      added := rollup_dim_merge(mark.closed_to, due);
      touched := touched || added.hours;
      shared := shared || added.folded;
    END LOOP;
    -- Changes are taken with the events of their day, in one snapshot; those of other days with the first older days.
    of_changes := ' UNION ALL SELECT sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM taken WHERE '
      || rollup_dim_sees(mark.snapshot, 'row_xid');
    IF recent <> '{}' THEN
      UPDATE rollup_dim_mark SET rounds = rounds + 1;
      PERFORM rollup_dim_collect(
        rollup_dim_sums(
          rollup_dim_behind(recent, mark.snapshot, rollup_dim_sees(seen, 'written_xid')) || of_changes, places, mark.closed_to
        ),
        format('DELETE FROM rollup_dim_change WHERE (ts AT TIME ZONE ''UTC'')::date = ANY (%L::date[]) RETURNING *', recent),
        mark.rounds + 1
      );
    END IF;
    older := ARRAY(SELECT day FROM unnest(days) AS day WHERE day <> ALL (recent));
    -- Some days at a time: a load of many days would not fit into memory.
    FOR number IN
      1 .. greatest(
        cardinality(older),
        (recent = '{}' OR EXISTS (SELECT FROM rollup_dim_change WHERE (ts AT TIME ZONE 'UTC')::date <> ALL (days)))::int
      )
      BY 1 + cardinality(older) / 50
    LOOP
      chunk := older[number : number + cardinality(older) / 50];
      added := rollup_dim_add(
        rollup_dim_behind(chunk, mark.snapshot, rollup_dim_sees(seen, 'written_xid')) || of_changes,
        format(
          'DELETE FROM rollup_dim_change WHERE %1$s = ANY (%2$L::date[]) OR (%3$L AND %1$s <> ALL (%4$L::date[])) RETURNING *',
          '(ts AT TIME ZONE ''UTC'')::date', chunk, number = 1, days
        ),
        places,
        chunk,
        mark.closed_to
      );
      touched := touched || added.hours;
      shared := shared || added.folded;
    END LOOP;
  END IF;
  UPDATE rollup_dim_mark SET snapshot = seen, system_identifier = (SELECT system_identifier FROM pg_control_system());
  PERFORM rollup_dim_stamp();
  DELETE FROM rollup_dim_tail
  WHERE pg_visible_in_snapshot(xid, seen) AND below <= pg_snapshot_xmax(seen)::text::bigint;
  IF mark.snapshot IS NULL THEN
    RETURN;
  END IF;
  UPDATE rollup_dimension SET folded = true WHERE place = ANY (shared) AND NOT folded;
  IF FOUND THEN
    RAISE WARNING 'more than % values, or longer ones than 200 characters: what is over of % shares the row "(other)"',
      rollup_dim_most(),
      (SELECT string_agg(quote_literal(key), ', ' ORDER BY key) FROM rollup_dimension WHERE place = ANY (shared));
  END IF;
END
$$;
