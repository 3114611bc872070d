//! State transitions: which are possible, and what they set.

use crate::actor::Access;
use crate::defaults::conform;
use crate::draft::{Draft, Intent};
use crate::facts::{Facts, Needs};
use crate::planner::Planner;
use crate::row::Row;
use crate::scene::{Roots, Scene};
use crate::wording::{Words, localized, not_permitted};
use catalog::{Move, SystemField};
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::sync::Arc;

const MOVE: Words = ["make this move on", "执行此操作：", "執行此操作："];
/// What is said to those who may not read the stage.
const NOT_NOW: Words = ["{move} is not possible now", "现在无法执行 {move}", "現在無法執行 {move}"];

/// A move that a record's stage permits.
#[derive(Clone, Debug, PartialEq)]
pub struct AvailableMove {
    /// Its name.
    pub name: Arc<str>,
    /// The stage it leads to.
    pub to: Arc<str>,
    /// Fields that must have a value, and have none yet.
    pub missing: Vec<Arc<str>>,
    /// The workflow that must approve it.
    pub approval: Option<Arc<str>>,
}

/// What is possible now, or what must be read to say it.
#[derive(Clone, Debug, PartialEq)]
pub enum Available {
    /// Read this, add it to the facts, and ask again.
    Read(Needs),
    /// These, in the order of the definition.
    Moves(Vec<AvailableMove>),
}

impl Planner<'_> {
    /// The moves that the actor can make with the record as it is stored now.
    ///
    /// # Errors
    /// `number_out_of_range` of a condition.
    pub fn available_moves(&self, row: &Row, facts: &Facts) -> Result<Available> {
        let needs = RefCell::new(Needs::default());
        let scene = self.scene(None, facts, &needs);
        let mut moves = Vec::new();
        let parked = !row.system(SystemField::Flow).is_null();
        if let Some(transitions) = &row.object.transitions
            && !parked
            && self.may(&scene, Access::Update, row)? != Some(false)
        {
            let stage = row.get(&transitions.field).as_text().unwrap_or_default();
            for (name, made) in &transitions.moves {
                if !made.from.iter().any(|from| **from == *stage) || !self.may_move(row, name, made) {
                    continue;
                }
                if let Some(when) = &made.when
                    && scene.holds(when, Roots::change(row, Some(row)))? != Some(true)
                {
                    continue;
                }
                let known = self.known();
                let lacks = |field: &&Arc<str>| {
                    row.get(field).is_null() && known.readable(&row.object.name, field).is_some()
                };
                let missing = made.require.iter().filter(lacks).cloned().collect();
                moves.push(AvailableMove {
                    name: name.clone(),
                    to: made.to.clone(),
                    missing,
                    approval: made.approval.clone(),
                });
            }
        }
        let needs = needs.take();
        Ok(if needs.is_empty() { Available::Moves(moves) } else { Available::Read(needs) })
    }

    /// Whether grants and the move's own roles let the actor make it.
    pub(crate) fn may_move(&self, row: &Row, name: &str, made: &Move) -> bool {
        if !self.mode.has_rights() || self.actor.admin {
            return true;
        }
        let granted = self.actor.grant(&row.object.name).is_some_and(|grant| grant.moves.has(name));
        granted && (made.roles.is_empty() || made.roles.iter().any(|role| self.actor.has_role(role)))
    }

    /// Checks that the move is possible from the stored row; `false` where something must be read first.
    pub(crate) fn check_move(&self, scene: &Scene<'_>, row: &Row, name: &Arc<str>) -> Result<bool> {
        let Some((field, made)) = of(row, name) else {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        };
        let stage = row.get(&field).as_text().unwrap_or_default();
        if !self.may_move(row, name, made) {
            return Err(Box::new(not_permitted(MOVE, &row.object.name)));
        }
        if !made.from.iter().any(|from| **from == *stage) {
            let is_known =
                !self.mode.has_rights() || self.known().readable(&row.object.name, &field).is_some();
            let found = Diagnostic::new(Code::InvalidTransition).with("move", name);
            return Err(Box::new(match is_known {
                true => found.with("from", stage),
                false => found.with_message(localized(NOT_NOW)),
            }));
        }
        match &made.when {
            None => Ok(true),
            Some(when) => match scene.holds(when, Roots::change(row, Some(row)))? {
                Some(true) => Ok(true),
                Some(false) => {
                    let found = Diagnostic::new(Code::RuleViolated).with("rule", name);
                    Err(Box::new(self.told(&row.object, &field, field.to_string(), found)))
                }
                None => Ok(false),
            },
        }
    }

    /// Sets the stage and what the move sets. Expressions see the record before the move.
    pub(crate) fn apply_move(
        &self,
        draft: &mut Draft,
        name: &Arc<str>,
        facts: &Facts,
        needs: &RefCell<Needs>,
    ) -> Result<()> {
        let Some(before) = draft.root().before.clone() else { return Ok(()) };
        let Some((stage, made)) = of(&before, name) else { return Ok(()) };
        let mut values: Vec<(Arc<str>, Value)> = vec![(stage, Value::Text(made.to.to_string()))];
        values.extend(made.set.iter().cloned());
        {
            let scene = self.scene(None, facts, needs);
            for (field, expr) in &made.set_from {
                let roots = Roots::change(&before, Some(&before));
                if let (Some(value), Some(target)) = (scene.value(expr, roots)?, before.object.field(field)) {
                    values.push((field.clone(), conform(value, &target.ty)));
                }
            }
        }
        for (name, value) in values {
            if let Some(field) = before.object.field(&name) {
                draft.rows[0].assign(field.index, value);
            }
        }
        Ok(())
    }

    /// The fields that the move of the draft requires and that have no value.
    pub(crate) fn check_move_requires(&self, draft: &Draft, found: &mut Vec<Diagnostic>) {
        let Intent::Move { name, .. } = &draft.intent else { return };
        let Some((_, made)) = of(&draft.root().row, name) else { return };
        for field in made.require.iter().filter(|field| draft.root().row.get(field).is_null()) {
            let required = Diagnostic::new(Code::Required).with("field", field);
            found.push(self.told(&draft.root().object, field, field.to_string(), required));
        }
    }

    /// The workflow that must approve the move of the draft first.
    pub(crate) fn approval(&self, draft: &Draft) -> Option<(Arc<str>, Arc<str>)> {
        let Intent::Move { name, approved: false } = &draft.intent else { return None };
        let (_, made) = of(&draft.root().row, name)?;
        made.approval.clone().map(|workflow| (name.clone(), workflow))
    }

    /// What the caller sent along with a move.
    pub(crate) fn sent(draft: &Draft) -> Json {
        draft.sent.clone()
    }
}

/// The stage field of a row and a move of its object.
fn of<'r>(row: &'r Row, name: &str) -> Option<(Arc<str>, &'r Move)> {
    let transitions = row.object.transitions.as_ref()?;
    Some((transitions.field.clone(), transitions.moves.get(name)?))
}
