-- variant:    rollup
-- summary:    daily partitions and exact roll-ups, written in the same transaction as the events
-- hypothesis: reports touch roll-up rows instead of events: flat in the number of events, and never stale;
--             the price was to be a tenth of the write throughput of the same partitions without roll-ups; it is
--             three tenths for dense events and half for thin ones (docs/decisions/0030, adbench run rollups)
-- promises:   report p50 < 200 ms at 1,000,000 events; report p95 < 200 ms at 1,000,000 events
-- tables:     rollup_day (day), rollup_hour (hour), rollup_minute (minute), rollup_large (minute),
--             rollup_delta_all (minute), rollup_delta (minute)
-- requires:   (nothing)
-- totals:     planned once
-- archive:    by the day
-- costs:      grouping or filtering by metadata still reads raw events; a compaction job must run

-- Read the parts in this order. 08_rollup_dims includes some of them, too.

-- The events, in partitions of a day.
\ir up/events.sql

-- Sums of each statement that writes events, until maintain.sql moves them.
\ir up/deltas.sql

-- Sums by minute, hour and day: the roll-ups that a report reads.
\ir up/totals.sql

-- The trigger's functions, which write the deltas.
\ir up/capture.sql

-- The triggers, and the first partitions.
\ir up/triggers.sql
