//! The superiors of somebody, one above the other.

use super::{Place, active, user, users_at, words};
use crate::records::read::{self, Given};
use crate::work::Work;
use diagnostic::Result;
use expression::{Expr, Root, Value};
use std::collections::HashMap;
use uuid::Uuid;
use workflow::{Chain, Person};

/// From the manager upwards, until the first for whom the condition holds, the top, or a circle. Somebody who may not
/// sign in is passed over: he decides nothing, so the line does not end with him.
pub(super) async fn superiors(work: &Work, place: Place<'_>, chain: &Chain) -> Result<Vec<Person>> {
    let mut people = Vec::new();
    for start in users_at(work, place, &chain.of).await? {
        let (mut at, mut seen, mut level, mut found) = (start, vec![start], 0, 0);
        while found < chain.most {
            let manager = user(work, at).await?.and_then(|row| row.get("manager").as_reference());
            let Some(manager) = manager.filter(|manager| !seen.contains(manager)) else { break };
            seen.push(manager);
            (at, level) = (manager, level + 1);
            if level < chain.from || !active(work, &[manager]).await?.contains(&manager) {
                continue;
            }
            found += 1;
            people.push(Person::new(manager, format!("superior {level} of {}", words(&chain.of))));
            if let Some(until) = &chain.until
                && holds(work, place, manager, until).await?
            {
                break;
            }
        }
    }
    Ok(people)
}

async fn holds(work: &Work, place: Place<'_>, approver: Uuid, until: &Expr) -> Result<bool> {
    let instance = place.instance;
    let users = HashMap::from([(Root::Initiator, instance.initiator), (Root::Approver, approver)]);
    let given = Given { users, variables: place.known.clone() };
    let value = read::value_of(work, &instance.object, instance.record, until, &given).await?;
    Ok(value == Value::Boolean(true))
}
