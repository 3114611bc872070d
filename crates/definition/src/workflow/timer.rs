//! When something is due: after a time, or at an instant that the record says.

use crate::shape::Expression;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When something is due. One of `after`, `after_from` and `until` is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Timer {
    /// After this time: `30m`, `2h`, `3d`, `8h working`.
    pub after: Option<String>,
    /// After a time that is computed: a duration.
    pub after_from: Option<Expression>,
    /// At an instant that is computed: a date (its first moment) or an instant; never where it is null, at once where it
    /// has passed.
    pub until: Option<Expression>,
    /// The calendar whose hours count where `after` says `working`.
    pub calendar: Option<String>,
    /// The hours of the day in which nothing is done, by the calendar's zone, else the site's: it is done when they end.
    #[schemars(length(min = 2, max = 2))]
    pub not_between: Option<Vec<String>>,
}
