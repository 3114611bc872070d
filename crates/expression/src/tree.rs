//! The typed tree that every back end reads.

use crate::{Type, Value};
use std::sync::Arc;

pub use crate::root::Root;

/// Where in the source text a part begins: line and column from 1, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Line from 1; 0 where unknown.
    pub line: u32,
    /// Column from 1; 0 where unknown.
    pub column: u32,
}

/// A checked expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it does.
    pub kind: Kind,
    /// What it yields (null is a value of every type).
    pub ty: Type,
    /// Where it stands.
    pub at: Position,
}

impl Expr {
    /// The expressions directly inside this one.
    pub fn parts(&self) -> impl Iterator<Item = &Expr> {
        let mut parts: Vec<&Expr> = Vec::new();
        match &self.kind {
            Kind::Literal(_) | Kind::Path(_) | Kind::Parameter(_) | Kind::Today | Kind::Now => {}
            Kind::Not(a) | Kind::Negate(a) | Kind::Part(a, _) => parts.push(a),
            Kind::And(all) | Kind::Or(all) | Kind::Coalesce(all) | Kind::Call(_, all) => parts.extend(all),
            Kind::Compare(_, a, b) | Kind::Arithmetic(_, a, b) => parts.extend([&**a, &**b]),
            Kind::In(item, entries) => {
                parts.push(item);
                parts.extend(entries);
            }
            Kind::If(a, b, c) => parts.extend([&**a, &**b, &**c]),
            Kind::Switch { subject, arms, default } => {
                parts.push(subject);
                parts.extend(arms.iter().map(|(_, result)| result));
                parts.extend(default.as_deref());
            }
            Kind::Children { body, .. } => parts.extend(body.as_deref()),
        }
        parts.into_iter()
    }

    /// The same expression with each part directly inside replaced.
    #[must_use]
    pub fn map(&self, change: &mut dyn FnMut(&Expr) -> Expr) -> Expr {
        let mut one = |part: &Expr| Box::new(change(part));
        let kind = match &self.kind {
            Kind::Literal(_) | Kind::Path(_) | Kind::Parameter(_) | Kind::Today | Kind::Now => {
                self.kind.clone()
            }
            Kind::Not(a) => Kind::Not(one(a)),
            Kind::Negate(a) => Kind::Negate(one(a)),
            Kind::Part(a, name) => Kind::Part(one(a), name.clone()),
            Kind::And(all) => Kind::And(all.iter().map(change).collect()),
            Kind::Or(all) => Kind::Or(all.iter().map(change).collect()),
            Kind::Coalesce(all) => Kind::Coalesce(all.iter().map(change).collect()),
            Kind::Call(function, all) => Kind::Call(*function, all.iter().map(change).collect()),
            Kind::Compare(operator, a, b) => Kind::Compare(*operator, one(a), one(b)),
            Kind::Arithmetic(operator, a, b) => Kind::Arithmetic(*operator, one(a), one(b)),
            Kind::In(item, entries) => {
                let item = one(item);
                Kind::In(item, entries.iter().map(change).collect())
            }
            Kind::If(a, b, c) => Kind::If(one(a), one(b), one(c)),
            Kind::Switch { subject, arms, default } => Kind::Switch {
                subject: one(subject),
                arms: arms.iter().map(|(literals, result)| (literals.clone(), *one(result))).collect(),
                default: default.as_deref().map(&mut one),
            },
            Kind::Children { path, aggregate, body, outer } => Kind::Children {
                path: path.clone(),
                aggregate: *aggregate,
                body: body.as_deref().map(&mut one),
                outer: *outer,
            },
        };
        Expr { kind, ty: self.ty.clone(), at: self.at }
    }
}

