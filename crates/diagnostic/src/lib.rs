//! One table of error codes and the diagnostic that carries one of them to whoever must act on it.
//!
//! Every refusal of the platform, from a misspelt key in a definition to a stale version in a request,
//! is a [`Diagnostic`]: a stable [`Code`], the values that fill its message, a hint, and the place it is
//! about. Messages exist in every [`Locale`] and are rendered as late as possible, for the reader at hand.
//!
//! This crate knows no HTTP and no SQL: a [`Class`] says what kind of refusal a code is, and the server
//! maps classes to status codes.
//!
//! Read in this order: [`locale`] (languages and translated text), [`class`] (kinds of refusals),
//! [`code`] (the table), [`diagnostic`] (one finding), [`suggest`] ("did you mean").

mod locale;

mod class;

mod code;

mod diagnostic;

mod suggest;

pub use class::Class;
pub use code::Code;
pub use diagnostic::{Diagnostic, Hint, Result, Source};
pub use locale::{Locale, Text};
pub use suggest::{did_you_mean, nearest};
