//! Who acts: performer rules become people, each with the reason why.
//!
//! Read in this order: this file (rules, and where people stand in the organisation), [`chain`] and [`among`] (rules
//! with conditions), [`heads`] (of departments), [`picks`] (people whom others name), [`absence`] (who acts for whom).

pub(crate) mod absence;

mod among;

mod chain;

mod heads;

pub(crate) mod picks;

use crate::flow::variable::Known;
use crate::work::Work;
use catalog::{Object, SystemField};
use diagnostic::Result;
use expression::{Path, Root, Type, Value};
use plan::Row;
use std::collections::HashSet;
use std::sync::Arc;
use uuid::Uuid;
use workflow::{Flow, Instance, Performer, Person, Picker, Run, Task};

/// Where rules are asked: what they speak of beside the organisation.
#[derive(Clone, Copy)]
struct Place<'a> {
    flow: &'a Flow,
    instance: &'a Instance,
    node: &'a str,
    known: &'a Known,
    /// Who holds the task in sight.
    assignee: Option<Uuid>,
}

/// Everyone whom one of the rules of a node names, once, in the order of the rules. People who may not sign in are
/// left out. Whom two rules name has the greater weight of both.
pub async fn matching(
    work: &Work,
    run: &Run<'_>,
    node: &str,
    known: &Known,
    rules: &[Performer],
) -> Result<Vec<Person>> {
    let place = Place { flow: run.flow, instance: &run.instance, node, known, assignee: None };
    named(work, place, rules).await
}

/// As [`matching`], for rules that may speak of who holds a task.
pub async fn about_task(
    work: &Work,
    run: &Run<'_>,
    task: &Task,
    known: &Known,
    rules: &[Performer],
) -> Result<Vec<Person>> {
    let (instance, assignee) = (&run.instance, Some(task.assignee));
    named(work, Place { flow: run.flow, instance, node: &task.node, known, assignee }, rules).await
}

async fn named(work: &Work, place: Place<'_>, rules: &[Performer]) -> Result<Vec<Person>> {
    let mut named = Vec::new();
    for rule in rules {
        named.extend(by_rule(work, place, rule).await?);
    }
    let ids: Vec<Uuid> = named.iter().map(|person| person.user).collect();
    let active = active(work, &ids).await?;
    let mut people: Vec<Person> = Vec::new();
    for person in named.into_iter().filter(|person| active.contains(&person.user)) {
        match people.iter_mut().find(|known| known.user == person.user) {
            Some(known) => known.weight = known.weight.max(person.weight),
            None => people.push(person),
        }
    }
    Ok(people)
}

/// Everyone whom a rule names, whether active or not.
async fn by_rule(work: &Work, place: Place<'_>, rule: &Performer) -> Result<Vec<Person>> {
    let (users, why) = match rule {
        Performer::Role { role, within } => {
            let within = match within {
                Some(path) => Some(departments(work, place, path).await?),
                None => None,
            };
            (members(work, role, within.as_deref()).await?, format!("role {role}"))
        }
        Performer::User(login) => {
            let user = crate::identity::user_by_login(&work.rows(), login).await?;
            (user.iter().map(Row::id).collect(), format!("user {login}"))
        }
        Performer::Superior { of, level } => {
            let mut users = Vec::new();
            for user in users_at(work, place, of).await? {
                users.extend(superior(work, user, *level).await?);
            }
            (users, format!("superior {level} of {}", words(of)))
        }
        Performer::SuperiorChain(chain) => return Box::pin(chain::superiors(work, place, chain)).await,
        Performer::DepartmentHead { of } => {
            (Box::pin(heads(work, place, of)).await?, format!("head of the department of {}", words(of)))
        }
        Performer::DepartmentHeads(departments) => {
            return Box::pin(heads::of_departments(work, place, departments)).await;
        }
        Performer::Field(path) => (users_at(work, place, path).await?, format!("field {}", words(path))),
        Performer::Picked(picked) => {
            let why = match picked.by {
                Picker::Initiator => "named by the initiator",
                Picker::Approver(_) => "named by an earlier approver",
            };
            (place.instance.picks.get(place.node).cloned().unwrap_or_default(), why.to_owned())
        }
        // Not the condition: it may speak of fields that a reader may not read.
        Performer::Where(condition) => {
            (Box::pin(among::meeting(work, place, condition)).await?, "condition of the step".to_owned())
        }
        Performer::Group(members) => return of_group(work, place, members).await,
    };
    Ok(users.into_iter().map(|user| Person::new(user, why.clone())).collect())
}

