//! Requests that read → [`Select`] and [`AggregateSelect`], with the rights of the actor in them.
//!
//! Read in this order: `request` (parameters, unread), `filter`, `output`, `order`, `cursor`, `guard`, `aggregate`.

mod request;

mod filter;

mod output;

mod order;

mod cursor;

mod guard;

mod aggregate;

use crate::actor::{Access, Actor, Rows};
use crate::known::Known;
use crate::read::{AggregateSelect, Bin, Conditions, Count, Output, Page, Search, Select, Shape, SortKey};
use crate::walk;
use crate::wording::{Words, invalid_parameter, not_permitted, too_complex};
use catalog::{Catalog, Object};
use definition::View;
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::{Expr, Step, Value};
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;

pub use request::Request;

pub use output::{ShownAs, expanded, key, reads, shown_as};

/// Rows on a page: where nothing is asked for, and at most.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most rows on a page.
pub const MAX_LIMIT: u32 = 500;
const MAX_OFFSET: u64 = 100_000;
const MAX_SEARCH: usize = 200;

/// What a `POST /query` asks for.
#[derive(Clone, Debug)]
pub enum Query {
    /// Records.
    Rows(Box<Select>),
    /// Groups and measures.
    Groups(Box<AggregateSelect>),
}

/// `GET /records/{object}?…`
///
/// # Errors
/// `not_found` for an object the actor does not know, `not_permitted` where it may read no row, findings about
/// parameters else.
pub fn list(
    catalog: &Catalog,
    actor: &Actor,
    object: &str,
    parameters: &[(String, String)],
) -> Result<Select> {
    rows(&Known { catalog, actor }, object, &Request::from_parameters(parameters)?)
}

/// What a list shows, see [`list`].
///
/// # Errors
/// As [`list`].
pub fn shape_of_list(catalog: &Catalog, actor: &Actor, object: &str, request: &Request) -> Result<Shape> {
    shape(&Known { catalog, actor }, object, request)
}

/// The page that a request asks for in this shape, which was made for the same actor and the same
/// [`Request::shape_key`].
///
/// # Errors
/// As [`list`].
pub fn page_of_list(
    catalog: &Catalog,
    actor: &Actor,
    shape: Arc<Shape>,
    request: &Request,
) -> Result<Select> {
    select(&Known { catalog, actor }, shape, request)
}

/// `POST /query/{object}`
///
/// # Errors
/// As [`list`].
pub fn post(catalog: &Catalog, actor: &Actor, object: &str, body: &Json) -> Result<Query> {
    let known = Known { catalog, actor };
    let request = Request::from_body(body)?;
    if request.groups.is_empty() && request.aggregates.is_empty() {
        return Ok(Query::Rows(Box::new(rows(&known, object, &request)?)));
    }
    Ok(Query::Groups(Box::new(groups(&known, object, &request)?)))
}

/// `GET /records/{object}/{id}?fields=&expand=&bin=`; no row back means `not_found`.
///
/// # Errors
/// As [`list`].
pub fn record(
    catalog: &Catalog,
    actor: &Actor,
    object: &str,
    id: Uuid,
    parameters: &[(String, String)],
) -> Result<Select> {
    let request = Request::from_parameters(parameters)?;
    let shape = shape_of_record(catalog, actor, object, &request)?;
    record_in(Arc::new(shape), id, &request)
}

/// What a single record shows, see [`record`].
///
/// # Errors
/// As [`record`].
pub fn shape_of_record(catalog: &Catalog, actor: &Actor, object: &str, request: &Request) -> Result<Shape> {
    let known = Known { catalog, actor };
    let (object, _) = known.object(object)?;
    let outputs = output::record(&known, object, request.fields.as_deref(), &request.expand)?;
    Ok(of_one(&known, object, outputs))
}

/// A record in this shape, which was made for the same actor and the same [`Request::shape_key`].
///
/// # Errors
/// As [`record`].
pub fn record_in(shape: Arc<Shape>, id: Uuid, request: &Request) -> Result<Select> {
    let names = request.given.iter().chain(request.shorthand.iter().map(|(name, _)| name));
    const TAKEN: [&str; 3] = ["fields", "expand", "bin"];
    if let Some(name) = names.into_iter().find(|name| !TAKEN.contains(&name.as_str())) {
        let found = Diagnostic::new(Code::UnknownParameter).with("name", name).at(name.as_str());
        return Err(Box::new(found.with_hint(did_you_mean(name, TAKEN))));
    }
    Ok(one(shape, id, bin(request)?))
}

/// The cursor behind the row whose sort key values these are.
pub fn encode_cursor(select: &Select, values: &[Value]) -> String {
    cursor::encode(&select.shape.sort, values)
}

