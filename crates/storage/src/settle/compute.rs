//! The values of one derived field for a set of rows.

use crate::dialect::quoted;
use crate::error::internal;
use crate::row::value::{load_values, path_expr, rollup_expr};
use crate::select::Reading;
use crate::settle::Change;
use crate::sql::{Binder, column};
use crate::transaction::Tx;
use catalog::{Derivation, Derived, Field, Object, Stored};
use definition::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Clock, Context, EvaluateError, Expr, Function, Kind, Path, Root, Step, Value, evaluate};
use std::sync::Arc;
use uuid::Uuid;

/// Rows computed at once.
const CHUNK: usize = 500;

/// Computes the field for these rows and writes what differs.
pub(crate) async fn compute(
    tx: &Tx,
    reading: Reading<'_>,
    derivation: &Derivation,
    ids: &[Uuid],
) -> Result<Vec<Change>> {
    let missing = || internal("settling", &format!("`{}.{}`", derivation.object, derivation.field));
    let object = reading.catalog.object(&derivation.object).ok_or_else(missing)?.clone();
    let field = object.field(&derivation.field).ok_or_else(missing)?.clone();
    let (Some(derived), Stored::Column { column, ty }) = (&field.derived, &field.stored) else {
        return Err(missing());
    };
    let mut changes = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let values = values(tx, reading, &object, &field, derived, ids).await?;
        let mut differing = Vec::new();
        for (id, (old, new)) in values {
            let new = stored(new, *ty)?;
            if normal(&old) != normal(&new) {
                differing.push(Change {
                    object: object.name.clone(),
                    id,
                    field: field.name.clone(),
                    old,
                    new,
                });
            }
        }
        differing.sort_by_key(|change| change.id);
        if !differing.is_empty() {
            write(tx, &object, column, *ty, &differing).await?;
        }
        changes.extend(differing);
    }
    Ok(changes)
}

/// What is stored and what should be, for each row.
async fn values(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    field: &Field,
    derived: &Derived,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, (Value, Value))>> {
    let own = Path {
        root: Root::Row,
        steps: vec![Step { object: object.name.clone(), field: field.name.clone() }],
    };
    let mut wanted = vec![path_expr(reading, &own)];
    let formula = match derived {
        Derived::Rollup(rollup) => {
            let child = match object.field(&rollup.children).map(|f| &f.stored) {
                Some(Stored::Children { object, .. }) => reading.catalog.object(object),
                _ => None,
            };
            let child = child.ok_or_else(|| internal("settling", &format!("`{}`", rollup.children)))?;
            wanted.push(rollup_expr(object, field, rollup, child));
            None
        }
        Derived::Formula(formula) => {
            let mut inputs = Inputs::default();
            let formula = inputs.extract(formula);
            wanted.extend(inputs.paths.iter().map(|path| path_expr(reading, path)));
            wanted.extend(inputs.computed.iter().cloned());
            Some((formula, inputs))
        }
    };
    let clock = clock(reading)?;
    let mut found = Vec::with_capacity(ids.len());
    for (id, mut values) in load_values(tx, reading, object, ids, &wanted).await? {
        let old = std::mem::take(&mut values[0]);
        let new = match &formula {
            None => values.pop().unwrap_or_default(),
            Some((formula, inputs)) => {
                let known = Known { inputs, values: &values[1..] };
                evaluate(formula, &known, &clock).map_err(|e| Box::new(Diagnostic::from(e)))?
            }
        };
        found.push((id, (old, new)));
    }
    Ok(found)
}

fn clock(reading: Reading<'_>) -> Result<Clock> {
    let name = &reading.bindings.time_zone;
    let zone = name.parse().map_err(|_| internal("settling", &format!("time zone `{name}`")))?;
    Ok(Clock { now: reading.bindings.now, zone })
}

/// What a formula reads: paths, and parts the database computes (functions over children, trees, lists of
/// pairs), which become parameters.
#[derive(Default)]
struct Inputs {
    paths: Vec<Path>,
    computed: Vec<Expr>,
}

impl Inputs {
    /// The formula with what the database computes replaced by parameters `#0`, `#1` ….
    fn extract(&mut self, formula: &Expr) -> Expr {
        let computed = std::cell::RefCell::new(std::mem::take(&mut self.computed));
        let replaced = replace(formula, &mut |part| {
            let by_database = matches!(&part.kind, Kind::Children { .. } | Kind::Call(Function::Within, _))
                || on_pairs(part);
            by_database.then(|| {
                let mut computed = computed.borrow_mut();
                let place = computed.iter().position(|known| known.kind == part.kind).unwrap_or_else(|| {
                    computed.push(part.clone());
                    computed.len() - 1
                });
                Expr { kind: Kind::Parameter(parameter(place)), ty: part.ty.clone(), at: part.at }
            })
        });
        self.computed = computed.into_inner();
        plan::walk::visit(&replaced, &mut |part, _| {
            if let Kind::Path(path) = &part.kind
                && !self.paths.contains(path)
            {
                self.paths.push(path.clone());
            }
        });
        replaced
    }
}

