-- A second's events of dimensions are appended as deltas, and several rounds merged into the roll-ups together. As in
-- sql/variants/08_rollup_dims/up.

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

  ALTER TABLE rollup_dim_mark ADD COLUMN rounds bigint NOT NULL DEFAULT 0;

  ALTER TABLE rollup_dimension ADD COLUMN merged bigint NOT NULL DEFAULT 0;

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

  -- Returns a query for the sums of signed events by dimension, value, campaign and minute. `source` is a query for the events. Where
  -- less is kept (detail.sql), `minute` is the begin of a quarter, hour or day: `coarse` are such days, `apart` is where all campaigns
  -- together (campaign_id = '') have sums of their own, and `quartered` where single ones have quarters.
  CREATE FUNCTION rollup_dim_sums(
    source text, places smallint[], closed_to timestamptz,
    coarse timestamptz[] DEFAULT '{}', apart tstzmultirange DEFAULT '{}', quartered tstzmultirange DEFAULT '{}'
  ) RETURNS text
  LANGUAGE plpgsql STABLE AS $$
  DECLARE
    names text;
    sets text;
    place_of text;
    name_of text;
  BEGIN
    -- A column for each dimension, and a grouping set: twice as fast as a row for each event and dimension.
    SELECT
      string_agg(format('metadata ->> %L AS name_%s', key, place), ', '),
      string_agg(
        format('(campaign_id, minute, name_%1$s)' || CASE WHEN isempty(apart) THEN '' ELSE ', (minute_of_all, name_%1$s)' END, place), ', '
      ),
      string_agg(format('WHEN grouping(name_%1$s) = 0 THEN %1$s', place), ' '),
      string_agg(format('WHEN grouping(name_%1$s) = 0 THEN name_%1$s', place), ' ')
    INTO names, sets, place_of, name_of
    FROM rollup_dimension
    WHERE place = ANY (places);
    IF names IS NULL THEN
      RETURN $sql$
        SELECT
          NULL::smallint AS place, NULL AS name, NULL AS campaign_id, NULL::timestamptz AS minute,
          0::bigint AS impressions, 0::bigint AS clicks, 0::bigint AS conversions, 0::numeric AS cost_micros, 0::numeric AS revenue_micros
        WHERE false
      $sql$;
    END IF;
    RETURN format($sql$
      SELECT *
      FROM (
        SELECT
          (CASE %4$s END)::smallint AS place,
          CASE %5$s END AS name,
          %6$s,
          coalesce(sum(sign) FILTER (WHERE event_type = 'impression'), 0) AS impressions,
          coalesce(sum(sign) FILTER (WHERE event_type = 'click'), 0) AS clicks,
          coalesce(sum(sign) FILTER (WHERE event_type = 'conversion'), 0) AS conversions,
          sum(cost_micros) AS cost_micros,
          sum(revenue_micros) AS revenue_micros
        FROM (
          SELECT
            sign, campaign_id,
            CASE
              WHEN is_coarse THEN date_bin('1 day', ts, 'epoch')
              WHEN is_apart THEN date_bin(CASE WHEN ts <@ %10$L::tstzmultirange THEN interval '15 minutes' ELSE '1 hour' END, ts, 'epoch')
              WHEN ts >= %7$L OR ts <@ (SELECT rollup_dim_fine()) THEN date_bin('1 minute', ts, 'epoch')
              ELSE date_bin('1 hour', ts, 'epoch')
            END AS minute,
            CASE WHEN is_apart THEN date_bin(CASE WHEN is_coarse THEN interval '1 hour' ELSE '1 minute' END, ts, 'epoch') END
              AS minute_of_all,
            event_type, sign * cost_micros AS cost_micros, sign * revenue_micros AS revenue_micros, %2$s
          FROM
            (%1$s) AS source,
            LATERAL (
              SELECT
                %8$L <> '{}' AND date_bin('1 day', ts, 'epoch') = ANY (%8$L::timestamptz[]) AS is_coarse,
                NOT isempty(%9$L::tstzmultirange) AND ts <@ %9$L::tstzmultirange AS is_apart
            ) AS levels
          -- Always so. The planner expects a 200th of the rows: for a million or more it would sort them, once for each set.
          WHERE cost_micros * 0 = 0
          OFFSET 0 -- once for each event, and not for each set
        ) AS named
        GROUP BY GROUPING SETS (%3$s)
      ) AS grouped
      WHERE minute IS NOT NULL
    $sql$,
      source, names, sets, place_of, name_of,
      CASE
        WHEN isempty(apart) THEN 'campaign_id, minute'
        ELSE 'coalesce(campaign_id, '''') AS campaign_id, coalesce(minute, minute_of_all) AS minute'
      END,
      closed_to - interval '3 days', coarse, apart, quartered
    );
  END
  $$;

  -- `source` is a query for signed events, which are added up for the dimensions `places`; or if that is null, for sums. It may read
  -- `taken`, what the statement `taken` deletes and returns. Except for changes, all events are of `days`. Returns the hours before
  -- `closed_to` that got events, and the places of dimensions of which a value was added to "(other)".
  CREATE OR REPLACE FUNCTION rollup_dim_add(
    source text, taken text, places smallint[], days date[], closed_to timestamptz,
    OUT hours timestamptz[], OUT folded smallint[]
  )
  -- The planner expects few rows: it would sort what is better hashed, and read all of a partition that is not analysed yet.
  -- What it must not do costs so much, before PostgreSQL 18, that it would compile the statement.
  LANGUAGE plpgsql SET work_mem = '128MB' SET enable_sort = off SET enable_incremental_sort = off SET enable_mergejoin = off
  SET enable_nestloop = off SET enable_seqscan = off SET jit = off AS $$
  DECLARE
    coarse timestamptz[] := rollup_dim_coarse(days, closed_to);
    apart tstzmultirange := rollup_dim_apart(days, coarse, closed_to);
    quartered tstzmultirange := rollup_dim_quartered(apart);
    -- Both with the same levels: compaction may change what they are read from.
    sums text := CASE WHEN places IS NULL THEN source ELSE rollup_dim_sums(source, places, closed_to, coarse, apart, quartered) END;
  BEGIN
    EXECUTE format($sql$
      WITH
        taken AS (%2$s),
        fine AS MATERIALIZED (SELECT rollup_dim_fine() AS spans),
        cells AS MATERIALIZED (
          SELECT *, coalesce(to_json(name)::text, 'null') AS value
          FROM (%1$s) AS sums
          -- Of what is pending, raw events are read until it is built, with these.
          WHERE NOT EXISTS (
            SELECT FROM rollup_dim_pending AS pending
            WHERE pending.place = sums.place AND minute >= start AND minute < stop AND $1
          )
        ),
        -- A new value has rows of its own as long as there is room.
        folds AS MATERIALIZED (
          SELECT place, value, is_known, rollup_fold(name, is_known, number > room) AS kept
          FROM (
            SELECT
              names.*,
              row_number() OVER (PARTITION BY place, is_known, rollup_fold(name, false, false) = '' ORDER BY value) AS number,
              rollup_dim_most() - (SELECT count(*) FROM rollup_value WHERE rollup_value.place = names.place) AS room
            FROM (
              SELECT DISTINCT place, name, value, known.value IS NOT NULL AS is_known
              FROM cells
              LEFT JOIN rollup_value AS known USING (place, value)
            ) AS names
          ) AS numbered
        ),
        learnt AS (
          INSERT INTO rollup_value (place, value)
          SELECT place, kept
          FROM folds
          WHERE NOT is_known AND kept <> ''
          ORDER BY 1, 2
          ON CONFLICT (place, value) DO NOTHING
        ),
        -- Days of which this adds more than 2^40 micros: their money goes into rollup_dim_large, as in 07.
        large_days AS (
          SELECT date_bin('1 day', minute, 'epoch') AS day
          FROM cells
          WHERE campaign_id <> ''
          GROUP BY place, day
          HAVING sum(abs(cost_micros)) > 1099511627776 OR sum(abs(revenue_micros)) > 1099511627776
        ),
        summed AS MATERIALIZED (
          SELECT
            sums.*,
            date_bin('1 hour', minute, 'epoch') AS hour,
            date_bin('1 day', minute, 'epoch') AS day,
            date_bin('1 day', minute, 'epoch') IN (SELECT large_days.day FROM large_days) AS is_large
          FROM (
            -- Cells are these already, but for values that share a row.
            SELECT
              campaign_id, place, value, minute, impressions, clicks, conversions,
              cost_micros AS all_cost, revenue_micros AS all_revenue
            FROM cells
            WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept <> '')
            UNION ALL
            SELECT
              campaign_id, place, '', minute,
              total(impressions), total(clicks), total(conversions), sum(cost_micros), sum(revenue_micros)
            FROM cells
            WHERE campaign_id <> '' AND (place, value) IN (SELECT place, value FROM folds WHERE kept = '')
            GROUP BY 1, 2, 4
            UNION ALL
            SELECT
              '', place, kept, minute,
              total(impressions), total(clicks), total(conversions), sum(cost_micros), sum(revenue_micros)
            FROM cells
            JOIN folds USING (place, value)
            -- Where they are added up apart, all campaigns together are cells of their own.
            WHERE (campaign_id = '') = (minute <@ $4)
            GROUP BY 2, 3, 4
          ) AS sums
        ),
        counted AS (
          SELECT
            *,
            CASE WHEN is_large THEN 0 ELSE all_cost END::bigint AS cost_micros,
            CASE WHEN is_large THEN 0 ELSE all_revenue END::bigint AS revenue_micros
          FROM summed
        ),
        -- OFFSET 0: a look for each, and no join with all that is kept.
        known_days AS MATERIALIZED (
          SELECT DISTINCT day
          FROM (SELECT DISTINCT place, day FROM summed WHERE campaign_id = '' AND minute < $2) AS days
          WHERE
            day IN (SELECT kept.day FROM rollup_dim_day AS kept WHERE kept.campaign_id = '')
            OR EXISTS (
              SELECT FROM rollup_dim_hour AS kept
              WHERE
                kept.campaign_id = '' AND kept.place = days.place
                AND kept.hour >= days.day AND kept.hour < days.day + interval '1 day'
              OFFSET 0
            )
        ),
        -- Days of which nothing was known, and that bring many events at once: built in full, there and then.
        fresh AS (
          SELECT day, hour, sum(impressions + clicks + conversions) AS events
          FROM summed
          WHERE
            campaign_id = '' AND minute < $2 AND place = (SELECT min(place) FROM summed)
            AND day NOT IN (SELECT known_days.day FROM known_days) AND day <> ALL ($3)
          GROUP BY day, hour
        ),
        detail AS (
          INSERT INTO rollup_dim_detail (minutes, at)
          SELECT minutes, hour
          FROM fresh, (VALUES (1, rollup_dim_few()), (0, rollup_dim_thin())) AS finer (minutes, over)
          WHERE
            events > over
            AND (hour >= $2 - interval '3 days' OR (hour <@ (SELECT spans FROM fine) AND (minutes = 0 OR NOT hour <@ $4)))
          UNION
          SELECT 15, hour FROM fresh WHERE events > rollup_dim_few() AND hour <@ $5
          UNION
          SELECT 60, day FROM fresh GROUP BY day HAVING sum(events) > rollup_dim_few()
          UNION
          -- All of recent days, as rollup_dim_close() does.
          SELECT minutes, at
          FROM
            (SELECT DISTINCT day FROM fresh WHERE day > $2 - interval '3 days') AS days,
            LATERAL (
              SELECT 60 AS minutes, day AS at
              UNION ALL
              SELECT minutes, hour
              FROM
                generate_series(0, 1) AS minutes,
                generate_series(
                  greatest(day, $2 - interval '2 days'), least(day + interval '23 hours', $2 - interval '1 hour'), interval '1 hour'
                ) AS hour
            ) AS finer
          ORDER BY 1, 2
          ON CONFLICT (minutes, at) DO NOTHING
          RETURNING minutes, at
        ),
        large AS (
          INSERT INTO rollup_dim_large AS kept
          SELECT campaign_id, place, minute, value, all_cost, all_revenue
          FROM summed
          WHERE is_large
          ORDER BY 1, 2, 3, 4
          ON CONFLICT (campaign_id, place, minute, value) DO UPDATE SET
            cost_micros = kept.cost_micros + excluded.cost_micros,
            revenue_micros = kept.revenue_micros + excluded.revenue_micros
        ),
        of_minutes AS (
          SELECT
            campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros,
            minute < $2 AND day NOT IN (SELECT known_days.day FROM known_days) AS is_new
          FROM counted
          WHERE
            minute >= $2
            OR CASE campaign_id
              WHEN '' THEN minute <@ (SELECT rollup_dim_detailed(0)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 0)
              ELSE
                minute <@ (SELECT rollup_dim_detailed(1)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 1)
                OR minute <@ $5 AND (
                  minute <@ (SELECT rollup_dim_detailed(15)) OR hour IN (SELECT at FROM detail WHERE detail.minutes = 15)
                )
            END
          UNION ALL
          -- Changes of other days than `days` were added up by the minute.
          SELECT
            campaign_id, place, date_bin('15 minutes', minute, 'epoch') AS quarter, value,
            total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros),
            day NOT IN (SELECT known_days.day FROM known_days)
          FROM counted
          WHERE
            campaign_id <> '' AND minute < $2
            AND minute <@ (SELECT rollup_dim_detailed(15) - rollup_dim_detailed(1)) AND NOT minute <@ $5
          GROUP BY campaign_id, place, quarter, value, day
        ),
        new_minutes AS (
          INSERT INTO rollup_dim_minute
            (campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros)
          SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM of_minutes
          WHERE is_new
          ORDER BY campaign_id COLLATE "C", place, minute, value COLLATE "C"
        ),
        minutes AS (
          INSERT INTO rollup_dim_minute AS kept
            (campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros)
          SELECT campaign_id, place, minute, value, impressions, clicks, conversions, cost_micros, revenue_micros
          FROM of_minutes
          WHERE NOT is_new
          ORDER BY campaign_id COLLATE "C", place, minute, value COLLATE "C"
          ON CONFLICT (campaign_id, place, minute, value) DO UPDATE SET
            impressions = kept.impressions + excluded.impressions,
            clicks = kept.clicks + excluded.clicks,
            conversions = kept.conversions + excluded.conversions,
            cost_micros = kept.cost_micros + excluded.cost_micros,
            revenue_micros = kept.revenue_micros + excluded.revenue_micros
        ),
        -- Added up before they are put in order, which is by bytes: both are many times faster.
        of_hours AS MATERIALIZED (
          SELECT
            campaign_id, place, hour, value,
            total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
          FROM counted
          WHERE
            minute < $2
            AND (campaign_id = '' OR minute <@ (SELECT rollup_dim_detailed(60)) OR day IN (SELECT at FROM detail WHERE detail.minutes = 60))
          GROUP BY 1, 2, 3, 4
        ),
        new_hours AS (
          INSERT INTO rollup_dim_hour
            (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
          SELECT *
          FROM of_hours
          WHERE date_bin('1 day', hour, 'epoch') NOT IN (SELECT known_days.day FROM known_days)
          ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
        ),
        hours AS (
          INSERT INTO rollup_dim_hour AS kept
            (campaign_id, place, hour, value, impressions, clicks, conversions, cost_micros, revenue_micros)
          SELECT *
          FROM of_hours
          WHERE date_bin('1 day', hour, 'epoch') IN (SELECT known_days.day FROM known_days)
          ORDER BY campaign_id COLLATE "C", place, hour, value COLLATE "C"
          ON CONFLICT (campaign_id, place, hour, value) DO UPDATE SET
            impressions = kept.impressions + excluded.impressions,
            clicks = kept.clicks + excluded.clicks,
            conversions = kept.conversions + excluded.conversions,
            cost_micros = kept.cost_micros + excluded.cost_micros,
            revenue_micros = kept.revenue_micros + excluded.revenue_micros
        ),
        of_days AS MATERIALIZED (
          SELECT
            campaign_id, place, day, value,
            total(impressions), total(clicks), total(conversions), total(cost_micros), total(revenue_micros)
          FROM counted
          WHERE minute < $2
          GROUP BY 1, 2, 3, 4
        ),
        new_days AS (
          INSERT INTO rollup_dim_day
            (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
          SELECT *
          FROM of_days
          WHERE day NOT IN (SELECT known_days.day FROM known_days)
          ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
        ),
        days AS (
          INSERT INTO rollup_dim_day AS kept
            (campaign_id, place, day, value, impressions, clicks, conversions, cost_micros, revenue_micros)
          SELECT *
          FROM of_days
          WHERE day IN (SELECT known_days.day FROM known_days)
          ORDER BY campaign_id COLLATE "C", place, day, value COLLATE "C"
          ON CONFLICT (campaign_id, place, day, value) DO UPDATE SET
            impressions = kept.impressions + excluded.impressions,
            clicks = kept.clicks + excluded.clicks,
            conversions = kept.conversions + excluded.conversions,
            cost_micros = kept.cost_micros + excluded.cost_micros,
            revenue_micros = kept.revenue_micros + excluded.revenue_micros
        )
      SELECT
        ARRAY(SELECT DISTINCT hour FROM summed WHERE minute < $2 AND campaign_id = ''),
        ARRAY(SELECT DISTINCT place FROM folds WHERE kept = '')
    $sql$, sums, taken)
    INTO hours, folded
    USING taken <> 'SELECT', closed_to, coarse, apart, quartered; -- rollup_dim_build() adds what is pending
  END
  $$;

  CREATE OR REPLACE FUNCTION rollup_dim_advance(most bigint DEFAULT NULL, OUT touched timestamptz[], OUT more boolean)
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

  FOR change IN
    SELECT *
    FROM (
      VALUES
      (
        'rollup_dim_build(timestamptz, boolean)',
        $t$DELETE FROM rollup_dim_day WHERE rollup_dim_day.day = $1 AND place = ANY (places);$t$,
        $t$DELETE FROM rollup_dim_day WHERE rollup_dim_day.day = $1 AND place = ANY (places);
  DELETE FROM rollup_dim_delta
  WHERE minute >= $1 AND (minute < $1 + interval '1 day' OR minute = $1) AND place = ANY (places);$t$
      ),
      (
        'rollup_dim_settle()',
        $t$DELETE FROM rollup_dim_large WHERE place = gone;$t$,
        $t$DELETE FROM rollup_dim_large WHERE place = gone;
    DELETE FROM rollup_dim_delta WHERE place = gone;$t$
      ),
      (
        'rollup_dim_settle()',
        $t$INSERT INTO rollup_dimension (place, key)$t$,
        $t$INSERT INTO rollup_dimension (place, key, merged)$t$
      ),
      (
        'rollup_dim_settle()',
        $t$SELECT coalesce(max(place), 0) + 1, wanted FROM$t$,
        $t$SELECT coalesce(max(place), 0) + 1, wanted, (SELECT rounds FROM rollup_dim_mark) FROM$t$
      ),
      (
        'rollup_truncate()',
        $t$rollup_dim_large, rollup_dim_detail,$t$,
        $t$rollup_dim_large, rollup_dim_delta, rollup_dim_detail,$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$EXISTS (SELECT FROM rollup_dim_change) AS is_changed$t$,
        $t$EXISTS (SELECT FROM rollup_dim_change) AS is_changed,
    ARRAY(SELECT generate_series(merged + 1, rounds)) AS rounds$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$bitmapscan text := current_setting('enable_bitmapscan');$t$,
        $t$bitmapscan text := current_setting('enable_bitmapscan');
  sort text := current_setting('enable_sort');
  parallel text := current_setting('max_parallel_workers_per_gather');$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$rollup_dim_behind(kept.days, kept.snapshot, format('%s AND NOT ts <@ %L::tstzmultirange', passes, by_event)),$t$,
        $t$rollup_dim_behind(
        kept.days, kept.snapshot,
        concat_ws(' AND ', passes, CASE WHEN NOT isempty(by_event) THEN format('NOT ts <@ %L::tstzmultirange', by_event) END)
      ),$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$-- Not all of a partition that is not analysed yet.$t$,
        $t$-- Not all of a partition that is not analysed yet, and no sort of it, as the planner expects few rows. What came in the last
    -- second is read before other processes could begin to help.$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', bitmapscan, true);$t$,
        $t$set_config('enable_seqscan', 'off', true),
      set_config('enable_bitmapscan', bitmapscan, true),
      set_config('enable_sort', 'off', true),
      set_config('max_parallel_workers_per_gather', CASE WHEN isempty(by_event) THEN '0' ELSE parallel END, true);$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$USING granularity, buckets, dimension, asked, kept.place, kept.names >= rollup_dim_most(), wants_other;$t$,
        $t$USING granularity, buckets, dimension, asked, kept.place, kept.names >= rollup_dim_most(), wants_other;
    PERFORM set_config('enable_sort', sort, true), set_config('max_parallel_workers_per_gather', parallel, true);$t$
      ),
      (
        'dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb)',
        $t$IF wanted IS NOT NULL AND kept.names > 100 THEN$t$,
        $t$-- What rounds have added up and not merged yet.
  IF kept.rounds <> '{}' THEN
    RETURN QUERY
    SELECT
      bucket,
      CASE WHEN dimension = 'campaign_id' THEN campaign_id WHEN dimension IS NOT NULL AND value <> '' THEN name END,
      impressions, clicks, conversions, cost_micros, revenue_micros,
      CASE WHEN value = '' AND dimension <> 'campaign_id' THEN 'other' END
    FROM (
      SELECT
        cells.*,
        rollup_fold(
          name,
          EXISTS (SELECT FROM rollup_value WHERE place = kept.place AND value = coalesce(to_json(name)::text, 'null')),
          kept.names >= rollup_dim_most()
        ) AS value
      FROM (
        SELECT
          CASE WHEN granularity IS NOT NULL THEN buckets[width_bucket(minute, buckets)] END AS bucket,
          CASE WHEN dimension = 'campaign_id' THEN campaign_id END AS campaign_id,
          name,
          sum(impressions)::bigint AS impressions,
          sum(clicks)::bigint AS clicks,
          sum(conversions)::bigint AS conversions,
          sum(cost_micros) AS cost_micros,
          sum(revenue_micros) AS revenue_micros
        FROM (
          SELECT deltas.*
          FROM
            unnest(kept.rounds) AS of_round,
            (SELECT DISTINCT unnest(whose) AS campaign) AS campaigns,
            LATERAL (
              SELECT *
              FROM rollup_dim_delta
              WHERE round = of_round AND place = kept.place AND campaign_id = campaign
              OFFSET 0
            ) AS deltas
          UNION ALL
          SELECT *
          FROM rollup_dim_delta
          WHERE round = ANY (kept.rounds) AND place = kept.place AND campaign_id <> '' AND whose IS NULL
        ) AS deltas
        WHERE
          minute >= start AND minute < stop AND NOT minute <@ by_event
          AND (filters IS NULL OR wants_other OR group_matches(name, condition))
        GROUP BY 1, 2, 3
      ) AS cells
    ) AS folded
    WHERE NOT wants_other OR value = '';
  END IF;

  IF wanted IS NOT NULL AND kept.names > 100 THEN$t$
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
