#!/usr/bin/env bash
# usage: scripts/yardstick/run.sh FOLDER [options of its run.py]
# Measures Lifeloom beside the hand-written server of the yardstick in FOLDER (setup.sh, run.py, servers/), on the
# same data: SQLite and PostgreSQL, CPU time per request. Set PEERS to keep its data elsewhere than /var/tmp/peerbench.
set -euo pipefail
. "$(dirname "$0")/../say.sh"
[ -f "${1:-}/run.py" ] || fail 2 "usage: scripts/yardstick/run.sh FOLDER [options]; FOLDER holds run.py"
export PEERS=${PEERS:-/var/tmp/peerbench}
# A copy, because servers are described in its folder.
yardstick=$PEERS/yardstick
mkdir -p "$PEERS"
rm -rf "$yardstick"
cp -r "$(realpath "$1")" "$yardstick"
chmod -R u+w "$yardstick"
shift
ours=$PEERS/lifeloom
lifeloom=$ours/lifeloom
database=postgres://bench:bench@127.0.0.1:54329/lifeloom

install_binary() {
    mkdir -p "$ours"
    cp "${LIFELOOM:-$root/target/release/lifeloom}" "$lifeloom.new"
    mv "$lifeloom.new" "$lifeloom"
}

# serve_once OPTIONS…: starts the server once, so that it applies the packs, and ends it.
serve_once() {
    local server
    LIFELOOM_ADMIN_PASSWORD=yardstick-1 "$lifeloom" serve "$@" --listen 127.0.0.1:7109 \
        --packs "$root/definitions/base,$root/examples/bench" >"$ours/first.log" 2>&1 &
    server=$!
    until curl --silent --fail --max-time 5 http://127.0.0.1:7109/readyz >/dev/null; do
        kill -0 "$server" 2>/dev/null || fail 3 "the server ended: $(cat "$ours/first.log")"
        sleep 0.1
    done
    kill "$server"
    wait "$server" || true
}

fill() {
    local seed=$PEERS/seed/100000/seed.sqlite
    if [ ! -f "$ours/data/filled" ]; then
        say "filling SQLite"
        rm -rf "$ours/data"
        serve_once --data "$ours/data"
        python3 "$root/scripts/yardstick/fill.py" "$seed" "$ours/data/lifeloom.db"
        touch "$ours/data/filled"
    fi
    if ! psql --quiet --no-psqlrc "$database" -c 'select 1' >/dev/null 2>&1; then
        say "filling PostgreSQL"
        psql --quiet --no-psqlrc "${database%/*}/limit" -c 'create database lifeloom'
        serve_once --database "$database" --data "$ours/pg"
        python3 "$root/scripts/yardstick/fill.py" "$seed" "$database"
    fi
}

# What earlier writes left behind would count for whoever wrote more.
vacuum() {
    local name
    for name in limit lifeloom; do
        psql --quiet --no-psqlrc "${database%/*}/$name" -c 'vacuum analyze'
    done
}

measure() {
    local pair base
    vacuum
    for pair in "limit-sqlite-inline:sqlite" "limit-pg-json:pg"; do
        base=${pair%:*}
        python3 "$yardstick/run.py" --servers "$base,lifeloom-${pair#*:}" --base "$base" --conc 16 \
            --out "$ours/${pair#*:}.json" "$@"
    done
    # Writes are compared with a server that flushes each commit too.
    python3 "$yardstick/run.py" --servers limit-sqlite-full,lifeloom-sqlite --base limit-sqlite-full --conc 16 \
        --ops create,update --out "$ours/sqlite-writes.json" "$@"
}

[ -f "$PEERS/limit/limit.sqlite" ] || bash "$yardstick/setup.sh"
bash "$yardstick/setup-postgres.sh" >/dev/null 2>&1 || true
install_binary
fill
cp "$root"/scripts/yardstick/lifeloom-*.json "$yardstick/servers/"
[ "${1:-}" = --fill-only ] || measure "$@"
