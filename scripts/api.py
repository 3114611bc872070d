#!/usr/bin/env python3
"""usage: scripts/api.py LIFELOOM validate|client|fuzz [--examples N] [--url URL TOKEN]

Holds the description of the interface against a real server with the packs base and crm, on SQLite in a temporary folder:
validate  a validator from outside finds nothing wrong with the description, for an administrator and a limited user
client    a generated client makes, reads, changes, lists and deletes a record of every object
fuzz      generated requests of three roles (nobody, a limited user, an administrator): no server error, no answer that
          the description does not allow, nothing open that should be closed; N examples an operation (default 1)
Its packages are in scripts/requirements.txt: scripts/install.sh test puts them into target/python."""

import argparse, http.client, importlib, json, os, re, socket, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
PYTHON = os.path.join(ROOT, "target/python/bin")
PASSWORD = "correct horse battery"
# Fields with a pattern, and another value of it.
CHANGED = {
    "base.role_assignment": ("role", "crm.sales_manager"),
    "base.absence_workflow": ("workflow", "crm.another_approval"),
}
# What stays as it was made.
KEPT = {"crm.forecast", "crm.forecast_line"}
# What a schema does not say and a rule demands.
KNOWN = {
    "base.role_assignment": {"role": "crm.sales_rep"},
    "base.absence_workflow": {"workflow": "crm.approval_{n}"},
    "crm.contact": {"email": "ada@example.com"},
    "crm.lead": {"email": "ada@example.com"},
    "crm.product": {"code": "P-{n}00", "list_price": "2.00", "standard_cost": "1.00"},
    "crm.price_book": {"code": "PB-{n}00"},
    "crm.target": {"level": "company"},
    "crm.tender": {"closes_on": "2099-03-01"},
    "crm.contract": {"start_date": "2026-03-01", "end_date": "2027-03-01", "amount": "1000.00"},
}


