//! The direct parts of an expression, the body of a function over children included.

use expression::{Expr, Kind};

/// One walk, read-only or with changes: the same parts in the same order.
macro_rules! walk {
    ($(#[$about:meta])* $name:ident, $iter:ident $(, $mutable:tt)?) => {
        $(#[$about])*
        pub fn $name<'a>(expr: &'a $($mutable)? Expr, visit: &mut dyn FnMut(&'a $($mutable)? Expr)) {
            match &$($mutable)? expr.kind {
                Kind::Literal(_) | Kind::Path(_) | Kind::Parameter(_) | Kind::Today | Kind::Now => {}
                Kind::Not(a) | Kind::Negate(a) | Kind::Part(a, _) => visit(a),
                Kind::And(list) | Kind::Or(list) | Kind::Coalesce(list) | Kind::Call(_, list) => {
                    list.$iter().for_each(visit);
                }
                Kind::Compare(_, a, b) | Kind::Arithmetic(_, a, b) => {
                    visit(a);
                    visit(b);
                }
                Kind::In(a, list) => {
                    visit(a);
                    list.$iter().for_each(visit);
                }
                Kind::If(a, b, c) => {
                    visit(a);
                    visit(b);
                    visit(c);
                }
                Kind::Switch { subject, arms, default } => {
                    visit(subject);
                    for (_, result) in arms {
                        visit(result);
                    }
                    if let Some(default) = default {
                        visit(default);
                    }
                }
                Kind::Children { body, .. } => {
                    if let Some(body) = body {
                        visit(body);
                    }
                }
            }
        }
    };
}

walk! {
    /// Calls `visit` for each direct part.
    each_part, iter
}

walk! {
    /// Calls `visit` for each direct part, which it may change.
    each_part_mut, iter_mut, mut
}