fn parameter(place: usize) -> Arc<str> {
    Arc::from(format!("#{place}"))
}

/// A function over a many-to-many list cannot be told from one over a stored list here; both databases can
/// compute either.
fn on_pairs(part: &Expr) -> bool {
    match &part.kind {
        Kind::Call(Function::Contains | Function::Len | Function::IsEmpty, arguments) => arguments
            .first()
            .is_some_and(|a| matches!((&a.ty, &a.kind), (expression::Type::List(_), Kind::Path(_)))),
        _ => false,
    }
}

/// Rebuilds an expression, outer parts first; a part for which `with` answers is replaced whole.
fn replace(expr: &Expr, with: &mut dyn FnMut(&Expr) -> Option<Expr>) -> Expr {
    if let Some(other) = with(expr) {
        return other;
    }
    let mut one = |part: &Expr| Box::new(replace(part, with));
    let kind = match &expr.kind {
        Kind::Not(a) => Kind::Not(one(a)),
        Kind::Negate(a) => Kind::Negate(one(a)),
        Kind::Part(a, part) => Kind::Part(one(a), part.clone()),
        Kind::Compare(operator, a, b) => Kind::Compare(*operator, one(a), one(b)),
        Kind::Arithmetic(operator, a, b) => Kind::Arithmetic(*operator, one(a), one(b)),
        Kind::If(a, b, c) => Kind::If(one(a), one(b), one(c)),
        Kind::And(all) => Kind::And(all.iter().map(|a| *one(a)).collect()),
        Kind::Or(all) => Kind::Or(all.iter().map(|a| *one(a)).collect()),
        Kind::Coalesce(all) => Kind::Coalesce(all.iter().map(|a| *one(a)).collect()),
        Kind::Call(function, all) => Kind::Call(*function, all.iter().map(|a| *one(a)).collect()),
        Kind::In(a, all) => Kind::In(one(a), all.iter().map(|a| *one(a)).collect()),
        Kind::Switch { subject, arms, default } => Kind::Switch {
            subject: one(subject),
            arms: arms.iter().map(|(literals, arm)| (literals.clone(), *one(arm))).collect(),
            default: default.as_ref().map(|default| one(default)),
        },
        leaf => leaf.clone(),
    };
    Expr { kind, ty: expr.ty.clone(), at: expr.at }
}

/// The values of one row: paths first, then what the database computed.
struct Known<'a> {
    inputs: &'a Inputs,
    values: &'a [Value],
}

impl Context for Known<'_> {
    fn value(&self, root: Root, steps: &[Step]) -> Result<Value, EvaluateError> {
        let place = self.inputs.paths.iter().position(|path| path.root == root && path.steps == steps);
        place.and_then(|place| self.values.get(place)).cloned().ok_or_else(|| EvaluateError::missing(steps))
    }

    fn parameter(&self, name: &str) -> Result<Value, EvaluateError> {
        let place = name.strip_prefix('#').and_then(|place| place.parse::<usize>().ok());
        place
            .and_then(|place| self.values.get(self.inputs.paths.len() + place))
            .cloned()
            .ok_or_else(|| EvaluateError::Missing { what: name.to_owned() })
    }
}

/// The value as the column will hold it: rounded half away from zero at its scale.
fn stored(value: Value, ty: ColumnType) -> Result<Value> {
    use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    let places = match ty {
        ColumnType::Decimal { scale } => u32::from(scale),
        ColumnType::Integer => 0,
        _ => return Ok(value),
    };
    let Some(number) = value.as_decimal() else {
        return Ok(value);
    };
    let rounded = number.round_dp_with_strategy(places, MidpointAwayFromZero);
    if column::scaled(rounded, u8::try_from(places).unwrap_or_default())
        .is_none_or(|n| n.unsigned_abs() >= 1_000_000_000_000_000_000)
    {
        return Err(column::out_of_range());
    }
    Ok(match (ty, value) {
        (ColumnType::Integer, _) => column::scaled(rounded, 0).map_or(Value::Null, Value::Integer),
        _ => Value::Decimal(rounded),
    })
}

fn normal(value: &Value) -> Value {
    match value {
        Value::Decimal(d) => Value::Decimal(d.normalize()),
        Value::Duration(n) => Value::Integer(*n),
        other => other.clone(),
    }
}

/// One statement for all rows; neither version nor `updated_*` are touched.
async fn write(tx: &Tx, object: &Object, column: &str, ty: ColumnType, changes: &[Change]) -> Result<()> {
    let dialect = tx.dialect();
    let mut binder = Binder::new(dialect);
    let mut rows = Vec::with_capacity(changes.len());
    for change in changes {
        let id = binder.bind(change.id);
        let value = binder.bind(column::bound(&change.new, ty, dialect)?);
        rows.push(format!("({id}, {value})"));
    }
    let table = quoted(&object.table);
    let sql = format!(
        "UPDATE {table} SET {} = v.column2 FROM (VALUES {}) AS v WHERE {table}.\"id\" = v.column1",
        quoted(column),
        rows.join(", ")
    );
    tx.execute_sql(sql, binder.into_values()).await?;
    Ok(())
}
