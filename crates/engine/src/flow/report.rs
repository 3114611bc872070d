//! What an administrator looks at from time to time: flows that lie still, and steps at which time goes.

use crate::engine::Engine;
use crate::flow::administrator::administrator;
use crate::flow::entries::Names;
use crate::flow::labels::label;
use crate::flow::people::{active, has_members};
use crate::flow::{calls, instances, stored, tasks};
use crate::identity::Identity;
use crate::runs;
use crate::work::Work;
use chrono::{DateTime, Utc};
use diagnostic::{Locale, Result};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use storage::store::workflow::report::{self, Counted, Span};
use storage::store::workflow::{self as table, FlowFilter};
use uuid::Uuid;
use workflow::flow::Empty;
use workflow::flow::sla::{self, Sla};
use workflow::step::Step;
use workflow::step::act::{Act, Deed};
use workflow::{Awaited, Flow, Performer, Token};

/// Flows that wait for nobody at most, out of which those are found that nothing will wake.
const MOST_STILL: u32 = 500;

/// Passed, median, p90, the longest, returned, waiting.
#[derive(Default)]
struct Numbers {
    passed: i64,
    median: Option<i64>,
    p90: Option<i64>,
    longest: Option<i64>,
    returned: i64,
    waiting: i64,
}

impl Engine {
    /// What lies still, for administrators: tasks of people who left, steps whose role nobody has, flows that nothing will
    /// wake, and what has failed.
    ///
    /// # Errors
    /// `not_found` for whoever is no administrator.
    pub async fn stuck_flows(
        &self,
        identity: &Arc<Identity>,
        workflow: Option<&str>,
        limit: u32,
        locale: Locale,
    ) -> Result<Json> {
        administrator(identity)?;
        let (work, limit) = (self.reading(identity), limit.clamp(1, tasks::MOST));
        let failed =
            FlowFilter { workflow: workflow.map(str::to_owned), incident: true, ..FlowFilter::default() };
        let failed = table::instances(&work.tx, &failed, None, limit).await?;
        let mut still = still(&work, workflow).await?;
        still.truncate(limit as usize);
        Ok(json!({
            "leavers": of_leavers(&work, workflow, limit, locale).await?,
            "roles": without_members(&work, workflow, locale).await?,
            "still": instances::entries(&work, &still, locale).await?,
            "incidents": instances::entries(&work, &failed, locale).await?,
        }))
    }

    /// How long flows take at each step, how often they go back from it, and how many wait there now, for administrators;
    /// the slowest first.
    ///
    /// # Errors
    /// `not_found` for whoever is no administrator.
    pub async fn bottlenecks(
        &self,
        identity: &Arc<Identity>,
        workflow: Option<&str>,
        (since, until): (DateTime<Utc>, DateTime<Utc>),
        locale: Locale,
    ) -> Result<Json> {
        administrator(identity)?;
        let work = self.reading(identity);
        let span = Span { workflow: workflow.map(str::to_owned), since, until };
        let mut all: BTreeMap<(String, String), Numbers> = BTreeMap::new();
        let of = |at: &Counted| (at.workflow.clone(), at.node.clone());
        for stood in report::stood(&work.tx, &span).await? {
            let numbers = all.entry(of(&stood.at)).or_default();
            (numbers.passed, numbers.median, numbers.p90) =
                (stood.at.count, Some(stood.median), Some(stood.p90));
            numbers.longest = Some(stood.longest);
        }
        for returned in report::returned(&work.tx, &span).await? {
            all.entry(of(&returned)).or_default().returned = returned.count;
        }
        for standing in report::standing(&work.tx, workflow).await? {
            all.entry(of(&standing)).or_default().waiting = standing.count;
        }
        let mut steps: Vec<_> =
            all.into_iter().filter(|((workflow, node), _)| takes_time(&work, workflow, node)).collect();
        steps.sort_by_key(|(_, numbers)| std::cmp::Reverse((numbers.p90, numbers.waiting)));
        let told = steps.into_iter().map(|((workflow, node), numbers)| {
            let flow = work.published.flow(&workflow);
            let label = flow.and_then(|flow| Some(label(flow, flow.find(&node)?, locale)));
            json!({
                "label": label.unwrap_or_else(|| json!(node)),
                "workflow": workflow,
                "node": node,
                "passed": numbers.passed,
                "median": numbers.median,
                "p90": numbers.p90,
                "longest": numbers.longest,
                "returned": numbers.returned,
                "return_rate": rate(&numbers),
                "waiting": numbers.waiting,
            })
        });
        Ok(json!({"since": since, "until": until, "steps": told.collect::<Vec<_>>()}))
    }
}

/// Steps that hold others take the time of those; a step of an older version counts.
fn takes_time(work: &Work, workflow: &str, node: &str) -> bool {
    let step = work.published.flow(workflow).and_then(|flow| Some(&flow.nodes[flow.find(node)?].step));
    step.is_none_or(|step| matches!(step, Step::People(_) | Step::Wait(_) | Step::Act(_) | Step::Query(_)))
}

/// The part of those that left the step which went back, in ten-thousandths exactly.
fn rate(numbers: &Numbers) -> Json {
    match numbers.passed + numbers.returned {
        0 => Json::Null,
        all => json!((numbers.returned as f64 / all as f64 * 10_000.0).round() / 10_000.0),
    }
}

