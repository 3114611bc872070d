//! Comparison, arithmetic, membership.

use super::{Checker, fit};
use crate::finding::type_error;
use crate::number;
use crate::syntax::{Node, Syntax};
use crate::tree::{ArithmeticOperator, CompareOperator, Expr, Function, Kind, Position};
use crate::{Type, Value};
use diagnostic::{Diagnostic, Hint};

/// Two types that do not compare.
pub(super) fn mismatch(at: Position, a: &Type, b: &Type) -> Diagnostic {
    let words = ["{a} and {b} cannot be compared", "{a} 与 {b} 不能比较", "{a} 與 {b} 不能比較"];
    type_error(at, words).with("a", a).with("b", b)
}

impl Checker<'_> {
    pub(super) fn compare(
        &mut self,
        operator: CompareOperator,
        left: &Syntax,
        right: &Syntax,
        at: Position,
    ) -> Option<Expr> {
        let (left, right) = (self.expr(left), self.expr(right));
        let (left, right) = (left?, right?);
        if left.ty == Type::Null || right.ty == Type::Null {
            let words = [
                "nothing is compared with `()`; use is_empty(x) or !is_empty(x)",
                "不能与 `()` 比较，请使用 is_empty(x) 或 !is_empty(x)",
                "不能與 `()` 比較，請使用 is_empty(x) 或 !is_empty(x)",
            ];
            return self.refuse(type_error(at, words));
        }
        let right = self.fit(right, &left.ty)?;
        let left = self.fit(left, &right.ty)?;
        if !fit::comparable(&left.ty, &right.ty) {
            return self.refuse(mismatch(at, &left.ty, &right.ty));
        }
        let equality = matches!(operator, CompareOperator::Equal | CompareOperator::NotEqual);
        let has_order = fit::ordered(&left.ty) && fit::ordered(&right.ty);
        if !equality && !has_order {
            let words = ["{x} has no order", "{x} 没有大小顺序", "{x} 沒有大小順序"];
            let ty = if fit::ordered(&left.ty) { &right.ty } else { &left.ty };
            let hint = Hint::Text(crate::finding::text([
                "use `==` or `in`",
                "请使用 `==` 或 `in`",
                "請使用 `==` 或 `in`",
            ]));
            let finding = type_error(at, words).with("x", ty).with_hint(hint);
            return self.refuse(finding);
        }
        let kind = Kind::Compare(operator, Box::new(left), Box::new(right));
        Some(Expr { kind, ty: Type::Boolean, at })
    }

    pub(super) fn negate(&mut self, inner: &Syntax, at: Position) -> Option<Expr> {
        let inner = self.expr(inner)?;
        // A sign before a number is part of the number.
        let kind = match (inner.kind, &inner.ty) {
            (Kind::Literal(Value::Integer(n)), _) => Kind::Literal(Value::Integer(-n)),
            (Kind::Literal(Value::Decimal(d)), _) => Kind::Literal(Value::Decimal(-d)),
            (kind, Type::Integer | Type::Decimal { .. } | Type::Duration) => {
                Kind::Negate(Box::new(Expr { kind, ty: inner.ty.clone(), at: inner.at }))
            }
            (_, other) => {
                let words = [
                    "`-` needs a number, this is {x}",
                    "`-` 需要数字，实际为 {x}",
                    "`-` 需要數字，實際為 {x}",
                ];
                let finding = type_error(at, words).with("x", other);
                return self.refuse(finding);
            }
        };
        Some(Expr { kind, ty: inner.ty, at })
    }

    pub(super) fn arithmetic(
        &mut self,
        operator: ArithmeticOperator,
        left: &Syntax,
        right: &Syntax,
        at: Position,
    ) -> Option<Expr> {
        let (left, right) = (self.expr(left), self.expr(right));
        let (left, right) = (left?, right?);
        let (left, right) = self.read_operands(operator, left, right)?;
        match result(operator, &left.ty, &right.ty) {
            Some(ty) => {
                let kind = Kind::Arithmetic(operator, Box::new(left), Box::new(right));
                Some(Expr { kind, ty, at })
            }
            None => {
                let words = [
                    "`{operator}` does not take {a} and {b}",
                    "`{operator}` 不能用于 {a} 与 {b}",
                    "`{operator}` 不能用於 {a} 與 {b}",
                ];
                let joins_text =
                    operator == ArithmeticOperator::Add && (left.ty.is_text() || right.ty.is_text());
                let hint = joins_text.then(|| {
                    let words =
                        ["make it text with text(x)", "请用 text(x) 转为文本", "請用 text(x) 轉為文字"];
                    Hint::Text(crate::finding::text(words))
                });
                let finding = type_error(at, words)
                    .with("operator", operator.symbol())
                    .with("a", &left.ty)
                    .with("b", &right.ty)
                    .with_hint(hint);
                self.refuse(finding)
            }
        }
    }

    /// Reads text literals beside times: `close_date - "2026-01-01"`, `now() - "2h"`; `()` takes the other's type.
    fn read_operands(
        &mut self,
        operator: ArithmeticOperator,
        left: Expr,
        right: Expr,
    ) -> Option<(Expr, Expr)> {
        let subtract = operator == ArithmeticOperator::Subtract;
        let length = |text: &Expr| match &text.kind {
            Kind::Literal(Value::Text(text)) => crate::literal::duration(text).is_some(),
            _ => false,
        };
        let right_as = match &left.ty {
            Type::DateTime if length(&right) => Some(Type::Duration),
            Type::Date | Type::DateTime if subtract => Some(left.ty.clone()),
            Type::Duration => Some(Type::Duration),
            ty if right.ty == Type::Null => Some(ty.clone()),
            _ => None,
        };
        let text = matches!(right.kind, Kind::Literal(Value::Text(_) | Value::Null));
        let right = match right_as {
            Some(ty) if text => self.fit(right, &ty)?,
            _ => right,
        };
        let left_as = match &right.ty {
            Type::Date | Type::DateTime if subtract => Some(right.ty.clone()),
            Type::Duration => Some(Type::Duration),
            ty if left.ty == Type::Null => Some(ty.clone()),
            _ => None,
        };
        let text = matches!(left.kind, Kind::Literal(Value::Text(_) | Value::Null));
        let left = match left_as {
            Some(ty) if text => self.fit(left, &ty)?,
            _ => left,
        };
        Some((left, right))
    }

    pub(super) fn member_of(&mut self, item: &Syntax, list: &Syntax, at: Position) -> Option<Expr> {
        let item = self.expr(item);
        let Node::List(entries) = &list.node else {
            let list = self.expr(list)?;
            return self.contains(list, item?, at);
        };
        let entries = self.all(entries);
        let (item, entries) = (item?, entries?);
        if item.ty == Type::Null || entries.iter().any(|e| e.ty == Type::Null) {
            let words = [
                "nothing is compared with `()`; use is_empty(x) or !is_empty(x)",
                "不能与 `()` 比较，请使用 is_empty(x) 或 !is_empty(x)",
                "不能與 `()` 比較，請使用 is_empty(x) 或 !is_empty(x)",
            ];
            return self.refuse(type_error(at, words));
        }
        // A literal before `in` takes the type of the first typed entry.
        let typed = entries.iter().find(|e| !matches!(e.kind, Kind::Literal(_))).map(|e| e.ty.clone());
        let item = match typed {
            Some(ty) => self.fit(item, &ty)?,
            None => item,
        };
        let fitted: Vec<Option<Expr>> = entries.into_iter().map(|e| self.fit(e, &item.ty)).collect();
        let entries = fitted.into_iter().collect::<Option<Vec<_>>>()?;
        if let Some(odd) = entries.iter().find(|e| !fit::comparable(&item.ty, &e.ty)) {
            return self.refuse(mismatch(odd.at, &item.ty, &odd.ty));
        }
        if matches!(item.ty, Type::List(_) | Type::Address | Type::Json | Type::Children(_)) {
            return self.refuse(mismatch(at, &item.ty, &Type::List(Box::new(item.ty.clone()))));
        }
        Some(Expr { kind: Kind::In(Box::new(item), entries), ty: Type::Boolean, at })
    }

    /// `contains(list, item)`, `contains(text, part)`, `item in list`.
    pub(super) fn contains(&mut self, whole: Expr, part: Expr, at: Position) -> Option<Expr> {
        let part = match &whole.ty {
            Type::List(inner) => self.fit(part, inner)?,
            Type::Text | Type::Select(_) => self.fit(part, &Type::Text)?,
            other => {
                let words = [
                    "a list or text is expected, this is {x}",
                    "此处应为列表或文本，实际为 {x}",
                    "此處應為清單或文字，實際為 {x}",
                ];
                let finding = type_error(whole.at, words).with("x", other);
                return self.refuse(finding);
            }
        };
        let inner = match &whole.ty {
            Type::List(inner) => inner,
            other => other,
        };
        let fits = fit::comparable(inner, &part.ty) || (inner.is_text() && part.ty.is_text());
        if !fits {
            return self.refuse(mismatch(at, inner, &part.ty));
        }
        Some(Expr { kind: Kind::Call(Function::Contains, vec![whole, part]), ty: Type::Boolean, at })
    }
}

