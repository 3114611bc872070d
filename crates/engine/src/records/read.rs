//! Reading under the actor's rights.

use crate::engine::{Engine, internal};
use crate::frames::Framed;
use crate::identity::Identity;
use crate::records::{facts, parameters};
use crate::work::Work;
use bytes::Bytes;
use catalog::Object;
use definition::field::{FieldType, IntegerField};
use diagnostic::{Code, Diagnostic, Result};
use expression::{Expr, Path, Root, Step, Value};
use plan::Row;
use plan::actor::Access;
use plan::facts::{Facts, Needs};
use plan::query::{self, Query, Request};
use plan::read::{Bin, Conditions, Count, Output, Page, Select, Shape};
use plan::scene::{Roots, Scene};
use serde_json::{Map, Value as Json, json};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use storage::select::{self, Frame, PageOf};
use storage::stages::timed;
use uuid::Uuid;

/// Most rows a script asks for at once.
const MOST: u32 = 500;

/// A page of records, ready for the wire.
#[derive(Debug)]
pub struct Listing {
    /// A JSON array.
    pub body: Bytes,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// All rows, where they were counted, and whether counting stopped at the cap.
    pub total: Option<(u64, bool)>,
}

/// What `POST /query` answers.
#[derive(Debug)]
pub enum Answered {
    /// Records.
    Records(Listing),
    /// Groups: a JSON array.
    Groups(Bytes),
}

impl Engine {
    /// A page of records.
    ///
    /// # Errors
    /// `not_found` for an unknown object, findings about the parameters.
    pub async fn list(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        parameters: &[(String, String)],
    ) -> Result<Listing> {
        let work = self.reading(identity);
        let (framed, select) = timed("plan", || {
            let (catalog, actor) = (&work.published.catalog, &identity.actor);
            let request = Request::from_parameters(parameters)?;
            let make = || query::shape_of_list(catalog, actor, object, &request);
            let framed = framed(&work, request.shape_key(object), make)?;
            let select = query::page_of_list(catalog, actor, framed.shape.clone(), &request)?;
            Ok::<_, Box<Diagnostic>>((framed, select))
        })?;
        let page = select::fetch_page_in(&work.tx, work.rows().reading, &framed.frame, &select).await?;
        Ok(listing(page, &select))
    }

