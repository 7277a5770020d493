-- variant:    matview
-- summary:    02 and a materialized view by minute, refreshed concurrently, and raw rows where it is out of date
-- hypothesis: reports read minutes instead of events, exact and fresh; each refresh reads every event again, so its
--             cost grows with history while 07's grows with what is new
-- tables:     stale_minute, events_by_minute (minute)
-- requires:   (nothing)
-- costs:      a refresh writes what 02 writes again, as temporary files; reports slow down while it falls behind

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

-- For the out-of-date minutes of a report over all campaigns.
CREATE INDEX events_ts_idx ON events USING brin (ts) WITH (pages_per_range = 32, autosummarize = on);

-- Sums of money are numeric: one that did not fit into a bigint would make every refresh fail.
CREATE MATERIALIZED VIEW events_by_minute AS
SELECT
  campaign_id,
  date_bin('1 minute', ts, 'epoch') AS minute,
  count(*) FILTER (WHERE event_type = 'impression') AS impressions,
  count(*) FILTER (WHERE event_type = 'click') AS clicks,
  count(*) FILTER (WHERE event_type = 'conversion') AS conversions,
  sum(cost_micros) AS cost_micros,
  sum(revenue_micros) AS revenue_micros
FROM events
GROUP BY 1, 2;

-- REFRESH … CONCURRENTLY compares old and new rows by a unique index. Both columns are never null: null keys would
-- count as different from themselves. The other columns make it an index-only scan.
CREATE UNIQUE INDEX events_by_minute_campaign_id_minute_idx ON events_by_minute (campaign_id, minute)
INCLUDE (impressions, clicks, conversions, cost_micros, revenue_micros);

CREATE INDEX events_by_minute_minute_idx ON events_by_minute USING brin (minute);

-- The minutes that have changed since the last refresh, of any age: a tail that began at the time of the refresh
-- would miss late events. Append-only and without a key, so that writers never wait for one another.
CREATE TABLE stale_minute (
  minute timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

CREATE INDEX stale_minute_minute_idx ON stale_minute (minute);

-- Runs with its owner's rights: a login that writes events must not be able to delete marks.
CREATE FUNCTION mark_stale() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    INSERT INTO stale_minute SELECT DISTINCT date_bin('1 minute', ts, 'epoch') FROM added;
  END IF;
  IF TG_OP IN ('DELETE', 'UPDATE') THEN
    INSERT INTO stale_minute SELECT DISTINCT date_bin('1 minute', ts, 'epoch') FROM removed;
  END IF;
  IF TG_OP = 'TRUNCATE' THEN
    TRUNCATE stale_minute;
    REFRESH MATERIALIZED VIEW events_by_minute;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER events_inserted AFTER INSERT ON events
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION mark_stale();

CREATE TRIGGER events_updated AFTER UPDATE ON events
REFERENCING NEW TABLE AS added OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION mark_stale();

CREATE TRIGGER events_deleted AFTER DELETE ON events
REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION mark_stale();

CREATE TRIGGER events_truncated AFTER TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION mark_stale();

-- One transaction, so that no report sees the marks gone and the view old. The marks go first: the refresh's own
-- snapshot is later, and so holds every event whose mark is deleted here. A mark that comes in between stays, and its
-- minute is read raw once more than necessary.
-- Runs with its owner's rights, because nobody else may refresh a view (before PostgreSQL 17, which can grant MAINTAIN).
CREATE FUNCTION refresh_stale() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM stale_minute) THEN
    DELETE FROM stale_minute;
    REFRESH MATERIALIZED VIEW CONCURRENTLY events_by_minute;
  END IF;
END
$$;
