//! Values that a cell compares: of one type a column, in one order.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use expression::Value;
use rust_decimal::Decimal;
use std::fmt;

/// A value that a cell compares. Values of one column are of one variant, so that their order is that of its content.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scalar {
    /// True or false.
    Boolean(bool),
    /// An exact number; whole ones too.
    Number(Decimal),
    /// Text, by code point; also an option's name.
    Text(String),
    /// A calendar day.
    Date(NaiveDate),
    /// An instant.
    DateTime(DateTime<Utc>),
    /// A time of day.
    Time(NaiveTime),
    /// A length of time in seconds.
    Duration(i64),
}

impl Scalar {
    /// The value as one that cells compare; `None` for null and for what they cannot compare.
    pub fn of(value: &Value) -> Option<Scalar> {
        Some(match value {
            Value::Boolean(value) => Scalar::Boolean(*value),
            Value::Integer(number) => Scalar::Number(Decimal::from(*number)),
            Value::Decimal(number) => Scalar::Number(*number),
            Value::Text(text) => Scalar::Text(text.clone()),
            Value::Date(day) => Scalar::Date(*day),
            Value::DateTime(instant) => Scalar::DateTime(*instant),
            Value::Time(time) => Scalar::Time(*time),
            Value::Duration(seconds) => Scalar::Duration(*seconds),
            Value::Null | Value::Reference(_) | Value::Link { .. } | Value::List(_) | Value::Json(_) => {
                return None;
            }
        })
    }
}

/// As a cell would say it.
impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Boolean(value) => write!(f, "{value}"),
            Scalar::Number(number) => write!(f, "{}", number.normalize()),
            Scalar::Text(text) => write!(f, "\"{text}\""),
            Scalar::Date(day) => write!(f, "{day}"),
            Scalar::DateTime(instant) => {
                f.write_str(&instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
            }
            Scalar::Time(time) => write!(f, "{time}"),
            Scalar::Duration(seconds) => write!(f, "{}", length(*seconds)),
        }
    }
}

/// `1d12h`
fn length(seconds: i64) -> String {
    let mut rest = seconds.unsigned_abs();
    let mut out = String::from(if seconds < 0 { "-" } else { "" });
    for (unit, of) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= of {
            out.push_str(&format!("{}{unit}", rest / of));
            rest %= of;
        }
    }
    if seconds == 0 { "0s".to_owned() } else { out }
}
