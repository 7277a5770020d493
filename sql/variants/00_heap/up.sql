-- variant:    heap
-- summary:    no index at all: the control that every other design is measured against
-- hypothesis: the fastest to write; every report reads every event, even of a short window
-- report:     raw_report.sql
-- requires:   (nothing)
-- costs:      a report's time grows with all events ever stored

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
