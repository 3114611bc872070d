//! The back end in Rust, which defines what the others must yield.
//!
//! `functions` holds the functions of the language, `time` the calendar in the site's time zone.

mod functions;
mod time;

pub use time::Clock;

use crate::number;
use crate::tree::{Aggregate, ArithmeticOperator, CompareOperator, Expr, Kind, Path, Position, Root, Step};
use crate::{Type, Value};
use diagnostic::{Code, Diagnostic};
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;
use uuid::Uuid;

/// The records an expression speaks of. What is asked for and not there is an error, never null.
pub trait Context {
    /// The value at the end of the steps, which start at the record `root`. An absent reference on the way
    /// makes it null.
    ///
    /// # Errors
    /// [`EvaluateError::Missing`] where the context has not loaded it.
    fn value(&self, root: Root, steps: &[Step]) -> Result<Value, EvaluateError>;

    /// The children at the end of the steps, deleted ones left out.
    ///
    /// # Errors
    /// [`EvaluateError::Missing`] where the context has not loaded them.
    fn children(&self, root: Root, steps: &[Step]) -> Result<Vec<Box<dyn Record + '_>>, EvaluateError> {
        let _ = root;
        Err(EvaluateError::missing(steps))
    }

    /// The parameter of that name.
    ///
    /// # Errors
    /// [`EvaluateError::Missing`] where it was not given.
    fn parameter(&self, name: &str) -> Result<Value, EvaluateError> {
        Err(EvaluateError::Missing { what: name.to_owned() })
    }

    /// Whether `node` is `ancestor` or lies below it in the tree of `object`.
    ///
    /// # Errors
    /// [`EvaluateError::Missing`] where the tree is not loaded.
    fn within(&self, object: &str, node: Uuid, ancestor: Uuid) -> Result<bool, EvaluateError> {
        let _ = (node, ancestor);
        Err(EvaluateError::Missing { what: format!("tree of {object}") })
    }
}

/// A child record.
pub trait Record {
    /// The value at the end of the steps, which start at this record.
    ///
    /// # Errors
    /// [`EvaluateError::Missing`] where it is not loaded.
    fn value(&self, steps: &[Step]) -> Result<Value, EvaluateError>;
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvaluateError {
    /// A result that no back end can hold.
    OutOfRange {
        /// Where in the expression.
        at: Position,
    },
    /// The context lacks what the expression reads: a defect of the caller.
    Missing {
        /// The path or name.
        what: String,
    },
    /// A value has not the type the checker was told: a defect of the caller.
    WrongType {
        /// Where in the expression.
        at: Position,
    },
}

impl EvaluateError {
    /// The context has nothing at these steps.
    pub fn missing(steps: &[Step]) -> Self {
        let names: Vec<&str> = steps.iter().map(|s| &*s.field).collect();
        EvaluateError::Missing { what: names.join(".") }
    }

    /// The code users see.
    pub fn code(&self) -> Code {
        match self {
            EvaluateError::OutOfRange { .. } => Code::NumberOutOfRange,
            EvaluateError::Missing { .. } | EvaluateError::WrongType { .. } => Code::Internal,
        }
    }
}

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EvaluateError::OutOfRange { at } => {
                write!(f, "{}:{}: the number is out of range", at.line, at.column)
            }
            EvaluateError::Missing { what } => write!(f, "`{what}` was not loaded"),
            EvaluateError::WrongType { at } => {
                write!(f, "{}:{}: a value has not the type of its field", at.line, at.column)
            }
        }
    }
}

impl std::error::Error for EvaluateError {}

impl From<EvaluateError> for Diagnostic {
    fn from(error: EvaluateError) -> Self {
        Diagnostic::new(error.code())
    }
}

type Evaluated<T = Value> = Result<T, EvaluateError>;

/// The value of an expression.
///
/// # Errors
/// [`EvaluateError::OutOfRange`]; the others are defects of the caller.
pub fn evaluate(expr: &Expr, context: &dyn Context, clock: &Clock) -> Evaluated {
    Evaluator { context, clock }.value(expr)
}

/// Whether a condition holds: null does not.
///
/// # Errors
/// As [`evaluate`].
pub fn holds(expr: &Expr, context: &dyn Context, clock: &Clock) -> Evaluated<bool> {
    Evaluator { context, clock }.truth(expr).map(|truth| truth == Some(true))
}

