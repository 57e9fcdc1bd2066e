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
exec node --test --test-concurrency=1 --test-reporter=spec e2e/${1:-*}.test.mjs
