-- variant:    timescale
-- summary:    03 as a TimescaleDB hypertable with one chunk a day; never run, not shown to work
-- hypothesis: what 05 gives without a line of upkeep; writing loses what the extension's own insert path costs
-- requires:   extension timescaledb
-- costs:      never run yet (see below); an extension that must be preloaded, and that not every managed PostgreSQL offers
--
-- Not shown to work: nobody of this project has run it, on no machine. Written from the TimescaleDB 2.13+ documentation;
-- the tests run it where the extension is loaded. Run `adpulse verify` before you rely on it.
-- A continuous aggregate is left out on purpose: in real-time mode it misses late events below its watermark until
-- the next refresh, and this project's reports are exact.

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
