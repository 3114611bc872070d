//! Templates: handlebars with an allow-list, checked against the catalog before they are ever rendered.
//!
//! handlebars ends the whole process where blocks nest too deeply or partials include each other: both are found
//! before a text is even parsed, or before it is rendered. Values are data: `{{x}}` in one stays as it is.
//!
//! Read in this order: `scan` (how deep), `shape` (what names mean), [`check`] (what a text may say), `clock`, `display`,
//! [`render()`].

mod scan;

mod shape;

mod check;

mod clock;

mod display;

mod render;

#[cfg(test)]
mod tests;

pub use check::{Checked, Needs, Partials, Text, check};
pub use render::{Rendered, Rendering, render};
