-- variant:    citus
-- summary:    07 spread over the nodes of a Citus cluster by campaign, each shard with the roll-ups of its campaigns
-- hypothesis: a report of one campaign is answered by one shard, and writes spread over the nodes; on one machine the
--             price is a second COPY, from coordinator to worker, and a two-phase commit: at most half of the ingest
-- requires:   extension citus
-- costs:      an extension on every node; a two-phase commit for each write; all campaigns together are every shard's
--             roll-ups and not one row an hour
--
-- The extension must be in the database, on every node, before `adpulse migrate` (docs/how-to/scale-out.md). The
-- number of shards is what `citus.shard_count` says when this file runs.

CREATE EXTENSION IF NOT EXISTS citus;

-- A node connects to another with the role of the session, so these roles must be allowed to log in. They have no
-- password: pg_hba.conf of the nodes decides who may connect.
DO $$
DECLARE
  role_name text;
BEGIN
  PERFORM grant_roles();
  FOREACH role_name IN ARRAY ARRAY['adpulse_ingest', 'adpulse_report', 'adpulse_maintain'] LOOP
    CONTINUE WHEN (SELECT coalesce(bool_and(rolcanlogin), true) FROM pg_roles WHERE rolname = role_name);
    EXECUTE format('ALTER ROLE %I LOGIN', role_name);
  END LOOP;
END
$$;

-- Citus hides shards from readers of pg_class, at the price of a function call a row. The query by which asyncpg looks
-- up an array's type reads it a few hundred times: with it a connection's first batch with a key would take a second.
DO $$
BEGIN
  EXECUTE format('ALTER DATABASE %I SET citus.show_shards_for_app_name_prefixes = %L', current_database(), 'adpulse');
END
$$;

-- The planner settings of a report's session do not reach the workers. Compiling there takes longer than a report, and
-- the shards are asked in parallel already, so each needs no further processes. The coordinator gets the settings, too,
-- because a node that is added later takes them from there.
DO $$
DECLARE
  setting text;
  failure text;
BEGIN
  FOREACH setting IN ARRAY ARRAY['jit = off', 'max_parallel_workers_per_gather = 0'] LOOP
    EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
    SELECT format('node %s:%s: %s', nodename, nodeport, result)
    INTO failure
    FROM run_command_on_workers(format('ALTER DATABASE %I SET %s', current_database(), setting))
    WHERE NOT success
    LIMIT 1;
    IF FOUND THEN
      RAISE EXCEPTION '%', failure;
    END IF;
  END LOOP;
END
$$;

-- The shard of `table_name` that lies beside this shard and holds the same campaigns. Every node knows all shards. In
-- PL/pgSQL, which keeps the plan for the session: SQL would plan it at each call, and a COPY calls it once a shard.
CREATE FUNCTION rollup_shard(beside bigint, table_name regclass) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT shard_name(own.logicalrelid, own.shardid)
    FROM pg_dist_shard AS given
    JOIN pg_dist_shard AS own ON own.shardminvalue = given.shardminvalue
    WHERE given.shardid = beside AND own.logicalrelid = table_name
  );
END
$$;

-- As in 07, one call per statement and transition tables; but it fires on a shard of `events`, on the node where that
-- lies, and writes into the shard of rollup_delta beside it. It names that shard, because Citus plans every statement that
-- names the table rollup_delta, and does not know transition tables.
CREATE FUNCTION rollup_capture() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  sums text := $sql$
    INSERT INTO %1$s (campaign_id, minute, impressions, clicks, conversions, cost_micros, revenue_micros)
    SELECT
      campaign_id,
      date_bin('1 minute', ts, 'epoch'),
      %3$s count(*) FILTER (WHERE event_type = 'impression'),
      %3$s count(*) FILTER (WHERE event_type = 'click'),
      %3$s count(*) FILTER (WHERE event_type = 'conversion'),
      %3$s sum(cost_micros),
      %3$s sum(revenue_micros)
    FROM %2$s
    GROUP BY 1, 2 $sql$;
  delta text := rollup_shard(substring(TG_TABLE_NAME FROM '[0-9]+$')::bigint, 'rollup_delta');
BEGIN
  IF TG_OP IN ('INSERT', 'UPDATE') THEN
    EXECUTE format(sums, delta, 'added', '');
  END IF;
  IF TG_OP IN ('DELETE', 'UPDATE') THEN
    EXECUTE format(sums, delta, 'removed', '-');
  END IF;
  RETURN NULL;
END
$$;

-- TRUNCATE fires this trigger on the node where the statement is run, once for the whole table. It then empties the
-- shards of the partitions without firing a trigger of `events`.
CREATE FUNCTION rollup_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE rollup_delta, rollup_minute, rollup_hour;
  RETURN NULL;
END
$$;

