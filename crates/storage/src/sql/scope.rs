//! Which row a name means, and the joins a path needs.
//!
//! A path through references becomes LEFT JOINs of the FROM clause it stands in. The row condition of a
//! guarded object stands in the join's ON: a reference to a row the actor may not see reads as null.

use crate::dialect::{Dialect, quoted};
use crate::sql::binder::Binder;
use crate::sql::column;
use crate::sql::fragment::{Form, Fragment};
use catalog::{Catalog, Derived, Field, Object, Stored};
use chrono::{DateTime, Utc};
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Expr, Path, Position, Root, Step, Type, Value};
use plan::read::{Bindings, PENDING};
use plan::{Row, Rows};
use std::collections::HashMap;
use std::sync::Arc;

/// Where the values of a root come from.
#[derive(Clone)]
pub enum Source<'a> {
    /// A row of the statement.
    Table {
        /// Its alias.
        alias: String,
        /// Its object.
        object: Arc<Object>,
    },
    /// A record in memory; its values are bound.
    Memory(&'a Row),
    /// No row: every field is null (`old` on create).
    Nothing,
}

/// What does not change while one statement is put together.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Objects and fields.
    pub catalog: &'a Catalog,
    /// Clock, zone and user.
    pub bindings: &'a Bindings,
    /// Rows of other objects that a path may walk through; an object that is absent is not limited.
    pub guards: &'a HashMap<Arc<str>, Rows>,
    /// The key of look-ups in encrypted fields, where there is one.
    pub secret: Option<&'a crate::secret::Secret>,
}

/// Joins so far, in the order they must stand, and where each path led.
#[derive(Clone, Debug, Default)]
pub struct Joins {
    list: Vec<String>,
    known: HashMap<(String, Arc<str>, Arc<str>, bool), String>,
}

/// The rows in scope of an expression and the FROM clause its paths are joined to.
#[derive(Clone, Default)]
pub struct Scope<'a> {
    /// What each root means.
    pub roots: HashMap<Root, Source<'a>>,
    joins: Joins,
    /// Paths become subselects: there is no FROM clause to join to (inside an ON).
    pub inline: bool,
}

impl<'a> Scope<'a> {
    /// Bare names are a row of the statement.
    pub fn of_row(alias: &str, object: &Arc<Object>) -> Self {
        let mut scope = Scope::default();
        scope.roots.insert(Root::Row, Source::Table { alias: alias.to_owned(), object: object.clone() });
        scope
    }

    /// The same rows, for a place where nothing can be joined.
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// The joins as text, each with a blank before it.
    pub fn join_text(&self) -> String {
        self.joins.list.iter().fold(String::new(), |text, join| text + " " + join.as_str())
    }

    /// The joins so far.
    pub fn joins(&self) -> &[String] {
        &self.joins.list
    }

    /// Adds a join that no path needs.
    pub fn join_by(&mut self, join: String) {
        self.joins.list.push(join);
    }

    /// Leaves its joins.
    pub fn into_joins(self) -> Joins {
        self.joins
    }

    /// Goes on with joins that another scope of the same row left.
    pub fn joined(mut self, joins: Joins) -> Self {
        self.joins = joins;
        self
    }
}

/// Puts one statement together.
pub struct Renderer<'a> {
    /// What does not change.
    pub context: Context<'a>,
    /// The bound values so far.
    pub binder: Binder,
    aliases: usize,
    /// Nothing in it depends on the time it was put together at.
    lasting: bool,
    /// Whether guards hold: not inside row conditions, which speak of all rows.
    guarded: bool,
}

impl<'a> Renderer<'a> {
    /// Nothing rendered yet.
    pub fn new(context: Context<'a>, dialect: Dialect) -> Self {
        Renderer { context, binder: Binder::new(dialect), aliases: 0, lasting: true, guarded: true }
    }

    /// Goes on where another one ended: with its bound values and the number of aliases it gave.
    pub fn resumed(
        context: Context<'a>,
        dialect: Dialect,
        (values, aliases): (Vec<sea_orm::Value>, usize),
    ) -> Self {
        let binder = Binder::with(dialect, values);
        Renderer { context, binder, aliases, lasting: true, guarded: true }
    }

    /// Its bound values and the number of aliases it gave, for [`Renderer::resumed`].
    pub fn take_state(&mut self) -> (Vec<sea_orm::Value>, usize) {
        (self.take_values(), self.aliases)
    }

    /// Whether what was put together so far says the same at any time.
    pub fn is_lasting(&self) -> bool {
        self.lasting
    }

    /// The instant of the request, which is not that of the next one.
    pub(super) fn now(&mut self) -> DateTime<Utc> {
        self.lasting = false;
        self.context.bindings.now
    }

    /// Which database.
    pub fn dialect(&self) -> Dialect {
        self.binder.dialect
    }

    /// What was bound; the statement is finished.
    pub fn take_values(&mut self) -> Vec<sea_orm::Value> {
        let empty = Binder::new(self.dialect());
        std::mem::replace(&mut self.binder, empty).into_values()
    }

