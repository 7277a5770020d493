#!/usr/bin/env bash
# A Citus cluster to try on this machine: a coordinator and two workers that listen on loopback only and trust
# every client there. Needs PostgreSQL with Citus installed.
#
#   infra/postgres/citus-cluster.sh start DIR [PORT]   make it in DIR if it is not there, start it, print its URL
#   infra/postgres/citus-cluster.sh stop DIR           stop it; DIR can be removed then
#
# PORT is the coordinator's, 9700 where none is said; the workers take the next two. PG_BIN names the directory of
# PostgreSQL's programs where pg_config would name another. As root, the servers run as the user postgres.
set -euo pipefail
[[ $# -ge 2 && ($1 == start || $1 == stop) ]] || { sed -n 2,9p "$0" >&2; exit 2; }
command=$1 port=${3:-9700}
mkdir -p "$2" && directory=$(realpath "$2")
bin=${PG_BIN:-$(pg_config --bindir)}
nodes=(coordinator worker-1 worker-2)

as_owner() {
  # From /, because that user may not be allowed to be where we are.
  if [[ $EUID == 0 ]]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

if [[ $EUID == 0 ]]; then chown postgres: "$directory"; fi
for place in 0 1 2; do
  data=$directory/${nodes[place]}
  if [[ $command == stop ]]; then
    if as_owner "$bin/pg_ctl" -D "$data" status >/dev/null; then as_owner "$bin/pg_ctl" -D "$data" -m fast -w stop >&2; fi
    continue
  fi
  if [[ ! -s $data/PG_VERSION ]]; then
    as_owner "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-locale >/dev/null
    # The second block is what the embedded PostgreSQL is started with (service/adpulse/database/embedded.py), with memory for three.
    as_owner tee -a "$data/postgresql.conf" >/dev/null <<CONF
shared_preload_libraries = 'citus'
max_prepared_transactions = 200
wal_level = logical
citus.max_adaptive_executor_pool_size = 1

shared_buffers = 256MB
max_connections = 200
max_wal_size = 1GB
checkpoint_timeout = 15min
effective_io_concurrency = 16
random_page_cost = 1.1
work_mem = 32MB
autovacuum_naptime = 10s
CONF
  fi
  as_owner "$bin/pg_ctl" -D "$data" status >/dev/null ||
    as_owner "$bin/pg_ctl" -D "$data" -l "$data/server.log" -w \
      -o "-p $((port + place)) -c listen_addresses=127.0.0.1 -c unix_socket_directories=$data" start >&2
done
[[ $command == start ]] || exit 0

sql() { as_owner "$bin/psql" -X -h 127.0.0.1 -p "$1" -U postgres -d postgres -v ON_ERROR_STOP=1 -qAtc "$2"; }
for place in 0 1 2; do sql $((port + place)) "SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS citus"; done
sql "$port" "SELECT citus_set_coordinator_host('127.0.0.1', $port)" >/dev/null
for place in 1 2; do sql "$port" "SELECT citus_add_node('127.0.0.1', $((port + place)))" >/dev/null; done
echo "postgresql://postgres@127.0.0.1:$port/postgres"
