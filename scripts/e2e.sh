#!/bin/bash
# The browser suite against the built program. E2E_DATABASE=sqlite|postgres runs it once; without it both run, PostgreSQL in a
# private cluster. An argument names one file: `scripts/e2e.sh story`.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${E2E_DATABASE:-}" ]; then
  postgres=$(mktemp -d)
  trap 'scripts/postgres.sh stop "$postgres"' EXIT
  CANDOR_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres")
  export CANDOR_TEST_POSTGRES
  E2E_DATABASE=sqlite "$0" "$@"
  E2E_DATABASE=postgres "$0" "$@"
  exit
fi

[ ! -d ../shared ] || export CANDOR_SHARED=${CANDOR_SHARED:-$(cd ../shared && pwd)}
# One file at a time: each has its own desk, and two browsers on two cores only make each other late.
cd web
suite() { node --test --test-concurrency=1 --test-reporter=spec "$@"; }

# What these show is done by the page alone; what they ask of the server is tested on both databases in crates/server/tests/it.
page_alone=" ime join keyboard letter lighthouse mailview outbound sanitiser "

# A browser on a busy machine is late now and then. A file that fails is run once more from the beginning, on a new desk; both runs
# stand in the log, and only the second counts. What is really broken fails twice.
failed=0
for file in e2e/${1:-*}.test.mjs; do
  name=$(basename "$file" .test.mjs)
  if [ $# -eq 0 ] && [ "$E2E_DATABASE" = postgres ] && [[ $page_alone == *" $name "* ]]; then
    echo "$name: on SQLite alone"
    continue
  fi
  log=$(mktemp)
  if ! suite "$file" > "$log" 2>&1; then
    sed -E 's/^(ℹ|#) (pass|fail|cancelled|todo) /\1 first run: \2 /' "$log"
    echo "== $file failed; once more"
    suite "$file" > "$log" 2>&1 || failed=1
  fi
  cat "$log"
  rm -f "$log"
done
exit $failed
