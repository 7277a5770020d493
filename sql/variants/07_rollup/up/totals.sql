-- maintain.sql makes these from the deltas. campaign_id = '' is the sum over all campaigns, so that the report
-- without a campaign reads as few rows as the report with one.
-- The key carries every column: a report is an index-only scan.
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

-- Days of UTC. A report reads the UTC days inside its window by the day, and the rest by hours and minutes.
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

-- For reports over all campaigns, group by campaign: rows arrive in time order, so a block range will do.
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
