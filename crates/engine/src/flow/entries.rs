//! What is told of tasks and flows. Whom and what a page of them names is asked for at once, not entry by entry.

use crate::records::read::{self, Head, People};
use crate::work::Work;
use diagnostic::Result;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use storage::store::workflow as table;
use uuid::Uuid;

/// The people and the records that tasks and flows name, as far as the reader may read them.
pub(crate) struct Names {
    people: People,
    records: HashMap<Uuid, Head>,
}

impl Names {
    /// Those of flows, of tasks of theirs, and whoever else is named beside them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(
        work: &Work,
        instances: &[&table::Instance],
        tasks: &[&table::Task],
        others: &[Uuid],
    ) -> Result<Names> {
        let mut people = others.to_vec();
        people.extend(instances.iter().map(|instance| instance.initiator));
        people.extend(tasks.iter().flat_map(|task| named(task)));
        Ok(Names { people: read::people(work, people).await?, records: heads(work, instances).await? })
    }

    /// One of the people; null for nobody.
    pub fn person(&self, id: Option<Uuid>) -> Json {
        self.people.of(id)
    }

    /// What is told of a task.
    pub fn task(&self, work: &Work, task: &table::Task, instance: &table::Instance) -> Json {
        let lent = task.data["owners"].as_array().into_iter().flatten();
        json!({
            "id": task.id,
            "instance": instance.id,
            "workflow": instance.workflow,
            "node": task.node,
            "kind": task.kind,
            "state": task.state,
            "assignee": self.person(task.assignee),
            "initiator": self.person(Some(instance.initiator)),
            "record": self.about(instance),
            "why": told_why(work, &instance.object, &task.why),
            "origin": task.data["origin"],
            // The absent person in whose place somebody has it.
            "in_place_of": self.beside(&task.data["in_place_of"], ("user", "person"), "until"),
            // Who lent it, the last one first.
            "owners": lent.map(|owner| self.person(id_in(owner, "user"))).collect::<Vec<_>>(),
            "added": self.beside(&task.data["added"], ("by", "by"), "place"),
            "comment": task.comment,
            "decided_by": self.person(task.decided_by),
            "decided_at": task.decided_at,
            "read_at": task.read_at,
            "due_at": task.due_at,
            "automatic": task.data["automatic"].as_bool().unwrap_or(false),
            "created_at": task.created_at,
            "version": task.version,
        })
    }

    /// What is told of a flow.
    pub fn instance(&self, instance: &table::Instance) -> Json {
        json!({
            "id": instance.id,
            "workflow": instance.workflow,
            "state": instance.state,
            "record": self.about(instance),
            "initiator": self.person(Some(instance.initiator)),
            // What was sent along may hold what the reader may not read.
            "parked": instance.parked.as_ref().map(|parked| json!({"move": parked["move"]})),
            "started_at": instance.started_at,
            "due_at": instance.variables["due_at"],
            "ended_at": instance.ended_at,
        })
    }

    /// `{"object", "id", "title", "version"}` of the record an instance is about; who holds a task may not see the record.
    fn about(&self, instance: &table::Instance) -> Json {
        let head = self.records.get(&instance.record);
        json!({
            "object": instance.object,
            "id": instance.record,
            "title": head.map(|head| &head.title),
            "version": head.map(|head| head.version),
        })
    }

    /// Somebody who is kept under a name, told under another one, and what is kept beside; null where nobody is.
    fn beside(&self, kept: &Json, (from, to): (&str, &str), beside: &str) -> Json {
        match id_in(kept, from) {
            Some(id) => json!({to: self.person(Some(id)), beside: kept[beside]}),
            None => Json::Null,
        }
    }
}

/// The titles of the records of flows, as far as they may be read.
pub(super) async fn titles(work: &Work, instances: &[&table::Instance]) -> Result<HashMap<Uuid, String>> {
    let heads = heads(work, instances).await?;
    Ok(heads.into_iter().filter_map(|(id, head)| Some((id, head.title?))).collect())
}

async fn heads(work: &Work, instances: &[&table::Instance]) -> Result<HashMap<Uuid, Head>> {
    let mut records: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for instance in instances {
        records.entry(&instance.object).or_default().insert(instance.record);
    }
    let mut all = HashMap::new();
    for (object, ids) in records {
        if let Some(object) = work.published.catalog.object(object) {
            all.extend(read::heads(work, object, &Vec::from_iter(ids)).await?);
        }
    }
    Ok(all)
}

/// Why a task came to somebody, without the name of a field that the reader may not read: `field approver`,
/// `superior 1 of record.owner`. What was said behind a comma, by whoever gave the task on, stays.
pub(super) fn told_why(work: &Work, object: &str, why: &Json) -> Json {
    let why = match why {
        Json::String(why) => why,
        Json::Array(all) => return all.iter().map(|one| told_why(work, object, one)).collect(),
        other => return other.clone(),
    };
    let (rule, rest) = why.find(", ").map_or((&**why, ""), |at| why.split_at(at));
    let Some((before, path)) = rule.rsplit_once(' ') else { return json!(why) };
    let of_record = (before == "field" || before.ends_with(" of"))
        && !path.starts_with("initiator")
        && !path.starts_with("assignee");
    let known = work.planner().known();
    let readable = known.object(object).is_ok_and(|(object, _)| known.path(object, path).is_ok());
    match of_record && !readable {
        true => json!(format!("{}{rest}", before.trim_end_matches(" of"))),
        false => json!(why),
    }
}

/// Everybody whom a task names.
fn named(task: &table::Task) -> Vec<Uuid> {
    let kept = [id_in(&task.data["in_place_of"], "user"), id_in(&task.data["added"], "by")];
    let owners = task.data["owners"].as_array().into_iter().flatten();
    let owners = owners.filter_map(|owner| id_in(owner, "user"));
    [task.assignee, task.decided_by].into_iter().chain(kept).flatten().chain(owners).collect()
}

fn id_in(kept: &Json, key: &str) -> Option<Uuid> {
    kept[key].as_str()?.parse().ok()
}
