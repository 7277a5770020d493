-- variant: rollup, taken away completely.

DROP TABLE events;

DROP FUNCTION rollup_capture(), rollup_truncate(), rollup_delta_start();

DROP TABLE rollup_delta, rollup_moved, rollup_minute, rollup_hour;