struct Evaluator<'a> {
    context: &'a dyn Context,
    clock: &'a Clock,
}

/// Inside a child function: bare names are the child, `record` is the outer record.
struct Inside<'a> {
    child: &'a dyn Record,
    outside: &'a dyn Context,
    outer: Root,
}

impl Context for Inside<'_> {
    fn value(&self, root: Root, steps: &[Step]) -> Evaluated {
        match root {
            Root::Row => self.child.value(steps),
            Root::Record => self.outside.value(self.outer, steps),
            other => self.outside.value(other, steps),
        }
    }

    fn parameter(&self, name: &str) -> Evaluated {
        self.outside.parameter(name)
    }

    fn within(&self, object: &str, node: Uuid, ancestor: Uuid) -> Evaluated<bool> {
        self.outside.within(object, node, ancestor)
    }
}

impl Evaluator<'_> {
    fn value(&self, expr: &Expr) -> Evaluated {
        let at = expr.at;
        match &expr.kind {
            Kind::Literal(value) => self.conform(value.clone(), expr),
            Kind::Path(path) => self.conform(self.context.value(path.root, &path.steps)?, expr),
            Kind::Parameter(name) => self.conform(self.context.parameter(name)?, expr),
            Kind::Today => Ok(Value::Date(self.clock.today())),
            Kind::Now => Ok(Value::DateTime(self.clock.now)),
            Kind::Not(_) | Kind::And(_) | Kind::Or(_) | Kind::Compare(..) | Kind::In(..) => {
                Ok(Value::from(self.truth(expr)?))
            }
            Kind::Arithmetic(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                if left.is_null() || right.is_null() {
                    return Ok(Value::Null);
                }
                self.arithmetic(*operator, left, right, expr)
            }
            Kind::Negate(inner) => Ok(match self.value(inner)? {
                Value::Integer(n) => Value::Integer(-n),
                Value::Decimal(d) => Value::Decimal(-d),
                Value::Duration(seconds) => Value::Duration(-seconds),
                Value::Null => Value::Null,
                _ => return Err(EvaluateError::WrongType { at }),
            }),
            Kind::If(condition, then, otherwise) => {
                let branch = if self.truth(condition)? == Some(true) { then } else { otherwise };
                self.conform(self.value(branch)?, expr)
            }
            Kind::Switch { subject, arms, default } => {
                let subject = self.value(subject)?;
                let hit = |(literals, _): &&(Vec<Value>, Expr)| literals.iter().any(|l| same(l, &subject));
                let arm = if subject.is_null() { None } else { arms.iter().find(hit) };
                match (arm, default) {
                    (Some((_, result)), _) => self.conform(self.value(result)?, expr),
                    (None, Some(default)) => self.conform(self.value(default)?, expr),
                    (None, None) => Ok(Value::Null),
                }
            }
            Kind::Coalesce(parts) => {
                for part in parts {
                    let value = self.value(part)?;
                    if !value.is_null() {
                        return self.conform(value, expr);
                    }
                }
                Ok(Value::Null)
            }
            Kind::Call(function, arguments) => self.call(*function, arguments, expr),
            Kind::Children { path, aggregate, body, outer } => {
                self.aggregate(path, *aggregate, body.as_deref(), *outer, expr)
            }
            Kind::Part(address, part) => match self.value(address)? {
                Value::Null => Ok(Value::Null),
                Value::Json(address) => Ok(match address.get(&**part) {
                    Some(serde_json::Value::String(text)) => Value::Text(text.clone()),
                    _ => Value::Null,
                }),
                _ => Err(EvaluateError::WrongType { at }),
            },
        }
    }

    /// Brings a value from outside or from a branch to the type of its place.
    fn conform(&self, value: Value, expr: &Expr) -> Evaluated {
        let at = expr.at;
        Ok(match (&expr.ty, value) {
            (_, Value::Null) => Value::Null,
            (Type::Decimal { .. }, Value::Integer(n)) if number::fits(n) => Value::Decimal(Decimal::from(n)),
            (Type::Decimal { .. }, Value::Decimal(d)) => {
                Value::Decimal(number::admit(d).ok_or(EvaluateError::OutOfRange { at })?)
            }
            (Type::Integer, Value::Integer(n)) if number::fits(n) => Value::Integer(n),
            (Type::Duration, Value::Duration(n)) if number::fits(n) => Value::Duration(n),
            (Type::Integer | Type::Decimal { .. }, Value::Integer(_))
            | (Type::Duration, Value::Duration(_)) => {
                return Err(EvaluateError::OutOfRange { at });
            }
            (Type::Boolean, value @ Value::Boolean(_))
            | (Type::Text | Type::Select(_), value @ Value::Text(_))
            | (Type::Date, value @ Value::Date(_))
            | (Type::DateTime, value @ Value::DateTime(_))
            | (Type::Time, value @ Value::Time(_))
            | (Type::Reference(_), value @ (Value::Reference(_) | Value::Link { .. }))
            | (Type::List(_), value @ Value::List(_))
            | (Type::Address | Type::Json, value @ Value::Json(_)) => value,
            _ => return Err(EvaluateError::WrongType { at }),
        })
    }

    /// Kleene's truth: `None` is unknown.
    fn truth(&self, expr: &Expr) -> Evaluated<Option<bool>> {
        match &expr.kind {
            Kind::Not(inner) => Ok(self.truth(inner)?.map(|truth| !truth)),
            Kind::And(parts) => self.chain(parts, false),
            Kind::Or(parts) => self.chain(parts, true),
            Kind::Compare(operator, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                if left.is_null() || right.is_null() {
                    return Ok(None);
                }
                let order = order(&left, &right).ok_or(EvaluateError::WrongType { at: expr.at })?;
                Ok(Some(match operator {
                    CompareOperator::Equal => order.is_eq(),
                    CompareOperator::NotEqual => order.is_ne(),
                    CompareOperator::Less => order.is_lt(),
                    CompareOperator::LessOrEqual => order.is_le(),
                    CompareOperator::Greater => order.is_gt(),
                    CompareOperator::GreaterOrEqual => order.is_ge(),
                }))
            }
            Kind::In(item, entries) => self.is_in(item, entries),
            _ => match self.value(expr)? {
                Value::Boolean(truth) => Ok(Some(truth)),
                Value::Null => Ok(None),
                _ => Err(EvaluateError::WrongType { at: expr.at }),
            },
        }
    }

    /// `&&` ends at false, `||` at true; otherwise one unknown part makes the whole unknown.
    fn chain(&self, parts: &[Expr], end: bool) -> Evaluated<Option<bool>> {
        let mut result = Some(!end);
        for part in parts {
            match self.truth(part)? {
                Some(truth) if truth == end => return Ok(Some(end)),
                Some(_) => {}
                None => result = None,
            }
        }
        Ok(result)
    }

    fn is_in(&self, item: &Expr, entries: &[Expr]) -> Evaluated<Option<bool>> {
        let item = self.value(item)?;
        let mut result = Some(false);
        for entry in entries {
            let entry = self.value(entry)?;
            if item.is_null() || entry.is_null() {
                result = None;
            } else if same(&item, &entry) {
                return Ok(Some(true));
            }
        }
        Ok(result)
    }

    fn arithmetic(&self, operator: ArithmeticOperator, left: Value, right: Value, expr: &Expr) -> Evaluated {
        use {ArithmeticOperator as A, Value as V};
        let at = expr.at;
        if let (Some(a), Some(b)) = (left.as_decimal(), right.as_decimal()) {
            let divides = matches!(operator, A::Divide | A::Remainder);
            if divides && b.is_zero() {
                return Ok(V::Null);
            }
            let result = match operator {
                A::Add => number::add(a, b),
                A::Subtract => number::subtract(a, b),
                A::Multiply => number::multiply(a, b),
                A::Divide => number::divide(a, b),
                A::Remainder => number::remainder(a, b),
            };
            return self.number(result, expr);
        }
        let range = EvaluateError::OutOfRange { at };
        let signed = |n: i64| if operator == A::Subtract { n.checked_neg() } else { Some(n) };
        Ok(match (operator, left, right) {
            (A::Add, V::Text(a), V::Text(b)) => V::Text(a + b.as_str()),
            (A::Add | A::Subtract, V::Date(day), V::Integer(n)) => {
                V::Date(signed(n).and_then(|n| time::add_days(day, n)).ok_or(range)?)
            }
            (A::Subtract, V::Date(a), V::Date(b)) => V::Integer((a - b).num_days()),
            (A::Subtract, V::DateTime(a), V::DateTime(b)) => V::Duration((a - b).num_seconds()),
            (A::Add | A::Subtract, V::DateTime(instant), V::Duration(n)) => {
                V::DateTime(signed(n).and_then(|n| time::add_seconds(instant, n)).ok_or(range)?)
            }
            (A::Add | A::Subtract, V::Duration(a), V::Duration(b)) => {
                let sum = signed(b).and_then(|b| a.checked_add(b)).filter(|n| number::fits(*n));
                V::Duration(sum.ok_or(range)?)
            }
            (A::Multiply, V::Duration(a), V::Integer(b)) | (A::Multiply, V::Integer(a), V::Duration(b)) => {
                V::Duration(a.checked_mul(b).filter(|n| number::fits(*n)).ok_or(range)?)
            }
            _ => return Err(EvaluateError::WrongType { at }),
        })
    }

    /// A number as the type of its place wants it.
    fn number(&self, result: Option<Decimal>, expr: &Expr) -> Evaluated {
        let range = EvaluateError::OutOfRange { at: expr.at };
        let result = result.ok_or(range.clone())?;
        Ok(match expr.ty {
            Type::Integer => Value::Integer(number::to_integer(result).ok_or(range)?),
            _ => Value::Decimal(result),
        })
    }

    fn aggregate(
        &self,
        path: &Path,
        aggregate: Aggregate,
        body: Option<&Expr>,
        outer: Root,
        expr: &Expr,
    ) -> Evaluated {
        let children = self.context.children(path.root, &path.steps)?;
        let Some(body) = body else {
            return Ok(Value::Integer(i64::try_from(children.len()).unwrap_or(i64::MAX)));
        };
        let inside = |child| Inside { child, outside: self.context, outer };
        if matches!(aggregate, Aggregate::Any | Aggregate::All | Aggregate::Count) {
            let mut held = 0;
            for child in &children {
                let context = inside(&**child);
                let evaluator = Evaluator { context: &context, clock: self.clock };
                if evaluator.truth(body)? == Some(true) {
                    held += 1;
                }
            }
            return Ok(match aggregate {
                Aggregate::Any => Value::Boolean(held > 0),
                Aggregate::All => Value::Boolean(held == children.len()),
                _ => Value::Integer(i64::try_from(held).unwrap_or(i64::MAX)),
            });
        }
        let mut values = Vec::with_capacity(children.len());
        for child in &children {
            let context = inside(&**child);
            let value = Evaluator { context: &context, clock: self.clock }.value(body)?;
            if !value.is_null() {
                values.push(value);
            }
        }
        self.reduce(aggregate, values, expr)
    }

    fn reduce(&self, aggregate: Aggregate, values: Vec<Value>, expr: &Expr) -> Evaluated {
        let at = expr.at;
        match aggregate {
            Aggregate::Min => return Ok(functions::extreme(values, Ordering::Less)),
            Aggregate::Max => return Ok(functions::extreme(values, Ordering::Greater)),
            Aggregate::Avg if values.is_empty() => return Ok(Value::Null),
            _ => {}
        }
        if expr.ty == Type::Duration {
            let mut sum: i64 = 0;
            for value in &values {
                let Value::Duration(n) = value else { return Err(EvaluateError::WrongType { at }) };
                sum = sum
                    .checked_add(*n)
                    .filter(|n| number::fits(*n))
                    .ok_or(EvaluateError::OutOfRange { at })?;
            }
            return Ok(Value::Duration(sum));
        }
        // Only the result must be in range, as in SQL; ten places and 38 digits leave room for any number of rows.
        let mut sum = number::Sum::default();
        for value in &values {
            sum.add(value.as_decimal().ok_or(EvaluateError::WrongType { at })?);
        }
        match aggregate {
            Aggregate::Avg => self.number(sum.mean(values.len()), expr),
            _ => self.number(sum.total(), expr),
        }
    }
}

/// The order of two values of comparable types; `None` if they are not.
pub(crate) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        // UTF-8 sorts as its code points do.
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (a, b) => match (a.as_decimal(), b.as_decimal()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.as_reference()?.cmp(&b.as_reference()?),
        },
    })
}

/// Whether two values of comparable types are equal.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    order(a, b) == Some(Ordering::Equal)
}
