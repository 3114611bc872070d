//! The way that lies ahead of a flow, told: who would be asked and why, which branches would be taken, what is left out.

use crate::engine::Engine;
use crate::flow::entries::told_why;
use crate::flow::foresee::{self, Foreseen};
use crate::flow::labels::{asks, label, within};
use crate::flow::people::picks::Named;
use crate::flow::trace::concerns;
use crate::identity::Identity;
use crate::records::read::{self, People};
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use storage::store::workflow as table;
use uuid::Uuid;
use workflow::flow::ScopeId;
use workflow::step::Step;
use workflow::{Flow, Instance, InstanceState, NodeId, Task, TaskState, Token};

impl Engine {
    /// How a record would go through a flow if it were submitted now and everybody approved. Nothing is done.
    ///
    /// # Errors
    /// As [`Engine::submit`]; people whom the initiator has yet to name need not be named.
    pub async fn preview_flow(
        &self,
        identity: &Arc<Identity>,
        workflow: &str,
        record: Uuid,
        named: Named,
        locale: Locale,
    ) -> Result<Json> {
        let order = Arc::new((workflow.to_owned(), named));
        let job = move |work: Work| {
            let order = order.clone();
            async move { Box::pin(foresee::submission(&work, &order.0, record, &order.1)).await }
        };
        let seen = self.try_out(identity.clone(), job).await?;
        told(&self.reading(identity), &seen, locale).await
    }

    /// How a running flow would go on if everybody approved, for those who may see it; null for one that has ended.
    /// Nothing is done.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn prediction(&self, identity: &Arc<Identity>, id: Uuid, locale: Locale) -> Result<Json> {
        let work = self.reading(identity);
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let row = table::instance(&work.tx, id).await?.ok_or_else(missing)?;
        if !concerns(&work, &row, &table::tasks(&work.tx, id).await?).await? {
            return Err(missing());
        }
        if row.ended_at.is_some() {
            return Ok(Json::Null);
        }
        let job = move |work: Work| async move { Box::pin(foresee::running(&work, id)).await };
        let seen = self.try_out(identity.clone(), job).await?;
        told(&work, &seen, locale).await
    }
}

async fn told(work: &Work, seen: &Foreseen, locale: Locale) -> Result<Json> {
    let ahead = |token: &&Token| token.id >= seen.before || seen.standing.contains(&token.id);
    let tokens: Vec<&Token> = seen.instance.tokens.iter().filter(ahead).collect();
    let people = read::people(work, named(seen)).await?;
    let steps = tokens.iter().filter_map(|token| step(work, seen, token, &people, locale));
    let outcome = match seen.instance.state {
        InstanceState::Running | InstanceState::Suspended => Json::Null,
        ended => json!(ended.name()),
    };
    Ok(json!({
        "workflow": seen.flow.name,
        "steps": steps.collect::<Vec<_>>(),
        "skipped": skipped(&seen.flow, &seen.instance, locale),
        "outcome": outcome,
        "finish": seen.finish,
        "halted": halted(work, seen, locale),
        "picks": seen.picks,
    }))
}

/// Everybody who would be asked, and those in whose place that is.
fn named(seen: &Foreseen) -> Vec<Uuid> {
    let mut all = Vec::new();
    for task in &seen.instance.tasks {
        all.push(task.assignee);
        all.extend(task.in_place_of.as_ref().map(|absent| absent.user));
    }
    all.retain(|user| !seen.unnamed.contains(user));
    all
}

fn step(work: &Work, seen: &Foreseen, token: &Token, people: &People, locale: Locale) -> Option<Json> {
    let node = seen.flow.find(&token.node)?;
    let tasks = seen.instance.tasks.iter().filter(|task| task.token == token.id);
    let waits = seen.standing.contains(&token.id);
    let tasks_due = tasks.clone().filter_map(|task| task.due_at).min();
    Some(json!({
        "node": token.node,
        "label": label(&seen.flow, node, locale),
        "state": if waits { "waiting" } else { "predicted" },
        "position": node,
        "within": within(&seen.flow, node, locale),
        "asks": asks(&seen.flow, node),
        "item": token.data.item,
        "people": tasks.map(|task| asked(work, seen, task, people)).collect::<Vec<_>>(),
        "branches": branches(seen, token, node, locale),
        "assumed": seen.assumed.get(&token.id),
        "due": tasks_due,
        "expected": seen.expected.get(&token.id),
    }))
}

