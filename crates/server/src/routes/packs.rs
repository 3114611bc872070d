//! Installed packs, and changing them. For administrators.

use crate::caller::Caller;
use crate::idempotency;
use crate::input::{self, LARGE_BODY, part};
use crate::problem::{Answer, Problem};
use crate::wire;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use diagnostic::{Code, Diagnostic, Text};
use engine::publish::{Change, PackFiles, Preview};
use engine::requests::{Asked, Request, RequestKey};
use engine::{Engine, Identity};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

const WHAT: &str = "packs";

/// `GET /packs`
pub async fn list(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("list", WHAT)?;
    let published = caller.engine.published();
    let packs = published.catalog.packs.values().map(|pack| {
        json!({
            "name": pack.name,
            "version": pack.version.to_string(),
            "label": Text::or_name(pack.label.as_ref(), caller.locale, &pack.name),
            "requires": pack.requires,
        })
    });
    Ok(wire::ok(&json!({"number": published.number, "packs": packs.collect::<Vec<_>>()})))
}

/// `{"files": {path: text}}`, or several packs at once: `{"packs": [{"files": {…}}]}`
async fn files(
    caller: &Caller,
    request: &HttpRequest,
    payload: web::Payload,
) -> Answer<(Vec<PackFiles>, Option<RequestKey>)> {
    let body = input::json(request, payload, LARGE_BODY, caller.locale).await?;
    let key = idempotency::key(caller, request, &body.bytes)?;
    let map = caller.told(input::object(&body.json, &["files", "packs"]))?;
    let wrong = |key: &str, reason: &str| Problem::new(input::wrong_key(key, reason), caller.locale);
    let packs: Vec<&Json> = match (map.get("files"), map.get("packs")) {
        (Some(_), None) => vec![&body.json],
        (None, Some(Json::Array(packs))) if !packs.is_empty() => packs.iter().collect(),
        _ => {
            return Err(wrong("files", "files of one pack, or `packs` with the files of each, are expected"));
        }
    };
    let mut all = Vec::with_capacity(packs.len());
    for pack in packs {
        let files = pack.get("files").and_then(Json::as_object);
        let files = files.ok_or_else(|| wrong("files", "a map of paths and texts is expected"))?;
        let one = |(path, text): (&String, &Json)| Some((path.clone(), text.as_str()?.to_owned()));
        let files: Option<Vec<_>> = files.iter().map(one).collect();
        let files = files.ok_or_else(|| wrong("files", "each file is a text"))?;
        let plain = |path: &str| {
            !path.is_empty() && !path.starts_with('/') && !path.contains("..") && !path.contains('\\')
        };
        if let Some((path, _)) = files.iter().find(|(path, _)| !plain(path)) {
            return Err(wrong(path, "a path inside the pack is expected"));
        }
        all.push(PackFiles { root: String::new(), files });
    }
    Ok((all, key))
}

/// `POST /packs`: installs packs, or raises them to other files.
pub async fn install(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("install", WHAT)?;
    let (packs, key) = files(&caller, &request, payload).await?;
    apply(&caller, Change::Set(packs), key, StatusCode::CREATED).await
}

/// `POST /packs/{name}/upgrade`
pub async fn upgrade(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("upgrade", WHAT)?;
    let (packs, key) = named(&caller, &request, payload).await?;
    apply(&caller, Change::Set(packs), key, StatusCode::OK).await
}

/// The files of the pack that the address names.
async fn named(
    caller: &Caller,
    request: &HttpRequest,
    payload: web::Payload,
) -> Answer<(Vec<PackFiles>, Option<RequestKey>)> {
    let (packs, key) = files(caller, request, payload).await?;
    for pack in &packs {
        let (name, _) = caller.told(pack.header())?;
        if name != part(request, "name") {
            let reason = format!("the files are those of pack {name}");
            return Err(Problem::new(input::wrong_key("files", &reason), caller.locale));
        }
    }
    Ok((packs, key))
}

/// `POST /packs/{name}/plan`: what these files, or the removal of the pack (no body), would do.
pub async fn plan(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let remove = input::known_parameters(&request, &["remove"], caller.locale)?.flag("remove")?;
    caller.must_be_admin("plan", WHAT)?;
    let (change, key) = match remove {
        true => {
            let body = input::json_or_null(&request, payload, caller.locale).await?;
            let key = idempotency::key(&caller, &request, &body.bytes)?;
            (Change::Remove(part(&request, "name").to_owned()), key)
        }
        false => {
            let (packs, key) = named(&caller, &request, payload).await?;
            (Change::Set(packs), key)
        }
    };
    if key.is_some() {
        // A plan changes nothing and is made anew each time; its key still stands for one body only.
        let asked = Asked { key, ..idempotency::plain(&caller, &request, Request::Nothing) };
        caller.ask(|engine, who| async move { engine.perform(&who, asked).await }).await?;
    }
    let preview = caller.ask_apart(|engine, _| async move { engine.preview(&change).await }).await?;
    Ok(wire::ok(&shown(&caller, &preview)))
}

/// `DELETE /packs/{name}` and `POST /packs/{name}/remove`: its tables are retired, not dropped.
pub async fn remove(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    caller.must_be_admin("remove", WHAT)?;
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    let key = idempotency::key(&caller, &request, &body.bytes)?;
    let change = Change::Remove(part(&request, "name").to_owned());
    apply(&caller, change, key, StatusCode::OK).await.map_err(|problem| match problem.diagnostic.code {
        // The address names nothing.
        Code::PackNotFound => caller.refuse(Diagnostic::new(Code::NotFound)),
        _ => problem,
    })
}

async fn apply(caller: &Caller, change: Change, key: Option<RequestKey>, status: StatusCode) -> Answer {
    let work = |engine: Engine, who: Arc<Identity>| async move {
        engine.apply_once(&change, Some(&who), key.as_ref()).await
    };
    let applied = caller.ask_apart(work).await?;
    let mut body = shown(caller, &applied.preview);
    body["number"] = json!(applied.number);
    let status = if applied.preview.is_empty() { StatusCode::OK } else { status };
    Ok(wire::json(status, &body))
}

fn shown(caller: &Caller, preview: &Preview) -> Json {
    let packs = preview.packs.iter().map(|(name, before, after)| {
        let text = |version: &Option<_>| version.as_ref().map(|v: &semver::Version| v.to_string());
        (name.clone(), json!({"before": text(before), "after": text(after)}))
    });
    let findings =
        preview.findings.iter().map(|found| Problem::new(Box::new(found.clone()), caller.locale).body(""));
    json!({
        "packs": packs.collect::<Map<_, _>>(),
        "files": preview.files,
        "changes": preview.changes,
        "running": preview.running,
        "steps": preview.steps,
        "statements": preview.statements,
        "findings": findings.collect::<Vec<_>>(),
    })
}
