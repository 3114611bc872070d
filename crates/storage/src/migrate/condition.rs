//! The condition of a unique constraint as text for DDL, which takes no bound values and no joins.

use crate::dialect::{Dialect, quoted};
use crate::error::internal;
use crate::sql::Scope;
use crate::sql::scope::{Context, Renderer};
use catalog::{Catalog, Object};
use chrono::DateTime;
use diagnostic::{Code, Diagnostic, Result};
use expression::Expr;
use plan::read::Bindings;
use sea_orm::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// The condition over the bare columns of the object's own table.
pub(super) fn rendered(
    object: &Arc<Object>,
    filter: &Expr,
    catalog: &Catalog,
    dialect: Dialect,
) -> Result<String> {
    // The catalog allows no clock and no user in such a condition; nothing of this is looked at.
    let bindings = Bindings { now: DateTime::UNIX_EPOCH, time_zone: Arc::from("UTC"), user: Arc::default() };
    let guards = HashMap::new();
    let context = Context { catalog, bindings: &bindings, guards: &guards, secret: None };
    let mut renderer = Renderer::new(context, dialect);
    let alias = "own_row";
    let mut scope = Scope::of_row(alias, object);
    let condition = renderer.condition(&mut scope, filter)?;
    if !scope.joins().is_empty() {
        let what = format!("a condition of a unique on {} that looks into other records", object.name);
        return Err(Box::new(Diagnostic::new(Code::NotYetSupported).with("what", what)));
    }
    let values = renderer.take_values();
    let inlined = inline(&condition, &values, dialect)?;
    Ok(inlined.replace(&format!("{alias}."), "").replace(&format!("{}.", quoted(alias)), ""))
}

/// Puts constants in place of `?1` or `$1` outside of quotes.
fn inline(sql: &str, values: &[Value], dialect: Dialect) -> Result<String> {
    let mark = if dialect == Dialect::Sqlite { '?' } else { '$' };
    let mut out = String::with_capacity(sql.len() + 32);
    let mut rest = sql.chars().peekable();
    let mut quote = None;
    while let Some(c) = rest.next() {
        match quote {
            Some(open) if c == open => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == mark && rest.peek().is_some_and(char::is_ascii_digit) => {
                let mut number = 0_usize;
                while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
                    number = number * 10 + digit as usize;
                    rest.next();
                }
                let value = number.checked_sub(1).and_then(|place| values.get(place));
                out.push_str(&literal(value, dialect)?);
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    Ok(out)
}

fn literal(value: Option<&Value>, dialect: Dialect) -> Result<String> {
    Ok(match value {
        Some(Value::String(Some(text))) => format!("'{}'", text.replace('\'', "''")),
        Some(Value::BigInt(Some(n))) => n.to_string(),
        Some(Value::Bool(Some(flag))) => flag.to_string(),
        Some(Value::Decimal(Some(number))) => number.to_string(),
        Some(Value::ChronoDate(Some(day))) => format!("date '{day}'"),
        Some(Value::ChronoDateTimeUtc(Some(at))) => format!("timestamptz '{}'", at.to_rfc3339()),
        Some(Value::Uuid(Some(id))) => format!("uuid '{id}'"),
        other => {
            let cause = format!("a constant {other:?} in {}", dialect.name());
            return Err(internal("writing the condition of a unique", &cause));
        }
    })
}
