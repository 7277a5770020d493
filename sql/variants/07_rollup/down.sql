-- variant: rollup, taken away completely.

DROP TABLE events;

DROP FUNCTION rollup_capture(), rollup_truncate(), rollup_emptying();

DROP TABLE rollup_day, rollup_hour, rollup_minute, rollup_large, rollup_delta_all, rollup_delta;

DROP FUNCTION rollup_guard();

-- Only databases from before migration 0006 may have this table.
DROP TABLE IF EXISTS rollup_moved;
