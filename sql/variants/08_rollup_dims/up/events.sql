-- The number of the transaction that writes an event. It is called immutable, so that it is asked once a statement and not
-- once a row, and so that the column below can be a generated one: no dump, subscription or writer can give it another
-- value. PostgreSQL works out the column anew for each execution, from no stored plan (tests/sql/test_dimensions.py).
CREATE FUNCTION event_xid() RETURNS bigint
LANGUAGE sql IMMUTABLE
AS 'SELECT txid_current()';

CREATE TABLE events (
  ts timestamptz NOT NULL,
  cost_micros bigint NOT NULL DEFAULT 0,
  revenue_micros bigint NOT NULL DEFAULT 0,
  event_id uuid,
  event_type event_type NOT NULL,
  -- '' is how the roll-ups name "all campaigns together"; an event must not.
  campaign_id text NOT NULL CHECK (campaign_id <> ''),
  user_id text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  written_xid bigint GENERATED ALWAYS AS (event_xid()) STORED
) PARTITION BY RANGE (ts);

-- Any day is accepted at any time: what has no partition of its own lands here, and maintain.sql makes the partition
-- and moves it. Its index lets maintenance find the next such day without reading the others.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

-- Almost free to write, and enough to find a time range inside a day. rollup_dim_summarize() brings it up to date.
-- written_xid: for the events behind the mark of dimensions, late ones too.
CREATE INDEX events_ts_written_xid_idx ON events USING brin (ts, written_xid) WITH (pages_per_range = 32);
