//! To-many relations: one query for all rows of the page.

use crate::codec::Cells;
use crate::dialect::{Dialect, quoted};
use crate::select::cell::{self, Cell, Lists, Writer};
use crate::select::output::{self, AnyLink, Level, List};
use crate::select::{Reading, Rows};
use crate::sql::binder::id_list;
use crate::sql::column;
use crate::sql::scope::{Context, Renderer, Scope};
use crate::transaction::Tx;
use catalog::{Link, Object, Stored, Title};
use diagnostic::Result;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use plan::Rows as RowSet;
use plan::known::Known;
use plan::read::Output;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// The statement of one list, put together once; the first column is the item's id, the second the owner's.
/// Its first bound value is the list of owners.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    sql: String,
    values: Vec<sea_orm::Value>,
    level: Level,
    /// Attributes of a pair, written after the title.
    attributes: Vec<Cell>,
    link: bool,
    /// The lists of its own items.
    inner: Vec<Statement>,
    /// It says the same at any time.
    lasting: bool,
}

impl Statement {
    fn new(sql: String, values: Vec<sea_orm::Value>, level: Level) -> Statement {
        Statement {
            sql,
            values,
            level,
            attributes: Vec::new(),
            link: false,
            inner: Vec::new(),
            lasting: true,
        }
    }

    /// Whether it may be kept: it says nothing of the time it was made at.
    pub fn is_lasting(&self) -> bool {
        self.lasting && self.inner.iter().all(Statement::is_lasting)
    }
}

/// The statements of all lists of a level.
pub(crate) fn statements(dialect: Dialect, context: Context<'_>, level: &Level) -> Result<Vec<Statement>> {
    level.lists.iter().map(|list| statement(dialect, context, &list.output)).collect()
}

/// Reads all lists of the rows, by the statements of their level.
pub(crate) fn fetch<'f>(
    tx: &'f Tx,
    reading: Reading<'f>,
    level: &'f Level,
    statements: &'f [Statement],
    rows: &'f Rows,
) -> BoxFuture<'f, Result<Lists>> {
    async move {
        let mut lists = Lists::default();
        for (list, statement) in level.lists.iter().zip(statements) {
            lists.push(fetch_list(tx, reading, list, statement, rows).await?);
        }
        for link in &level.links {
            titles(tx, reading, link, rows, &mut lists).await?;
        }
        Ok(lists)
    }
    .boxed()
}

/// The titles of what references to any object lead to, as far as the reader may see them: one query for each
/// object that occurs.
async fn titles(tx: &Tx, reading: Reading<'_>, link: &AnyLink, rows: &Rows, lists: &mut Lists) -> Result<()> {
    let mut wanted: BTreeMap<String, Vec<Uuid>> = BTreeMap::new();
    for row in rows {
        let object = row.get::<Option<String>>(link.object)?;
        if let (Some(object), Some(id)) = (object, row.get::<Option<Uuid>>(link.id)?) {
            wanted.entry(object).or_default().push(id);
        }
    }
    let known = Known { catalog: reading.catalog, actor: &link.reader };
    for (name, mut ids) in wanted {
        let Some(object) = reading.catalog.object(&name) else { continue };
        let Some(shown) = plan::query::shown_as(&known, object) else { continue };
        ids.sort_unstable();
        ids.dedup();
        let context = Context {
            catalog: reading.catalog,
            bindings: reading.bindings,
            guards: &shown.guards,
            secret: reading.secret,
        };
        let mut renderer = Renderer::new(context, tx.dialect());
        let mut scope = Scope::of_row("r0", object);
        let title = output::title(&mut renderer, &mut scope, "r0", object, &shown.title)?;
        let mut conditions =
            vec![renderer.binder.id_in("r0.\"id\"", &ids), "r0.\"deleted_at\" IS NULL".to_owned()];
        conditions.extend(renderer.rows("r0", object, &shown.access)?);
        let sql = format!(
            "SELECT r0.\"id\", {title} FROM {} r0{} WHERE {}",
            quoted(&object.table),
            scope.join_text(),
            conditions.join(" AND ")
        );
        for row in tx.query_all_sql(sql, renderer.take_values()).await? {
            if let (Some(id), Some(title)) = (row.get::<Option<Uuid>>(0)?, row.get::<Option<String>>(1)?) {
                lists.title(&name, id, title);
            }
        }
    }
    Ok(())
}

async fn fetch_list(
    tx: &Tx,
    reading: Reading<'_>,
    list: &List,
    statement: &Statement,
    rows: &Rows,
) -> Result<HashMap<Uuid, Vec<Vec<u8>>>> {
    let dialect = tx.dialect();
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        ids.extend(row.get::<Option<Uuid>>(list.id)?);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut found: HashMap<Uuid, Vec<Vec<u8>>> = HashMap::with_capacity(ids.len());
    if ids.is_empty() {
        return Ok(found);
    }
    let mut values = statement.values.clone();
    if let Some(owners) = values.first_mut() {
        *owners = id_list(dialect, &ids);
    }
    let items = tx.query_all_sql(statement.sql.as_str(), values).await?;
    let inner = fetch(tx, reading, &statement.level, &statement.inner, &items).await?;
    let writer = Writer { dialect, secret: reading.secret, lists: &inner };
    for item in &items {
        let Some(owner) = item.get::<Option<Uuid>>(1)? else { continue };
        let mut out = vec![b'{'];
        if statement.link {
            write_pair(&writer, &mut out, item, &statement.level.cells, &statement.attributes)?;
        } else {
            writer.members(&mut out, item, &statement.level.cells, true)?;
        }
        out.push(b'}');
        found.entry(owner).or_default().push(out);
    }
    Ok(found)
}

