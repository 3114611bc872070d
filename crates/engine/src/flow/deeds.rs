//! What a flow does by itself, with its own rights: every rule of the records holds, no role is asked.

use crate::engine::scripted;
use crate::flow::values::{records_meeting, value};
use crate::flow::writes::as_flow;
use crate::flow::{asked, below, people, variable};
use crate::records::command::Command;
use crate::records::host::ScriptHost;
use crate::work::Work;
use catalog::{Object, ScriptRef};
use diagnostic::{Code, Diagnostic, Result};
use expression::Value;
use plan::Precondition;
use script::{Message, Receiver, Record};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;
use uuid::Uuid;
use workflow::step::act::{Act, Deed, Send, Sub, Target};
use workflow::step::query::Query;
use workflow::step::set::Set;
use workflow::{Answer, Await, Awaited, Run};

/// Most records that one step changes.
const MOST_CHANGED: u32 = 1000;
/// Most records that are counted.
const MOST_COUNTED: u32 = 1_000_000;

/// Does what a step says; what came of it goes into its variable.
pub(super) async fn act(work: &Work, run: &mut Run<'_>, token: u32, act: &Act) -> Result<Answer> {
    let work = &as_flow(work);
    let came = match &act.deed {
        Deed::Create { object, set } => {
            let object = work.published.object(object)?.clone();
            let body = body(work, run, token, &object, set).await?;
            let command = Command::Create { object: object.name.clone(), body };
            variable::kept(&Value::Reference(Box::pin(work.execute(&command)).await?.id()))
        }
        Deed::Update { at, set } => {
            let object = work.published.object(&at.object)?.clone();
            let body = body(work, run, token, &object, set).await?;
            for id in targets(work, run, token, at).await? {
                let (object, body, precondition) = (object.name.clone(), body.clone(), Precondition::Waived);
                Box::pin(work.execute(&Command::Update { object, id, body, precondition })).await?;
            }
            Json::Null
        }
        Deed::Delete { at } => {
            for id in targets(work, run, token, at).await? {
                let (object, precondition) = (at.object.clone(), Precondition::Waived);
                Box::pin(work.execute(&Command::Delete { object, id, precondition })).await?;
            }
            Json::Null
        }
        Deed::Move { at, name, set } => {
            let object = work.published.object(&at.object)?.clone();
            let body = body(work, run, token, &object, set).await?;
            for id in targets(work, run, token, at).await? {
                let (object, body, precondition) = (object.name.clone(), body.clone(), Precondition::Waived);
                let name = name.clone();
                let moved = Command::Move { object, id, name, body, precondition, approved: false };
                Box::pin(work.execute(&moved)).await?;
            }
            Json::Null
        }
        Deed::Script(script) => scripted_step(work, run, token, script).await?,
        Deed::Send(send) => {
            tell(work, run, token, send).await?;
            Json::Null
        }
        Deed::Sub(sub) => return start(work, run, token, sub).await,
        Deed::Call(call) => return asked::ask(work, run, token, call).await,
    };
    if let Some(into) = &act.into {
        run.keep(token, into.clone(), came);
    }
    Ok(Answer::Written)
}

/// Looks for records; the step's variable takes them.
pub(super) async fn query(work: &Work, run: &mut Run<'_>, token: u32, query: &Query) -> Result<()> {
    let most = if query.count { MOST_COUNTED } else { query.limit };
    let filter = query.filter.as_ref();
    let found = records_meeting(work, run, token, &query.object, filter, most).await?;
    let came = match query.count {
        true => Value::Integer(found.len() as i64),
        false => Value::List(found.into_iter().map(Value::Reference).collect()),
    };
    run.keep(token, query.into.clone(), variable::kept(&came));
    Ok(())
}

