//! What every write is planned with, and what comes out.

use crate::actor::{Access, Actor, ObjectGrant, Rows};
use crate::draft::Draft;
use crate::facts::{Facts, Needs};
use crate::known::Known;
use crate::read::Bindings;
use crate::row::Row;
use crate::scene::{Roots, Scene};
use crate::write::RowWrite;
use catalog::{Catalog, Object};
use diagnostic::{Diagnostic, Result};
use expression::Expr;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::sync::Arc;
use uuid::Uuid;

/// On whose behalf rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A caller: every right is checked.
    #[default]
    Request,
    /// A script of a caller: the same, but readonly fields may be set.
    Script,
    /// An import: rights are checked; stage and readonly fields and autonumbers may be given.
    Import,
    /// The system: seeds, demo data, flows. No rights; stage, readonly and numbers may be given. Rules hold.
    System,
}

impl Mode {
    /// Whether rights are checked.
    pub fn has_rights(self) -> bool {
        self != Mode::System
    }

    /// Whether fields that callers never write may be given.
    pub(crate) fn writes_readonly(self) -> bool {
        self != Mode::Request
    }

    /// Whether a stage may be given instead of moved to.
    pub(crate) fn writes_stage(self) -> bool {
        matches!(self, Mode::Import | Mode::System)
    }
}

/// Plans writes of one request.
#[derive(Clone, Copy)]
pub struct Planner<'a> {
    /// All there is.
    pub catalog: &'a Catalog,
    /// Who acts.
    pub actor: &'a Actor,
    /// Clock and user.
    pub bindings: &'a Bindings,
    /// Makes a new id (UUIDv7).
    pub new_id: &'a dyn Fn() -> Uuid,
    /// On whose behalf.
    pub mode: Mode,
}

/// Whether the draft can be shown to hooks.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// Read this, add it to the facts, and ask again.
    Read(Needs),
    /// Hooks may run, then `finish`.
    Ready,
}

/// Whether the plan is complete.
#[derive(Clone, Debug)]
pub enum Finished {
    /// Read this, add it to the facts, and ask again.
    Read(Needs),
    /// This is what is written.
    Done(Box<Planned>),
    /// Nothing is written: the move waits for its approval.
    Parked(Box<Parked>),
}

/// What is written, and what is left to do after it.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// The record the request is about.
    pub object: Arc<str>,
    /// Its id.
    pub id: Uuid,
    /// Row writes, parents before their children.
    pub writes: Vec<RowWrite>,
    /// Rows to lock before the first write, in order: those written, roll-up parents, rows that stored
    /// formulas read.
    pub locks: Vec<(Arc<str>, Uuid)>,
    /// Numbers to give before the first write.
    pub numbers: Vec<Numbering>,
    /// What changed, for the history.
    pub history: Vec<HistoryEntry>,
    /// The many-to-many relations of the record itself that changed.
    pub links: Vec<FieldChange>,
    /// What is checked after derived values are settled.
    pub later: Later,
    /// The move that was made.
    pub made: Option<Arc<str>>,
}

/// A number to give: `before`, the next count of `scope` with at least `digits` digits, `after`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// Place in `Planned::writes`.
    pub write: usize,
    /// Index of the field; the text goes into `after.values[field]`.
    pub field: usize,
    /// The counter: object, field, and the parts that start the count again when they change.
    pub scope: String,
    /// What stands before the count.
    pub before: String,
    /// Digits at least.
    pub digits: u8,
    /// What stands after the count.
    pub after: String,
}

impl Numbering {
    /// The number with this count.
    pub fn text(&self, count: u64) -> String {
        format!("{}{count:0width$}{}", self.before, self.after, width = usize::from(self.digits))
    }
}

/// One change of one record, as its history keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    /// The object.
    pub object: Arc<str>,
    /// The record.
    pub id: Uuid,
    /// The version that the change made.
    pub version: i64,
    /// What happened.
    pub operation: crate::write::Operation,
    /// Fields that changed.
    pub changes: Vec<FieldChange>,
}