/// A pair is written like a reference, its attributes among the members.
fn write_pair(
    writer: &Writer<'_>,
    out: &mut Vec<u8>,
    row: &Cells,
    cells: &[Cell],
    attributes: &[Cell],
) -> Result<()> {
    let mut inner = Vec::with_capacity(96);
    writer.members(&mut inner, row, cells, true)?;
    // The one cell is a reference: `"":{"id":…}`; its braces are the item's.
    let body = inner.strip_prefix(b"\"\":{").and_then(|rest| rest.strip_suffix(b"}"));
    out.extend_from_slice(body.unwrap_or_default());
    writer.members(out, row, attributes, false)
}

fn statement(dialect: Dialect, context: Context<'_>, output: &Output) -> Result<Statement> {
    let mut renderer = Renderer::new(context, dialect);
    let mut made = match output {
        Output::Children { object, via, access, outputs, .. } => {
            children(&mut renderer, object, via, access, outputs)
        }
        Output::Links { link, target, title, access, expand, .. } => {
            links(&mut renderer, link, target, (title, access, expand))
        }
        _ => Err(renderer.refused("this list", expression::Position::default())),
    }?;
    made.lasting = renderer.is_lasting();
    made.inner = statements(dialect, context, &made.level)?;
    Ok(made)
}

fn children(
    renderer: &mut Renderer<'_>,
    object: &Arc<Object>,
    via: &str,
    access: &RowSet,
    outputs: &[Output],
) -> Result<Statement> {
    let Some(Stored::Column { column, .. }) = object.field(via).map(|f| f.stored.clone()) else {
        return Err(renderer.refused("this list", expression::Position::default()));
    };
    let owner = format!("r0.{}", quoted(&column));
    let among = renderer.binder.id_among(&owner, &[]);
    let mut scope = Scope::of_row("r0", object);
    let mut level = Level::new("r0");
    level.columns.push(owner.clone());
    output::add(renderer, &mut scope, &mut level, "r0", object, outputs)?;
    let mut conditions = vec![among, "r0.\"deleted_at\" IS NULL".to_owned()];
    conditions.extend(renderer.rows("r0", object, access)?);
    let position = object.system(catalog::SystemField::Position).map_or("", |_| "r0.\"position\", ");
    let sql = format!(
        "SELECT {} FROM {} r0{} WHERE {} ORDER BY {position}r0.\"id\"",
        level.columns.join(", "),
        quoted(&object.table),
        scope.join_text(),
        conditions.join(" AND ")
    );
    let values = renderer.take_values();
    Ok(Statement::new(sql, values, level))
}

fn links(
    renderer: &mut Renderer<'_>,
    link: &Link,
    target: &Arc<Object>,
    (title, access, expand): (&Title, &RowSet, &[Output]),
) -> Result<Statement> {
    let among = renderer.binder.id_among("l0.\"source\"", &[]);
    let mut scope = Scope::default();
    let mut level = Level::new("l0");
    level.columns.push("l0.\"source\"".to_owned());
    let id = level.column("l0.\"target\"".to_owned());
    let joined = output::join_shown(renderer, &mut scope, "l0.\"target\"", target, access)?;
    let shown = Some(level.column(format!("{joined}.\"id\"")));
    let title = match title.parts.is_empty() {
        true => None,
        false => Some(level.column(output::title(renderer, &mut scope, &joined, target, title)?)),
    };
    output::add(renderer, &mut scope, &mut level, &joined, target, expand)?;
    let expand = std::mem::take(&mut level.cells);
    level.cells = vec![Cell::Reference { key: cell::key(""), id, object: None, title, shown, expand }];
    let mut attributes = Vec::with_capacity(link.attributes.len());
    for (name, column, kind, ty) in &link.attributes {
        let sql = format!("l0.{}", quoted(column));
        let fragment = column::fragment(sql, String::new(), *ty, false);
        let form = output::form(renderer.dialect(), &fragment, kind);
        attributes.push(Cell::Value { key: cell::key(name), at: level.column(fragment.sql), form });
    }
    let sql = format!(
        "SELECT {} FROM {} l0{} WHERE {among} ORDER BY l0.\"position\", l0.\"target\"",
        level.columns.join(", "),
        quoted(&link.table),
        scope.join_text()
    );
    let values = renderer.take_values();
    Ok(Statement { attributes, link: true, ..Statement::new(sql, values, level) })
}
