//! Running flows go on under the published version of their definition, where all that they wait for has its place there.

use crate::flow::administrator::administrator;
use crate::flow::entries::Names;
use crate::flow::log::{LogKind, Said};
use crate::flow::stored::{self, Held};
use crate::flow::{arm, instances, values};
use crate::runs;
use crate::work::Work;
use definition::workflow::Workflow;
use diagnostic::{Code, Diagnostic, Locale, Result, did_you_mean};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::sync::Arc;
use storage::store::workflow::{self as table, FlowFilter};
use uuid::Uuid;
use workflow::instance::{ANSWER, ENTER, WORK};
use workflow::migration::{Migration, Renamed};
use workflow::step::Step;
use workflow::{Await, Flow, Instance, Run, TokenState};

/// Flows that are looked at in one go.
pub const MOST: u32 = 200;

/// Flows that are to go on under the published version.
#[derive(Clone, Debug)]
pub struct Order {
    /// The workflow.
    pub workflow: String,
    /// Those instances alone; all that run under an older version where none is named.
    pub instances: Option<Vec<Uuid>>,
    /// Steps that were renamed.
    pub renamed: Renamed,
    /// Only what would become of them.
    pub trial: bool,
    /// Why, in words of whoever does it.
    pub comment: Option<String>,
    /// The last instance of the page before.
    pub before: Option<Uuid>,
    /// How many are looked at.
    pub limit: u32,
    /// The language in which reasons are told.
    pub locale: Locale,
}

/// The version that is gone to.
struct Target<'w> {
    flow: &'w Arc<Flow>,
    definition: &'w Workflow,
    renamed: &'w Renamed,
}

impl<'w> Target<'w> {
    fn of(work: &'w Work, name: &str, renamed: &'w Renamed) -> Result<Target<'w>> {
        let missing = || Box::new(Diagnostic::new(Code::NotFound));
        let flow = work.published.flow(name).ok_or_else(missing)?;
        let definition = work.published.catalog.workflows.get(name).ok_or_else(missing)?;
        let unknown = Migration::unknown(definition, renamed).into_iter().map(|(old, new)| {
            let known = flow.nodes.iter().map(|node| &*node.name);
            let found = Diagnostic::new(Code::UnknownReference).with("what", "step").with("name", new);
            found.with_hint(did_you_mean(new, known)).at(format!("map.{old}"))
        });
        match Diagnostic::gather(unknown.collect()) {
            Some(found) => Err(Box::new(found)),
            None => Ok(Target { flow, definition, renamed }),
        }
    }

    fn from<'d>(&'d self, old: &'d Workflow) -> Migration<'d> {
        Migration::new(old, self.definition, self.renamed)
    }

    async fn take(
        &self,
        work: &Work,
        (mut held, mut instance): (Held, Instance),
        migration: &Migration<'_>,
        comment: Option<&str>,
    ) -> Result<()> {
        let more =
            json!({"definition": {"before": instance.hash, "after": self.flow.hash}, "map": self.renamed});
        migration.apply(&mut instance, &self.flow.hash);
        values::begin(work, self.flow, &mut instance).await?;
        let instance = arm_new(work, self.flow, instance).await?;
        held.runs_under(work, self.flow).await?;
        held.say(work, LogKind::Migrated, None, Said { comment, more });
        held.save(work, &instance).await
    }
}

/// What the new version waits for where a token stands, and the old one did not, is waited for from now on.
async fn arm_new(work: &Work, flow: &Flow, instance: Instance) -> Result<Instance> {
    let mut run = Run::resume(flow, instance, work.bindings.now, Uuid::now_v7);
    for token in 0..run.instance.tokens.len() as u32 {
        let stands = &run.instance.tokens[token as usize];
        // One that a worker has yet to bring to its step waits for nothing of it.
        let on_way = stands.data.awaits.iter().any(|one| [ENTER, WORK, ANSWER].contains(&&*one.name));
        let waits = stands.state == TokenState::Waiting && !stands.data.awaits.is_empty() && !on_way;
        let node = flow.find(&stands.node).filter(|_| waits);
        let Some(Step::Wait(wait)) = node.map(|node| &flow.nodes[node].step) else { continue };
        let armed = arm::awaits(work, &run, token, wait).await?;
        let known = &mut run.instance.tokens[token as usize].data.awaits;
        let fresh = armed.into_iter().filter(|one| !known.iter().any(|known| known.name == one.name));
        let fresh: Vec<Await> = fresh.collect();
        known.extend(fresh);
    }
    Ok(run.instance)
}

