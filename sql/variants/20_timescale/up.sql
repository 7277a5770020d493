-- variant:    timescale
-- summary:    03 as a TimescaleDB hypertable with one chunk a day
-- hypothesis: the effect of 05 without upkeep; writing is slower by the cost of the extension's insert path
-- report:     raw_report.sql
-- requires:   extension timescaledb
-- costs:      an extension that must be preloaded, and that not every managed PostgreSQL offers
--
-- Run with TimescaleDB 2.19.3 on PostgreSQL 15; sql/README.md says which tests. Nothing here needs more than its Apache-2
-- part. A continuous aggregate would need its other licence, and is left out for another reason: in real-time mode it
-- misses late events below its watermark until the next refresh, and this project's reports are exact.

CREATE EXTENSION IF NOT EXISTS timescaledb;

CREATE TABLE events (
  ts timestamptz NOT NULL,
  cost_micros bigint NOT NULL DEFAULT 0,
  revenue_micros bigint NOT NULL DEFAULT 0,
  event_id uuid,
  event_type event_type NOT NULL,
  campaign_id text NOT NULL,
  user_id text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}'
);

SELECT create_hypertable('events', by_range('ts', INTERVAL '1 day'), create_default_indexes => false);

CREATE INDEX events_campaign_id_ts_idx ON events (campaign_id, ts) INCLUDE (event_type, cost_micros, revenue_micros);
