#!/usr/bin/env bash
# A streaming replica. Its first start copies the primary. A later start copies it again if the data here are of another
# primary, or cannot follow this one any more. While the primary is away, the replica starts with its data. A slot keeps
# the WAL that it has not received.
set -euo pipefail

# Asks the primary, as the role that copies it.
primary() {
  PGPASSWORD=replicator PGCONNECT_TIMEOUT=5 psql -h db -U replicator -d postgres -qAtX -v ON_ERROR_STOP=1 -c "$1"
}

# The value of a line of pg_controldata.
here() {
  LC_ALL=C pg_controldata "$PGDATA" | sed -n "s/^$1: *//p"
}

# Says what is wrong with the data here for a replica of the primary with that system identifier, timeline and slot.
unfit() {
  if [[ $(here 'Database system identifier') != "$1" ]]; then
    echo "the data are of another primary"
  elif [[ ! -e $PGDATA/standby.signal ]]; then
    echo "the replica was promoted"
  elif (($(here "Latest checkpoint's TimeLineID") > $2)); then
    echo "the primary is of an older timeline"
  elif [[ $3 == none || $3 == lost ]]; then
    echo "the primary has not kept the WAL since the replica was away"
  fi
}

reason=""
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  reason="there are no data yet"
elif told=$(primary "SELECT system_identifier, timeline_id,
    coalesce((SELECT wal_status FROM pg_replication_slots WHERE slot_name = 'replica'), 'none')
    FROM pg_control_system(), pg_control_checkpoint()"); then
  IFS='|' read -r system timeline slot <<<"$told"
  reason=$(unfit "$system" "$timeline" "$slot")
fi
if [[ -n $reason ]]; then
  echo "replica.sh: copies the primary: $reason"
  primary "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'replica'" >/dev/null
  primary "SELECT pg_create_physical_replication_slot('replica')" >/dev/null
  mkdir -p "$PGDATA" && chmod 0700 "$PGDATA"
  find "$PGDATA" -mindepth 1 -delete
  PGPASSWORD=replicator pg_basebackup -h db -U replicator -D "$PGDATA" --wal-method=stream --slot=replica \
    --write-recovery-conf --checkpoint=fast
fi
exec docker-entrypoint.sh "$@"
