-- variant:    partitioned
-- summary:    03 in daily partitions
-- hypothesis: reads as fast as 03; writes faster once the table is large, because only the indexes of the days that
--             are being written need to stay in memory; dropping a day is free
-- report:     raw_report.sql
-- requires:   (nothing)
-- costs:      planning grows with the partitions that a window touches; partitions must be made ahead of time

CREATE TABLE events (
  ts timestamptz NOT NULL,
  cost_micros bigint NOT NULL DEFAULT 0,
  revenue_micros bigint NOT NULL DEFAULT 0,
  event_id uuid,
  event_type event_type NOT NULL,
  campaign_id text NOT NULL,
  user_id text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (ts);

-- Events of any day are accepted at any time. Those of a day without a partition are stored here, until maintain.sql
-- makes the partition and moves them. The index lets maintenance find the next such day without reading the others.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

-- The columns that a report adds up are in the index, so that totals never touch the heap once VACUUM has run.
CREATE INDEX events_campaign_id_ts_idx ON events (campaign_id, ts) INCLUDE (event_type, cost_micros, revenue_micros);

SELECT prepare_days((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 2);
