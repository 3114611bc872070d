//! Reading encrypted fields of one record unmasked: a right of its own, and every reading is put on record.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::read;
use crate::work::Work;
use catalog::Object;
use diagnostic::{Code, Diagnostic, Result};
use plan::actor::Access;
use plan::planner::Mode;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use storage::store::audit;
use uuid::Uuid;

/// What is to be read.
#[derive(Clone, Debug)]
pub struct Unmasking {
    /// The object.
    pub object: Arc<str>,
    /// The record.
    pub record: Uuid,
    /// The fields.
    pub fields: Vec<String>,
    /// The request's id, for the audit trail.
    pub request: Arc<str>,
    /// The address it comes from, for the audit trail.
    pub address: Option<Arc<str>>,
}

impl Engine {
    /// The values of encrypted fields of a record, as a JSON object.
    ///
    /// # Errors
    /// `not_found` for an invisible record, `unknown_field`, `invalid_body` for a field that is not encrypted,
    /// `not_permitted` without the right to unmask. Where it cannot be put on record, nothing is told.
    pub async fn unmask(&self, identity: &Arc<Identity>, asked: Unmasking) -> Result<Json> {
        let asked = Arc::new(asked);
        let job = move |work: Work| {
            let asked = asked.clone();
            async move { unmask(&work, &asked).await }
        };
        self.transact(identity.clone(), Mode::Request, false, job).await
    }
}

/// Refuses fields that are unknown to the actor or not encrypted.
fn check(work: &Work, object: &Object, fields: &[String]) -> Result<()> {
    let planner = work.planner();
    let known = planner.known();
    for name in fields {
        let Some(field) = known.readable(&object.name, name) else {
            return Err(Box::new(known.unknown_field(&object.name, name).at("fields")));
        };
        if field.encrypted.is_none() {
            let reason = format!("`{name}` is not encrypted");
            return Err(Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason).at("fields")));
        }
    }
    Ok(())
}

async fn unmask(work: &Work, asked: &Unmasking) -> Result<Json> {
    let object = work.planner().known().object(&asked.object)?.0;
    if !read::may(work, &object.name, asked.record, Access::Read).await? {
        return Err(Box::new(Diagnostic::new(Code::NotFound)));
    }
    check(work, object, &asked.fields)?;
    if !read::may(work, &object.name, asked.record, Access::Unmask).await? {
        let found = Diagnostic::new(Code::NotPermitted).with("action", "unmask").with("what", &object.name);
        return Err(Box::new(found));
    }
    let row = work.rows().load(object, asked.record).await?;
    let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound))?;
    let values = asked
        .fields
        .iter()
        .map(|name| (name.clone(), row.get(name).as_text().map_or(Json::Null, Json::from)));
    let values: Map<String, Json> = values.collect();
    let actor = work.identity.actor.id;
    let entry = audit::Entry {
        id: Uuid::now_v7(),
        at: work.bindings.now,
        actor: (!actor.is_nil()).then_some(actor),
        kind: "record.unmasked".to_owned(),
        object: Some(object.name.to_string()),
        record: Some(asked.record),
        request: (!asked.request.is_empty()).then(|| asked.request.to_string()),
        detail: json!({"fields": asked.fields, "address": asked.address}),
    };
    audit::insert(&work.tx, work.engine.pen(), &[entry]).await?;
    Ok(values.into())
}
