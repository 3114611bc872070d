//! Why somebody may do something, or may not.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::facts;
use crate::records::work::Work;
use diagnostic::{Code, Diagnostic, Result};
use plan::evaluate::Evaluated;
use plan::explain::{Explanation, Question, Reason};
use plan::facts::Facts;
use plan::read::Bin;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;

/// A question about rights.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'q> {
    /// The login or id of whom it is about; `None` for the asker.
    pub user: Option<&'q str>,
    /// The object.
    pub object: &'q str,
    /// The record, if one is meant.
    pub record: Option<Uuid>,
    /// What is done.
    pub action: &'q str,
    /// The field, if one is meant.
    pub field: Option<&'q str>,
}

impl Engine {
    /// Which role, scope or restriction decides. Administrators may ask about everybody, others about
    /// themselves and what they may know.
    ///
    /// # Errors
    /// `not_permitted` for a question about somebody else, `not_found`, `unknown_field`, `invalid_parameter`
    /// for an unknown action.
    pub async fn explain(&self, identity: &Arc<Identity>, asking: Asking<'_>) -> Result<Json> {
        let asker = self.reading(identity);
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let whom = match asking.user {
            None => identity.clone(),
            Some(user) if user == &*identity.actor.login || user == identity.actor.id.to_string() => {
                identity.clone()
            }
            Some(_) if !identity.actor.admin => {
                let found = Diagnostic::new(Code::NotPermitted).with("action", "explain the rights of");
                return Err(Box::new(found.with("what", "others").at("user")));
            }
            Some(user) => match user.parse::<Uuid>() {
                Ok(id) => self.identity(id, None).await.map_err(|_| missing())?,
                Err(_) => self.identity_of_login(&asker.tx, user).await.map_err(|_| missing())?,
            },
        };
        let known = asker.planner().known();
        let (object, _) = known.object(asking.object)?;
        if let Some(field) = asking.field.filter(|name| known.readable(&object.name, name).is_none()) {
            return Err(Box::new(known.unknown_field(&object.name, field).at("field")));
        }
        let row = match asking.record {
            None => None,
            Some(id) => {
                let grant = identity.actor.grant(&object.name).ok_or_else(missing)?;
                let seen = asker.rows().within(object, &[id], &grant.read, Bin::Any).await?;
                seen.first().ok_or_else(missing)?;
                asker.rows().load(object, id).await?
            }
        };
        let work = self.reading(&whom);
        let question = Question {
            object: &object.name,
            action: asking.action,
            row: row.as_ref(),
            field: asking.field,
            whole: identity.actor.admin,
        };
        let explained = answer(&work, &question).await?;
        Ok(json!({
            "user": {"id": whom.actor.id, "login": whom.actor.login},
            "object": object.name,
            "action": asking.action,
            "allowed": explained.allowed,
            "reasons": explained.reasons.iter().map(shown).collect::<Vec<_>>(),
        }))
    }
}

async fn answer(work: &Work, question: &Question<'_>) -> Result<Explanation> {
    let mut known = Facts::default();
    loop {
        let step = work.planner().explain(question, &known)?;
        match step {
            Evaluated::Is(explanation) => return Ok(explanation),
            Evaluated::Read(needs) => facts::read(work, &needs, &mut known).await?,
        }
    }
}

fn shown(reason: &Reason) -> Json {
    match reason {
        Reason::Admin { role } => json!({"kind": "admin", "role": role}),
        Reason::NoGrant => json!({"kind": "no_grant"}),
        Reason::Grant { role, scope, holds } => {
            json!({"kind": "grant", "role": role, "scope": scope, "holds": holds})
        }
        Reason::Restriction { origin, holds } => {
            json!({"kind": "restriction", "role": origin, "holds": holds})
        }
        Reason::Parent { object } => json!({"kind": "parent", "object": object}),
        Reason::Field { role, right } => {
            let right = match right {
                catalog::FieldRight::Hidden => "hidden",
                catalog::FieldRight::Read => "read",
                catalog::FieldRight::Edit => "edit",
            };
            json!({"kind": "field", "role": role, "right": right})
        }
        Reason::HiddenInput { object, field } => {
            json!({"kind": "hidden_input", "object": object, "field": field})
        }
    }
}
