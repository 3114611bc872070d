//! What happens to records that a flow is set off by or waits for: kept with the write, acted upon by workers.

use crate::engine::Engine;
use crate::flow::automation::{Cause, set_off};
use crate::flow::{calls, stored, variable};
use crate::records::changes::Changes;
use crate::records::command::Command;
use crate::records::read::{self, Given};
use crate::runs;
use crate::work::{Link, Work};
use catalog::{Field, Stored};
use diagnostic::{Locale, Result};
use expression::Root;
use plan::Row;
use plan::planner::Mode;
use plan::scene::is_deleted;
use plan::write::{Operation, RowWrite};
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use storage::settle::Change;
use storage::store::event::{self, Event};
use storage::store::workflow::{self as table, Subscription};
use tokio::sync::watch;
use uuid::Uuid;
use workflow::flow::trigger::{self, EventKind};
use workflow::step::Step;
use workflow::step::wait::On;
use workflow::{Flow, Instance, Run};

/// Events that are acted upon in one transaction.
const BATCH: u32 = 50;
/// How often the events are looked for.
const PAUSE: Duration = Duration::from_millis(500);

/// A record was changed.
const UPDATED: &str = "record_updated";
/// The end of a flow.
const ENDED: &str = "workflow_ended";

/// The events of a write, of those objects that a flow listens to.
pub(super) async fn of_write(work: &Work, command: &Command, changes: &Changes<'_>) -> Result<Vec<Event>> {
    if !work.hooks {
        return Ok(Vec::new());
    }
    let writes = changes.planned.writes.iter();
    let listened = writes.filter(|write| work.published.listens_to(&write.object.name));
    let mut events: Vec<Event> = listened.filter_map(|write| of_row(work, command, changes, write)).collect();
    let named = |change: &Change| work.published.listens_to_field(&change.object, &change.field);
    for (object, ids) in changes.derived_only(named) {
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let rows = work.rows().load_all(work.published.object(object)?, &ids).await?;
        events.extend(rows.iter().filter(|row| !is_deleted(row)).map(|row| of_derived(work, changes, row)));
    }
    Ok(events)
}

fn of_row(work: &Work, command: &Command, changes: &Changes<'_>, write: &RowWrite) -> Option<Event> {
    let kind = match write.operation {
        Operation::Insert => "record_created",
        Operation::Update => UPDATED,
        Operation::Delete => "record_deleted",
        Operation::Restore | Operation::Purge => return None,
    };
    let object = &write.object;
    let fields: Vec<&Arc<str>> = Changes::own(write).collect();
    let follows = changes.parts(write).chain(changes.derived_of(write.id).map(|change| &change.field));
    let follows: Vec<&Arc<str>> =
        follows.filter(|field| work.published.listens_to_field(&object.name, field)).collect();
    if write.operation == Operation::Update && fields.is_empty() && follows.is_empty() {
        return None;
    }
    // A move, and a form, are about the record, not about its children.
    let planned = changes.planned;
    let root = write.id == planned.id && object.name == planned.object;
    let made = planned.made.as_ref().filter(|_| root);
    // The form by its full name.
    let form = command.form().filter(|_| root);
    let form = form.and_then(|name| work.planner().known().form(object, name).ok());
    let after = changes.after(write);
    let payload = json!({
        "version": after.version(),
        "fields": fields,
        "follows": follows,
        "move": made,
        "form": form.map(|form| &form.name),
        "before": write.before.as_ref().map(image),
        "after": image(&after),
    });
    Some(happened(work, kind, &object.name, write.id, payload))
}

/// A record that nobody wrote: what is derived from others changed, and somebody listens to that.
fn of_derived(work: &Work, changes: &Changes<'_>, row: &Row) -> Event {
    let payload = json!({
        "version": row.version(),
        "fields": [],
        "follows": changes.derived_of(row.id()).map(|change| &change.field).collect::<Vec<_>>(),
        "before": image(&changes.underived(row)),
        "after": image(row),
    });
    happened(work, UPDATED, &row.object.name, row.id(), payload)
}

