-- Run once, when the data directory is new. Passwords are for a stack on loopback; change them for anything else.

-- Dashboards read, see statistics, and cannot hold the database up.
CREATE ROLE grafana LOGIN PASSWORD 'grafana' IN ROLE pg_read_all_data, pg_monitor CONNECTION LIMIT 10;

ALTER ROLE grafana SET default_transaction_read_only = on;

ALTER ROLE grafana SET statement_timeout = '10s';

CREATE ROLE replicator REPLICATION LOGIN PASSWORD 'replicator';

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
