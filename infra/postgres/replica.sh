#!/usr/bin/env bash
# A streaming replica: on an empty data directory, copy the primary first. A slot keeps the WAL that it has not yet had.
set -euo pipefail
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  mkdir -p "$PGDATA" && chmod 0700 "$PGDATA"
  # What an interrupted copy left.
  find "$PGDATA" -mindepth 1 -delete
  export PGPASSWORD=replicator
  psql -h db -U replicator -d postgres -qAtc \
    "SELECT pg_create_physical_replication_slot('replica') WHERE NOT EXISTS (
       SELECT FROM pg_replication_slots WHERE slot_name = 'replica')"
  pg_basebackup -h db -U replicator -D "$PGDATA" --wal-method=stream --slot=replica --write-recovery-conf --checkpoint=fast
fi
exec docker-entrypoint.sh "$@"
