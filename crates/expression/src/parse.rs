//! The grammar: tokens to the untyped tree.
//!
//! It is the expression part of rhai's grammar with rhai's precedences; statements, closures, loops and
//! assignments are not part of it. Depth and length are bounded, so every later stage may recurse.

use crate::finding::{range_error, syntax_error};
use crate::number;
use crate::syntax::{Node, Syntax};
use crate::tokens::{Operator, Token, tokens};
use crate::tree::{ArithmeticOperator, CompareOperator, Position};
use diagnostic::{Code, Diagnostic, Source};

/// Longest source text, in bytes.
pub const MAX_SOURCE: usize = 8_192;
/// Deepest nesting of an expression.
pub const MAX_DEPTH: u32 = 64;

/// Parses one expression. Positions in the findings count from the beginning of `source`.
///
/// # Errors
/// The first syntax error: `expression_syntax`, `number_out_of_range` or `limit_exceeded`.
pub fn parse(source: &str) -> Result<Syntax, Vec<Diagnostic>> {
    if source.len() > MAX_SOURCE {
        return Err(vec![limit("the length of the expression", MAX_SOURCE, Position { line: 1, column: 1 })]);
    }
    let mut parser = Parser { tokens: tokens(source).map_err(|e| vec![*e])?, next: 0, depth: 0 };
    let tree = parser.expression(0).and_then(|tree| parser.end().map(|()| tree));
    tree.map_err(|e| vec![*e])
}

fn limit(what: &str, limit: impl std::fmt::Display, at: Position) -> Diagnostic {
    let source = Source { file: String::new(), line: at.line, column: at.column };
    Diagnostic::new(Code::LimitExceeded).with("what", what).with("limit", limit).in_source(source)
}

type Parsed<T = Syntax> = Result<T, Box<Diagnostic>>;

struct Parser {
    tokens: Vec<(Token, Position)>,
    next: usize,
    depth: u32,
}

impl Parser {
    /// The last token is `End` and is never passed, so the index stays inside.
    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn at(&self) -> Position {
        self.tokens[self.next].1
    }

    fn take(&mut self) -> (Token, Position) {
        let taken = self.tokens[self.next].clone();
        if taken.0 != Token::End {
            self.next += 1;
        }
        taken
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.peek() == token;
        if found {
            self.next += 1;
        }
        found
    }

    fn expect(&mut self, token: &Token) -> Parsed<()> {
        if self.eat(token) { Ok(()) } else { Err(self.unexpected(Some(token))) }
    }

    fn end(&mut self) -> Parsed<()> {
        self.expect(&Token::End)
    }

    fn unexpected(&self, wanted: Option<&Token>) -> Box<Diagnostic> {
        let found = show(self.peek());
        let at = self.at();
        Box::new(match (wanted, self.peek()) {
            (_, Token::Foreign(_)) => syntax_error(
                at,
                ["`{x}` is not part of expressions", "表达式中不能使用 `{x}`", "運算式中不能使用 `{x}`"],
            )
            .with("x", found),
            (Some(Token::End), _) => syntax_error(
                at,
                [
                    "the expression should end before `{x}`",
                    "表达式应在 `{x}` 之前结束",
                    "運算式應在 `{x}` 之前結束",
                ],
            )
            .with("x", found),
            (Some(wanted), _) => syntax_error(
                at,
                [
                    "`{wanted}` expected, found `{x}`",
                    "此处应为 `{wanted}`，实际为 `{x}`",
                    "此處應為 `{wanted}`，實際為 `{x}`",
                ],
            )
            .with("wanted", show(wanted))
            .with("x", found),
            (None, _) => syntax_error(
                at,
                [
                    "a value or name expected, found `{x}`",
                    "此处应为值或名称，实际为 `{x}`",
                    "此處應為值或名稱，實際為 `{x}`",
                ],
            )
            .with("x", found),
        })
    }

