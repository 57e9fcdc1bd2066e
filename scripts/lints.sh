# What is checked without running the desk. Sourced after tally.sh.

[ ! -f rustfmt.toml ] || one fmt cargo fmt --check
one clippy cargo clippy --workspace --all-targets --locked -- -D warnings
one licences node scripts/licences.mjs
one web-check npm --prefix web run -s check
one web-units npm --prefix web run -s test
UI_OUT=$PWD/target/web one sizes node web/scripts/sizes.mjs
