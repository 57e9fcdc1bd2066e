#!/bin/bash
# A filled demo desk on http://localhost:8080; what it prints first is where to go and how to sign in. Ctrl+C ends it, and the next
# run begins anew: a demo whose conversations are of today is worth more than an old one. LISTEN takes another address.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf target/demo
exec target/debug/candor serve --demo --data target/demo --listen "${LISTEN:-127.0.0.1:8080}" --log-level warn "$@"
