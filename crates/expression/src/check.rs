//! From what is written to what it means: names are resolved, types fitted, what cannot work is refused.
//!
//! [`check`] walks the untyped tree once. Every branch is checked even where another has failed, so that one
//! run reports all findings. `paths` resolves names, `fit` makes types meet, `operators` and `functions` hold
//! the rules of each.

mod fit;
mod functions;
mod operators;
mod paths;

use crate::finding::{scope_error, type_error};
use crate::parse::parse;
use crate::syntax::{Node, Syntax};
use crate::tree::{Expr, Kind, Position, Root};
use crate::{Names, Schema, Type, Value};
use diagnostic::Diagnostic;
use std::sync::Arc;

/// What the place an expression stands in wants of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// True or false; null becomes false at the root.
    Condition,
    /// A value that this type can hold (rounded to its scale when stored).
    Value(Type),
    /// Anything but children.
    Any,
    /// Several values, or children: what can be walked.
    Items,
}

/// Parses and checks in one go.
///
/// # Errors
/// All findings, their `source` counting lines and columns inside `source` with an empty file name; see
/// [`crate::place`].
pub fn compile(
    source: &str,
    names: &Names,
    schema: &dyn Schema,
    expectation: &Expectation,
) -> Result<Expr, Vec<Diagnostic>> {
    check(&parse(source)?, names, schema, expectation)
}

/// Gives a parsed expression its types. Field aliases become canonical names.
///
/// # Errors
/// All findings: `expression_name`, `expression_type`, `expression_backend`, `number_out_of_range`.
pub fn check(
    syntax: &Syntax,
    names: &Names,
    schema: &dyn Schema,
    expectation: &Expectation,
) -> Result<Expr, Vec<Diagnostic>> {
    let scope = Scope {
        row: names.roots.get(&Root::Row).cloned(),
        record: names.roots.get(&Root::Record).cloned(),
        in_children: false,
    };
    let mut checker = Checker { names, schema, scope, findings: Vec::new() };
    let checked = checker.expr(syntax).and_then(|expr| checker.meet(expr, expectation));
    match checked {
        Some(expr) if checker.findings.is_empty() => Ok(expr),
        _ => Err(checker.findings),
    }
}

/// Which records bare names and `record` stand for.
#[derive(Clone)]
struct Scope {
    row: Option<Arc<str>>,
    record: Option<Arc<str>>,
    in_children: bool,
}

/// `None` from a method means that a finding says why.
struct Checker<'a> {
    names: &'a Names,
    schema: &'a dyn Schema,
    scope: Scope,
    findings: Vec<Diagnostic>,
}

