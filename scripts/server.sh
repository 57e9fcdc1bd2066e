# What the scripts share that start a server for tests: `. scripts/server.sh` after `set`, then define start and stop, then `served`.
# Every such script is called with start or stop and a folder, which is the server's own and goes with it.

usage() { echo "usage: $0 start|stop DIR" >&2; exit 2; }
[ $# -eq 2 ] || usage
deed=$1
dir=$2
PATH=$PATH:/usr/sbin

# In the folder: an authority of its own (ca.pem) and a certificate for this machine by it.
certificates() {
  local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
  openssl req -x509 "${key[@]}" -keyout ca.key -out ca.pem -days 30 -subj '/CN=tests'
  openssl req "${key[@]}" -keyout key.pem -out request.pem -subj '/CN=localhost'
  openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out certificate.pem \
    -extfile <(echo 'subjectAltName=IP:127.0.0.1,DNS:localhost')
}

free_port() {
  node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# Ends the process whose number lies in a file, and waits for its end.
end() {
  [ -f "$1" ] || return 0
  local pid
  pid=$(cat "$1")
  kill "$pid" 2> /dev/null || true
  for _ in $(seq 100); do kill -0 "$pid" 2> /dev/null || break; sleep 0.1; done
}

served() {
  case $deed in
    start)
      mkdir -p "$dir"
      dir=$(cd "$dir" && pwd)
      start
      ;;
    stop)
      [ -d "$dir" ] || return 0
      dir=$(cd "$dir" && pwd)
      cd /
      stop
      rm -rf "$dir"
      ;;
    *) usage ;;
  esac
}
