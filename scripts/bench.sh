#!/bin/bash
# The figures of the release build, each beside the raw limit of this machine in the same run; target/bench.jsonl keeps the lines.
# Nothing else should run meanwhile. docs/figures.md takes them over by hand, with commit, date and machine.
set -euo pipefail
cd "$(dirname "$0")/.."
postgres=$(mktemp -d)
trap 'scripts/postgres.sh stop "$postgres"' EXIT
address=$(scripts/postgres.sh start "$postgres")
bench() { target/release/candor-bench figures --candor target/release/candor "$@" | tee -a target/bench.jsonl; }
: > target/bench.jsonl
bench --commits "$address" "$@"
bench --postgres "$address" --messages 10000 --large 0
