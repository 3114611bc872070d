//! The one way by which the product calls other machines over HTTP.
//!
//! An address is taken apart and judged, its name resolved, every answer judged again, and the connection made to
//! the very address that was judged: a name that resolves differently a moment later leads nowhere. No redirects, no
//! proxies of the environment, bounds on sizes and times. What is not on the public internet is reached only where
//! an administrator permits it.
//!
//! Read in this order: [`permit`] (which addresses), [`target`] (what a URL names), [`resolve`] (names), [`trust`] (who
//! servers are), [`call`].

pub mod permit;

pub mod target;

pub mod resolve;

pub mod trust;

pub mod call;

pub use call::{Answer, Bounds, Call, Outbound};
pub use permit::Permit;
pub use resolve::{Resolve, SystemResolver};
pub use target::Uncalled;
pub use trust::Trust;
