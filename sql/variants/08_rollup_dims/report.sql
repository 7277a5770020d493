-- variant: rollup_dims. One statement answers every report: totals as in 07, and questions about metadata or event types by
-- dimension_report(), in up/dimension_report.sql. It returns one column more than other designs, `note`, which that file explains.
-- In psql: sql/report.psql.
--
-- $1 campaigns    text[], null = all          $5 time zone  text: a name, or the buckets as {…}; see report_buckets()
-- $2 start        timestamptz, inclusive      $6 dimension  text: campaign_id, event_type or a metadata key; or null
-- $3 stop         timestamptz, exclusive      $7 filters    jsonb, see filter_path() in sql/migrations; or null
-- $4 granularity  text: minute, hour, day, week, month; or null
--
-- start and stop are whole minutes. Parameters that are null fold away when the statement is planned
-- (plan_cache_mode = force_custom_plan): of the branches below, a report keeps those it needs. Reports without group and
-- filter are planned once for all campaigns, windows and granularities (`totals: planned once` in up.sql), with $6 and $7
-- written out as null; so whether $1 is null must not decide between two indexes.

WITH
  buckets AS MATERIALIZED (SELECT report_buckets($2, $3, $4, $5) AS begins),
  -- Where the window and its buckets begin and end.
  edges AS (
    SELECT $2::timestamptz AS edge
    UNION ALL
    SELECT $3::timestamptz
    UNION ALL
    SELECT bucket
    FROM buckets, unnest(begins) AS bucket
    WHERE $4::text IN ('hour', 'day', 'week', 'month')
  ),
  -- The UTC days that an edge cuts are read by the hour; of these, the hours that an edge cuts (`India` days begin at half
  -- past) by the minute. All other days are read by the day.
  cut_days AS (
    SELECT DISTINCT date_bin('1 day', edge, 'epoch') AS day
    FROM edges
    WHERE edge <> date_bin('1 day', edge, 'epoch')
  ),
  cut_hours AS (
    SELECT DISTINCT date_bin('1 hour', edge, 'epoch') AS hour
    FROM edges
    WHERE edge <> date_bin('1 hour', edge, 'epoch')
  ),
  -- Neighbouring days as one span, from the first whole hour of the window to the last.
  hour_spans AS (
    SELECT
      greatest(min(day), date_bin('1 hour', $2 + interval '59 minutes', 'epoch')) AS start,
      least(max(day) + interval '24 hours', date_bin('1 hour', $3, 'epoch')) AS stop
    FROM (SELECT day, day - row_number() OVER (ORDER BY day) * interval '24 hours' AS island FROM cut_days) AS days
    WHERE $4 IS DISTINCT FROM 'minute'
    GROUP BY island
  ),
  minute_spans AS (
    SELECT greatest(hour, $2) AS start, least(hour + interval '1 hour', $3) AS stop
    FROM cut_hours
    WHERE $4 IS DISTINCT FROM 'minute'
    UNION ALL
    SELECT $2, $3
    WHERE $4 = 'minute'
  ),
  stored AS (
    SELECT
      day AS at, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM rollup_day
    WHERE
      $7::jsonb IS NULL AND ($6::text IS NULL OR $6 = 'campaign_id')
      AND ($4 IS NULL OR $4 NOT IN ('minute', 'hour'))
      -- The first whole day of the window to the last.
      AND day >= date_bin('1 day', $2 + interval '1439 minutes', 'epoch')
      AND day < date_bin('1 day', $3, 'epoch')
      AND day <> ALL (ARRAY(SELECT cut_days.day FROM cut_days))
      AND (
        (($1::text[] IS NOT NULL OR $6 IS NULL) AND campaign_id = ANY(coalesce($1, '{""}')))
        OR ($1 IS NULL AND $6 IS NOT NULL AND campaign_id <> '')
      )
    UNION ALL
    SELECT
      hour, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM
      hour_spans,
      -- OFFSET 0 makes each span use the index, also when the table was small while the plan was made.
      LATERAL (
        SELECT *
        FROM rollup_hour
        WHERE
          $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
          AND hour >= hour_spans.start AND hour < hour_spans.stop
          AND hour <> ALL (ARRAY(SELECT cut_hours.hour FROM cut_hours))
          AND (
            (($1 IS NOT NULL OR $6 IS NULL) AND campaign_id = ANY(coalesce($1, '{""}')))
            OR ($1 IS NULL AND $6 IS NOT NULL AND campaign_id <> '')
          )
        OFFSET 0
      ) AS hours
    UNION ALL
    SELECT
      minute, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM
      minute_spans,
      LATERAL (
        SELECT *
        FROM rollup_minute
        WHERE
          $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
          AND minute >= minute_spans.start AND minute < minute_spans.stop
          AND (
            (($1 IS NOT NULL OR $6 IS NULL) AND campaign_id = ANY(coalesce($1, '{""}')))
            OR ($1 IS NULL AND $6 IS NOT NULL AND campaign_id <> '')
          )
        OFFSET 0
      ) AS minutes
    UNION ALL
    -- The money of days with large amounts, in pieces that are bigint.
    SELECT
      minute, campaign_id,
      0, 0, 0, piece.cost_micros, piece.revenue_micros
    FROM rollup_large, bigint_pieces(rollup_large.cost_micros, rollup_large.revenue_micros) AS piece
    WHERE
      $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
      AND minute >= $2 AND minute < $3
      AND (
        (($1 IS NOT NULL OR $6 IS NULL) AND campaign_id = ANY(coalesce($1, '{""}')))
        OR ($1 IS NULL AND $6 IS NOT NULL AND campaign_id <> '')
      )
  ),
  mark AS MATERIALIZED (SELECT moved FROM rollup_moved_snapshot() AS moved),
  -- The deltas of transactions that the mark does not see: those since, and those that ran then. Two branches, so that each has
  -- its part of the index.
  unmoved_all AS NOT MATERIALIZED (
    SELECT *
    FROM rollup_delta_all
    -- The upper bound excludes nothing, nor do those of the second branch: two bounds are what makes the planner expect few
    -- rows, and take the index.
    WHERE xid >= (SELECT pg_snapshot_xmax(moved) FROM mark) AND xid <= '18446744073709551615'
    UNION ALL
    SELECT *
    FROM rollup_delta_all
    WHERE
      xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM mark))
      AND xid >= (SELECT pg_snapshot_xmin(moved) FROM mark) AND xid < (SELECT pg_snapshot_xmax(moved) FROM mark)
  ),
  unmoved AS NOT MATERIALIZED (
    SELECT *
    FROM rollup_delta
    WHERE xid >= (SELECT pg_snapshot_xmax(moved) FROM mark) AND xid <= '18446744073709551615'
    UNION ALL
    SELECT *
    FROM rollup_delta
    WHERE
      xid = ANY (ARRAY(SELECT pg_snapshot_xip(moved) FROM mark))
      AND xid >= (SELECT pg_snapshot_xmin(moved) FROM mark) AND xid < (SELECT pg_snapshot_xmax(moved) FROM mark)
  ),
  parts AS (
    SELECT *
    FROM stored
    UNION ALL
    SELECT
      minute, '',
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM unmoved_all
    WHERE
      $7 IS NULL AND $6 IS NULL
      AND minute >= $2 AND minute < $3
      AND $1 IS NULL
    UNION ALL
    SELECT
      minute, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM unmoved
    WHERE
      $7 IS NULL AND $6 = 'campaign_id'
      AND minute >= $2 AND minute < $3
      AND $1 IS NULL
    UNION ALL
    -- Apart, so that the index finds the campaigns also in a plan that is made without knowing $1.
    SELECT
      minute, campaign_id,
      impressions, clicks, conversions, cost_micros, revenue_micros
    FROM unmoved
    WHERE
      $7 IS NULL AND ($6 IS NULL OR $6 = 'campaign_id')
      AND minute >= $2 AND minute < $3
      AND $1 IS NOT NULL AND campaign_id = ANY($1)
  )
