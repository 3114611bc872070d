//! Values of many rows in one statement: paths through references, functions over children, any expression
//! the database can compute.

use crate::dialect::quoted;
use crate::select::Reading;
use crate::select::keyset::stored_as;
use crate::sql::column;
use crate::sql::fragment::Form;
use crate::sql::scope::{Context, Renderer, Scope};
use crate::transaction::Tx;
use catalog::{Object, Rollup};
use diagnostic::Result;
use expression::{Expr, Kind, Path, Position, Root, Step, Type, Value};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The values of the expressions for each of the rows, deleted ones included. `Row` is the row; nothing is
/// hidden.
pub async fn load_values(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    ids: &[Uuid],
    exprs: &[Expr],
) -> Result<HashMap<Uuid, Vec<Value>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let dialect = tx.dialect();
    let guards = HashMap::new();
    let context = Context {
        catalog: reading.catalog,
        bindings: reading.bindings,
        guards: &guards,
        secret: reading.secret,
    };
    let mut renderer = Renderer::new(context, dialect);
    let mut scope = Scope::of_row("t", object);
    let mut list = vec!["t.\"id\"".to_owned()];
    let mut places = Vec::with_capacity(exprs.len());
    for expr in exprs {
        let fragment = renderer.value(&mut scope, expr)?;
        places.push((list.len(), stored_as(&fragment.form, dialect), &expr.ty));
        list.push(fragment.sql);
        if let Form::Link(object) = fragment.form {
            list.push(object);
        }
    }
    let among = renderer.binder.id_in("t.\"id\"", ids);
    let sql = format!(
        "SELECT {} FROM {} t{} WHERE {among}",
        list.join(", "),
        quoted(&object.table),
        scope.join_text()
    );
    let rows = tx.query_all_sql(sql, renderer.take_values()).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let Some(id) = row.get::<Option<Uuid>>(0)? else { continue };
        let mut values = Vec::with_capacity(places.len());
        for (place, ty, kind) in &places {
            values.push(as_type(column::read(row, *place, *ty, kind)?, kind));
        }
        found.insert(id, values);
    }
    Ok(found)
}

/// The values at the ends of the paths for each of the rows; see [`load_values`].
pub async fn load_paths(
    tx: &Tx,
    reading: Reading<'_>,
    object: &Arc<Object>,
    ids: &[Uuid],
    paths: &[Path],
) -> Result<HashMap<Uuid, Vec<Value>>> {
    let exprs: Vec<Expr> = paths.iter().map(|path| path_expr(reading, path)).collect();
    load_values(tx, reading, object, ids, &exprs).await
}

/// A path as an expression of the type its last field has.
pub(crate) fn path_expr(reading: Reading<'_>, path: &Path) -> Expr {
    let ty = path.steps.last().and_then(|step| type_of(reading, step)).unwrap_or(Type::Null);
    Expr { kind: Kind::Path(path.clone()), ty, at: Position::default() }
}

fn type_of(reading: Reading<'_>, step: &Step) -> Option<Type> {
    Some(reading.catalog.object(&step.object)?.field(&step.field)?.ty.clone())
}

/// A roll-up as the function over children it is. The row is the parent.
pub(crate) fn rollup_expr(object: &Object, field: &catalog::Field, rollup: &Rollup, child: &Object) -> Expr {
    let step = Step { object: object.name.clone(), field: rollup.children.clone() };
    let value = rollup.value.as_ref().map(|name| {
        let step = Step { object: child.name.clone(), field: name.clone() };
        let ty = child.field(name).map_or(Type::Null, |field| field.ty.clone());
        let path = Path { root: Root::Row, steps: vec![step] };
        Expr { kind: Kind::Path(path), ty, at: Position::default() }
    });
    let body = match (value, &rollup.filter) {
        (value, None) => value,
        (None, Some(filter)) => Some(filter.clone()),
        // Aggregates leave nulls out.
        (Some(value), Some(filter)) => {
            let null = Expr { kind: Kind::Literal(Value::Null), ty: value.ty.clone(), at: value.at };
            let (ty, at) = (value.ty.clone(), value.at);
            let kind = Kind::If(Box::new(filter.clone()), Box::new(value), Box::new(null));
            Some(Expr { kind, ty, at })
        }
    };
    Expr {
        kind: Kind::Children {
            path: Path { root: Root::Row, steps: vec![step] },
            aggregate: rollup.aggregate,
            body: body.map(Box::new),
            outer: Root::Row,
        },
        ty: field.ty.clone(),
        at: Position::default(),
    }
}

/// Numbers in the Rust type that the expression's type calls for.
fn as_type(value: Value, ty: &Type) -> Value {
    match (value, ty) {
        (Value::Decimal(d), Type::Integer) => {
            rust_decimal::prelude::ToPrimitive::to_i64(&d).map_or(Value::Decimal(d), Value::Integer)
        }
        (Value::Decimal(d), Type::Duration) => {
            rust_decimal::prelude::ToPrimitive::to_i64(&d).map_or(Value::Decimal(d), Value::Duration)
        }
        (Value::Decimal(d), _) => Value::Decimal(d.normalize()),
        (Value::Integer(n), Type::Decimal { .. }) => Value::Decimal(n.into()),
        (value, _) => value,
    }
}