/// The condition a view sets, in the catalog's own names; `None` for a view without one.
///
/// # Errors
/// Findings where the actor may not read a field of it.
fn view_where(known: &Known<'_>, object: &Arc<Object>, view: &View) -> Result<Option<Expr>> {
    view.r#where.as_ref().map(|text| filter::compile(known, object, text.text())).transpose()
}

fn of_one(known: &Known<'_>, object: &Arc<Object>, outputs: Vec<Output>) -> Shape {
    let sort = order::sort(known, object, &Request::default(), &[]).unwrap_or_default();
    let guards = guard::guards(known, None, &outputs, &sort);
    Shape { object: object.clone(), outputs, sort, guards, access: reads(known, &object.name) }
}

fn one(shape: Arc<Shape>, id: Uuid, bin: Bin) -> Select {
    let access = shape.access.clone();
    let conditions = Conditions { access, ids: Some(vec![id]), bin, ..Default::default() };
    Select { shape, conditions, page: Page::Keyset { limit: 1, after: None }, count: Count::None }
}

fn rows(known: &Known<'_>, object: &str, request: &Request) -> Result<Select> {
    let shape = shape(known, object, request)?;
    select(known, Arc::new(shape), request)
}

fn shape(known: &Known<'_>, object: &str, request: &Request) -> Result<Shape> {
    let (object, _) = known.object(object)?;
    readable(known, object)?;
    let view = view(known, object, request)?;
    let columns: Option<Vec<String>> = view.filter(|view| !view.columns.is_empty()).map(|view| {
        let readable = |name: &&String| known.path(object, name).is_ok();
        view.columns.keys().filter(readable).cloned().collect()
    });
    let fields = request.fields.as_deref().or(columns.as_deref());
    let outputs = output::list(known, object, fields, &request.expand)?;
    let sort = order::sort(known, object, request, view.map_or(&[][..], |view| &view.sort))?;
    let guards = guard::guards(known, None, &outputs, &sort);
    Ok(Shape { object: object.clone(), outputs, sort, guards, access: reads(known, &object.name) })
}

fn select(known: &Known<'_>, shape: Arc<Shape>, request: &Request) -> Result<Select> {
    let object = &shape.object;
    let view = view(known, object, request)?;
    let limit = limit(request, view.and_then(|view| view.limit))?;
    let page = page(known, request, &shape.sort, limit)?;
    let count = match request.count.as_deref() {
        None | Some("none") => Count::None,
        Some("capped") => Count::Capped,
        Some("exact") => Count::Exact,
        Some(other) => return Err(Box::new(one_of("count", other, &["none", "capped", "exact"]))),
    };
    let mut conditions = conditions(known, object, request, view, shape.access.clone())?;
    conditions.guards = guard::guards(known, conditions.filter.as_ref(), &[], &[]);
    Ok(Select { shape, conditions, page, count })
}

fn groups(known: &Known<'_>, object: &str, request: &Request) -> Result<AggregateSelect> {
    let (object, _) = known.object(object)?;
    readable(known, object)?;
    for name in ["fields", "expand", "cursor", "offset", "count"] {
        if request.given.iter().any(|given| given == name) {
            let words: Words = ["it cannot be given with groups", "不能与分组一起使用", "不能與分組一起使用"];
            return Err(Box::new(invalid_parameter(name, words)));
        }
    }
    let groups = aggregate::groups(known, object, request)?;
    let measures = aggregate::measures(known, object, request)?;
    let keys = groups.iter().map(|g| &g.key).chain(measures.iter().map(|m| &m.key));
    let mut seen = std::collections::HashSet::new();
    if let Some(twice) = keys.into_iter().find(|key| !seen.insert((*key).clone())) {
        let words: Words = ["`{key}` is there twice", "`{key}` 重复", "`{key}` 重複"];
        return Err(Box::new(invalid_parameter("aggregates", words).with("key", twice)));
    }
    let sort = aggregate::sort(request, &groups, &measures)?;
    let view = view(known, object, request)?;
    let mut conditions = conditions(known, object, request, view, reads(known, &object.name))?;
    let paths = groups.iter().map(|g| &g.path).chain(measures.iter().filter_map(|m| m.path.as_ref()));
    let keys: Vec<SortKey> = paths.map(|path| SortKey { path: path.clone(), descending: false }).collect();
    conditions.guards = guard::guards(known, conditions.filter.as_ref(), &[], &keys);
    let limit = limit(request, None)?;
    Ok(AggregateSelect { object: object.clone(), conditions, groups, measures, sort, limit })
}

fn readable(known: &Known<'_>, object: &Object) -> Result<()> {
    match known.actor.grant(&object.name) {
        Some(grant) if !grant.rows(Access::Read).is_none() => Ok(()),
        _ => Err(Box::new(not_permitted(["read", "读取", "讀取"], &object.name))),
    }
}

