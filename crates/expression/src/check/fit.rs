//! Making types meet: literals take the type of what they stand beside, branches find a common one.

use super::Checker;
use crate::finding::{Words, type_error};
use crate::literal;
use crate::tree::{Expr, Function, Kind, Position};
use crate::{Type, Value};
use diagnostic::did_you_mean;
use uuid::Uuid;

/// Whether values of the two types may be tested for equality.
pub(super) fn comparable(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Null, _) | (_, Type::Null) => true,
        (Type::Select(a), Type::Select(b)) => a.iter().any(|option| b.contains(option)),
        (Type::Reference(Some(a)), Type::Reference(Some(b))) => a == b,
        (Type::Reference(_), Type::Reference(_)) => true,
        (Type::Boolean, Type::Boolean)
        | (Type::Date, Type::Date)
        | (Type::DateTime, Type::DateTime)
        | (Type::Time, Type::Time)
        | (Type::Duration, Type::Duration) => true,
        (a, b) => (a.is_number() && b.is_number()) || (a.is_text() && b.is_text()),
    }
}

/// Whether values of the type have an order (options have none).
pub(super) fn ordered(ty: &Type) -> bool {
    ty.is_number() || matches!(ty, Type::Text | Type::Date | Type::DateTime | Type::Time | Type::Duration)
}

/// Whether a place of type `wanted` may hold what is `found`.
pub(super) fn assignable(wanted: &Type, found: &Type) -> bool {
    match (wanted, found) {
        (_, Type::Null) => true,
        (Type::Decimal { .. }, found) => found.is_number(),
        (Type::Text, found) => found.is_text(),
        (Type::Select(options), Type::Select(given)) => given.iter().all(|option| options.contains(option)),
        (Type::List(wanted), Type::List(found)) => assignable(wanted, found),
        (wanted, found) => wanted == found,
    }
}

fn common(a: &Type, b: &Type) -> Option<Type> {
    Some(match (a, b) {
        (Type::Null, other) | (other, Type::Null) => other.clone(),
        (a, b) if a == b => a.clone(),
        (a, b) if a.is_number() && b.is_number() => Type::Decimal { scale: a.scale().max(b.scale()) },
        (a, b) if a.is_text() && b.is_text() => Type::Text,
        (Type::List(a), Type::List(b)) => Type::List(Box::new(common(a, b)?)),
        _ => return None,
    })
}

fn is_text_literal(expr: &Expr) -> bool {
    matches!((&expr.kind, &expr.ty), (Kind::Literal(Value::Text(_)), Type::Text))
}

/// The type a text literal stands beside decides how it is read; text is the last resort.
fn leading(parts: &[Expr]) -> Option<Type> {
    let typed = parts.iter().find(|p| p.ty != Type::Null && !is_text_literal(p));
    typed.map(|p| p.ty.clone())
}

