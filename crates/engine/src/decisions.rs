//! Decisions that a caller asks: as the caller, and so of nothing that the caller may not see.

use crate::engine::Engine;
use crate::identity::Identity;
use crate::records::facts;
use crate::work::Work;
use catalog::Decision;
use decision::{Answer, Collect, Decided, Hit};
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::decisions::given;
use plan::evaluate::Evaluated;
use plan::facts::{Facts, Needs};
use plan::read::Bin;
use plan::{Row, Rows};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

impl Engine {
    /// What a decision answers about a record and values that the caller gives, and by which rules.
    ///
    /// # Errors
    /// `not_found` for a decision that the caller may not ask, and for a record that it or one of those which the
    /// inputs read hides; findings about the inputs; what the hit policy refuses.
    pub async fn evaluate_decision(
        &self,
        identity: &Arc<Identity>,
        name: &str,
        record: Option<Uuid>,
        inputs: &Map<String, Json>,
    ) -> Result<Json> {
        let work = self.reading(identity);
        let decision = work.planner().known().decision(name)?.clone();
        let row = row(&work, &decision, record).await?;
        let given = given(&decision, inputs)?;
        let mut known = Facts::default();
        let values = loop {
            let step = work.planner().decision_inputs(&decision, row.as_ref(), &given, &known)?;
            match step {
                Evaluated::Is(values) => break values,
                Evaluated::Read(needs) => {
                    facts::read(&work, &needs, &mut known).await?;
                    visible(&work, &needs).await?;
                }
            }
        };
        let decided = decision.table.evaluate(&values, &work.bindings.clock())?;
        Ok(shown(&decision, &decided))
    }
}

fn missing() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::NotFound))
}

/// The record that is asked about.
async fn row(work: &Work, decision: &Decision, record: Option<Uuid>) -> Result<Option<Row>> {
    let wrong =
        |reason: &str| Box::new(Diagnostic::new(Code::InvalidBody).with("reason", reason).at("record"));
    let (object, id) = match (&decision.object, record) {
        (None, None) => return Ok(None),
        (None, Some(_)) => return Err(wrong("the decision is about no record")),
        (Some(_), None) => return Err(wrong("the decision is about a record: its id is needed")),
        (Some(object), Some(id)) => (object, id),
    };
    let (object, grant) = work.planner().known().object(object)?;
    let (object, read) = (object.clone(), grant.read.clone());
    seen(work, &object.name, &[id], &read, Bin::Live).await?;
    work.rows().load(&object, id).await?.map(Some).ok_or_else(missing)
}

/// Refuses where the caller may not see all of what was read.
async fn visible(work: &Work, needs: &Needs) -> Result<()> {
    let mut read: BTreeMap<Arc<str>, Vec<Uuid>> = BTreeMap::new();
    for (object, id) in &needs.rows {
        read.entry(object.clone()).or_default().push(*id);
    }
    for referring in &needs.referring {
        let object = work.published.object(&referring.object)?;
        let rows = work.rows().referring(object, &referring.field, referring.id).await?;
        read.entry(referring.object.clone()).or_default().extend(rows.iter().map(Row::id));
    }
    for (object, ids) in read {
        let grant = work.identity.actor.grant(&object).ok_or_else(missing)?;
        let known = work.published.object(&object)?;
        // What was removed for good is no secret.
        let there: Vec<Uuid> = work.rows().load_all(known, &ids).await?.iter().map(Row::id).collect();
        seen(work, &object, &there, &grant.read, Bin::Any).await?;
    }
    Ok(())
}

async fn seen(work: &Work, object: &str, ids: &[Uuid], read: &Rows, bin: Bin) -> Result<()> {
    let object = work.published.object(object)?;
    for ids in ids.chunks(MOST) {
        let found = work.rows().within(object, ids, read, bin).await?;
        if ids.iter().any(|id| !found.contains(id)) {
            return Err(missing());
        }
    }
    Ok(())
}

/// Records that are looked for at once.
const MOST: usize = 200;

/// The answer in wire form.
fn shown(decision: &Decision, decided: &Decided) -> Json {
    let one = |values: &Vec<Value>| -> Json {
        let counts = decision.table.hit == Hit::Collect(Collect::Count);
        let named = decision.outputs.iter().zip(values).map(|(output, value)| {
            let json = match value {
                Value::Integer(count) if counts => json!(count),
                value => output.kind.kind().render(value),
            };
            (output.name.to_string(), json)
        });
        Json::Object(named.collect())
    };
    let outputs = match &decided.answer {
        Answer::One(values) => one(values),
        Answer::Many(all) => Json::Array(all.iter().map(one).collect()),
    };
    json!({"outputs": outputs, "rules": decided.rules})
}
