//! Addresses that every site has.

use super::{Operation, answers, in_path, in_query, reference};
use serde_json::{Map, Value as Json, json};

/// A line for each: method, address, name, then words, and after ` | ` what it does. `?name` is a parameter of the address
/// (`?name!` a needed one), `name` a key of the body (`name!` a needed one), `=201` a status (200 where none is given, 204 and
/// 202 without a body of their own), `open` what nobody must sign in for, `file` a file that is answered, `events` a stream of them, `*` a body of the
/// object's own fields.
const ALL: &str = include_str!("fixed.txt");

/// The media types of files.
const FILES: [&str; 2] = ["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

/// The paths.
pub fn paths() -> Map<String, Json> {
    let mut all = Map::new();
    let keys = json!({"login": {"type": "string"}, "password": {"type": "string"}, "new_password": {"type": "string"}, "otp": {"type": "string"}});
    let sign_in = Operation::new("sign_in", "session", "Sign in: token and cookie").body(json!({
        "type": "object", "required": ["login", "password"], "properties": keys, "additionalProperties": false,
    }));
    let mut sign_in = sign_in.answers(200, "Who signed in, and the token", answers::of("sign_in")).json();
    sign_in["security"] = json!([]);
    all.insert("/api/v1/session".to_owned(), json!({"post": sign_in}));
    all.insert("/readyz".to_owned(), json!({"get": ready()}));
    for line in ALL.lines() {
        let (told, summary) = line.split_once(" | ").unwrap_or((line, ""));
        let mut words = told.split(' ');
        let (Some(method), Some(path), Some(id)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let address = format!("/api/v1{path}");
        all.entry(address).or_insert_with(|| json!({}))[method] = operation(path, id, summary, words);
    }
    all["/api/v1/imports"]["post"] = upload();
    all
}

fn ready() -> Json {
    let ready = Operation::new("ready", "service", "Whether the service is ready");
    let mut ready = ready.answers(200, "It is", answers::of("ready")).json();
    ready["security"] = json!([]);
    ready
}

fn operation<'a>(path: &str, id: &str, summary: &str, words: impl Iterator<Item = &'a str>) -> Json {
    let tag = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let mut operation = Operation::new(id, tag, summary);
    for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        let schema = match name {
            "id" | "held" => json!({"type": "string", "format": "uuid"}),
            _ => json!({"type": "string", "minLength": 1}),
        };
        operation = operation.takes(&[in_path(name, schema)]);
    }
    let (mut properties, mut required, mut statuses) = (Map::new(), Vec::new(), Vec::new());
    let (mut open, mut file, mut events) = (false, false, false);
    for word in words {
        let (name, needed) = word.strip_suffix('!').map_or((word, false), |name| (name, true));
        match (name.strip_prefix('?'), name.strip_prefix('='), name) {
            (Some(name), ..) => {
                let mut parameter = in_query(name, "", schema_of(name));
                if needed {
                    parameter["required"] = json!(true);
                }
                operation = operation.takes(&[parameter]);
            }
            (_, Some(status), _) => statuses.extend(status.parse::<u16>().ok()),
            (.., "open") => open = true,
            (.., "file") => file = true,
            (.., "events") => events = true,
            (.., "*") => operation = operation.body(json!({"type": "object"})),
            _ => {
                properties.insert(name.to_owned(), schema_of(name));
                required.extend(needed.then(|| name.to_owned()));
            }
        }
    }
    let optional = required.is_empty() && !properties.is_empty();
    if !properties.is_empty() {
        let mut body = json!({"type": "object", "properties": properties, "additionalProperties": false});
        if !optional {
            body["required"] = json!(required);
        }
        operation = operation.body(body);
    }
    if statuses.is_empty() || file {
        statuses.push(200);
    }
    for status in statuses {
        operation = match status {
            204 => operation.answers(status, "Done", None),
            202 => operation.answers(status, "A job does it: see Location", Some(reference("JobStarted"))),
            _ => operation.answers(status, "Done", answers::of(id)),
        };
    }
    let mut operation = operation.json();
    if optional && operation.get("requestBody").is_some() {
        operation["requestBody"]["required"] = json!(false);
    }
    if file {
        operation["responses"]["200"] = files("The file");
    }
    if events {
        let content = json!({"text/event-stream": {"schema": {"type": "string"}}});
        operation["responses"]["200"] =
            json!({"description": "Events until the session or the server ends", "content": content});
    }
    if open {
        operation["security"] = json!([]);
    }
    operation
}

