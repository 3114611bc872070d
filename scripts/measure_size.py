#!/usr/bin/env python3
"""usage: scripts/measure_size.py LIFELOOM [start|publish|many|files ...]

Measures what the size of a site costs, on SQLite in a temporary folder, and prints rows of a Markdown table:
start    cold start with every built-in pack, and idle memory
publish  publishing one added field while an object holds 100,000 records and requests are in flight
many     1,000 objects with 12,000 fields: installed, served, memory, get and list beside ten objects
files    10,000 and 100,000 leads in and out as CSV and XLSX: seconds, CPU, peak memory (ROWS=1000,10000 for others)
Needs nothing but Python's own library."""

import http.client, json, os, random, resource, shutil, socket, sqlite3, statistics, subprocess, sys, tempfile, threading, time

LIFELOOM = os.path.realpath(sys.argv[1])
WHICH = sys.argv[2:] or ["start", "publish", "many", "files"]
WORK = tempfile.mkdtemp(prefix="lifeloom-measure-")
ENV = dict(os.environ, LIFELOOM_ADMIN_PASSWORD="measure-measure")
PACK = "kind: pack\nname: %s\nversion: %s\nengine: '>=0.1'\nrequires: {base: '>=1.0.0'}\n"


def row(what, measured):
    print(f"| {what} | {measured} |", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, data, *more):
        self.port, self.data = free_port(), data
        began = time.monotonic()
        self.process = subprocess.Popen(
            [LIFELOOM, "serve", "--data", data, "--listen", f"127.0.0.1:{self.port}", *more],
            env=ENV, stdout=open(f"{WORK}/server.log", "a"), stderr=subprocess.STDOUT)
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the server ended: " + open(f"{WORK}/server.log").read())
            time.sleep(0.002)
        self.ready = (time.monotonic() - began) * 1000
        self.cpu_at_start = self.cpu() * 1000

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        lines = (line.split() for line in open(f"/proc/{self.process.pid}/status"))
        found = {line[0][:-1]: int(line[1]) / 1024 for line in lines if line[0] in ("VmRSS:", "RssAnon:", "VmHWM:")}
        return found

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def token(self):
        return subprocess.check_output([LIFELOOM, "user", "token", "admin", "--data", self.data], text=True).strip()