/// The type of an arithmetic result; `None` where the operator does not take the two.
fn result(operator: ArithmeticOperator, a: &Type, b: &Type) -> Option<Type> {
    use {ArithmeticOperator as A, Type as T};
    if a.is_number() && b.is_number() {
        let most = number::MAX_SCALE as u8;
        let both_whole = matches!((a, b), (T::Integer, T::Integer));
        return Some(match operator {
            A::Divide => T::Decimal { scale: most },
            _ if both_whole => T::Integer,
            A::Multiply => T::Decimal { scale: (a.scale() + b.scale()).min(most) },
            A::Add | A::Subtract | A::Remainder => T::Decimal { scale: a.scale().max(b.scale()) },
        });
    }
    Some(match (operator, a, b) {
        (A::Add, a, b) if a.is_text() && b.is_text() => T::Text,
        (A::Add | A::Subtract, T::Date, T::Integer) => T::Date,
        (A::Subtract, T::Date, T::Date) => T::Integer,
        (A::Subtract, T::DateTime, T::DateTime) => T::Duration,
        (A::Add | A::Subtract, T::DateTime, T::Duration) => T::DateTime,
        (A::Add | A::Subtract, T::Duration, T::Duration) => T::Duration,
        (A::Multiply, T::Duration, T::Integer) | (A::Multiply, T::Integer, T::Duration) => T::Duration,
        _ => return None,
    })
}
