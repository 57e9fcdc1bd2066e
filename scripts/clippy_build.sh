#!/bin/bash
# Compiles the tests with clippy's driver, which is the compiler with more lints: one build gives programs and warnings, where
# `cargo clippy` would check every crate once more for itself. Any warning fails; cargo repeats those of crates it does not compile again.
set -uo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
RUSTC_WORKSPACE_WRAPPER=clippy-driver cargo test --workspace --locked --no-run 2>&1 | tee "$log"
[ "${PIPESTATUS[0]}" -eq 0 ] && ! grep -q '^warning' "$log"
