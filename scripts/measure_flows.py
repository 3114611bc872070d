#!/usr/bin/env python3
"""usage: scripts/measure_flows.py LIFELOOM [--database postgres://…] [--finished N] [--running N] [--flows N]
                                   [--rounds N] [--timers N]

Measures flows, on SQLite in a temporary folder or on the empty PostgreSQL database that is named (psql and pgbench are
needed then), and prints rows of Markdown tables:
steps    submit, approve, approve and done: steps a second and CPU a step, over tables that hold FINISHED ended and
         RUNNING open flows, by four clients; and the same transactions as a person would write them by hand in SQL
backtest FLOWS past flows under a definition that asks one person more: flows a second
timers   TIMERS timers that are due at once: how long, CPU each, memory before and at most
CPU is that of the server and of PostgreSQL together. Rounds alternate between both; medians are shown."""

import argparse, http.client, json, os, shutil, socket, sqlite3, statistics, subprocess, sys, tempfile, threading, time, uuid

PARSER = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
PARSER.add_argument("lifeloom")
PARSER.add_argument("--database")
for name, number in [("finished", 100_000), ("running", 10_000), ("flows", 1_000), ("rounds", 3), ("timers", 10_000)]:
    PARSER.add_argument("--" + name, type=int, default=number)
OPTIONS = PARSER.parse_args()
LITE = OPTIONS.database is None
WORK = tempfile.mkdtemp(prefix="lifeloom-flows-")
DATA = ["--data", f"{WORK}/data"] + ([] if LITE else ["--database", OPTIONS.database])
CLIENTS = 4
STEPS = ["submit", "approve", "approve, done"]
PACK = {
    "pack.yaml": "kind: pack\nname: pace\nversion: 1.0.0\nrequires: {base: '>=1.0.0'}\n",
    "objects/job.yaml": """kind: object
name: job
label: Job
title: code
ownership: user
fields:
  code: {type: text, required: true, max: 80}
  status: {type: select, default: draft, options: {draft: {}, asked: {}, granted: {}, refused: {}}}
""",
    "objects/alarm.yaml": """kind: object
name: alarm
label: Alarm
title: code
ownership: shared
fields:
  code: {type: text, max: 80}
  due: {type: datetime}
  rang: {type: integer, default: 0}
""",
    "roles/clerk.yaml": """kind: role
name: clerk
objects:
  pace.job: {create: true, read: all, update: all}
  pace.alarm: {create: true, read: all}
workflows: {grant: {start: true}, judge: {start: true}}
""",
    "workflows/grant.yaml": """kind: workflow
name: grant
use: approval
object: job
start: {by: [button], roles: [clerk]}
record: {set: {submit: {status: asked}, approve: {status: granted}, reject: {status: refused}}}
steps:
  first: {approve: {by: [{user: ann}]}}
  second: {approve: {by: [{user: ben}]}}
""",
    "workflows/ring.yaml": """kind: workflow
name: ring
use: automation
label: Ring
object: alarm
trigger: {record_created: {}}
steps:
  later: {wait: {soon: {timer: {until: due}}}}
  say: {update: {set_from: {rang: rang + 1}}}
""",
}
# The same, but that it writes nothing to its record.
PACK["workflows/judge.yaml"] = "".join(
    line for line in PACK["workflows/grant.yaml"].replace("grant", "judge", 1).splitlines(True) if not line.startswith("record:")
)
ENV = dict(os.environ, LIFELOOM_ADMIN_PASSWORD="measure-measure", LIFELOOM_LOG="warn")


def main():
    for path, text in PACK.items():
        path = f"{WORK}/pack/{path}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").write(text)
    server = Server("--packs", f"base,{WORK}/pack")
    try:
        for login in ["ann", "ben", "cat"]:
            run("user", "add", login, "--name", login, "--roles", "pace.clerk")
        tokens = {login: run("user", "token", login).strip() for login in ["ann", "ben", "cat"]}
        steps(server, tokens)
        backtest(server, tokens)
        timers(server, tokens["cat"])
    finally:
        server.stop()
        shutil.rmtree(WORK, ignore_errors=True)


def run(*words):
    return subprocess.run([OPTIONS.lifeloom, *words, *DATA], env=ENV, check=True, capture_output=True, text=True).stdout


