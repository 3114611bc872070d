//! Addresses of one object.

use super::{Operation, answers, in_header, in_path, in_query, reference};
use catalog::Object;
use plan::Actor;
use plan::actor::ObjectGrant;
use plan::known::Known;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

fn record_id() -> Json {
    in_path("id", json!({"type": "string", "format": "uuid"}))
}

fn once() -> Json {
    in_header("Idempotency-Key", "a repetition with the same key has no further effect")
}

fn form() -> Json {
    let what = "the form in which it was typed; sets off the automations that wait for it";
    in_query("form", what, json!({"type": "string"}))
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
pub fn of_object(object: &Object, grant: &ObjectGrant, known: &Known<'_>, all: &mut Map<String, Json>) {
    let (name, actor) = (&*object.name, known.actor);
    let id = |verb: &str| format!("{verb}_{}", name.replace('.', "_"));
    let base = format!("/api/v1/records/{name}");
    let one = format!("{base}/{{id}}");
    let may = |rows: &plan::Rows| !rows.is_none();
    let mut put = |path: &str, method: &str, operation: Operation| {
        all.entry(path).or_insert_with(|| json!({}))[method] = operation.json();
    };
    let shown = || Some(reference(name));
    if may(&grant.read) {
        reads(object, &base, &one, &mut put);
    }
    if grant.create {
        let create =
            Operation::new(id("create"), name, "Create a record with its children").takes(&[once(), form()]);
        let create = create.body(reference(&format!("{name}.create")));
        put(&base, "post", later(create.answers(201, "Created", shown()), name));
    }
    if may(&grant.update) {
        let update = Operation::new(id("update"), name, "Change a record: null clears, absent keeps");
        let update =
            update.takes(&[record_id(), if_match(), form()]).body(reference(&format!("{name}.update")));
        put(&one, "patch", later(update.answers(200, "Changed", shown()), name));
        transitions(object, grant, actor, &one, &mut put);
    }
    if may(&grant.delete) {
        let delete = Operation::new(id("delete"), name, "Put a record into the recycle bin").takes(&[
            record_id(),
            if_match(),
            in_query("purge", "remove it for good", json!({"type": "boolean"})),
        ]);
        let delete = delete.answers(204, "Gone", None);
        put(&one, "delete", delete.answers(202, LATER, Some(reference("JobStarted"))));
    }
    if may(&grant.restore) {
        let restore = Operation::new(id("restore"), name, "Take a record out of the recycle bin");
        let restore = restore.takes(&[record_id(), once()]).answers(200, "Restored", shown());
        put(&format!("{one}/restore"), "post", later(restore, name));
    }
    if grant.create || may(&grant.update) {
        writes_of_many(object, grant, &base, &mut put);
    }
    if object.single {
        single(object, grant, &base, &mut put);
    }
    actions(object, grant, actor, &base, &mut put);
    trails(object, grant, &one, &mut put);
    if object.comments && may(&grant.read) {
        comments(object, grant, &one, &mut put);
    }
    if may(&grant.read) && known.catalog.workflows.values().any(|workflow| *workflow.object == *object.name) {
        let instances = Operation::new(id("instances_of"), name, "The approvals of a record");
        let instances = instances.takes(&[record_id()]);
        put(
            &format!("{one}/instances"),
            "get",
            instances.answers(200, "Newest first", answers::of("instances_of")),
        );
    }
}

/// What depends on the record takes so long that a job computes it.
const LATER: &str = "Done; a job computes what depends on it: see Location";

fn later(operation: Operation, object: &str) -> Operation {
    operation.answers(202, LATER, Some(reference(object)))
}

type Put<'p> = dyn FnMut(&str, &str, Operation) + 'p;

fn reads(object: &Object, base: &str, one: &str, put: &mut Put<'_>) {
    let name = &*object.name;
    let id = |verb: &str| format!("{verb}_{}", name.replace('.', "_"));
    let list = Operation::new(id("list"), name, "List records").takes(&of_list());
    put(base, "get", list.answers(200, "A page", Some(reference(&format!("{name}.page")))));
    let read = Operation::new(id("read"), name, "Read one record").takes(&[
        record_id(),
        in_query("fields", "`name,account.name`", json!({"type": "string"})),
        in_query("expand", "relations shown with their fields", json!({"type": "string"})),
    ]);
    put(
        one,
        "get",
        read.answers(200, "The record; its ETag is its version", Some(reference(name))).answers(
            304,
            "Not changed",
            None,
        ),
    );
    let query = Operation::new(id("query"), name, "Query by a body: filter tree, groups, aggregates");
    let found = json!({"oneOf": [reference(&format!("{name}.page")), answers::of("groups_of")]});
    let query = query.body(json!({"type": "object"})).answers(200, "Records or groups", Some(found));
    put(&format!("/api/v1/query/{name}"), "post", query);
}

/// The one record of an object that has one, without its id.
fn single(object: &Object, grant: &ObjectGrant, base: &str, put: &mut Put<'_>) {
    let name = &*object.name;
    let named = |verb: &str, summary: &str| {
        Operation::new(format!("{verb}_single_{}", name.replace('.', "_")), name, summary)
    };
    let one = format!("{base}/single");
    if !grant.read.is_none() {
        let read = named("read", "Read the one record");
        let read = read.answers(200, "The record; its ETag is its version", Some(reference(name)));
        put(&one, "get", read.answers(304, "Not changed", None));
    }
    if !grant.update.is_none() {
        let change =
            named("change", "Change the one record: its first change makes it").takes(&[if_match(), form()]);
        let change = change.body(reference(&format!("{name}.update")));
        let change = change.answers(200, "Changed", Some(reference(name)));
        put(&one, "patch", later(change.answers(201, "Made", Some(reference(name))), name));
    }
}

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
        many.takes(&[once()]).body(bulk).answers(200, "A result each", answers::of("bulk")).answers(
            202,
            "A job does it: see Location",
            Some(reference("JobStarted")),
        ),
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
        put(&path, "put", later(upsert.answers(201, "Created", Some(reference(name))), name));
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
        list.takes(&[record_id()]).answers(200, "Moves", answers::of("moves_of")),
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
            Some(_) => operation.answers(
                202,
                "Waits for approval, or a job computes what depends on it: see Location",
                Some(reference(name)),
            ),
            None => later(operation, name),
        };
        put(&format!("{one}/moves/{made}"), "post", operation);
    }
}

