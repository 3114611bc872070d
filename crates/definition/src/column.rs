//! The logical type of a stored column; `storage` chooses the physical one of each database.

use serde::{Deserialize, Serialize};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text, compared by code point.
    Text,
    /// A whole number of 64 bits; also durations, in seconds.
    Integer,
    /// An exact decimal of at most 18 digits, `scale` of them after the point.
    Decimal {
        /// Places after the point.
        scale: u8,
    },
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// An instant, UTC, to the microsecond.
    DateTime,
    /// A time of day.
    Time,
    /// The id of a record whose object is known.
    Uuid,
    /// A record of any object: two columns, the object's name and the id.
    Link,
    /// A structure: lists, addresses, places.
    Json,
}
