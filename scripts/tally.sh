# Runs checks one after the other and counts them; a failure never stops the rest, so that one run tells all.
# Sourced by the scripts that run several checks. What each said stands in target/test/NAME.log.

logs=target/test
rm -rf "$logs"
mkdir -p "$logs"
passed=0
failed=0
broken=()

# one NAME COMMAND...: a single check, judged by its exit status.
one() {
  suite "$1" no_counts "${@:2}"
}

# suite NAME COUNTER COMMAND...: tests that say themselves how many passed. COUNTER prints "PASSED FAILED" from the log.
# An exit status that says failure counts as one where no test did, and so does a suite that ran nothing.
suite() {
  local name=$1 counter=$2 log="$logs/$1.log" begun=$SECONDS status good bad
  shift 2
  echo "== $name"
  "$@" < /dev/null 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  read -r good bad < <("$counter" "$log" "$status")
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$good" -eq 0 ] && [ "$bad" -eq 0 ]; then echo "$name ran nothing"; bad=1; fi
  passed=$((passed + good))
  failed=$((failed + bad))
  [ "$bad" -eq 0 ] || broken+=("$name: $bad failed, see $log")
  echo "-- $name: $good passed, $bad failed, $((SECONDS - begun)) s"
}

no_counts() { if [ "$2" -eq 0 ]; then echo 1 0; else echo 0 1; fi; }

# "test result: ok. 12 passed; 0 failed; ..." of every test program.
cargo_counts() {
  awk '/^test result: /{for (i = 2; i <= NF; i++) {if ($i == "passed;") p += $(i-1); if ($i == "failed;") f += $(i-1)}} END {print p + 0, f + 0}' "$1"
}

# The last lines of node --test. What was cancelled did not pass; skipped is only what needs data that is not here.
node_counts() {
  awk '$2 == "pass" {p += $3} $2 == "fail" || $2 == "cancelled" || $2 == "todo" {f += $3} END {print p + 0, f + 0}' "$1"
}

# The plain line that CI reads, and the exit status of it all.
tell() {
  echo
  [ ${#broken[@]} -eq 0 ] || printf 'FAILED %s\n' "${broken[@]}"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
