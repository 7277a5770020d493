-- variant: rollup, taken away completely.

DROP TABLE events, rollup_delta, rollup_minute, rollup_hour;

DROP FUNCTION rollup_capture(), rollup_truncate();

-- As sql/migrations/0001_foundation.sql made it.
CREATE OR REPLACE FUNCTION prepare_days(first_day date, last_day date) RETURNS void
LANGUAGE sql
RETURN NULL;
