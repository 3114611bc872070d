//! A piece of SQL that yields a value, and how that value is stored.

use rust_decimal::Decimal;

/// A piece of SQL.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// The text; safe to stand as an operand.
    pub sql: String,
    /// How its value is stored.
    pub form: Form,
}

/// How a value is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// `NULL` without a type.
    Null,
    /// 0 and 1, or a boolean.
    Boolean,
    /// An exact number.
    Number(Number),
    /// Text by code point.
    Text,
    /// A day.
    Date,
    /// An instant, UTC.
    DateTime,
    /// A time of day.
    Time,
    /// An id.
    Id,
    /// The id of a record of any object; the object's name is the text in the second piece of SQL.
    Link(String),
    /// A list: JSON array of texts, numbers or ids as text.
    List,
    /// Any other structure.
    Json,
    /// Ciphertext, and the column of its keyed hash if it has one.
    Cipher(Option<String>),
}

/// A number. On SQLite it is an integer scaled by `10^scale`; on PostgreSQL `numeric`, or `bigint` where
/// `whole`.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Places after the point.
    pub scale: u8,
    /// Largest absolute value the scaled integer can have.
    pub bound: u128,
    /// The value itself where it is a constant: it has no text until its scale is known.
    pub constant: Option<Decimal>,
    /// A `bigint` on PostgreSQL.
    pub whole: bool,
}

impl Fragment {
    /// A piece of SQL of the given form.
    pub fn new(sql: impl Into<String>, form: Form) -> Self {
        Fragment { sql: sql.into(), form }
    }

    /// A condition.
    pub fn boolean(sql: impl Into<String>) -> Self {
        Fragment::new(sql, Form::Boolean)
    }

    /// A stored number with 18 digits, `scale` of them after the point.
    pub fn stored_number(sql: impl Into<String>, scale: u8, whole: bool) -> Self {
        let number = Number { scale, bound: 999_999_999_999_999_999, constant: None, whole };
        Fragment::new(sql, Form::Number(number))
    }

    /// A constant number.
    pub fn constant(value: Decimal) -> Self {
        let value = value.normalize();
        let number = Number {
            scale: u8::try_from(value.scale()).unwrap_or(u8::MAX),
            bound: value.mantissa().unsigned_abs(),
            constant: Some(value),
            whole: value.scale() == 0,
        };
        Fragment::new("", Form::Number(number))
    }
}
