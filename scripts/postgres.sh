#!/usr/bin/env bash
# usage: scripts/postgres.sh start|stop|url|programs
# A throw-away PostgreSQL cluster for tests: on 127.0.0.1, on a free port, with a random password, with fsync off.
#   start     makes and starts it unless it runs, and prints its URL
#   stop      stops the server that `start` started, and removes its data
#   url       prints the URL of the running server, or fails
#   programs  prints the folder of the server programs, or fails
set -euo pipefail
. "$(dirname "$0")/say.sh"

# Where the cluster lies and how to reach it: three lines (folder, pid of the server, URL).
state="$root/target/postgres-cluster"

programs() {
    local folder
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) /usr/pgsql-*/bin /opt/homebrew/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            printf '%s\n' "$folder"
            return
        fi
    done
    folder=$(dirname "$(command -v initdb || echo /nowhere/initdb)")
    [ -x "$folder/postgres" ] || fail 3 "PostgreSQL's server programs are not installed (scripts/install.sh test)"
    printf '%s\n' "$folder"
}

# The server refuses to run as root, so root runs it as the user that the package made.
as_owner() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

line() { sed -n "${1}p" "$state"; }

is_running() {
    [ -f "$state" ] || return 1
    local folder pid
    folder=$(line 1)
    pid=$(line 2)
    # The pid counts only while the server's own file still names it: pids are used again.
    [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ "$(head -n 1 "$folder/postmaster.pid" 2>/dev/null)" = "$pid" ]
}

start() {
    if is_running; then
        line 3
        return
    fi
    local bin base folder password port
    bin=$(programs)
    # Not below target/: the server's user may not be able to enter the folder that the workspace lies in.
    base=${TMPDIR:-/tmp}
    folder=$(as_owner mktemp -d "$base/lifeloom-postgres.XXXXXX")
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    port=$(free_port 20000 29999)
    printf '%s\n' "$password" | as_owner tee "$folder/password" >/dev/null
    as_owner "$bin/initdb" --pgdata "$folder/data" --username lifeloom --pwfile "$folder/password" \
        --auth scram-sha-256 --encoding UTF8 --locale C --no-sync >"$root/target/postgres-initdb.log"
    as_owner "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/log" --wait --silent --options "\
-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=200 \
-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=128MB \
-c max_wal_size=1GB -c autovacuum_naptime=10min" start >/dev/null ||
        fail 3 "PostgreSQL did not start; see $folder/log"
    printf '%s\n%s\n%s\n' "$folder/data" "$(as_owner head -n 1 "$folder/data/postmaster.pid")" \
        "postgres://lifeloom:$password@127.0.0.1:$port/postgres" >"$state"
    chmod 600 "$state"
    line 3
}

stop() {
    if is_running; then
        # SIGINT is PostgreSQL's fast shutdown: it rolls back and ends at once.
        kill -INT "$(line 2)"
        for _ in $(seq 100); do
            is_running || break
            sleep 0.1
        done
    fi
    if [ -f "$state" ]; then
        as_owner rm -rf "$(dirname "$(line 1)")"
        rm -f "$state"
    fi
}

mkdir -p "$root/target"
case "${1:-}" in
start) start ;;
stop) stop ;;
url) if is_running; then line 3; else fail 3 "the test cluster does not run (make postgres)"; fi ;;
programs) programs ;;
*) fail 2 "usage: scripts/postgres.sh start|stop|url|programs" ;;
esac