/// A key of a body or a parameter.
fn schema_of(name: &str) -> Json {
    match name {
        "deactivate" | "tokens" | "job" | "remove" | "back" | "dry_run" => json!({"type": "boolean"}),
        "people" => json!({"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1}),
        "place" => json!({"type": "string", "enum": ["before", "after", "parallel"]}),
        "task" => json!({"type": "string", "format": "uuid"}),
        "instances" => json!({"type": "array", "items": {"type": "string", "format": "uuid"}}),
        "tasks" => {
            let id = json!({"type": "string", "format": "uuid"});
            let seen = json!({
                "description": "with the version of its record that was seen: 412 in its result where it was changed since",
                "type": "object",
                "required": ["task"],
                "properties": {"task": id, "version": {"type": "integer"}},
                "additionalProperties": false,
            });
            json!({"type": "array", "items": {"anyOf": [id, seen]}, "minItems": 1, "maxItems": 100})
        }
        "decision" => json!({"type": "string", "enum": ["approve", "reject", "return", "done"]}),
        "definition" => {
            let text = json!({"type": "string", "description": "YAML or JSON"});
            json!({"anyOf": [text, {"type": "array", "items": text}]})
        }
        "decisions" => json!({"type": "object"}),
        "map" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        "token" => json!({"type": "integer", "minimum": 0}),
        "incident" | "overdue" | "outdated" | "predict" | "unread" => json!({"type": "boolean"}),
        // Of whatever kind the step keeps.
        "value" => json!({}),
        "since" | "until" => json!({"type": "string"}),
        "initiator" => json!({"type": "string", "format": "uuid"}),
        "limit" | "days" => json!({"type": "integer", "minimum": 1}),
        "after" => json!({"type": "integer", "minimum": 0}),
        // A place among results, a time, or whom mails come from.
        "from" => json!({"type": ["integer", "string"]}),
        "roles" => json!({"type": "array", "items": {"type": "string"}}),
        "record" | "cursor" => json!({"type": "string", "format": "uuid"}),
        "expires_at" => json!({"type": "string", "format": "date-time"}),
        "mode" => json!({"type": "string", "enum": ["create", "upsert"]}),
        "format" => json!({"type": "string", "enum": ["csv", "xlsx"]}),
        "box" => json!({"type": "string", "enum": ["todo", "done", "cc", "started"]}),
        "columns" => json!({"type": "object", "additionalProperties": {"type": ["string", "null"]}}),
        "values" => {
            json!({"type": "object", "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}}})
        }
        "parameters" => json!({"type": "object"}),
        "where" | "files" => json!({"type": "object", "additionalProperties": {"type": "string"}}),
        "picks" => {
            let user = json!({"type": "string", "format": "uuid"});
            json!({"type": "object", "additionalProperties": {"type": "array", "items": user}})
        }
        "packs" => json!({"type": "array", "items": {"type": "object"}}),
        _ => json!({"type": "string"}),
    }
}

fn files(description: &str) -> Json {
    let content: Map<String, Json> = FILES
        .iter()
        .map(|media| ((*media).to_owned(), json!({"schema": {"type": "string", "format": "binary"}})))
        .collect();
    json!({"description": description, "content": content})
}

fn upload() -> Json {
    let mut object = in_query("object", "pack.object", json!({"type": "string"}));
    object["required"] = json!(true);
    let name = in_query("name", "what the file is called", json!({"type": "string"}));
    let upload = Operation::new("upload", "imports", "Send a file to import").takes(&[object, name]);
    let upload = upload.answers(201, "The import with its columns", answers::of("upload"));
    let mut upload = upload.json();
    upload["requestBody"] = json!({"required": true, "content": files("")["content"]});
    upload
}
