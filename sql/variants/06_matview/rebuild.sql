-- variant: matview. Marks every minute of whole UTC days as stale: from then on reports read its raw events, and the
-- next refresh takes it into the view. `adpulse rebuild` runs this file.
--
-- $1 start  timestamptz, inclusive: a midnight, or -infinity
-- $2 stop   timestamptz, exclusive: a midnight; or infinity, and then inclusive

INSERT INTO stale_minute (minute)
SELECT date_bin('1 minute', ts, 'epoch')
FROM events
WHERE ts >= $1::timestamptz AND (ts < $2::timestamptz OR $2 = 'infinity')
UNION
SELECT minute
FROM events_by_minute
WHERE minute >= $1::timestamptz AND (minute < $2::timestamptz OR $2 = 'infinity');