    /// One record as JSON.
    ///
    /// # Errors
    /// `not_found`, findings about the parameters.
    pub async fn record(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        id: Uuid,
        parameters: &[(String, String)],
    ) -> Result<Bytes> {
        let work = self.reading(identity);
        let (framed, select) = timed("plan", || {
            let (catalog, actor) = (&work.published.catalog, &identity.actor);
            let request = Request::from_parameters(parameters)?;
            let make = || query::shape_of_record(catalog, actor, object, &request);
            // A single record shows more than a list where nothing is asked for.
            let framed = framed(&work, format!("one {}", request.shape_key(object)), make)?;
            let select = query::record_in(framed.shape.clone(), id, &request)?;
            Ok::<_, Box<Diagnostic>>((framed, select))
        })?;
        let found = select::fetch_one_in(&work.tx, work.rows().reading, &framed.frame, &select).await?;
        found.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// A query in a body: records or groups.
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub async fn query(&self, identity: &Arc<Identity>, object: &str, body: &Json) -> Result<Answered> {
        let work = self.reading(identity);
        let asked = timed("plan", || query::post(&work.published.catalog, &identity.actor, object, body))?;
        match asked {
            Query::Rows(select) => Ok(Answered::Records(page(&work, &select).await?)),
            Query::Groups(select) => {
                let page = storage::aggregate::fetch_groups(&work.tx, work.rows().reading, &select).await?;
                Ok(Answered::Groups(page.body))
            }
        }
    }
}

/// A shape and its statement, as the actor has it under this name.
fn framed(work: &Work, name: String, shape: impl FnOnce() -> Result<Shape>) -> Result<Arc<Framed>> {
    work.identity.frames.get(name, || {
        let shape = Arc::new(shape()?);
        let frame = Frame::of(work.tx.dialect(), work.rows().reading, &shape)?;
        Ok(Framed { shape, frame })
    })
}

async fn page(work: &Work, select: &Select) -> Result<Listing> {
    let page = select::fetch_page(&work.tx, work.rows().reading, select).await?;
    Ok(listing(page, select))
}

fn listing(page: PageOf, select: &Select) -> Listing {
    let next = page.next.as_deref().map(|values| query::encode_cursor(select, values));
    Listing { body: page.body, next, total: page.total }
}

/// Live rows that the actor may read, in the order of their ids. Fields it may not read are null, encrypted ones
/// are masked: reading them in full is a right and a request of its own.
pub(crate) async fn visible_rows(work: &Work, object: &str, ids: &[Uuid]) -> Result<Vec<Row>> {
    let object = work.published.object(object)?;
    let Some(grant) = work.identity.actor.grant(&object.name) else { return Ok(Vec::new()) };
    let rows = work.rows();
    let seen = rows.within(object, ids, &grant.read, Bin::Live).await?;
    let mut found = rows.load_all(object, &seen).await?;
    for row in &mut found {
        for field in object.fields.values().filter(|f| !grant.reads(f.index) || grant.is_veiled(f.index)) {
            row.values[field.index] = Value::Null;
        }
        for field in object.fields.values().filter(|_| work.mode.has_rights()) {
            if let (Some(encryption), Value::Text(text)) = (&field.encrypted, &row.values[field.index]) {
                row.values[field.index] = Value::from(encryption.mask.apply(text));
            }
        }
    }
    Ok(found)
}

#[derive(serde::Deserialize)]
struct Listed {
    id: Uuid,
}

#[derive(serde::Deserialize)]
struct Headed {
    record: Named,
    version: i64,
}

#[derive(serde::Deserialize)]
struct Named {
    id: Uuid,
    title: Option<String>,
}

/// What live records are called, as far as the actor may read it; others are absent.
pub(crate) async fn titles(work: &Work, object: &Arc<Object>, ids: &[Uuid]) -> Result<HashMap<Uuid, String>> {
    let heads = heads(work, object, ids).await?;
    Ok(heads.into_iter().filter_map(|(id, head)| Some((id, head.title?))).collect())
}

/// What is told of a record where another thing names it.
pub(crate) struct Head {
    /// What it is called.
    pub title: Option<String>,
    /// How often it was written.
    pub version: i64,
}

/// What live records are called and their versions, as far as the actor may read them; others are absent.
pub(crate) async fn heads(work: &Work, object: &Arc<Object>, ids: &[Uuid]) -> Result<HashMap<Uuid, Head>> {
    let known = work.planner().known();
    let Some(shown) = query::shown_as(&known, object).filter(|_| !ids.is_empty()) else {
        return Ok(HashMap::new());
    };
    let path = |field: &str| {
        let step = Step { object: object.name.clone(), field: field.into() };
        Path { root: Root::Row, steps: vec![step] }
    };
    let version = Output::Value {
        key: "version".into(),
        path: path("version"),
        kind: FieldType::Integer(IntegerField::default()),
        mask: None,
    };
    let output = Output::Reference {
        key: "record".into(),
        path: path("id"),
        target: Some(object.clone()),
        title: shown.title,
        access: shown.access.clone(),
        reader: None,
        expand: Vec::new(),
    };
    let conditions =
        Conditions { access: shown.access.clone(), ids: Some(ids.to_vec()), ..Conditions::default() };
    let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let page = Page::Offset { limit, offset: 0 };
    let (object, outputs) = (object.clone(), vec![output, version]);
    let shape =
        Arc::new(Shape { object, outputs, sort: Vec::new(), guards: shown.guards, access: shown.access });
    let select = Select { shape, conditions, page, count: Count::None };
    let page = select::fetch_page(&work.tx, work.rows().reading, &select).await?;
    let found: Vec<Headed> =
        serde_json::from_slice(&page.body).map_err(|e| internal("a list of titles", &e))?;
    let head = |row: Headed| (row.record.id, Head { title: row.record.title, version: row.version });
    Ok(found.into_iter().map(head).collect())
}

/// `{"id", "title", "login"}` of a user, in the bin or not, as far as the actor may read it.
pub(crate) async fn person(work: &Work, id: Option<Uuid>) -> Result<Json> {
    Ok(people(work, id).await?.of(id))
}

/// Users by id, as [`person`] tells of them.
pub(crate) struct People(HashMap<Uuid, Json>);

impl People {
    /// One of them; null for nobody.
    pub fn of(&self, id: Option<Uuid>) -> Json {
        id.and_then(|id| self.0.get(&id)).cloned().unwrap_or_default()
    }
}

/// All these users at once.
pub(crate) async fn people(work: &Work, ids: impl IntoIterator<Item = Uuid>) -> Result<People> {
    let Some(users) = work.published.catalog.objects.get("base.user") else {
        return Ok(People(HashMap::new()));
    };
    let ids: Vec<Uuid> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let seen = match work.identity.actor.grant(&users.name) {
        Some(grant) => work.rows().within(users, &ids, &grant.read, Bin::Any).await?,
        None => Vec::new(),
    };
    let rows = if seen.is_empty() { Vec::new() } else { work.rows().load_all(users, &seen).await? };
    let known = work.planner().known();
    let told = |id: Uuid| {
        let row = rows.iter().find(|row| row.id() == id);
        let named = |field: &str| {
            let row = row.filter(|_| known.readable(&users.name, field).is_some());
            row.and_then(|row| row.get(field).as_text().map(str::to_owned))
        };
        (id, json!({"id": id, "title": named("name"), "login": named("login")}))
    };
    Ok(People(ids.into_iter().map(told).collect()))
}

/// Live rows that meet a filter and that the actor may read.
pub(crate) async fn rows_where(
    work: &Work,
    object: &str,
    filter: &str,
    parameters: &Map<String, Json>,
    limit: u32,
) -> Result<Vec<Row>> {
    let limit = limit.clamp(1, MOST);
    let asked = [
        ("filter".to_owned(), parameters::put_in(filter, parameters)?),
        ("limit".to_owned(), limit.to_string()),
        ("fields".to_owned(), "id".to_owned()),
    ];
    listed_rows(work, object, &asked).await
}

/// The rows of a list. Fields that the actor may not read are null.
pub(crate) async fn listed_rows(work: &Work, object: &str, asked: &[(String, String)]) -> Result<Vec<Row>> {
    let select = query::list(&work.published.catalog, &work.identity.actor, object, asked)?;
    let page = select::fetch_page(&work.tx, work.rows().reading, &select).await?;
    let listed: Vec<Listed> =
        serde_json::from_slice(&page.body).map_err(|e| internal("a list of ids", &e))?;
    let ids: Vec<Uuid> = listed.iter().map(|row| row.id).collect();
    let rows = visible_rows(work, object, &ids).await?;
    // In the order of the list, not of the ids.
    Ok(ids.iter().filter_map(|id| rows.iter().find(|row| row.id() == *id).cloned()).collect())
}

/// Whether the actor may access a live record so.
pub(crate) async fn may(work: &Work, object: &str, id: Uuid, access: Access) -> Result<bool> {
    let Some(object) = work.published.catalog.object(object) else { return Ok(false) };
    let Some(grant) = work.identity.actor.grant(&object.name) else { return Ok(false) };
    let readable = work.rows().within(object, &[id], &grant.read, Bin::Live).await?;
    let accessible = work.rows().within(object, &readable, grant.rows(access), Bin::Live).await?;
    Ok(!accessible.is_empty())
}

/// The version of a record; 0 where there is none.
pub(crate) async fn version_of(work: &Work, object: &str, id: Uuid) -> Result<i64> {
    let row = work.rows().load(work.published.object(object)?, id).await?;
    Ok(row.map_or(0, |row| row.version()))
}

/// What an expression of a flow may speak of beside its record.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Users by their root: `initiator`, `approver`.
    pub users: HashMap<Root, Uuid>,
    /// Variables.
    pub variables: HashMap<String, Value>,
}

