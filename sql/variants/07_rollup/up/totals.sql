-- The roll-ups of totals: sums of each campaign by minute, hour and day of UTC. maintain.sql adds deltas to all three in one
-- statement. rebuild.sql and TRUNCATE delete rows.
--
-- Always: an hour is the sum of its minutes, and a day is the sum of its hours. campaign_id = '' is the sum over all
-- campaigns, so that a report without a campaign reads as few rows as a report with one. `adpulse verify` compares all of them
-- with the raw events.
--
-- The key of each table carries every column, so a report is an index-only scan.

CREATE TABLE rollup_minute (
  campaign_id text,
  minute timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, minute)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rollup_hour (
  campaign_id text,
  hour timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, hour)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- A report reads the UTC days inside its window by the day, and the rest by hours and minutes.
CREATE TABLE rollup_day (
  campaign_id text,
  day timestamptz,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, day)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- For reports over all campaigns, grouped by campaign. Rows arrive in order of time, so an index of block ranges is enough.
CREATE INDEX rollup_minute_minute_idx ON rollup_minute USING brin (minute);

CREATE INDEX rollup_hour_hour_idx ON rollup_hour USING brin (hour);

CREATE INDEX rollup_day_day_idx ON rollup_day USING brin (day) WITH (pages_per_range = 16);

-- The money of days with large amounts. If one round of maintain.sql moves more than 2^40 micros of a day, they are
-- added here, as numeric, and only the counts to the tables above. So a round adds at most 2^40 to a cell of those tables;
-- it takes eight million rounds to fill one, and no sender can stop compaction for the others.
CREATE TABLE rollup_large (
  campaign_id text,
  minute timestamptz,
  cost_micros numeric NOT NULL,
  revenue_micros numeric NOT NULL,
  PRIMARY KEY (campaign_id, minute)
);
