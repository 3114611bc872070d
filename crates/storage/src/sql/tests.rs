//! Every case of the table of expressions, on every database there is.

use crate::Database;
use crate::dialect::{Dialect, quoted};
use crate::row::write::insert_many;
use crate::select::Reading;
use crate::select::keyset::stored_as;
use crate::sql::column;
use crate::sql::scope::{Context, Renderer, Scope, Source};
use crate::testing::{catalog_of, create_tables, on_each};
use catalog::Catalog;
use expression::conformance::{Case, Fixture, Outcome, cases, fixture};
use expression::{Expr, Kind, Root, Value, substitute};
use plan::Row;
use plan::read::Bindings;
use plan::write::{Operation, RowWrite};
use std::collections::HashMap;
use std::sync::Arc;

fn row_of(catalog: &Catalog, object: &str, fixture: &Fixture, alias: &str) -> Row {
    let record = &fixture.objects[object].records[alias];
    let mut row = Row::empty(catalog.objects[object].clone());
    row.set("id", Value::Reference(record.id));
    row.set("version", Value::Integer(1));
    row.set("created_at", Value::DateTime(chrono::DateTime::UNIX_EPOCH));
    row.set("updated_at", Value::DateTime(chrono::DateTime::UNIX_EPOCH));
    for (name, value) in &record.values {
        row.set(name, value.clone());
    }
    row
}

fn insert(row: Row) -> RowWrite {
    RowWrite {
        object: row.object.clone(),
        id: row.id(),
        operation: Operation::Insert,
        before: None,
        changed: (0..row.values.len()).filter(|i| !row.values[*i].is_null()).collect(),
        after: row,
        links: Vec::new(),
    }
}

fn bindings(fixture: &Fixture, case: Option<&Case>) -> Bindings {
    let mut user = HashMap::new();
    let mut clock = (chrono::DateTime::UNIX_EPOCH, "Asia/Shanghai");
    if let Some(case) = case {
        let (_, record) = fixture.find(&case.user).unwrap();
        user.insert("id", Value::Reference(record.id));
        user.insert("roles", fixture.roles());
        user.insert("departments", fixture.departments(record));
        for name in ["login", "name", "department", "manager"] {
            user.insert(name, record.values.get(name).cloned().unwrap_or_default());
        }
        clock = (case.clock.now, case.clock.zone.name());
    }
    Bindings { now: clock.0, time_zone: Arc::from(clock.1), user: Arc::new(user) }
}

fn normal(value: Value) -> Value {
    match value {
        Value::Integer(n) | Value::Duration(n) => Value::Decimal(n.into()),
        Value::Decimal(d) => Value::Decimal(d.normalize()),
        // Whose record it is, SQL answers beside the id.
        Value::Link { id, .. } => Value::Reference(id),
        Value::List(items) => Value::List(items.into_iter().map(normal).collect()),
        other => other,
    }
}

async fn found(
    database: &Database,
    catalog: &Catalog,
    fixture: &Fixture,
    case: &Case,
    expr: &Expr,
) -> Result<Value, (bool, String)> {
    let dialect = database.dialect();
    let bindings = bindings(fixture, Some(case));
    let guards = HashMap::new();
    let context = Context { catalog, bindings: &bindings, guards: &guards, secret: None };
    let mut renderer = Renderer::new(context, dialect);
    let object = &catalog.objects[&*case.object];
    let old = case.old.as_ref().map(|alias| row_of(catalog, &case.object, fixture, alias));
    let mut scope = Scope::of_row("t", object);
    scope.roots.insert(Root::Old, old.as_ref().map_or(Source::Nothing, Source::Memory));
    let fragment = renderer.value(&mut scope, expr).map_err(|e| (true, e.code.name().to_owned()))?;
    let id = renderer.binder.bind(fixture.objects[&*case.object].records[&case.record].id);
    // The condition that picks the row stands first: the value is computed for that row only.
    let sql = format!(
        "SELECT {} FROM {} t{} WHERE t.\"id\" = {id}",
        fragment.sql,
        quoted(&object.table),
        scope.join_text()
    );
    let ty = stored_as(&fragment.form, dialect);
    let rows = database.reader().query_all_sql(&sql, renderer.take_values()).await;
    let rows = rows.map_err(|e| (false, format!("{} in {sql}", e.code.name())))?;
    column::read(
        &rows[0],
        0,
        if ty == definition::ColumnType::Link { definition::ColumnType::Uuid } else { ty },
        &expr.ty,
    )
    .map(normal)
    .map_err(|e| (false, format!("{} in {sql}", e.code.name())))
}

async fn run(database: &Database, catalog: &Catalog, fixture: &Fixture, case: &Case) -> Result<bool, String> {
    if matches!(case.outcome, Outcome::Refused { .. }) {
        return Ok(false);
    }
    let expr = case.compile(fixture).map_err(|f| format!("{f:?}"))?;
    let expr = substitute(&expr, &|part| match &part.kind {
        Kind::Parameter(name) => fixture.parameters.get(&**name).map(|(_, value)| value.clone()),
        _ => None,
    });
    let name = match database.dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    let excepted = case.except.iter().any(|except| except == name);
    match (&case.outcome, found(database, catalog, fixture, case, &expr).await) {
        (_, Err((true, _))) if excepted => Ok(true),
        (Outcome::Value(_), Err((false, error))) if excepted && error.starts_with("number_out_of_range") => {
            Ok(true)
        }
        (Outcome::Error(code), Err((_, error))) if error.starts_with(code.as_str()) => Ok(true),
        (Outcome::Value(json), Ok(value)) => {
            let expected = case.expected(fixture, &expr.ty).ok_or(format!("{json} is no {}", expr.ty))?;
            if normal(expected.clone()) == value {
                Ok(true)
            } else {
                Err(format!("{value:?}, not {expected:?}"))
            }
        }
        (outcome, found) => Err(format!("{found:?}, not {outcome:?}")),
    }
}

#[test]
fn every_case_of_the_table_is_met() {
    on_each(|database| async move {
        let fixture = fixture();
        let catalog = Arc::new(catalog_of(&fixture));
        create_tables(&database, &catalog).await;
        let rows: Vec<RowWrite> = fixture
            .objects
            .iter()
            .flat_map(|(name, object)| object.records.keys().map(move |alias| (name.clone(), alias.clone())))
            .map(|(name, alias)| insert(row_of(&catalog, &name, &fixture, &alias)))
            .collect();
        let (held, bindings) = (catalog.clone(), bindings(&fixture, None));
        database
            .write_alone(move |tx| {
                let (catalog, rows, bindings) = (held.clone(), rows.clone(), bindings.clone());
                async move {
                    let reading = Reading { catalog: &catalog, bindings: &bindings, secret: None };
                    for row in &rows {
                        insert_many(&tx, reading, std::slice::from_ref(row)).await?;
                    }
                    Ok(())
                }
            })
            .await
            .unwrap();
        let (mut failures, mut met) = (Vec::new(), 0);
        for case in cases() {
            match run(&database, &catalog, &fixture, &case).await {
                Ok(ran) => met += usize::from(ran),
                Err(why) => {
                    failures.push(format!("{} on {}: {}\n    {why}", case.name, case.record, case.expression))
                }
            }
        }
        let name = database.dialect().name();
        assert!(
            failures.is_empty(),
            "{name}: {} of {}\n{}",
            failures.len(),
            failures.len() + met,
            failures.join("\n")
        );
        assert!(met >= 900, "{met} cases ran");
    });
}
