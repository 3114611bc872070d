//! Records out of and into files: imports and exports, which go on whether or not somebody waits for them.

use crate::caller::{Caller, near_its_connections};
use crate::idempotency;
use crate::input::{self, BODY};
use crate::problem::{Answer, Problem};
use crate::routes::writes::perform;
use crate::wire;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use diagnostic::{Code, Diagnostic, Hint};
use engine::Engine;
use engine::requests::Request;
use engine::transfer::orders::{ExportOrder, ImportOrder, ImportPlan, LARGEST, Step};
use engine::transfer::{Charset, Format, Sink};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::unfold;
use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Bytes of a part of a file.
const PART: usize = 512 * 1024;
/// Records that are sent at once; more of them are left to a job.
const AT_ONCE: u64 = 5_000;

/// `POST /imports?object=&name=`: the body is the file.
pub async fn upload(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    let parameters = input::known_parameters(&request, &["object", "name"], caller.locale)?;
    let object = parameters.needed("object")?.to_owned();
    let name = parameters.text("name").unwrap_or_default().to_owned();
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let format = Format::of_media_type(given).ok_or_else(|| {
        let known = Format::ALL.map(|format| format.media_type().to_owned());
        let found = Diagnostic::new(Code::UnsupportedMediaType).with("type", given);
        caller.refuse(found.with_hint(Hint::OneOf(known.into())))
    })?;
    let charset = Charset::of_media_type(given).map_err(|charset| {
        let type_ = format!("{}; charset={charset}", format.media_type());
        caller.refuse(Diagnostic::new(Code::UnsupportedMediaType).with("type", type_))
    })?;
    let begin = |engine: Engine, who| async move {
        engine.begin_upload(&who, &object, (format, charset), &name).await
    };
    let id = caller.ask(begin).await?;
    let taken = match receive(&caller, &request, payload, id).await {
        Ok(size) => caller.ask(|engine, who| async move { engine.end_upload(&who, id, size).await }).await,
        Err(problem) => Err(problem),
    };
    match taken {
        Ok(body) => {
            let mut answer = wire::json(StatusCode::CREATED, &body);
            if let Ok(location) = format!("/api/v1/imports/{id}").parse() {
                answer.headers_mut().insert(LOCATION, location);
            }
            Ok(answer)
        }
        Err(problem) => {
            // Nobody can use what did not arrive whole.
            let gone = |engine: Engine, who| async move { engine.forget_transfer(&who, "import", id).await };
            caller.ask(gone).await?;
            Err(problem)
        }
    }
}

/// Takes the file as it comes, a part at a time.
async fn receive(caller: &Caller, request: &HttpRequest, payload: web::Payload, id: Uuid) -> Answer<usize> {
    let mut body = input::Incoming::new(request, payload, LARGEST, caller.locale)?;
    let (mut number, mut waiting) = (0, Vec::with_capacity(PART));
    loop {
        let chunk = body.next().await?;
        waiting.extend_from_slice(chunk.as_deref().unwrap_or_default());
        if waiting.len() >= PART || (chunk.is_none() && !waiting.is_empty()) {
            let piece = std::mem::take(&mut waiting);
            let part = number;
            caller.ask(|engine, _| async move { engine.upload_part(id, part, piece).await }).await?;
            number += 1;
        }
        if chunk.is_none() {
            return Ok(body.size());
        }
    }
}

/// `GET /imports`
pub async fn imports(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let imports = caller.ask(|engine, who| async move { engine.imports(&who).await }).await?;
    Ok(wire::ok(&json!({"imports": imports})))
}

/// `GET /imports/{id}`
pub async fn import(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    Ok(wire::ok(&caller.ask(|engine, who| async move { engine.import_of(&who, id).await }).await?))
}

/// `DELETE /imports/{id}`
pub async fn forget_import(caller: Caller, request: HttpRequest) -> Answer {
    forget(caller, request, "import").await
}

/// `DELETE /exports/{id}`
pub async fn forget_export(caller: Caller, request: HttpRequest) -> Answer {
    forget(caller, request, "export").await
}

async fn forget(caller: Caller, request: HttpRequest, kind: &'static str) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    caller.ask(|engine, who| async move { engine.forget_transfer(&who, kind, id).await }).await?;
    Ok(wire::nothing())
}

/// `POST /imports/{id}/check`
pub async fn check(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    step(caller, request, payload, Step::Check).await
}

/// `POST /imports/{id}/run`
pub async fn run(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    step(caller, request, payload, Step::Run).await
}

/// `POST /imports/{id}/undo`
pub async fn undo(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    step(caller, request, payload, Step::Undo).await
}

