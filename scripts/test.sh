#!/bin/bash
# Everything once, small. The Rust tests, the browser and the kill loop run on SQLite and on a private PostgreSQL.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/tally.sh
. scripts/faults.sh

postgres=$(mktemp -d)
dovecot=$(mktemp -d)
clamav=$(mktemp -d)
postfix=$(mktemp -d)
trap 'scripts/postgres.sh stop "$postgres"; scripts/dovecot.sh stop "$dovecot"; scripts/clamav.sh stop "$clamav"; scripts/postfix.sh stop "$postfix"' EXIT
trap 'exit 130' INT TERM
CANDOR_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres") || exit 1
CANDOR_TEST_IMAP=$(scripts/dovecot.sh start "$dovecot") || exit 1
CANDOR_TEST_CLAMD=$(scripts/clamav.sh start "$clamav") || exit 1
CANDOR_TEST_POSTFIX=$(scripts/postfix.sh start "$postfix") || exit 1
export CANDOR_TEST_POSTGRES CANDOR_TEST_IMAP CANDOR_TEST_CLAMD CANDOR_TEST_POSTFIX
if [ -d ../shared ]; then
  export CANDOR_SHARED=${CANDOR_SHARED:-$(cd ../shared && pwd)}
else
  echo "../shared is not here: tests that read its corpora are passed over"
fi

LINTING_BUILD=1
. scripts/lints.sh
suite rust cargo_counts env RUSTC_WORKSPACE_WRAPPER=clippy-driver cargo test --workspace --locked --no-fail-fast
one both-databases node scripts/both.mjs "$logs/rust.log"
# The program as it is shipped, without what only tests switch on; the end-to-end runs take it.
shipped() {
  local said
  said=$(cargo build --locked -p candor-server -p candor-bench -p candor-connect --bins --example html_clean \
    --features candor-bench/beside-tests 2>&1)
  local status=$?
  echo "$said"
  [ $status -eq 0 ] && ! grep -q '^warning' <<< "$said"
}
one build shipped
for database in sqlite postgres; do
  address=(); [ "$database" = sqlite ] || address=(--postgres "$CANDOR_TEST_POSTGRES")
  one "kill-$database" target/debug/candor-bench kill "${address[@]}"
  one "mails-$database" target/debug/candor-bench mails --imap "$CANDOR_TEST_IMAP" "${address[@]}"
  one "cuts-$database" target/debug/candor-bench cuts "${address[@]}"
  # Small, and for what comes of it alone: how quick a debug build is says nothing.
  one "flood-$database" target/debug/candor-bench flood --starts 500 --agents 5 --before 1 --usable-ms 5000 "${address[@]}"
  # For what is right in the end: reactions, the outside feed, deadlocks.
  one "reactor-$database" target/debug/candor-bench reactor --untimed --seconds 5 "${address[@]}"
  E2E_DATABASE=$database suite "e2e-$database" node_counts scripts/e2e.sh
done
one nodes target/debug/candor-bench nodes --postgres "$CANDOR_TEST_POSTGRES"
faults small target/debug/candor target/debug/candor-bench
tell
