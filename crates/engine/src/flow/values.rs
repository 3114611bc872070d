//! What expressions of a flow say of its record as it stands in this transaction.

use crate::flow::variable;
use crate::records::read::{self, Given};
use crate::work::Work;
use catalog::{Field, Object};
use diagnostic::Result;
use expression::{CompareOperator, Expr, Kind, Path, Position, Root, Step, Type, Value};
use serde_json::Value as Json;
use std::collections::HashMap;
use uuid::Uuid;
use workflow::Run;
use workflow::step::Step as FlowStep;

/// The cases of a step that hold: the first of a `choose`; all of an `each`, or the one without a condition. Without a
/// token: as the step would be entered now.
pub(super) async fn cases_that_hold(
    work: &Work,
    run: &Run<'_>,
    node: usize,
    token: Option<u32>,
) -> Result<Vec<usize>> {
    let (cases, all) = match &run.flow.nodes[node].step {
        FlowStep::Choose(step) => (&step.cases, false),
        FlowStep::Each(step) => (&step.cases, true),
        _ => return Ok(Vec::new()),
    };
    let mut found = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let takes = match &case.when {
            None => found.is_empty(),
            Some(when) => holds(work, run, token, when).await?,
        };
        if takes {
            found.push(index);
        }
        if takes && !all {
            break;
        }
    }
    Ok(found)
}

/// Whether a condition holds for a token.
pub(super) async fn holds(work: &Work, run: &Run<'_>, token: Option<u32>, when: &Expr) -> Result<bool> {
    Ok(value(work, run, token, when).await? == Value::Boolean(true))
}

/// The items of a list, as a token keeps them.
pub(super) fn listed(value: &Value) -> Vec<Json> {
    match value {
        Value::List(items) => items.iter().map(variable::kept).collect(),
        Value::Null => Vec::new(),
        one => vec![variable::kept(one)],
    }
}

/// The records of an object for which a condition holds, oldest first. It may speak of the flow's record, its initiator
/// and its variables.
pub(super) async fn records_meeting(
    work: &Work,
    run: &Run<'_>,
    token: u32,
    object: &str,
    filter: Option<&Expr>,
    most: u32,
) -> Result<Vec<Uuid>> {
    let rows = work.rows();
    let variables = variable::seen(run, Some(token));
    let filter = filter.map(|filter| {
        expression::substitute(filter, &|part| match &part.kind {
            Kind::Parameter(name) => variables.get(&**name).cloned(),
            _ => None,
        })
    });
    let record = rows.load(work.published.object(&run.instance.object)?, run.instance.record).await?;
    let initiator = rows.load(work.published.object("base.user")?, run.instance.initiator).await?;
    let known = [(Root::Record, record.as_ref()), (Root::Initiator, initiator.as_ref())];
    let object = work.published.object(object)?;
    storage::row::meeting(rows.tx, rows.reading, object, filter.as_ref(), &known, most).await
}

/// Whether a field lies between two values, both included.
pub(super) fn before_and_after(object: &Object, field: &Field, least: Value, most: Value) -> Expr {
    let of = |kind, ty| Expr { kind, ty, at: Position::default() };
    let step = Step { object: object.name.clone(), field: field.name.clone() };
    let path = Kind::Path(Path { root: Root::Row, steps: vec![step] });
    let compared = |operator, value| {
        let (path, value) = (of(path.clone(), field.ty.clone()), of(Kind::Literal(value), field.ty.clone()));
        of(Kind::Compare(operator, Box::new(path), Box::new(value)), Type::Boolean)
    };
    let both =
        vec![compared(CompareOperator::GreaterOrEqual, least), compared(CompareOperator::LessOrEqual, most)];
    of(Kind::And(both), Type::Boolean)
}

/// The value of an expression, with the variables that a token sees.
pub(super) async fn value(work: &Work, run: &Run<'_>, token: Option<u32>, expr: &Expr) -> Result<Value> {
    let users = HashMap::from([(Root::Initiator, run.instance.initiator)]);
    let given = Given { users, variables: variable::seen(run, token) };
    read::value_of(work, &run.instance.object, run.instance.record, expr, &given).await
}
