#!/bin/bash
# Lints, types, strings, sizes, licences.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/tally.sh
. scripts/lints.sh
tell