/// What an expression does. Logic is Kleene's: null is "unknown" inside, and false only at the root of a
/// condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A constant.
    Literal(Value),
    /// A field of a record in scope, possibly through to-one references.
    Path(Path),
    /// A parameter of the surrounding action or flow.
    Parameter(Arc<str>),
    /// `today()`: the day in the site's time zone, bound by the engine.
    Today,
    /// `now()`: the instant, bound by the engine.
    Now,
    /// `!a`
    Not(Box<Expr>),
    /// `a && b && …`
    And(Vec<Expr>),
    /// `a || b || …`
    Or(Vec<Expr>),
    /// `a == b` and its kin.
    Compare(CompareOperator, Box<Expr>, Box<Expr>),
    /// `a + b` and its kin. `+` also joins text.
    Arithmetic(ArithmeticOperator, Box<Expr>, Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a in [b, c]`
    In(Box<Expr>, Vec<Expr>),
    /// `if c { a } else { b }`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `switch a { "x" | "y" => b, _ => c }`; a null subject takes the default.
    Switch {
        /// What is compared.
        subject: Box<Expr>,
        /// Literals of each arm and its result.
        arms: Vec<(Vec<Value>, Expr)>,
        /// The `_` arm; absent means null.
        default: Option<Box<Expr>>,
    },
    /// `a ?? b`: the first that is not null.
    Coalesce(Vec<Expr>),
    /// A function of the language.
    Call(Function, Vec<Expr>),
    /// A function over child records: `lines.sum(amount)`, `lines.any(price < cost)`.
    Children {
        /// The path that ends in the children field.
        path: Path,
        /// What is computed over them.
        aggregate: Aggregate,
        /// Evaluated once a child with `Row` = the child and `Record` = the outer record; absent for `count()`.
        /// For `any`, `all` and `count(condition)` a condition: null counts as false.
        body: Option<Box<Expr>>,
        /// What `Record` means in the body, seen from outside: `Row`, or `Record` where no bare names are in
        /// scope.
        outer: Root,
    },
    /// A part of an address: `address.city`.
    Part(Box<Expr>, Arc<str>),
}

/// A field path: a root and at least one step. All steps but the last are to-one references.
/// `owner.department` on an opportunity is root `Row` with the steps `crm.opportunity/owner` and
/// `base.user/department`. A bare `record` or `user` compared as a reference has the one step `id`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Path {
    /// Which record it starts at.
    pub root: Root,
    /// The fields walked.
    pub steps: Vec<Step>,
}

/// One field on a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The object whose field it is, `pack.object`.
    pub object: Arc<str>,
    /// The field's canonical name.
    pub field: Arc<str>,
}

/// Comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOperator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// Arithmetic. Results are exact; `/` gives ten places, rounded half away from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithmeticOperator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`; by zero is null.
    Divide,
    /// `%`; by zero is null.
    Remainder,
}

/// Functions of the language. Each takes null to null unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `is_empty(x)`: null, empty text, empty list. Never null.
    IsEmpty,
    /// `contains(text, part)`, `contains(list, item)`; an absent list is an empty one
    Contains,
    /// `starts_with(text, part)`
    StartsWith,
    /// `ends_with(text, part)`
    EndsWith,
    /// `lower(text)`: ASCII letters only
    Lower,
    /// `upper(text)`: ASCII letters only
    Upper,
    /// `trim(text)`: space, tab, line ends and the ideographic space U+3000 at both ends
    Trim,
    /// `len(text)` in code points, `len(list)`
    Len,
    /// `round(n)`, `round(n, places)`: half away from zero
    Round,
    /// `floor(n)`
    Floor,
    /// `ceil(n)`
    Ceil,
    /// `abs(n)`
    Abs,
    /// `min(a, b, …)`: nulls are left out
    Min,
    /// `max(a, b, …)`: nulls are left out
    Max,
    /// `days_between(from, to)`: whole days
    DaysBetween,
    /// `add_days(date, n)`
    AddDays,
    /// `add_months(date, n)`: the last day of the month where the day does not exist
    AddMonths,
    /// `start_of("year" | "quarter" | "month" | "week" | "day", date)`; the site's time zone for instants
    StartOf,
    /// `year(date)`
    Year,
    /// `month(date)`
    Month,
    /// `day(date)`
    Day,
    /// `date(datetime)`: the day in the site's time zone; `date("2026-01-31")` is a literal
    Date,
    /// `datetime(date)`: the first instant of the day in the site's time zone
    DateTime,
    /// `text(x)`: a number without trailing zeros, a date as `2026-01-31`, a boolean as `true` or `false`
    Text,
    /// `within(node, ancestor)`: a tree node lies below or at another
    Within,
}

/// What is computed over children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// Sum; of nothing 0.
    Sum,
    /// Number of children.
    Count,
    /// Smallest; of nothing null.
    Min,
    /// Largest; of nothing null.
    Max,
    /// Mean; of nothing null.
    Avg,
    /// Whether one holds; of nothing false.
    Any,
    /// Whether all hold; of nothing true.
    All,
}
