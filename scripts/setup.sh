#!/bin/bash
# Installs what building and testing need on Debian 12, as root; without root it says what is missing.
# What is there is never installed again. Rust and Node are the developer's own choice and are only looked for.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v cargo > /dev/null || missing+=("Rust 1.95 or newer (https://rustup.rs)")
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2> /dev/null || missing+=("Node 20 or newer, with npm (https://nodejs.org)")
command -v npm > /dev/null || missing+=("npm")
if [ ${#missing[@]} -gt 0 ]; then
  printf 'missing: %s\n' "${missing[@]}" >&2
  exit 1
fi

packages=()
command -v cc > /dev/null || packages+=(gcc libc6-dev)
ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || packages+=(postgresql-15)
command -v psql > /dev/null || packages+=(postgresql-client-15)
# The tests put it between a node and the database, to see it recognised.
command -v pgbouncer > /dev/null || packages+=(pgbouncer)
# The tests fetch mail from it.
PATH=$PATH:/usr/sbin command -v dovecot > /dev/null || packages+=(dovecot-imapd)
# The tests have files looked at by it, with a signature of their own: its lists of signatures are not fetched.
PATH=$PATH:/usr/sbin command -v clamd > /dev/null || packages+=(clamav-daemon)
# The tests send and receive by it, and by Python as another's mail program.
PATH=$PATH:/usr/sbin command -v postfix > /dev/null || packages+=(postfix)
command -v python3 > /dev/null || packages+=(python3)
ls /usr/lib/*/faketime/libfaketimeMT.so.1 > /dev/null 2>&1 || packages+=(faketime)
command -v pgrep > /dev/null || packages+=(procps)
[ -x /usr/bin/chromium ] || packages+=(chromium)
# Without it Chinese is drawn as boxes, on screenshots too.
ls /usr/share/fonts/opentype/noto/NotoSansCJK-* > /dev/null 2>&1 || packages+=(fonts-noto-cjk)
if [ ${#packages[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
    echo "missing: ${packages[*]}; as root: apt-get install ${packages[*]}" >&2
    exit 1
  fi
  # Tests start a private cluster; the one that Debian would make and start is not wanted.
  if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
  fi
  # Nor are the mail server, the scanner and its fetching of signatures that Debian would start.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  # Tests start a Postfix of their own, with its own settings: Debian's needs none.
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold "${packages[@]}" < /dev/null
fi

# The same rule as in crates/assets/build.rs: what is installed is older than the lock.
if [ ! web/node_modules/.package-lock.json -nt web/package-lock.json ]; then
  (cd web && npm ci --no-audit --no-fund < /dev/null)
  touch web/node_modules/.package-lock.json
fi
