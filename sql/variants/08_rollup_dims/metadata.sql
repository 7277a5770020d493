-- variant: rollup_dims. The part of report.sql that answers what asks for metadata or event types, with its parameters and
-- columns: planned in a fifth of the time.

SELECT
  bucket, grp,
  sum(impressions)::bigint AS impressions,
  sum(clicks)::bigint AS clicks,
  sum(conversions)::bigint AS conversions,
  sum(cost_micros)::bigint AS cost_micros,
  sum(revenue_micros)::bigint AS revenue_micros,
  note
FROM dimension_report($1, $2, $3, $4, report_buckets($2, $3, $4, $5), $6, $7) AS cells
GROUP BY bucket, grp, note
HAVING sum(impressions) + sum(clicks) + sum(conversions) > 0 OR note = 'raw'
UNION ALL
-- No row. It names `events`, so that the statement has a lock on it before it has its snapshot: a partition that goes
-- in between would be missed by dimension_report without a word. And before it the first table that report.sql names:
-- a design that takes the place of this one waits here, as for other reports, and not in the middle.
SELECT NULL, NULL, 0, 0, 0, 0, 0, NULL
FROM rollup_day CROSS JOIN ONLY events
WHERE false;
