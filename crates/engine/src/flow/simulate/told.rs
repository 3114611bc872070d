//! What is told of a flow that was tried.

use super::Simulation;
use crate::engine::internal;
use crate::flow::labels::label;
use crate::flow::preview;
use crate::flow::walk::moment::{Below, Happened, Moment, SetOff};
use crate::flow::walk::{Halted, Walk, waiting};
use crate::mail::Mail;
use crate::messages::Notice;
use crate::outbox::{MAIL, NOTIFY, opened};
use crate::records::read::{self, People, titles};
use crate::work::Work;
use catalog::Object;
use diagnostic::{Diagnostic, Locale, Result};
use plan::write::{Operation, RowWrite};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};
use storage::store::effect::Effect;
use uuid::Uuid;
use workflow::step::Step;
use workflow::step::choose::Case;
use workflow::{Flow, Instance, NodeId, Task, TaskState};

/// A flow that was walked, and whatever is needed to tell of it.
struct Teller<'a> {
    work: &'a Work,
    flow: &'a Flow,
    instance: &'a Instance,
    cases: &'a HashMap<u32, Vec<usize>>,
    unnamed: &'a HashSet<Uuid>,
    people: &'a People,
    locale: Locale,
}

/// All of it.
pub(super) async fn whole(work: &Work, walk: &Walk<'_>, halted: Halted, order: &Simulation) -> Result<Json> {
    let (flow, instance) = (walk.run.flow, &walk.run.instance);
    let mut named = vec![instance.initiator];
    gather(&walk.moments, instance, &mut named);
    named.extend(notified(work, &walk.moments)?);
    named.retain(|user| !walk.unnamed.contains(user));
    let people = &read::people(&work.seen_by(work.engine.system()), named).await?;
    let (cases, unnamed, locale) = (&walk.cases, &walk.unnamed, order.locale);
    let teller = Teller { work, flow, instance, cases, unnamed, people, locale };
    let object = work.published.object(&flow.object)?;
    // Who starts it may see less of it than who asks.
    let all = work.seen_by(work.engine.system());
    let title = titles(&all, object, &[instance.record]).await?.into_values().next();
    let ended = !instance.state.is_live();
    Ok(json!({
        "workflow": flow.name,
        "draft": order.draft.is_some(),
        "record": {"object": flow.object, "id": instance.record, "title": title},
        "initiator": people.of(Some(instance.initiator)),
        "started_at": instance.started_at,
        "steps": teller.moments(&walk.moments)?,
        "skipped": preview::skipped(flow, instance, locale),
        "outcome": ended.then(|| instance.state.name()),
        "ended_at": ended.then(|| walk.now()),
        "incidents": teller.incidents(),
        "waiting": if halted.is_some() { Vec::new() } else { waiting(flow, instance, locale) },
        "more_automations": walk.is_cut(),
        "halted": halted.as_ref().map(|(node, found)| teller.halted(node.as_deref(), found)),
    }))
}

/// Everybody whom what happened speaks of.
fn gather(moments: &[Moment], instance: &Instance, all: &mut Vec<Uuid>) {
    for task in &instance.tasks {
        all.push(task.assignee);
        all.extend(task.in_place_of.as_ref().map(|absent| absent.user));
    }
    for moment in moments {
        match &moment.what {
            Happened::TimePassed { people, .. } => all.extend(people),
            Happened::Below(below) => gather(&below.moments, &below.instance, all),
            _ => {}
        }
        for SetOff { walked, .. } in &moment.automations {
            all.push(walked.instance.initiator);
            gather(&walked.moments, &walked.instance, all);
        }
    }
}

fn notified(work: &Work, moments: &[Moment]) -> Result<Vec<Uuid>> {
    let mut all = Vec::new();
    for moment in moments {
        for effect in moment.wrote.effects.iter().filter(|effect| effect.kind == NOTIFY) {
            all.push(notice(work, effect)?.user);
        }
        if let Happened::Below(below) = &moment.what {
            all.extend(notified(work, &below.moments)?);
        }
        for SetOff { walked, .. } in &moment.automations {
            all.extend(notified(work, &walked.moments)?);
        }
    }
    Ok(all)
}

fn notice(work: &Work, effect: &Effect) -> Result<Notice> {
    opened(effect.id, NOTIFY, &effect.payload, work.engine.secret())
}

