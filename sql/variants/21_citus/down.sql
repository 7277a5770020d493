-- variant: citus, taken away; the extension stays, because others in this database may use it, and the three roles may
-- go on logging in, because another database of the cluster may need it.

DROP TABLE events, rollup_delta, rollup_minute, rollup_hour;

SELECT undistribute_table('raw_horizon');

SELECT undistribute_table('event_ids');

DROP FUNCTION
  rollup_capture(), rollup_truncate(), rollup_compact(), rollup_compact(bigint), rollup_shard(bigint, text),
  raw_kept_from(timestamptz, timestamptz);
