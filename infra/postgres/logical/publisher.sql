-- Logical replication, on the primary: publishes the events and what reports need besides. In the service's database, as
-- the owner of its tables and of the database, after `adpulse migrate`, and again when that has changed the variant:
--
--   psql "$ADPULSE_DATABASE_URL" -f infra/postgres/logical/publisher.sql
--
-- Needs wal_level = logical, which takes a restart.

\set ON_ERROR_STOP on

-- Roll-ups are replicated as rows, in the transactions that changed them here. A subscriber cannot make its own, because it
-- applies row by row, which fires no statement trigger (docs/decisions/0084). rollup_mark is left out: its numbers are
-- those of this cluster.
SELECT format('ALTER TABLE %I REPLICA IDENTITY FULL', relname)
FROM pg_class
WHERE oid IN (to_regclass('rollup_delta'), to_regclass('rollup_delta_all')) AND relreplident <> 'f' -- no key: a moved delta is named by all its columns
\gexec

SELECT string_agg(quote_ident(relname), ', ' ORDER BY relname) AS state
FROM pg_class
WHERE
  relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND (relname ~ '^rollup_' OR relname IN ('heartbeat', 'raw_horizon'))
  -- The state of the upkeep of dimensions is left out, too: a subscriber reads raw events for these.
  AND relname NOT IN ('rollup_mark', 'rollup_moved', 'rollup_dim_change', 'rollup_dim_delta', 'rollup_dim_tail')
\gset

-- Events arrive as rows of `events`, not of a partition, and go to the subscriber's own partitions. DELETE is left
-- out, and must be: when maintenance moves a stray day, it deletes from events_default, and inserts into a table that is
-- published only afterwards.
SELECT 'CREATE PUBLICATION adpulse_events FOR TABLE events '
  'WITH (publish = ''insert, truncate'', publish_via_partition_root = true)'
WHERE NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'adpulse_events')
UNION ALL
SELECT 'ALTER PUBLICATION adpulse_events SET TABLE events'
WHERE EXISTS (SELECT FROM pg_publication WHERE pubname = 'adpulse_events')
\gexec

SELECT format('CREATE PUBLICATION adpulse_state FOR TABLE %s', :'state')
WHERE NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'adpulse_state')
UNION ALL
SELECT format('ALTER PUBLICATION adpulse_state SET TABLE %s', :'state')
WHERE EXISTS (SELECT FROM pg_publication WHERE pubname = 'adpulse_state')
\gexec
