-- variant: citus, taken away; the extension stays, because others in this database may use it, and the three roles may
-- go on logging in, because another database of the cluster may need it.

DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I RESET citus.show_shards_for_app_name_prefixes', current_database());
  EXECUTE format('ALTER DATABASE %I RESET jit', current_database());
  EXECUTE format('ALTER DATABASE %I RESET max_parallel_workers_per_gather', current_database());
END
$$;

SELECT run_command_on_workers(format('ALTER DATABASE %I RESET jit', current_database()));

SELECT run_command_on_workers(format('ALTER DATABASE %I RESET max_parallel_workers_per_gather', current_database()));

DROP TABLE events, rollup_delta, rollup_minute, rollup_hour;

ALTER FUNCTION raw_kept(timestamptz) RESET citus.allow_nested_distributed_execution;

ALTER FUNCTION raw_kept(timestamptz, timestamptz) RESET citus.allow_nested_distributed_execution;

SELECT undistribute_table('raw_horizon');

SELECT undistribute_table('archived_days');

SELECT undistribute_table('event_ids');

DROP FUNCTION
  rollup_capture(), rollup_truncate(), rollup_compact(), rollup_compact(bigint), rollup_shard(bigint, regclass);
