//! Functions: their arguments and results.

use super::{Checker, Scope, fit};
use crate::finding::{name_error, syntax_error, type_error};
use crate::number::MAX_SCALE;
use crate::syntax::{Node, Syntax};
use crate::tree::{Aggregate, CompareOperator, Expr, Function, Kind, Path, Position, Root};
use crate::{Type, Value};
use diagnostic::did_you_mean;

/// Units of `start_of`.
const UNITS: [&str; 5] = ["year", "quarter", "month", "week", "day"];

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        receiver: Option<&Syntax>,
        name: &str,
        arguments: &[Syntax],
        at: Position,
    ) -> Option<Expr> {
        let receiver = match receiver {
            Some(receiver) => Some(self.expr(receiver)?),
            None => None,
        };
        if let (Some(Expr { kind: Kind::Path(path), ty: Type::Children(object), .. }), Some(aggregate)) =
            (&receiver, Aggregate::from_name(name))
        {
            return self.aggregate(path.clone(), object.clone(), aggregate, arguments, at);
        }
        match (name, &receiver) {
            ("today", None) | ("now", None) => return self.clock(name, arguments, at),
            _ => {}
        }
        let Some(function) = Function::from_name(name) else {
            let functions = Function::ALL.iter().map(|(name, _)| *name);
            let aggregates = Aggregate::ALL.iter().map(|(name, _)| *name);
            let known: Vec<&str> = functions.chain(aggregates).chain(["today", "now"]).collect();
            let hint = did_you_mean(name, known);
            return self.refuse(name_error(at, name).with_hint(hint));
        };
        if function == Function::StartOf && receiver.is_none() {
            return self.start_of(arguments, at);
        }
        let mut given: Vec<Expr> = receiver.into_iter().collect();
        given.extend(self.all(arguments)?);
        self.apply(function, name, given, at)
    }

    fn clock(&mut self, name: &str, arguments: &[Syntax], at: Position) -> Option<Expr> {
        if !arguments.is_empty() {
            return self.count_wrong(name, "0", at);
        }
        self.needs_clock(&format!("{name}()"), at)?;
        let (kind, ty) =
            if name == "today" { (Kind::Today, Type::Date) } else { (Kind::Now, Type::DateTime) };
        Some(Expr { kind, ty, at })
    }

    fn count_wrong<T>(&mut self, name: &str, wanted: &str, at: Position) -> Option<T> {
        let words = [
            "`{name}` takes {wanted} arguments",
            "`{name}` 需要 {wanted} 个参数",
            "`{name}` 需要 {wanted} 個參數",
        ];
        self.refuse(syntax_error(at, words).with("name", name).with("wanted", wanted))
    }

    fn apply(&mut self, function: Function, name: &str, given: Vec<Expr>, at: Position) -> Option<Expr> {
        let (least, most) = function.arity();
        if given.len() < least || given.len() > most {
            let wanted = match (least, most) {
                (least, most) if least == most => least.to_string(),
                (least, usize::MAX) => format!("{least}+"),
                (least, most) => format!("{least}–{most}"),
            };
            return self.count_wrong(name, &wanted, at);
        }
        use Function as F;
        match function {
            F::IsEmpty => self.is_empty(given, at),
            F::Contains => {
                let [whole, part] = two(given)?;
                self.contains(whole, part, at)
            }
            F::Min | F::Max => self.least_or_most(function, given, at),
            F::Round => self.round(given, at),
            F::Within => self.within(given, at),
            _ => {
                let given = self.arguments_of(function, name, given)?;
                let ty = result(function, &given);
                Some(Expr { kind: Kind::Call(function, given), ty, at })
            }
        }
    }

    /// Fits and tests the arguments of the plain functions.
    fn arguments_of(&mut self, function: Function, name: &str, given: Vec<Expr>) -> Option<Vec<Expr>> {
        use Function as F;
        let mut fitted = Vec::with_capacity(given.len());
        for (index, argument) in given.into_iter().enumerate() {
            let (reads, test): (Type, fn(&Type) -> bool) = match (function, index) {
                (F::StartsWith | F::EndsWith | F::Lower | F::Upper | F::Trim, _) => {
                    (Type::Text, Type::is_text)
                }
                (F::Len, _) => (Type::Text, |ty| ty.is_text() || matches!(ty, Type::List(_))),
                (F::Floor | F::Ceil | F::Abs, _) => (Type::Integer, Type::is_number),
                (F::AddDays | F::AddMonths, 1) => (Type::Integer, |ty| *ty == Type::Integer),
                (F::DateTime, _) => (Type::Date, |ty| *ty == Type::Date),
                (F::Text, _) => (Type::Text, |ty| {
                    let plain = matches!(ty, Type::Boolean | Type::Date | Type::Time);
                    plain || ty.is_text() || ty.is_number()
                }),
                // The rest takes days: dates, or instants in the site's time zone.
                _ => (Type::Date, |ty| matches!(ty, Type::Date | Type::DateTime)),
            };
            let argument = self.fit(argument, &reads)?;
            if !test(&argument.ty) {
                let words = [
                    "`{name}` does not take {x} as argument {n}",
                    "`{name}` 的第 {n} 个参数不能是 {x}",
                    "`{name}` 的第 {n} 個參數不能是 {x}",
                ];
                let finding = type_error(argument.at, words)
                    .with("name", name)
                    .with("x", &argument.ty)
                    .with("n", index + 1);
                return self.refuse(finding);
            }
            fitted.push(argument);
        }
        Some(fitted)
    }

    fn is_empty(&mut self, mut given: Vec<Expr>, at: Position) -> Option<Expr> {
        let whole = given.pop()?;
        if let (Type::Children(_), Kind::Path(path)) = (&whole.ty, &whole.kind) {
            let (path, aggregate, outer) = (path.clone(), Aggregate::Count, self.outer());
            let kind = Kind::Children { path, aggregate, body: None, outer };
            let count = Expr { kind, ty: Type::Integer, at };
            let zero = Expr { kind: Kind::Literal(Value::Integer(0)), ty: Type::Integer, at };
            let kind = Kind::Compare(CompareOperator::Equal, Box::new(count), Box::new(zero));
            return Some(Expr { kind, ty: Type::Boolean, at });
        }
        Some(Expr { kind: Kind::Call(Function::IsEmpty, vec![whole]), ty: Type::Boolean, at })
    }

    fn least_or_most(&mut self, function: Function, given: Vec<Expr>, at: Position) -> Option<Expr> {
        let (given, ty) = self.unify(given, at)?;
        if !fit::ordered(&ty) {
            return self.no_order(&ty, at);
        }
        Some(Expr { kind: Kind::Call(function, given), ty, at })
    }

    fn no_order<T>(&mut self, ty: &Type, at: Position) -> Option<T> {
        let words = ["{x} has no order", "{x} 没有大小顺序", "{x} 沒有大小順序"];
        self.refuse(type_error(at, words).with("x", ty))
    }

    /// The places are a literal, so that the scale of the result is known.
    fn round(&mut self, mut given: Vec<Expr>, at: Position) -> Option<Expr> {
        let places = match given.get(1).map(|places| (&places.kind, places.at)) {
            None => None,
            Some((Kind::Literal(Value::Integer(n)), _)) if (0..=i64::from(MAX_SCALE)).contains(n) => {
                u8::try_from(*n).ok()
            }
            Some((_, at)) => {
                let words = [
                    "the places are a number from 0 to 10, written out",
                    "小数位数须为 0 到 10 的字面数字",
                    "小數位數須為 0 到 10 的字面數字",
                ];
                return self.refuse(type_error(at, words));
            }
        };
        let whole = self.fit(given.swap_remove(0), &Type::Integer)?;
        if !whole.ty.is_number() {
            let words = ["a number is expected, this is {x}", "应为数字，实际为 {x}", "應為數字，實際為 {x}"];
            let finding = type_error(whole.at, words).with("x", &whole.ty);
            return self.refuse(finding);
        }
        let ty = match places {
            None => Type::Integer,
            Some(_) if whole.ty == Type::Integer => Type::Integer,
            Some(scale) => Type::Decimal { scale: scale.min(whole.ty.scale()) },
        };
        let mut arguments = vec![whole];
        arguments.append(&mut given);
        Some(Expr { kind: Kind::Call(Function::Round, arguments), ty, at })
    }

    fn within(&mut self, given: Vec<Expr>, at: Position) -> Option<Expr> {
        let [node, ancestor] = two(given)?;
        let ancestor = self.fit(ancestor, &node.ty)?;
        match (&node.ty, &ancestor.ty) {
            (Type::Reference(Some(a)), Type::Reference(Some(b))) if a == b => {
                if self.schema.is_tree(a) {
                    let kind = Kind::Call(Function::Within, vec![node, ancestor]);
                    return Some(Expr { kind, ty: Type::Boolean, at });
                }
                let words = ["{x} is not a tree", "{x} 不是树形对象", "{x} 不是樹狀物件"];
                let finding = type_error(at, words).with("x", a);
                self.refuse(finding)
            }
            (a, b) => {
                let words = [
                    "`within` takes two references to one tree, not {a} and {b}",
                    "`within` 需要指向同一树形对象的两个引用，而不是 {a} 与 {b}",
                    "`within` 需要指向同一樹狀物件的兩個參照，而不是 {a} 與 {b}",
                ];
                let finding = type_error(at, words).with("a", a).with("b", b);
                self.refuse(finding)
            }
        }
    }

    /// `start_of("month", date)`; the unit may be a bare word.
    fn start_of(&mut self, arguments: &[Syntax], at: Position) -> Option<Expr> {
        let [unit, day] = arguments else {
            return self.count_wrong("start_of", "2", at);
        };
        let word = match &unit.node {
            Node::Text(word) | Node::Name(word) => word.as_str(),
            _ => "",
        };
        if !UNITS.contains(&word) {
            let words = ["`{x}` is not a unit of time", "`{x}` 不是时间单位", "`{x}` 不是時間單位"];
            let finding = type_error(unit.at, words).with("x", word).with_hint(did_you_mean(word, UNITS));
            return self.refuse(finding);
        }
        let day = self.expr(day)?;
        let mut day = self.arguments_of(Function::StartOf, "start_of", vec![day])?;
        let day = day.pop()?;
        let ty = day.ty.clone();
        let unit = Expr { kind: Kind::Literal(Value::from(word)), ty: Type::Text, at: unit.at };
        Some(Expr { kind: Kind::Call(Function::StartOf, vec![unit, day]), ty, at })
    }

    /// What `record` means inside a child function.
    fn outer(&self) -> Root {
        if self.scope.row.is_some() { Root::Row } else { Root::Record }
    }

    fn aggregate(
        &mut self,
        path: Path,
        object: std::sync::Arc<str>,
        aggregate: Aggregate,
        arguments: &[Syntax],
        at: Position,
    ) -> Option<Expr> {
        if self.scope.in_children {
            let words = [
                "a function over children inside another is not supported",
                "不支持在子记录函数中嵌套子记录函数",
                "不支援在子記錄函數中巢狀子記錄函數",
            ];
            return self.refuse(crate::finding::backend_error(at, words));
        }
        let name = aggregate.name();
        let body = match (arguments, aggregate) {
            ([], Aggregate::Count) => None,
            ([body], _) => Some(body),
            (_, Aggregate::Count) => return self.count_wrong(name, "0–1", at),
            _ => return self.count_wrong(name, "1", at),
        };
        let outer = self.outer();
        let inner = Scope {
            record: self.scope.row.clone().or_else(|| self.scope.record.clone()),
            row: Some(object),
            in_children: true,
        };
        let saved = std::mem::replace(&mut self.scope, inner);
        let condition = matches!(aggregate, Aggregate::Any | Aggregate::All | Aggregate::Count);
        let checked = body.map(|body| if condition { self.boolean(body) } else { self.expr(body) });
        self.scope = saved;
        let body = match checked {
            Some(body) => Some(body?),
            None => None,
        };
        let ty = match (&body, aggregate) {
            (_, Aggregate::Count) => Type::Integer,
            (_, Aggregate::Any | Aggregate::All) => Type::Boolean,
            (Some(body), Aggregate::Sum) if body.ty.is_number() || body.ty == Type::Duration => {
                body.ty.clone()
            }
            (Some(body), Aggregate::Avg) if body.ty.is_number() => Type::Decimal { scale: MAX_SCALE as u8 },
            (Some(body), Aggregate::Min | Aggregate::Max) if fit::ordered(&body.ty) => body.ty.clone(),
            (body, _) => {
                let ty = body.as_ref().map_or(Type::Null, |b| b.ty.clone());
                let words = ["`{name}` does not take {x}", "`{name}` 不能用于 {x}", "`{name}` 不能用於 {x}"];
                return self.refuse(type_error(at, words).with("name", name).with("x", ty));
            }
        };
        let kind = Kind::Children { path, aggregate, body: body.map(Box::new), outer };
        Some(Expr { kind, ty, at })
    }
}

fn two(given: Vec<Expr>) -> Option<[Expr; 2]> {
    // The number of arguments has been tested.
    given.try_into().ok()
}

fn result(function: Function, given: &[Expr]) -> Type {
    use Function as F;
    match function {
        F::StartsWith | F::EndsWith => Type::Boolean,
        F::Lower | F::Upper | F::Trim | F::Text => Type::Text,
        F::Len | F::Floor | F::Ceil | F::DaysBetween | F::Year | F::Month | F::Day => Type::Integer,
        F::Date => Type::Date,
        F::DateTime => Type::DateTime,
        // abs, add_days, add_months keep the type of what they change.
        _ => given.first().map_or(Type::Null, |first| first.ty.clone()),
    }
}