async fn of_group(work: &Work, place: Place<'_>, members: &[(Performer, u32)]) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    for (rule, weight) in members {
        for person in Box::pin(by_rule(work, place, rule)).await? {
            let weight = person.weight.saturating_mul(*weight);
            people.push(Person { weight, ..person });
        }
    }
    Ok(people)
}

/// Who stands in for the initiator, who may not approve an own request.
pub async fn substitutes(work: &Work, instance: &Instance, head: bool) -> Result<Vec<Person>> {
    let (user, why) = match head {
        true => (
            head_of(work, instance.initiator).await?,
            "head of the initiator's department, in the initiator's place",
        ),
        false => (
            superior(work, instance.initiator, 1).await?,
            "superior of the initiator, in the initiator's place",
        ),
    };
    let user = user.filter(|user| *user != instance.initiator);
    let person = |user| Person { substituted: true, ..Person::new(user, why) };
    Ok(user.map(person).into_iter().collect())
}

fn words(path: &Path) -> String {
    let root = match path.root {
        Root::Initiator => Some("initiator"),
        Root::Assignee => Some("assignee"),
        // A variable says itself what it is called.
        _ => None,
    };
    let steps = path.steps.iter().map(|s| &*s.field).filter(|f| !(path.steps.len() == 1 && *f == "id"));
    root.into_iter().chain(steps).collect::<Vec<_>>().join(".")
}

fn object<'a>(work: &'a Work, name: &str) -> Result<&'a Arc<Object>> {
    work.published.object(name)
}

async fn user(work: &Work, id: Uuid) -> Result<Option<Row>> {
    let users = object(work, "base.user")?;
    work.rows().load(users, id).await
}

/// Those who may sign in, and so can act.
pub(crate) async fn active(work: &Work, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
    let rows = work.rows().load_all(object(work, "base.user")?, ids).await?;
    let live = rows.iter().filter(|row| {
        row.system(SystemField::DeletedAt).is_null() && row.get("active") != &Value::Boolean(false)
    });
    Ok(live.map(Row::id).collect())
}

/// Whether somebody who may sign in has a role.
pub(super) async fn has_members(work: &Work, role: &str) -> Result<bool> {
    let assignments = object(work, "base.role_assignment")?;
    let rows = work.rows().having(assignments, "role", Value::from(role)).await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.get("user").as_reference()).collect();
    Ok(!active(work, &ids).await?.is_empty())
}

/// Members of a role, optionally only those of some departments; by login, so that the order is stable.
pub(crate) async fn members(work: &Work, role: &str, within: Option<&[Uuid]>) -> Result<Vec<Uuid>> {
    let assignments = object(work, "base.role_assignment")?;
    let rows = work.rows().having(assignments, "role", Value::from(role)).await?;
    let mut found = Vec::new();
    for assignment in rows {
        let Some(id) = assignment.get("user").as_reference() else { continue };
        let Some(row) = user(work, id).await? else { continue };
        let department = row.get("department").as_reference();
        if within.is_none_or(|wanted| department.is_some_and(|own| wanted.contains(&own))) {
            found.push((row.get("login").clone(), id));
        }
    }
    found.sort_by(|a, b| a.0.as_text().cmp(&b.0.as_text()));
    Ok(found.into_iter().map(|(_, id)| id).collect())
}

