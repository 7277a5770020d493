-- rollup_dim_add(): adds events to the roll-ups, in one statement. Rounds, merges and rollup_dim_build() call it, with different
-- sources.
--
-- The statement, from top to bottom: `cells` has the sums. `folds` and `learnt` decide which values have rows of their own.
-- `summed` has the sums by these values, and `counted` the same without large amounts, which go to `large`. `known_days`,
-- `fresh` and `detail` decide which finer roll-ups are kept. The rest writes minutes, hours and days: by a plain INSERT for
-- days without roll-ups, and with ON CONFLICT for others.

-- `source` is a query for signed events, which are added up for the dimensions `places`; or if that is null, for sums. It may read
-- `taken`, what the statement `taken` deletes and returns. Except for changes, all events are of `days`. Returns the hours before
-- `closed_to` that got events, and the places of dimensions of which a value was added to "(other)".
CREATE FUNCTION rollup_dim_add(
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
