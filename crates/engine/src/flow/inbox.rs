//! The boxes of a person: what is to do, what was done, copies, and what was started.

use crate::engine::Engine;
use crate::flow::entries::{Names, titles};
use crate::flow::tasks::{BoxPage, MOST};
use crate::identity::Identity;
use crate::work::Work;
use diagnostic::{Code, Diagnostic, Hint, Result};
use std::collections::HashMap;
use std::sync::Arc;
use storage::store::workflow::{self as table, FlowFilter, TaskBox};
use uuid::Uuid;

/// Pages that are looked through for words at most, each of [`MOST`].
const PAGES: usize = 10;
/// What lies in a box: a task with its flow, or a flow.
type Lying = (Option<table::Task>, table::Instance);

impl Engine {
    /// A page of a box: `todo`, `done`, `cc` or `started`; of those flows that are meant.
    ///
    /// # Errors
    /// `invalid_parameter` for another box.
    pub async fn task_box(
        &self,
        identity: &Arc<Identity>,
        which: &str,
        filter: &FlowFilter,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<BoxPage> {
        let (work, limit) = (self.reading(identity), limit.clamp(1, MOST));
        let (found, next) = page(&work, which, filter, before, limit).await?;
        Ok(BoxPage { entries: told(&work, &found).await?, next })
    }

    /// As [`Engine::task_box`], of records whose title contains some words, as far as so many entries can be looked
    /// through at a time: a page may hold fewer than asked for, and `next` goes on from there.
    ///
    /// # Errors
    /// `invalid_parameter` for another box.
    pub async fn search_box(
        &self,
        identity: &Arc<Identity>,
        which: &str,
        (filter, words): (&FlowFilter, &str),
        mut before: Option<Uuid>,
        limit: u32,
    ) -> Result<BoxPage> {
        let (work, limit) = (self.reading(identity), limit.clamp(1, MOST) as usize);
        let words = words.to_lowercase();
        let mut found: Vec<Lying> = Vec::new();
        for _ in 0..PAGES {
            let (lying, next) = page(&work, which, filter, before, MOST).await?;
            let titles = titles(&work, &Vec::from_iter(lying.iter().map(|(_, instance)| instance))).await?;
            for one in lying {
                let title = titles.get(&one.1.record).map(|title| title.to_lowercase());
                if !title.is_some_and(|title| title.contains(&words)) {
                    continue;
                }
                let id = place(&one);
                found.push(one);
                if found.len() == limit {
                    return Ok(BoxPage { entries: told(&work, &found).await?, next: Some(id) });
                }
            }
            before = next;
            if next.is_none() {
                break;
            }
        }
        Ok(BoxPage { entries: told(&work, &found).await?, next: before })
    }
}

/// A page of flows, newest first, of records whose title contains some words, as far as so many can be looked through at a
/// time; and the place from which the next one goes on.
pub(super) async fn instances(
    work: &Work,
    filter: &FlowFilter,
    words: &str,
    mut before: Option<Uuid>,
    limit: u32,
) -> Result<(Vec<table::Instance>, Option<Uuid>)> {
    let words = words.trim().to_lowercase();
    let next_of = |found: &[table::Instance], asked: u32| {
        found.last().map(|last| last.id).filter(|_| found.len() == asked as usize)
    };
    if words.is_empty() {
        let found = table::instances(&work.tx, filter, before, limit).await?;
        let next = next_of(&found, limit);
        return Ok((found, next));
    }
    let mut kept = Vec::new();
    for _ in 0..PAGES {
        let found = table::instances(&work.tx, filter, before, MOST).await?;
        before = next_of(&found, MOST);
        let titles = titles(work, &Vec::from_iter(&found)).await?;
        for instance in found {
            if !titles.get(&instance.record).is_some_and(|title| title.to_lowercase().contains(&words)) {
                continue;
            }
            let id = instance.id;
            kept.push(instance);
            if kept.len() == limit as usize {
                return Ok((kept, Some(id)));
            }
        }
        if before.is_none() {
            break;
        }
    }
    Ok((kept, before))
}

fn place(lying: &Lying) -> Uuid {
    lying.0.as_ref().map_or(lying.1.id, |task| task.id)
}

/// A page of a box, and the place from which the next one goes on.
async fn page(
    work: &Work,
    which: &str,
    filter: &FlowFilter,
    before: Option<Uuid>,
    limit: u32,
) -> Result<(Vec<Lying>, Option<Uuid>)> {
    let (tx, user) = (&work.tx, work.identity.actor.id);
    let wanted = match which {
        "todo" => TaskBox::Todo,
        "done" => TaskBox::Done,
        "cc" => TaskBox::Copies,
        "started" => {
            if filter.initiator.is_some_and(|wanted| wanted != user) {
                return Ok((Vec::new(), None));
            }
            let own = FlowFilter { initiator: Some(user), ..filter.clone() };
            let found = table::instances(tx, &own, before, limit).await?;
            let next = found.last().map(|last| last.id).filter(|_| found.len() == limit as usize);
            return Ok((found.into_iter().map(|instance| (None, instance)).collect(), next));
        }
        _ => {
            let boxes = ["todo", "done", "cc", "started"].map(str::to_owned).to_vec();
            let found =
                Diagnostic::new(Code::InvalidParameter).with("name", "box").with("reason", "unknown box");
            return Err(Box::new(found.with_hint(Hint::OneOf(boxes))));
        }
    };
    let found = table::in_box(tx, user, wanted, filter, before, limit).await?;
    let next = found.last().map(|last| last.id).filter(|_| found.len() == limit as usize);
    let mut ids: Vec<Uuid> = found.iter().map(|task| task.instance).collect();
    ids.sort_unstable();
    ids.dedup();
    let instances = table::instances_with(tx, &ids).await?;
    let instances: HashMap<Uuid, table::Instance> = instances.into_iter().map(|one| (one.id, one)).collect();
    let of = |task: table::Task| {
        let instance = instances.get(&task.instance)?.clone();
        Some((Some(task), instance))
    };
    Ok((found.into_iter().filter_map(of).collect(), next))
}

async fn told(work: &Work, found: &[Lying]) -> Result<Vec<serde_json::Value>> {
    let tasks: Vec<&table::Task> = found.iter().filter_map(|(task, _)| task.as_ref()).collect();
    let instances: Vec<&table::Instance> = found.iter().map(|(_, instance)| instance).collect();
    let names = Names::of(work, &instances, &tasks, &[]).await?;
    let told = found.iter().map(|(task, instance)| match task {
        Some(task) => names.task(work, task, instance),
        None => names.instance(instance),
    });
    Ok(told.collect())
}