fn actions(object: &Object, grant: &ObjectGrant, actor: &Actor, base: &str, put: &mut Put<'_>) {
    let name = &*object.name;
    if !grant.read.is_none() && object.actions.values().any(|action| !action.on_object) {
        let id = format!("actions_of_{}", name.replace('.', "_"));
        let list = Operation::new(id, name, "The actions that can be pressed now").takes(&[record_id()]);
        put(
            &format!("{base}/{{id}}/actions"),
            "get",
            list.answers(200, "Actions", answers::of("actions_of")),
        );
    }
    for (action, definition) in &object.actions {
        let roles = definition.roles.is_empty() || definition.roles.iter().any(|role| actor.has_role(role));
        if !(actor.admin || grant.actions.has(action) && roles) {
            continue;
        }
        let properties: Map<String, Json> = definition
            .parameters
            .iter()
            .map(|(name, parameter)| (name.to_string(), parameter.kind.kind().json_schema()))
            .collect();
        let asked =
            |(_, parameter): &(_, &catalog::Parameter)| parameter.required && parameter.default.is_null();
        let needed = definition.parameters.iter().filter(asked).map(|(name, _)| name);
        let mut body = json!({"type": "object", "properties": properties, "additionalProperties": false});
        let needed: Vec<_> = needed.collect();
        if !needed.is_empty() {
            body["required"] = json!(needed);
        }
        let id = format!("action_{}_{action}", name.replace('.', "_"));
        let operation = Operation::new(id, name, format!("Press {action}")).body(body);
        let operation = operation.answers(200, "What the script answered", Some(json!({"type": "object"})));
        let operation = operation.answers(204, "The script answered nothing", None);
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
    if object.history && !grant.history.is_none() {
        let history = Operation::new(id("history_of"), name, "What a record was before").takes(&page_of_it());
        put(
            &format!("{one}/history"),
            "get",
            history.answers(200, "Changes, newest first", answers::of("history_of")),
        );
    }
    if !grant.read.is_none() {
        let timeline =
            Operation::new(id("timeline_of"), name, "What became of a record").takes(&page_of_it());
        let found = "Changes, comments, mails and decisions, newest first";
        put(&format!("{one}/timeline"), "get", timeline.answers(200, found, answers::of("timeline_of")));
    }
    let encrypted = object.fields.values().any(|field| field.encrypted.is_some() && grant.reads(field.index));
    if encrypted && !grant.unmask.is_none() {
        let body = json!({"type": "object", "required": ["fields"], "properties": {"fields": {"type": "array", "minItems": 1, "maxItems": 20, "items": {"type": "string"}}}, "additionalProperties": false});
        let unmask = Operation::new(id("unmask"), name, "Read encrypted fields in full; it is put on record");
        let unmask = unmask.takes(&[record_id()]).body(body);
        put(&format!("{one}/unmask"), "post", unmask.answers(200, "Their values", answers::of("unmask")));
    }
    if object.followers && !grant.read.is_none() {
        let list = Operation::new(id("followers_of"), name, "Who follows a record").takes(&[record_id()]);
        put(
            &format!("{one}/followers"),
            "get",
            list.answers(200, "The followers", answers::of("followers_of")),
        );
        let mine = format!("{one}/followers/me");
        for (method, verb, summary) in [
            ("put", "follow", "Be told of what becomes of a record"),
            ("delete", "unfollow", "Cease to be told"),
        ] {
            let operation = Operation::new(id(verb), name, summary).takes(&[record_id()]);
            put(&mine, method, operation.answers(204, "Done", None));
        }
    }
}

/// A page of what is said about a record.
fn page_of_it() -> [Json; 3] {
    [
        record_id(),
        in_query("cursor", "`next` of the page before", json!({"type": "string", "format": "uuid"})),
        in_query("limit", "entries on a page", json!({"type": "integer", "minimum": 1, "maximum": 200})),
    ]
}

fn comments(object: &Object, grant: &ObjectGrant, one: &str, put: &mut Put<'_>) {
    let name = &*object.name;
    let named = |verb: &str, summary: &str| {
        Operation::new(format!("{verb}_{}", name.replace('.', "_")), name, summary)
    };
    let comment = || in_path("comment", json!({"type": "string", "format": "uuid"}));
    let body = || json!({"type": "object", "required": ["body"], "properties": {"body": {"type": "string"}}, "additionalProperties": false});
    let (all, single) = (format!("{one}/comments"), format!("{one}/comments/{{comment}}"));
    let list = named("comments_on", "Comments on a record").takes(&page_of_it());
    put(&all, "get", list.answers(200, "Comments, newest first", answers::of("comments_on")));
    let read = named("comment_of", "One comment").takes(&[record_id(), comment()]);
    put(&single, "get", read.answers(200, "The comment", answers::of("comment_on")));
    if grant.comment.is_none() {
        return;
    }
    let add = named("comment_on", "Comment on a record").takes(&[record_id(), once()]).body(body());
    put(&all, "post", add.answers(201, "The comment", answers::of("comment_on")));
    let change = named("change_comment_of", "Change an own comment").takes(&[record_id(), comment()]);
    put(&single, "patch", change.body(body()).answers(200, "The comment", answers::of("comment_on")));
    let remove = named("remove_comment_of", "Remove an own comment").takes(&[record_id(), comment()]);
    put(&single, "delete", remove.answers(204, "Gone", None));
}
