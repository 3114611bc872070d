#!/usr/bin/env bash
# usage: examples/run.sh path/to/lifeloom
# Runs every walk-through against a real server process: on SQLite, and on PostgreSQL when LIFELOOM_TEST_POSTGRES
# names a server (with CI=true it must).
set -euo pipefail
lifeloom=$(realpath "${1:?usage: examples/run.sh path/to/lifeloom}")
examples=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$examples")
work=$(mktemp -d)
server=

stop_server() {
    if [ -n "$server" ]; then
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    server=
}
trap 'stop_server; rm -rf "$work"' EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# database NAME: makes an empty database on the PostgreSQL server and prints its URL.
database() {
    local bin
    bin=$("$root/scripts/postgres.sh" programs)
    "$bin/psql" --quiet --no-psqlrc "$LIFELOOM_TEST_POSTGRES" --command "create database $1" >&2
    printf '%s/%s\n' "${LIFELOOM_TEST_POSTGRES%/*}" "$1"
}

# start NAME OPTIONS…: starts a server with its data in $work/NAME; sets url, server and `where`.
start() {
    local name=$1 port
    shift
    port=$(free_port)
    url=http://127.0.0.1:$port
    LIFELOOM_ADMIN_PASSWORD="walk-through-$RANDOM$RANDOM" \
        "$lifeloom" serve "${where[@]}" --listen "127.0.0.1:$port" "$@" >"$work/$name.log" 2>&1 &
    server=$!
    for _ in $(seq 1800); do
        if curl --silent --fail --max-time 5 "$url/readyz" >/dev/null; then return; fi
        kill -0 "$server" 2>/dev/null || break
        sleep 0.2
    done
    echo "the server did not become ready:" >&2
    cat "$work/$name.log" >&2
    exit 1
}

token() { "$lifeloom" user token "$1" "${where[@]}"; }

# walk NAME: all walk-throughs with the options in `where`.
walk() {
    echo "=== $1"
    start "$1-crm" --demo
    SALES_TOKEN=$(token "$sales") MANAGER_TOKEN=$(token "$manager") DIRECTOR_TOKEN=$(token "$director") \
        "$examples/walkthrough/walkthrough.sh" "$url"
    ADMIN_TOKEN=$(token admin) LIFELOOM=$lifeloom "$examples/walkthrough/publish.sh" "$url" "${where[@]}"
    stop_server
}

walk_library() {
    echo "=== $1"
    start "$1-library" --demo --packs "$root/definitions/base,$examples/library"
    ADMIN_TOKEN=$(token admin) LIBRARIAN_TOKEN=$(token librarian) READER_TOKEN=$(token reader) \
        "$examples/walkthrough/library.sh" "$url"
    stop_server
}

# People of the demo data: a sales representative, the manager of that person, and the director above both.
sales=wang.lei manager=chen.jie director=zhao.min

where=(--data "$work/crm")
walk sqlite
where=(--data "$work/library")
walk_library sqlite
if [ -n "${LIFELOOM_TEST_POSTGRES:-}" ]; then
    stamp=$(date +%s)_$$
    where=(--data "$work/crm-files" --database "$(database "walk_crm_$stamp")")
    walk postgres
    where=(--data "$work/library-files" --database "$(database "walk_library_$stamp")")
    walk_library postgres
elif [ "${CI:-}" = true ]; then
    echo "LIFELOOM_TEST_POSTGRES is not set" >&2
    exit 1
fi
echo
echo "walk-throughs: all passed"