    /// A table alias nobody has yet.
    pub fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("j{}", self.aliases)
    }

    /// An object of the catalog.
    pub fn object(&self, name: &str, at: Position) -> Result<Arc<Object>> {
        self.context
            .catalog
            .object(name)
            .cloned()
            .ok_or_else(|| self.refused(&format!("object `{name}`"), at))
    }

    /// `expression_backend` at a position.
    pub fn refused(&self, what: &str, at: Position) -> Box<Diagnostic> {
        let place = match self.dialect() {
            Dialect::Sqlite => "in SQLite",
            Dialect::Postgres => "in PostgreSQL",
        };
        let mut found = Diagnostic::new(Code::ExpressionBackend).with("what", what).with("where", place);
        if at.line > 0 {
            let source = diagnostic::Source { file: String::new(), line: at.line, column: at.column };
            found = found.in_source(source);
        }
        Box::new(found)
    }

    /// The value a path leads to.
    pub fn path(&mut self, scope: &mut Scope<'a>, path: &Path, ty: &Type, at: Position) -> Result<Fragment> {
        if path.root == Root::User && !scope.roots.contains_key(&Root::User) {
            let value = path
                .steps
                .first()
                .and_then(|step| self.context.bindings.user.get(step.field.as_ref()))
                .cloned()
                .unwrap_or(Value::Null);
            return self.literal(&value, ty, at);
        }
        match scope.roots.get(&path.root).cloned() {
            Some(Source::Table { alias, object }) => self.walk(scope, &alias, &object, &path.steps, at),
            Some(Source::Nothing) => Ok(self.null(ty)),
            Some(Source::Memory(row)) => self.memory_path(row, &path.steps, ty, at),
            None => Err(self.refused(&format!("`{:?}`", path.root).to_lowercase(), at)),
        }
    }

    /// A path that starts at a record in memory: its first value is bound, the rest is a subselect.
    fn memory_path(&mut self, row: &Row, steps: &[Step], ty: &Type, at: Position) -> Result<Fragment> {
        let Some((first, rest)) = steps.split_first() else {
            return Ok(self.null(ty));
        };
        let value = row.get(&first.field).clone();
        if rest.is_empty() {
            return self.literal(&value, ty, at);
        }
        let Some(id) = value.as_reference() else {
            return Ok(self.null(ty));
        };
        let bound = self.binder.bind(id);
        self.subselect(&bound, rest, at)
    }

    /// Walks from a row of the statement along a path.
    pub fn walk(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        object: &Arc<Object>,
        steps: &[Step],
        at: Position,
    ) -> Result<Fragment> {
        if let [step] = steps
            && *step.field == *PENDING
        {
            return Ok(self.pending(alias));
        }
        let (alias, object, field) = match self.reach(scope, alias, object, steps, at)? {
            Reached::Field { alias, object, field } => (alias, object, field),
            Reached::Inline(fragment) => return Ok(fragment),
        };
        let field = self.field(&object, &field, at)?.clone();
        self.stored_value(scope, &alias, &object, &field, at)
    }

    /// The flow that parks a move of the row: the one that runs on it, unless somebody started it by hand. A row
    /// on which none runs costs no look-up.
    fn pending(&mut self, alias: &str) -> Fragment {
        let flow = self.alias();
        let sql = format!(
            "(SELECT {flow}.\"id\" FROM workflow_instance {flow} WHERE {flow}.\"id\" = {alias}.\"flow\" \
             AND {flow}.\"parked\" IS NOT NULL)"
        );
        Fragment::new(sql, Form::Id)
    }

    fn field<'o>(&self, object: &'o Object, name: &str, at: Position) -> Result<&'o Field> {
        object.field(name).ok_or_else(|| self.refused(&format!("field `{name}` of `{}`", object.name), at))
    }

    /// Joins along all references of a path but the last step; answers where the last field is.
    pub fn reach(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        object: &Arc<Object>,
        steps: &[Step],
        at: Position,
    ) -> Result<Reached> {
        let (mut alias, mut object) = (alias.to_owned(), object.clone());
        let mut steps = std::borrow::Cow::Borrowed(steps);
        let mut place = 0;
        loop {
            let Some(step) = steps.get(place).cloned() else {
                return Err(self.refused("an empty path", at));
            };
            let field = self.field(&object, &step.field, at)?;
            if let Stored::Joined(lookup) = &field.stored {
                let mut longer = lookup.steps.clone();
                longer.extend_from_slice(&steps[place + 1..]);
                steps = std::borrow::Cow::Owned(longer);
                place = 0;
                continue;
            }
            if place + 1 == steps.len() {
                return Ok(Reached::Field { alias, object, field: step.field });
            }
            let Stored::Column { column, ty: ColumnType::Uuid | ColumnType::Link } = &field.stored else {
                return Err(self.refused(&format!("a path through `{}`", field.name), at));
            };
            let reference = format!("{alias}.{}", quoted(column));
            let target = self.object(&steps[place + 1].object, at)?;
            if scope.inline {
                return Ok(Reached::Inline(self.subselect(&reference, &steps[place + 1..], at)?));
            }
            alias = self.join(scope, &alias, &step.field, &reference, &target)?;
            object = target;
            place += 1;
        }
    }

    /// LEFT JOINs the live, visible row a reference points at.
    pub fn join(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        field: &Arc<str>,
        reference: &str,
        target: &Arc<Object>,
    ) -> Result<String> {
        let key = (alias.to_owned(), field.clone(), target.name.clone(), self.guarded);
        if let Some(known) = scope.joins.known.get(&key) {
            return Ok(known.clone());
        }
        let joined = self.alias();
        let on = self.live_and_visible(&joined, target)?;
        scope.joins.list.push(format!(
            "LEFT JOIN {} {joined} ON {joined}.\"id\" = {reference}{on}",
            quoted(&target.table)
        ));
        scope.joins.known.insert(key, joined.clone());
        Ok(joined)
    }

    /// ` AND …`: the row is not deleted and, where its object is guarded, may be seen.
    pub(super) fn live_and_visible(&mut self, alias: &str, object: &Arc<Object>) -> Result<String> {
        let mut on = format!(" AND {alias}.\"deleted_at\" IS NULL");
        if self.guarded
            && let Some(rows) = self.context.guards.get(&object.name)
            && let Some(condition) = self.rows(alias, object, rows)?
        {
            on.push_str(" AND ");
            on.push_str(&condition);
        }
        Ok(on)
    }

    /// A set of rows as a condition on `alias`; `None` for all rows.
    pub fn rows(&mut self, alias: &str, object: &Arc<Object>, rows: &Rows) -> Result<Option<String>> {
        match rows {
            Rows::All => Ok(None),
            Rows::None => Ok(Some("FALSE".to_owned())),
            Rows::Where(condition) => {
                let mut scope = Scope::of_row(alias, object).inline();
                self.unguarded(&mut scope, condition).map(Some)
            }
        }
    }

    /// A row condition: it speaks of all rows, whoever may see them.
    pub fn unguarded(&mut self, scope: &mut Scope<'a>, condition: &Expr) -> Result<String> {
        let guarded = std::mem::replace(&mut self.guarded, false);
        let text = self.condition(scope, condition);
        self.guarded = guarded;
        text
    }

    /// The rest of a path as a subselect; `reference` is the id of the row it goes on from.
    fn subselect(&mut self, reference: &str, steps: &[Step], at: Position) -> Result<Fragment> {
        let target = self.object(&steps[0].object, at)?;
        let alias = self.alias();
        let mut inner = Scope::of_row(&alias, &target);
        let value = self.walk(&mut inner, &alias, &target, steps, at)?;
        let live = self.live_and_visible(&alias, &target)?;
        let from = format!(
            "FROM {} {alias}{} WHERE {alias}.\"id\" = {reference}{live}",
            quoted(&target.table),
            inner.join_text()
        );
        let form = match value.form {
            Form::Link(second) => Form::Link(format!("(SELECT {second} {from})")),
            other => other,
        };
        Ok(Fragment::new(format!("(SELECT {} {from})", value.sql), form))
    }

    /// A field of a row of the statement.
    fn stored_value(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        object: &Arc<Object>,
        field: &Field,
        at: Position,
    ) -> Result<Fragment> {
        match &field.stored {
            Stored::Column { column, .. } if field.encrypted.is_some() => {
                let encryption = field.encrypted.as_ref();
                let hash = encryption.and_then(|e| e.hash_column.as_ref());
                let hash = hash.map(|h| format!("{alias}.{}", quoted(h)));
                Ok(Fragment::new(format!("{alias}.{}", quoted(column)), Form::Cipher(hash)))
            }
            Stored::Column { column, ty } => {
                let list = matches!(field.ty, Type::List(_));
                let second = format!("{alias}.{}", quoted(&format!("{column}_object")));
                Ok(column::fragment(format!("{alias}.{}", quoted(column)), second, *ty, list))
            }
            Stored::Joined(lookup) => self.walk(scope, alias, object, &lookup.steps, at),
            Stored::AtRead => {
                let Some(Derived::Formula(formula)) = &field.derived else {
                    return Err(self.refused(&format!("field `{}`", field.name), at));
                };
                self.with_row(scope, alias, object, formula)
            }
            Stored::Children { .. } | Stored::Link(_) => {
                Err(self.refused(&format!("the list `{}` as a value", field.name), at))
            }
        }
    }

    /// Renders a formula of another row: bare names are that row.
    fn with_row(
        &mut self,
        scope: &mut Scope<'a>,
        alias: &str,
        object: &Arc<Object>,
        formula: &Expr,
    ) -> Result<Fragment> {
        let row = Source::Table { alias: alias.to_owned(), object: object.clone() };
        let outer = scope.roots.insert(Root::Row, row);
        let value = self.expression(scope, formula);
        match outer {
            Some(outer) => scope.roots.insert(Root::Row, outer),
            None => scope.roots.remove(&Root::Row),
        };
        value
    }
}

/// Where a path led.
pub enum Reached {
    /// To this field of a row of the statement.
    Field {
        /// The row's alias.
        alias: String,
        /// Its object.
        object: Arc<Object>,
        /// The field.
        field: Arc<str>,
    },
    /// Its whole value is a subselect.
    Inline(Fragment),
}
