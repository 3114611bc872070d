//! What expressions of a flow say of its record as it stands in this transaction.

use crate::flow::variable::{self, Known};
use crate::records::read::{self, Given};
use crate::work::Work;
use catalog::{Field, Object, Stored};
use diagnostic::{Diagnostic, Result};
use expression::{CompareOperator, Expr, Kind, Path, Position, Root, Step, Type, Value};
use plan::Row;
use plan::scene::is_deleted;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use workflow::flow::Declared;
use workflow::step::Step as FlowStep;
use workflow::{Flow, Instance, Run};

/// The cases of a step that hold: the first of a `choose`; all of an `each`, or the one without a condition.
pub(super) async fn cases_that_hold(
    work: &Work,
    run: &Run<'_>,
    node: usize,
    known: &Known,
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
            Some(when) => holds(work, &run.instance, known, when).await?,
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

/// Whether a condition holds.
pub(super) async fn holds(work: &Work, instance: &Instance, known: &Known, when: &Expr) -> Result<bool> {
    Ok(evaluated(work, instance, known, when).await? == Value::Boolean(true))
}

/// The items of a list, as a token keeps them.
pub(super) async fn items(work: &Work, run: &Run<'_>, known: &Known, list: &Expr) -> Result<Vec<Json>> {
    let related = match &list.kind {
        Kind::Path(path) => related(work, run, known, path).await?,
        _ => None,
    };
    if let Some(ids) = related {
        return Ok(ids.into_iter().map(|id| variable::kept(&Value::Reference(id))).collect());
    }
    Ok(match evaluated(work, &run.instance, known, list).await? {
        Value::List(items) => items.iter().map(variable::kept).collect(),
        Value::Null => Vec::new(),
        one => vec![variable::kept(&one)],
    })
}

/// The records at the end of a path that leads to many: children, and those that a record refers to; `None` for a path
/// to a value.
async fn related(work: &Work, run: &Run<'_>, known: &Known, path: &Path) -> Result<Option<Vec<Uuid>>> {
    let Some((last, before)) = path.steps.split_last().filter(|(last, _)| !last.object.is_empty()) else {
        return Ok(None);
    };
    let stored = work.published.object(&last.object)?.field(&last.field).map(|field| &field.stored);
    let Some(stored @ (Stored::Children { .. } | Stored::Link(_))) = stored else { return Ok(None) };
    let holder = match (before, path.root) {
        ([], Root::Initiator) => Some(run.instance.initiator),
        ([], _) => Some(run.instance.record),
        _ => {
            let kind = Kind::Path(Path { root: path.root, steps: before.to_vec() });
            let ty = Type::Reference(Some(last.object.clone()));
            let holder = Expr { kind, ty, at: Position::default() };
            evaluated(work, &run.instance, known, &holder).await?.as_reference()
        }
    };
    Ok(Some(match (holder, stored) {
        (Some(holder), Stored::Children { object, via }) => {
            let rows = work.rows().referring(work.published.object(object)?, via, holder).await?;
            rows.iter().map(Row::id).collect()
        }
        (Some(holder), Stored::Link(link)) => {
            let found = storage::row::load_links(&work.tx, link, holder).await?;
            let found: Vec<Uuid> = found.into_iter().map(|(target, ..)| target).collect();
            let rows = work.rows().load_all(work.published.object(&link.target)?, &found).await?;
            // What lies in the recycle bin is not there.
            let live = |id: &Uuid| rows.iter().any(|row| row.id() == *id && !is_deleted(row));
            found.into_iter().filter(live).collect()
        }
        _ => Vec::new(),
    }))
}

/// The value of an expression, with the variables that it sees.
pub(super) async fn evaluated(work: &Work, instance: &Instance, known: &Known, expr: &Expr) -> Result<Value> {
    let users = HashMap::from([(Root::Initiator, instance.initiator)]);
    let given = Given { users, variables: known.clone() };
    read::value_of(work, &instance.object, instance.record, expr, &given).await
}

/// The value of an expression, with the variables that a token sees.
pub(super) async fn value(work: &Work, run: &Run<'_>, token: u32, expr: &Expr) -> Result<Value> {
    evaluated(work, &run.instance, &variable::seen(run, Some(token)), expr).await
}

/// A condition with the values of variables in their place: statements know none.
pub(super) async fn with_variables(
    work: &Work,
    instance: &Instance,
    known: &Known,
    condition: &Expr,
) -> Result<Expr> {
    let mut parts = Vec::new();
    of_variables(condition, &mut parts);
    let mut found = Vec::with_capacity(parts.len());
    for part in parts {
        found.push((part, evaluated(work, instance, known, part).await?));
    }
    let value = |part: &Expr| found.iter().find(|(known, _)| known.kind == part.kind);
    Ok(expression::substitute(condition, &|part| value(part).map(|(_, value)| value.clone())))
}

/// The parts that speak of variables alone.
fn of_variables<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
    match &expr.kind {
        Kind::Parameter(_) => found.push(expr),
        Kind::Path(path) if path.root == Root::Variable => found.push(expr),
        _ => expr.parts().for_each(|part| of_variables(part, found)),
    }
}

/// The values that a `set` step gives to variables.
///
/// # Errors
/// What the types of the variables refuse, each at `variables.<name>`.
pub(super) async fn assigned(
    work: &Work,
    run: &Run<'_>,
    known: &Known,
    variables: &[(Arc<str>, Expr)],
) -> Result<Vec<(Arc<str>, Json)>> {
    let mut values = Vec::with_capacity(variables.len());
    for (name, expr) in variables {
        let found = evaluated(work, &run.instance, known, expr).await?;
        let Some(declared) = run.flow.variables.declared.get(name) else { continue };
        values.push((name.clone(), variable::kept(&fitting(declared, name, found)?)));
    }
    Ok(values)
}

/// What the variables of a flow hold when it starts: one may be computed from those before it.
///
/// # Errors
/// As [`assigned`].
pub(super) async fn begin(work: &Work, flow: &Flow, instance: &mut Instance) -> Result<()> {
    for (name, declared) in &flow.variables.declared {
        let Some(default) = declared.default.as_ref().filter(|_| !instance.variables.contains_key(name))
        else {
            continue;
        };
        let known = variable::of_instance(flow, instance);
        let found = evaluated(work, instance, &known, default).await?;
        instance.variables.insert(name.clone(), variable::kept(&fitting(declared, name, found)?));
    }
    Ok(())
}

/// A value as its variable holds it: numbers at their scale, within its bounds.
fn fitting(declared: &Declared, name: &str, value: Value) -> Result<Value> {
    let value = plan::conform(value, &declared.kind.kind().expression_type());
    let mut wrong = Vec::new();
    declared.kind.kind().validate(&value, &mut wrong);
    let at = |found: Diagnostic| found.with("field", name).at(format!("variables.{name}"));
    match Diagnostic::gather(wrong.into_iter().map(at).collect()) {
        Some(found) => Err(Box::new(found)),
        None => Ok(value),
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
    let filter = match filter {
        Some(filter) => {
            Some(with_variables(work, &run.instance, &variable::seen(run, Some(token)), filter).await?)
        }
        None => None,
    };
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
