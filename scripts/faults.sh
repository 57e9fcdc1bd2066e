#!/bin/bash
# Breaks what the desk stands on while people write: disk, database, the way to it, clock. Sourced after tally.sh, or run
# alone: scripts/faults.sh small|full [CANDOR] [BENCH]. What cannot be done on this machine is said, never counted.

# faults small|full CANDOR BENCH
faults() {
  local size=$1 candor=$2 bench=$3 own cluster url part
  local rounds=1 broken=1 kills=5 cuts=30 deaf=5 room=24m
  # Ten rounds of a release build write 30 MB themselves: the ballast is to fill the disk, not the desk.
  [ "$size" = small ] || { rounds=10 broken=10 kills=100 cuts=1000 deaf=50 room=160m; }
  own=$(mktemp -d)
  cluster=$(mktemp -d)
  chmod 755 "$own"

  mkdir "$own/room"
  if mount -t tmpfs -o size=$room faults "$own/room" 2> /dev/null; then
    TMPDIR=$own/room one fault-full-disk "$bench" faults full --candor "$candor" --room "$own/room" --rounds "$rounds"
    umount "$own/room"
  else
    echo "-- fault-full-disk: not run, because no tmpfs can be mounted here (root is needed)"
  fi

  if cc -shared -fPIC -O1 -o "$own/disk.so" scripts/faults/disk.c -ldl; then
    one fault-broken-disk "$bench" faults broken --candor "$candor" --shim "$own/disk.so" --rounds "$broken"
  else
    echo "-- fault-broken-disk: not run, because there is no C compiler"
  fi

  if url=$(scripts/postgres.sh start "$cluster"); then
    one fault-postgres-killed "$bench" faults postgres --candor "$candor" --postgres "$url" --cluster "$cluster" --kills "$kills"
    one fault-commit-answers "$bench" faults commits --candor "$candor" --postgres "$url" --cuts "$cuts"
    one fault-deaf-nodes "$bench" faults deaf --candor "$candor" --postgres "$url" --messages "$deaf"
    clock "$candor" "$bench" postgres --postgres "$url"
    # The process people come to and the one that works, of which one's clock jumps.
    [ "$size" = small ] || for part in web worker; do clock "$candor" "$bench" "$part" --postgres "$url" --apart "$part"; done
  fi
  scripts/postgres.sh stop "$cluster"
  [ "$size" = small ] || database_clock "$candor" "$bench" "$own"
  clock "$candor" "$bench" sqlite
  rm -rf "$own"
}

faketime_library() { ls /usr/lib/*/faketime/libfaketimeMT.so.1 2> /dev/null | head -1; }

# A PostgreSQL whose clock jumps while the desk's stays.
database_clock() {
  local candor=$1 bench=$2 own=$3 cluster url library
  library=$(faketime_library)
  [ -n "$library" ] || return 0
  cluster=$(mktemp -d)
  echo +0 > "$own/dial"
  if url=$(LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$own/dial FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 \
    scripts/postgres.sh start "$cluster")
  then
    clock "$candor" "$bench" database --postgres "$url" --database-dial "$own/dial"
  fi
  scripts/postgres.sh stop "$cluster"
}

clock() {
  local candor=$1 bench=$2 name=$3 library
  shift 3
  library=$(faketime_library)
  if [ -n "$library" ]; then
    one "fault-clock-$name" "$bench" faults clock --candor "$candor" --faketime "$library" "$@"
  else
    echo "-- fault-clock-$name: not run, because libfaketime is not installed (apt-get install faketime)"
  fi
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -uo pipefail
  cd "$(dirname "$0")/.."
  . scripts/tally.sh
  faults "${1:-small}" "${2:-target/debug/candor}" "${3:-target/debug/candor-bench}"
  tell
fi
