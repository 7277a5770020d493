-- variant: matview, taken away completely.

DROP MATERIALIZED VIEW events_by_minute;

DROP TABLE events, stale_minute;

DROP FUNCTION mark_stale(), refresh_stale();
