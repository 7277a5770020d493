-- Counts the different users in the rows of a report. Roll-ups cannot tell them, because users do not add up. So this
-- statement reads raw events, in any variant; it runs only if a report names unique_users.
--
-- $1 to $7 as in every report.sql:
-- $1 campaigns    text[], null = all          $5 time zone  text: a name, or the buckets as {…}; see report_buckets()
-- $2 start        timestamptz, inclusive      $6 dimension  text: campaign_id, event_type or a metadata key; or null
-- $3 stop         timestamptz, exclusive      $7 filters    jsonb, see filter_path() in sql/migrations; or null
-- $4 granularity  text: minute, hour, day, week, month; or null
-- and
-- $8 kept         text[], the groups with a row of their own (null among them: events without the key);
--                 all others share one row, "other". null = every group has its row
--
-- level 0: one row of the report; level 2: a group over all buckets; level 3: the total.

WITH
  buckets AS MATERIALIZED (SELECT report_buckets($2, $3, $4, $5) AS begins),
  -- A user once per row of the report: from here on there is little left to count.
  seen AS (
    SELECT DISTINCT
      CASE WHEN $4::text IS NOT NULL
        THEN (SELECT begins FROM buckets)[width_bucket(ts, (SELECT begins FROM buckets))]
      END AS bucket,
      event_group(campaign_id, event_type::text, metadata, $6::text) AS grp,
      user_id
    FROM events
    WHERE
      ts >= $2::timestamptz
      AND ts < $3::timestamptz
      AND ($1::text[] IS NULL OR campaign_id = ANY($1))
      AND event_matches(campaign_id, event_type::text, metadata, $7::jsonb)
      AND raw_kept($2, $3)
  ),
  marked AS (
    SELECT
      bucket,
      grp,
      user_id,
      $8::text[] IS NOT NULL
      -- ANY over an array with a null says null instead of false; of null in an empty array it says false.
      AND NOT CASE
        WHEN grp IS NULL THEN array_position($8, NULL) IS NOT NULL
        ELSE grp = ANY(array_remove($8, NULL))
      END AS other
    FROM seen
  ),
  folded AS (
    SELECT bucket, CASE WHEN NOT other THEN grp END AS grp, other, user_id
    FROM marked
  )
SELECT
  grouping(bucket, other) AS level,
  bucket,
  grp,
  other,
  count(DISTINCT user_id) AS unique_users
FROM folded
GROUP BY GROUPING SETS ((bucket, grp, other), (grp, other), ());