/// Somebody who would be asked, or need not be.
fn asked(work: &Work, seen: &Foreseen, task: &Task, people: &People) -> Json {
    let person = |user: Uuid| people.of(Some(user).filter(|user| !seen.unnamed.contains(user)));
    let approved = |other: &Task| {
        other.assignee == task.assignee && other.id != task.id && other.state == TaskState::Approved
    };
    let before = seen.instance.tasks.iter().take_while(|other| other.id != task.id).any(approved);
    let own = task.assignee == seen.instance.initiator && !before;
    let why_not = if own { "own_request" } else { "approved_before" };
    let absent = |absent: &workflow::InPlaceOf| json!({"person": person(absent.user), "until": absent.until});
    json!({
        "person": person(task.assignee),
        "why": told_why(work, &seen.flow.object, &json!(task.why)),
        "origin": task.origin,
        "in_place_of": task.in_place_of.as_ref().map(absent),
        "skipped": (task.state == TaskState::Skipped).then_some(why_not),
    })
}

/// The cases of a step, with whether they would be taken as things stand.
fn branches(seen: &Foreseen, token: &Token, node: NodeId, locale: Locale) -> Json {
    let Some(taken) = seen.cases.get(&token.id) else { return Json::Null };
    let cases = match &seen.flow.nodes[node].step {
        Step::Choose(step) => &step.cases,
        Step::Each(step) => &step.cases,
        _ => return Json::Null,
    };
    let told = |(place, case): (usize, &workflow::step::choose::Case)| {
        let label = Text::or_name(seen.flow.scopes[case.scope].label.as_ref(), locale, &case.name);
        json!({"name": case.name, "label": label, "taken": taken.contains(&place)})
    };
    cases.iter().enumerate().map(told).collect()
}

/// The steps to which a flow does not come, each with why. Those that only a failure leads to are none of them.
pub(super) fn skipped(flow: &Flow, instance: &Instance, locale: Locale) -> Vec<Json> {
    let came = |node: NodeId| instance.token_at(&flow.nodes[node].name).is_some();
    let open = (0..flow.nodes.len()).filter(|node| !came(*node));
    let told = open.filter_map(|node| {
        let (why, branch) = why_not(flow, node, &came)?;
        Some(json!({
            "node": flow.nodes[node].name,
            "label": label(flow, node, locale),
            "position": node,
            "within": within(flow, node, locale),
            "asks": asks(flow, node),
            "why": why,
            "branch": branch,
        }))
    });
    told.collect()
}

fn why_not(
    flow: &Flow,
    node: NodeId,
    came: &impl Fn(NodeId) -> bool,
) -> Option<(&'static str, Option<Arc<str>>)> {
    let mut reason = ("not_reached", None);
    for scope in flow.enclosing(node) {
        let Some(owner) = flow.scopes[scope].owner else { break };
        if [flow.nodes[owner].on_error, flow.nodes[owner].undo].contains(&Some(scope)) {
            return None;
        }
        let walked = (0..flow.nodes.len()).any(|other| flow.contains(scope, other) && came(other));
        if walked {
            break;
        }
        if came(owner) {
            reason = of_owner(&flow.nodes[owner].step, scope);
        }
    }
    Some(reason)
}

fn of_owner(step: &Step, scope: ScopeId) -> (&'static str, Option<Arc<str>>) {
    let of = |cases: &[workflow::step::choose::Case]| {
        cases.iter().find(|case| case.scope == scope).map(|case| case.name.clone())
    };
    match step {
        Step::Choose(step) => ("branch_not_taken", of(&step.cases)),
        Step::Each(step) => ("branch_not_taken", of(&step.cases)),
        Step::Wait(step) => {
            let branch = step.branches.iter().find(|branch| branch.scope == scope);
            ("other_event", branch.map(|branch| branch.name.clone()))
        }
        Step::ForEach(_) | Step::Repeat(_) => ("no_items", None),
        _ => ("not_reached", None),
    }
}

/// Where the flow would be refused. The words may tell values: they are for administrators, but for what people lack.
fn halted(work: &Work, seen: &Foreseen, locale: Locale) -> Json {
    let Some((node, found)) = &seen.halted else { return Json::Null };
    let message =
        work.identity.actor.admin || matches!(found.code, Code::NobodyToApprove | Code::TooFewToApprove);
    let label = node.as_deref().and_then(|name| Some(label(&seen.flow, seen.flow.find(name)?, locale)));
    json!({
        "node": node,
        "label": label,
        "code": found.code.name(),
        "message": message.then(|| found.render(locale)),
    })
}
