//! What a cell demands of its input: the unary tests of DMN.
//!
//! Absent values follow the logic of three values that DMN takes from SQL. `null` in a comparison for equality is a
//! value like any other; its order with a value is unknown, and so is `not(…)` of what is unknown. What is unknown does
//! not hold. So an absent input passes `-`, `null`, `!= x` and `not("a","b")`, and fails `< 5`, `[1..5]` and `not(< 5)`.

use crate::scalar::Scalar;
use std::ops::Bound;

/// What a cell demands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// `-`: nothing.
    #[default]
    Any,
    /// One of these holds.
    Some(Vec<Test>),
    /// None of these holds: `not(…)`.
    Not(Vec<Test>),
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `null`
    Null,
    /// `!= null`
    NotNull,
    /// `"a"`, `= 5`
    Equal(Scalar),
    /// `!= 5`
    NotEqual(Scalar),
    /// `> 0.3`, `[1..5)`
    Within(Bound<Scalar>, Bound<Scalar>),
}

impl Test {
    /// Whether it holds; `None` where that is unknown. An absent input is `None`.
    fn of(&self, input: Option<&Scalar>) -> Option<bool> {
        match self {
            Test::Null => Some(input.is_none()),
            Test::NotNull => Some(input.is_some()),
            Test::Equal(value) => Some(input == Some(value)),
            Test::NotEqual(value) => Some(input != Some(value)),
            Test::Within(low, high) => input.map(|input| {
                let above = match low {
                    Bound::Included(low) => input >= low,
                    Bound::Excluded(low) => input > low,
                    Bound::Unbounded => true,
                };
                let below = match high {
                    Bound::Included(high) => input <= high,
                    Bound::Excluded(high) => input < high,
                    Bound::Unbounded => true,
                };
                above && below
            }),
        }
    }

    /// The values at which its answer may change.
    fn breakpoints(&self) -> impl Iterator<Item = &Scalar> {
        let (first, second) = match self {
            Test::Null | Test::NotNull => (None, None),
            Test::Equal(value) | Test::NotEqual(value) => (Some(value), None),
            Test::Within(low, high) => (bound(low), bound(high)),
        };
        first.into_iter().chain(second)
    }
}

fn bound(bound: &Bound<Scalar>) -> Option<&Scalar> {
    match bound {
        Bound::Included(value) | Bound::Excluded(value) => Some(value),
        Bound::Unbounded => None,
    }
}

impl Cell {
    /// Whether the input passes; an absent one is `None`.
    pub fn holds(&self, input: Option<&Scalar>) -> bool {
        match self {
            Cell::Any => true,
            Cell::Some(tests) => tests.iter().any(|test| test.of(input) == Some(true)),
            Cell::Not(tests) => tests.iter().all(|test| test.of(input) == Some(false)),
        }
    }

    fn tests(&self) -> &[Test] {
        match self {
            Cell::Any => &[],
            Cell::Some(tests) | Cell::Not(tests) => tests,
        }
    }

    /// The values at which its answer may change.
    pub(crate) fn breakpoints(&self) -> impl Iterator<Item = &Scalar> {
        self.tests().iter().flat_map(Test::breakpoints)
    }

    /// Whether it asks for an order.
    pub(crate) fn compares(&self) -> bool {
        self.tests().iter().any(|test| matches!(test, Test::Within(..)))
    }
}
