#!/bin/bash
# An S3 server for tests: moto's, from PyPI into target/, on loopback and a free port, with an empty bucket named `desk`.
#   scripts/s3.sh start DIR    prints its address
#   scripts/s3.sh stop DIR     stops it and removes DIR
set -euo pipefail
cd "$(dirname "$0")/.."

usage() { echo "usage: $0 start|stop DIR" >&2; exit 2; }
[ $# -eq 2 ] || usage
dir=$2

start() {
  mkdir -p "$dir"
  command -v python3 > /dev/null || { echo "missing: python3; as root: apt-get install python3 python3-venv" >&2; exit 1; }
  if [ ! -x target/s3/bin/moto_server ]; then
    python3 -m venv target/s3
    target/s3/bin/pip install --quiet --disable-pip-version-check 'moto[s3,server]>=5,<6' >&2
  fi
  # Another program may take a free port before the server does: then the next one.
  for _ in 1 2 3 4 5; do
    port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
    target/s3/bin/moto_server -H 127.0.0.1 -p "$port" > "$dir/server.log" 2>&1 &
    echo $! > "$dir/pid"
    for _ in $(seq 100); do
      kill -0 "$(cat "$dir/pid")" 2> /dev/null || break
      if bucket "$port"; then echo "http://127.0.0.1:$port"; return; fi
      sleep 0.2
    done
    kill "$(cat "$dir/pid")" 2> /dev/null || true
  done
  cat "$dir/server.log" >&2
  exit 1
}

# The server checks no signature, but it reads from one for which service a request is meant.
bucket() {
  node -e 'fetch(process.argv[1],{method:"PUT",headers:{authorization:process.argv[2]}}).then((answer)=>process.exit(answer.ok?0:1),()=>process.exit(1))' \
    "http://127.0.0.1:$1/desk" 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
}

stop() {
  [ -d "$dir" ] || return 0
  kill "$(cat "$dir/pid")" 2> /dev/null || true
  rm -rf "$dir"
}

case $1 in
  start) start ;;
  stop) stop ;;
  *) usage ;;
esac
