//! Source text to tokens, by rhai's own tokenizer.
//!
//! The only file that touches rhai's `internals`, which carry no promise of stability: the version is pinned.
//! What a word means is decided here once: rhai reserves words (`case package default public new match …`)
//! that are ordinary field names for us, and every word is a name after a dot.

use crate::finding::syntax_error;
use crate::tree::Position;
use diagnostic::{Diagnostic, Result};
use rhai::{Engine, LexError, Token as RhaiToken};
use rust_decimal::Decimal;
use std::sync::OnceLock;

/// A token of the language. Operators carry the binding power rhai gives them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Name(String),
    Integer(i64),
    Decimal(Decimal),
    Text(String),
    /// `()`
    Unit,
    True,
    False,
    If,
    Else,
    Switch,
    Underscore,
    Open(char),
    Close(char),
    Comma,
    Dot,
    Arrow,
    Semicolon,
    Not,
    UnaryMinus,
    UnaryPlus,
    Operator(Operator, u8),
    /// Part of rhai, but not of this language; holds what to name in the message.
    Foreign(String),
    End,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    In,
    NotIn,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Coalesce,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// The tokenizer keeps no state between calls; building an engine is dear, so there is one.
fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(Engine::new_raw)
}

/// All tokens with their places; the last one is [`Token::End`].
pub(crate) fn tokens(source: &str) -> Result<Vec<(Token, Position)>> {
    let inputs = [source];
    let (stream, _) = engine().lex(&inputs);
    let mut out: Vec<(Token, Position)> = Vec::with_capacity(source.len() / 3 + 2);
    let mut end = Position { line: 1, column: 1 };
    for (token, place) in stream {
        let at = Position { line: line(place.line()), column: line(place.position()).max(1) };
        if token == RhaiToken::EOF {
            end = at;
            break;
        }
        let after_dot = matches!(out.last(), Some((Token::Dot, _)));
        let word = after_dot && token.is_literal() && is_word(token.literal_syntax());
        let token = if word { Token::Name(token.literal_syntax().to_owned()) } else { convert(token, at)? };
        out.push((token, at));
        end = Position { line: at.line, column: at.column + 1 };
    }
    out.push((Token::End, end));
    Ok(out)
}

fn line(n: Option<usize>) -> u32 {
    n.and_then(|n| u32::try_from(n).ok()).unwrap_or(1)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn convert(token: RhaiToken, at: Position) -> Result<Token> {
    use RhaiToken as R;
    if let Some(token) = operator(&token) {
        return Ok(token);
    }
    Ok(match token {
        R::Identifier(name) => Token::Name(name.to_string()),
        R::Reserved(name) if is_word(&name) => Token::Name(name.to_string()),
        R::IntegerConstant(n) => Token::Integer(n),
        R::DecimalConstant(number) => decimal(&number.1, at)?,
        R::StringConstant(text) => Token::Text(text.to_string()),
        R::Unit => Token::Unit,
        R::True => Token::True,
        R::False => Token::False,
        R::If => Token::If,
        R::Else => Token::Else,
        R::Switch => Token::Switch,
        R::Underscore => Token::Underscore,
        R::LeftParen => Token::Open('('),
        R::RightParen => Token::Close(')'),
        R::LeftBracket => Token::Open('['),
        R::RightBracket => Token::Close(']'),
        R::LeftBrace => Token::Open('{'),
        R::RightBrace => Token::Close('}'),
        R::Comma => Token::Comma,
        R::Period => Token::Dot,
        R::DoubleArrow => Token::Arrow,
        R::SemiColon => Token::Semicolon,
        R::Bang => Token::Not,
        R::UnaryMinus => Token::UnaryMinus,
        R::UnaryPlus => Token::UnaryPlus,
        R::LexError(error) => return Err(lex_error(&error, at)),
        R::InterpolatedString(_) => {
            let words = [
                "text is joined with `+`, not with `${…}`",
                "请用 `+` 连接文本，不要用 `${…}`",
                "請用 `+` 連接文字，不要用 `${…}`",
            ];
            return Err(Box::new(syntax_error(at, words)));
        }
        R::CharConstant(c) => Token::Foreign(format!("'{c}'")),
        other => Token::Foreign(other.to_string()),
    })
}

fn operator(token: &RhaiToken) -> Option<Token> {
    use RhaiToken as R;
    let operator = match token {
        R::Or => Operator::Or,
        R::And => Operator::And,
        R::EqualsTo => Operator::Equal,
        R::NotEqualsTo => Operator::NotEqual,
        R::In => Operator::In,
        R::NotIn => Operator::NotIn,
        R::LessThan => Operator::Less,
        R::LessThanEqualsTo => Operator::LessOrEqual,
        R::GreaterThan => Operator::Greater,
        R::GreaterThanEqualsTo => Operator::GreaterOrEqual,
        R::DoubleQuestion => Operator::Coalesce,
        R::Plus => Operator::Add,
        R::Minus => Operator::Subtract,
        R::Multiply => Operator::Multiply,
        R::Divide => Operator::Divide,
        R::Modulo => Operator::Remainder,
        _ => return None,
    };
    token.precedence().map(|power| Token::Operator(operator, power.get()))
}

/// A decimal from its digits; rhai would round what does not fit.
fn decimal(text: &str, at: Position) -> Result<Token> {
    let malformed = || lex_error(&LexError::MalformedNumber(text.to_owned()), at);
    Decimal::from_str_exact(text).map(Token::Decimal).map_err(|_| malformed())
}

fn lex_error(error: &LexError, at: Position) -> Box<Diagnostic> {
    let reason = match error {
        LexError::MalformedNumber(n) => {
            let (en, cn, tw) = ("`{x}` is not a number", "`{x}` 不是数字", "`{x}` 不是數字");
            return Box::new(syntax_error(at, [en, cn, tw]).with("x", n));
        }
        LexError::UnterminatedString => {
            let words = ["the text is not closed by `\"`", "文本缺少结尾的 `\"`", "文字缺少結尾的 `\"`"];
            return Box::new(syntax_error(at, words));
        }
        LexError::MalformedChar(text) => {
            let words = [
                "text stands in double quotes: \"{x}\"",
                "文本应使用双引号：\"{x}\"",
                "文字應使用雙引號：\"{x}\"",
            ];
            return Box::new(syntax_error(at, words).with("x", text));
        }
        other => other.to_string(),
    };
    Box::new(syntax_error(at, ["not readable: {x}", "无法解析：{x}", "無法解析：{x}"]).with("x", reason))
}