/// One field that changed.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field.
    pub field: Arc<str>,
    /// Before, as on the wire; encrypted values are masked.
    pub old: Json,
    /// After.
    pub new: Json,
}

/// A move that waits for its approval.
#[derive(Clone, Debug, PartialEq)]
pub struct Parked {
    /// The object.
    pub object: Arc<str>,
    /// The record.
    pub id: Uuid,
    /// The move.
    pub name: Arc<str>,
    /// The workflow that decides.
    pub workflow: Arc<str>,
    /// The version the initiator saw.
    pub version: i64,
    /// What the initiator sent along; given to the move again when it is approved.
    pub sent: Json,
}

/// Checks that read derived values, for after they are settled.
#[derive(Clone, Debug, Default)]
pub struct Later {
    pub(crate) checks: Vec<LaterCheck>,
}

impl Later {
    /// Whether nothing is left to check.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct LaterCheck {
    pub object: Arc<str>,
    pub id: Uuid,
    pub old: Option<Row>,
    pub path: String,
    pub check: Check,
}

/// What is checked of a row.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// A rule by its name.
    Rule(Arc<str>),
    /// `required_when` of a field by its index.
    Required(usize),
    /// The restrictions.
    Restriction,
    /// How many children a field has, by its index.
    Children(usize),
    /// Whether the options that a field newly holds are offered, by its index.
    Options(usize),
}

impl<'a> Planner<'a> {
    /// What the actor may know.
    pub fn known(&self) -> Known<'a> {
        Known { catalog: self.catalog, actor: self.actor }
    }

    pub(crate) fn scene<'s>(
        &self,
        draft: Option<&'s Draft>,
        facts: &'s Facts,
        needs: &'s RefCell<Needs>,
    ) -> Scene<'s>
    where
        'a: 's,
    {
        Scene { catalog: self.catalog, bindings: self.bindings, user: self.actor.id, facts, draft, needs }
    }

    /// The object of a request and the rights on it.
    ///
    /// # Errors
    /// `not_found`.
    pub(crate) fn object(&self, name: &str) -> Result<(&'a Arc<Object>, ObjectGrant)> {
        if self.mode.has_rights() {
            let (object, grant) = self.known().object(name)?;
            return Ok((object, grant.clone()));
        }
        let found = self.catalog.object(name).map(|object| (object, ObjectGrant::default()));
        found.ok_or_else(|| Box::new(Diagnostic::new(diagnostic::Code::NotFound)))
    }

    /// Whether the actor may access the row so; `None` where something must be read first.
    pub(crate) fn may(&self, scene: &Scene<'_>, access: Access, row: &Row) -> Result<Option<bool>> {
        if !self.mode.has_rights() {
            return Ok(Some(true));
        }
        match self.actor.grant(&row.object.name).map(|grant| grant.rows(access)) {
            None | Some(Rows::None) => Ok(Some(false)),
            Some(Rows::All) => Ok(Some(true)),
            Some(Rows::Where(condition)) => scene.holds(condition, Roots::row(row)),
        }
    }

    /// A finding about a field, as the actor may be told of it: one about a field that it may not read names
    /// neither the field nor what is wrong with it.
    pub(crate) fn told(&self, object: &Object, field: &str, path: String, found: Diagnostic) -> Diagnostic {
        let shown = !self.mode.has_rights()
            || field.is_empty()
            || object.field(field).is_none()
            || self.known().readable(&object.name, field).is_some();
        match found.code {
            _ if shown && path.is_empty() => found,
            _ if shown => found.at(path),
            // The author's words stay; they were written for everybody.
            diagnostic::Code::RuleViolated => found,
            _ => Diagnostic::new(diagnostic::Code::HiddenValue),
        }
    }

    /// Whether the condition is only true once derived values are settled: it reads children, or derived
    /// values that other rows feed.
    pub(crate) fn is_later(&self, condition: &Expr) -> bool {
        crate::settled::reads_settled(self.catalog, condition)
    }
}
