#!/bin/bash
# A private PostgreSQL for tests: loopback only, a port that is free, a password of its own, durable as in production.
#   scripts/postgres.sh start DIR    prints the superuser's address; every folder above DIR must let others pass (mktemp -d does)
#   scripts/postgres.sh stop DIR     stops it and removes DIR
#   scripts/postgres.sh kill DIR     kills it with -9, all its processes at once
#   scripts/postgres.sh again DIR    starts it after a kill, at the same address
# PostgreSQL refuses to run as root, so root hands it to the user `postgres` that Debian's package makes.
set -euo pipefail

usage() { echo "usage: $0 start|stop|kill|again DIR" >&2; exit 2; }
[ $# -eq 2 ] || usage
dir=$2
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v pg_ctl || true)")
[ -x "$bin/pg_ctl" ] || { echo "PostgreSQL is not installed: run 'make setup'" >&2; exit 1; }

as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start() {
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  (umask 077; head -c 24 /dev/urandom | base64 | tr -dc 'a-zA-Z0-9' > "$dir/password")
  [ "$(id -u)" -ne 0 ] || chown -R postgres "$dir"
  cd "$dir"
  as_postgres "$bin/initdb" -D "$dir/data" -U candor -A scram-sha-256 --pwfile="$dir/password" \
    -E UTF8 --locale=C.UTF-8 > "$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; exit 1; }
  # Another program may take a free port before PostgreSQL does: then the next one.
  for _ in 1 2 3 4 5; do
    port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
    if as_postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 30 \
      -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300 -c recovery_init_sync_method=syncfs" start > "$dir/start.log" 2>&1
    then
      echo "postgres://candor:$(cat "$dir/password")@127.0.0.1:$port/postgres"
      return
    fi
  done
  cat "$dir/start.log" "$dir/server.log" >&2
  exit 1
}

stop() {
  [ -d "$dir" ] || return 0
  dir=$(cd "$dir" && pwd)
  cd /
  [ ! -f "$dir/data/postmaster.pid" ] || as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 30 stop > /dev/null
  rm -rf "$dir"
}

kill_all() {
  local main
  main=$(head -1 "$dir/data/postmaster.pid")
  # The parent first, so that it starts nothing anew; then those it leaves behind, and nobody else's.
  local children
  children=$(pgrep -P "$main" || true)
  kill -9 "$main"
  # shellcheck disable=SC2086 # one word a process
  [ -z "$children" ] || kill -9 $children 2> /dev/null || true
}

again() {
  cd "$dir"
  # It starts with the options it had. Right after a kill the shared memory may still be held by a dying process.
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if as_postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 30 restart > "$dir/start.log" 2>&1; then return; fi
    sleep 0.2
  done
  cat "$dir/start.log" >&2
  exit 1
}

case $1 in
  start) start ;;
  stop) stop ;;
  kill) kill_all ;;
  again) again ;;
  *) usage ;;
esac
