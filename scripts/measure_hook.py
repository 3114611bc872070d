#!/usr/bin/env python3
"""usage: scripts/measure_hook.py LIFELOOM [ROUNDS]

Measures what a hook of ten lines costs: CPU of the server for the same update of two objects that differ in the hook
alone, in alternating rounds of 400 updates, on SQLite in a temporary folder. Prints rows of a Markdown table. Needs
nothing but Python's own library."""

import http.client, json, os, shutil, socket, statistics, subprocess, sys, tempfile, time

LIFELOOM = os.path.realpath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 15
BATCH = 400
WORK = tempfile.mkdtemp(prefix="lifeloom-hook-")
FIELDS = """title: name
fields:
  name: {type: text, required: true, max: 80}
  quantity: {type: integer, default: 1}
  price: {type: money, currency: CNY}
  note: {type: text, max: 200}
"""
SCRIPT = """fn check(record, ctx) {
    let limit = 1000;
    if record.quantity > limit {
        refuse("quantity", "too many");
    }
    let name = record.name;
    name.trim();
    if name.len() > 3 {
        record.note = `${name}: ${record.quantity}`;
    }
    let total = record.price * record.quantity;
}
"""


def write(path, text):
    path = os.path.join(WORK, "pack", path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def cpu(pid):
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        # Nanoseconds on the processor, of every thread.
        total += int(open(f"/proc/{pid}/task/{thread}/schedstat").read().split()[0])
    return total / 1e3


def main():
    write("pack.yaml", "kind: pack\nname: cost\nversion: 1.0.0\nrequires: {base: '*'}\n")
    write("objects/plain.yaml", "kind: object\nname: plain\n" + FIELDS)
    write("objects/hooked.yaml", "kind: object\nname: hooked\n" + FIELDS + "hooks: {before_save: cost.check}\n")
    write("scripts/cost.rhai", SCRIPT)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    server = subprocess.Popen(
        [LIFELOOM, "serve", "--data", f"{WORK}/data", "--listen", f"127.0.0.1:{port}", "--packs", f"base,{WORK}/pack"],
        env=dict(os.environ, LIFELOOM_ADMIN_PASSWORD="measure-measure"),
        stdout=open(f"{WORK}/log", "w"), stderr=subprocess.STDOUT)
    try:
        measure(server, port)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(WORK, ignore_errors=True)


def measure(server, port):
    connection, headers = None, {"Content-Type": "application/json"}

    def ask(method, path, body):
        connection.request(method, "/api/v1" + path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text)

    for _ in range(600):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.connect()
            break
        except OSError:
            if server.poll() is not None:
                sys.exit(open(f"{WORK}/log").read())
            time.sleep(0.1)
    headers["Authorization"] = "Bearer " + ask("POST", "/session", {"login": "admin", "password": "measure-measure"})["token"]
    body = {"name": "a thing", "quantity": 1, "price": "9.50"}
    ids = {kind: ask("POST", f"/records/cost.{kind}", body)["id"] for kind in ("plain", "hooked")}
    used = {"plain": [], "hooked": []}
    for number in range(-1, ROUNDS):
        for kind in ("plain", "hooked"):
            before = cpu(server.pid)
            for n in range(BATCH):
                quantity = 1 + (number * BATCH + n) % 500
                ask("PATCH", f"/records/cost.{kind}/{ids[kind]}", {"quantity": quantity, "note": f"n {n}"})
            if number >= 0:
                used[kind].append((cpu(server.pid) - before) / BATCH)
    plain, hooked = (statistics.median(used[kind]) for kind in ("plain", "hooked"))
    costs = sorted(b - a for a, b in zip(used["plain"], used["hooked"]))
    print(f"| update without a hook, SQLite | {plain:,.0f} µs CPU each |")
    print(f"| the same with a hook of ten lines | {hooked:,.0f} µs CPU each; the hook {statistics.median(costs):,.0f} µs "
          f"(median of {ROUNDS} alternating rounds, middle half {costs[len(costs) // 4]:,.0f}–{costs[-1 - len(costs) // 4]:,.0f}) |")


main()
