-- variant: citus
-- every:   1
--
-- On the coordinator, which alone may make partitions. One session at a time may run this file (adpulse takes an
-- advisory lock).

-- Partitions ahead of time, and stray days out of the default partition: sql/migrations/0002 says how and how many.
SELECT tend_partitions();

-- Deltas into minutes and hours, on every shard.
SELECT rollup_compact();