async fn step(caller: Caller, request: HttpRequest, payload: web::Payload, step: Step) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let import = input::id(&request, "id", caller.locale)?;
    let body = input::json_or_null(&request, payload, caller.locale).await?;
    let known: &[&str] = if step == Step::Undo { &[] } else { &["mode", "key", "columns", "values"] };
    let plan = match &body.json {
        Json::Null => None,
        body => {
            let map = caller.told(input::object(body, known))?;
            if map.is_empty() { None } else { Some(caller.told(read_plan(body))?) }
        }
    };
    let order = ImportOrder { import, step, plan, locale: caller.locale };
    perform(&caller, idempotency::asked(&caller, &request, &body.bytes, Request::Import(order))?).await
}

fn read_plan(body: &Json) -> diagnostic::Result<ImportPlan> {
    serde_json::from_value(body.clone()).map_err(|error| {
        let reason = format!("a plan of an import is expected: {error}");
        Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason))
    })
}

/// `GET /imports/{id}/lines?undone=&after=&limit=`
pub async fn lines(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["undone", "after", "limit"], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let after = parameters.number("after")?.map_or(-1, |after| i64::try_from(after).unwrap_or(i64::MAX));
    let limit = parameters.limit(200, 1000)?;
    let outcome = parameters.text("undone").map(str::to_owned);
    let asked = caller.ask(|engine, who| async move {
        engine.import_lines(&who, id, outcome.as_deref(), after, limit).await
    });
    let (lines, next) = asked.await?;
    Ok(wire::ok(&json!({"lines": lines, "next": next})))
}

/// `GET /imports/{id}/values?column=&field=`: what stands in a column, and what it means to a field.
pub async fn values(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["column", "field"], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let column = parameters.needed("column")?.to_owned();
    let field = parameters.text("field").map(str::to_owned);
    let asked = caller
        .ask(|engine, who| async move { engine.import_values(&who, id, &column, field.as_deref()).await });
    let (values, more) = asked.await?;
    Ok(wire::ok(&json!({"values": values, "more": more})))
}

/// `GET /imports/{id}/rejected?format=`: the refused lines, in the form of the file they came with or another one.
pub async fn rejected(caller: Caller, request: HttpRequest) -> Answer {
    let parameters = input::known_parameters(&request, &["format"], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let (came, _) = caller.ask(|engine, who| async move { engine.rejected_form(&who, id).await }).await?;
    let form = match parameters.text("format") {
        None => came,
        Some(name) => Format::from_name(name).ok_or_else(|| {
            let found = Diagnostic::new(Code::InvalidParameter).with("name", "format");
            caller.refuse(found.with("reason", "csv or xlsx is expected").at("format"))
        })?,
    };
    let name = format!("rejected.{}", form.name());
    let make = move |engine: Engine, who: std::sync::Arc<engine::Identity>, mut sink: Channel| async move {
        engine.rejected(&who, id, form, &mut sink).await
    };
    sent(&caller, form, &name, make).await
}

/// `POST /exports`
pub async fn export(caller: Caller, request: HttpRequest, payload: web::Payload) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let body = input::json(&request, payload, BODY, caller.locale).await?;
    let map = caller.told(input::object(&body.json, &KEYS))?;
    let object = caller.told(input::needed(map, "object"))?.to_owned();
    let format = match caller.told(input::text(map, "format"))? {
        None => Format::Csv,
        Some(name) => Format::from_name(name).ok_or_else(|| {
            Problem::new(input::wrong_key("format", "csv or xlsx is expected"), caller.locale)
        })?,
    };
    let parameters = caller.told(parameters(map))?;
    let always = match map.get("job") {
        None | Some(Json::Null) => false,
        Some(Json::Bool(always)) => *always,
        Some(_) => {
            return Err(Problem::new(input::wrong_key("job", "true or false is expected"), caller.locale));
        }
    };
    let (asked, of) = (parameters.clone(), object.clone());
    let work = |engine: Engine, who| async move { engine.export_size(&who, &of, &asked).await };
    let (records, more) = caller.ask(work).await?;
    if always || more || records > AT_ONCE {
        let order = ExportOrder { object, format, parameters, locale: caller.locale };
        let asked = idempotency::asked(&caller, &request, &body.bytes, Request::Export(order))?;
        return perform(&caller, asked).await;
    }
    let from = caller.state.as_ref().map(|state| state.origin(&request)).unwrap_or_default();
    let (of, asked) = (object.clone(), parameters.clone());
    let note = |engine: Engine, who: std::sync::Arc<engine::Identity>| async move {
        engine.note_export(&who, &of, &asked, format, &from).await
    };
    caller.ask(note).await?;
    let name = format!("{object}.{}", format.name());
    let make = move |engine: Engine, who: std::sync::Arc<engine::Identity>, mut sink: Channel| async move {
        engine.export(&who, &object, &parameters, format, &mut sink, &|_| {}).await.map(drop)
    };
    sent(&caller, format, &name, make).await
}

