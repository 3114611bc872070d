//! Addresses of one object.

use super::{Operation, in_header, in_path, in_query, reference};
use catalog::Object;
use plan::Actor;
use plan::actor::ObjectGrant;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

fn record_id() -> Json {
    in_path("id", json!({"type": "string", "format": "uuid"}))
}

fn once() -> Json {
    in_header("Idempotency-Key", "a repetition with the same key has no further effect")
}

fn if_match() -> Json {
    in_header("If-Match", "the ETag of the version that was seen; stale is 412")
}

/// The parameters of a list.
fn of_list() -> Vec<Json> {
    let text = || json!({"type": "string"});
    vec![
        in_query("filter", "an expression; `field=value` and `field[gte]=value` are shorthand", text()),
        in_query("sort", "`-amount,name`", text()),
        in_query("fields", "`name,account.name`", text()),
        in_query("expand", "relations shown with their fields", text()),
        in_query(
            "limit",
            "records on a page",
            json!({"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
        ),
        in_query("cursor", "`next` of the page before", text()),
        in_query("offset", "records left out", json!({"type": "integer", "minimum": 0, "maximum": 100_000})),
        in_query(
            "count",
            "whether all are counted",
            json!({"type": "string", "enum": ["none", "capped", "exact"]}),
        ),
        in_query("search", "words", text()),
        in_query("view", "a view's name", text()),
        in_query("bin", "the recycle bin", json!({"type": "string", "enum": ["live", "deleted", "any"]})),
    ]
}

/// Puts the addresses of an object among the paths.
pub fn of_object(object: &Object, grant: &ObjectGrant, actor: &Actor, all: &mut Map<String, Json>) {
    let name = &*object.name;
    let id = |verb: &str| format!("{verb}_{}", name.replace('.', "_"));
    let base = format!("/api/v1/records/{name}");
    let one = format!("{base}/{{id}}");
    let may = |rows: &plan::Rows| !rows.is_none();
    let mut put = |path: &str, method: &str, operation: Operation| {
        all.entry(path).or_insert_with(|| json!({}))[method] = operation.json();
    };
    let shown = || Some(reference(name));
    if may(&grant.read) {
        let list = Operation::new(id("list"), name, "List records").takes(&of_list());
        put(&base, "get", list.answers(200, "A page", Some(reference(&format!("{name}.page")))));
        let read = Operation::new(id("read"), name, "Read one record").takes(&[
            record_id(),
            in_query("fields", "`name,account.name`", json!({"type": "string"})),
            in_query("expand", "relations shown with their fields", json!({"type": "string"})),
        ]);
        put(
            &one,
            "get",
            read.answers(200, "The record; its ETag is its version", shown()).answers(
                304,
                "Not changed",
                None,
            ),
        );
        let query = Operation::new(id("query"), name, "Query by a body: filter tree, groups, aggregates");
        let query = query.body(json!({"type": "object"}));
        put(
            &format!("/api/v1/query/{name}"),
            "post",
            query.answers(200, "Records or groups", Some(json!({"type": "object"}))),
        );
    }
    if grant.create {
        let create = Operation::new(id("create"), name, "Create a record with its children").takes(&[once()]);
        let create = create.body(reference(&format!("{name}.create")));
        put(&base, "post", create.answers(201, "Created", shown()));
    }
    if may(&grant.update) {
        let update = Operation::new(id("update"), name, "Change a record: null clears, absent keeps");
        let update = update.takes(&[record_id(), if_match()]).body(reference(&format!("{name}.update")));
        put(&one, "patch", update.answers(200, "Changed", shown()));
        transitions(object, grant, actor, &one, &mut put);
    }
    if may(&grant.delete) {
        let delete = Operation::new(id("delete"), name, "Put a record into the recycle bin").takes(&[
            record_id(),
            if_match(),
            in_query("purge", "remove it for good", json!({"type": "boolean"})),
        ]);
        put(&one, "delete", delete.answers(204, "Gone", None));
    }
    if may(&grant.restore) {
        let restore = Operation::new(id("restore"), name, "Take a record out of the recycle bin");
        put(
            &format!("{one}/restore"),
            "post",
            restore.takes(&[record_id(), once()]).answers(200, "Restored", shown()),
        );
    }
    if grant.create || may(&grant.update) {
        writes_of_many(object, grant, &base, &mut put);
    }
    actions(object, grant, actor, &base, &mut put);
    trails(object, grant, &one, &mut put);
}

type Put<'p> = dyn FnMut(&str, &str, Operation) + 'p;

fn writes_of_many(object: &Object, grant: &ObjectGrant, base: &str, put: &mut Put<'_>) {
    let name = &*object.name;
    let bulk = json!({
        "type": "object",
        "required": ["operations"],
        "properties": {
            "mode": {"type": "string", "enum": ["atomic", "each"], "default": "atomic"},
            "operations": {"type": "array", "maxItems": engine::requests::bulk::MOST_BY_JOB, "items": {
                "type": "object", "minProperties": 1, "maxProperties": 1,
                "properties": {"create": {"type": "object"}, "update": {"type": "object"}, "upsert": {"type": "object"}, "delete": {"type": "object"}, "restore": {"type": "object"}},
            }},
        },
    });
    let many = Operation::new(format!("bulk_{}", name.replace('.', "_")), name, "Write several records");
    put(
        &format!("{base}/bulk"),
        "post",
        many.takes(&[once()])
            .body(bulk)
            .answers(200, "A result each", Some(json!({"type": "object"})))
            .answers(202, "A job does it: see Location", Some(json!({"type": "object"}))),
    );
    let readable = |field: &Arc<str>| object.field(field).is_some_and(|field| grant.reads(field.index));
    let keys = object.uniques.iter().filter(|(_, unique)| unique.filter.is_none());
    for (unique, constraint) in keys.filter(|(_, unique)| unique.fields.iter().all(readable)) {
        let values: Vec<String> = constraint.fields.iter().map(|field| format!("{{{field}}}")).collect();
        let path = format!("{base}/by/{unique}/{}", values.join("/"));
        let takes: Vec<Json> =
            constraint.fields.iter().map(|f| in_path(f, json!({"type": "string"}))).collect();
        let id = format!("upsert_{}_by_{unique}", name.replace('.', "_"));
        let upsert = Operation::new(id, name, format!("Create or change by {unique}")).takes(&takes);
        let upsert = upsert.body(reference(&format!("{name}.update")));
        let upsert = upsert.answers(200, "Changed", Some(reference(name)));
        put(&path, "put", upsert.answers(201, "Created", Some(reference(name))));
    }
}

fn transitions(object: &Object, grant: &ObjectGrant, actor: &Actor, one: &str, put: &mut Put<'_>) {
    let Some(transitions) = &object.transitions else { return };
    let name = &*object.name;
    let list = Operation::new(
        format!("moves_of_{}", name.replace('.', "_")),
        name,
        "The moves that are possible now",
    );
    put(
        &format!("{one}/moves"),
        "get",
        list.takes(&[record_id()]).answers(200, "Moves", Some(json!({"type": "object"}))),
    );
    for (made, definition) in &transitions.moves {
        let roles = definition.roles.is_empty() || definition.roles.iter().any(|role| actor.has_role(role));
        if !(actor.admin || grant.moves.has(made) && roles) {
            continue;
        }
        let id = format!("move_{}_{made}", name.replace('.', "_"));
        let operation =
            Operation::new(id, name, format!("Move to {}", definition.to)).takes(&[record_id(), once()]);
        let operation = operation.answers(200, "Moved", Some(reference(name)));
        let operation = match definition.approval {
            Some(_) => operation.answers(202, "Waits for approval", Some(reference(name))),
            None => operation,
        };
        put(&format!("{one}/moves/{made}"), "post", operation);
    }
}

fn actions(object: &Object, grant: &ObjectGrant, actor: &Actor, base: &str, put: &mut Put<'_>) {
    let name = &*object.name;
    for (action, definition) in &object.actions {
        let roles = definition.roles.is_empty() || definition.roles.iter().any(|role| actor.has_role(role));
        if !(actor.admin || grant.actions.has(action) && roles) {
            continue;
        }
        let properties: Map<String, Json> = definition
            .parameters
            .iter()
            .map(|(parameter, (kind, _))| (parameter.to_string(), kind.kind().json_schema()))
            .collect();
        let needed = definition.parameters.iter().filter(|(_, (_, needed))| *needed).map(|(name, _)| name);
        let mut body = json!({"type": "object", "properties": properties, "additionalProperties": false});
        let needed: Vec<_> = needed.collect();
        if !needed.is_empty() {
            body["required"] = json!(needed);
        }
        let id = format!("action_{}_{action}", name.replace('.', "_"));
        let operation = Operation::new(id, name, format!("Press {action}")).body(body);
        let operation = operation.answers(200, "What the script answered", Some(json!({"type": "object"})));
        match definition.on_object {
            true => put(&format!("{base}/actions/{action}"), "post", operation.takes(&[once()])),
            false => put(
                &format!("{base}/{{id}}/actions/{action}"),
                "post",
                operation.takes(&[record_id(), once()]),
            ),
        }
    }
}

fn trails(object: &Object, grant: &ObjectGrant, one: &str, put: &mut Put<'_>) {
    let name = &*object.name;
    let id = |verb: &str| format!("{verb}_{}", name.replace('.', "_"));
    let any = || Some(json!({"type": "object"}));
    if object.history && !grant.history.is_none() {
        let history =
            Operation::new(id("history_of"), name, "What a record was before").takes(&[record_id()]);
        put(&format!("{one}/history"), "get", history.answers(200, "Changes, newest first", any()));
    }
    let encrypted = object.fields.values().any(|field| field.encrypted.is_some() && grant.reads(field.index));
    if encrypted && !grant.unmask.is_none() {
        let body = json!({"type": "object", "required": ["fields"], "properties": {"fields": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"type": "string"}}}, "additionalProperties": false});
        let unmask = Operation::new(id("unmask"), name, "Read encrypted fields in full; it is put on record");
        let unmask = unmask.takes(&[record_id()]).body(body);
        put(&format!("{one}/unmask"), "post", unmask.answers(200, "Their values", any()));
    }
    if object.comments && !grant.read.is_none() {
        let list = Operation::new(id("comments_on"), name, "Comments on a record").takes(&[record_id()]);
        put(&format!("{one}/comments"), "get", list.answers(200, "Comments, newest first", any()));
        if !grant.comment.is_none() {
            let body = json!({"type": "object", "required": ["body"], "properties": {"body": {"type": "string"}}, "additionalProperties": false});
            let add =
                Operation::new(id("comment_on"), name, "Comment on a record").takes(&[record_id(), once()]);
            put(&format!("{one}/comments"), "post", add.body(body).answers(201, "The comment", any()));
        }
    }
}
