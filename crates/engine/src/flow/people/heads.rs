//! The heads of departments that are named, or that something refers to.

use super::{Place, ids, object, value_at};
use crate::work::Work;
use catalog::Stored;
use diagnostic::Result;
use expression::{Path, Root, Value};
use uuid::Uuid;
use workflow::{Departments, Person};

/// Each head once, in the order of the departments. One without a head has nobody, and so has a code that nobody uses.
pub(super) async fn of_departments(
    work: &Work,
    place: Place<'_>,
    departments: &Departments,
) -> Result<Vec<Person>> {
    let rows = work.rows();
    let known = object(work, "base.department")?;
    let mut found = Vec::new();
    match departments {
        Departments::Codes(codes) => {
            for code in codes {
                found.extend(rows.find(known, &[("code".into(), Value::from(&**code))]).await?);
            }
        }
        Departments::At(path) => {
            for id in at(work, place, path).await? {
                found.extend(rows.load(known, id).await?);
            }
        }
    }
    let person = |row: &plan::Row| {
        let code = row.get("code").as_text().unwrap_or_default();
        Some(Person::new(row.get("head").as_reference()?, format!("head of department {code}")))
    };
    Ok(found.iter().filter_map(person).collect())
}

/// The departments at the end of a path, which may lead to many.
async fn at(work: &Work, place: Place<'_>, path: &Path) -> Result<Vec<Uuid>> {
    if let Some((last, before)) = path.steps.split_last().filter(|(last, _)| !last.object.is_empty())
        && let Some(Stored::Link(link)) =
            object(work, &last.object)?.field(&last.field).map(|field| &field.stored)
    {
        let holder = match (before, path.root) {
            ([], Root::Initiator) => Some(place.instance.initiator),
            ([], Root::Assignee) => place.assignee,
            ([], _) => Some(place.instance.record),
            _ => {
                let before = Path { root: path.root, steps: before.to_vec() };
                value_at(work, place, &before).await?.0.as_reference()
            }
        };
        let Some(holder) = holder else { return Ok(Vec::new()) };
        let found = storage::row::load_links(&work.tx, link, holder).await?;
        return Ok(found.into_iter().map(|(target, ..)| target).collect());
    }
    Ok(ids(&value_at(work, place, path).await?.0))
}
