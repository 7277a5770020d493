-- Logical replication, on the subscriber: an empty database in which `adpulse migrate --variant …` has built the primary's
-- variant. As a superuser; `source` is how the subscriber reaches the primary:
--
--   psql "$REPLICA_URL" -v source='host=primary dbname=adpulse user=replicator password=…' \
--     -f infra/postgres/logical/subscriber.sql
--
-- Returns when everything has been copied. Until then reports here are not exact: tables are copied one by one.

\set ON_ERROR_STOP on

-- Make a partition for each day that will be copied; maintenance would have to move it otherwise.
\if :{?first_day}
SELECT prepare_days(:'first_day', (now() AT TIME ZONE 'UTC')::date + 2);
\endif

-- The rows of `adpulse migrate` go: the primary's rows take their place.
SELECT format('TRUNCATE %s', string_agg(quote_ident(relname), ', '))
FROM pg_class
WHERE
  relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND (relname ~ '^rollup_' OR relname IN ('heartbeat', 'raw_horizon'))
\gexec

-- One subscription to both: a transaction of the primary, events and their roll-ups, becomes one transaction here.
CREATE SUBSCRIPTION adpulse CONNECTION :'source' PUBLICATION adpulse_events, adpulse_state;

DO $$
BEGIN
  WHILE EXISTS (SELECT FROM pg_subscription_rel WHERE srsubstate <> 'r') LOOP
    PERFORM pg_sleep(0.2);
  END LOOP;
END
$$;
