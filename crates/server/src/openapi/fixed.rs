//! Addresses that every site has.

use super::{Operation, answers, in_path, in_query, reference};
use serde_json::{Map, Value as Json, json};

/// Method, address, name, what it does; then words: `?name` a parameter of the address (`?name!` a needed one), `name` a
/// key of the body (`name!` a needed one), `=201` a status (200 where none is given, 204 and 202 without a body of their own),
/// `open` for what nobody must sign in for, `file` for a file that is answered, `*` for a body of the object's own fields.
const ALL: &[(&str, &str, &str, &str, &str)] = &[
    ("get", "/session", "who", "Who am I, with roles and permitted objects", ""),
    ("delete", "/session", "sign_out", "Sign out", "=204"),
    (
        "post",
        "/session/password",
        "change_password",
        "Change the own password",
        "password! new_password! =204",
    ),
    ("post", "/session/totp", "begin_totp", "Begin to set up an authenticator app", "password! =201"),
    ("post", "/session/totp/confirm", "confirm_totp", "Put the app into force; recovery codes", "code!"),
    ("post", "/session/totp/recovery-codes", "renew_codes", "Other recovery codes", "password!"),
    ("post", "/session/totp/remove", "remove_totp", "Remove the app", "password! code! =204"),
    ("get", "/sessions", "list_sessions", "Own sessions", ""),
    ("delete", "/sessions", "end_other_sessions", "End all own sessions but this one", "=204"),
    ("delete", "/sessions/{id}", "end_session", "End one of the own sessions", "=204"),
    ("get", "/tokens", "list_tokens", "Own API tokens", ""),
    ("post", "/tokens", "make_token", "Make an API token", "label! roles days expires_at =201"),
    ("delete", "/tokens/{id}", "end_token", "End one of the own API tokens", "=204"),
    ("post", "/password-reset", "ask_for_reset", "Ask for a link that resets a password", "login! =204 open"),
    ("post", "/password-reset/confirm", "reset_password", "Reset by a link", "token! password! =204 open"),
    ("get", "/users/{id}/sessions", "list_sessions_of", "Sessions of a user", ""),
    ("delete", "/users/{id}/sessions", "end_sessions_of", "End the sessions of a user", "?tokens =204"),
    ("delete", "/users/{id}/sessions/{held}", "end_session_of", "End a session of a user", "=204"),
    ("get", "/users/{id}/tokens", "list_tokens_of", "API tokens of a user", ""),
    ("delete", "/users/{id}/tokens/{held}", "end_token_of", "End an API token of a user", "=204"),
    ("post", "/users/{id}/password", "give_password", "Give a user another password", "password"),
    ("delete", "/users/{id}/totp", "remove_totp_of", "Remove a user's authenticator app", "=204"),
    ("get", "/users/{id}/account", "read_account_of", "Whether a second factor is in force", ""),
    ("get", "/users/{id}/handover", "to_hand_over", "What a leaver would hand over, counted", ""),
    ("post", "/users/{id}/handover", "hand_over", "Hand a leaver's records over", "to! deactivate =202"),
    ("get", "/effects", "list_effects", "The outbox", "?state"),
    ("get", "/effects/{id}", "read_effect", "One effect of the outbox", ""),
    (
        "post",
        "/effects/{id}/settle",
        "settle_effect",
        "Say what becomes of an effect: retry, done, failed",
        "as! =204",
    ),
    ("get", "/search", "search", "Search everything", "?q! ?object ?limit"),
    (
        "get",
        "/access/explain",
        "explain_access",
        "Which role, scope or restriction decides",
        "?object! ?user ?record ?action ?field",
    ),
    (
        "get",
        "/audit",
        "list_audit",
        "The audit trail, newest first",
        "?actor ?kind ?object ?record ?request ?from ?until ?cursor ?limit",
    ),
    (
        "get",
        "/audit/verification",
        "verify_audit",
        "Whether the audit trail is what was written",
        "?number ?seal",
    ),
    ("get", "/definitions", "list_definitions", "Names of the definitions in force", "?kind"),
    ("get", "/definitions/{kind}/{name}", "read_definition", "One definition, resolved", ""),
    ("get", "/calendars", "list_calendars", "Working calendars", ""),
    (
        "get",
        "/calendars/{name}",
        "read_calendar",
        "Days of a calendar with their hours and holidays, 400 at most",
        "?from ?until",
    ),
    (
        "get",
        "/calendars/{name}/add",
        "add_working_time",
        "The instant a length of time (`2d working`, `-3d`) after another, by a calendar",
        "?from! ?duration!",
    ),
    ("get", "/packs", "list_packs", "Installed packs", ""),
    ("post", "/packs", "install_pack", "Install packs", "files packs =201 =200"),
    ("delete", "/packs/{name}", "delete_pack", "Remove a pack; its tables are retired", ""),
    ("post", "/packs/{name}/plan", "plan_pack", "What files or a removal would do", "?remove files packs"),
    ("post", "/packs/{name}/upgrade", "upgrade_pack", "Raise a pack to other files", "files packs"),
    ("post", "/packs/{name}/remove", "remove_pack", "Remove a pack; its tables are retired", ""),
    ("get", "/jobs", "list_jobs", "Background work", ""),
    ("get", "/jobs/{id}", "read_job", "How far a job is", ""),
    ("delete", "/jobs/{id}", "cancel_job", "Take a job back", "=204"),
    ("get", "/jobs/{id}/results", "results_of_job", "What became of each of many writes", "?from ?limit"),
    ("get", "/imports", "list_imports", "Own imports", ""),
    ("get", "/imports/{id}", "read_import", "An import, its columns and how far it is", ""),
    ("delete", "/imports/{id}", "forget_import", "Remove an import with its file; records stay", "=204"),
    (
        "post",
        "/imports/{id}/check",
        "check_import",
        "Try every line, keep nothing",
        "mode key columns values =202",
    ),
    ("post", "/imports/{id}/run", "run_import", "Write the lines", "mode key columns values =202"),
    ("post", "/imports/{id}/undo", "undo_import", "Take back what was written", "=202"),
    ("get", "/imports/{id}/lines", "lines_of_import", "Lines that were written", "?undone ?after ?limit"),
    ("get", "/imports/{id}/values", "values_of_import", "What stands in a column", "?column! ?field"),
    (
        "get",
        "/imports/{id}/rejected",
        "rejected_lines",
        "Refused lines with reasons, as a file",
        "?format file",
    ),
    ("get", "/exports", "list_exports", "Own exports", ""),
    (
        "post",
        "/exports",
        "export_records",
        "Records as a file, at once or by a job",
        "object! format fields filter sort search view where job file =202",
    ),
    ("get", "/exports/{id}", "read_export", "An export and how far it is", ""),
    ("delete", "/exports/{id}", "forget_export", "Remove an export with its file", "=204"),
    ("get", "/exports/{id}/file", "file_of_export", "The file", "file"),
    (
        "post",
        "/workflows/{name}/instances",
        "submit",
        "Submit a record to a workflow",
        "record! comment picks =201",
    ),
    ("get", "/instances/{id}", "read_instance", "Path, tasks and log of an approval", ""),
    ("post", "/instances/{id}/withdraw", "withdraw", "Take a request back", "comment"),
    ("post", "/instances/{id}/cancel", "cancel_flow", "End a flow, as an administrator", "comment"),
    ("get", "/tasks", "list_tasks", "Tasks", "?box ?cursor ?limit"),
    ("get", "/tasks/{id}", "read_task", "One task", ""),
    ("get", "/tasks/{id}/return-targets", "return_targets", "Where a task may be returned to", ""),
    ("post", "/tasks/{id}/approve", "approve", "Approve", "comment picks"),
    ("post", "/tasks/{id}/reject", "reject", "Reject", "comment"),
    ("post", "/tasks/{id}/return", "return_task", "Return to an earlier step", "to back comment"),
    ("post", "/tasks/{id}/done", "task_done", "Say that what was asked is done", "comment"),
    (
        "post",
        "/tasks/{id}/transfer",
        "transfer_task",
        "Give to another person for good",
        "to! comment =200 =204",
    ),
    (
        "post",
        "/tasks/{id}/delegate",
        "delegate_task",
        "Let another person act, who gives it back",
        "to! comment =200 =204",
    ),
    ("post", "/tasks/{id}/resolve", "resolve_task", "Give back what was lent", "comment =200 =204"),
    ("post", "/tasks/{id}/add-sign", "add_sign", "Ask further people", "people! place! comment"),
    ("post", "/tasks/{id}/remove-sign", "remove_sign", "Take off a seat of the step", "task! comment"),
    ("post", "/tasks/{id}/cc", "copy_task", "Tell further people", "people! comment"),
    ("post", "/tasks/{id}/take-back", "take_back", "Take the own decision back", "comment"),
    ("post", "/tasks/{id}/save", "save_task", "Change what the step opens for change", "*"),
    ("post", "/tasks/{id}/comment", "comment_on_task", "Say something about a task", "comment!"),
    ("post", "/tasks/{id}/read", "mark_read", "Mark a copy as read", ""),
    ("get", "/openapi.json", "openapi", "This description", ""),
];

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
    for (method, path, id, summary, words) in ALL {
        let address = format!("/api/v1{path}");
        all.entry(address).or_insert_with(|| json!({}))[*method] = operation(path, id, summary, words);
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

fn operation(path: &str, id: &str, summary: &str, words: &str) -> Json {
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
    let (mut open, mut file) = (false, false);
    for word in words.split_whitespace() {
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
    if open {
        operation["security"] = json!([]);
    }
    operation
}

/// A key of a body or a parameter.
fn schema_of(name: &str) -> Json {
    match name {
        "deactivate" | "tokens" | "job" | "remove" | "back" => json!({"type": "boolean"}),
        "people" => json!({"type": "array", "items": {"type": "string", "format": "uuid"}, "minItems": 1}),
        "place" => json!({"type": "string", "enum": ["before", "after", "parallel"]}),
        "task" => json!({"type": "string", "format": "uuid"}),
        "limit" | "days" => json!({"type": "integer", "minimum": 1}),
        "after" => json!({"type": "integer", "minimum": 0}),
        // A place among results, or a time.
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
