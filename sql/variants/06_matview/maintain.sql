-- variant: matview
-- every:   30
--
-- One session at a time may run this file (adpulse takes an advisory lock).

SELECT refresh_stale();
