//! Other systems: what is asked of them, and what they answer.
//!
//! A call is prepared where it is caused, from values that are checked, and holds no secret: so it may lie in the
//! outbox. Address and secrets are put to it at the moment it is made, outside of any transaction.
//!
//! Read in this order: [`prepare`] (values become a call), `fill` (what stands in it), `site` (what the site says of a
//! connector), `hush` (secrets are not repeated), [`make`] (the call is made), [`answer`] (what is taken from an answer),
//! `told` (what administrators see and try).

pub mod prepare;

mod fill;

mod site;

mod hush;

pub mod make;

pub mod answer;

mod told;

pub use prepare::{Asked, ConnectorCall};
pub use site::Settings;