/// The records that a step is about.
async fn targets(work: &Work, run: &Run<'_>, token: u32, at: &Target) -> Result<Vec<Uuid>> {
    let Some(filter) = &at.filter else { return Ok(vec![run.instance.record]) };
    let found = records_meeting(work, run, token, &at.object, Some(filter), MOST_CHANGED + 1).await?;
    if found.len() > MOST_CHANGED as usize {
        let reason = format!("the step is about more than {MOST_CHANGED} records of {}", at.object);
        return Err(Box::new(
            Diagnostic::new(Code::InvalidValue).with("field", "where").with("reason", reason),
        ));
    }
    Ok(found)
}

/// The body of a write, as the API takes it.
async fn body(work: &Work, run: &Run<'_>, token: u32, object: &Object, set: &Set) -> Result<Json> {
    let mut body = Map::new();
    let mut put = |name: &Arc<str>, value: &Value| {
        let rendered = object.field(name).map_or(Json::Null, |field| field.kind.kind().render(value));
        body.insert(name.to_string(), rendered);
    };
    for (name, value) in &set.set {
        put(name, value);
    }
    for (name, expr) in &set.set_from {
        put(name, &value(work, run, token, expr).await?);
    }
    Ok(Json::Object(body))
}

/// Calls `function(record, ctx)`; what it answers is kept as JSON.
async fn scripted_step(work: &Work, run: &Run<'_>, token: u32, script: &ScriptRef) -> Result<Json> {
    let object = work.published.object(&run.instance.object)?;
    let row = work.rows().load(object, run.instance.record).await?;
    let compiled = work.published.script(script)?.clone();
    let host = ScriptHost::of(work, script);
    let (engine, function) = (work.engine.clone(), script.function.clone());
    let seen = variable::seen(run, Some(token));
    let variables: Map<String, Json> =
        seen.into_iter().map(|(name, value)| (name, variable::plain(&value))).collect();
    let answer = scripted(work.depth == 0, &work.tx, move || {
        let record = row.map(|row| Record::new(row, Arc::clone(&host)));
        engine.scripts().action(&compiled, &function, record.as_ref(), &Json::Object(variables), host)
    })
    .await?;
    Ok(json!({"json": answer}))
}

/// Tells users, and addresses that are computed.
async fn tell(work: &Work, run: &Run<'_>, token: u32, send: &Send) -> Result<()> {
    let (node, known) = (run.node_name(token).unwrap_or_default(), variable::seen(run, Some(token)));
    let mut receivers: Vec<Receiver> = people::matching(work, run, &node, &known, &send.to)
        .await?
        .into_iter()
        .map(|person| Receiver::User(person.user))
        .collect();
    if let Some(expr) = &send.to_from {
        let addresses = match value(work, run, token, expr).await? {
            Value::List(items) => items,
            one => vec![one],
        };
        let texts = addresses.iter().filter_map(|one| one.as_text());
        receivers.extend(texts.map(|address| Receiver::Address(address.to_owned())));
    }
    let message = Message {
        template: Some(send.template.to_string()),
        about: Some((run.instance.object.clone(), run.instance.record)),
        ..Message::default()
    };
    for receiver in receivers {
        match &receiver {
            Receiver::User(user) if !send.mail => work.put_notification(*user, &message, None).await?,
            _ => work.put_mail(&receiver, &message, None).await?,
        }
    }
    Ok(())
}

/// Starts another flow, and waits for its end where the step says so.
async fn start(work: &Work, run: &mut Run<'_>, token: u32, sub: &Sub) -> Result<Answer> {
    let record = match &sub.record {
        None => Some(run.instance.record),
        Some(expr) => value(work, run, token, expr).await?.as_reference(),
    };
    let missing = || Diagnostic::new(Code::NotFound);
    let record = record.ok_or_else(missing)?;
    let by = sub.wait.then_some((run.instance.id, token));
    let child = below::start(work, &run.instance, &sub.workflow, record, by).await?;
    Ok(match sub.wait {
        true => Answer::Awaits(vec![Await {
            name: workflow::instance::ANSWER.into(),
            what: Awaited::Flow(child),
        }]),
        false => Answer::Written,
    })
}