    /// An expression whose operators bind stronger than `power`.
    fn expression(&mut self, power: u8) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep(self.at()));
        }
        let mut left = self.unary()?;
        while let Token::Operator(operator, strength) = *self.peek() {
            if strength <= power {
                break;
            }
            let (_, at) = self.take();
            let right = self.expression(strength)?;
            left = self.join(operator, left, right, at)?;
        }
        self.depth -= 1;
        Ok(left)
    }

    fn too_deep(&self, at: Position) -> Box<Diagnostic> {
        Box::new(limit("the depth of the expression", MAX_DEPTH, at))
    }

    fn build(&self, node: Node, at: Position, depth: u32) -> Parsed {
        if depth > MAX_DEPTH {
            return Err(self.too_deep(at));
        }
        Ok(Syntax { node, at, depth })
    }

    fn join(&self, operator: Operator, left: Syntax, right: Syntax, at: Position) -> Parsed {
        use {ArithmeticOperator as A, CompareOperator as C, Operator as O};
        let depth = left.depth.max(right.depth) + 1;
        let compare = |operator| move |l, r| Node::Compare(operator, l, r);
        let arithmetic = |operator| move |l, r| Node::Arithmetic(operator, l, r);
        let (l, r) = match operator {
            O::And | O::Or | O::Coalesce => return self.chain(operator, left, right, at),
            _ => (Box::new(left), Box::new(right)),
        };
        let node = match operator {
            O::Equal => compare(C::Equal)(l, r),
            O::NotEqual => compare(C::NotEqual)(l, r),
            O::Less => compare(C::Less)(l, r),
            O::LessOrEqual => compare(C::LessOrEqual)(l, r),
            O::Greater => compare(C::Greater)(l, r),
            O::GreaterOrEqual => compare(C::GreaterOrEqual)(l, r),
            O::Add => arithmetic(A::Add)(l, r),
            O::Subtract => arithmetic(A::Subtract)(l, r),
            O::Multiply => arithmetic(A::Multiply)(l, r),
            O::Divide => arithmetic(A::Divide)(l, r),
            O::Remainder => arithmetic(A::Remainder)(l, r),
            O::NotIn => {
                let inner = self.build(Node::In(l, r), at, depth)?;
                return self.build(Node::Not(Box::new(inner)), at, depth + 1);
            }
            // The three chains returned above.
            O::In | O::And | O::Or | O::Coalesce => Node::In(l, r),
        };
        self.build(node, at, depth)
    }

    /// `a && b && c` is one node, so that long chains stay flat.
    fn chain(&self, operator: Operator, left: Syntax, right: Syntax, at: Position) -> Parsed {
        let depth = right.depth + 1;
        let (mut parts, begun, at) = match (operator, left) {
            (Operator::And, Syntax { node: Node::And(parts), depth, at }) => (parts, depth, at),
            (Operator::Or, Syntax { node: Node::Or(parts), depth, at }) => (parts, depth, at),
            (Operator::Coalesce, Syntax { node: Node::Coalesce(parts), depth, at }) => (parts, depth, at),
            (_, other) => {
                let depth = other.depth + 1;
                (vec![other], depth, at)
            }
        };
        parts.push(right);
        let node = match operator {
            Operator::And => Node::And(parts),
            Operator::Or => Node::Or(parts),
            _ => Node::Coalesce(parts),
        };
        self.build(node, at, depth.max(begun))
    }

    fn unary(&mut self) -> Parsed {
        let at = self.at();
        let node: fn(Box<Syntax>) -> Node = match self.peek() {
            Token::Not => Node::Not,
            // After `=>` and the like rhai's tokenizer leaves it to the parser which sign is meant.
            Token::UnaryMinus | Token::Operator(Operator::Subtract, _) => Node::Negate,
            Token::UnaryPlus | Token::Operator(Operator::Add, _) => {
                self.take();
                return self.unary_operand();
            }
            _ => return self.postfix(),
        };
        self.take();
        let inner = self.unary_operand()?;
        let depth = inner.depth + 1;
        self.build(node(Box::new(inner)), at, depth)
    }

    fn unary_operand(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep(self.at()));
        }
        let inner = self.unary();
        self.depth -= 1;
        inner
    }

    fn postfix(&mut self) -> Parsed {
        let mut value = self.primary()?;
        loop {
            match self.peek() {
                Token::Dot => {
                    self.take();
                    value = self.member(value)?;
                }
                Token::Open('[') => {
                    let words = [
                        "lists have no positions here; use `contains` or `in`",
                        "此处不能按位置取列表元素，请使用 `contains` 或 `in`",
                        "此處不能按位置取清單元素，請使用 `contains` 或 `in`",
                    ];
                    return Err(Box::new(syntax_error(self.at(), words)));
                }
                _ => return Ok(value),
            }
        }
    }

    fn member(&mut self, value: Syntax) -> Parsed {
        let Token::Name(name) = self.peek().clone() else {
            return Err(self.unexpected(None));
        };
        let (_, at) = self.take();
        let depth = value.depth;
        match self.arguments()? {
            None => {
                let begin = value.at;
                self.build(Node::Field(Box::new(value), name, at), begin, depth + 1)
            }
            Some(arguments) => {
                let depth = deepest(&arguments).max(depth) + 1;
                let node = Node::Call { receiver: Some(Box::new(value)), name, arguments };
                self.build(node, at, depth)
            }
        }
    }

    /// What stands in parentheses after a name, or `None` where none follow.
    fn arguments(&mut self) -> Parsed<Option<Vec<Syntax>>> {
        if self.eat(&Token::Unit) {
            return Ok(Some(Vec::new()));
        }
        if !self.eat(&Token::Open('(')) {
            return Ok(None);
        }
        self.sequence(&Token::Close(')')).map(Some)
    }

    /// Expressions between commas up to `close`; a trailing comma is allowed.
    fn sequence(&mut self, close: &Token) -> Parsed<Vec<Syntax>> {
        let mut items = Vec::new();
        while !self.eat(close) {
            items.push(self.expression(0)?);
            if !self.eat(&Token::Comma) {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }

    fn primary(&mut self) -> Parsed {
        let (token, at) = self.take();
        let node = match token {
            Token::Unit => Node::Null,
            Token::True => Node::Boolean(true),
            Token::False => Node::Boolean(false),
            Token::Integer(n) => {
                if !number::fits(n) {
                    return Err(Box::new(range_error(at)));
                }
                Node::Integer(n)
            }
            Token::Decimal(d) => {
                if !number::storable(d) {
                    return Err(Box::new(range_error(at)));
                }
                Node::Decimal(d)
            }
            Token::Text(text) => Node::Text(text),
            Token::Open('[') => {
                let items = self.sequence(&Token::Close(']'))?;
                let depth = deepest(&items) + 1;
                return self.build(Node::List(items), at, depth);
            }
            Token::Open('(') => {
                let inner = self.expression(0)?;
                self.expect(&Token::Close(')'))?;
                return Ok(inner);
            }
            Token::If => return self.conditional(at),
            Token::Switch => return self.switch(at),
            Token::Name(name) => match self.arguments()? {
                None => Node::Name(name),
                Some(arguments) => {
                    let depth = deepest(&arguments) + 1;
                    return self.build(Node::Call { receiver: None, name, arguments }, at, depth);
                }
            },
            Token::End => return Err(self.unexpected(None)),
            _ => {
                self.next -= 1;
                return Err(self.unexpected(None));
            }
        };
        self.build(node, at, 1)
    }

    /// `{ expression }`
    fn block(&mut self) -> Parsed {
        self.expect(&Token::Open('{'))?;
        let inner = self.expression(0)?;
        if *self.peek() == Token::Semicolon {
            let words = [
                "an expression is one value; statements with `;` belong into scripts",
                "表达式只能是一个值；带 `;` 的语句应写在脚本中",
                "運算式只能是一個值；帶 `;` 的陳述式應寫在腳本中",
            ];
            return Err(Box::new(syntax_error(self.at(), words)));
        }
        self.expect(&Token::Close('}'))?;
        Ok(inner)
    }

    fn conditional(&mut self, at: Position) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep(at));
        }
        let condition = self.expression(0)?;
        let then = self.block()?;
        let mut depth = condition.depth.max(then.depth);
        let otherwise = if !self.eat(&Token::Else) {
            None
        } else if *self.peek() == Token::If {
            let (_, at) = self.take();
            Some(self.conditional(at)?)
        } else {
            Some(self.block()?)
        };
        depth = depth.max(otherwise.as_ref().map_or(0, |o| o.depth)) + 1;
        self.depth -= 1;
        let node = Node::If(Box::new(condition), Box::new(then), otherwise.map(Box::new));
        self.build(node, at, depth)
    }

    fn switch(&mut self, at: Position) -> Parsed {
        let subject = self.expression(0)?;
        self.expect(&Token::Open('{'))?;
        let mut arms = Vec::new();
        let mut default = None;
        let mut depth = subject.depth;
        while !self.eat(&Token::Close('}')) {
            if default.is_some() {
                let words = ["`_` is the last arm", "`_` 必须是最后一个分支", "`_` 必須是最後一個分支"];
                return Err(Box::new(syntax_error(self.at(), words)));
            }
            let literals = self.patterns()?;
            self.expect(&Token::Arrow)?;
            let braced = *self.peek() == Token::Open('{');
            let result = if braced { self.block()? } else { self.expression(0)? };
            depth = depth.max(result.depth);
            match literals {
                Some(literals) => arms.push((literals, result)),
                None => default = Some(Box::new(result)),
            }
            // As in rhai, no comma is needed after a block.
            let separated = self.eat(&Token::Comma) || braced;
            if !separated {
                self.expect(&Token::Close('}'))?;
                break;
            }
        }
        self.build(Node::Switch { subject: Box::new(subject), arms, default }, at, depth + 1)
    }

    /// `"a" | "b"`, or `None` for `_`.
    fn patterns(&mut self) -> Parsed<Option<Vec<Syntax>>> {
        if self.eat(&Token::Underscore) {
            return Ok(None);
        }
        let mut literals = Vec::new();
        loop {
            literals.push(self.literal()?);
            if *self.peek() != Token::Foreign("|".to_owned()) {
                return Ok(Some(literals));
            }
            self.take();
        }
    }

    fn literal(&mut self) -> Parsed {
        let at = self.at();
        let minus = matches!(self.peek(), Token::UnaryMinus | Token::Operator(Operator::Subtract, _));
        if minus {
            self.take();
        }
        let found = self.primary()?;
        let node = match (minus, found.node) {
            (true, Node::Integer(n)) => Node::Integer(-n),
            (true, Node::Decimal(d)) => Node::Decimal(-d),
            (false, node @ (Node::Boolean(_) | Node::Integer(_) | Node::Decimal(_) | Node::Text(_))) => node,
            _ => {
                let words = [
                    "an arm of `switch` begins with literals or `_`",
                    "`switch` 的分支须以字面值或 `_` 开头",
                    "`switch` 的分支須以字面值或 `_` 開頭",
                ];
                return Err(Box::new(syntax_error(at, words)));
            }
        };
        self.build(node, at, 1)
    }
}

