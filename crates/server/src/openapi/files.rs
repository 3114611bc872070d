//! Addresses of files: uploads, files in fields, attachments.

use super::{Operation, answers, in_path};
use catalog::Object;
use plan::actor::ObjectGrant;
use serde_json::{Map, Value as Json, json};

/// Bytes that are sent to the next part of an upload.
const BYTES: &str = "application/octet-stream";
/// What a part of a file is answered with.
const ANY: &str = "*/*";

fn id(name: &str) -> Json {
    in_path(name, json!({"type": "string", "format": "uuid"}))
}

fn binary() -> Json {
    json!({"schema": {"type": "string", "format": "binary"}})
}

fn form() -> Json {
    let file = json!({"type": "string", "format": "binary"});
    json!({"schema": {"type": "object", "required": ["file"], "properties": {"file": file}}})
}

/// Puts the addresses of uploads among the paths.
pub fn fixed(all: &mut Map<String, Json>) {
    let mut put = |path: &str, method: &str, operation: Json| {
        all.entry(format!("/api/v1{path}")).or_insert_with(|| json!({}))[method] = operation;
    };
    let upload = Operation::new("upload_file", "uploads", "Upload a file in one go");
    let mut upload =
        upload.answers(201, "The file, to be named in a record", answers::of("upload_file")).json();
    upload["requestBody"] = json!({"required": true, "content": {"multipart/form-data": form()}});
    put("/files", "post", upload);
    let body = json!({
        "type": "object",
        "required": ["name", "size"],
        "properties": {"name": {"type": "string"}, "size": {"type": "integer", "minimum": 1}},
        "additionalProperties": false,
    });
    let begin = Operation::new("begin_upload", "uploads", "Begin an upload in parts").body(body);
    put(
        "/uploads",
        "post",
        begin.answers(201, "Where it is: see Location", answers::of("begin_upload")).json(),
    );
    let read = Operation::new("read_upload", "uploads", "How far an upload is").takes(&[id("id")]);
    put("/uploads/{id}", "get", read.answers(200, "Where to go on", answers::of("read_upload")).json());
    let offset = json!({
        "name": "Upload-Offset", "in": "header", "required": true, "description": "bytes that are there",
        "schema": {"type": "integer", "minimum": 0},
    });
    let append = Operation::new("append_to_upload", "uploads", "The next bytes").takes(&[id("id"), offset]);
    let append = append.answers(204, "There are more to come", None);
    let mut append = append.answers(200, "It is whole: the file", answers::of("append_to_upload")).json();
    append["requestBody"] = json!({"required": true, "content": {BYTES: binary()}});
    put("/uploads/{id}", "patch", append);
    let drop = Operation::new("drop_upload", "uploads", "Give an upload up").takes(&[id("id")]);
    put("/uploads/{id}", "delete", drop.answers(204, "Gone", None).json());
}

fn download(operation: Operation) -> Json {
    let operation = operation.answers(304, "Not changed", None);
    let mut operation = operation.answers(200, "The file, to be kept", None).json();
    operation["responses"]["200"]["content"] = json!({ANY: binary()});
    operation["responses"]["206"] = json!({"description": "The range", "content": {ANY: binary()}});
    operation
}

/// Puts the addresses of an object's files among the paths.
pub fn of_object(object: &Object, grant: &ObjectGrant, all: &mut Map<String, Json>) {
    if grant.read.is_none() {
        return;
    }
    let name = &*object.name;
    let named = |verb: &str| format!("{verb}_{}", name.replace('.', "_"));
    let one = format!("/api/v1/records/{name}/{{id}}");
    let mut put = |path: String, method: &str, operation: Json| {
        all.entry(path).or_insert_with(|| json!({}))[method] = operation;
    };
    for field in object.fields.values() {
        if field.kind.kind().file_rule().is_some() && grant.reads(field.index) {
            let of_field =
                Operation::new(named(&format!("file_{}_of", field.name)), name, "The file in a field");
            put(format!("{one}/files/{}", field.name), "get", download(of_field.takes(&[id("id")])));
        }
    }
    if !object.attachments {
        return;
    }
    let (list, single) = (format!("{one}/attachments"), format!("{one}/attachments/{{attachment}}"));
    let all_of = Operation::new(named("attachments_of"), name, "Files that are attached").takes(&[id("id")]);
    put(list.clone(), "get", all_of.answers(200, "Oldest first", answers::of("attachments_of")).json());
    let read = Operation::new(named("attachment_of"), name, "An attached file");
    put(single.clone(), "get", download(read.takes(&[id("id"), id("attachment")])));
    if grant.update.is_none() {
        return;
    }
    let attach = Operation::new(named("attach_to"), name, "Attach a file, or an upload").takes(&[id("id")]);
    let body = json!({
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "uuid"}},
        "additionalProperties": false,
    });
    let mut attach = attach.body(body).answers(201, "The file", answers::of("attach_to")).json();
    attach["requestBody"]["content"]["multipart/form-data"] = form();
    put(list, "post", attach);
    let detach = Operation::new(named("detach_from"), name, "Remove an attached file");
    put(single, "delete", detach.takes(&[id("id"), id("attachment")]).answers(204, "Gone", None).json());
}
