//! Walking and building typed expressions.

use expression::{CompareOperator, Expr, Kind, Path, Position, Root, Step, Type, Value};
use std::sync::Arc;

/// Calls `seen` for the expression and all its parts, outer ones first. The flag says whether the part
/// stands inside a function over children.
pub fn visit<'e>(expr: &'e Expr, seen: &mut dyn FnMut(&'e Expr, bool)) {
    visit_at(expr, false, seen);
}

fn visit_at<'e>(expr: &'e Expr, inside: bool, seen: &mut dyn FnMut(&'e Expr, bool)) {
    seen(expr, inside);
    let inside = inside || matches!(expr.kind, Kind::Children { .. });
    catalog::parts::each_part(expr, &mut |part| visit_at(part, inside, seen));
}

/// Every path in the expression, those that end in a children field included. The flag says whether it
/// stands inside a function over children.
pub fn paths(expr: &Expr) -> Vec<(&Path, bool)> {
    let mut found = Vec::new();
    visit(expr, &mut |part, inside| match &part.kind {
        Kind::Path(path) | Kind::Children { path, .. } => found.push((path, inside)),
        _ => {}
    });
    found
}

/// How many parts the expression has, and how many values its longest list.
pub fn size(expr: &Expr) -> (usize, usize) {
    let (mut parts, mut longest) = (0, 0);
    visit(expr, &mut |part, _| {
        parts += 1;
        match &part.kind {
            Kind::In(_, all) | Kind::Call(_, all) => longest = longest.max(all.len()),
            Kind::Literal(Value::List(all)) => longest = longest.max(all.len()),
            _ => {}
        }
    });
    (parts, longest)
}

/// The same condition, said of the rows whose reference `via` points to the rows it was said of.
pub fn through(expr: &Expr, via: &Step) -> Expr {
    let mut moved = expr.clone();
    prefix(&mut moved, Root::Row, via);
    moved
}

/// Puts `via` before every path that starts at `root`. Inside a function over children the outer row is
/// called `record`.
fn prefix(expr: &mut Expr, root: Root, via: &Step) {
    match &mut expr.kind {
        Kind::Literal(_) | Kind::Parameter(_) | Kind::Today | Kind::Now => {}
        Kind::Path(path) => prefix_path(path, root, via),
        Kind::Not(a) | Kind::Negate(a) | Kind::Part(a, _) => prefix(a, root, via),
        Kind::And(all) | Kind::Or(all) | Kind::Coalesce(all) | Kind::Call(_, all) => {
            all.iter_mut().for_each(|part| prefix(part, root, via));
        }
        Kind::Compare(_, a, b) | Kind::Arithmetic(_, a, b) => {
            prefix(a, root, via);
            prefix(b, root, via);
        }
        Kind::In(a, all) => {
            prefix(a, root, via);
            all.iter_mut().for_each(|part| prefix(part, root, via));
        }
        Kind::If(a, b, c) => [a, b, c].into_iter().for_each(|part| prefix(part, root, via)),
        Kind::Switch { subject, arms, default } => {
            prefix(subject, root, via);
            arms.iter_mut().for_each(|(_, arm)| prefix(arm, root, via));
            if let Some(default) = default {
                prefix(default, root, via);
            }
        }
        Kind::Children { path, body, outer, .. } => {
            prefix_path(path, root, via);
            if let Some(body) = body
                && *outer == root
            {
                prefix(body, Root::Record, via);
            }
        }
    }
}

fn prefix_path(path: &mut Path, root: Root, via: &Step) {
    if path.root == root {
        path.steps.insert(0, via.clone());
    }
}

/// A condition or operand of the type.
pub fn expr(kind: Kind, ty: Type) -> Expr {
    Expr { kind, ty, at: Position::default() }
}

/// A constant of the type.
pub fn literal(value: Value, ty: Type) -> Expr {
    expr(Kind::Literal(value), ty)
}

/// A field of the row that is tested, or of a record it refers to.
pub fn row_path(steps: Vec<Step>, ty: Type) -> Expr {
    expr(Kind::Path(Path { root: Root::Row, steps }), ty)
}

/// A field of the user who acts.
pub fn user_path(field: &str, ty: Type) -> Expr {
    let step = Step { object: Arc::from("base.user"), field: Arc::from(field) };
    expr(Kind::Path(Path { root: Root::User, steps: vec![step] }), ty)
}

/// `a <operator> b`
pub fn compare(operator: CompareOperator, a: Expr, b: Expr) -> Expr {
    expr(Kind::Compare(operator, Box::new(a), Box::new(b)), Type::Boolean)
}

/// All of them; a single one stands as it is. `None` for no condition.
pub fn all(mut conditions: Vec<Expr>) -> Option<Expr> {
    match conditions.len() {
        0 => None,
        1 => conditions.pop(),
        _ => Some(expr(Kind::And(conditions), Type::Boolean)),
    }
}

/// One of them; a single one stands as it is. `None` for no condition.
pub fn any(mut conditions: Vec<Expr>) -> Option<Expr> {
    match conditions.len() {
        0 => None,
        1 => conditions.pop(),
        _ => Some(expr(Kind::Or(conditions), Type::Boolean)),
    }
}