class Server:
    def __init__(self, lifeloom, *more):
        self.lifeloom, self.folder = lifeloom, tempfile.mkdtemp(prefix="lifeloom-api-")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(f"{self.folder}/log", "w")
        command = [lifeloom, "serve", "--data", f"{self.folder}/data", "--listen", f"127.0.0.1:{self.port}", *more]
        env = dict(os.environ, LIFELOOM_ADMIN_PASSWORD=PASSWORD, LIFELOOM_LOG="warn")
        self.process = subprocess.Popen(command, env=env, stdout=self.log, stderr=subprocess.STDOUT)
        until = time.monotonic() + 120
        while self.ask("GET", "/readyz")[0] != 200:
            if self.process.poll() is not None or time.monotonic() > until:
                sys.exit("the server does not serve: " + open(self.log.name).read())
            time.sleep(0.1)

    def ask(self, method, path, token=None, body=None):
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = "Bearer " + token
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def run(self, *words, **more):
        done = subprocess.run([self.lifeloom, *words, "--data", f"{self.folder}/data"], capture_output=True, text=True, **more)
        if done.returncode:
            sys.exit(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def token(self, login):
        return self.run("user", "token", login).split()[-1]

    def limited(self):
        self.run("user", "add", "lily", "--name", "Lily", "--roles", "crm.sales_rep", "--password-stdin", input=PASSWORD)
        return self.token("lily")

    def document(self, token):
        status, document = self.ask("GET", "/api/v1/openapi.json", token)
        assert status == 200, (status, document)
        return document

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def validate(server, _options):
    from openapi_spec_validator import OpenAPIV31SpecValidator

    for who, token in [("admin", server.token("admin")), ("lily", server.limited())]:
        document = server.document(token)
        wrong = list(OpenAPIV31SpecValidator(document).iter_errors())
        for one in wrong[:20]:
            print(f"{who}: {'/'.join(map(str, one.absolute_path))}: {one.message}")
        if wrong:
            sys.exit(1)
        operations = sum(len(path) for path in document["paths"].values())
        print(f"{who}: {len(document['paths'])} paths, {operations} operations, {len(document['components']['schemas'])} schemas: sound")


class Client:
    """The generated client, and records made through it."""

    def __init__(self, server):
        self.document = server.document(server.token("admin"))
        path = f"{server.folder}/openapi.json"
        json.dump(self.document, open(path, "w"))
        out = f"{server.folder}/client"
        # The generator knows files as application/octet-stream only.
        files = ["*/*", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]
        json.dump({"content_type_overrides": {media: "application/octet-stream" for media in files}}, open(f"{out}.json", "w"))
        command = [f"{PYTHON}/openapi-python-client", "generate", "--path", path, "--output-path", out, "--meta", "none", "--config", f"{out}.json"]
        done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, PATH=f"{PYTHON}:{os.environ['PATH']}"))
        said = done.stdout + done.stderr
        if done.returncode or "Unable" in said or "WARNING" in said:
            sys.exit("the client cannot be generated whole:\n" + said)
        sys.path.insert(0, server.folder)
        from client import AuthenticatedClient

        self.client = AuthenticatedClient(base_url=server.url, token=server.token("admin"), raise_on_unexpected_status=True)
        self.count = 0

    def call(self, verb, name, **arguments):
        flat = name.replace(".", "_")
        module = importlib.import_module(f"client.api.{flat}.{verb}_{flat}")
        return module.sync_detailed(client=self.client, **arguments)

    def model(self, name, values):
        models = importlib.import_module("client.models")
        wanted = "".join(part.capitalize() for part in re.split(r"[._]", name))
        return getattr(models, wanted).from_dict(values)

    def body(self, name):
        schema = self.document["components"]["schemas"][f"{name}.create"]
        body = {}
        for field in schema.get("required", []):
            body[field] = self.value(name, field, schema["properties"][field])
        self.count += 1
        known = {field: value.replace("{n}", str(self.count)) for field, value in KNOWN.get(name, {}).items()}
        return body | known

    def value(self, name, field, schema):
        if field in KNOWN.get(name, {}):
            return KNOWN[name][field]
        if "x-object" in schema:
            return self.make(schema["x-object"])
        if "enum" in schema:
            return schema["enum"][0]
        self.count += 1
        kind, form = schema.get("type"), schema.get("format")
        if form == "date":
            return "2026-03-01"
        if form == "date-time":
            return "2026-03-01T09:00:00Z"
        if form == "decimal":
            return "1"
        if form == "email":
            return f"a{self.count}@example.com"
        if kind == "integer":
            return max(schema.get("minimum", 1), 1)
        if kind == "boolean":
            return True
        if kind == "string":
            return f"{field[:8]}{self.count}"[: schema.get("maxLength", 40)]
        if kind is None:  # A field of JSON takes any value.
            return {"any": [self.count]}
        raise SystemExit(f"{name}.{field}: no value is known for {schema}")

    def make(self, name):
        made = self.call("create", name, body=self.model(f"{name}.create", self.body(name)))
        if made.status_code != 201:
            raise SystemExit(f"{name}: {made.status_code} {made.content.decode()}")
        return made.parsed.id if isinstance(made.parsed.id, str) else str(made.parsed.id)


def client(server, _options):
    made = Client(server)
    paths = made.document["paths"]
    done = 0
    for name in [tag["name"] for tag in made.document["tags"]]:
        base = f"/api/v1/records/{name}"
        if base not in paths or "post" not in paths[base]:
            continue
        id = made.make(name)
        from uuid import UUID

        one = made.call("read", name, id=UUID(id))
        assert one.status_code == 200 and str(one.parsed.id) == id, (name, one)
        before = one.parsed.to_dict()
        update = made.document["components"]["schemas"][f"{name}.update"]["properties"]
        if name not in KEPT:
            field, value = change(name, update, done)
            changed = made.call("update", name, id=UUID(id), body=made.model(f"{name}.update", {field: value}))
            assert changed.status_code == 200, (name, field, changed)
            again = made.call("read", name, id=UUID(id)).parsed.to_dict()
            same = again[field] == value or re.fullmatch(r"[0-9.]+", str(value)) and float(again[field]) == float(value)
            assert same, (name, field, again[field])
        listed = made.call("list", name, filter_=f'id == "{id}"')
        assert listed.status_code == 200 and len(listed.parsed.records) == 1, (name, listed)
        gone = made.call("delete", name, id=UUID(id))
        assert gone.status_code == 204, (name, gone)
        assert made.call("read", name, id=UUID(id)).status_code == 404, name
        done += 1
    print(f"{done} objects made, read, changed, listed and deleted by the generated client")


