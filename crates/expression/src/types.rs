//! Types of expressions, and what the checker must be told about the objects.

use crate::tree::Root;
use indexmap::IndexMap;
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
