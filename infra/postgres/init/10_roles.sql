-- Run once, when the data directory is new. Passwords are for a stack on loopback; change them for anything else.

-- What the service may do; `adpulse migrate` gives these their rights (docs/how-to/roles.md).
CREATE ROLE adpulse_ingest NOLOGIN;

CREATE ROLE adpulse_report NOLOGIN;

CREATE ROLE adpulse_maintain NOLOGIN;

-- The service itself: it owns nothing.
CREATE ROLE adpulse_service LOGIN PASSWORD 'adpulse_service' IN ROLE adpulse_ingest, adpulse_report, adpulse_maintain;

-- Dashboards read what reports read, see statistics, and cannot hold the database up.
CREATE ROLE grafana LOGIN PASSWORD 'grafana' IN ROLE adpulse_report, pg_monitor CONNECTION LIMIT 10;

ALTER ROLE grafana SET default_transaction_read_only = on;

ALTER ROLE grafana SET statement_timeout = '10s';

CREATE ROLE replicator REPLICATION LOGIN PASSWORD 'replicator';

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
