//! What a column of inputs holds: the type that its cells are read by, and the values that can occur.

use crate::scalar::Scalar;
use expression::Type;
use std::sync::Arc;

/// What a column of inputs holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// The type of its values.
    pub content: Content,
    /// The only values that occur; `None` for all of the type.
    pub values: Option<Vec<Scalar>>,
    /// The smallest value that occurs.
    pub min: Option<Scalar>,
    /// The largest value that occurs.
    pub max: Option<Scalar>,
    /// Whether a value may be absent.
    pub nullable: bool,
}

/// The type of a column's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// True or false.
    Boolean,
    /// Exact numbers with so many places after the point.
    Number {
        /// Places after the point: 0 for whole numbers.
        places: u8,
    },
    /// Any text.
    Text,
    /// One of these options.
    Options(Arc<[String]>),
    /// A calendar day.
    Date,
    /// An instant.
    DateTime,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
}

impl Content {
    /// The content of a column whose expression has this type; `None` where cells cannot compare it.
    pub fn of(ty: &Type) -> Option<Content> {
        Some(match ty {
            Type::Boolean => Content::Boolean,
            Type::Integer => Content::Number { places: 0 },
            // Results of arithmetic carry ten places, whatever the scale of what they are stored in.
            Type::Decimal { .. } => Content::Number { places: 10 },
            Type::Text => Content::Text,
            Type::Select(options) => Content::Options(options.clone()),
            Type::Date => Content::Date,
            Type::DateTime => Content::DateTime,
            Type::Time => Content::Time,
            Type::Duration => Content::Duration,
            Type::Null
            | Type::Reference(_)
            | Type::Children(_)
            | Type::List(_)
            | Type::Address
            | Type::Json => return None,
        })
    }

    /// Whether its values have an order: options and booleans have none.
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Content::Boolean | Content::Options(_))
    }
}

impl Domain {
    /// A column of which nothing but the type is known.
    pub fn new(content: Content) -> Domain {
        Domain { content, values: None, min: None, max: None, nullable: true }
    }

    /// Whether the value can occur.
    pub fn holds(&self, value: &Scalar) -> bool {
        self.values.as_ref().is_none_or(|values| values.contains(value))
            && self.min.as_ref().is_none_or(|min| value >= min)
            && self.max.as_ref().is_none_or(|max| value <= max)
    }
}
