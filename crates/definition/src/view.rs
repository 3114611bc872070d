//! `view`: a saved way to look at the records of an object.

use crate::shape::{Entry, Expression, Names};
use diagnostic::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A way to look at the records of an object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// The view's name.
    pub name: String,
    /// The object whose records it shows.
    pub object: String,
    /// How they are laid out.
    #[serde(default)]
    pub r#type: ViewType,
    /// The name people read.
    pub label: Option<Text>,
    /// Taken where no view is asked for by name.
    #[serde(default)]
    pub default: bool,
    /// The fields shown, also through references (`account.name`).
    #[serde(default)]
    pub columns: Names<Column>,
    /// Only records for which this holds.
    pub r#where: Option<Expression>,
    /// The order: fields, `-field` for downwards.
    #[serde(default)]
    pub sort: Vec<String>,
    /// A kanban's lanes: a select, reference or boolean field. A Gantt chart's groups: the same.
    pub group_by: Option<String>,
    /// What a card of a kanban or gallery shows.
    pub card: Option<Card>,
    /// A gallery's pictures: an image or file field.
    pub cover: Option<String>,
    /// The begin in a calendar or Gantt chart: a date or datetime field.
    pub start: Option<String>,
    /// The end in a calendar or Gantt chart: a field of the same type as `start`.
    pub end: Option<String>,
    /// The text of an entry in a calendar or Gantt chart: a field.
    pub title: Option<String>,
    /// A tree's branch, also in a Gantt chart: a reference to the same object.
    pub parent: Option<String>,
    /// What a bar of a Gantt chart waits for: a reference or references to the same object. A record begins after those
    /// end.
    pub depends_on: Option<String>,
    /// How far a bar of a Gantt chart is: a percent field.
    pub progress: Option<String>,
    /// Records on a page.
    #[schemars(range(min = 1, max = 500))]
    pub limit: Option<u32>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// How records are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewType {
    /// A table.
    #[default]
    List,
    /// Cards in lanes.
    Kanban,
    /// Entries on days.
    Calendar,
    /// A table whose rows have branches.
    Tree,
    /// Cards with pictures.
    Gallery,
    /// Bars on an axis of time, with what waits for what.
    Gantt,
}

/// One column of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Column {
    /// A heading that stands in place of the field's label.
    pub label: Option<Text>,
}

/// What a card shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Card {
    /// The field in the first line.
    pub title: Option<String>,
    /// The fields below it.
    pub lines: Names<Entry>,
    /// The number summed up per lane of a kanban.
    pub sum: Option<String>,
}
