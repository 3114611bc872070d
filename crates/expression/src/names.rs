//! The written names of functions and operators, one table for parser, hints and the browser's form.

use crate::tree::{Aggregate, ArithmeticOperator, CompareOperator, Function, Root};

impl Function {
    /// All functions by name.
    pub const ALL: [(&'static str, Function); 25] = [
        ("is_empty", Function::IsEmpty),
        ("contains", Function::Contains),
        ("starts_with", Function::StartsWith),
        ("ends_with", Function::EndsWith),
        ("lower", Function::Lower),
        ("upper", Function::Upper),
        ("trim", Function::Trim),
        ("len", Function::Len),
        ("round", Function::Round),
        ("floor", Function::Floor),
        ("ceil", Function::Ceil),
        ("abs", Function::Abs),
        ("min", Function::Min),
        ("max", Function::Max),
        ("days_between", Function::DaysBetween),
        ("add_days", Function::AddDays),
        ("add_months", Function::AddMonths),
        ("start_of", Function::StartOf),
        ("year", Function::Year),
        ("month", Function::Month),
        ("day", Function::Day),
        ("date", Function::Date),
        ("datetime", Function::DateTime),
        ("text", Function::Text),
        ("within", Function::Within),
    ];

    /// The function of that name.
    pub fn from_name(name: &str) -> Option<Function> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        // The table holds every function; a test walks it.
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// Fewest and most arguments.
    pub(crate) fn arity(self) -> (usize, usize) {
        match self {
            Function::Contains
            | Function::StartsWith
            | Function::EndsWith
            | Function::DaysBetween
            | Function::AddDays
            | Function::AddMonths
            | Function::StartOf
            | Function::Within => (2, 2),
            Function::Round => (1, 2),
            Function::Min | Function::Max => (1, usize::MAX),
            _ => (1, 1),
        }
    }
}

impl Aggregate {
    /// All functions over children by name.
    pub const ALL: [(&'static str, Aggregate); 7] = [
        ("sum", Aggregate::Sum),
        ("count", Aggregate::Count),
        ("min", Aggregate::Min),
        ("max", Aggregate::Max),
        ("avg", Aggregate::Avg),
        ("any", Aggregate::Any),
        ("all", Aggregate::All),
    ];

    /// The function of that name.
    pub fn from_name(name: &str) -> Option<Aggregate> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, aggregate)| *aggregate)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

impl CompareOperator {
    /// All comparisons by symbol.
    pub const ALL: [(&'static str, CompareOperator); 6] = [
        ("==", CompareOperator::Equal),
        ("!=", CompareOperator::NotEqual),
        ("<", CompareOperator::Less),
        ("<=", CompareOperator::LessOrEqual),
        (">", CompareOperator::Greater),
        (">=", CompareOperator::GreaterOrEqual),
    ];

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(symbol, _)| symbol)
    }
}

impl ArithmeticOperator {
    /// All arithmetic by symbol.
    pub const ALL: [(&'static str, ArithmeticOperator); 5] = [
        ("+", ArithmeticOperator::Add),
        ("-", ArithmeticOperator::Subtract),
        ("*", ArithmeticOperator::Multiply),
        ("/", ArithmeticOperator::Divide),
        ("%", ArithmeticOperator::Remainder),
    ];

    /// How it is written.
    pub fn symbol(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(symbol, _)| symbol)
    }
}

impl Root {
    /// All roots by name; bare names have the name `row`, and variables `variable`, in the serialised form only.
    pub const ALL: [(&'static str, Root); 9] = [
        ("row", Root::Row),
        ("record", Root::Record),
        ("old", Root::Old),
        ("user", Root::User),
        ("initiator", Root::Initiator),
        ("approver", Root::Approver),
        ("assignee", Root::Assignee),
        ("event", Root::Event),
        ("variable", Root::Variable),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}
