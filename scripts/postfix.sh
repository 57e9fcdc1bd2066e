#!/bin/bash
# A private mail server for tests: Postfix on loopback and free ports; Debian's own instance is neither touched nor started.
#   scripts/postfix.sh start DIR    prints PORT,SUBMISSION,DIR: the first takes mail from this machine, the second with STARTTLS and the
#                                   password `test-secret` alone; DIR/ca.pem is whose certificate both show
#   scripts/postfix.sh stop DIR     stops it and removes DIR
# Mail to ...@pPORT.smtp.test and ...@pPORT.lmtp.test is handed on to that port of this machine, to ...@pPORT.tls.test only where a
# certificate of DIR/ca.pem is shown. Who ends in a number, as ann7@customer.test, has a mailbox: all their mail lies in
# DIR/mail/Maildir/new, with Delivered-To.
# All other mail is returned to its sender; none leaves this machine. What cannot be handed on is tried again every second.
# Postfix serves as several users, so it needs root.
set -euo pipefail

. "$(dirname "$0")/server.sh"

# Passwords are looked at by Dovecot, which serves nothing else here.
passwords() {
  cat << END
protocols =
base_dir = $dir/sasl
log_path = $dir/sasl.log
default_internal_user = dovecot
default_internal_group = dovecot
default_login_user = dovenull
auth_mechanisms = plain login
auth_failure_delay = 0 secs
ssl = no
passdb {
  driver = static
  args = password=test-secret
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}
service anvil {
  chroot =
}
service auth {
  unix_listener $dir/queue/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
END
}

# Where mail is handed on to stands in its address. Postfix's own tables cannot take a port out of one, but they may ask a program:
# `get ADDRESS` on a line, answered by 200 and the way or by 500 (tcp_table(5)).
routes() {
  cat << 'END'
while read -r _ address; do
  [[ $address =~ @p([0-9]+)\.(smtp|lmtp|tls)\.test$ ]] || { echo "500 unknown"; continue; }
  case ${BASH_REMATCH[2]} in
    smtp) echo "200 smtp:[127.0.0.1]:${BASH_REMATCH[1]}" ;;
    lmtp) echo "200 lmtp:inet:127.0.0.1:${BASH_REMATCH[1]}" ;;
    tls) echo "200 sealed:[127.0.0.1]:${BASH_REMATCH[1]}" ;;
  esac
done
END
}

settings() {
  cat << END
compatibility_level = 3.6
queue_directory = $dir/queue
data_directory = $dir/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = $dir/mail.log
maillog_file_prefixes = $dir
myhostname = mx.customer.test
myorigin = customer.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
alias_maps =
alias_database =
default_transport = error:5.1.2 no mail leaves this machine
local_transport = error:5.1.1 nobody lives here
transport_maps = tcp:127.0.0.1:$1
virtual_mailbox_domains = customer.test
virtual_mailbox_base = $dir/mail
virtual_mailbox_limit = 0
virtual_mailbox_maps = regexp:$dir/mailboxes
virtual_uid_maps = static:$(id -u nobody)
virtual_gid_maps = static:$(id -g nobody)
# Who is unknown is found out afterwards, so that a report is sent.
smtpd_reject_unlisted_recipient = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_cert_file = $dir/certificate.pem
smtpd_tls_key_file = $dir/key.pem
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtp_tls_CAfile = $dir/ca.pem
smtp_tls_security_level = none
smtp_tls_verify_cert_match = localhost
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
smtp_connection_cache_on_demand = no
message_size_limit = 52428800
notify_classes =
END
}

services() {
  local inner="unix - - n"
  cat << END
127.0.0.1:$1 inet n - n - - smtpd
127.0.0.1:$2 inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$3 inet n n n - 0 spawn
  user=nobody argv=/bin/bash $dir/routes
pickup $inner 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
tlsmgr $inner 1000? 1 tlsmgr
rewrite $inner - - trivial-rewrite
bounce $inner - 0 bounce
defer $inner - 0 bounce
trace $inner - 0 bounce
verify $inner - 1 verify
flush unix n - n 1000? 0 flush
proxymap $inner - - proxymap
proxywrite $inner - 1 proxymap
smtp $inner - - smtp
sealed $inner - - smtp
  -o smtp_tls_security_level=verify
showq unix n - n - - showq
error $inner - - error
retry $inner - - error
discard $inner - - discard
virtual unix - n n - - virtual
lmtp $inner - - lmtp
anvil $inner - 1 anvil
scache $inner - 1 scache
postlog unix-dgram n - n - 1 postlogd
END
}

start() {
  command -v postfix > /dev/null || { echo "Postfix is not installed: run 'make setup'" >&2; exit 1; }
  command -v dovecot > /dev/null || { echo "Dovecot is not installed: run 'make setup'" >&2; exit 1; }
  [ "$(id -u)" -eq 0 ] || { echo "Postfix needs root" >&2; exit 1; }
  cd "$dir"
  chmod 711 .
  certificates > certificates.log 2>&1 || { cat certificates.log >&2; exit 1; }
  mkdir -p etc queue
  install -d -o postfix data
  install -d -o nobody mail
  routes > routes
  echo '/[0-9]@customer\.test$/ Maildir/' > mailboxes
  passwords > sasl.conf
  # Another program may take a free port before Postfix does: then the next ones.
  for _ in 1 2 3 4 5; do
    local port submission table
    port=$(free_port) submission=$(free_port) table=$(free_port)
    settings "$table" > etc/main.cf
    services "$port" "$submission" "$table" > etc/master.cf
    if postfix -c "$dir/etc" start > start.log 2>&1 && dovecot -c sasl.conf >> start.log 2>&1; then
      echo "$port,$submission,$dir"
      return
    fi
    postfix -c "$dir/etc" stop > /dev/null 2>&1 || true
  done
  cat start.log mail.log >&2 2> /dev/null || true
  exit 1
}

stop() {
  postfix -c "$dir/etc" stop > /dev/null 2>&1 || true
  end "$dir/sasl/master.pid"
}

served
