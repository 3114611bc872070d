//! `page`: what is shown of one record, or on a page of its own, composed of blocks.

use crate::shape::{Expression, Names};
use crate::view::Column;
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Blocks on a grid, in tabs if there are many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// The page's name.
    pub name: String,
    /// The object of which it shows one record; absent for a page that an app's menu opens.
    pub object: Option<String>,
    /// The name people read.
    pub label: Option<Text>,
    /// Taken where a record is opened.
    #[serde(default)]
    pub default: bool,
    /// Who sees it; absent means everyone.
    pub roles: Option<Vec<String>>,
    /// The blocks above all tabs, in order.
    #[serde(default)]
    pub blocks: IndexMap<String, Block>,
    /// The tabs, in order.
    #[serde(default)]
    pub tabs: IndexMap<String, Tab>,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
}

/// Blocks that are seen together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Tab {
    /// The name people read.
    pub label: Option<Text>,
    /// Name of an icon.
    pub icon: Option<String>,
    /// Shown only where this holds; of pages about a record.
    pub visible_when: Option<Expression>,
    /// The blocks, in order.
    pub blocks: IndexMap<String, Block>,
}

/// One block; exactly one of the keys after `visible_when` says what it shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Block {
    /// The heading.
    pub label: Option<Text>,
    /// How much of the width it takes where there is room.
    pub width: Width,
    /// Shown only where this holds; of pages about a record.
    pub visible_when: Option<Expression>,
    /// What counts most of the record: its fields, also through references.
    pub summary: Option<Names<Column>>,
    /// The record as a form shows it.
    pub form: Option<String>,
    /// Records that refer to this one.
    pub related: Option<Related>,
    /// The records of a view.
    pub view: Option<String>,
    /// What happened to the record: changes, comments, approvals.
    pub timeline: Option<Nothing>,
    /// Files that are attached to the record.
    pub attachments: Option<Nothing>,
    /// Words, as Markdown.
    pub markdown: Option<Text>,
}

impl Block {
    /// What a block may show: the keys of which one is given.
    pub const KINDS: [&str; 7] =
        ["summary", "form", "related", "view", "timeline", "attachments", "markdown"];

    /// The keys that are given, of [`Block::KINDS`].
    pub fn kinds(&self) -> Vec<&'static str> {
        let given = [
            self.summary.is_some(),
            self.form.is_some(),
            self.related.is_some(),
            self.view.is_some(),
            self.timeline.is_some(),
            self.attachments.is_some(),
            self.markdown.is_some(),
        ];
        Block::KINDS.into_iter().zip(given).filter_map(|(kind, given)| given.then_some(kind)).collect()
    }
}

/// Records that refer to the page's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Their object.
    pub object: String,
    /// Their reference to the page's record.
    pub via: String,
    /// The fields shown; absent means those of the object's first list.
    #[serde(default)]
    pub columns: Names<Column>,
    /// Only records for which this holds.
    pub r#where: Option<Expression>,
    /// The order: fields, `-field` for downwards.
    #[serde(default)]
    pub sort: Vec<String>,
    /// Records shown at first.
    #[schemars(range(min = 1, max = 50))]
    pub limit: Option<u32>,
}

/// A block that has no settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Nothing {}

/// A part of the width; on a phone every block takes all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// All of it.
    #[default]
    Full,
    /// Two of three parts.
    TwoThirds,
    /// The half.
    Half,
    /// One of three parts.
    Third,
}
