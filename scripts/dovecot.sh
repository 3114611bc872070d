#!/usr/bin/env bash
# usage: scripts/dovecot.sh run [LINE…]|program
# A throw-away IMAP server for tests: on 127.0.0.1, on free ports, for the users of its file `users`. It shows the certificates
# of certificates.sh, which lie in its folder `tls`, each to who asks for NAME.example.
#   run      makes it, prints its folder, its port and the one that is secret from the start on one line, and becomes it: it
#            ends with SIGTERM. Lines are added to what it is told.
#   program  prints the server's program, or fails
set -euo pipefail
. "$(dirname "$0")/say.sh"

program() {
    local found
    found=$(PATH="$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin" command -v dovecot) ||
        fail 3 "Dovecot is not installed (scripts/install.sh test)"
    printf '%s\n' "$found"
}

# Root runs it as the user that the package made.
owner() { if [ "$(id -u)" = 0 ]; then printf 'dovecot\n'; else id -un; fi; }

as_owner() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u "$(owner)" -- "$@"
    else
        "$@"
    fi
}

configuration() {
    local folder=$1 port=$2 secure=$3 user group name
    user=$(owner)
    group=$(id -gn "$user")
    cat <<EOF
protocols = imap
listen = 127.0.0.1
base_dir = $folder/run
state_dir = $folder/state
log_path = $folder/log
ssl = yes
ssl_cert = <$folder/tls/right.pem
ssl_key = <$folder/tls/right.key
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:$folder/mail/%u
first_valid_uid = 1
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
mail_max_userip_connections = 100
passdb {
  driver = passwd-file
  args = scheme=PLAIN $folder/users
}
userdb {
  driver = static
  args = uid=$(id -u "$user") gid=$(id -g "$user") home=$folder/home/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = $secure
    ssl = yes
  }
}
service anvil {
  chroot =
  # Nobody is kept waiting for a wrong password of before.
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
EOF
    for name in wrong expired stranger; do
        cat <<EOF
local_name $name.example {
  ssl_cert = <$folder/tls/$name.pem
  ssl_key = <$folder/tls/$name.key
}
EOF
    done
}

run() {
    local program folder port secure
    program=$(program)
    # Not below target/: the server's user may not be able to enter the folder that the workspace lies in.
    folder=$(as_owner mktemp -d "${TMPDIR:-/tmp}/lifeloom-dovecot.XXXXXX")
    port=$(free_port 30000 30999)
    secure=$(free_port 31000 31999)
    "$root/scripts/certificates.sh" "$folder/tls"
    # Its user may not be the one who made them.
    chmod -R a+rX "$folder/tls"
    { configuration "$folder" "$port" "$secure" && printf '%s\n' "$@"; } | as_owner tee "$folder/dovecot.conf" >/dev/null
    printf 'desk:secret of the desk\n' | as_owner tee "$folder/users" >/dev/null
    as_owner mkdir -p "$folder/mail/desk/"{new,cur,tmp} "$folder/home/desk"
    as_owner chmod -R a+rX "$folder"/{mail,home,users}
    as_owner chmod a+rX "$folder"
    printf '%s %s %s\n' "$folder" "$port" "$secure"
    if [ "$(id -u)" = 0 ]; then
        exec runuser -u "$(owner)" -- "$program" -F -c "$folder/dovecot.conf"
    fi
    exec "$program" -F -c "$folder/dovecot.conf"
}

case "${1:-}" in
run) run "${@:2}" ;;
program) program ;;
*) fail 2 "usage: scripts/dovecot.sh run [LINE…]|program" ;;
esac