/// The n-th superior. A line of managers that ends before, or turns in a circle, has none.
async fn superior(work: &Work, of: Uuid, level: u32) -> Result<Option<Uuid>> {
    let mut at = of;
    for _ in 0..level {
        let Some(manager) = user(work, at).await?.and_then(|row| row.get("manager").as_reference()) else {
            return Ok(None);
        };
        at = manager;
    }
    Ok((at != of).then_some(at))
}

/// The head of a user's department; where the user heads it, that of the department above.
async fn head_of(work: &Work, of: Uuid) -> Result<Option<Uuid>> {
    let Some(mut at) = user(work, of).await?.and_then(|row| row.get("department").as_reference()) else {
        return Ok(None);
    };
    let departments = object(work, "base.department")?;
    // A tree has no circles, but a bound costs nothing.
    for _ in 0..64 {
        let Some(row) = work.rows().load(departments, at).await? else { break };
        match (row.get("head").as_reference(), row.get("parent").as_reference()) {
            (Some(head), _) if head != of => return Ok(Some(head)),
            (_, Some(parent)) => at = parent,
            _ => break,
        }
    }
    Ok(None)
}

async fn heads(work: &Work, place: Place<'_>, path: &Path) -> Result<Vec<Uuid>> {
    let (value, target) = value_at(work, place, path).await?;
    let mut found = Vec::new();
    for id in ids(&value) {
        match target.as_deref() {
            Some("base.department") => {
                let row = work.rows().load(object(work, "base.department")?, id).await?;
                found.extend(row.and_then(|r| r.get("head").as_reference()));
            }
            _ => found.extend(head_of(work, id).await?),
        }
    }
    Ok(found)
}

async fn users_at(work: &Work, place: Place<'_>, path: &Path) -> Result<Vec<Uuid>> {
    Ok(ids(&value_at(work, place, path).await?.0))
}

/// The departments a path names, each with all below it.
async fn departments(work: &Work, place: Place<'_>, path: &Path) -> Result<Vec<Uuid>> {
    let mut all = Vec::new();
    for top in ids(&value_at(work, place, path).await?.0) {
        all.extend(
            crate::identity::departments_below(&work.rows(), object(work, "base.department")?, top).await?,
        );
    }
    Ok(all)
}

fn ids(value: &Value) -> Vec<Uuid> {
    match value {
        Value::List(items) => items.iter().filter_map(Value::as_reference).collect(),
        one => one.as_reference().into_iter().collect(),
    }
}

/// Walks a path from the record, the initiator, who holds the task or a variable; answers the value and the object it refers to.
async fn value_at(work: &Work, place: Place<'_>, path: &Path) -> Result<(Value, Option<Arc<str>>)> {
    let instance = place.instance;
    let mut steps = path.steps.as_slice();
    let (mut value, mut target): (Value, Option<Arc<str>>) = match (path.root, steps.split_first()) {
        (Root::Initiator, _) => (Value::Reference(instance.initiator), Some("base.user".into())),
        (Root::Assignee, _) => {
            (place.assignee.map(Value::Reference).unwrap_or_default(), Some("base.user".into()))
        }
        (Root::Variable, Some((variable, rest))) => {
            steps = rest;
            let ty = place.flow.variables.types.get(&variable.field);
            (place.known.get(&*variable.field).cloned().unwrap_or_default(), ty.and_then(referred))
        }
        _ => (Value::Reference(instance.record), Some(instance.object.clone())),
    };
    for step in steps {
        let (Some(holder), Some(at)) = (target.take(), value.as_reference()) else {
            return Ok((Value::Null, None));
        };
        let object = object(work, &holder)?;
        let Some(row) = work.rows().load(object, at).await? else { return Ok((Value::Null, None)) };
        value = row.get(&step.field).clone();
        target = match &*step.field {
            "id" => Some(holder),
            field => object.field(field).and_then(|field| referred(&field.ty)),
        };
    }
    Ok((value, target))
}

/// The object that values of a type refer to.
fn referred(ty: &Type) -> Option<Arc<str>> {
    match ty {
        Type::Reference(object) => object.clone(),
        Type::List(item) => referred(item),
        _ => None,
    }
}
