//! `form`: the sections in which a record is shown and edited.

use crate::shape::{Entry, Expression, Names};
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a record is shown and edited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Form {
    /// The form's name.
    pub name: String,
    /// The object whose records it shows.
    pub object: String,
    /// The name people read.
    pub label: Option<Text>,
    /// Taken where no form is asked for by name.
    #[serde(default)]
    pub default: bool,
    /// The sections, from top to bottom.
    #[serde(default)]
    pub sections: IndexMap<String, Section>,
    /// What single fields do on this form.
    #[serde(default)]
    pub fields: IndexMap<String, FormField>,
    /// What differs per size of screen: layout → section → change.
    #[serde(default)]
    #[schemars(extend("propertyNames" = {"enum": ["phone", "tablet", "print"]}))]
    pub layouts: IndexMap<Layout, IndexMap<String, SectionLayout>>,
    /// Whether the form is open to the internet.
    pub public: Option<Public>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// Fields under a heading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Section {
    /// The heading.
    pub label: Option<Text>,
    /// A sentence below the heading.
    pub help: Option<Text>,
    /// Fields side by side, 1 to 4.
    #[schemars(range(min = 1, max = 4))]
    pub columns: Option<u8>,
    /// Shown only where this holds.
    pub visible_when: Option<Expression>,
    /// Closed until somebody opens it.
    pub collapsed: bool,
    /// The fields, in order.
    pub fields: Names<Entry>,
}

/// What a field does on a form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FormField {
    /// A label that stands in place of the field's own.
    pub label: Option<Text>,
    /// A sentence below the input.
    pub help: Option<Text>,
    /// Grey text in an empty input.
    pub placeholder: Option<Text>,
    /// Shown only where this holds.
    pub visible_when: Option<Expression>,
    /// Fixed where this holds.
    pub readonly_when: Option<Expression>,
    /// Needed on this form where this holds.
    pub required_when: Option<Expression>,
    /// Needed on this form.
    pub required: Option<bool>,
    /// Fixed on this form.
    pub readonly: Option<bool>,
    /// For children and references: the fields shown in their table.
    pub columns: Names<Entry>,
    /// For children: what stands below a column.
    pub footer: IndexMap<String, Footer>,
}

/// What stands below a column of children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Footer {
    /// The sum.
    Sum,
    /// The mean.
    Avg,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// How many.
    Count,
}

/// A size of screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// A telephone.
    Phone,
    /// A tablet.
    Tablet,
    /// Paper.
    Print,
}

/// What differs in a section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SectionLayout {
    /// Fields side by side.
    #[schemars(range(min = 1, max = 4))]
    pub columns: Option<u8>,
    /// Left out.
    pub hidden: bool,
    /// Closed until somebody opens it.
    pub collapsed: Option<bool>,
}

/// A form that is open to the internet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Public {
    /// Whether it is open; this version knows only `false`.
    pub enabled: bool,
}
