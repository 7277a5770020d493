-- raw_report(): answers questions that the roll-ups cannot answer, from raw events.

-- A function, because the planner does not look inside: PostgreSQL opens the partitions only when it is called, and report.sql
-- learns only when it runs which dimensions there are. The statement is that of 01_btree.
CREATE FUNCTION raw_report(
  campaigns text[], start timestamptz, stop timestamptz, granularity text, buckets timestamptz[], dimension text,
  filters jsonb
) RETURNS TABLE (
  bucket timestamptz, grp text, impressions bigint, clicks bigint, conversions bigint,
  cost_micros numeric, revenue_micros numeric
)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT
    CASE WHEN $4 IS NOT NULL THEN $5[width_bucket(ts, $5)] END,
    event_group(campaign_id, event_type::text, metadata, $6),
    count(*) FILTER (WHERE event_type = 'impression'),
    count(*) FILTER (WHERE event_type = 'click'),
    count(*) FILTER (WHERE event_type = 'conversion'),
    coalesce(sum(cost_micros), 0),
    coalesce(sum(revenue_micros), 0)
  FROM events
  WHERE
    ts >= $2 AND ts < $3
    AND ($1 IS NULL OR campaign_id = ANY($1))
    AND event_matches(campaign_id, event_type::text, metadata, $7)
    AND raw_kept($2, $3)
  GROUP BY 1, 2;
END
$$;
