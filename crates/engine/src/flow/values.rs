//! What expressions of a flow say of its record as it stands in this transaction.

use crate::flow::variable::{self, Known};
use crate::records::read::{self, Given};
use crate::work::Work;
use catalog::Stored;
use diagnostic::{Diagnostic, Result};
use expression::{Expr, Kind, Path, Position, Root, Type, Value};
use plan::Row;
use plan::scene::is_deleted;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;
use workflow::flow::Declared;
use workflow::step::Step;
use workflow::{Flow, Instance, Run};

/// The cases of a step that hold: the first of a `choose`; all of an `each`, or the one without a condition.
pub(super) async fn cases_that_hold(
    work: &Work,
    run: &Run<'_>,
    node: usize,
    known: &Known,
) -> Result<Vec<usize>> {
    let (cases, all) = match &run.flow.nodes[node].step {
        Step::Choose(step) => (&step.cases, false),
        Step::Each(step) => (&step.cases, true),
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
    Ok(value(work, instance, known, when).await? == Value::Boolean(true))
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
    Ok(match value(work, &run.instance, known, list).await? {
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
            value(work, &run.instance, known, &holder).await?.as_reference()
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
pub(super) async fn value(work: &Work, instance: &Instance, known: &Known, expr: &Expr) -> Result<Value> {
    let users = HashMap::from([(Root::Initiator, instance.initiator)]);
    let given = Given { users, variables: known.clone() };
    read::value_of(work, &instance.object, instance.record, expr, &given).await
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
        let found = value(work, &run.instance, known, expr).await?;
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
        let Some(default) = &declared.default else { continue };
        let known = variable::of_instance(flow, instance);
        let found = value(work, instance, &known, default).await?;
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
