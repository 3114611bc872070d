//! The stored form of a record's columns: values of Rust to bound values and back.

use crate::codec::{Cell, Cells};
use crate::dialect::Dialect;
use crate::error::internal;
use crate::sql::fragment::{Form, Fragment};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use definition::ColumnType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sea_orm::Value as Bound;
use std::sync::Arc;
use uuid::Uuid;

/// A column's piece of SQL. `column` is qualified and quoted; a link's second column is `<column>_object`.
pub fn fragment(column: String, second: String, ty: ColumnType, list: bool) -> Fragment {
    match ty {
        ColumnType::Text => Fragment::new(column, Form::Text),
        ColumnType::Integer => Fragment::stored_number(column, 0, true),
        ColumnType::Decimal { scale } => Fragment::stored_number(column, scale, false),
        ColumnType::Boolean => Fragment::new(column, Form::Boolean),
        ColumnType::Date => Fragment::new(column, Form::Date),
        ColumnType::DateTime => Fragment::new(column, Form::DateTime),
        ColumnType::Time => Fragment::new(column, Form::Time),
        ColumnType::Uuid => Fragment::new(column, Form::Id),
        ColumnType::Link => Fragment::new(column, Form::Link(second)),
        ColumnType::Json => Fragment::new(column, if list { Form::List } else { Form::Json }),
    }
}

/// The value as it is bound for a column of this type. A value of another type is a defect of the caller;
/// a decimal that leaves 18 digits is the caller's `number_out_of_range`.
pub fn bound(value: &Value, ty: ColumnType, dialect: Dialect) -> Result<Bound> {
    let wrong = || internal("binding a value", &format!("{value:?} for a column of {ty:?}"));
    Ok(match (ty, value) {
        (ColumnType::Text, Value::Null) => Bound::String(None),
        (ColumnType::Text, Value::Text(text)) => Bound::String(Some(text.clone())),
        (ColumnType::Integer, Value::Null) => Bound::BigInt(None),
        (ColumnType::Integer, Value::Integer(n) | Value::Duration(n)) => Bound::BigInt(Some(*n)),
        (ColumnType::Integer, Value::Decimal(d)) => {
            let whole = d.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
            Bound::BigInt(Some(whole.to_i64().ok_or_else(out_of_range)?))
        }
        (ColumnType::Decimal { scale }, _) => {
            let number = if value.is_null() { None } else { Some(value.as_decimal().ok_or_else(wrong)?) };
            bound_decimal(number, scale, dialect)?
        }
        (ColumnType::Boolean, Value::Null) => None::<bool>.cell(dialect),
        (ColumnType::Boolean, Value::Boolean(flag)) => flag.to_owned().cell(dialect),
        (ColumnType::Date, Value::Null | Value::Date(_)) => {
            let day = if let Value::Date(day) = value { Some(*day) } else { None };
            match dialect {
                Dialect::Sqlite => Bound::String(day.map(date_text)),
                Dialect::Postgres => Bound::ChronoDate(day),
            }
        }
        (ColumnType::DateTime, Value::Null) => None::<DateTime<Utc>>.cell(dialect),
        (ColumnType::DateTime, Value::DateTime(at)) => at.to_owned().cell(dialect),
        (ColumnType::Time, Value::Null | Value::Time(_)) => {
            let time = if let Value::Time(time) = value { Some(*time) } else { None };
            match dialect {
                Dialect::Sqlite => Bound::String(time.map(clock_text)),
                Dialect::Postgres => Bound::ChronoTime(time),
            }
        }
        (ColumnType::Uuid | ColumnType::Link, Value::Null) => None::<Uuid>.cell(dialect),
        (ColumnType::Uuid, Value::Reference(id)) | (ColumnType::Link, Value::Link { id, .. }) => {
            id.to_owned().cell(dialect)
        }
        (ColumnType::Json, Value::Null) => None::<serde_json::Value>.cell(dialect),
        (ColumnType::Json, Value::List(items)) => {
            serde_json::Value::Array(items.iter().map(json).collect()).cell(dialect)
        }
        (ColumnType::Json, Value::Json(structure)) => structure.cell(dialect),
        _ => return Err(wrong()),
    })
}