/// Whether a condition holds of a row in memory that was another before; `about` is what it calls `record`.
pub(crate) async fn holds_of(
    work: &Work,
    condition: &Expr,
    (row, old): (&Row, Option<&Row>),
    about: Option<(Arc<str>, Uuid)>,
    given: &Given,
) -> Result<bool> {
    let rows = work.rows();
    let record = match about {
        Some((object, id)) => rows.load(work.published.object(&object)?, id).await?,
        None => None,
    };
    let users = users(work, given).await?;
    let roots = Roots {
        row: Some(row),
        old,
        record: record.as_ref().or(Some(row)),
        initiator: users.get(&Root::Initiator),
        approver: users.get(&Root::Approver),
        parameters: Some(&given.variables),
        ..Roots::default()
    };
    Ok(valued(work, condition, roots).await? == Value::Boolean(true))
}

/// The value of an expression on a stored record, whoever asks.
pub(crate) async fn value_of(
    work: &Work,
    object: &str,
    id: Uuid,
    expr: &Expr,
    given: &Given,
) -> Result<Value> {
    let rows = work.rows();
    let row = rows.load(work.published.object(object)?, id).await?;
    let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let users = users(work, given).await?;
    let roots = Roots {
        row: Some(&row),
        record: Some(&row),
        initiator: users.get(&Root::Initiator),
        approver: users.get(&Root::Approver),
        parameters: Some(&given.variables),
        ..Roots::default()
    };
    valued(work, expr, roots).await
}

async fn users(work: &Work, given: &Given) -> Result<HashMap<Root, Row>> {
    let mut known = HashMap::new();
    if let Some(object) = work.published.catalog.objects.get("base.user") {
        for (root, user) in &given.users {
            known.extend(work.rows().load(object, *user).await?.map(|user| (*root, user)));
        }
    }
    Ok(known)
}

/// The value of an expression; what it needs is read as it asks.
async fn valued(work: &Work, expr: &Expr, roots: Roots<'_>) -> Result<Value> {
    let mut facts = Facts::default();
    loop {
        let (value, needs) = {
            let needs = RefCell::new(Needs::default());
            let scene = Scene {
                catalog: &work.published.catalog,
                bindings: &work.bindings,
                user: work.identity.actor.id,
                facts: &facts,
                draft: None,
                needs: &needs,
            };
            let value = scene.value(expr, roots)?;
            (value, needs.into_inner())
        };
        match value {
            Some(value) => return Ok(value),
            None => facts::read(work, &needs, &mut facts).await?,
        }
    }
}