impl Checker<'_> {
    fn refuse<T>(&mut self, finding: Diagnostic) -> Option<T> {
        self.findings.push(finding);
        None
    }

    fn expr(&mut self, syntax: &Syntax) -> Option<Expr> {
        let at = syntax.at;
        let literal = |value, ty| Some(Expr { kind: Kind::Literal(value), ty, at });
        match &syntax.node {
            Node::Null => literal(Value::Null, Type::Null),
            Node::Boolean(b) => literal(Value::Boolean(*b), Type::Boolean),
            Node::Integer(n) => literal(Value::Integer(*n), Type::Integer),
            Node::Decimal(d) => {
                // The parser has admitted at most ten places.
                let scale = u8::try_from(d.normalize().scale()).unwrap_or(10);
                literal(Value::Decimal(*d), Type::Decimal { scale })
            }
            Node::Text(text) => literal(Value::Text(text.clone()), Type::Text),
            Node::List(items) => self.list(items, at),
            Node::Name(_) | Node::Field(..) => self.path(syntax),
            Node::Call { receiver, name, arguments } => self.call(receiver.as_deref(), name, arguments, at),
            Node::Not(inner) => {
                let inner = self.boolean(inner)?;
                Some(Expr { kind: Kind::Not(Box::new(inner)), ty: Type::Boolean, at })
            }
            Node::And(parts) => {
                let parts = self.booleans(parts)?;
                Some(Expr { kind: Kind::And(parts), ty: Type::Boolean, at })
            }
            Node::Or(parts) => {
                let parts = self.booleans(parts)?;
                Some(Expr { kind: Kind::Or(parts), ty: Type::Boolean, at })
            }
            Node::Negate(inner) => self.negate(inner, at),
            Node::Coalesce(parts) => {
                let parts = self.all(parts)?;
                let (parts, ty) = self.unify(parts, at)?;
                Some(Expr { kind: Kind::Coalesce(parts), ty, at })
            }
            Node::Compare(operator, left, right) => self.compare(*operator, left, right, at),
            Node::Arithmetic(operator, left, right) => self.arithmetic(*operator, left, right, at),
            Node::In(item, list) => self.member_of(item, list, at),
            Node::If(condition, then, otherwise) => {
                self.conditional(condition, then, otherwise.as_deref(), at)
            }
            Node::Switch { subject, arms, default } => self.switch(subject, arms, default.as_deref(), at),
        }
    }

    /// Checks all, so that each one's findings are reported.
    fn all(&mut self, parts: &[Syntax]) -> Option<Vec<Expr>> {
        let parts: Vec<Option<Expr>> = parts.iter().map(|p| self.expr(p)).collect();
        parts.into_iter().collect()
    }

    fn boolean(&mut self, syntax: &Syntax) -> Option<Expr> {
        let expr = self.expr(syntax)?;
        match &expr.ty {
            Type::Boolean => Some(expr),
            Type::Null => Some(Expr { ty: Type::Boolean, ..expr }),
            other => {
                let words = [
                    "a condition is expected, this is {x}",
                    "此处应为条件，实际为 {x}",
                    "此處應為條件，實際為 {x}",
                ];
                let finding = type_error(expr.at, words).with("x", other);
                self.refuse(finding)
            }
        }
    }

    fn booleans(&mut self, parts: &[Syntax]) -> Option<Vec<Expr>> {
        let parts: Vec<Option<Expr>> = parts.iter().map(|p| self.boolean(p)).collect();
        parts.into_iter().collect()
    }

    /// A list of literals; elsewhere than after `in` nothing else is a list.
    fn list(&mut self, items: &[Syntax], at: Position) -> Option<Expr> {
        let items = self.all(items)?;
        let (items, ty) = if items.is_empty() { (items, Type::Null) } else { self.unify(items, at)? };
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match item.kind {
                Kind::Literal(value) if !value.is_null() => values.push(value),
                _ => {
                    let words = [
                        "a list holds literals only, except after `in`",
                        "除 `in` 之后外，列表只能包含字面值",
                        "除 `in` 之後外，清單只能包含字面值",
                    ];
                    return self.refuse(type_error(item.at, words));
                }
            }
        }
        Some(Expr { kind: Kind::Literal(Value::List(values)), ty: Type::List(Box::new(ty)), at })
    }

    fn conditional(
        &mut self,
        condition: &Syntax,
        then: &Syntax,
        otherwise: Option<&Syntax>,
        at: Position,
    ) -> Option<Expr> {
        let condition = self.boolean(condition);
        let then = self.expr(then);
        let otherwise = match otherwise {
            Some(otherwise) => self.expr(otherwise),
            None => Some(Expr { kind: Kind::Literal(Value::Null), ty: Type::Null, at }),
        };
        let (mut branches, ty) = self.unify(vec![then?, otherwise?], at)?;
        let (otherwise, then) = (branches.pop()?, branches.pop()?);
        let kind = Kind::If(Box::new(condition?), Box::new(then), Box::new(otherwise));
        Some(Expr { kind, ty, at })
    }

    fn switch(
        &mut self,
        subject: &Syntax,
        arms: &[(Vec<Syntax>, Syntax)],
        default: Option<&Syntax>,
        at: Position,
    ) -> Option<Expr> {
        let subject = self.expr(subject);
        let mut results = Vec::with_capacity(arms.len() + 1);
        for (_, result) in arms {
            results.push(self.expr(result));
        }
        if let Some(default) = default {
            results.push(self.expr(default));
        }
        let subject = subject?;
        let patterns: Vec<_> = arms.iter().map(|(literals, _)| self.patterns(&subject, literals)).collect();
        let patterns = patterns.into_iter().collect::<Option<Vec<_>>>();
        let patterns = patterns?;
        let duplicate =
            patterns.iter().flatten().enumerate().find(|(i, (value, _))| {
                patterns.iter().flatten().take(*i).any(|(earlier, _)| earlier == value)
            });
        if let Some((_, (_, at))) = duplicate {
            let words = ["this value already has an arm above", "此值在上面已有分支", "此值在上面已有分支"];
            return self.refuse(type_error(*at, words));
        }
        let results = results.into_iter().collect::<Option<Vec<_>>>()?;
        if results.is_empty() {
            let words = ["`switch` has no arms", "`switch` 没有分支", "`switch` 沒有分支"];
            return self.refuse(type_error(at, words));
        }
        let (mut results, ty) = self.unify(results, at)?;
        let default = if default.is_some() { results.pop().map(Box::new) } else { None };
        let literals = patterns.into_iter().map(|arm| arm.into_iter().map(|(value, _)| value).collect());
        let arms = literals.zip(results).collect();
        Some(Expr { kind: Kind::Switch { subject: Box::new(subject), arms, default }, ty, at })
    }

    fn patterns(&mut self, subject: &Expr, literals: &[Syntax]) -> Option<Vec<(Value, Position)>> {
        let mut values = Vec::with_capacity(literals.len());
        for literal in literals {
            let literal = self.expr(literal)?;
            let literal = self.fit(literal, &subject.ty)?;
            if !fit::comparable(&subject.ty, &literal.ty) {
                let finding = operators::mismatch(literal.at, &subject.ty, &literal.ty);
                return self.refuse(finding);
            }
            match literal.kind {
                Kind::Literal(value) => values.push((value, literal.at)),
                _ => {
                    let words = [
                        "an arm over an instant needs an instant with its offset",
                        "时间点分支需要写明带时区偏移的时间",
                        "時間點分支需要寫明帶時區偏移的時間",
                    ];
                    return self.refuse(type_error(literal.at, words));
                }
            }
        }
        Some(values)
    }

    /// Makes the whole meet what its place wants.
    fn meet(&mut self, expr: Expr, expectation: &Expectation) -> Option<Expr> {
        let ok = match expectation {
            Expectation::Condition => expr.ty == Type::Boolean,
            Expectation::Any => !matches!(expr.ty, Type::Children(_)),
            Expectation::Items => matches!(expr.ty, Type::Children(_) | Type::List(_)),
            Expectation::Value(wanted) => {
                let expr = self.fit(expr, wanted)?;
                if fit::assignable(wanted, &expr.ty) {
                    return Some(expr);
                }
                let words = [
                    "{wanted} is expected, this is {x}",
                    "应为 {wanted}，实际为 {x}",
                    "應為 {wanted}，實際為 {x}",
                ];
                let finding = type_error(expr.at, words).with("wanted", wanted).with("x", &expr.ty);
                return self.refuse(finding);
            }
        };
        if ok {
            return Some(expr);
        }
        let words = match expectation {
            Expectation::Condition => [
                "a condition is expected, this is {x}",
                "此处应为条件，实际为 {x}",
                "此處應為條件，實際為 {x}",
            ],
            Expectation::Items => [
                "a list or children are expected, this is {x}",
                "此处应为列表或子记录，实际为 {x}",
                "此處應為清單或子記錄，實際為 {x}",
            ],
            _ => [
                "{x} are not a value; use sum(), count(), any() …",
                "{x} 不是值，请使用 sum()、count()、any() 等",
                "{x} 不是值，請使用 sum()、count()、any() 等",
            ],
        };
        let finding = type_error(expr.at, words).with("x", &expr.ty);
        self.refuse(finding)
    }

    /// Refuses what changes with the clock where the result is kept.
    fn needs_clock(&mut self, what: &str, at: Position) -> Option<()> {
        if self.names.clock {
            return Some(());
        }
        let words = [
            "`{x}` depends on the clock, which may not be used here",
            "`{x}` 依赖当前时间，此处不可使用",
            "`{x}` 依賴目前時間，此處不可使用",
        ];
        self.refuse(crate::finding::backend_error(at, words).with("x", what))
    }

    fn not_in_scope<T>(&mut self, name: &str, at: Position) -> Option<T> {
        let words = ["`{name}` is not in scope here", "`{name}` 在此处不可用", "`{name}` 在此處不可用"];
        self.refuse(scope_error(at, words).with("name", name))
    }
}
