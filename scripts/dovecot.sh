#!/bin/bash
# A private IMAP server for tests: Dovecot on loopback and free ports. Everybody may sign in with the password `test-secret`, or by OAuth 2
# with a token that is signed with the key in DIR/token.key (a JWT by HS256 whose `email` names the user); a mailbox is made when its owner
# first does.
#   scripts/dovecot.sh start DIR    prints PORT,TLSPORT,DIR: the first offers STARTTLS; DIR/ca.pem is whose certificate it shows
#   scripts/dovecot.sh stop DIR     stops it and removes DIR
# Dovecot never opens mail as root: for root it does so as the user `dovenull` that Debian's package makes.
set -euo pipefail

. "$(dirname "$0")/server.sh"
bin=$(command -v dovecot || true)

settings() {
  cat << EOF
protocols = imap
listen = 127.0.0.1
base_dir = $dir/run
log_path = $dir/log
default_internal_user = $inner
default_internal_group = $group
default_login_user = $login
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0 secs
ssl = yes
ssl_cert = <$dir/certificate.pem
ssl_key = <$dir/key.pem
mail_location = maildir:~/Maildir
mailbox_idle_check_interval = 1 secs
mail_max_userip_connections = 100
first_valid_uid = 1
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = $dir/oauth2.conf
}
passdb {
  driver = static
  mechanisms = plain login
  args = password=test-secret
}
userdb {
  driver = static
  args = uid=$owner gid=$owned home=$dir/mail/%u
}
namespace inbox {
  inbox = yes
  separator = /
}
# All tests come from one address: a wrong password of one makes no other wait.
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  process_limit = 500
  inet_listener imap {
    port = $1
  }
  inet_listener imaps {
    port = $2
    ssl = yes
  }
}
service imap {
  process_limit = 500
}
EOF
}

# Dovecot looks at tokens by itself: no provider has to be asked, and none can be away.
tokens() {
  openssl rand -hex 32 > token.key
  install -d keys/default/HS256
  base64 -w 0 < <(tr -d '\n' < token.key) > keys/default/HS256/default
  cat > oauth2.conf << EOF
introspection_mode = local
local_validation_key_dict = fs:posix:prefix=$dir/keys/
username_attribute = email
EOF
}

start() {
  [ -n "$bin" ] || { echo "Dovecot is not installed: run 'make setup'" >&2; exit 1; }
  cd "$dir"
  certificates > certificates.log 2>&1 || { cat certificates.log >&2; exit 1; }
  if [ "$(id -u)" -eq 0 ]; then
    inner=dovecot group=dovecot login=dovenull owner=dovenull owned=dovenull
    chmod 711 "$dir"
    install -d -o dovenull -g dovenull mail
  else
    inner=$(id -un) group=$(id -gn) login=$(id -un) owner=$(id -un) owned=$(id -gn)
    mkdir -p mail
  fi
  tokens
  # Another program may take a free port before Dovecot does: then the next ones.
  for _ in 1 2 3 4 5; do
    local port tls
    port=$(free_port) tls=$(free_port)
    settings "$port" "$tls" > dovecot.conf
    # It goes into the background when it listens.
    if "$bin" -c dovecot.conf > start.log 2>&1; then
      echo "$port,$tls,$dir"
      return
    fi
  done
  cat start.log log >&2 2> /dev/null || true
  exit 1
}

stop() { end "$dir/run/master.pid"; }

served