class Client:
    def __init__(self, server, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self.headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json"}

    def ask(self, method, path, body=None):
        self.connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, text


def shown(memory):
    return f"{memory['VmRSS']:.0f} MB ({memory['RssAnon']:.0f} MB of it not the program file; peak {memory['VmHWM']:.0f} MB)"


def start():
    data = f"{WORK}/start"
    Server(data).stop()
    runs, cpus = [], []
    for _ in range(9):
        server = Server(data)
        runs.append(server.ready)
        cpus.append(server.cpu_at_start)
        server.stop()
    row("cold start, every built-in pack", f"{min(runs):.0f} ms best, {statistics.median(runs):.0f} ms median of 9; {min(cpus):.0f} ms CPU")
    server = Server(data)
    time.sleep(10)
    row("idle memory, ten seconds after", shown(server.memory()))
    server.stop()


def thing(n, more=""):
    return f"""kind: object
name: thing_{n}
title: name
ownership: shared
fields:
  number: {{type: autonumber, pattern: 'T{n}-{{seq:5}}'}}
  name: {{type: text, required: true, max: 120, search: true}}
  note: {{type: long_text}}
  quantity: {{type: integer, min: 0, default: 1}}
  price: {{type: money, min: 0, currency: CNY}}
  discount: {{type: percent, scale: 2, min: 0, max: 100, default: 0}}
  total: {{type: money, currency: CNY, formula: 'price * quantity * (100 - discount) / 100'}}
  active: {{type: boolean, default: true}}
  due: {{type: date}}
  status: {{type: select, default: open, options: {{open: {{}}, done: {{}}}}}}
  before: {{type: reference, to: thing_{max(n - 1, 1)}, on_delete: clear}}
  responsible: {{type: user}}
{more}rules:
  priced: {{when: 'status == "done"', require: 'total > 0', error: A price is missing, at: price}}
"""


def pack(name, version, count, more=""):
    files = {"pack.yaml": PACK % (name, version)}
    files.update({f"objects/thing_{n}.yaml": thing(n, more if n == 1 else "") for n in range(1, count + 1)})
    return files


def on_disk(name, files):
    for path, text in files.items():
        place = f"{WORK}/{name}/{path}"
        os.makedirs(os.path.dirname(place), exist_ok=True)
        open(place, "w").write(text)
    return f"{WORK}/{name}"


def fill(data, count):
    """Puts rows into the table of thing_1, as a long-used site has them."""
    file = sqlite3.connect(f"{data}/lifeloom.db")
    stamp = "2026-01-01T00:00:00.000000Z"
    def made():
        for n in range(count):
            key = (0x0190000000007000800000000000 << 16 | n).to_bytes(16, "big")
            yield (key, stamp, stamp, f"T1-{n + 1000000}", f"Thing {n}", n % 100, n * 100, n * 100 * (n % 100))
    file.executemany("insert into big_thing_1 (id, version, created_at, updated_at, number, name, quantity, price, total, active, status)"
                     " values (?, 1, ?, ?, ?, ?, ?, ?, ?, 1, 'open')", made())
    file.commit()
    file.close()


def publish():
    data = f"{WORK}/publish"
    server = Server(data)
    token = server.token()
    admin = Client(server, token)
    status, text = admin.ask("POST", "/packs", {"files": pack("big", "1.0.0", 1)})
    assert status == 201, text
    server.stop()
    fill(data, 100_000)
    server = Server(data)
    admin = Client(server, token)
    status, text = admin.ask("GET", "/records/big.thing_1?limit=1&count=exact")
    assert json.loads(text)["count"] == 100_000, text
    first = json.loads(text)["records"][0]["id"]
    stop, failures, done, slowest = threading.Event(), [], [0], [0.0]
    cpus = []

    def work(kind):
        client, n = Client(server, token), 0
        while not stop.is_set():
            n += 1
            began = time.monotonic()
            if kind == "create":
                status, text = client.ask("POST", "/records/big.thing_1", {"name": f"while {n}"})
            elif kind == "list":
                status, text = client.ask("GET", "/records/big.thing_1?fields=name,total&limit=20")
            else:
                status, text = client.ask("GET", f"/records/big.thing_1/{first}")
            slowest[0] = max(slowest[0], time.monotonic() - began)
            done[0] += 1
            if status >= 300:
                failures.append((kind, status, text[:300]))
            time.sleep(0.01)

    threads = [threading.Thread(target=work, args=(kind,)) for kind in ("get", "list", "create")]
    [thread.start() for thread in threads]
    time.sleep(1)
    times, more = [], ""
    for version in range(1, 8):
        more += f"  extra_{version}: {{type: text, max: 20}}\n"
        files = pack("big", f"1.{version}.0", 1, more)
        began, before = time.monotonic(), server.cpu()
        status, text = admin.ask("POST", "/packs/big/upgrade", {"files": files})
        times.append((time.monotonic() - began) * 1000)
        cpus.append((server.cpu() - before) * 1000)
        assert status == 200, text
        time.sleep(0.3)
    stop.set()
    [thread.join() for thread in threads]
    server.stop()
    row("publish of one added field, 100,000 records", f"{min(times):.0f} ms best, {statistics.median(times):.0f} ms median of 7; {statistics.median(cpus):.0f} ms CPU with the requests meanwhile")
    row("requests in flight meanwhile", f"{done[0]} answered, {len(failures)} failed, slowest {slowest[0] * 1000:.0f} ms")
    if failures:
        print(failures[:3])


def requests(server, token, objects):
    """Microseconds of CPU of the server for a get and a list of 20, over random objects."""
    client, found = Client(server, token), {}
    for n in objects:
        for k in range(20):
            status, text = client.ask("POST", f"/records/big.thing_{n}", {"name": f"Name {k}", "price": "10"})
            assert status == 201, text
        found[n] = json.loads(text)["id"]
    out = {}
    for what in ("get", "list"):
        for round in range(2):
            before, count = server.cpu(), 3000
            for _ in range(count):
                n = random.choice(objects)
                path = f"/records/big.thing_{n}/{found[n]}" if what == "get" else f"/records/big.thing_{n}?fields=name,total,status&limit=20"
                status, text = client.ask("GET", path)
                assert status == 200, text
            out[what] = (server.cpu() - before) / count * 1e6
    return out


def many():
    figures = {}
    for count in (10, 1000):
        data = f"{WORK}/many{count}"
        Server(data).stop()
        folder = on_disk(f"big{count}/big", pack("big", "1.0.0", count))
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([LIFELOOM, "apply", folder, "--data", data, "--yes"], env=ENV, check=True, stdout=subprocess.DEVNULL)
        applied, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        server = Server(data)
        served, server_cpu = server.ready / 1000, server.cpu_at_start
        token = server.token()
        objects = random.sample(range(1, count + 1), 10)
        figures[count] = requests(server, token, objects)
        if count == 1000:
            row("1,000 objects with 12,000 fields: installed", f"{applied:.1f} s ({used:.1f} s CPU)")
            row("the same: from start to ready", f"{served:.1f} s ({server_cpu / 1000:.1f} s CPU)")
            row("the same: memory after 6,000 requests", shown(server.memory()))
        server.stop()
    for what in ("get", "list"):
        ten, all = figures[10][what], figures[1000][what]
        row(f"{what} with 1,000 objects beside ten", f"{all:.0f} µs and {ten:.0f} µs CPU: {all / ten:.2f} ×")


def measured(*words):
    """Seconds, CPU seconds and peak MiB of a command."""
    began = time.monotonic()
    process = subprocess.Popen([LIFELOOM, *words], env=ENV, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(words)}: {said.decode()}")
    return time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def files():
    for rows in map(int, os.environ.get("ROWS", "10000,100000").split(",")):
        data, again = f"{WORK}/files{rows}", f"{WORK}/again{rows}"
        for folder in (data, again):
            Server(folder).stop()
        csv, book = f"{WORK}/leads.csv", f"{WORK}/leads.xlsx"
        with open(csv, "w") as out:
            out.write("name,company,email,source\n")
            for n in range(rows):
                out.write(f"联系人 {n},客户公司 {n} 有限公司,lead{n}@example.com,website\n")
        todo = [("CSV in", data, "import", csv), ("CSV out", data, "export", csv), ("XLSX out", data, "export", book), ("XLSX in", again, "import", book)]
        for what, folder, verb, file in todo:
            words = [file, "--create"] if verb == "import" else ["--out", file, "--fields", "name,company,email,source"]
            took, cpu, peak = measured(verb, "crm.lead", *words, "--data", folder)
            row(f"{rows:,} leads, {what}", f"{took:.1f} s ({cpu:.1f} s CPU), peak memory {peak:.0f} MiB, file {os.path.getsize(file) / 1e6:.1f} MB")


try:
    for which in WHICH:
        {"start": start, "publish": publish, "many": many, "files": files}[which]()
finally:
    shutil.rmtree(WORK, ignore_errors=True)
