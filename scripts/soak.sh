#!/bin/bash
# What make test does small, in full counts on the release build: kills, cuts, two nodes, faults, fuzzing; the simulation beside them.
# At most an hour on two cores; FUZZ_EXAMPLES, FUZZ_SEEDS, SECONDS_EACH, CANDOR_SEEDS and CANDOR_MEETINGS make it shorter or longer.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/tally.sh
. scripts/faults.sh

postgres=$(mktemp -d)
dovecot=$(mktemp -d)
s3=$(mktemp -d)
stop() {
  [ -z "${playing:-}" ] || pkill -P "$playing"
  for service in s3 postgres dovecot; do "scripts/$service.sh" stop "${!service}"; done
}
trap stop EXIT
trap 'exit 130' INT TERM
CANDOR_TEST_POSTGRES=$(scripts/postgres.sh start "$postgres") || exit 1
imap=$(scripts/dovecot.sh start "$dovecot") || exit 1
export CANDOR_TEST_POSTGRES
candor=target/release/candor
bench=target/release/candor-bench

# Plays from the start in the time that the others leave the processors: it asks no disk, and its clock is its own.
export CANDOR_SEEDS=${CANDOR_SEEDS:-100000} CANDOR_MEETINGS=${CANDOR_MEETINGS:-2000}
play=(env CARGO_PROFILE_DEV_OPT_LEVEL=2 cargo test --locked -p candor-app --test simulation --test meetings)
(nice -n 19 timeout 1h "${play[@]}" > "$logs/playing" 2>&1; echo $? > "$logs/played") &
playing=$!
played() {
  tail --pid "$playing" -f /dev/null
  cat "$logs/playing"
  return "$(cat "$logs/played")"
}

for database in sqlite postgres; do
  address=(--candor "$candor"); [ "$database" = sqlite ] || address+=(--postgres "$CANDOR_TEST_POSTGRES")
  one "kill-$database" "$bench" kill "${address[@]}" --kills 300 --writers 8
  one "mails-$database" "$bench" mails "${address[@]}" --mails 1000 --kills 160 --imap "$imap" --fetched 1000 --fetch-kills 150
  one "cuts-$database" "$bench" cuts "${address[@]}" --cuts 2000 --clients 50
done
one nodes "$bench" nodes --candor "$candor" --postgres "$CANDOR_TEST_POSTGRES" --rounds 20
if address=$(scripts/s3.sh start "$s3"); then
  one nodes-s3 "$bench" nodes --candor "$candor" --postgres "$CANDOR_TEST_POSTGRES" --rounds 10 --s3 "$address"
else
  one nodes-s3 false
fi
faults full "$candor" "$bench"
CANDOR=$PWD/$candor FUZZ_EXAMPLES=${FUZZ_EXAMPLES:-200} FUZZ_SEEDS="${FUZZ_SEEDS:-1}" one fuzz scripts/fuzz.sh
SECONDS_EACH=${SECONDS_EACH:-30} one fuzz-parsers scripts/fuzz_parsers.sh
suite simulation cargo_counts played
tell
