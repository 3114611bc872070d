//! What a field holds and an expression yields.

use crate::Type;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use std::sync::Arc;
use uuid::Uuid;

/// A value in memory. Numbers are exact; there is no float.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Absent.
    #[default]
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal: decimal, money (in the currency's major unit), percent (30 means 30 %).
    Decimal(Decimal),
    /// Text, also select options (the option's name), email, phone, url, color, barcode, autonumber.
    Text(String),
    /// A calendar day.
    Date(NaiveDate),
    /// An instant, UTC, to the microsecond.
    DateTime(DateTime<Utc>),
    /// A time of day.
    Time(NaiveTime),
    /// A length of time in seconds.
    Duration(i64),
    /// The id of a record; the object is known from the type.
    Reference(Uuid),
    /// A record of any object (`to: any`).
    Link {
        /// The object's full name, `pack.object`.
        object: Arc<str>,
        /// The record's id.
        id: Uuid,
    },
    /// Several values: multi_select, `multiple: true`, list literals.
    List(Vec<Value>),
    /// A structure that expressions do not look into, but for the parts of an address.
    Json(serde_json::Value),
}

impl Value {
    /// Whether it is absent. (`is_empty` of the language also takes empty text and empty lists.)
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The id of the record referred to, if it is a reference.
    pub fn as_reference(&self) -> Option<Uuid> {
        match self {
            Value::Reference(id) | Value::Link { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Whether it can be a value of a type. Nothing is one of every type.
    pub fn is_of(&self, ty: &Type) -> bool {
        match (ty, self) {
            (_, Value::Null)
            | (Type::Boolean, Value::Boolean(_))
            | (Type::Integer, Value::Integer(_))
            | (Type::Decimal { .. }, Value::Integer(_) | Value::Decimal(_))
            | (Type::Text | Type::Select(_), Value::Text(_))
            | (Type::Date, Value::Date(_))
            | (Type::DateTime, Value::DateTime(_))
            | (Type::Time, Value::Time(_))
            | (Type::Duration, Value::Duration(_))
            | (Type::Reference(_), Value::Reference(_) | Value::Link { .. })
            | (Type::Address | Type::Json, Value::Json(_)) => true,
            (Type::List(item), Value::List(items)) => items.iter().all(|value| value.is_of(item)),
            _ => false,
        }
    }

    /// The number as a decimal, if it is one.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Integer(n) => Some(Decimal::from(*n)),
            Value::Decimal(d) => Some(*d),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}
impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}
impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Boolean(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Integer(value)
    }
}
impl From<Decimal> for Value {
    fn from(value: Decimal) -> Self {
        Value::Decimal(value)
    }
}
impl From<Uuid> for Value {
    fn from(value: Uuid) -> Self {
        Value::Reference(value)
    }
}
impl From<NaiveDate> for Value {
    fn from(value: NaiveDate) -> Self {
        Value::Date(value)
    }
}
impl From<DateTime<Utc>> for Value {
    fn from(value: DateTime<Utc>) -> Self {
        Value::DateTime(value)
    }
}
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}