/// Tasks of people who may no longer sign in, the oldest first.
async fn of_leavers(work: &Work, workflow: Option<&str>, limit: u32, locale: Locale) -> Result<Vec<Json>> {
    let holders = report::holders(&work.tx).await?;
    let here = active(work, &holders).await?;
    let gone: Vec<Uuid> = holders.into_iter().filter(|holder| !here.contains(holder)).collect();
    let tasks = report::lying_with(&work.tx, &gone, workflow, limit).await?;
    let ids: BTreeSet<Uuid> = tasks.iter().map(|task| task.instance).collect();
    let instances = table::instances_with(&work.tx, &Vec::from_iter(ids)).await?;
    let names = Names::of(work, &Vec::from_iter(&instances), &Vec::from_iter(&tasks), &[]).await?;
    let mut told = Vec::new();
    for task in &tasks {
        if let Some(instance) = instances.iter().find(|one| one.id == task.instance) {
            let mut entry = names.task(work, task, instance);
            let flow = stored::flow_by(work, &instance.workflow, &instance.definition).await.ok();
            entry["label"] = instances::step(&task.node, flow.as_deref(), locale)["label"].take();
            told.push(entry);
        }
    }
    Ok(told)
}

/// Steps of published workflows that ask members of a role which nobody has.
async fn without_members(work: &Work, workflow: Option<&str>, locale: Locale) -> Result<Vec<Json>> {
    let mut known: HashMap<Arc<str>, bool> = HashMap::new();
    let mut told = Vec::new();
    for flow in work.published.flows().filter(|flow| workflow.is_none_or(|name| *flow.name == *name)) {
        for (node, role) in roles(flow) {
            if !known.contains_key(&role) {
                known.insert(role.clone(), has_members(work, &role).await?);
            }
            if !known[&role] {
                let name = node.map(|node| flow.nodes[node].name.clone());
                let label = node.map(|node| label(flow, node, locale));
                told.push(json!({"workflow": flow.name, "node": name, "label": label, "role": role}));
            }
        }
    }
    Ok(told)
}

/// The roles that a flow asks or tells, each with the step; with none where they stand in for those who are missing, or come in
/// because the time of the whole flow passes.
fn roles(flow: &Flow) -> Vec<(Option<usize>, Arc<str>)> {
    let mut all = Vec::new();
    let mut add = |node: Option<usize>, rules: &[Performer]| {
        all.extend(rules.iter().flat_map(Performer::roles).map(|role| (node, role)));
    };
    for (node, one) in flow.nodes.iter().enumerate() {
        let node = Some(node);
        match &one.step {
            Step::People(step) => {
                add(node, &step.by);
                late(step.sla.as_deref()).for_each(|by| add(node, by));
            }
            Step::Cc(step) => add(node, &step.by),
            Step::Act(Act { deed: Deed::Send(send), .. }) => add(node, &send.to),
            _ => {}
        }
    }
    if let Empty::Assign(rule) = &flow.policy.empty {
        add(None, std::slice::from_ref(rule));
    }
    late(flow.overall.as_deref()).for_each(|by| add(None, by));
    let mut seen = HashSet::new();
    all.retain(|one| seen.insert(one.clone()));
    all
}

/// Who comes in as time passes.
fn late(sla: Option<&Sla>) -> impl Iterator<Item = &[Performer]> {
    let marks = sla.map_or(&[][..], |sla| &sla.marks);
    marks.iter().filter_map(|mark| match &mark.act {
        sla::Act::Escalate { by, .. } => Some(&by[..]),
        sla::Act::Remind | sla::Act::Decide(_) => None,
    })
}

/// Flows that wait for nobody and that nothing will wake.
async fn still(work: &Work, workflow: Option<&str>) -> Result<Vec<table::Instance>> {
    let found = report::without_work(&work.tx, workflow, MOST_STILL).await?;
    let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
    let mut tokens: Vec<(Uuid, Token)> = Vec::new();
    for row in table::live_tokens(&work.tx, &ids).await? {
        tokens.push((row.instance, runs::read_token(&row)?));
    }
    let (mut keys, mut flows) = (Vec::new(), Vec::new());
    for (instance, token) in &tokens {
        for one in &token.data.awaits {
            match one.what {
                Awaited::At(_) => keys.push(calls::key(*instance, token.id, &one.name)),
                Awaited::Flow(other) => flows.push(other),
                Awaited::Event { .. } | Awaited::Effect(_) => {}
            }
        }
    }
    let jobs: HashSet<String> = report::jobs_with(&work.tx, &keys).await?.into_iter().collect();
    let live: HashSet<Uuid> = report::live_of(&work.tx, &flows).await?.into_iter().collect();
    let mut moving = HashSet::new();
    for (instance, token) in &tokens {
        let comes = |one: &workflow::Await| match one.what {
            Awaited::At(_) => jobs.contains(&calls::key(*instance, token.id, &one.name)),
            Awaited::Flow(other) => live.contains(&other),
            // What leaves through the outbox has a list of its own.
            Awaited::Effect(_) => true,
            Awaited::Event { .. } => false,
        };
        if token.data.awaits.iter().any(comes) {
            moving.insert(*instance);
        }
    }
    Ok(found.into_iter().filter(|row| !moving.contains(&row.id)).collect())
}