/// The keys of an export.
const KEYS: [&str; 9] = ["object", "format", "filter", "fields", "sort", "search", "view", "where", "job"];

/// The parameters of the list that is exported; `where` holds the shorthand conditions.
fn parameters(map: &Map<String, Json>) -> diagnostic::Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for name in ["filter", "fields", "sort", "search", "view"] {
        all.extend(input::text(map, name)?.map(|text| (name.to_owned(), text.to_owned())));
    }
    match map.get("where") {
        None | Some(Json::Null) => {}
        Some(Json::Object(conditions)) => {
            for name in conditions.keys() {
                if KEYS.contains(&name.as_str()) {
                    return Err(input::wrong_key(&format!("where.{name}"), "it stands beside `where`"));
                }
                let text = input::text(conditions, name)?;
                all.extend(text.map(|text| (name.clone(), text.to_owned())));
            }
        }
        Some(_) => return Err(input::wrong_key("where", "an object of texts is expected")),
    }
    Ok(all)
}

/// `GET /exports`
pub async fn exports(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let exports = caller.ask(|engine, who| async move { engine.exports(&who).await }).await?;
    Ok(wire::ok(&json!({"exports": exports})))
}

/// `GET /exports/{id}`
pub async fn export_of(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    Ok(wire::ok(&caller.ask(|engine, who| async move { engine.export_of(&who, id).await }).await?))
}

/// `GET /exports/{id}/file`
pub async fn file(caller: Caller, request: HttpRequest) -> Answer {
    input::known_parameters(&request, &[], caller.locale)?;
    let id = input::id(&request, "id", caller.locale)?;
    let work = |engine: Engine, who| async move { engine.export_file(&who, id).await };
    let (name, format, _) = caller.ask(work).await?;
    let engine = caller.engine.clone();
    let parts = unfold((engine, 0), move |(engine, from)| async move {
        let of = engine.clone();
        let part = near_its_connections(&engine, async move { of.file_part(id, from).await }).await;
        match part {
            Ok(None) => None,
            Ok(Some((piece, next))) => Some((Ok(Bytes::from(piece)), (engine, next))),
            Err(found) => Some((Err(cut(&found)), (engine, i64::MAX))),
        }
    });
    Ok(attachment(format, &name).streaming(parts))
}

fn attachment(format: Format, name: &str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    let media = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => format.media_type(),
    };
    // Names of objects and forms hold nothing that would have to be escaped.
    answer.insert_header((CONTENT_TYPE, media));
    answer.insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    answer.insert_header((actix_web::http::header::CACHE_CONTROL, "no-store"));
    answer
}

/// What ends an answer that has begun: whoever reads it sees that it is not whole.
fn cut(found: &Diagnostic) -> std::io::Error {
    tracing::warn!(%found, "a file that is being sent was cut");
    std::io::Error::other("cut")
}

/// A file on its way to whoever asked; not more than a few pieces are ahead of its reader.
struct Channel(mpsc::Sender<diagnostic::Result<Bytes>>);

impl Sink for Channel {
    fn put(&mut self, piece: Vec<u8>) -> BoxFuture<'_, diagnostic::Result<()>> {
        let gone = |_| Box::new(Diagnostic::new(Code::NotReady));
        async move { self.0.send(Ok(piece.into())).await.map_err(gone) }.boxed()
    }
}

/// Sends a file while it is made. What is wrong before its first byte is a problem as any other.
async fn sent<F, W>(caller: &Caller, format: Format, name: &str, make: F) -> Answer
where
    F: FnOnce(Engine, std::sync::Arc<engine::Identity>, Channel) -> W,
    W: Future<Output = diagnostic::Result<()>> + Send + 'static,
{
    let (sender, mut pieces) = mpsc::channel(2);
    let work = make(caller.engine.clone(), caller.identity().clone(), Channel(sender.clone()));
    caller.engine.database().handle().spawn(async move {
        if let Err(found) = work.await {
            // Whoever asked may be gone.
            let _ = sender.send(Err(found)).await;
        }
    });
    let first = match pieces.recv().await {
        Some(Ok(first)) => first,
        Some(Err(found)) => return Err(Problem::new(found, caller.locale)),
        None => Bytes::new(),
    };
    let rest = unfold((Some(first), pieces), |(first, mut pieces)| async move {
        let next = match first {
            Some(first) => Some(Ok(first)),
            None => pieces.recv().await,
        };
        next.map(|piece| (piece.map_err(|found| cut(&found)), (None, pieces)))
    });
    Ok(attachment(format, name).streaming(rest))
}