/// One instance goes on under the published version; one that does already is left as it is.
///
/// # Errors
/// `instance_ended`, `unknown_reference` at `map.<step>`, and what keeps it where it is (`migration_…`).
pub(super) async fn one(work: &Work, id: Uuid, renamed: &Renamed, comment: Option<&str>) -> Result<()> {
    let (held, instance) = stored::hold(work, id).await?;
    if !instance.state.is_live() {
        return Err(Box::new(Diagnostic::new(Code::InstanceEnded)));
    }
    let target = Target::of(work, &instance.workflow, renamed)?;
    if instance.hash == target.flow.hash {
        return Ok(());
    }
    let old = runs::pinned(&work.tx, &instance.hash).await?;
    let migration = target.from(&old);
    match Diagnostic::gather(migration.obstacles(&instance)) {
        Some(found) => Err(Box::new(found)),
        None => target.take(work, (held, instance), &migration, comment).await,
    }
}

/// All instances that can go on under the published version do; the answer tells which, and why the others cannot.
///
/// # Errors
/// `not_found` for whoever is no administrator and for an unknown workflow, `unknown_reference` at `map.<step>`.
pub(crate) async fn many(work: &Work, order: &Order) -> Result<Json> {
    administrator(&work.identity)?;
    let target = Target::of(work, &order.workflow, &order.renamed)?;
    let (found, next) = behind(work, order, &target.flow.hash).await?;
    let mut pinned: HashMap<String, (Workflow, Option<Arc<Flow>>)> = HashMap::new();
    let (mut movable, mut stuck) = (Vec::new(), Vec::new());
    let names = Names::of(work, &Vec::from_iter(&found), &[], &[]).await?;
    for row in found {
        let mut entry = names.instance(&row);
        let (held, instance) = stored::hold(work, row.id).await?;
        // Somebody else was faster.
        if !instance.state.is_live() || instance.hash == target.flow.hash {
            continue;
        }
        if !pinned.contains_key(&row.definition) {
            let old = runs::pinned(&work.tx, &row.definition).await?;
            // One that no longer compiles is told by the names of its steps.
            let flow = stored::flow_of(work, &instance).await.ok();
            pinned.insert(row.definition.clone(), (old, flow));
        }
        let (old, flow) = &pinned[&row.definition];
        entry["waiting"] = instances::waiting(&instance.tokens, flow.as_deref(), order.locale);
        let migration = target.from(old);
        let obstacles = migration.obstacles(&instance);
        if !obstacles.is_empty() {
            entry["obstacles"] = obstacles.iter().map(|found| told(found, order.locale)).collect();
            stuck.push(entry);
            continue;
        }
        if !order.trial {
            target.take(work, (held, instance), &migration, order.comment.as_deref()).await?;
        }
        movable.push(entry);
    }
    let nodes = target.flow.nodes.iter();
    let steps: Vec<Json> =
        nodes.map(|node| instances::step(&node.name, Some(target.flow), order.locale)).collect();
    Ok(json!({"moved": !order.trial, "movable": movable, "stuck": stuck, "steps": steps, "next": next}))
}

/// The instances that run under an older version, newest first, and where the next page begins.
async fn behind(work: &Work, order: &Order, hash: &str) -> Result<(Vec<table::Instance>, Option<Uuid>)> {
    if let Some(named) = &order.instances {
        let mut found = Vec::new();
        for id in named {
            let row = table::instance(&work.tx, *id).await?.filter(|row| row.workflow == order.workflow);
            let row = row.ok_or_else(|| Diagnostic::new(Code::NotFound).at("instances"))?;
            if stored::is_live(&row) && row.definition != hash {
                found.push(row);
            }
        }
        return Ok((found, None));
    }
    let workflow = Some(order.workflow.clone());
    let filter = FlowFilter { workflow, behind: Some(vec![hash.to_owned()]), ..FlowFilter::default() };
    let limit = order.limit.clamp(1, MOST);
    let found = table::instances(&work.tx, &filter, order.before, limit).await?;
    let next = found.last().map(|last| last.id).filter(|_| found.len() == limit as usize);
    Ok((found, next))
}

fn told(found: &Diagnostic, locale: Locale) -> Json {
    json!({"node": found.path, "code": found.code.name(), "message": found.render(locale)})
}
