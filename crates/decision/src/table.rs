//! A table, compiled: what is asked, what is answered, and the rules between.

use crate::cell::Cell;
use crate::domain::Domain;
use chrono::NaiveDate;
use expression::{Expr, Type, Value};
use std::sync::Arc;

/// The most rules of a table.
pub const MAX_RULES: usize = 1_000;

/// A table, compiled. Immutable; [`Table::evaluate`] answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its full name, for findings.
    pub name: Arc<str>,
    /// Which of the rules that hold count.
    pub hit: Hit,
    /// What is asked: the columns of conditions.
    pub inputs: Vec<Input>,
    /// What is answered: the columns of results.
    pub outputs: Vec<Output>,
    /// The rules in order.
    pub rules: Vec<Rule>,
    /// What is answered where no rule holds, in the order of the outputs.
    pub default: Option<Vec<Value>>,
}

/// A column of conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name, by which expressions of the rules speak of it.
    pub name: Arc<str>,
    /// What it holds.
    pub domain: Domain,
}

/// A column of results.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: Arc<str>,
    /// The type of its values; computed numbers are rounded to its scale. Options are in falling order of priority.
    pub ty: Type,
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What it demands of each input.
    pub when: Vec<Cell>,
    /// What it answers for each output.
    pub then: Vec<Then>,
    /// The first day on which it counts.
    pub from: Option<NaiveDate>,
    /// The last day on which it counts.
    pub until: Option<NaiveDate>,
}

/// What a rule answers for one output.
#[derive(Clone, Debug, PartialEq)]
pub enum Then {
    /// This value.
    Literal(Value),
    /// The value of an expression whose parameters are the inputs.
    Computed(Expr),
}

/// Which of the rules that hold count: the hit policies of DMN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// One at most may hold.
    Unique,
    /// Several may hold, and must answer the same.
    Any,
    /// The first that holds.
    First,
    /// The one whose options come first.
    Priority,
    /// All, in the order of the rules.
    RuleOrder,
    /// All, in the order of their options.
    OutputOrder,
    /// All, gathered.
    Collect(Collect),
}

/// How answers are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collect {
    /// A list, in the order of the rules.
    List,
    /// Their sum.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// How many rules hold.
    Count,
}

impl Hit {
    /// Whether the answer is a list with an entry a rule.
    pub fn is_many(self) -> bool {
        matches!(self, Hit::RuleOrder | Hit::OutputOrder | Hit::Collect(Collect::List))
    }

    /// Whether the answer is that of one rule, so that there is none where no rule holds.
    pub fn is_single(self) -> bool {
        matches!(self, Hit::Unique | Hit::Any | Hit::First | Hit::Priority)
    }
}

impl Rule {
    /// Whether it counts on this day.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

impl Table {
    /// The type of what is answered for an output: a count is a whole number, whatever is counted.
    pub fn answered(&self, output: &Output) -> Type {
        match self.hit {
            Hit::Collect(Collect::Count) => Type::Integer,
            _ => output.ty.clone(),
        }
    }
}
