//! People for whom a condition holds.

use super::{Place, object, user};
use crate::flow::values;
use crate::work::Work;
use diagnostic::Result;
use expression::{Expr, Kind, Root};
use plan::Row;
use storage::row;
use uuid::Uuid;

/// Most people of one look-up.
const MOST: u32 = 10_000;

/// Everyone for whom the condition holds, by login, so that the order is stable. One statement answers it.
pub(super) async fn meeting(work: &Work, place: Place<'_>, condition: &Expr) -> Result<Vec<Uuid>> {
    let instance = place.instance;
    let condition = &with_variables(work, place, condition).await?;
    let rows = work.rows();
    let users = object(work, "base.user")?;
    let record = rows.load(work.published.object(&instance.object)?, instance.record).await?;
    let initiator = user(work, instance.initiator).await?;
    let known = [(Root::Record, record.as_ref()), (Root::Initiator, initiator.as_ref())];
    let ids = row::meeting(rows.tx, rows.reading, users, condition, &known, MOST).await?;
    let mut found = rows.load_all(users, &ids).await?;
    found.sort_by(|a, b| a.get("login").as_text().cmp(&b.get("login").as_text()));
    Ok(found.iter().map(Row::id).collect())
}

/// The condition with the values of variables in their place: statements know none.
async fn with_variables(work: &Work, place: Place<'_>, condition: &Expr) -> Result<Expr> {
    let mut of_variables = Vec::new();
    collect(condition, &mut of_variables);
    let mut found = Vec::with_capacity(of_variables.len());
    for part in of_variables {
        found.push((part, values::value(work, place.instance, place.known, part).await?));
    }
    let value = |part: &Expr| found.iter().find(|(known, _)| known.kind == part.kind);
    Ok(expression::substitute(condition, &|part| value(part).map(|(_, value)| value.clone())))
}

/// The parts that speak of variables alone.
fn collect<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &expr.kind {
        Kind::Parameter(_) => found.push(expr),
        Kind::Path(path) if path.root == Root::Variable => found.push(expr),
        _ => expr.parts().for_each(|part| collect(part, found)),
    }
}