fn happened(work: &Work, kind: &str, object: &str, record: Uuid, payload: Json) -> Event {
    let actor = work.identity.actor.id;
    Event {
        id: Uuid::now_v7(),
        kind: kind.to_owned(),
        object: object.to_owned(),
        record: Some(record),
        actor: (!actor.is_nil()).then_some(actor),
        at: work.bindings.now,
        payload,
        chain: json!(&*work.chain),
        handled_at: None,
    }
}

/// Says that a flow has ended, where one listens.
pub(super) async fn flow_ended(work: &Work, instance: &Instance) -> Result<()> {
    if !work.published.listens_to(&instance.object) {
        return Ok(());
    }
    let payload = json!({"workflow": instance.workflow, "state": instance.state.name()});
    event::insert(&work.tx, &[happened(work, ENDED, &instance.object, instance.record, payload)]).await
}

/// The values of a row as they stand in its table, but for those that are kept sealed.
fn image(row: &Row) -> Json {
    let is_stored = |field: &&Field| matches!(field.stored, Stored::Column { .. } | Stored::Link(_));
    let own = row.object.fields.values().filter(|field| field.encrypted.is_none()).filter(is_stored);
    let kept = own.filter_map(|field| {
        let value = row.values.get(field.index)?;
        Some((field.name.to_string(), variable::kept(value)))
    });
    Json::Object(kept.collect::<Map<_, _>>())
}

fn as_it_was(now: &Row, image: &Json) -> Option<Row> {
    let mut row = now.clone();
    for (name, kept) in image.as_object()? {
        row.set(name, variable::value(kept));
    }
    Some(row)
}

impl Engine {
    /// Acts on what happened until `stop` says so. Any number of processes may do this at once.
    pub(crate) async fn dispatch_until(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.dispatch_once().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::warn!(%error, "events could not be acted upon"),
            }
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Acts on what happened: wakes the flows that wait for it and starts those that it sets off. Answers how many
    /// events that were.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn dispatch_once(&self) -> Result<usize> {
        if !event::is_open(&self.database().reader()).await? {
            return Ok(0);
        }
        self.transact(self.system(), Mode::System, true, |work| async move {
            let events = event::open(&work.tx, BATCH).await?;
            for event in &events {
                act(&work, event).await?;
                event::handled(&work.tx, event.id, work.bindings.now).await?;
            }
            Ok(events.len())
        })
        .await
    }
}

/// An event with the rows it speaks of.
struct Seen<'a> {
    event: &'a Event,
    chain: Vec<Link>,
    row: Row,
    old: Option<Row>,
}

async fn act(work: &Work, event: &Event) -> Result<()> {
    let Some(seen) = seen(work, event).await? else { return Ok(()) };
    for listener in table::listening_to(&work.tx, &event.object, event.record).await? {
        wake_listener(work, &seen, &listener).await?;
    }
    begin_those(work, &seen).await.map(drop)
}

/// Begins the automations that an event sets off, for who walks them in the transaction of the event. Answers their
/// instances.
pub(super) async fn set_off_by(work: &Work, event: &Event) -> Result<Vec<Uuid>> {
    match seen(work, event).await? {
        Some(seen) => begin_those(work, &seen).await,
        None => Ok(Vec::new()),
    }
}

/// An event as it is acted upon; `None` where its object or its record is gone since.
async fn seen<'a>(work: &Work, event: &'a Event) -> Result<Option<Seen<'a>>> {
    let Some(object) = work.published.catalog.object(&event.object) else { return Ok(None) };
    let chain: Vec<Link> = serde_json::from_value(event.chain.clone()).unwrap_or_default();
    // What is computed when it is read is taken as it stands now; the rest as the event left it.
    let Some(now) = work.rows().load(object, event.record.unwrap_or_default()).await? else {
        return Ok(None);
    };
    let row = as_it_was(&now, &event.payload["after"]).unwrap_or_else(|| now.clone());
    let old = as_it_was(&now, &event.payload["before"]);
    Ok(Some(Seen { event, chain, row, old }))
}

