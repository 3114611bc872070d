//! The records an expression speaks of while a write is planned: drafts over stored rows. What is not read
//! yet is noted as a need, and the expression is evaluated again once it is there.

use crate::draft::Draft;
use crate::facts::{Facts, Needs, Referring};
use crate::read::Bindings;
use crate::row::Row;
use catalog::{Catalog, Derived, Object, Stored, SystemField};
use chrono_tz::Tz;
use definition::FieldType;
use diagnostic::{Diagnostic, Result};
use expression::{Clock, Context, EvaluateError, Expr, Record, Root, Step, Value, evaluate, holds};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

type Evaluated<T = Value> = std::result::Result<T, EvaluateError>;

/// How far up a tree is walked; longer chains are rings, which are refused on write.
const MAX_TREE: usize = 200;

impl Bindings {
    /// The clock and the site's time zone; UTC where the name of the zone is unknown.
    pub fn clock(&self) -> Clock {
        Clock { now: self.now, zone: self.time_zone.parse().unwrap_or(Tz::UTC) }
    }
}

/// Everything that is known while expressions are evaluated.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// Clock and user.
    pub bindings: &'a Bindings,
    /// Who acts.
    pub user: Uuid,
    /// What has been read.
    pub facts: &'a Facts,
    /// Rows as they will be.
    pub draft: Option<&'a Draft>,
    /// What must be read.
    pub needs: &'a RefCell<Needs>,
}

/// The records that the roots of one expression stand for.
#[derive(Clone, Copy, Default)]
pub struct Roots<'a> {
    /// Bare names.
    pub row: Option<&'a Row>,
    /// `record`
    pub record: Option<&'a Row>,
    /// `old`; all null on create.
    pub old: Option<&'a Row>,
    /// `initiator`: who started the flow.
    pub initiator: Option<&'a Row>,
    /// `approver`: whom a performer rule tests.
    pub approver: Option<&'a Row>,
    /// `assignee`: who holds the task.
    pub assignee: Option<&'a Row>,
    /// Parameters of an action, variables of a flow.
    pub parameters: Option<&'a HashMap<String, Value>>,
}

impl<'a> Roots<'a> {
    /// Bare names only.
    pub fn row(row: &'a Row) -> Roots<'a> {
        Roots { row: Some(row), ..Roots::default() }
    }

    /// A record and what it was before.
    pub fn change(row: &'a Row, old: Option<&'a Row>) -> Roots<'a> {
        Roots { row: Some(row), old, ..Roots::default() }
    }
}

impl<'a> Scene<'a> {
    /// The value of an expression; `None` where something must be read first (it is noted).
    ///
    /// # Errors
    /// `number_out_of_range`.
    pub fn value(&self, expr: &Expr, roots: Roots<'_>) -> Result<Option<Value>> {
        let frame = Frame { scene: *self, roots };
        noted(evaluate(expr, &frame, &self.bindings.clock()))
    }

    /// Whether a condition holds; `None` where something must be read first (it is noted).
    ///
    /// # Errors
    /// `number_out_of_range`.
    pub fn holds(&self, expr: &Expr, roots: Roots<'_>) -> Result<Option<bool>> {
        let frame = Frame { scene: *self, roots };
        noted(holds(expr, &frame, &self.bindings.clock()))
    }