SELECT
  CASE WHEN $4 IS NOT NULL
    THEN (SELECT begins FROM buckets)[width_bucket(at, (SELECT begins FROM buckets))]
  END AS bucket,
  CASE WHEN $6 = 'campaign_id' THEN campaign_id END AS grp,
  sum(impressions)::bigint AS impressions,
  sum(clicks)::bigint AS clicks,
  sum(conversions)::bigint AS conversions,
  sum(cost_micros)::bigint AS cost_micros,
  sum(revenue_micros)::bigint AS revenue_micros,
  NULL::text AS note
FROM parts
GROUP BY 1, 2
-- Cells from which every event was deleted again are no rows, as they are none for raw events.
HAVING sum(impressions) + sum(clicks) + sum(conversions) > 0
UNION ALL
SELECT
  bucket, grp,
  sum(impressions)::bigint AS impressions,
  sum(clicks)::bigint AS clicks,
  sum(conversions)::bigint AS conversions,
  sum(cost_micros)::bigint AS cost_micros,
  sum(revenue_micros)::bigint AS revenue_micros,
  note
FROM dimension_report($1, $2, $3, $4, (SELECT begins FROM buckets), $6, $7) AS cells
WHERE $7 IS NOT NULL OR ($6 IS NOT NULL AND $6 <> 'campaign_id')
GROUP BY bucket, grp, note
HAVING sum(impressions) + sum(clicks) + sum(conversions) > 0 OR note = 'raw'
UNION ALL
-- No row. It names `events`, so that the statement has a lock on it before it has its snapshot: a partition that goes
-- in between would be missed by dimension_report without a word.
SELECT NULL, NULL, 0, 0, 0, 0, 0, NULL
FROM events
WHERE false;
