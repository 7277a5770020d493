-- The roll-ups of dimensions: sums of each campaign and value by minute, hour and day of UTC. A row is for one dimension and
-- one of its values, not for a combination of values (docs/decisions/0005). rollup_dim_add() writes them, and
-- rollup_dim_close() adds minutes to hours and days. rollup_dim_close(), rollup_dim_build(), rollup_dim_settle() and TRUNCATE
-- delete rows.
--
-- Always, as in 07_rollup: campaign_id = '' is the sum over all campaigns. value = '' is the row "(other)". Unlike there, not
-- every minute and hour is kept; detail.sql says which.

CREATE TABLE rollup_dim_minute (
  campaign_id text,
  place smallint,
  minute timestamptz,
  value text,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, minute, value)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rollup_dim_hour (
  campaign_id text,
  place smallint,
  hour timestamptz,
  value text,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, hour, value)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

CREATE TABLE rollup_dim_day (
  campaign_id text,
  place smallint,
  day timestamptz,
  value text,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL,
  PRIMARY KEY (campaign_id, place, day, value)
    INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- The money of days with large amounts, as rollup_large in 07_rollup.
CREATE TABLE rollup_dim_large (
  campaign_id text,
  place smallint,
  minute timestamptz,
  value text,
  cost_micros numeric NOT NULL,
  revenue_micros numeric NOT NULL,
  PRIMARY KEY (campaign_id, place, minute, value)
);

-- For upkeep of single hours and days, and for reports by campaign. Rows arrive in order of time, so an index of block ranges
-- is enough.
CREATE INDEX rollup_dim_minute_minute_idx ON rollup_dim_minute USING brin (minute) WITH (pages_per_range = 32);

CREATE INDEX rollup_dim_hour_hour_idx ON rollup_dim_hour USING brin (hour) WITH (pages_per_range = 32);

CREATE INDEX rollup_dim_day_day_idx ON rollup_dim_day USING brin (day) WITH (pages_per_range = 32);
