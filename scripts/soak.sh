#!/bin/bash
# Kills, cuts and fuzzing in full counts on the release build, on both databases; at most an hour on two cores.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/tally.sh

postgres=$(mktemp -d)
trap 'scripts/postgres.sh stop "$postgres"' EXIT
trap 'exit 130' INT TERM
CANDOR_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres") || exit 1
export CANDOR_TEST_POSTGRES

bench=(target/release/candor-bench)
for database in sqlite postgres; do
  address=(--candor target/release/candor); [ "$database" = sqlite ] || address+=(--postgres "$CANDOR_TEST_POSTGRES")
  one "kill-$database" "${bench[@]}" kill "${address[@]}" --kills 500 --writers 8
  one "cuts-$database" "${bench[@]}" cuts "${address[@]}" --cuts 2000 --clients 50
done
CANDOR=$PWD/target/release/candor FUZZ_EXAMPLES=200 FUZZ_SEEDS="1 2 3" one fuzz scripts/fuzz.sh
tell
