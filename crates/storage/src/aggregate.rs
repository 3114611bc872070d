//! Groups and measures over the rows of one object, as the bytes of a JSON array.
//!
//! Rows are grouped first; titles of referred records are joined to the groups. Days, weeks and months of
//! instants are those of the site's time zone.

use crate::dialect::{Dialect, quoted};
use crate::select::cell::{self, Cell, Form};
use crate::select::output::{self, Level};
use crate::select::{PageOf, Reading};
use crate::sql::fragment::{Form as Sql, Fragment};
use crate::sql::scope::{Context, Renderer, Scope};
use crate::transaction::Tx;
use catalog::{Object, Title};
use definition::FieldType;
use diagnostic::Result;
use expression::{Aggregate, ArithmeticOperator, Expr, Kind, Position, Type};
use plan::Rows;
use plan::read::{AggregateSelect, Group, Measure};
use std::sync::Arc;

/// A column of the grouped rows.
struct Column {
    key: Arc<str>,
    /// The value as it stands outside the grouping.
    value: Fragment,
    kind: Option<FieldType>,
    target: Option<(Arc<Object>, Title)>,
    /// What it sorts by, outside.
    sort: String,
}

/// Reads the groups.
///
/// # Errors
/// As [`crate::select::fetch_page`].
pub async fn fetch_groups(tx: &Tx, reading: Reading<'_>, select: &AggregateSelect) -> Result<PageOf> {
    let (sql, values, level) = prepare(tx.dialect(), reading, select)?;
    let rows = tx.query_all_sql(sql, values).await?;
    let written = cell::write_rows(tx.dialect(), reading.secret, &level.cells, &rows, &Default::default())?;
    Ok(PageOf { body: cell::array(&written), rows: rows.len(), next: None, total: None })
}

type Prepared = (String, Vec<sea_orm::Value>, Level);

fn prepare(dialect: Dialect, reading: Reading<'_>, select: &AggregateSelect) -> Result<Prepared> {
    let context = Context {
        catalog: reading.catalog,
        bindings: reading.bindings,
        guards: &select.conditions.guards,
        secret: reading.secret,
    };
    let mut renderer = Renderer::new(context, dialect);
    let object = &select.object;
    let mut scope = Scope::of_row("t", object);
    let mut list = Vec::new();
    let mut columns = Vec::new();
    for group in &select.groups {
        let value = grouped(&mut renderer, &mut scope, group)?;
        let target = group.target.clone().map(|target| (target, group.title.clone()));
        columns.push(outside(&mut list, &group.key, value, Some(group.kind.clone()), target));
    }
    for measure in &select.measures {
        let value = measured(&mut renderer, &mut scope, measure)?;
        columns.push(outside(&mut list, &measure.key, value, measure.kind.clone(), None));
    }
    let conditions = renderer.conditions(&mut scope, "t", object, &select.conditions)?;
    let by: Vec<String> = (1..=select.groups.len()).map(|place| place.to_string()).collect();
    let group_by = if by.is_empty() { String::new() } else { format!(" GROUP BY {}", by.join(", ")) };
    let inner = format!(
        "SELECT {} FROM {} t{} WHERE {conditions}{group_by}",
        list.join(", "),
        quoted(&object.table),
        scope.join_text()
    );
    let mut outer = Scope::default();
    let mut level = Level { columns: Vec::new(), cells: Vec::new(), lists: Vec::new(), links: Vec::new() };
    for column in &mut columns {
        let cell = shown(&mut renderer, &mut outer, &mut level, column, &select.conditions.guards)?;
        level.cells.push(cell);
    }
    let sql = format!(
        "SELECT {} FROM ({inner}) r0{} ORDER BY {} LIMIT {}",
        level.columns.join(", "),
        outer.join_text(),
        order(&columns, select, dialect),
        select.limit
    );
    Ok((sql, renderer.take_values(), level))
}

fn outside(
    list: &mut Vec<String>,
    key: &Arc<str>,
    value: Fragment,
    kind: Option<FieldType>,
    target: Option<(Arc<Object>, Title)>,
) -> Column {
    let name = format!("c{}", list.len());
    list.push(format!("{} AS {name}", value.sql));
    let sql = format!("r0.{name}");
    let form = match value.form {
        // The object's name of a link stands in no column of its own.
        Sql::Link(_) => Sql::Id,
        form => form,
    };
    Column { key: key.clone(), sort: sql.clone(), value: Fragment::new(sql, form), kind, target }
}

