#!/usr/bin/env bash
# Replaces the running services of compose.yaml by the version in the checkout, one after another: a new one is healthy and
# known to the balancer before an old one gets no more requests, answers those that it has taken, and ends. The database,
# the balancer and the rest stay as they are; `docker compose up -d` brings those up to date, with an interruption.
set -euo pipefail
cd "$(dirname "$0")/.."

PATIENCE_S=${PATIENCE_S:-300}
DRAIN_S=${DRAIN_S:-1} # until what the balancer has sent before is accepted

running() {
  docker compose ps --quiet api
}

# Waits until a command succeeds; $1 says for what.
wait_for() {
  local what=$1 give_up=$((SECONDS + PATIENCE_S))
  shift
  until "$@"; do
    if ((SECONDS >= give_up)); then
      echo "upgrade.sh: not in $PATIENCE_S s: $what. The services that were not replaced yet go on. Its log ends with:" >&2
      return 1
    fi
    sleep 0.5
  done
}

healthy() {
  [[ $(docker inspect --format '{{.State.Health.Status}}' "$1") == healthy ]]
}

# Does the balancer send requests to so many services?
balanced() {
  local up
  up=$(docker compose exec -T balancer bash -c 'exec 3<>/dev/tcp/127.0.0.1/8405 && printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3' |
    sed -n 's/^haproxy_backend_active_servers{proxy="services"} //p') && ((${up:-0} >= $1))
}

# Gives the balancer an order (infra/haproxy/haproxy.cfg), and prints its answer.
tell() {
  docker compose exec -T balancer bash -c 'exec 3<>/dev/tcp/127.0.0.1/8406 && echo "$0" >&3 && cat <&3' "$1"
}

# The names that the balancer has for a service, by its address.
names() {
  local address
  address=$(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1")
  tell "show servers state services" | awk -v address="$address" '$5 == address {print $2 "/" $4}'
}

# Gives the names back: the balancer gives them to another service.
drained=()
free() {
  for name in "${drained[@]}"; do
    tell "set server $name state ready" >/dev/null
  done
  drained=()
}
trap free EXIT

mapfile -t old < <(running)
if ((${#old[@]} == 0)); then
  echo "upgrade.sh: no service runs; start the stack with: docker compose up --build -d --wait" >&2
  exit 1
fi
docker compose build
docker compose run --rm --no-deps migrate
for each in "${old[@]}"; do
  before=$(running)
  docker compose up -d --no-deps --no-recreate --scale "api=$((${#old[@]} + 1))" api
  new=$(comm -13 <(sort <<<"$before") <(running | sort))
  if ! wait_for "a new service is healthy" healthy "$new" ||
    ! wait_for "the balancer knows the new service" balanced $((${#old[@]} + 1)); then
    docker logs --tail 20 "$new" >&2
    docker rm --force "$new" >/dev/null
    exit 1
  fi
  # A service that ends resets connections that it has not accepted yet, and the balancer cannot know what was lost.
  mapfile -t drained < <(names "$each")
  ((${#drained[@]})) || echo "upgrade.sh: the balancer sends requests to ${each:0:12} until it ends: restart the balancer once" >&2
  for name in "${drained[@]}"; do
    tell "set server $name state drain" >/dev/null
  done
  sleep "$DRAIN_S"
  docker stop --time 30 "$each" >/dev/null # more than ADPULSE_SHUTDOWN_S
  docker rm "$each" >/dev/null
  free
  echo "upgrade.sh: ${each:0:12} was replaced by ${new:0:12}"
done