fn bound_decimal(number: Option<Decimal>, scale: u8, dialect: Dialect) -> Result<Bound> {
    match dialect {
        Dialect::Postgres => Ok(Bound::Decimal(number)),
        Dialect::Sqlite => Ok(Bound::BigInt(match number {
            None => None,
            Some(number) => Some(scaled(number, scale).ok_or_else(out_of_range)?),
        })),
    }
}

/// The number times `10^scale`, rounded half away from zero; `None` if it does not fit 64 bits.
pub fn scaled(number: Decimal, scale: u8) -> Option<i64> {
    let places = u32::from(scale);
    let mut rounded =
        number.round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    rounded = rounded.normalize();
    let factor = 10_i128.checked_pow(places.checked_sub(rounded.scale())?)?;
    i64::try_from(rounded.mantissa().checked_mul(factor)?).ok()
}

/// `number_out_of_range`.
pub fn out_of_range() -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::NumberOutOfRange))
}

/// `2026-01-31`
pub fn date_text(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// `14:30:00`
pub fn clock_text(time: NaiveTime) -> String {
    time.format("%H:%M:%S").to_string()
}

/// A value inside a stored structure.
pub fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Boolean(flag) => (*flag).into(),
        Value::Integer(n) | Value::Duration(n) => (*n).into(),
        Value::Decimal(d) => d.to_string().into(),
        Value::Text(text) => text.clone().into(),
        Value::Date(day) => date_text(*day).into(),
        Value::DateTime(at) => crate::codec::time_text(*at).into(),
        Value::Time(time) => clock_text(*time).into(),
        Value::Reference(id) => id.to_string().into(),
        Value::Link { object, id } => serde_json::json!({"object": object.as_ref(), "id": id.to_string()}),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Json(structure) => structure.clone(),
    }
}

/// A value out of a stored structure, by the type it has in expressions.
pub fn from_json(structure: serde_json::Value, ty: &Type) -> Value {
    use serde_json::Value as Json;
    match (structure, ty) {
        (Json::Null, _) => Value::Null,
        (Json::Array(items), Type::List(item)) => {
            Value::List(items.into_iter().map(|i| from_json(i, item)).collect())
        }
        (Json::String(text), Type::Reference(_)) => {
            Uuid::parse_str(&text).map_or(Value::Text(text), Value::Reference)
        }
        (Json::String(text), Type::Text | Type::Select(_)) => Value::Text(text),
        (Json::Number(n), Type::Integer) => n.as_i64().map_or(Value::Null, Value::Integer),
        (other, _) => Value::Json(other),
    }
}

/// Reads one value of a row. A link takes two columns, the second after the first.
pub fn read(row: &Cells, index: usize, ty: ColumnType, kind: &Type) -> Result<Value> {
    let value = match ty {
        ColumnType::Text => row.get::<Option<String>>(index)?.map(Value::Text),
        ColumnType::Integer => row
            .get::<Option<i64>>(index)?
            .map(|n| if matches!(kind, Type::Duration) { Value::Duration(n) } else { Value::Integer(n) }),
        ColumnType::Decimal { scale } => row.scaled(index, u32::from(scale))?.map(|mut number| {
            number.rescale(u32::from(scale));
            Value::Decimal(number)
        }),
        ColumnType::Boolean => row.get::<Option<bool>>(index)?.map(Value::Boolean),
        ColumnType::Date => row.get::<Option<NaiveDate>>(index)?.map(Value::Date),
        ColumnType::DateTime => row.get::<Option<DateTime<Utc>>>(index)?.map(Value::DateTime),
        ColumnType::Time => row.get::<Option<NaiveTime>>(index)?.map(Value::Time),
        ColumnType::Uuid => row.get::<Option<Uuid>>(index)?.map(Value::Reference),
        ColumnType::Link => match (row.get::<Option<Uuid>>(index)?, row.text(index + 1)?) {
            (Some(id), Some(object)) => Some(Value::Link { object: Arc::from(object), id }),
            _ => None,
        },
        ColumnType::Json => {
            row.get::<Option<serde_json::Value>>(index)?.map(|structure| from_json(structure, kind))
        }
    };
    Ok(value.unwrap_or(Value::Null))
}
