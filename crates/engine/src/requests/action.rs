//! Scripted buttons.

use crate::engine::scripted;
use crate::parameters;
use crate::records::host::ScriptHost;
use crate::records::work::Work;
use crate::records::{facts, read};
use crate::requests::Done;
use catalog::{Action, Object};
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::Row;
use plan::evaluate::Evaluated;
use plan::facts::Facts;
use script::Record;
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;

/// A button that is pressed.
#[derive(Clone, Debug)]
pub struct Press {
    /// The object.
    pub object: Arc<str>,
    /// The record; `None` for an action of the object as a whole.
    pub record: Option<Uuid>,
    /// The action.
    pub action: Arc<str>,
    /// Its parameters by name; null for none.
    pub parameters: Json,
}

/// Checks the right, the condition and the parameters, and calls the script in this transaction.
///
/// # Errors
/// `not_found`, `not_permitted`, `rule_violated` where the action's condition does not hold, findings about the
/// parameters, and what the script refuses.
pub(crate) async fn press(work: &Work, press: &Press) -> Result<Done> {
    let missing = || Box::new(Diagnostic::new(Code::NotFound));
    let (object, _) = work.planner().known().object(&press.object)?;
    let action = object.actions.get(&press.action).ok_or_else(missing)?;
    if action.on_object == press.record.is_some() {
        return Err(missing());
    }
    let row = match press.record {
        Some(id) => Some(
            read::visible_rows(work, &object.name, &[id]).await?.into_iter().next().ok_or_else(missing)?,
        ),
        None => None,
    };
    check(work, object, press).await?;
    let values = parameters::read(&action.parameters, &press.parameters)?;
    let render = |(name, value): (Arc<str>, Value)| {
        (name.to_string(), action.parameters[&name].kind.kind().render(&value))
    };
    let parameters = Json::Object(values.into_iter().map(render).collect());
    let answer = call(work, action, row, parameters).await?;
    Ok(done(work, answer))
}

/// Whether the button may be pressed now.
async fn check(work: &Work, object: &Arc<Object>, press: &Press) -> Result<()> {
    let row = match press.record {
        Some(id) => work.rows().load(object, id).await?,
        None => None,
    };
    let mut known = Facts::default();
    loop {
        let step = work.planner().check_action(object, row.as_ref(), &press.action, &known)?;
        match step {
            Evaluated::Is(()) => return Ok(()),
            Evaluated::Read(needs) => facts::read(work, &needs, &mut known).await?,
        }
    }
}

async fn call(work: &Work, action: &Action, row: Option<Row>, parameters: Json) -> Result<Json> {
    let script = work.published.script(&action.script)?.clone();
    let host = ScriptHost::of(work, &action.script);
    let (engine, function) = (work.engine.clone(), action.script.function.clone());
    scripted(work.depth == 0, &work.tx, move || {
        let record = row.map(|row| Record::new(row, Arc::clone(&host)));
        engine.scripts().action(&script, &function, record.as_ref(), &parameters, host)
    })
    .await
}

/// A script that answers `#{object, id}` answers that record; anything else is answered as it is.
fn done(work: &Work, answer: Json) -> Done {
    if let Json::Object(map) = &answer
        && map.len() == 2
        && let (Some(Json::String(object)), Some(Json::String(id))) = (map.get("object"), map.get("id"))
        && let (Some(object), Ok(id)) = (work.published.catalog.object(object), id.parse())
    {
        return Done::Record { object: object.name.to_string(), id };
    }
    Done::Answered(answer)
}
