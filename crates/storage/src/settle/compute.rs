//! The values of derived fields for a set of rows.

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
use std::collections::BTreeSet;
use std::sync::Arc;
use uuid::Uuid;

/// Most rows computed at once.
const MOST_ROWS: usize = 500;
/// Most values one statement binds; SQLite allows 32,766.
const MOST_BOUND: usize = 30_000;

/// A derived field on its way through one read.
struct Wanted<'a> {
    field: &'a Field,
    column: &'a str,
    ty: ColumnType,
    /// The rows it is computed for.
    ids: &'a BTreeSet<Uuid>,
    /// Where its values begin in what is read: what is stored, then what it is computed from.
    place: usize,
    /// How it is computed from them; a roll-up is computed by the database.
    formula: Option<(Expr, Inputs)>,
}

/// Computes derived fields of one object, none of which reads another, and writes what differs: one read and
/// one write for so many rows, however many fields.
pub(crate) async fn compute(
    tx: &Tx,
    reading: Reading<'_>,
    together: &[(&Derivation, BTreeSet<Uuid>)],
) -> Result<Vec<Change>> {
    let Some((first, _)) = together.first() else { return Ok(Vec::new()) };
    let missing = |field: &str| internal("settling", &format!("`{}.{field}`", first.object));
    let object = reading.catalog.object(&first.object).ok_or_else(|| missing(""))?;
    let mut exprs = Vec::new();
    let mut wanted = Vec::with_capacity(together.len());
    for (derivation, ids) in together {
        let field = object.field(&derivation.field).ok_or_else(|| missing(&derivation.field))?;
        wanted.push(want(reading, object, field, ids, &mut exprs)?);
    }
    let all: BTreeSet<Uuid> = together.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
    let all: Vec<Uuid> = all.into_iter().collect();
    let clock = clock(reading)?;
    let mut changes = Vec::new();
    for ids in all.chunks((MOST_BOUND / (1 + wanted.len())).clamp(1, MOST_ROWS)) {
        let found = load_values(tx, reading, object, ids, &exprs).await?;
        let mut rows = Vec::new();
        for id in ids {
            let Some(values) = found.get(id) else { continue };
            let mut row = Vec::with_capacity(wanted.len());
            let mut differs = false;
            for want in &wanted {
                let old = &values[want.place];
                if !want.ids.contains(id) {
                    row.push(old.clone());
                    continue;
                }
                let new = stored(want.value(values, &clock)?, want.ty)?;
                if normal(old) != normal(&new) {
                    differs = true;
                    let (object, field) = (object.name.clone(), want.field.name.clone());
                    changes.push(Change { object, id: *id, field, old: old.clone(), new: new.clone() });
                }
                row.push(new);
            }
            if differs {
                rows.push((*id, row));
            }
        }
        if !rows.is_empty() {
            write(tx, object, &wanted, rows).await?;
        }
    }
    Ok(changes)
}

/// Adds to `exprs` what one field needs of a row.
fn want<'a>(
    reading: Reading<'_>,
    object: &'a Arc<Object>,
    field: &'a Field,
    ids: &'a BTreeSet<Uuid>,
    exprs: &mut Vec<Expr>,
) -> Result<Wanted<'a>> {
    let missing = |what: &str| internal("settling", &format!("`{}.{what}`", object.name));
    let (Some(derived), Stored::Column { column, ty }) = (&field.derived, &field.stored) else {
        return Err(missing(&field.name));
    };
    let own = Path {
        root: Root::Row,
        steps: vec![Step { object: object.name.clone(), field: field.name.clone() }],
    };
    let place = exprs.len();
    exprs.push(path_expr(reading, &own));
    let formula = match derived {
        Derived::Rollup(rollup) => {
            let child = match object.field(&rollup.children).map(|f| &f.stored) {
                Some(Stored::Children { object, .. }) => reading.catalog.object(object),
                _ => None,
            };
            let child = child.ok_or_else(|| missing(&rollup.children))?;
            exprs.push(rollup_expr(object, field, rollup, child));
            None
        }
        Derived::Formula(formula) => {
            let mut inputs = Inputs::default();
            let formula = inputs.extract(formula);
            exprs.extend(inputs.paths.iter().map(|path| path_expr(reading, path)));
            exprs.extend(inputs.computed.iter().cloned());
            Some((formula, inputs))
        }
    };
    Ok(Wanted { field, column, ty: *ty, ids, place, formula })
}

impl Wanted<'_> {
    /// What it should be.
    fn value(&self, values: &[Value], clock: &Clock) -> Result<Value> {
        let values = &values[self.place + 1..];
        match &self.formula {
            None => Ok(values.first().cloned().unwrap_or_default()),
            Some((formula, inputs)) => {
                let known = Known { inputs, values };
                evaluate(formula, &known, clock).map_err(|e| Box::new(Diagnostic::from(e)))
            }
        }
    }
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

/// One statement for all rows and fields; neither version nor `updated_*` are touched.
async fn write(tx: &Tx, object: &Object, wanted: &[Wanted<'_>], rows: Vec<(Uuid, Vec<Value>)>) -> Result<()> {
    let dialect = tx.dialect();
    let mut binder = Binder::new(dialect);
    let mut lines = Vec::with_capacity(rows.len());
    for (id, values) in rows {
        let mut line = vec![binder.bind(id)];
        for (want, value) in wanted.iter().zip(values) {
            line.push(binder.bind(column::bound(&value, want.ty, dialect)?));
        }
        lines.push(format!("({})", line.join(", ")));
    }
    let table = quoted(&object.table);
    let sets =
        wanted.iter().zip(2..).map(|(want, place)| format!("{} = v.column{place}", quoted(want.column)));
    let sql = format!(
        "UPDATE {table} SET {} FROM (VALUES {}) AS v WHERE {table}.\"id\" = v.column1",
        sets.collect::<Vec<_>>().join(", "),
        lines.join(", ")
    );
    tx.execute_sql(sql, binder.into_values()).await?;
    Ok(())
}