/// The view that is asked for.
fn view<'a>(known: &Known<'a>, object: &Object, request: &Request) -> Result<Option<&'a View>> {
    let Some(name) = &request.view else { return Ok(None) };
    let views = &known.catalog.views;
    let of_object = |view: &&Arc<View>| *view.object == *object.name;
    let full = format!("{}.{name}", object.pack);
    let found = views.get(name.as_str()).or_else(|| views.get(full.as_str())).filter(of_object);
    let names: Vec<&str> =
        views.iter().filter(|(_, view)| of_object(view)).map(|(name, _)| &**name).collect();
    match found {
        Some(view) => Ok(Some(&**view)),
        None => {
            let words: Words =
                ["there is no such view of this object", "此对象没有该视图", "此物件沒有該檢視"];
            Err(Box::new(invalid_parameter("view", words).with_hint(did_you_mean(name, names))))
        }
    }
}

fn conditions(
    known: &Known<'_>,
    object: &Arc<Object>,
    request: &Request,
    view: Option<&View>,
    access: Rows,
) -> Result<Conditions> {
    let mut all: Vec<Expr> = Vec::new();
    if let Some(view) = view {
        all.extend(view_where(known, object, view).map_err(|_| unusable_view())?);
    }
    all.extend(filter::conditions(known, object, request)?);
    let search = match &request.search {
        None => None,
        Some(text) => Some(search(known, object, text)?),
    };
    Ok(Conditions {
        filter: walk::all(all).map(|filter| known.expand(&filter)),
        access,
        search,
        bin: bin(request)?,
        ..Default::default()
    })
}

/// A view that speaks of what the actor may not read is, for it, no view.
fn unusable_view() -> Box<Diagnostic> {
    let words: Words = ["there is no such view of this object", "此对象没有该视图", "此物件沒有該檢視"];
    Box::new(invalid_parameter("view", words))
}

fn search(known: &Known<'_>, object: &Arc<Object>, text: &str) -> Result<Search> {
    if text.chars().count() > MAX_SEARCH {
        return Err(Box::new(
            too_complex(["the search is too long", "搜索内容过长", "搜尋內容過長"]).at("search"),
        ));
    }
    let open = |field: &&catalog::Field| {
        let step = Step { object: object.name.clone(), field: field.name.clone() };
        field.search && known.veil(&step).is_none()
    };
    let fields: Vec<usize> = known.fields(object).filter(open).map(|field| field.index).collect();
    if fields.is_empty() {
        let words: Words = ["this object cannot be searched", "此对象不支持搜索", "此物件不支援搜尋"];
        return Err(Box::new(invalid_parameter("search", words)));
    }
    Ok(Search { text: text.to_owned(), fields })
}

fn bin(request: &Request) -> Result<Bin> {
    match request.bin.as_deref() {
        None | Some("live" | "false") => Ok(Bin::Live),
        Some("deleted" | "true") => Ok(Bin::Deleted),
        Some("any") => Ok(Bin::Any),
        Some(other) => Err(Box::new(one_of("bin", other, &["live", "deleted", "any"]))),
    }
}

fn one_of(name: &str, wrong: &str, allowed: &[&str]) -> Diagnostic {
    let words: Words =
        ["`{value}` is not one of its values", "`{value}` 不是可用的值", "`{value}` 不是可用的值"];
    let hint = did_you_mean(wrong, allowed.iter().copied());
    invalid_parameter(name, words).with("value", wrong).with_hint(hint)
}

fn limit(request: &Request, of_view: Option<u32>) -> Result<u32> {
    match request.limit {
        None => Ok(of_view.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)),
        Some(asked) => match u32::try_from(asked) {
            Ok(asked) if (1..=MAX_LIMIT).contains(&asked) => Ok(asked),
            _ => Err(Box::new(invalid_parameter(
                "limit",
                ["it must be from 1 to 500", "应为 1 到 500", "應為 1 到 500"],
            ))),
        },
    }
}

fn page(known: &Known<'_>, request: &Request, sort: &[SortKey], limit: u32) -> Result<Page> {
    match (&request.cursor, request.offset) {
        (Some(_), Some(_)) => {
            let words: Words = [
                "it cannot be given together with `offset`",
                "不能与 `offset` 同时给出",
                "不能與 `offset` 同時給出",
            ];
            Err(Box::new(invalid_parameter("cursor", words)))
        }
        (Some(cursor), None) => Ok(Page::Keyset { limit, after: Some(cursor::decode(known, sort, cursor)?) }),
        (None, Some(offset)) if offset > MAX_OFFSET => Err(Box::new(
            too_complex([
                "the offset is too large; use the cursor",
                "offset 过大，请使用 cursor",
                "offset 過大，請使用 cursor",
            ])
            .at("offset"),
        )),
        (None, Some(offset)) => Ok(Page::Offset { limit, offset }),
        (None, None) => Ok(Page::Keyset { limit, after: None }),
    }
}
