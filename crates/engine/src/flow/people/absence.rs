//! Who acts for whom: people who are away, and their substitutes.

use super::active;
use crate::work::Work;
use chrono::NaiveDate;
use diagnostic::Result;
use expression::Value;
use plan::Row;
use std::collections::HashMap;
use storage::row;
use uuid::Uuid;
use workflow::step::Step;
use workflow::{Absent, InPlaceOf, NodeId, Person, Run};

/// How many absent substitutes are followed.
const FARTHEST: usize = 5;

/// Somebody is away.
struct Away {
    until: NaiveDate,
    substitute: Option<Uuid>,
}

/// Those who act at a node in the end: an absent person is left out, or the substitute acts, as the flow says. Whoever
/// has started the flow is here. A copy goes to whom it is meant for.
pub(crate) async fn present(
    work: &Work,
    run: &Run<'_>,
    node: NodeId,
    people: Vec<Person>,
) -> Result<Vec<Person>> {
    let policy = run.flow.policy.absent;
    if policy == Absent::Wait || matches!(run.flow.nodes[node].step, Step::Cc(_)) {
        return Ok(people);
    }
    let others: Vec<Uuid> =
        people.iter().map(|person| person.user).filter(|user| *user != run.instance.initiator).collect();
    let away = away(work, &run.flow.name, &others).await?;
    if policy == Absent::Skip {
        return Ok(people.into_iter().filter(|person| !away.contains_key(&person.user)).collect());
    }
    let mut present: Vec<Person> = Vec::new();
    for person in people {
        let acting = match away.get(&person.user) {
            Some(found) => in_place_of(work, run, node, person, found).await?,
            None => person,
        };
        acting.join(&mut present);
    }
    Ok(present)
}

/// The substitute with the seat of an absent person; the person again where none is found.
async fn in_place_of(
    work: &Work,
    run: &Run<'_>,
    node: NodeId,
    person: Person,
    away: &Away,
) -> Result<Person> {
    let until = away.until;
    Ok(match substitute(work, run, node, person.user, away.substitute).await? {
        Some(user) => {
            let absent = InPlaceOf { user: person.user, until };
            Person { user, in_place_of: Some(absent), ..person }
        }
        None => person,
    })
}

/// The first in the line of substitutes who is here and may act. Nobody comes to decide about the own request, or where
/// duties are separate, because somebody else is away.
async fn substitute(
    work: &Work,
    run: &Run<'_>,
    node: NodeId,
    absent: Uuid,
    first: Option<Uuid>,
) -> Result<Option<Uuid>> {
    let (mut seen, mut next) = (vec![absent], first);
    for _ in 0..FARTHEST {
        let Some(user) = next.filter(|user| !seen.contains(user)) else { return Ok(None) };
        seen.push(user);
        if !active(work, &[user]).await?.contains(&user) {
            return Ok(None);
        }
        match away(work, &run.flow.name, &[user]).await?.remove(&user) {
            Some(away) => next = away.substitute,
            None => {
                return Ok(run.may_act(&run.flow.nodes[node].name, user).is_ok().then_some(user));
            }
        }
    }
    Ok(None)
}

/// Those of the people who are away today, as far as a workflow is concerned. An absence that names workflows goes
/// before one for all.
async fn away(work: &Work, workflow: &str, people: &[Uuid]) -> Result<HashMap<Uuid, Away>> {
    let objects = &work.published.catalog.objects;
    let (Some(absences), Some(scopes)) = (objects.get("base.absence"), objects.get("base.absence_workflow"))
    else {
        return Ok(HashMap::new());
    };
    let (rows, today) = (work.rows(), work.bindings.clock().today());
    let mut known = row::load_children(rows.tx, rows.reading, absences, "person", people).await?;
    known.retain(|absence| day(absence, "starts_on").is_some_and(|day| day <= today));
    known.retain(|absence| day(absence, "ends_on").is_some_and(|day| day >= today));
    let ids: Vec<Uuid> = known.iter().map(Row::id).collect();
    let scopes = row::load_children(rows.tx, rows.reading, scopes, "absence", &ids).await?;
    let mut found: HashMap<Uuid, (bool, &Row)> = HashMap::new();
    for absence in &known {
        let own = scopes.iter().filter(|scope| scope.get("absence").as_reference() == Some(absence.id()));
        let named: Vec<Option<&str>> = own.map(|scope| scope.get("workflow").as_text()).collect();
        let narrow = named.contains(&Some(workflow));
        let Some(person) = absence.get("person").as_reference().filter(|_| narrow || named.is_empty()) else {
            continue;
        };
        let better = match found.get(&person) {
            None => true,
            Some((known, other)) => {
                (narrow, day(other, "starts_on"), other.id())
                    > (*known, day(absence, "starts_on"), absence.id())
            }
        };
        if better {
            found.insert(person, (narrow, absence));
        }
    }
    let away = |(person, (_, absence)): (Uuid, (bool, &Row))| {
        let substitute = absence.get("substitute").as_reference();
        Some((person, Away { until: day(absence, "ends_on")?, substitute }))
    };
    Ok(found.into_iter().filter_map(away).collect())
}

fn day(row: &Row, field: &str) -> Option<NaiveDate> {
    match row.get(field) {
        Value::Date(day) => Some(*day),
        _ => None,
    }
}