fn deepest(items: &[Syntax]) -> u32 {
    items.iter().map(|i| i.depth).max().unwrap_or(0)
}

fn show(token: &Token) -> String {
    match token {
        Token::Name(name) => name.clone(),
        Token::Integer(n) => n.to_string(),
        Token::Decimal(d) => d.to_string(),
        Token::Text(text) => format!("{text:?}"),
        Token::Open(c) | Token::Close(c) => c.to_string(),
        Token::Foreign(text) => text.clone(),
        Token::Unit => "()".to_owned(),
        Token::True => "true".to_owned(),
        Token::False => "false".to_owned(),
        Token::If => "if".to_owned(),
        Token::Else => "else".to_owned(),
        Token::Switch => "switch".to_owned(),
        Token::Underscore => "_".to_owned(),
        Token::Comma => ",".to_owned(),
        Token::Dot => ".".to_owned(),
        Token::Arrow => "=>".to_owned(),
        Token::Semicolon => ";".to_owned(),
        Token::Not => "!".to_owned(),
        Token::UnaryMinus => "-".to_owned(),
        Token::UnaryPlus => "+".to_owned(),
        Token::Operator(operator, _) => operator.symbol().to_owned(),
        Token::End => "end".to_owned(),
    }
}

impl Operator {
    fn symbol(self) -> &'static str {
        match self {
            Operator::Or => "||",
            Operator::And => "&&",
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::In => "in",
            Operator::NotIn => "!in",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Coalesce => "??",
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Remainder => "%",
        }
    }
}
