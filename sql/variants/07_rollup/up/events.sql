-- The table `events`: a partition for each UTC day, and a default partition for events of other days.

CREATE TABLE events (
  ts timestamptz NOT NULL,
  cost_micros bigint NOT NULL DEFAULT 0,
  revenue_micros bigint NOT NULL DEFAULT 0,
  event_id uuid,
  event_type event_type NOT NULL,
  -- '' is how the roll-ups name "all campaigns together"; an event must not.
  campaign_id text NOT NULL CHECK (campaign_id <> ''),
  user_id text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (ts);

-- An event of any day is accepted at any time. Events of a day without a partition are stored here, until maintain.sql makes
-- the partition and moves them. With the index, maintenance finds the next such day and does not read the others.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

-- Almost free to write, and enough to find a time range inside a day. autosummarize: without it, PostgreSQL reads all new
-- blocks for every range until the next VACUUM.
CREATE INDEX events_ts_idx ON events USING brin (ts) WITH (pages_per_range = 32, autosummarize = on);
