//! The condition of a unique constraint as text for DDL, which takes no bound values.

use crate::dialect::Dialect;
use catalog::{Catalog, Object};
use diagnostic::{Code, Diagnostic, Result};
use expression::Expr;

pub(super) fn rendered(object: &Object, _: &Expr, _: &Catalog, _: Dialect) -> Result<String> {
    Err(Box::new(
        Diagnostic::new(Code::NotYetSupported)
            .with("what", format!("a condition on a unique of {}", object.name)),
    ))
}