    /// A record as it will be; `None` where there is none.
    ///
    /// # Errors
    /// Where it must be read first (it is noted).
    pub fn record(&self, object: &Arc<str>, id: Uuid) -> Evaluated<Option<&'a Row>> {
        if let Some(row) = self.draft.and_then(|draft| draft.row(object, id)) {
            return Ok(Some(row));
        }
        let key = (object.clone(), id);
        match self.facts.row(&key) {
            Some(row) => Ok(row),
            None => {
                self.needs.borrow_mut().rows.insert(key);
                Err(EvaluateError::Missing { what: format!("{object} {id}") })
            }
        }
    }

    /// The live rows that refer to a record, as they will be.
    ///
    /// # Errors
    /// Where they must be read first (it is noted).
    pub fn referring(&self, object: &Arc<str>, via: &Arc<str>, id: Uuid) -> Evaluated<Vec<&'a Row>> {
        let key = Referring { object: object.clone(), field: via.clone(), id, deleted: false };
        let new = self.draft.is_some_and(|draft| draft.is_new(id));
        let stored = match self.facts.rows_referring(&key) {
            Some(rows) => rows,
            None if new => &[],
            None => {
                self.needs.borrow_mut().referring.insert(key);
                return Err(EvaluateError::Missing { what: format!("{object}.{via} {id}") });
            }
        };
        let Some(draft) = self.draft else { return Ok(stored.iter().collect()) };
        let refers = |row: &Row| row.get(via).as_reference() == Some(id);
        let mut rows: Vec<&Row> = Vec::with_capacity(stored.len());
        for row in stored {
            match draft.drafted(object, row.id()) {
                None => rows.push(row),
                Some(drafted) if drafted.stays() && refers(&drafted.row) => rows.push(&drafted.row),
                Some(_) => {}
            }
        }
        let known: Vec<Uuid> = rows.iter().map(|row| row.id()).collect();
        rows.extend(
            draft
                .rows
                .iter()
                .filter(|drafted| drafted.object.name == *object && drafted.stays() && refers(&drafted.row))
                .filter(|drafted| !known.contains(&drafted.id))
                .map(|drafted| &drafted.row),
        );
        Ok(rows)
    }

    fn walk(&self, from: &Row, steps: &[Step]) -> Evaluated {
        let Some((step, rest)) = steps.split_first() else { return Ok(Value::Reference(from.id())) };
        let Some(field) = from.object.field(&step.field) else { return Err(EvaluateError::missing(steps)) };
        let value = match (&field.stored, &field.derived) {
            (Stored::Joined(path), _) => self.walk(from, &path.steps)?,
            (Stored::AtRead, Some(Derived::Formula(formula))) => {
                let frame = Frame { scene: *self, roots: Roots::row(from) };
                evaluate(formula, &frame, &self.bindings.clock())?
            }
            _ => from.values.get(field.index).cloned().unwrap_or_default(),
        };
        let Some(next) = rest.first() else { return Ok(value) };
        let Some(id) = value.as_reference() else { return Ok(Value::Null) };
        // As in SQL: a reference to what lies in the recycle bin leads nowhere.
        match self.record(&next.object, id)?.filter(|row| !is_deleted(row)) {
            Some(row) => self.walk(row, rest),
            None => Ok(Value::Null),
        }
    }

    fn of_user(&self, steps: &[Step]) -> Evaluated {
        if let [step] = steps
            && let Some(value) = self.bindings.user.get(&*step.field)
        {
            return Ok(value.clone());
        }
        match self.record(&Arc::from("base.user"), self.user)? {
            Some(row) => self.walk(row, steps),
            None => Ok(Value::Null),
        }
    }
}

/// A value, or nothing where a need was noted.
fn noted<T>(result: Evaluated<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(EvaluateError::Missing { .. }) => Ok(None),
        Err(other) => Err(Box::new(Diagnostic::from(other))),
    }
}

struct Frame<'a, 'r> {
    scene: Scene<'a>,
    roots: Roots<'r>,
}

impl Frame<'_, '_> {
    /// The value at the end of steps that start at the record which a variable holds.
    fn of_variable(&self, steps: &[Step]) -> Evaluated {
        let Some((variable, rest)) = steps.split_first() else { return Err(EvaluateError::missing(steps)) };
        let held = self.parameter(&variable.field)?;
        let (Some(first), Some(id)) = (rest.first(), held.as_reference()) else {
            return Ok(if rest.is_empty() { held } else { Value::Null });
        };
        match self.scene.record(&first.object, id)?.filter(|row| !is_deleted(row)) {
            Some(row) => self.scene.walk(row, rest),
            None => Ok(Value::Null),
        }
    }

