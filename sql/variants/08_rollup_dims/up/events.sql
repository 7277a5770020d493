-- The table `events`, as in 07_rollup, with one more column: written_xid, the number of the transaction that wrote the event.
-- By it, upkeep and reports know which events the roll-ups of dimensions have.

-- The number of this transaction. The function is declared immutable, so that it is called once for each statement and not for
-- each row, and so that the column can be a generated one: no dump, subscription or writer can give it another value.
-- PostgreSQL computes the column anew for each execution, also with a stored plan (tests/sql/test_dimensions.py).
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

-- An event of any day is accepted at any time. Events of a day without a partition are stored here, until maintain.sql makes
-- the partition and moves them. With the index, maintenance finds the next such day and does not read the others.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

-- Almost free to write, and enough to find a time range inside a day, and in it the events behind the mark, also late ones.
-- rollup_dim_summarize() brings it up to date.
CREATE INDEX events_ts_written_xid_idx ON events USING brin (ts, written_xid) WITH (pages_per_range = 32);
