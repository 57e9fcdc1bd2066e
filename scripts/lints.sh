# What is checked without running the desk. Sourced after tally.sh.

[ ! -f rustfmt.toml ] || one fmt cargo fmt --check
# The suite compiles with the linter (see clippy_build.sh), so that nothing is compiled twice.
if [ -n "${LINTING_BUILD:-}" ]; then one clippy scripts/clippy_build.sh; else one clippy cargo clippy --workspace --all-targets --locked -- -D warnings; fi
# Flaws can be planted in builds for tests only: the program is made without that switch.
one no-flaws bash -c '! cargo tree --locked -e normal,build,features -p candor-server -p candor-bench | grep "candor-store feature .testing"'
# A crate of the fuzz targets' own workspace: its list of versions is made anew when one of ours asks for others.
one fuzz-versions bash -c 'cargo metadata --locked --format-version 1 --manifest-path fuzz/Cargo.toml > /dev/null'
one licences node scripts/licences.mjs
if cargo deny --version > /dev/null 2>&1; then
  one deny cargo deny --locked --log-level error check bans licenses sources
else
  echo "deny: cargo-deny is not installed, so only scripts/licences.mjs has looked (cargo install --locked cargo-deny)"
fi
one web-check npm --prefix web run -s check
one web-units npm --prefix web run -s test
UI_OUT=$PWD/target/web one sizes node web/scripts/sizes.mjs
