//! Why somebody may do something, or may not: which role, scope or restriction decides.
//!
//! The verdict comes from the united grants that every request is checked against; the reasons from the same
//! functions that united them.

use crate::actor::{Access, ObjectGrant, Rows};
use crate::evaluate::Evaluated;
use crate::facts::{Facts, Needs};
use crate::grants;
use crate::planner::Planner;
use crate::row::Row;
use crate::scene::{Roots, is_deleted};
use crate::walk;
use catalog::expand::expand;
use catalog::{FieldRight, Scope, Stored, SystemField};
use diagnostic::{Code, Diagnostic, Result, did_you_mean};
use expression::{Root, Step};
use std::sync::Arc;

/// What is asked about.
#[derive(Clone, Debug)]
pub struct Question<'q> {
    /// The object's full name.
    pub object: &'q str,
    /// `read update delete restore purge export assign history comment unmask create import`, or the name of a move
    /// or action.
    pub action: &'q str,
    /// The record, if one is meant.
    pub row: Option<&'q Row>,
    /// The field, if one is meant.
    pub field: Option<&'q str>,
    /// The asker may know everything. Others are told whether a record lies in a scope only where the scope's
    /// condition speaks of what they may read.
    pub whole: bool,
}

/// The verdict and its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// Whether it is permitted. Without a record: for at least some records.
    pub allowed: bool,
    /// What decided, in the order it is looked at.
    pub reasons: Vec<Reason>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The role may do everything.
    Admin {
        /// The role.
        role: Arc<str>,
    },
    /// No role says anything about the object.
    NoGrant,
    /// What a role says.
    Grant {
        /// The role.
        role: Arc<str>,
        /// The scope: `none own department department_tree all condition`, `granted` or `not_granted`.
        scope: &'static str,
        /// Whether the record lies in it.
        holds: Option<bool>,
    },
    /// A restriction that binds the actor.
    Restriction {
        /// The role it is written in.
        origin: Arc<str>,
        /// Whether the record stays open.
        holds: Option<bool>,
    },
    /// The object's rights follow those of its parent.
    Parent {
        /// The parent object.
        object: Arc<str>,
    },
    /// What a role says of the field.
    Field {
        /// The role.
        role: Arc<str>,
        /// The right.
        right: FieldRight,
    },
    /// The field is computed from one that the actor may not read.
    HiddenInput {
        /// The object of the input.
        object: Arc<str>,
        /// The input.
        field: Arc<str>,
    },
}

const ACCESSES: [(&str, Access); 10] = [
    ("read", Access::Read),
    ("update", Access::Update),
    ("delete", Access::Delete),
    ("restore", Access::Restore),
    ("purge", Access::Purge),
    ("export", Access::Export),
    ("assign", Access::Assign),
    ("history", Access::History),
    ("comment", Access::Comment),
    ("unmask", Access::Unmask),
];

