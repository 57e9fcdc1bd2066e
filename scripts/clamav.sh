#!/bin/bash
# A private scanner for tests: ClamAV's clamd on a socket of its own, which knows one harmful file, the one that all scanners know.
#   scripts/clamav.sh start DIR    prints unix:DIR/clamd.ctl
#   scripts/clamav.sh stop DIR     stops it and removes DIR
# It loads one signature and nothing is fetched. It takes files up to a megabyte, so that tests see one that is too large for it.
set -euo pipefail

. "$(dirname "$0")/server.sh"
bin=$(command -v clamd || true)

# The EICAR test file, never in one piece: scanners would take this file for it.
signature() {
  local test='X5O!P%@AP[4\PZX54(P^)7CC)7}$'
  test+='EICAR-STANDARD-ANTI''VIRUS-TEST-FILE!$H+H*'
  # name : kind of target (any) : where (anywhere) : bytes
  printf 'Desk.Test.Eicar:0:*:%s\n' "$(printf %s "$test" | od -An -v -tx1 | tr -d ' \n')"
}

settings() {
  cat << END
LocalSocket $dir/clamd.ctl
LocalSocketMode 600
LogFile $dir/log
DatabaseDirectory $dir/signatures
TemporaryDirectory $dir/tmp
OfficialDatabaseOnly no
StreamMaxLength 1M
MaxThreads 4
SelfCheck 0
ConcurrentDatabaseReload no
END
}

start() {
  [ -n "$bin" ] || { echo "ClamAV is not installed: run 'make setup'" >&2; exit 1; }
  mkdir -p "$dir/signatures" "$dir/tmp"
  signature > "$dir/signatures/test.ndb"
  settings > "$dir/clamd.conf"
  # In the foreground of a session of its own: when it goes into the background itself, its parent now and then misses that it listens
  # and waits for ever.
  setsid "$bin" --config-file="$dir/clamd.conf" --foreground > "$dir/start.log" 2>&1 < /dev/null &
  echo $! > "$dir/pid"
  for _ in $(seq 100); do [ -S "$dir/clamd.ctl" ] && break; sleep 0.1; done
  [ -S "$dir/clamd.ctl" ] || { cat "$dir/start.log" "$dir/log" >&2; exit 1; }
  echo "unix:$dir/clamd.ctl"
}

stop() { end "$dir/pid"; }

served
