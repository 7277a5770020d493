-- variant:    btree_gin
-- summary:    b-tree on (campaign_id, ts) and GIN on metadata: the classic answer
-- hypothesis: any question is answered from raw rows in time proportional to the rows it covers; GIN makes
--             writing slower than in all other variants but 06, which is built on this one
-- report:     raw_report.sql
-- requires:   (nothing)
-- costs:      every event enters two indexes; long windows read every row of the campaign from the heap

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

CREATE INDEX events_campaign_id_ts_idx ON events (campaign_id, ts);

-- jsonb_path_ops: a third of the size of the default operator class, and enough for key = value.
CREATE INDEX events_metadata_idx ON events USING gin (metadata jsonb_path_ops);
