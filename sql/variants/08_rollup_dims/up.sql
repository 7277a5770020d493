-- variant:    rollup_dims
-- summary:    07 and roll-ups by declared metadata dimensions: geo, device, placement
-- hypothesis: grouping or filtering by one declared dimension costs what totals cost, a row for each value; writers hardly
--             notice, because dimensions are added up in bulk, a second's events at once (docs/decisions/0093)
-- promises:   report p50 < 200 ms at 1,000,000 events; report p95 < 200 ms at 1,000,000 events
-- tables:     rollup_day (day), rollup_hour (hour), rollup_minute (minute), rollup_large (minute),
--             rollup_delta_all (minute), rollup_delta (minute),
--             rollup_dim_mark, rollup_dimension, rollup_value, rollup_dim_pending, rollup_dim_detail,
--             rollup_dim_day (day), rollup_dim_hour (hour), rollup_dim_minute (minute), rollup_dim_large (minute),
--             rollup_dim_delta (minute), rollup_dim_change, rollup_dim_tail
-- requires:   (nothing)
-- totals:     planned once
-- archive:    by the day
-- costs:      a report by a dimension also reads what came in the last second; two keys at once, and others, read raw events

-- Read the parts in this order.

-- 1. Events and totals, as in 07_rollup. The events have one more column, and the trigger also writes their changes.
\ir up/events.sql
\ir ../07_rollup/up/deltas.sql
\ir ../07_rollup/up/totals.sql
\ir up/capture.sql
\ir ../07_rollup/up/triggers.sql

-- 2. What is stored of dimensions. Writers do nothing for them: upkeep adds up raw events in bulk, up to a mark. A report
-- reads the roll-ups up to the mark and the raw events behind it, in one snapshot.

-- The dimensions, and their values with rows of their own.
\ir up/dimension.sql

-- The mark: the events of which transactions have been added up.
\ir up/mark.sql

-- The events behind the mark, and how they are found.
\ir up/tail.sql

-- The roll-ups: sums by minute, hour and day.
\ir up/cells.sql

-- Where minutes and hours are kept.
\ir up/detail.sql

-- The sums that wait to be merged into the roll-ups.
\ir up/delta.sql

-- 3. Upkeep.

-- The days of which roll-ups are still to be built from raw events, and how.
\ir up/pending.sql

-- Adds up events.
\ir up/sums.sql

-- Adds events, or such sums, to the roll-ups.
\ir up/add.sql

-- Adds the events behind the mark, and moves the mark.
\ir up/advance.sql

-- Closes the hours that are over, and removes minutes and hours that are not worth keeping.
\ir up/close.sql

-- Follows the declared dimensions.
\ir up/settle.sql

-- A round: all of these.
\ir up/upkeep.sql

-- 4. Reports.

-- Questions that the roll-ups cannot answer, from raw events.
\ir up/raw_report.sql

-- Questions about metadata.
\ir up/dimension_report.sql
