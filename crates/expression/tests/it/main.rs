//! The conformance table on the back ends of this crate, and what must hold for any text.

mod conformance;
mod findings;
mod robustness;
mod variables;