def change(name, properties, number):
    """A field that can be changed, and another value."""
    if name in CHANGED:
        return CHANGED[name]
    for field, schema in properties.items():
        kind = schema.get("type")
        kinds = kind if isinstance(kind, list) else [kind]
        if "string" in kinds and not {"enum", "format", "pattern"} & set(schema):
            return field, f"changed{number}"[: schema.get("maxLength", 40)]
    for field, schema in properties.items():
        if "integer" in (schema.get("type") or []):
            return field, schema.get("minimum", 1) + 1
    for field, schema in properties.items():
        if schema.get("format") == "decimal":
            return field, "7.00"
    sys.exit(f"{name}: nothing is known that could be changed among {list(properties)}")


def fuzz(server, options):
    if options.url:
        url, roles = options.url[0], [("given", options.url[1])]
    else:
        url, roles = server.url, [("nobody", None), ("lily", server.limited()), ("admin", server.token("admin"))]
    failed = False
    for who, token in roles:
        # Nobody may read the description: it is that of the administrator.
        document = server.document(token or server.token("admin"))
        for path in DANGEROUS:
            document["paths"].pop(path, None)
        path = f"{server.folder}/{who}.json"
        json.dump(document, open(path, "w"))
        checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance"
        checks += ",ignored_auth" if token else ""
        command = [f"{PYTHON}/schemathesis", "run", path, "--url", url, "--checks", checks, "--mode", "all", "--phases", options.phases,
                   "--max-examples", str(options.examples), "--seed", "1", "--generation-deterministic", "--workers", "2",
                   "--request-timeout", "30", "--suppress-health-check", "all", "--max-failures", "20", "--no-color"]
        if token:
            command += ["--header", "Authorization: Bearer " + token]
        print(f"== {who}", flush=True)
        failed |= subprocess.run(command, cwd=server.folder).returncode != 0
        if server.process.poll() is not None:
            sys.exit("the server ended: " + open(server.log.name).read())
    log = open(server.log.name).read()
    if "panicked" in log:
        sys.exit("something panicked: " + log[-4000:])
    sys.exit(1 if failed else 0)


# What would end the session of who asks, or take the packs away; and what stays open.
DANGEROUS = [
    "/api/v1/events",
    "/api/v1/session", "/api/v1/session/password", "/api/v1/sessions", "/api/v1/sessions/{id}", "/api/v1/tokens/{id}",
    "/api/v1/users/{id}/sessions", "/api/v1/users/{id}/tokens/{held}", "/api/v1/users/{id}/handover", "/api/v1/users/{id}/password",
    "/api/v1/packs", "/api/v1/packs/{name}", "/api/v1/packs/{name}/plan", "/api/v1/packs/{name}/upgrade", "/api/v1/packs/{name}/remove",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lifeloom")
    parser.add_argument("what", choices=["validate", "client", "fuzz"])
    parser.add_argument("--examples", type=int, default=1)
    parser.add_argument("--phases", default="examples,fuzzing")
    parser.add_argument("--url", nargs=2)
    options = parser.parse_args()
    server = Server(os.path.realpath(options.lifeloom))
    try:
        {"validate": validate, "client": client, "fuzz": fuzz}[options.what](server, options)
    finally:
        server.stop()


main()