-- Moves the deltas of a shard into its minutes and hours, in one statement, so that a report sees each delta once in every
-- snapshot of this shard.
CREATE FUNCTION rollup_compact(shard bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  moved bigint;
BEGIN
  EXECUTE format($sql$
    WITH
      moved AS (
        DELETE FROM %1$s RETURNING *, date_bin('1 hour', minute, 'epoch') AS hour
      ),
      minutes AS (
        INSERT INTO %2$s AS kept
        SELECT
          campaign_id, minute,
          sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
        FROM moved
        GROUP BY 1, 2
        ORDER BY 1, 2
        ON CONFLICT (campaign_id, minute) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      ),
      hours AS (
        INSERT INTO %3$s AS kept
        SELECT
          campaign_id, hour,
          sum(impressions), sum(clicks), sum(conversions), sum(cost_micros), sum(revenue_micros)
        FROM moved
        GROUP BY 1, 2
        ORDER BY 1, 2
        ON CONFLICT (campaign_id, hour) DO UPDATE SET
          impressions = kept.impressions + excluded.impressions,
          clicks = kept.clicks + excluded.clicks,
          conversions = kept.conversions + excluded.conversions,
          cost_micros = kept.cost_micros + excluded.cost_micros,
          revenue_micros = kept.revenue_micros + excluded.revenue_micros
      )
    SELECT count(*) FROM moved $sql$,
    rollup_shard(shard, 'rollup_delta'), rollup_shard(shard, 'rollup_minute'), rollup_shard(shard, 'rollup_hour'))
  INTO moved;
  RETURN moved;
END
$$;

-- Compacts all shards, each in a transaction of its own on its node; maintain.sql calls it. Runs with its owner's rights,
-- because commands on shards need them. If one shard fails, the others still run; the failure is raised at the end.
CREATE FUNCTION rollup_compact() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  moved bigint;
  failure text;
BEGIN
  SELECT
    sum(result::bigint) FILTER (WHERE success),
    min(format('shard %s: %s', shardid, result)) FILTER (WHERE NOT success)
  INTO moved, failure
  FROM run_command_on_shards(
    'rollup_delta', $sql$SELECT rollup_compact(substring('%s' FROM '[0-9]+$')::bigint)$sql$);
  IF failure IS NOT NULL THEN
    RAISE EXCEPTION 'roll-ups cannot be compacted on %', failure;
  END IF;
  RETURN moved;
END
$$;

CREATE TABLE events (
  ts timestamptz NOT NULL,
  cost_micros bigint NOT NULL DEFAULT 0,
  revenue_micros bigint NOT NULL DEFAULT 0,
  event_id uuid,
  event_type event_type NOT NULL,
  campaign_id text NOT NULL,
  user_id text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}'
) PARTITION BY RANGE (ts);

-- As in 07: events of a day without a partition are stored here, until maintain.sql makes the partition and moves them.
CREATE TABLE events_default PARTITION OF events DEFAULT;

CREATE INDEX events_default_ts_idx ON events_default (ts);

CREATE INDEX events_ts_idx ON events USING brin (ts) WITH (pages_per_range = 32, autosummarize = on);

-- The trigger writes deltas: append-only and without a unique key, so that writers never wait for one another.
CREATE TABLE rollup_delta (
  campaign_id text NOT NULL,
  minute timestamptz NOT NULL,
  impressions bigint NOT NULL,
  clicks bigint NOT NULL,
  conversions bigint NOT NULL,
  cost_micros bigint NOT NULL,
  revenue_micros bigint NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

CREATE INDEX rollup_delta_campaign_id_idx ON rollup_delta (campaign_id);

-- maintain.sql makes these from the deltas. The key carries every column: a report is an index-only scan.
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

-- For reports over all campaigns: rows arrive in time order, so a block range will do.
CREATE INDEX rollup_minute_minute_idx ON rollup_minute USING brin (minute);

CREATE INDEX rollup_hour_hour_idx ON rollup_hour USING brin (hour);

-- colocate_with 'events': the same shards, on the same nodes, and they move together. sequential: each statement goes from
-- shard to shard over one connection, so that later statements of this transaction see the earlier ones.
DO $$
BEGIN
  PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
  PERFORM create_distributed_table('events', 'campaign_id', colocate_with => 'none');
  PERFORM create_distributed_table('rollup_delta', 'campaign_id', colocate_with => 'events');
  PERFORM create_distributed_table('rollup_minute', 'campaign_id', colocate_with => 'events');
  PERFORM create_distributed_table('rollup_hour', 'campaign_id', colocate_with => 'events');
END
$$;

-- A copy on every node, because reports ask from inside a shard whether raw events are kept. Citus lets a function that
-- runs there read a table of the cluster only when it is told so: on another shard its rows could be of another instant.
SELECT create_reference_table('raw_horizon');

SELECT create_reference_table('archived_days');

ALTER FUNCTION raw_kept(timestamptz) SET citus.allow_nested_distributed_execution = on;

ALTER FUNCTION raw_kept(timestamptz, timestamptz) SET citus.allow_nested_distributed_execution = on;

-- event_ids has a row for every accepted event with an id, so it must be spread, too. It is distributed by id and not beside
-- the events, because an event that is repeated with another campaign is still the same event.
-- idempotency_keys, one a batch and a day old at most, stay on the coordinator.
SELECT create_distributed_table('event_ids', 'event_id', colocate_with => 'none');

-- Citus calls a trigger unsafe when it may reach another node. These reach the shard beside their own. EXECUTE,
-- because Citus hands the text of the whole query to the shards, which is this file when a driver sends it in one piece.
DO $$
BEGIN
  PERFORM set_config('citus.enable_unsafe_triggers', 'on', true);
  EXECUTE
    'CREATE TRIGGER events_inserted AFTER INSERT ON events REFERENCING NEW TABLE AS added '
    'FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture()';
  EXECUTE
    'CREATE TRIGGER events_updated AFTER UPDATE ON events REFERENCING NEW TABLE AS added OLD TABLE AS removed '
    'FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture()';
  EXECUTE
    'CREATE TRIGGER events_deleted AFTER DELETE ON events REFERENCING OLD TABLE AS removed '
    'FOR EACH STATEMENT EXECUTE FUNCTION rollup_capture()';
  EXECUTE
    'CREATE TRIGGER events_truncated AFTER TRUNCATE ON events '
    'FOR EACH STATEMENT EXECUTE FUNCTION rollup_truncate()';
END
$$;

SELECT prepare_days((now() AT TIME ZONE 'UTC')::date - 1, (now() AT TIME ZONE 'UTC')::date + 2);
