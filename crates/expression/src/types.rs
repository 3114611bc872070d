//! Types of expressions, and what the checker must be told about the objects.

use crate::root::Root;
use indexmap::IndexMap;
use std::fmt;
use std::sync::Arc;

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// The literal `()`, where no better type is known.
    Null,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// An exact decimal stored with `scale` places; results of arithmetic carry up to 10.
    Decimal {
        /// Places after the point, 0…10.
        scale: u8,
    },
    /// Text.
    Text,
    /// One of these options.
    Select(Arc<[String]>),
    /// A calendar day.
    Date,
    /// An instant.
    DateTime,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
    /// A record of the named object (`pack.object`), or of any object.
    Reference(Option<Arc<str>>),
    /// The child records of the named object.
    Children(Arc<str>),
    /// Several values of one type.
    List(Box<Type>),
    /// An address, whose parts (`country province city district street`) are text.
    Address,
    /// A structure that expressions can only test with `is_empty`.
    Json,
}

/// What the checker learns about one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldInfo {
    /// The canonical name (an alias from `formerly` resolves to it).
    pub name: Arc<str>,
    /// Its type.
    pub ty: Type,
    /// Its value depends on the clock and is computed at read.
    pub on_clock: bool,
}

/// The objects an expression may speak of. The catalog implements it.
pub trait Schema {
    /// The field `name` of `object` (`pack.object`), system fields included.
    fn field(&self, object: &str, name: &str) -> Option<FieldInfo>;
    /// All field names of `object`, for hints.
    fn field_names(&self, object: &str) -> Vec<String>;
    /// Whether `object` has a parent reference to itself, so that `within` has a meaning.
    fn is_tree(&self, object: &str) -> bool {
        let _ = object;
        true
    }
}

impl Type {
    /// Whether it is a number.
    pub fn is_number(&self) -> bool {
        matches!(self, Type::Integer | Type::Decimal { .. })
    }

    /// Whether it is text, options included.
    pub fn is_text(&self) -> bool {
        matches!(self, Type::Text | Type::Select(_))
    }

    /// Places after the point that a number of this type may have.
    pub fn scale(&self) -> u8 {
        match self {
            Type::Decimal { scale } => *scale,
            _ => 0,
        }
    }
}

/// The name of the type in messages, as in the definition language.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Null => f.write_str("()"),
            Type::Boolean => f.write_str("boolean"),
            Type::Integer => f.write_str("integer"),
            Type::Decimal { .. } => f.write_str("decimal"),
            Type::Text => f.write_str("text"),
            Type::Select(_) => f.write_str("select"),
            Type::Date => f.write_str("date"),
            Type::DateTime => f.write_str("datetime"),
            Type::Time => f.write_str("time"),
            Type::Duration => f.write_str("duration"),
            Type::Reference(Some(object)) => write!(f, "reference to {object}"),
            Type::Reference(None) => f.write_str("reference"),
            Type::Children(object) => write!(f, "children of {object}"),
            Type::List(item) => write!(f, "list of {item}"),
            Type::Address => f.write_str("address"),
            Type::Json => f.write_str("json"),
        }
    }
}

/// The names in scope where an expression stands.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Reserved roots in scope and the object each is a record of: `Row` for bare names, then
    /// `record old user initiator approver assignee event`.
    pub roots: IndexMap<Root, Arc<str>>,
    /// Bare names that are neither fields nor roots: parameters of an action, variables of a flow.
    pub parameters: IndexMap<String, Type>,
    /// Whether `today()` and `now()` may be used.
    pub clock: bool,
}