impl Teller<'_> {
    fn moments(&self, moments: &[Moment]) -> Result<Vec<Json>> {
        moments.iter().map(|moment| self.moment(moment)).collect()
    }

    fn moment(&self, moment: &Moment) -> Result<Json> {
        let node = moment.token.and_then(|token| self.instance.tokens.get(token as usize));
        let node = node.and_then(|token| self.flow.find(&token.node));
        let mut told = json!({
            "at": moment.at,
            "node": node.map(|node| &self.flow.nodes[node].name),
            "label": node.map(|node| label(self.flow, node, self.locale)),
            "entered": self.entered(moment),
            "branches": self.branches(moment),
            "changes": moment.wrote.writes.iter().filter_map(change).collect::<Vec<_>>(),
            "effects": moment.wrote.effects.iter().map(|effect| self.effect(effect)).collect::<Result<Vec<_>>>()?,
            "automations": moment.automations.iter().map(|one| self.automation(one)).collect::<Result<Vec<_>>>()?,
        });
        let more = self.happened(&moment.what)?;
        for (key, value) in more.as_object().into_iter().flatten() {
            told[key.as_str()] = value.clone();
        }
        Ok(told)
    }

    fn happened(&self, what: &Happened) -> Result<Json> {
        Ok(match what {
            Happened::Started => json!({"what": "started"}),
            Happened::Ended => json!({"what": "ended"}),
            Happened::Decided { task, kind, comment } => {
                let task = self.instance.tasks.iter().find(|known| known.id == *task);
                let person = task.map(|task| self.person(task.assignee));
                json!({"what": "decided", "person": person, "decision": kind.name(), "comment": comment})
            }
            Happened::Woken { by, failed } => {
                let what = if failed.is_some() { "failed" } else { "woken" };
                json!({"what": what, "by": by, "reason": failed})
            }
            Happened::TimePassed { percent, kind, people } => {
                let people = people.iter().map(|user| self.person(*user)).collect::<Vec<_>>();
                json!({"what": kind.name(), "percent": percent, "people": people})
            }
            Happened::Below(below) => {
                json!({"what": "below", "below": self.below(below)?})
            }
        })
    }

    fn below(&self, below: &Below) -> Result<Json> {
        let Below { flow, instance, moments, cases, halted } = below;
        let inner = Teller { flow, instance, cases, ..*self };
        let halted = halted.as_ref().map(|(node, found)| inner.halted(node.as_deref(), found));
        Ok(json!({
            "workflow": flow.name,
            "steps": inner.moments(moments)?,
            "outcome": (!instance.state.is_live()).then(|| instance.state.name()),
            "incidents": inner.incidents(),
            "halted": halted,
        }))
    }

    /// An automation that was set off, and where it stands.
    fn automation(&self, SetOff { walked, title }: &SetOff) -> Result<Json> {
        let (flow, instance) = (&walked.flow, &walked.instance);
        let mut told = self.below(walked)?;
        told["record"] = json!({"object": instance.object, "id": instance.record, "title": title});
        let halted = walked.halted.is_some();
        told["waiting"] = json!(if halted { Vec::new() } else { waiting(flow, instance, self.locale) });
        Ok(told)
    }

    /// The steps to which something led, with whom they ask.
    fn entered(&self, moment: &Moment) -> Vec<Json> {
        let (from, until) = moment.tokens;
        let fresh = self.instance.tokens.iter().filter(|token| (from..until).contains(&token.id));
        let seats = &self.instance.tasks[moment.tasks.0..moment.tasks.1];
        // People come to a step where one stands already, too.
        let known = self
            .instance
            .tokens
            .iter()
            .filter(|token| token.id < from && seats.iter().any(|task| task.token == token.id));
        let told = known.chain(fresh).filter_map(|token| {
            let node = self.flow.find(&token.node)?;
            let people = seats.iter().filter(|task| task.token == token.id);
            Some(json!({
                "node": token.node,
                "label": label(self.flow, node, self.locale),
                "asks": match &self.flow.nodes[node].step {
                    Step::People(step) => json!(step.asks),
                    Step::Cc(_) => json!("cc"),
                    _ => Json::Null,
                },
                "item": token.data.item,
                "people": people.map(|task| self.asked(task)).collect::<Vec<_>>(),
            }))
        });
        told.collect()
    }

    fn asked(&self, task: &Task) -> Json {
        let absent = task.in_place_of.as_ref();
        let own = task.assignee == self.instance.initiator;
        let why_not = if own { "own_request" } else { "approved_before" };
        json!({
            "person": self.person(task.assignee),
            "why": task.why,
            "origin": task.origin,
            "in_place_of": absent.map(|absent| json!({"person": self.person(absent.user), "until": absent.until})),
            "due": task.due_at,
            "skipped": (task.state == TaskState::Skipped).then_some(why_not),
        })
    }

    fn person(&self, user: Uuid) -> Json {
        self.people.of(Some(user).filter(|user| !self.unnamed.contains(user)))
    }

    /// The cases of the steps that chose, and why each was taken or not.
    fn branches(&self, moment: &Moment) -> Vec<Json> {
        let (from, until) = moment.tokens;
        let tokens = self.instance.tokens.iter().filter(|token| (from..until).contains(&token.id));
        let told = tokens.filter_map(|token| {
            let (taken, node) = (self.cases.get(&token.id)?, self.flow.find(&token.node)?);
            let cases = self.cases_of(node, taken);
            Some(json!({"node": token.node, "label": label(self.flow, node, self.locale), "cases": cases}))
        });
        told.collect()
    }

    fn cases_of(&self, node: NodeId, taken: &[usize]) -> Vec<Json> {
        let (cases, all) = match &self.flow.nodes[node].step {
            Step::Choose(step) => (&step.cases, false),
            Step::Each(step) => (&step.cases, true),
            _ => return Vec::new(),
        };
        let why = |place: usize, case: &Case| match (taken.contains(&place), &case.when) {
            (true, Some(_)) => "condition_met",
            (true, None) => "nothing_else",
            (false, _) if !all && taken.first().is_some_and(|first| *first < place) => "earlier_taken",
            (false, Some(_)) => "condition_not_met",
            (false, None) => "others_taken",
        };
        let told = |(place, case): (usize, &Case)| {
            json!({
                "name": case.name,
                "taken": taken.contains(&place),
                "why": why(place, case),
                "when": case.written,
            })
        };
        cases.iter().enumerate().map(told).collect()
    }

    fn incidents(&self) -> Vec<Json> {
        let told = self.instance.incidents().filter_map(|token| {
            let (node, incident) = (self.flow.find(&token.node)?, token.data.incident.as_ref()?);
            let label = label(self.flow, node, self.locale);
            Some(json!({"node": token.node, "label": label, "reason": incident.reason}))
        });
        told.collect()
    }

    fn halted(&self, node: Option<&str>, found: &Diagnostic) -> Json {
        let label = node.and_then(|name| Some(label(self.flow, self.flow.find(name)?, self.locale)));
        json!({
            "node": node,
            "label": label,
            "code": found.code.name(),
            "message": found.render(self.locale),
        })
    }

    /// What would leave the site.
    fn effect(&self, effect: &Effect) -> Result<Json> {
        let secret = self.work.engine.secret();
        Ok(match effect.kind.as_str() {
            MAIL => {
                let mail = Mail::of(effect, secret)?;
                json!({"kind": MAIL, "to": mail.to, "subject": mail.subject, "text": mail.text})
            }
            NOTIFY => {
                let notice = notice(self.work, effect)?;
                let to = self.person(notice.user);
                json!({"kind": NOTIFY, "to": to, "subject": notice.subject, "text": notice.text})
            }
            kind => {
                let call: Json = opened(effect.id, kind, &effect.payload, secret)
                    .map_err(|found| internal("an effect that is shown", &found))?;
                json!({"kind": kind, "call": call})
            }
        })
    }
}

/// What a write changed, but for what every write changes.
fn change(write: &RowWrite) -> Option<Json> {
    let operation = match write.operation {
        Operation::Insert => "create",
        Operation::Update => "update",
        Operation::Delete => "delete",
        Operation::Restore => "restore",
        Operation::Purge => "purge",
    };
    let fields = fields(&write.object, write);
    let says = !fields.is_empty() || write.operation != Operation::Update;
    says.then(
        || json!({"object": write.object.name, "id": write.id, "operation": operation, "fields": fields}),
    )
}

fn fields(object: &Object, write: &RowWrite) -> Vec<Json> {
    let own = object.fields.values().filter(|field| write.changed.contains(&field.index));
    let told = own.filter(|field| field.system.is_none()).filter_map(|field| {
        let shown = |row: &plan::Row| match &field.encrypted {
            Some(_) => json!("****"),
            None => field.kind.kind().render(&row.values[field.index]),
        };
        let (before, after) = (write.before.as_ref().map(shown), shown(&write.after));
        let same = before.as_ref().unwrap_or(&Json::Null) == &after && field.encrypted.is_none();
        (!same).then(|| json!({"field": field.name, "before": before, "after": after}))
    });
    told.collect()
}
