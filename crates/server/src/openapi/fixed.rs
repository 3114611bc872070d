//! Addresses that every site has.

use super::{Operation, in_path};
use serde_json::{Map, Value as Json, json};

/// Method, address, name, what it does, keys of its body.
const ALL: [(&str, &str, &str, &str, &[&str]); 53] = [
    ("get", "/api/v1/session", "who", "Who am I, with roles and permitted objects", &[]),
    ("delete", "/api/v1/session", "sign_out", "Sign out", &[]),
    (
        "post",
        "/api/v1/session/password",
        "change_password",
        "Change the own password",
        &["password", "new_password"],
    ),
    ("post", "/api/v1/session/totp", "begin_totp", "Begin to set up an authenticator app", &["password"]),
    (
        "post",
        "/api/v1/session/totp/confirm",
        "confirm_totp",
        "Put the app into force; recovery codes",
        &["code"],
    ),
    ("post", "/api/v1/session/totp/recovery-codes", "renew_codes", "Other recovery codes", &["password"]),
    ("post", "/api/v1/session/totp/remove", "remove_totp", "Remove the app", &["password", "code"]),
    ("get", "/api/v1/sessions", "list_sessions", "Own sessions", &[]),
    ("delete", "/api/v1/sessions", "end_other_sessions", "End all own sessions but this one", &[]),
    ("delete", "/api/v1/sessions/{id}", "end_session", "End one of the own sessions", &[]),
    ("get", "/api/v1/tokens", "list_tokens", "Own API tokens", &[]),
    ("post", "/api/v1/tokens", "make_token", "Make an API token", &["label", "roles", "days", "expires_at"]),
    ("delete", "/api/v1/tokens/{id}", "end_token", "End one of the own API tokens", &[]),
    ("post", "/api/v1/password-reset", "ask_for_reset", "Ask for a link that resets a password", &["login"]),
    ("post", "/api/v1/password-reset/confirm", "reset_password", "Reset by a link", &["token", "password"]),
    ("get", "/api/v1/users/{id}/sessions", "list_sessions_of", "Sessions of a user", &[]),
    (
        "delete",
        "/api/v1/users/{id}/sessions",
        "end_sessions_of",
        "End the sessions of a user: ?tokens=true",
        &[],
    ),
    ("delete", "/api/v1/users/{id}/sessions/{held}", "end_session_of", "End a session of a user", &[]),
    ("get", "/api/v1/users/{id}/tokens", "list_tokens_of", "API tokens of a user", &[]),
    ("delete", "/api/v1/users/{id}/tokens/{held}", "end_token_of", "End an API token of a user", &[]),
    ("post", "/api/v1/users/{id}/password", "give_password", "Give a user another password", &["password"]),
    ("delete", "/api/v1/users/{id}/totp", "remove_totp_of", "Remove a user's authenticator app", &[]),
    (
        "post",
        "/api/v1/users/{id}/handover",
        "hand_over",
        "Hand a leaver's records over",
        &["to", "deactivate"],
    ),
    ("get", "/api/v1/search", "search", "Search everything: ?q=", &[]),
    ("get", "/api/v1/access/explain", "explain_access", "Which role, scope or restriction decides", &[]),
    ("get", "/api/v1/definitions", "list_definitions", "Names of the definitions in force", &[]),
    ("get", "/api/v1/definitions/{kind}/{name}", "read_definition", "One definition, resolved", &[]),
    ("get", "/api/v1/packs", "list_packs", "Installed packs", &[]),
    ("post", "/api/v1/packs", "install_pack", "Install packs", &["files"]),
    ("delete", "/api/v1/packs/{name}", "delete_pack", "Remove a pack; its tables are retired", &[]),
    ("post", "/api/v1/packs/{name}/plan", "plan_pack", "What files or a removal would do", &["files"]),
    ("post", "/api/v1/packs/{name}/upgrade", "upgrade_pack", "Raise a pack to other files", &["files"]),
    ("post", "/api/v1/packs/{name}/remove", "remove_pack", "Remove a pack; its tables are retired", &[]),
    ("get", "/api/v1/jobs", "list_jobs", "Background work", &[]),
    ("get", "/api/v1/jobs/{id}", "read_job", "How far a job is", &[]),
    ("delete", "/api/v1/jobs/{id}", "cancel_job", "Take a job back", &[]),
    ("get", "/api/v1/effects", "list_effects", "The outbox: ?state=", &[]),
    ("get", "/api/v1/effects/{id}", "read_effect", "One effect of the outbox", &[]),
    (
        "post",
        "/api/v1/effects/{id}/settle",
        "settle_effect",
        "Say what becomes of an effect: retry, done, failed",
        &["as"],
    ),
    (
        "post",
        "/api/v1/workflows/{name}/instances",
        "submit",
        "Submit a record to a workflow",
        &["record", "comment"],
    ),
    ("get", "/api/v1/instances/{id}", "read_instance", "Path, tasks and log of an approval", &[]),
    ("post", "/api/v1/instances/{id}/withdraw", "withdraw", "Take a request back", &["comment"]),
    ("get", "/api/v1/tasks", "list_tasks", "Tasks: ?box=todo|done|cc|started", &[]),
    ("get", "/api/v1/tasks/{id}", "read_task", "One task", &[]),
    ("get", "/api/v1/tasks/{id}/return-targets", "return_targets", "Where a task may be returned to", &[]),
    ("post", "/api/v1/tasks/{id}/approve", "approve", "Approve", &["comment"]),
    ("post", "/api/v1/tasks/{id}/reject", "reject", "Reject", &["comment"]),
    ("post", "/api/v1/tasks/{id}/return", "return_task", "Return to an earlier step", &["to", "comment"]),
    ("post", "/api/v1/tasks/{id}/comment", "comment_on_task", "Say something about a task", &["comment"]),
    ("post", "/api/v1/tasks/{id}/read", "mark_read", "Mark a copy as read", &[]),
    ("get", "/api/v1/audit", "list_audit", "The audit trail, newest first", &[]),
    ("get", "/api/v1/openapi.json", "openapi", "This description", &[]),
    ("get", "/readyz", "ready", "Whether the service is ready", &[]),
];

/// The paths.
pub fn paths() -> Map<String, Json> {
    let mut all = Map::new();
    let keys = json!({"login": {"type": "string"}, "password": {"type": "string"}, "new_password": {"type": "string"}, "otp": {"type": "string"}});
    let sign_in = Operation::new("sign_in", "session", "Sign in: token and cookie").body(json!({
        "type": "object", "required": ["login", "password"], "properties": keys, "additionalProperties": false,
    }));
    let mut sign_in =
        sign_in.answers(200, "Who signed in, and the token", Some(json!({"type": "object"}))).json();
    sign_in["security"] = json!([]);
    all.insert("/api/v1/session".to_owned(), json!({"post": sign_in}));
    for (method, path, id, summary, keys) in ALL {
        let tag = path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
        let mut operation = Operation::new(id, tag, summary);
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            operation = operation.takes(&[in_path(name, json!({"type": "string"}))]);
        }
        if !keys.is_empty() {
            let properties: Map<String, Json> =
                keys.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
            operation = operation.body(json!({"type": "object", "properties": properties}));
        }
        let operation = match method {
            "delete" => operation.answers(204, "Done", None),
            _ => operation.answers(200, "Done", Some(json!({"type": "object"}))),
        };
        let mut operation = operation.json();
        if path.starts_with("/api/v1/password-reset") {
            operation["security"] = json!([]);
        }
        all.entry(path).or_insert_with(|| json!({}))[method] = operation;
    }
    all
}
