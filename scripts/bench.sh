#!/bin/bash
# The figures of the release build, each beside the raw limit of this machine in the same run: at most an hour on two cores.
# Nothing else should run meanwhile. target/bench.jsonl keeps the lines, target/bench.md their rows, which docs/figures.md takes over
# by hand, with commit, date and machine. Named groups are run alone (intake, disk, mail, ack, idle, fanout, rush, footprint, reads);
# LARGE_DIR keeps the large desk for the next run.
set -uo pipefail
cd "$(dirname "$0")/.."
postgres=$(mktemp -d)
trap 'scripts/postgres.sh stop "$postgres"' EXIT
trap 'exit 130' INT TERM
address=$(scripts/postgres.sh start "$postgres") || exit 1
missed=0
: > target/bench.jsonl

# run COMMAND...: what it says is kept; a figure that is missed stops none of the others.
run() {
  target/release/candor-bench "$@" --candor target/release/candor | tee -a target/bench.jsonl
  [ "${PIPESTATUS[0]}" -eq 0 ] || missed=$((missed + 1))
}

groups=("$@")
[ $# -gt 0 ] || groups=(footprint ack intake disk mail idle fanout rush reads)
for group in "${groups[@]}"; do
  echo "== $group, $(date -u +%H:%M:%S)"
  case $group in
    reads) run figures reads ${LARGE_DIR:+--large-dir "$LARGE_DIR"} ;;
    # A message costs PostgreSQL several times as much, so fewer tell as much.
    intake | disk) run figures "$group"; run figures "$group" --postgres "$address" --messages 10000 ;;
    footprint | ack | mail | rush) run figures "$group"; run figures "$group" --postgres "$address" ;;
    *) run figures "$group" ;;
  esac
done
if [ $# -eq 0 ]; then
  run flood
  run flood --postgres "$address"
  run reactor
  run reactor --postgres "$address"
fi
node -e '
  const lines = require("fs").readFileSync("target/bench.jsonl", "utf8").split("\n").filter((line) => line.startsWith("{"));
  const rows = lines.map((line) => JSON.parse(line).row).filter(Boolean);
  console.log(["| figure | measured | beside it | value | target | load |", "| --- | --- | --- | --- | --- | --- |", ...rows].join("\n"));
' > target/bench.md
echo "target/bench.md holds $(($(wc -l < target/bench.md) - 2)) figures; $missed runs missed one or more of theirs"
[ "$missed" -eq 0 ]
