-- variant: rollup_dims, taken away completely.

DROP TABLE events;

DROP FUNCTION event_xid(), rollup_capture(), rollup_truncate(), rollup_emptying();

DROP FUNCTION
  raw_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb),
  dimension_report(text[], timestamptz, timestamptz, text, timestamptz[], text, jsonb),
  rollup_dim_detailed_in(tstzmultirange, int);

-- Not there in a new database: what services of the version before migration 0011 call.
DROP FUNCTION IF EXISTS raw_report(text[], timestamptz, timestamptz, text, text, text, jsonb);

DROP FUNCTION
  rollup_dims(), rollup_dim_stamp(), rollup_dim_advance(bigint), rollup_dim_stray(timestamptz, timestamptz),
  rollup_dim_close(), rollup_dim_begin(), rollup_dim_settle(), rollup_dim_keep(date), rollup_dim_build(timestamptz, boolean),
  rollup_dim_forget(smallint[], date, date), rollup_dim_add(text, text, smallint[], date[], timestamptz),
  rollup_dim_sums(text, smallint[], timestamptz, timestamptz[], tstzmultirange, tstzmultirange),
  rollup_dim_collect(text, text, bigint), rollup_dim_merge(timestamptz, smallint),
  rollup_dim_busy(), rollup_dim_together(),
  rollup_dim_quartered(tstzmultirange), rollup_dim_midnights(), rollup_dim_apart(date[], timestamptz[], timestamptz),
  rollup_dim_coarse(date[], timestamptz), rollup_dim_fine(),
  rollup_dim_detailed(int), rollup_dim_incomplete(), rollup_dim_summarize(),
  rollup_dim_behind(date[], pg_snapshot, text), rollup_dim_days(), rollup_dim_within(date),
  rollup_dim_sees(pg_snapshot, text), rollup_dim_marked(), rollup_dim_before(pg_snapshot, bigint), rollup_dim_seen(),
  rollup_fold(text, boolean, boolean),
  rollup_dim_round(), rollup_dim_few(), rollup_dim_many(), rollup_dim_thin(), rollup_dim_most();

DROP TABLE rollup_day, rollup_hour, rollup_minute, rollup_large, rollup_delta_all, rollup_delta;

DROP FUNCTION rollup_guard();

-- Not there in a new database: what migration 0006 left alone.
DROP TABLE IF EXISTS rollup_moved;

DROP TABLE
  rollup_dim_mark, rollup_dimension, rollup_value, rollup_dim_pending, rollup_dim_detail, rollup_dim_day, rollup_dim_hour,
  rollup_dim_minute, rollup_dim_large, rollup_dim_delta, rollup_dim_change, rollup_dim_tail;