class Server:
    def __init__(self, *more):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.log = open(f"{WORK}/server.log", "a")
        self.process = subprocess.Popen([OPTIONS.lifeloom, "serve", *DATA, "--listen", f"127.0.0.1:{self.port}", *more],
                                        env=ENV, stdout=self.log, stderr=self.log)
        while not self.is_ready():
            if self.process.poll() is not None:
                sys.exit("the server ended: " + open(self.log.name).read())
            time.sleep(0.05)

    def is_ready(self):
        try:
            return self.ask(None, "GET", "/../../readyz", raw=True) == 200
        except OSError:
            return False

    def ask(self, connection, method, path, body=None, token=None, raw=False):
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        own.request(method, "/readyz" if raw else "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
        answer = own.getresponse()
        text = answer.read()
        if raw:
            return answer.status
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text)

    def each(self, tasks):
        """Sends (method, path, body, token) by all clients; answers what came, in order."""
        answers = [None] * len(tasks)

        def work(place):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            for n in range(place, len(tasks), CLIENTS):
                method, path, body, token = tasks[n]
                answers[n] = self.ask(connection, method, path, body, token)

        threads = [threading.Thread(target=work, args=[place]) for place in range(CLIENTS)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        if None in answers:
            sys.exit("a client failed")
        return answers

    def cpu(self):
        """Seconds on the processor, of the server and of PostgreSQL."""
        return cpu_of(self.process.pid) + (0 if LITE else postgres_cpu())

    def memory(self, which):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(status.split(which + ":")[1].split()[0]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def cpu_of(pid, with_children=False):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    ticks = sum(map(int, fields[11:15] if with_children else fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def postgres_cpu():
    parent = int(sql("select pg_read_file('postmaster.pid')").split()[0])
    total = cpu_of(parent, with_children=True)
    for pid in os.listdir("/proc"):
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split() if pid.isdigit() else [0, 0]
            total += cpu_of(pid) if int(fields[1]) == parent else 0
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def sql(text):
    """Runs a script on the database."""
    if LITE:
        database = sqlite3.connect(f"{WORK}/data/lifeloom.db", timeout=60)
        database.executescript("begin immediate;" + text + ";commit;")
        database.close()
        return None
    words = ["psql", "--quiet", "--no-psqlrc", "--no-align", "--tuples-only", "-v", "ON_ERROR_STOP=1", OPTIONS.database]
    return subprocess.run(words, input=text, check=True, capture_output=True, text=True).stdout


def steps(server, tokens):
    one_round(server, tokens, 2)
    fill()
    print(f"| {'SQLite' if LITE else 'PostgreSQL'} | ours, steps/s | ours, CPU µs | by hand, steps/s | by hand, CPU µs | ratio of CPU |")
    print("|---|---|---|---|---|---|", flush=True)
    one_round(server, tokens, 200)
    rounds = [(one_round(server, tokens, OPTIONS.flows), by_hand()) for _ in range(OPTIONS.rounds)]
    for place, step in enumerate(STEPS):
        pace, cpu, floor_pace, floor = [statistics.median(one[of][place][figure] for one in rounds) for of in (0, 1) for figure in (0, 1)]
        print(f"| {step} | {pace:.0f} | {cpu:.0f} | {floor_pace:.0f} | {floor:.0f} | {cpu / floor:.1f} |")


def measured(server, count, work):
    began, cpu = time.monotonic(), server.cpu()
    result = work()
    took, cpu = time.monotonic() - began, server.cpu() - cpu
    return result, (count / took, cpu / count * 1e6)


def one_round(server, tokens, count, workflow="grant"):
    """Sends flows through; answers steps a second and CPU µs for each step."""
    jobs = server.each([("POST", "/records/pace.job", {"code": f"job {n}"}, tokens["cat"]) for n in range(count)])
    submit = [("POST", f"/workflows/pace.{workflow}/instances", {"record": job["id"]}, tokens["cat"]) for job in jobs]
    begun, submitted = measured(server, count, lambda: server.each(submit))
    found = [submitted]
    for who in ["ann", "ben"]:
        seen = server.each([("GET", f"/instances/{one['id']}", None, tokens[who]) for one in begun])
        open_tasks = [next(task["id"] for task in one["tasks"] if task["state"] == "open") for one in seen]
        approve = [("POST", f"/tasks/{task}/approve", {}, tokens[who]) for task in open_tasks]
        found.append(measured(server, count, lambda: server.each(approve))[1])
    ended = server.each([("GET", f"/instances/{one['id']}", None, tokens["cat"]) for one in begun[:5]])
    assert all(one["state"] == "approved" for one in ended), ended
    return found


def backtest(server, tokens):
    one_round(server, tokens, OPTIONS.flows, "judge")
    path = f"{WORK}/pack/workflows/judge.yaml"
    with open(path, "a") as file:
        file.write("  third: {approve: {by: [{user: cat}]}}\n")
    told = run("workflow", "backtest", path, "--limit", str(OPTIONS.flows), "--format", "json")
    told = json.loads(told)
    assert told["counts"] == {"same": 0, "different": OPTIONS.flows, "untold": 0}, told["counts"]
    print(f"\nbacktest of {OPTIONS.flows} flows on {'SQLite' if LITE else 'PostgreSQL'}: {OPTIONS.flows / told['seconds']:.0f} a second")


def columns(table):
    if LITE:
        database = sqlite3.connect(f"{WORK}/data/lifeloom.db")
        names = [row[1] for row in database.execute(f"pragma table_info({table})")]
        database.close()
        return names
    asked = f"select column_name from information_schema.columns where table_name = '{table}' order by ordinal_position"
    return sql(asked).split()


def fill():
    """Copies one ended and one open flow, with their records, as often as is asked."""
    job = "select record from workflow_instance where ended_at is not null and workflow = 'pace.grant' limit 1"
    new = "randomblob(16)" if LITE else "gen_random_uuid()"
    for count, ended in [(OPTIONS.finished, True), (OPTIONS.running, False)]:
        series = (f"with recursive s(n) as (select 1 union all select n + 1 from s where n < {count}) select n from s"
                  if LITE else f"select n from generate_series(1, {count}) n")
        of = "(select id from workflow_instance where ended_at is not null and workflow = 'pace.grant' limit 1)"
        script = [f"create table pace_map as select n, {new} as instance, {new} as record from ({series}) x",
                  copy("pace_job", "pace_map m", {"id": "m.record", "status": "'granted'" if ended else "'asked'"},
                       f"t.id = ({job})"),
                  copy("workflow_instance", "pace_map m", {"id": "m.instance", "record": "m.record",
                       **({} if ended else {"ended_at": "null", "state": "'running'"})}, f"t.id = {of}"),
                  f"create table pace_token as select m.n, t.id as old, {new} as id from workflow_token t, pace_map m where t.instance = {of}",
                  copy("workflow_token", "pace_map m join pace_token k on k.n = m.n", {"id": "k.id", "instance": "m.instance"},
                       "t.id = k.old"),
                  copy("workflow_task", "pace_map m join pace_token k on k.n = m.n", {"id": new, "instance": "m.instance", "token": "k.id",
                       **({} if ended else {"state": "case when t.node = 'second' then 'open' else t.state end",
                                            "decided_at": "case when t.node = 'second' then null else t.decided_at end"})},
                       f"t.instance = {of} and t.token = k.old"),
                  copy("workflow_log", "pace_map m", {"id": new, "instance": "m.instance"}, f"t.instance = {of}"),
                  "drop table pace_map", "drop table pace_token"]
        sql(";".join(script))
    if LITE:
        sql("analyze")
    else:
        sql("vacuum analyze")


def copy(table, beside, changed, where):
    names = columns(table)
    listed = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f't."{name}"') for name in names)
    return f'insert into "{table}" ({listed}) select {values} from "{table}" t, {beside} where {where}'


# What a person would write for each step, one transaction: the flow, its token, its task, its log, the record. `:i`, `:j`,
# `:a`, `:b`, `:p`, `:q` and so on are ids made of the number of the flow.
BY_HAND = [
    """insert into workflow_instance values (:i, 'pace.grant', :definition, 'pace.job', :j, 1, 'running', :cat, 'all', null, '{}', null, '[]', 1, 2, :hash, :now, null, null);
insert into workflow_token values (:p, :i, 'first', '', 'waiting', '{}', :now, null);
insert into workflow_task values (:a, :i, :p, 'first', 'approve', 'open', 0, :ann, '"user ann"', '{}', null, null, null, null, null, null, null, 1, :now);
insert into workflow_log values (:x, :i, 1, 'submitted', null, :cat, :now, '{}', :hash, :hash);
insert into workflow_log values (:y, :i, 2, 'entered', 'first', null, :now, '{}', :hash, :hash);
update pace_job set status = 'asked', version = version + 1, updated_at = :now where id = :j;""",
    """select * from workflow_instance where id = :i LOCK;
select * from workflow_task where id = :a;
update workflow_task set state = 'approved', decision = 'approved', decided_by = :ann, decided_at = :now, version = version + 1 where id = :a and state = 'open';
update workflow_token set state = 'done', ended_at = :now where id = :p;
insert into workflow_token values (:q, :i, 'second', '', 'waiting', '{}', :now, null);
insert into workflow_task values (:b, :i, :q, 'second', 'approve', 'open', 0, :ben, '"user ben"', '{}', null, null, null, null, null, null, null, 1, :now);
insert into workflow_log values (:z, :i, 3, 'approved', 'first', :ann, :now, '{}', :hash, :hash);
insert into workflow_log values (:u, :i, 4, 'entered', 'second', null, :now, '{}', :hash, :hash);
update workflow_instance set version = version + 1, log_number = 4, log_hash = :hash where id = :i;""",
    """select * from workflow_instance where id = :i LOCK;
select * from workflow_task where id = :b;
update workflow_task set state = 'approved', decision = 'approved', decided_by = :ben, decided_at = :now, version = version + 1 where id = :b and state = 'open';
update workflow_token set state = 'done', ended_at = :now where id = :q;
insert into workflow_log values (:v, :i, 5, 'approved', 'second', :ben, :now, '{}', :hash, :hash);
insert into workflow_log values (:w, :i, 6, 'ended', null, null, :now, '{}', :hash, :hash);
update workflow_instance set state = 'approved', ended_at = :now, version = version + 1, log_number = 6, log_hash = :hash where id = :i;
update pace_job set status = 'granted', version = version + 1, updated_at = :now where id = :j;""",
]
IDS = "ijpqabxyzuvw"
TAKEN = 0


def by_hand():
    """Steps a second and CPU µs for each step of flows, by hand."""
    global TAKEN
    first, TAKEN = TAKEN, TAKEN + OPTIONS.flows
    return by_hand_on_sqlite(first) if LITE else by_hand_on_postgres(first)


def identity(letter, number):
    return uuid.UUID(f"019f0000-0000-7000-8{IDS.index(letter):03x}-{number:012x}")


def by_hand_on_sqlite(first):
    database = sqlite3.connect(f"{WORK}/data/lifeloom.db", timeout=60, isolation_level=None, cached_statements=200)
    database.execute("pragma synchronous = normal")
    people = {login: row for login, row in database.execute("select login, id from base_user where login in ('ann', 'ben', 'cat')")}
    definition, = database.execute("select definition from workflow_instance where workflow = 'pace.grant' limit 1").fetchone()
    fixed = {"definition": definition, "hash": bytes(32), "now": "2026-11-01T00:00:00.000000Z", **people}
    flows = [{**fixed, **{letter: identity(letter, n).bytes for letter in IDS}} for n in range(first, first + OPTIONS.flows)]
    jobs = columns("pace_job")
    database.execute("begin")
    for flow in flows:
        given = {"id": ":j", "version": "1", "code": "'by hand'", "status": "'draft'"}
        database.execute(f"insert into pace_job values ({', '.join(given.get(name, 'null') for name in jobs)})", {"j": flow["j"]})
    database.execute("commit")
    found = []
    for step in BY_HAND:
        statements = [line.replace(" LOCK", "") for line in step.rstrip(";").split(";\n")]
        began, cpu = time.monotonic(), time.process_time()
        for flow in flows:
            database.execute("begin immediate")
            for statement in statements:
                rows = database.execute(statement, flow)
                if statement.startswith("select"):
                    rows.fetchone()
            database.execute("commit")
        took, cpu = time.monotonic() - began, time.process_time() - cpu
        found.append((len(flows) / took, cpu / len(flows) * 1e6))
    database.close()
    return found


def by_hand_on_postgres(first):
    people = dict(line.split("|") for line in sql("select login, id from base_user where login in ('ann', 'ben', 'cat')").split())
    definition = sql("select definition from workflow_instance where workflow = 'pace.grant' limit 1").strip()
    made = "".join(f"insert into pace_job (id, code, status) values ('{identity('j', n)}', 'by hand', 'draft');" for n in range(first, first + OPTIONS.flows))
    sql("begin;" + made + "commit; drop sequence if exists pace_taken")
    found = []
    for place, step in enumerate(BY_HAND):
        for word, value in [(":definition", f"'{definition}'"), (":hash", "'\\x00'"), (":now", "now()"), (" LOCK", " for update")]:
            step = step.replace(word, value)
        for login, user in people.items():
            step = step.replace(":" + login, f"'{user}'::uuid")
        for letter in sorted(IDS):
            made = f"('019f0000-0000-7000-8{IDS.index(letter):03x}-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid"
            for after in ";,) ":
                step = step.replace(f":{letter}{after}", made + after)
        sql(f"drop sequence if exists pace_taken; create sequence pace_taken minvalue 0 start {first}")
        path = f"{WORK}/step_{place}.sql"
        open(path, "w").write("select nextval('pace_taken') as n \\gset\nbegin;\n" + step + "\ncommit;\n")
        own, server = os.times(), postgres_cpu()
        began = time.monotonic()
        bench = subprocess.run(["pgbench", "--no-vacuum", "--client", str(CLIENTS), "--jobs", "2", "--protocol", "prepared",
                                "--transactions", str(OPTIONS.flows // CLIENTS), "--file", path, OPTIONS.database],
                               capture_output=True, text=True)
        if bench.returncode != 0:
            sys.exit(bench.stderr)
        took, now = time.monotonic() - began, os.times()
        cpu = postgres_cpu() - server + now.children_user - own.children_user + now.children_system - own.children_system
        found.append((OPTIONS.flows / took, cpu / OPTIONS.flows * 1e6))
    return found


def timers(server, token):
    body = lambda n: {"create": {"code": f"alarm {n}", "due": "2099-01-01T00:00:00Z"}}
    for first in range(0, OPTIONS.timers, 500):
        operations = [body(n) for n in range(first, min(first + 500, OPTIONS.timers))]
        server.ask(None, "POST", "/records/pace.alarm/bulk", {"mode": "atomic", "operations": operations}, token)
    count = lambda asked: server.ask(None, "GET", f"/records/pace.alarm?limit=1&count=exact&fields=id{asked}", None, token)["count"]
    open_jobs = "select count(*) from sys_job where kind = 'wake' and state in ('ready', 'running')"
    while jobs(open_jobs + " and run_at > '2090-01-01'") < OPTIONS.timers:
        time.sleep(0.5)
    before, cpu, began = server.memory("VmRSS"), server.cpu(), time.monotonic()
    # All at once: nobody waits for years.
    sql("update sys_job set run_at = " + ("'2026-01-01T00:00:00.000000Z'" if LITE else "'2026-01-01'") + " where kind = 'wake' and state = 'ready'")
    peak = before
    while jobs(open_jobs) > 0:
        peak = max(peak, server.memory("VmRSS"))
        time.sleep(0.2)
    took, cpu = time.monotonic() - began, server.cpu() - cpu
    rang = count("&filter=rang%20%3D%3D%201")
    assert rang == OPTIONS.timers, f"{rang} of {OPTIONS.timers} rang once"
    print(f"\n{OPTIONS.timers} timers due at once on {'SQLite' if LITE else 'PostgreSQL'}: rang once each within {took:.0f} s "
          f"({OPTIONS.timers / took:.0f} a second), CPU {cpu / OPTIONS.timers * 1e6:.0f} µs each, memory {before:.0f} MB before, {peak:.0f} MB at most")


def jobs(asked):
    if not LITE:
        return int(sql(asked))
    database = sqlite3.connect(f"{WORK}/data/lifeloom.db", timeout=60)
    number, = database.execute(asked).fetchone()
    database.close()
    return number


main()