    /// The record whose children are at the end of the steps; `None` where a reference on the way is absent.
    fn parent(&self, root: Root, before: &[Step]) -> Evaluated<Option<Uuid>> {
        let value = match (root, self.root(root)) {
            (Root::Variable, _) => self.of_variable(before)?,
            (_, Some(row)) if before.is_empty() => Value::Reference(row.id()),
            (_, Some(row)) => self.scene.walk(row, before)?,
            (Root::Old, None) => Value::Null,
            _ => return Err(EvaluateError::missing(before)),
        };
        Ok(value.as_reference())
    }

    fn root(&self, root: Root) -> Option<&Row> {
        match root {
            Root::Row => self.roots.row,
            Root::Record => self.roots.record.or(self.roots.row),
            Root::Old => self.roots.old,
            Root::Initiator => self.roots.initiator,
            Root::Approver => self.roots.approver,
            Root::Assignee => self.roots.assignee,
            Root::User | Root::Event | Root::Variable => None,
        }
    }
}

impl Context for Frame<'_, '_> {
    fn value(&self, root: Root, steps: &[Step]) -> Evaluated {
        match (root, self.root(root)) {
            (Root::User, _) => self.scene.of_user(steps),
            (Root::Variable, _) => self.of_variable(steps),
            (_, Some(row)) => self.scene.walk(row, steps),
            (Root::Old, None) => Ok(Value::Null),
            _ => Err(EvaluateError::missing(steps)),
        }
    }

    fn children(&self, root: Root, steps: &[Step]) -> Evaluated<Vec<Box<dyn Record + '_>>> {
        let Some((last, before)) = steps.split_last() else { return Err(EvaluateError::missing(steps)) };
        let Some(parent) = self.parent(root, before)? else { return Ok(Vec::new()) };
        let field = self.scene.catalog.objects.get(&last.object).and_then(|object| object.field(&last.field));
        let Some(Stored::Children { object, via }) = field.map(|field| &field.stored) else {
            return Err(EvaluateError::missing(steps));
        };
        let rows = self.scene.referring(object, via, parent)?;
        Ok(rows
            .into_iter()
            .map(|row| Box::new(Child { scene: self.scene, row }) as Box<dyn Record>)
            .collect())
    }

    fn parameter(&self, name: &str) -> Evaluated {
        let value = self.roots.parameters.and_then(|parameters| parameters.get(name));
        value.cloned().ok_or_else(|| EvaluateError::Missing { what: name.to_owned() })
    }

    fn within(&self, object: &str, node: Uuid, ancestor: Uuid) -> Evaluated<bool> {
        let object = self.scene.catalog.objects.get(object);
        let Some((object, parent)) = object.and_then(|object| Some((object, tree_field(object)?))) else {
            return Ok(node == ancestor);
        };
        let mut at = node;
        for _ in 0..MAX_TREE {
            if at == ancestor {
                return Ok(true);
            }
            let node = self.scene.record(&object.name, at)?.filter(|row| !is_deleted(row));
            let above = node.and_then(|row| row.get(&parent).as_reference());
            match above {
                Some(above) => at = above,
                None => return Ok(false),
            }
        }
        Ok(false)
    }
}

/// The reference by which the records of an object form a tree.
pub fn tree_field(object: &Object) -> Option<Arc<str>> {
    let is_tree = |kind: &FieldType| matches!(kind, FieldType::Reference(reference) if reference.tree);
    object.fields.values().find(|field| is_tree(&field.kind)).map(|field| field.name.clone())
}

struct Child<'a> {
    scene: Scene<'a>,
    row: &'a Row,
}

impl Record for Child<'_> {
    fn value(&self, steps: &[Step]) -> Evaluated {
        self.scene.walk(self.row, steps)
    }
}

/// Whether a row lies in the recycle bin.
pub fn is_deleted(row: &Row) -> bool {
    !row.system(SystemField::DeletedAt).is_null()
}
