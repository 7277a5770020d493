#!/usr/bin/env bash
# Is this a replica that follows its primary? It receives WAL, which PostgreSQL takes from no other cluster or timeline,
# and it has replayed all of it, or what is younger than the bound (ADPULSE_MAX_REPLICA_LAG_MS).
set -euo pipefail
answer=$(psql -U adpulse -d adpulse -qAtX -v ON_ERROR_STOP=1 -v bound_ms="${ADPULSE_MAX_REPLICA_LAG_MS:-5000}" <<'SQL'
SELECT pg_is_in_recovery() AND EXISTS (
  SELECT FROM pg_stat_wal_receiver
  WHERE
    status = 'streaming'
    AND (
      pg_last_wal_replay_lsn() >= latest_end_lsn
      OR pg_last_xact_replay_timestamp() > clock_timestamp() - :'bound_ms'::int * interval '1 ms'
    )
)
SQL
)
[[ $answer == t ]]