fn grouped<'a>(renderer: &mut Renderer<'a>, scope: &mut Scope<'a>, group: &Group) -> Result<Fragment> {
    let nowhere = Position::default();
    let value = renderer.path(scope, &group.path, &Type::Null, nowhere)?;
    if matches!(value.form, Sql::Cipher(_)) {
        return Err(renderer.refused("a group by an encrypted field", nowhere));
    }
    match (&group.bucket, &value.form) {
        (Some(unit), Sql::Date | Sql::DateTime) => {
            let day = renderer.day_of(&value, nowhere)?;
            Ok(Fragment::new(renderer.start_of_day(unit, &day), Sql::Date))
        }
        _ => Ok(renderer.settled(value)),
    }
}

fn measured<'a>(renderer: &mut Renderer<'a>, scope: &mut Scope<'a>, measure: &Measure) -> Result<Fragment> {
    let nowhere = Position::default();
    let Some(path) = &measure.path else {
        return Ok(Fragment::stored_number("count(*)", 0, true));
    };
    let expr = Expr { kind: Kind::Path(path.clone()), ty: Type::Null, at: nowhere };
    let value = renderer.value(scope, &expr)?;
    if matches!(value.form, Sql::Cipher(_) | Sql::Json | Sql::List) {
        return Err(renderer.refused("a measure of this field", nowhere));
    }
    Ok(match measure.aggregate {
        Aggregate::Sum => {
            let (sql, form) = renderer.sum(&value, nowhere)?;
            Fragment::new(sql, form)
        }
        Aggregate::Min | Aggregate::Max => {
            let sql = renderer.extreme(measure.aggregate == Aggregate::Max, &value);
            Fragment::new(sql, value.form)
        }
        Aggregate::Avg => {
            let (sum, form) = renderer.sum(&value, nowhere)?;
            let count = Fragment::stored_number(format!("count({})", value.sql), 0, true);
            renderer.arithmetic(ArithmeticOperator::Divide, &Fragment::new(sum, form), &count)
        }
        _ => Fragment::stored_number(format!("count({})", value.sql), 0, true),
    })
}

fn shown<'a>(
    renderer: &mut Renderer<'a>,
    outer: &mut Scope<'a>,
    level: &mut Level,
    column: &mut Column,
    guards: &std::collections::HashMap<Arc<str>, Rows>,
) -> Result<Cell> {
    let at = level.column(column.value.sql.clone());
    let key = cell::key(&column.key);
    let Some((target, title)) = &column.target else {
        let form = match &column.kind {
            Some(kind) => output::form(renderer.dialect(), &column.value, kind),
            None => Form::Integer(cell::Stored::Scaled(0)),
        };
        return Ok(Cell::Value { key, at, form });
    };
    let all = Rows::All;
    let access = guards.get(&target.name).unwrap_or(&all);
    let joined = output::join_shown(renderer, outer, &column.value.sql, target, access)?;
    let seen = level.column(format!("{joined}.\"id\""));
    let title = match title.parts.is_empty() {
        true => None,
        false => {
            let title = output::title(renderer, outer, &joined, target, title)?;
            // A title of several parts is never null by itself; where there is no row it must be.
            let collation = if renderer.dialect() == Dialect::Postgres { " COLLATE \"C\"" } else { "" };
            column.sort = format!("(CASE WHEN {joined}.\"id\" IS NOT NULL THEN {title} END){collation}");
            Some(level.column(title))
        }
    };
    Ok(Cell::Reference { key, id: at, object: None, title, shown: Some(seen), expand: Vec::new() })
}

/// As asked; groups break ties, so that the order is stable.
fn order(columns: &[Column], select: &AggregateSelect, dialect: Dialect) -> String {
    let groups = &columns[..select.groups.len()];
    let mut parts: Vec<String> = Vec::new();
    for (key, descending) in &select.sort {
        if let Some(column) = columns.iter().find(|column| column.key == *key) {
            parts.push(sorted(&column.sort, &column.value.form, *descending, dialect));
        }
    }
    parts.extend(groups.iter().map(|column| sorted(&column.sort, &column.value.form, false, dialect)));
    parts.extend(groups.iter().map(|column| column.value.sql.clone()));
    if parts.is_empty() {
        parts.push("1".to_owned());
    }
    parts.join(", ")
}

fn sorted(sql: &str, form: &Sql, descending: bool, dialect: Dialect) -> String {
    let direction = if descending { " DESC" } else { "" };
    match dialect {
        Dialect::Sqlite => format!("{sql}{direction}"),
        Dialect::Postgres => {
            let collation = if *form == Sql::Text { " COLLATE \"C\"" } else { "" };
            let nulls = if descending { " NULLS LAST" } else { " NULLS FIRST" };
            format!("{sql}{collation}{direction}{nulls}")
        }
    }
}
