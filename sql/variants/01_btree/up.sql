-- variant:    btree
-- summary:    one b-tree on (campaign_id, ts)
-- hypothesis: a report of one campaign reads that campaign's rows and no others; writing should lose about half its
--             speed, because rows that arrive together belong to different campaigns and so to different leaf pages
--             (measured: nearly two thirds, adbench matrix)
-- report:     raw_report.sql
-- requires:   (nothing)
-- costs:      a report over all campaigns reads the whole table; rows are fetched from the heap one by one

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
