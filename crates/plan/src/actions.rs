//! Scripted buttons: who may press them, on which record.

use crate::actor::Access;
use crate::evaluate::Evaluated;
use crate::facts::{Facts, Needs};
use crate::planner::Planner;
use crate::row::Row;
use crate::scene::{Roots, is_deleted};
use crate::wording::not_permitted;
use catalog::Object;
use diagnostic::{Code, Diagnostic, Result};
use std::cell::RefCell;
use std::sync::Arc;

impl Planner<'_> {
    /// Whether the actor may press the button now; `row` is absent for an action on the object as a whole. The
    /// writes of its script are checked by themselves.
    ///
    /// # Errors
    /// `not_found` for an unknown action and a record the actor may not see, `not_permitted`, `rule_violated`
    /// where its condition does not hold.
    pub fn check_action(
        &self,
        object: &Arc<Object>,
        row: Option<&Row>,
        name: &str,
        facts: &Facts,
    ) -> Result<Evaluated<()>> {
        let not_found = || Box::new(Diagnostic::new(Code::NotFound));
        let action = object.actions.get(name).ok_or_else(not_found)?;
        let needs = RefCell::new(Needs::default());
        let scene = self.scene(None, facts, &needs);
        if let Some(row) = row {
            let visible = self.may(&scene, Access::Read, row)?;
            if is_deleted(row) || visible == Some(false) {
                return Err(not_found());
            }
        }
        let granted = self.actor.grant(&object.name).is_some_and(|grant| grant.actions.has(name));
        let by_role = action.roles.is_empty() || action.roles.iter().any(|role| self.actor.has_role(role));
        if self.mode.has_rights() && !self.actor.admin && !(granted && by_role) {
            let words = ["run this action on", "执行此操作：", "執行此操作："];
            return Err(Box::new(not_permitted(words, &object.name)));
        }
        if let (Some(when), Some(row)) = (&action.when, row)
            && scene.holds(when, Roots::row(row))? == Some(false)
        {
            return Err(Box::new(Diagnostic::new(Code::RuleViolated).with("rule", name)));
        }
        let needs = needs.take();
        Ok(if needs.is_empty() { Evaluated::Is(()) } else { Evaluated::Read(needs) })
    }
}
