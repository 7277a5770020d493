-- A round adds up a bounded number of events, so that upkeep which has fallen behind catches up instead of taking longer each time,
-- and hashes them however many they are; VACUUM keeps nobody from the index of a day that events come to. As in
-- sql/variants/08_rollup_dims/up.sql.

DO $do$
DECLARE
  change record;
  before text;
  after text;
BEGIN
  IF to_regclass('rollup_dim_detail') IS NULL THEN
    RETURN; -- another design
  END IF;
  -- Not in the middle of a round.
  PERFORM FROM rollup_dim_mark FOR UPDATE;

  ALTER TABLE rollup_dim_tail
    ADD COLUMN below bigint NOT NULL DEFAULT greatest(
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint + 1
    ),
    ADD COLUMN events bigint NOT NULL DEFAULT 0;

  CREATE FUNCTION rollup_dim_round() RETURNS int
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN 1000000;

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

  CREATE OR REPLACE FUNCTION rollup_dim_summarize() RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '20ms' AS $$
  DECLARE
    part record;
  BEGIN
    FOR part IN
      SELECT
        indrelid::regclass AS name, indexrelid::regclass AS index,
        day >= (now() AT TIME ZONE 'UTC')::date
          AND parts.reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1'] IS NOT TRUE AS is_new
      FROM (SELECT day FROM unnest(rollup_dim_days()) AS day ORDER BY day DESC LIMIT 3) AS days
      JOIN pg_class AS parts ON parts.oid = to_regclass(format('events_p%s', to_char(day, 'YYYYMMDD')))
      JOIN pg_index ON indrelid = parts.oid
      JOIN pg_class AS indexes ON indexes.oid = indexrelid
      JOIN pg_am ON pg_am.oid = indexes.relam AND amname = 'brin'
    LOOP
      BEGIN
        IF part.is_new THEN
          EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_threshold = -1)', part.name);
          EXECUTE format('ALTER INDEX %s RESET (autosummarize)', part.index); -- set where the design is from before 0034
        END IF;
        PERFORM brin_summarize_new_values(part.index);
      EXCEPTION
        WHEN lock_not_available THEN NULL; -- VACUUM or ANALYZE has the table
      END;
    END LOOP;
  END
  $$;

  DROP FUNCTION rollup_dims(), rollup_dim_advance();

  CREATE FUNCTION rollup_dim_advance(most bigint DEFAULT NULL, OUT touched timestamptz[], OUT more boolean)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DECLARE
    mark record;
    seen pg_snapshot;
    days date[];
    added record;
    shared smallint[] := '{}';
    chunk date[];
    bound bigint;
  BEGIN
    touched := '{}';
    more := false;
    LOCK TABLE ONLY events IN ACCESS SHARE MODE;
    PERFORM FROM rollup_dim_mark FOR UPDATE;
    SELECT * INTO mark FROM rollup_dim_marked();
    -- The days are those of what this snapshot sees. The statement that adds has a later one, and leaves out what came since.
    SELECT rollup_dim_seen(), rollup_dim_days() INTO seen, days;
    -- Of loads of history all is added at once: days without roll-ups are inserted straight.
    SELECT below INTO bound
    FROM (
      SELECT below, sum(events) OVER (ORDER BY below) AS events
      FROM rollup_dim_tail
      WHERE
        below > pg_snapshot_xmax(mark.snapshot)::text::bigint
        AND day >= (now() AT TIME ZONE 'UTC')::date - 1
    ) AS parts
    WHERE events >= most
    ORDER BY below
    LIMIT 1;
    IF bound < pg_snapshot_xmax(seen)::text::bigint THEN
      more := true;
      seen := rollup_dim_before(seen, bound);
    END IF;
    IF mark.snapshot IS NULL THEN
      -- Of another cluster or a dump, in which these events had other numbers.
      PERFORM rollup_dim_forget(ARRAY(SELECT place FROM rollup_dimension));
      DELETE FROM rollup_dim_change;
    ELSE
      -- Some days at a time: a load of many days would not fit into memory. Changes are taken with the events of their day, in
      -- one snapshot; those of other days with the first.
      FOR number IN 1 .. greatest(cardinality(days), 1) BY 1 + cardinality(days) / 50 LOOP
        chunk := days[number : number + cardinality(days) / 50];
        added := rollup_dim_add(
          rollup_dim_behind(chunk, mark.snapshot, rollup_dim_sees(seen, 'written_xid'))
          || ' UNION ALL SELECT sign, ts, campaign_id, event_type, cost_micros, revenue_micros, metadata FROM taken WHERE '
          || rollup_dim_sees(mark.snapshot, 'row_xid'),
          format(
            'DELETE FROM rollup_dim_change WHERE %1$s = ANY (%2$L::date[]) OR (%3$L AND %1$s <> ALL (%4$L::date[])) RETURNING *',
            '(ts AT TIME ZONE ''UTC'')::date', chunk, number = 1, days
          ),
          ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped),
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

  CREATE FUNCTION rollup_dims() RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DECLARE
    advanced record;
    places smallint[];
    grown date;
    next timestamptz;
    began timestamptz := clock_timestamp();
  BEGIN
    advanced := rollup_dim_advance(rollup_dim_round());
    PERFORM rollup_dim_settle();
    PERFORM rollup_dim_close();
    -- Days and hours that have got many events by and by. To build a day of millions anew for an hour is not worth it.
    places := ARRAY(SELECT place FROM rollup_dimension WHERE NOT dropped ORDER BY place);
    FOR grown IN
      SELECT (day AT TIME ZONE 'UTC')::date
      FROM (
        SELECT DISTINCT date_bin('1 day', hour, 'epoch') AS day FROM unnest(advanced.touched) AS hour WHERE isfinite(hour)
      ) AS days
      CROSS JOIN LATERAL (
        SELECT sum(impressions + clicks + conversions) AS events
        FROM rollup_dim_day
        WHERE campaign_id = '' AND place = places[1] AND rollup_dim_day.day = days.day
      ) AS counted
      WHERE
        events > rollup_dim_few()
        AND (
          NOT day <@ rollup_dim_detailed(60)
          OR events < 5000000 AND EXISTS (
            SELECT FROM rollup_dim_hour
            WHERE
              campaign_id = '' AND place = places[1] AND hour = ANY (advanced.touched)
              AND hour >= day AND hour < day + interval '1 day'
              AND NOT hour <@ (SELECT rollup_dim_detailed(1))
            GROUP BY hour
            HAVING sum(impressions + clicks + conversions) > rollup_dim_few()
          )
        )
    LOOP
      PERFORM rollup_dim_forget(places, grown, grown);
    END LOOP;
    -- What can be built, newest first: a day, and more while that is quick.
    WHILE NOT advanced.more LOOP
      SELECT start INTO next
      FROM rollup_dim_pending
      WHERE NOT tstzrange(start, stop) && rollup_dim_incomplete()
      ORDER BY start DESC
      LIMIT 1;
      EXIT WHEN next IS NULL;
      PERFORM rollup_dim_build(next);
      EXIT WHEN clock_timestamp() > began + interval '500 milliseconds';
    END LOOP;
    RETURN advanced.more;
  END
  $$;

  FOR change IN
    SELECT *
    FROM (VALUES
      (
        'rollup_dim_add(text, text, smallint[], timestamptz)',
        $t$
            FROM source
            OFFSET 0 -- once for each event, and not for each set
$t$,
        $t$
            FROM source
            -- Always so. The planner expects a 200th of the rows: for a million or more it would sort them, once for each set.
            WHERE cost_micros * 0 = 0
            OFFSET 0 -- once for each event, and not for each set
$t$
      ),
      (
        'rollup_dim_close()',
        $t$
  incomplete tstzmultirange := rollup_dim_incomplete();
$t$,
        $t$
  incomplete tstzmultirange := rollup_dim_incomplete();
  over regclass;
$t$
      ),
      (
        'rollup_dim_close()',
        $t$
  WHERE hour >= at AND hour < at + interval '1 day' AND campaign_id <> '';
$t$,
        $t$
  WHERE hour >= at AND hour < at + interval '1 day' AND campaign_id <> '';
  -- VACUUM may come to the days before yesterday: rollup_dim_summarize().
  FOR over IN
    SELECT pg_class.oid::regclass
    FROM pg_inherits
    JOIN pg_class ON pg_class.oid = inhrelid
    WHERE
      inhparent = 'events'::regclass
      AND reloptions @> ARRAY['autovacuum_vacuum_insert_threshold=-1']
      AND relname < 'events_p' || to_char((now() AT TIME ZONE 'UTC')::date - 1, 'YYYYMMDD')
  LOOP
    EXECUTE format('ALTER TABLE %s RESET (autovacuum_vacuum_insert_threshold)', over);
  END LOOP;
$t$
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
