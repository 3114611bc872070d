//! The untyped tree the parser yields: what is written, before anyone knows what the names mean.

use crate::tree::{ArithmeticOperator, CompareOperator, Position};
use rust_decimal::Decimal;

/// A parsed, unchecked expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Syntax {
    /// What is written.
    pub node: Node,
    /// Where it begins; for a binary operation where the operator stands.
    pub at: Position,
    /// Levels below and including this one; the parser bounds it.
    pub depth: u32,
}

/// What is written.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `()`
    Null,
    /// `true`, `false`
    Boolean(bool),
    /// `42`
    Integer(i64),
    /// `1.50`
    Decimal(Decimal),
    /// `"text"`
    Text(String),
    /// `[a, b]`
    List(Vec<Syntax>),
    /// A bare name.
    Name(String),
    /// `a.name`
    Field(Box<Syntax>, String, Position),
    /// `name(a, b)` or, with a receiver, `a.name(b)`
    Call {
        /// What stands before the dot.
        receiver: Option<Box<Syntax>>,
        /// The function.
        name: String,
        /// What stands in the parentheses.
        arguments: Vec<Syntax>,
    },
    /// `!a`
    Not(Box<Syntax>),
    /// `-a`
    Negate(Box<Syntax>),
    /// `a && b && …`
    And(Vec<Syntax>),
    /// `a || b || …`
    Or(Vec<Syntax>),
    /// `a ?? b ?? …`
    Coalesce(Vec<Syntax>),
    /// `a == b` and its kin.
    Compare(CompareOperator, Box<Syntax>, Box<Syntax>),
    /// `a + b` and its kin.
    Arithmetic(ArithmeticOperator, Box<Syntax>, Box<Syntax>),
    /// `a in b`
    In(Box<Syntax>, Box<Syntax>),
    /// `if c { a } else { b }`; without `else` the other branch is null.
    If(Box<Syntax>, Box<Syntax>, Option<Box<Syntax>>),
    /// `switch a { "x" | "y" => b, _ => c }`
    Switch {
        /// What is compared.
        subject: Box<Syntax>,
        /// Literals of each arm and its result.
        arms: Vec<(Vec<Syntax>, Syntax)>,
        /// The `_` arm.
        default: Option<Box<Syntax>>,
    },
}