impl Planner<'_> {
    /// Explains what this planner's actor may do. The asker's right to know is for the caller to check.
    ///
    /// # Errors
    /// `not_found` for an unknown object, `invalid_parameter` for an unknown action, `unknown_field`.
    pub fn explain(&self, question: &Question<'_>, facts: &Facts) -> Result<Evaluated<Explanation>> {
        let object = self.catalog.object(question.object);
        let object = object.ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))?.clone();
        let mut needs = Needs::default();
        let mut reasons = Vec::new();
        let held = grants::held(self.catalog, &self.actor.roles);
        reasons.extend(
            held.iter().filter(|role| role.admin).map(|role| Reason::Admin { role: role.name.clone() }),
        );
        if let Some(parent) = grants::followed(&object) {
            reasons.push(Reason::Parent { object: parent.object.clone() });
        }
        let mut said = false;
        for role in &held {
            let Some(grant) = role.objects.get(&object.name) else { continue };
            said = true;
            let (scope, holds) = match ACCESSES.iter().find(|(name, _)| *name == question.action) {
                Some((_, access)) => {
                    let scope = grants::scope_of(grant, *access);
                    let rows = grants::scope_rows(self.catalog, &object, scope);
                    (scope_name(scope), self.told_in(&rows, question, facts, &mut needs)?)
                }
                None => (granted(grant_of(grant, question.action)), None),
            };
            reasons.push(Reason::Grant { role: role.name.clone(), scope, holds });
        }
        if !said && !self.actor.admin {
            reasons.push(Reason::NoGrant);
        }
        if !self.actor.admin {
            for (origin, filter) in grants::restrictions(self.catalog, &held, &object.name) {
                let rows = Rows::Where(filter.clone());
                let holds = self.told_in(&rows, question, facts, &mut needs)?;
                reasons.push(Reason::Restriction { origin: origin.clone(), holds });
            }
        }
        let allowed = self.verdict(&object, question, facts, &mut needs)?
            && self.field_verdict(&object, question, &mut reasons)?;
        if !needs.is_empty() {
            return Ok(Evaluated::Read(needs));
        }
        Ok(Evaluated::Is(Explanation { allowed, reasons }))
    }

    /// What the enforcement says, from the united grants.
    fn verdict(
        &self,
        object: &Arc<catalog::Object>,
        question: &Question<'_>,
        facts: &Facts,
        needs: &mut Needs,
    ) -> Result<bool> {
        let Some(grant) = self.actor.grant(&object.name) else { return Ok(false) };
        if let Some((_, access)) = ACCESSES.iter().find(|(name, _)| *name == question.action) {
            return self.permits(object, grant, *access, question.row, facts, needs);
        }
        let moves = object.transitions.as_ref().map(|transitions| &transitions.moves);
        match question.action {
            "create" => Ok(grant.create),
            "import" => Ok(grant.import),
            name if moves.is_some_and(|moves| moves.contains_key(name)) => {
                let made = moves.and_then(|moves| moves.get(name));
                let empty = Row::empty(object.clone());
                let row = question.row.unwrap_or(&empty);
                let may = made.is_some_and(|made| self.may_move(row, name, made));
                Ok(may && self.permits(object, grant, Access::Update, question.row, facts, needs)?)
            }
            name if object.actions.contains_key(name) => {
                let roles = &object.actions[name].roles;
                let by_role = self.actor.admin
                    || roles.is_empty()
                    || roles.iter().any(|role| self.actor.has_role(role));
                let seen = match object.actions[name].on_object {
                    true => true,
                    false => self.permits(object, grant, Access::Read, question.row, facts, needs)?,
                };
                Ok((self.actor.admin || grant.actions.has(name)) && by_role && seen)
            }
            other => {
                let names = ACCESSES.iter().map(|(name, _)| *name).chain(["create", "import"]);
                let words = ["unknown action `{value}`", "未知的操作 `{value}`", "未知的操作 `{value}`"];
                let found = crate::wording::invalid_parameter("action", words).with("value", other);
                Err(Box::new(found.with_hint(did_you_mean(other, names))))
            }
        }
    }

    /// Whether an access is permitted on a record, or on some record where none is meant: as for every request,
    /// what cannot be read cannot be changed either, and the owner is given away by who may change the record.
    fn permits(
        &self,
        object: &Arc<catalog::Object>,
        grant: &ObjectGrant,
        access: Access,
        row: Option<&Row>,
        facts: &Facts,
        needs: &mut Needs,
    ) -> Result<bool> {
        let mut all = vec![Access::Read, access];
        if access == Access::Assign {
            all.push(Access::Update);
            if object.system(SystemField::Owner).is_none_or(|owner| !grant.edits(owner.index)) {
                return Ok(false);
            }
        }
        // What lies in the recycle bin may be seen, brought back and removed; nothing else is done with it.
        let deleted = row.is_some_and(is_deleted);
        let live = match access {
            Access::Read | Access::Purge => true,
            Access::Restore => row.is_none() || deleted,
            _ => !deleted,
        };
        let mut permitted = live;
        for access in all {
            let rows = grant.rows(access);
            permitted &= match row {
                None => !rows.is_none(),
                Some(_) => self.lies_in(rows, row, facts, needs)?.unwrap_or(false),
            };
        }
        Ok(permitted)
    }

    fn field_verdict(
        &self,
        object: &catalog::Object,
        question: &Question<'_>,
        reasons: &mut Vec<Reason>,
    ) -> Result<bool> {
        let Some(name) = question.field else { return Ok(true) };
        let Some(field) = object.field(name) else {
            return Err(Box::new(Diagnostic::new(Code::UnknownField).with("name", name)));
        };
        for role in grants::held(self.catalog, &self.actor.roles) {
            if let Some(grant) = role.objects.get(&object.name) {
                let right = grant.fields.get(&field.name).copied().unwrap_or_default();
                reasons.push(Reason::Field { role: role.name.clone(), right });
            }
        }
        // Others than administrators ask of fields that they may read, and so of none with hidden inputs.
        for (of, input) in field.inputs.iter() {
            if self.known().readable(of, input).is_none() {
                reasons.push(Reason::HiddenInput { object: of.clone(), field: input.clone() });
            }
        }
        Ok(match question.action {
            "update" | "create" => self.may_give(object, field, question.action == "create"),
            "assign" => field.system == Some(SystemField::Owner) && self.may_give(object, field, false),
            _ => self.known().readable(&object.name, name).is_some(),
        })
    }

    /// As [`Planner::lies_in`], where the asker may know it.
    fn told_in(
        &self,
        rows: &Rows,
        question: &Question<'_>,
        facts: &Facts,
        needs: &mut Needs,
    ) -> Result<Option<bool>> {
        match question.whole || self.may_know(rows) {
            true => self.lies_in(rows, question.row, facts, needs),
            false => Ok(None),
        }
    }

    /// Whether a condition speaks only of fields that the actor may read, of the record and of records all of
    /// which it may read.
    fn may_know(&self, rows: &Rows) -> bool {
        let Rows::Where(condition) = rows else { return true };
        let known = self.known();
        let all = |object: &str| self.actor.grant(object).is_some_and(|grant| grant.read == Rows::All);
        let condition = expand(condition, &self.catalog.objects);
        walk::paths(&condition).into_iter().filter(|(path, _)| path.root != Root::User).all(
            |(path, inside)| {
                let readable = |step: &Step| known.readable(&step.object, &step.field).is_some();
                let further = path.steps.iter().skip(usize::from(!inside));
                let last = path.steps.last().and_then(|step| known.readable(&step.object, &step.field));
                let children = match last.map(|field| &field.stored) {
                    Some(Stored::Children { object, .. }) => all(object),
                    _ => true,
                };
                path.steps.iter().all(readable)
                    && further.into_iter().all(|step| all(&step.object))
                    && children
            },
        )
    }

    /// Whether the record lies in the rows; `None` without a record, and where something must be read first.
    fn lies_in(
        &self,
        rows: &Rows,
        row: Option<&Row>,
        facts: &Facts,
        needs: &mut Needs,
    ) -> Result<Option<bool>> {
        let Some(row) = row else { return Ok(None) };
        match rows {
            Rows::None => Ok(Some(false)),
            Rows::All => Ok(Some(true)),
            Rows::Where(condition) => match self.holds(condition, Roots::row(row), facts)? {
                Evaluated::Is(holds) => Ok(Some(holds)),
                Evaluated::Read(more) => {
                    needs.add(more);
                    Ok(None)
                }
            },
        }
    }
}

fn scope_name(scope: &Scope) -> &'static str {
    match scope {
        Scope::None => "none",
        Scope::Own => "own",
        Scope::Department => "department",
        Scope::DepartmentTree => "department_tree",
        Scope::All => "all",
        Scope::Condition(_) => "condition",
    }
}

fn granted(granted: bool) -> &'static str {
    if granted { "granted" } else { "not_granted" }
}

fn grant_of(grant: &catalog::Grant, action: &str) -> bool {
    match action {
        "create" => grant.create,
        "import" => grant.import,
        name => grant.moves.has(name) || grant.actions.has(name),
    }
}
