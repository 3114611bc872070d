//! Expressions of flows, actions and screens, evaluated over facts.

use crate::facts::{Facts, Needs};
use crate::planner::Planner;
use crate::scene::Roots;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Expr, Value};
use std::cell::RefCell;

/// A result, or what must be read before there is one.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluated<T> {
    /// Read this, add it to the facts, and ask again.
    Read(Needs),
    /// The result.
    Is(T),
}

impl Planner<'_> {
    /// Whether a condition holds for records as they are stored.
    ///
    /// # Errors
    /// `number_out_of_range`; `internal` where the expression speaks of something that was not given.
    pub fn holds(&self, condition: &Expr, roots: Roots<'_>, facts: &Facts) -> Result<Evaluated<bool>> {
        let needs = RefCell::new(Needs::default());
        let result = self.scene(None, facts, &needs).holds(condition, roots)?;
        answer(result, needs.take())
    }

    /// The value of an expression over records as they are stored.
    ///
    /// # Errors
    /// As [`Planner::holds`].
    pub fn value(&self, expr: &Expr, roots: Roots<'_>, facts: &Facts) -> Result<Evaluated<Value>> {
        let needs = RefCell::new(Needs::default());
        let result = self.scene(None, facts, &needs).value(expr, roots)?;
        answer(result, needs.take())
    }
}

fn answer<T>(result: Option<T>, needs: Needs) -> Result<Evaluated<T>> {
    match result {
        Some(result) => Ok(Evaluated::Is(result)),
        None if needs.is_empty() => Err(Box::new(Diagnostic::new(Code::Internal).with("trace", "evaluate"))),
        None => Ok(Evaluated::Read(needs)),
    }
}
