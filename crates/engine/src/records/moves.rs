//! What can be done with a record: its moves and actions. And the one record of a single object.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::work::Work;
use crate::records::{facts, read};
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use plan::Available;
use plan::actor::Access;
use plan::evaluate::Evaluated;
use plan::facts::Facts;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

impl Engine {
    /// The moves that can be made with a record now.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn available_moves(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        id: Uuid,
        locale: Locale,
    ) -> Result<Vec<Json>> {
        let work = self.reading(identity);
        let (object, _) = work.planner().known().object(object)?;
        visible(&work, &object.name, id).await?;
        // Conditions read the row as it is stored, whatever the actor may read of it.
        let row = work.rows().load(object, id).await?.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        let mut known = Facts::default();
        let moves = loop {
            let step = work.planner().available_moves(&row, &known)?;
            match step {
                Available::Read(needs) => facts::read(&work, &needs, &mut known).await?,
                Available::Moves(moves) => break moves,
            }
        };
        let label = |name: &str| {
            let made = object.transitions.as_ref().and_then(|t| t.moves.get(name));
            Text::or_name(made.and_then(|m| m.label.as_ref()), locale, name).to_owned()
        };
        let shown = moves.iter().map(|m| {
            json!({"move": m.name, "label": label(&m.name), "to": m.to, "missing": m.missing, "approval": m.approval})
        });
        Ok(shown.collect())
    }

    /// The actions that can be pressed on a record now.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn available_actions(
        &self,
        identity: &Arc<Identity>,
        object: &str,
        id: Uuid,
        locale: Locale,
    ) -> Result<Vec<Json>> {
        let work = self.reading(identity);
        let (object, _) = work.planner().known().object(object)?;
        visible(&work, &object.name, id).await?;
        let row = work.rows().load(object, id).await?.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
        let mut shown = Vec::new();
        for (name, action) in object.actions.iter().filter(|(_, action)| !action.on_object) {
            let mut known = Facts::default();
            let permitted = loop {
                let step = work.planner().check_action(object, Some(&row), name, &known);
                match step {
                    Ok(Evaluated::Read(needs)) => facts::read(&work, &needs, &mut known).await?,
                    Ok(Evaluated::Is(())) => break true,
                    Err(_) => break false,
                }
            };
            if !permitted {
                continue;
            }
            shown.push(json!({"action": name, "label": Text::or_name(action.label.as_ref(), locale, name)}));
        }
        Ok(shown)
    }

    /// The record of a single object; `None` where nobody wrote it yet.
    ///
    /// # Errors
    /// `not_found` for an object of which there are several records.
    pub async fn single(&self, identity: &Arc<Identity>, object: &str) -> Result<Option<Uuid>> {
        let work = self.reading(identity);
        let (object, _) = work.planner().known().object(object)?;
        if !object.single {
            return Err(Box::new(Diagnostic::new(Code::NotFound)));
        }
        Ok(work.rows().first(object).await?.map(|row| row.id()))
    }
}

async fn visible(work: &Work, object: &str, id: Uuid) -> Result<()> {
    match read::may(work, object, id, Access::Read).await? {
        true => Ok(()),
        false => Err(Box::new(Diagnostic::new(Code::NotFound))),
    }
}
