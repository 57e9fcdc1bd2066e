#!/bin/bash
# Every parser of the desk under libFuzzer, as many at a time as there are processors: scripts/fuzz_parsers.sh [PARSER…]. SECONDS_EACH
# says how long each.
# An input that takes more than a second or 256 MB is a failure, as is a broken promise; it is kept in target/fuzz-found.
#
# Stable Rust: the compiler's coverage pass is asked for by its LLVM name, and no sanitizer is, because safe Rust needs none.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v c++ > /dev/null || { echo "missing: a C++ compiler, for libFuzzer; as root: apt-get install g++" >&2; exit 1; }
[ ! -d ../shared ] || export CANDOR_SHARED=${CANDOR_SHARED:-$(cd ../shared && pwd)}
seconds=${SECONDS_EACH:-600}
target=x86_64-unknown-linux-gnu
[ "$(uname -m)" = x86_64 ] || target=aarch64-unknown-linux-gnu
corpus=target/fuzz-corpus
found=target/fuzz-found
mkdir -p "$corpus" "$found"
parsers=$(cargo run --quiet --locked -p candor-hostile --example seeds -- "$corpus")

export CARGO_INCREMENTAL=0
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
  -Cllvm-args=-sanitizer-coverage-trace-compares"
# With a target named, what runs while building (build scripts, macros) is built without the counters.
cargo build --quiet --release --locked --manifest-path fuzz/Cargo.toml --target "$target" --target-dir target/fuzz-parsers --bins
built=target/fuzz-parsers/$target/release

# fuzz PARSER LONGEST: one of them, to its end.
fuzz() {
  local parser=$1 longest=$2 room
  mkdir -p "$found/$parser"
  # Room of its own for what a desk under the fuzzer writes.
  room=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo /tmp)")
  if TMPDIR=$room "$built/$parser" "$corpus/$parser" -max_total_time="$seconds" -max_len="$longest" -timeout=1 -rss_limit_mb=256 \
    -artifact_prefix="$found/$parser/" -print_final_stats=1 -verbosity=0 < /dev/null > "$found/$parser/log" 2>&1
  then
    echo "$parser: $(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$parser/log") inputs in $seconds s"
  else
    echo "$parser: failed"
    grep -aE 'panicked|SUMMARY|Test unit written' -A 1 "$found/$parser/log" | head -20
    touch "$found/$parser/failed"
  fi
  rm -rf "$room"
}

rm -f "$found"/*/failed
while read -r parser longest; do
  [ $# -eq 0 ] || [[ " $* " == *" $parser "* ]] || continue
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n; done
  fuzz "$parser" "$longest" &
done <<< "$parsers"
wait
failed=$(cd "$found" && ls -d ./*/failed 2> /dev/null | cut -d/ -f2 | paste -sd' ' || true)
[ -z "$failed" ] || { echo "failed: $failed; the inputs lie in $found" >&2; exit 1; }