impl Checker<'_> {
    /// Finds the common type of branches and fits literals to it.
    pub(super) fn unify(&mut self, parts: Vec<Expr>, at: Position) -> Option<(Vec<Expr>, Type)> {
        let parts = match leading(&parts) {
            // Two branches over different options, or an option and words, make text.
            Some(Type::Select(_) | Type::Text) | None => parts,
            Some(ty) => parts.into_iter().map(|part| self.fit(part, &ty)).collect::<Option<Vec<_>>>()?,
        };
        let mut ty = Type::Null;
        for part in &parts {
            match common(&ty, &part.ty) {
                Some(found) => ty = found,
                None => {
                    let words = [
                        "the branches have no common type: {a} and {b}",
                        "各分支类型不一致：{a} 与 {b}",
                        "各分支類型不一致：{a} 與 {b}",
                    ];
                    let finding = type_error(part.at, words).with("a", &ty).with("b", &part.ty);
                    return self.refuse(finding);
                }
            }
        }
        if let Type::Children(_) = ty {
            let words = ["children are not a value", "子记录集合不是值", "子記錄集合不是值"];
            return self.refuse(type_error(at, words));
        }
        Some((parts, ty))
    }

    /// Reads literals as the wanted type, also those at the ends of branches. What needs no reading stays.
    pub(super) fn fit(&mut self, expr: Expr, wanted: &Type) -> Option<Expr> {
        let Expr { kind, ty, at } = expr;
        let kind = match kind {
            Kind::Literal(Value::Null) => return Some(Expr { kind, ty: wanted.clone(), at }),
            Kind::Literal(Value::Text(text)) if ty == Type::Text => return self.fit_text(text, wanted, at),
            Kind::Literal(Value::List(items)) => return self.fit_list(items, ty, wanted, at),
            Kind::If(condition, then, otherwise) => {
                let then = self.fit(*then, wanted)?;
                let otherwise = self.fit(*otherwise, wanted)?;
                let ty = common(&then.ty, &otherwise.ty).unwrap_or(ty);
                let kind = Kind::If(condition, Box::new(then), Box::new(otherwise));
                return Some(Expr { kind, ty, at });
            }
            Kind::Switch { subject, arms, default } => {
                return self.fit_switch(subject, arms, default, wanted, (ty, at));
            }
            Kind::Coalesce(parts) => {
                let parts = parts.into_iter().map(|p| self.fit(p, wanted)).collect::<Option<Vec<_>>>()?;
                let first = Some(Type::Null);
                let found = parts.iter().fold(first, |ty, part| common(&ty?, &part.ty));
                return Some(Expr { kind: Kind::Coalesce(parts), ty: found.unwrap_or(ty), at });
            }
            other => other,
        };
        Some(Expr { kind, ty, at })
    }

    fn fit_switch(
        &mut self,
        subject: Box<Expr>,
        arms: Vec<(Vec<Value>, Expr)>,
        default: Option<Box<Expr>>,
        wanted: &Type,
        (ty, at): (Type, Position),
    ) -> Option<Expr> {
        let mut found = Some(Type::Null);
        let mut fitted = Vec::with_capacity(arms.len());
        for (literals, result) in arms {
            let result = self.fit(result, wanted)?;
            found = found.and_then(|ty| common(&ty, &result.ty));
            fitted.push((literals, result));
        }
        let default = match default {
            Some(default) => {
                let default = self.fit(*default, wanted)?;
                found = found.and_then(|ty| common(&ty, &default.ty));
                Some(Box::new(default))
            }
            None => None,
        };
        Some(Expr { kind: Kind::Switch { subject, arms: fitted, default }, ty: found.unwrap_or(ty), at })
    }

    fn fit_list(&mut self, items: Vec<Value>, ty: Type, wanted: &Type, at: Position) -> Option<Expr> {
        let (Type::List(item), Type::List(wanted)) = (&ty, wanted) else {
            return Some(Expr { kind: Kind::Literal(Value::List(items)), ty, at });
        };
        if items.is_empty() {
            return Some(Expr {
                kind: Kind::Literal(Value::List(items)),
                ty: Type::List(wanted.clone()),
                at,
            });
        }
        let mut found = item.as_ref().clone();
        let mut values = Vec::with_capacity(items.len());
        for value in items {
            let fitted =
                self.fit(Expr { kind: Kind::Literal(value), ty: item.as_ref().clone(), at }, wanted)?;
            found = fitted.ty;
            if let Kind::Literal(value) = fitted.kind {
                values.push(value);
            }
        }
        Some(Expr { kind: Kind::Literal(Value::List(values)), ty: Type::List(Box::new(found)), at })
    }

    fn fit_text(&mut self, text: String, wanted: &Type, at: Position) -> Option<Expr> {
        let literal = |value, ty| Some(Expr { kind: Kind::Literal(value), ty, at });
        match wanted {
            Type::Date => match literal::date(&text) {
                Some(date) => literal(Value::Date(date), Type::Date),
                None => self.misread(&text, at, DATE),
            },
            Type::DateTime => match (literal::datetime(&text), literal::date(&text)) {
                (Some(instant), _) => literal(Value::DateTime(instant), Type::DateTime),
                (None, Some(date)) => {
                    let day = Expr { kind: Kind::Literal(Value::Date(date)), ty: Type::Date, at };
                    Some(Expr { kind: Kind::Call(Function::DateTime, vec![day]), ty: Type::DateTime, at })
                }
                (None, None) => self.misread(&text, at, INSTANT),
            },
            Type::Time => match literal::time(&text) {
                Some(time) => literal(Value::Time(time), Type::Time),
                None => self.misread(&text, at, TIME),
            },
            Type::Duration => match literal::duration(&text) {
                Some(seconds) => literal(Value::Duration(seconds), Type::Duration),
                None => self.misread(&text, at, DURATION),
            },
            Type::Reference(object) => match Uuid::try_parse(&text) {
                Ok(id) => literal(Value::Reference(id), Type::Reference(object.clone())),
                Err(_) => self.misread(&text, at, REFERENCE),
            },
            Type::Select(options) => {
                if options.contains(&text) {
                    return literal(Value::Text(text), wanted.clone());
                }
                let words =
                    ["`{x}` is not one of the options", "`{x}` 不是可选项之一", "`{x}` 不是可選項之一"];
                let hint = did_you_mean(&text, options.iter().map(String::as_str));
                self.refuse(type_error(at, words).with("x", &text).with_hint(hint))
            }
            _ => literal(Value::Text(text), Type::Text),
        }
    }

    fn misread<T>(&mut self, text: &str, at: Position, words: Words) -> Option<T> {
        self.refuse(type_error(at, words).with("x", text))
    }
}

const DATE: Words = [
    "`{x}` is not a date such as 2026-01-31",
    "`{x}` 不是日期（例如 2026-01-31）",
    "`{x}` 不是日期（例如 2026-01-31）",
];
const INSTANT: Words = [
    "`{x}` is not an instant such as 2026-01-31T09:00:00+08:00",
    "`{x}` 不是时间点（例如 2026-01-31T09:00:00+08:00）",
    "`{x}` 不是時間點（例如 2026-01-31T09:00:00+08:00）",
];
const TIME: Words =
    ["`{x}` is not a time such as 09:30", "`{x}` 不是时刻（例如 09:30）", "`{x}` 不是時刻（例如 09:30）"];
const DURATION: Words = [
    "`{x}` is not a length of time such as 2d or 1h30m",
    "`{x}` 不是时长（例如 2d 或 1h30m）",
    "`{x}` 不是時長（例如 2d 或 1h30m）",
];
const REFERENCE: Words = [
    "references compare by id; `{x}` is text",
    "引用按 id 比较；`{x}` 是文本",
    "參照按 id 比較；`{x}` 是文字",
];