async fn begin_those(work: &Work, seen: &Seen<'_>) -> Result<Vec<Uuid>> {
    let event = seen.event;
    let mut begun = Vec::new();
    let flows: Vec<Arc<Flow>> = work.published.set_off_by(&event.object).cloned().collect();
    for flow in flows {
        for trigger in &flow.trigger.events {
            if let Some(broken) = counts(work, seen, trigger, &Given::default(), None).await {
                let key = format!("{}/{}", event.id, flow.name);
                let (actor, chain) = (event.actor, &seen.chain[..]);
                let cause = Cause { key, actor, chain, broken: broken.err(), variables: Default::default() };
                begun.extend(set_off(work, &flow, &seen.row, cause).await?);
                break;
            }
        }
    }
    Ok(begun)
}

/// Wakes the token of a flow that waits for what happened. What the flow does itself does not count.
async fn wake_listener(work: &Work, seen: &Seen<'_>, listener: &Subscription) -> Result<()> {
    let own = seen.chain.iter().any(|link| link.instance == listener.instance);
    if own || seen.event.at < listener.created_at {
        return Ok(());
    }
    let Some(row) = table::instance(&work.tx, listener.instance).await?.filter(stored::is_live) else {
        return Ok(());
    };
    let instance = runs::look(&work.tx, &row).await?;
    let flow = stored::flow_of(work, &instance).await?;
    let run = Run::resume(&flow, instance, work.bindings.now, Uuid::now_v7);
    let token = u32::try_from(listener.token).unwrap_or(0);
    let Some(wanted) = awaited(&flow, &run, token, &listener.name) else { return Ok(()) };
    let users = HashMap::from([(Root::Initiator, run.instance.initiator)]);
    let given = Given { users, variables: variable::seen(&run, Some(token)) };
    let about = (run.instance.object.clone(), run.instance.record);
    if let Some(broken) = counts(work, seen, wanted, &given, Some(about)).await {
        calls::soon(work, listener.instance, token, &listener.name, broken.err()).await?;
    }
    Ok(())
}

fn awaited<'f>(flow: &'f Flow, run: &Run<'_>, token: u32, name: &str) -> Option<&'f trigger::Event> {
    let node = flow.find(&run.node_name(token)?)?;
    let Step::Wait(wait) = &flow.nodes[node].step else { return None };
    match &wait.branches.iter().find(|branch| *branch.name == *name)?.on {
        On::Event(event) => Some(event),
        On::Timer(_) => None,
    }
}

/// Whether what happened is what is meant; an error says why that cannot be told.
async fn counts(
    work: &Work,
    seen: &Seen<'_>,
    wanted: &trigger::Event,
    given: &Given,
    about: Option<(Arc<str>, Uuid)>,
) -> Option<std::result::Result<(), String>> {
    let (event, payload) = (seen.event, &seen.event.payload);
    let text = |key: &str| payload[key].as_str().unwrap_or_default();
    let kind = match &wanted.kind {
        EventKind::Created => event.kind == "record_created",
        EventKind::Submitted(form) => {
            ["record_created", UPDATED].contains(&&*event.kind) && text("form") == &**form
        }
        EventKind::Updated => event.kind == UPDATED,
        EventKind::Deleted => event.kind == "record_deleted",
        EventKind::Moved(moves) => event.kind == UPDATED && moves.iter().any(|name| text("move") == &**name),
        EventKind::Ended { workflow, states } => {
            let state = states.is_empty() || states.iter().any(|state| text("state") == state.name());
            event.kind == ENDED && text("workflow") == &**workflow && state
        }
    };
    let fields = |key: &str| payload[key].as_array().map_or(&[][..], Vec::as_slice);
    let named = |field: &Json| wanted.fields.iter().any(|one| field.as_str() == Some(&**one));
    let touched = match wanted.fields.is_empty() {
        // Lists of parts and derived values are spoken of to those who name them only.
        true => event.kind != UPDATED || !fields("fields").is_empty(),
        false => fields("fields").iter().chain(fields("follows")).any(named),
    };
    if !kind || !touched || wanted.object.as_ref() != event.object {
        return None;
    }
    let Some(when) = &wanted.when else { return Some(Ok(())) };
    match read::holds_of(work, when, (&seen.row, seen.old.as_ref()), about, given).await {
        Ok(true) => Some(Ok(())),
        Ok(false) => None,
        Err(found) => Some(Err(found.render(Locale::En))),
    }
}
