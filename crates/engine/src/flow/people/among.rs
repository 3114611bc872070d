//! People for whom a condition holds.

use super::{Place, object, user};
use crate::flow::values;
use crate::work::Work;
use diagnostic::Result;
use expression::{Expr, Root};
use plan::Row;
use storage::row;
use uuid::Uuid;

/// Most people of one look-up.
const MOST: u32 = 10_000;

/// Everyone for whom the condition holds, by login, so that the order is stable. One statement answers it.
pub(super) async fn meeting(work: &Work, place: Place<'_>, condition: &Expr) -> Result<Vec<Uuid>> {
    let instance = place.instance;
    let condition = &values::with_variables(work, instance, place.known, condition).await?;
    let rows = work.rows();
    let users = object(work, "base.user")?;
    let record = rows.load(work.published.object(&instance.object)?, instance.record).await?;
    let initiator = user(work, instance.initiator).await?;
    let known = [(Root::Record, record.as_ref()), (Root::Initiator, initiator.as_ref())];
    let ids = row::meeting(rows.tx, rows.reading, users, Some(condition), &known, MOST).await?;
    let mut found = rows.load_all(users, &ids).await?;
    found.sort_by(|a, b| a.get("login").as_text().cmp(&b.get("login").as_text()));
    Ok(found.iter().map(Row::id).collect())
}
