#!/bin/bash
# The API, fuzzed from its own OpenAPI document: no answer of 500 or above, none that the document does not describe.
# schemathesis comes from PyPI into target/; FUZZ_EXAMPLES and FUZZ_SEEDS make it longer.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v python3 > /dev/null || { echo "missing: python3; as root: apt-get install python3 python3-venv" >&2; exit 1; }
tool=target/fuzz/bin/schemathesis
if [ ! -x "$tool" ]; then
  python3 -m venv target/fuzz
  target/fuzz/bin/pip install --quiet --disable-pip-version-check 'schemathesis>=4,<5'
fi
exec node web/e2e/fuzz.mjs "$tool" "${FUZZ_EXAMPLES:-30}" ${FUZZ_SEEDS:-1}
