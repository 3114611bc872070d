#!/usr/bin/env python3
"""usage: scripts/yardstick/compare.py LIFELOOM SEEDS [rights|rows ...]

What rights and rows cost, in CPU time of the server per request, on SQLite in a temporary folder; needs wrk. SEEDS
is the folder with the yardstick's seeds: 10000/seed.sqlite, 100000/seed.sqlite, 1000000/seed.sqlite (gen.py).
rights   a role with a condition and a restriction beside the administrator: get and list of 50 on 100,000 rows
rows     a list of 50 behind an index, and a page further on, at 10,000 and at 1,000,000 rows
Runs alternate; the median of five is told."""

import json, os, random, re, shutil, socket, statistics, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LIFELOOM, SEEDS = map(os.path.realpath, sys.argv[1:3])
WORK = tempfile.mkdtemp(prefix="lifeloom-compare-")
STAGES = ["Prospecting", "Qualification", "Proposal", "Negotiation", "Closed Won", "Closed Lost"]
FIELDS = "fields=id,name,amount,stage,close_date,probability,account.id,holder,created_at"
RUNS, SECONDS = 5, 2


class Site:
    """A server on a seed of so many opportunities."""

    def __init__(self, rows):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.data = f"{WORK}/{rows}"
        self.start()
        self.stop()
        subprocess.run([sys.executable, f"{HERE}/fill.py", f"{SEEDS}/{rows}/seed.sqlite", f"{self.data}/lifeloom.db"],
                       check=True)
        self.start()
        self.token = self.sign_in("admin")

    def start(self):
        packs = f"{ROOT}/definitions/base,{ROOT}/examples/bench"
        env = dict(os.environ, LIFELOOM_ADMIN_PASSWORD="yardstick-1", LIFELOOM_LOG="warn")
        self.process = subprocess.Popen([LIFELOOM, "serve", "--data", self.data, "--packs", packs,
                                         "--listen", f"127.0.0.1:{self.port}"],
                                        env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).read()
            except OSError:
                time.sleep(0.1)
        sys.exit("the server did not become ready")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def sign_in(self, login):
        body = json.dumps({"login": login, "password": "yardstick-1"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/v1/session", body,
                                         {"content-type": "application/json"})
        return json.load(urllib.request.urlopen(request))["token"]

    def add(self, login, role):
        subprocess.run([LIFELOOM, "user", "add", login, "--name", login, "--roles", role, "--password-stdin",
                        "--data", self.data], input=b"yardstick-1", check=True, stdout=subprocess.DEVNULL)
        return self.sign_in(login)

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def run(self, paths, token):
        """Microseconds of CPU per request, over many different requests."""
        script = f"{WORK}/paths.lua"
        listed = ",\n".join(json.dumps(path) for path in paths)
        with open(script, "w") as out:
            out.write(f"local paths = {{{listed}}}\nlocal n = 0\nrequest = function()\n  n = n % #paths + 1\n"
                      f"  return wrk.format('GET', paths[n])\nend\n")
        before = self.cpu()
        done = subprocess.run(["wrk", "-t1", "-c8", f"-d{SECONDS}s", "-H", f"Authorization: Bearer {token}", "-s",
                               script, f"http://127.0.0.1:{self.port}"], capture_output=True, text=True, check=True)
        if "Non-2xx" in done.stdout:
            sys.exit(done.stdout)
        return (self.cpu() - before) * 1e6 / int(re.search(r"(\d+) requests in", done.stdout)[1])


def listing(offset):
    filters = (f'stage%20==%20%22{random.choice(STAGES).replace(" ", "%20")}%22%20%26%26%20amount%20%3E%20'
               f'{random.randint(1000, 20000)}' for _ in range(300))
    return [f"/api/v1/records/bench.opportunity?filter={each}&sort=-amount&offset={offset}&limit=50&{FIELDS}"
            for each in filters]


def getting(rows):
    ids = (f"00000000-0000-7000-8000-{random.randint(1, rows):012x}" for _ in range(300))
    return [f"/api/v1/records/bench.opportunity/{each}?{FIELDS}" for each in ids]


def told(what, a, b, times):
    a, b = statistics.median(a), statistics.median(b)
    print(f"| {what} | {a:.0f} µs | {b:.0f} µs | {times} {b / a:.2f} |", flush=True)


def rights():
    site = Site(100_000)
    seller = site.add("seller", "bench.seller")
    print("| beside the administrator | administrator | role | |\n|---|---|---|---|")
    for what, paths in (("get", getting(100_000)), ("list of 50", listing(0))):
        runs = [(site.run(paths, site.token), site.run(paths, seller)) for _ in range(RUNS)]
        told(what, [a for a, _ in runs], [b for _, b in runs], "times")
    site.stop()


def rows():
    small, large = Site(10_000), Site(1_000_000)
    print("| list of 50 behind an index | 10,000 rows | 1,000,000 rows | |\n|---|---|---|---|")
    for what, paths in (("first page", listing(0)), ("behind 200 rows", listing(200))):
        runs = [(small.run(paths, small.token), large.run(paths, large.token)) for _ in range(RUNS)]
        told(what, [a for a, _ in runs], [b for _, b in runs], "times")
    small.stop()
    large.stop()


try:
    for which in sys.argv[3:] or ["rights", "rows"]:
        {"rights": rights, "rows": rows}[which]()
finally:
    shutil.rmtree(WORK, ignore_errors=True)
