-- variant: partitioned
-- every:   10
--
-- Partitions ahead of time, and stray days out of the default partition: sql/migrations/0002 says how and how many.

SELECT tend_partitions();
