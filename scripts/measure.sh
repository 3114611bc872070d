#!/usr/bin/env bash
# usage: scripts/measure.sh [path/to/lifeloom]
# Prints the figures of docs/performance.md for this machine: one table in Markdown. Needs curl and python3.
set -euo pipefail
. "$(dirname "$0")/say.sh"
lifeloom=$(realpath "${1:-$root/target/release/lifeloom}")
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

now_ms() { date +%s%3N; }

row() { printf '| %s | %s |\n' "$1" "$2"; }

# generate OBJECTS: writes a pack with that many objects of 12 fields each to $work/big.
generate() {
    mkdir -p "$work/big/objects"
    printf 'kind: pack\nname: big\nversion: 1.0.0\nengine: ">=0.1"\nrequires: {base: ">=1.0.0"}\n' >"$work/big/pack.yaml"
    local n
    for n in $(seq "$1"); do
        cat >"$work/big/objects/thing_$n.yaml" <<YAML
kind: object
name: thing_$n
label: {en: Thing $n, zh-CN: 事物 $n}
title: name
fields:
  number: {type: autonumber, pattern: 'T$n-{seq:5}'}
  name: {type: text, required: true, max: 120, search: true}
  note: {type: long_text}
  quantity: {type: integer, min: 0, default: 1}
  price: {type: money, min: 0, currency: CNY}
  discount: {type: percent, scale: 2, min: 0, max: 100, default: 0}
  total: {type: money, currency: CNY, formula: 'price * quantity * (100 - discount) / 100'}
  active: {type: boolean, default: true}
  due: {type: date}
  status: {type: select, default: open, options: {open: {}, done: {}}}
  before: {type: reference, to: thing_$((n > 1 ? n - 1 : 1)), on_delete: clear}
  responsible: {type: user}
rules:
  priced: {when: 'status == "done"', require: 'total > 0', error: A price is missing, at: price}
YAML
    done
}

check_time() {
    local best=999999 started took
    generate 1000
    for _ in 1 2 3; do
        started=$(now_ms)
        "$lifeloom" check "$root/definitions/base" "$work/big" >"$work/check.log" || { cat "$work/check.log" >&2; return 1; }
        took=$(($(now_ms) - started))
        ((took < best)) && best=$took
    done
    row "check, 1,000 objects with 12,000 fields" "$best ms"
}

# start: starts a server on $work/data; prints the milliseconds until it is ready.
start() {
    local started
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    started=$(now_ms)
    LIFELOOM_ADMIN_PASSWORD=measure-measure "$lifeloom" serve --data "$work/data" --listen "127.0.0.1:$port" "$@" \
        >"$work/server.log" 2>&1 &
    server=$!
    until curl --silent --fail --max-time 5 "http://127.0.0.1:$port/readyz" >/dev/null; do
        kill -0 "$server" 2>/dev/null || fail 3 "the server ended: $(cat "$work/server.log")"
        sleep 0.005
    done
    ready_after=$(($(now_ms) - started))
}

first_start() {
    start --demo
    row "first start: tables, seeds and demo data" "$ready_after ms"
    row "binary" "$(stat -c %s "$lifeloom" | awk '{printf "%.1f MB", $1 / 1e6}')"
}

requests() {
    python3 - "$port" "$server" "$("$lifeloom" user token admin --data "$work/data")" <<'PY'
import http.client, json, os, sys, time
port, server, token = int(sys.argv[1]), sys.argv[2], sys.argv[3]
connection = http.client.HTTPConnection("127.0.0.1", port)
headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}

def cpu():
    fields = open(f"/proc/{server}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

def ask(method, path, body=None):
    connection.request(method, "/api/v1" + path, json.dumps(body) if body else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 400:
        sys.exit(f"{method} {path} answered {answer.status}: {text.decode()}")
    return json.loads(text) if text else None

def measure(name, count, call):
    for index in range(50): call(-1 - index)
    before, started = cpu(), time.time()
    for index in range(count): call(index)
    took, used = time.time() - started, cpu() - before
    print(f"| {name} | {count / took:,.0f} requests/s, {used / count * 1e6:,.0f} µs CPU each |")

first = ask("GET", "/records/crm.opportunity?limit=1")["records"][0]["id"]
measure("list of 50 records, SQLite", 2000,
        lambda n: ask("GET", "/records/crm.opportunity?fields=name,account,stage,amount,close_date"))
measure("read of one record, SQLite", 2000, lambda n: ask("GET", "/records/crm.opportunity/" + first))
stamp = str(time.time_ns())
measure("create of one record, SQLite", 2000, lambda n: ask("POST", "/records/crm.lead",
        {"name": "测量", "company": f"测量公司 {n}", "email": f"m{stamp}.{n}@example.com", "source": "website"}))
PY
}

echo "| what | measured |"
echo "|---|---|"
check_time
first_start
requests
stop_server
"$root/scripts/measure_size.py" "$lifeloom"
"$root/scripts/measure_hook.py" "$lifeloom"
