//! Putting known values in place of what yields them, before a back end sees the tree.

use crate::evaluate::{Clock, Context, EvaluateError, evaluate};
use crate::tree::{Expr, Kind, Root, Step};
use crate::{Type, Value};

/// Replaces parts by literals: `known` is asked for every part, outermost first, and a value it gives stands in
/// the part's place with the part's type.
pub fn substitute(expr: &Expr, known: &dyn Fn(&Expr) -> Option<Value>) -> Expr {
    if let Some(value) = known(expr) {
        return Expr { kind: Kind::Literal(value), ty: expr.ty.clone(), at: expr.at };
    }
    expr.map(&mut |part| substitute(part, known))
}

/// Binds the clock and the fields that `known` gives (such as those of `user`), then computes what has become
/// constant: `close_date >= start_of("month", today())` becomes a comparison with a date. What remains needs
/// the site's time zone only where a column of instants is cut into days.
///
/// # Errors
/// [`EvaluateError::OutOfRange`] where a constant part is.
pub fn bind(
    expr: &Expr,
    clock: &Clock,
    known: &dyn Fn(Root, &[Step]) -> Option<Value>,
) -> Result<Expr, EvaluateError> {
    let bound = substitute(expr, &|part| match &part.kind {
        Kind::Today => Some(Value::Date(clock.today())),
        Kind::Now => Some(Value::DateTime(clock.now)),
        // Inside child functions these roots mean other records; what is known is known of the outer ones.
        Kind::Path(path) if !matches!(path.root, Root::Row | Root::Record) => known(path.root, &path.steps),
        _ => None,
    });
    fold(&bound, clock)
}

/// A context in which nothing is known: constants need none.
struct Nothing;

impl Context for Nothing {
    fn value(&self, _: Root, steps: &[Step]) -> Result<Value, EvaluateError> {
        Err(EvaluateError::missing(steps))
    }
}

fn fold(expr: &Expr, clock: &Clock) -> Result<Expr, EvaluateError> {
    let mut failed = None;
    let folded = expr.map(&mut |part| match fold(part, clock) {
        Ok(part) => part,
        Err(error) => {
            failed.get_or_insert(error);
            part.clone()
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let computes = matches!(folded.kind, Kind::Call(..) | Kind::Arithmetic(..) | Kind::Negate(_));
    let constant = folded.parts().all(|part| matches!(part.kind, Kind::Literal(_)));
    // A tree's shape is data.
    let data = matches!(folded.kind, Kind::Call(crate::Function::Within, _));
    if !computes || !constant || data {
        return Ok(folded);
    }
    let value = evaluate(&folded, &Nothing, clock)?;
    debug_assert!(folded.ty != Type::Null || value.is_null());
    Ok(Expr { kind: Kind::Literal(value), ..folded })
}
