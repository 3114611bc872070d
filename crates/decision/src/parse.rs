//! From the text of a cell to what it demands.
//!
//! The grammar is that of DMN's unary tests with literals:
//!
//! ```text
//! cell     = "" | "-" | "not(" tests ")" | tests
//! tests    = test { "," test }
//! test     = operator literal | interval | literal
//! operator = "<" | "<=" | ">" | ">=" | "=" | "!="
//! interval = ( "[" | "(" | "]" ) literal ".." literal ( "]" | ")" | "[" )
//! literal  = "null" | number | word | quoted | function "(" quoted ")"
//! ```
//!
//! A literal is read as the column's type: a bare word is an option, a day, an instant, a time or a length of time.

use crate::cell::{Cell, Test};
use crate::domain::{Content, Domain};
use crate::finding::{Words, in_cell, no_option};
use crate::scalar::Scalar;
use diagnostic::{Diagnostic, Hint, Result, did_you_mean};
use expression::{literal, number};
use rust_decimal::Decimal;
use std::ops::Bound;

/// The most characters of a cell.
pub const MAX_CELL: usize = 2_000;

/// Reads a cell of a column.
///
/// # Errors
/// `invalid_cell`; its source counts characters of the text from 1, in a file without a name.
pub fn parse(text: &str, domain: &Domain) -> Result<Cell> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > MAX_CELL {
        return Err(Box::new(in_cell(1, ["the cell is too long", "单元格过长", "儲存格過長"])));
    }
    let mut parser = Parser { chars: &chars, at: 0, domain };
    parser.space();
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed == "-" {
        return Ok(Cell::Any);
    }
    let negated = parser.starts_with("not") && trimmed[3..].trim_start().starts_with('(');
    if negated {
        parser.at += 3;
        parser.space();
        parser.at += 1;
    }
    let tests = parser.tests()?;
    if negated && !parser.take(')') {
        return Err(parser.wrong(["`)` is missing", "缺少 `)`", "缺少 `)`"]));
    }
    parser.space();
    if parser.at < chars.len() {
        let rest: String = chars[parser.at..].iter().take(20).collect();
        let words = [
            "`{rest}` cannot stand here; several tests are separated by commas",
            "此处不能出现 `{rest}`；多个条件以逗号分隔",
            "此處不能出現 `{rest}`；多個條件以逗號分隔",
        ];
        return Err(Box::new(in_cell(parser.column(), words).with("rest", rest)));
    }
    Ok(if negated { Cell::Not(tests) } else { Cell::Some(tests) })
}

/// Reads one value of a column, as a cell writes it.
///
/// # Errors
/// As [`parse`].
pub fn parse_value(text: &str, domain: &Domain) -> Result<Option<Scalar>> {
    match parse(text, domain)? {
        Cell::Some(tests) => match tests.as_slice() {
            [Test::Equal(value)] => Ok(Some(value.clone())),
            [Test::Null] => Ok(None),
            _ => Err(Box::new(in_cell(1, ONE_VALUE))),
        },
        Cell::Any | Cell::Not(_) => Err(Box::new(in_cell(1, ONE_VALUE))),
    }
}

const NO_ORDER_WITH_NULL: Words = ["`null` has no order", "`null` 没有大小顺序", "`null` 沒有大小順序"];

const ONE_VALUE: Words = ["one value is expected", "应为单个值", "應為單一值"];

/// A literal before its type is known.
enum Raw {
    /// Without quotes.
    Word(String),
    /// In quotes.
    Quoted(String),
    /// `date("…")`
    Call(String, String),
}

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    domain: &'a Domain,
}

impl Parser<'_> {
    fn column(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX - 1) + 1
    }

    fn wrong(&self, words: Words) -> Box<Diagnostic> {
        Box::new(in_cell(self.column(), words))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        self.space();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn starts_with(&self, word: &str) -> bool {
        let mut rest = self.chars[self.at..].iter();
        word.chars().all(|wanted| rest.next() == Some(&wanted))
    }

    fn tests(&mut self) -> Result<Vec<Test>> {
        let mut tests = vec![self.test()?];
        while self.take(',') {
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    fn test(&mut self) -> Result<Test> {
        self.space();
        match self.peek() {
            Some('<' | '>' | '=' | '!') => self.comparison(),
            Some('[' | '(' | ']') => self.interval(),
            _ => Ok(self.literal()?.map_or(Test::Null, Test::Equal)),
        }
    }

    fn comparison(&mut self) -> Result<Test> {
        let start = self.column();
        let symbol =
            ["<=", ">=", "!=", "==", "<", ">", "="].into_iter().find(|symbol| self.starts_with(symbol));
        let Some(symbol) = symbol.filter(|symbol| *symbol != "==") else {
            let words = [
                "a comparison is `<`, `<=`, `>`, `>=`, `=` or `!=`",
                "比较符为 `<`、`<=`、`>`、`>=`、`=` 或 `!=`",
                "比較符號為 `<`、`<=`、`>`、`>=`、`=` 或 `!=`",
            ];
            return Err(self.wrong(words));
        };
        self.at += symbol.len();
        if !matches!(symbol, "=" | "!=") {
            self.ordered(start)?;
        }
        let value = self.literal()?;
        Ok(match (symbol, value) {
            ("=", value) => value.map_or(Test::Null, Test::Equal),
            ("!=", value) => value.map_or(Test::NotNull, Test::NotEqual),
            (_, None) => return Err(Box::new(in_cell(start, NO_ORDER_WITH_NULL))),
            ("<", Some(value)) => Test::Within(Bound::Unbounded, Bound::Excluded(value)),
            ("<=", Some(value)) => Test::Within(Bound::Unbounded, Bound::Included(value)),
            (">", Some(value)) => Test::Within(Bound::Excluded(value), Bound::Unbounded),
            (_, Some(value)) => Test::Within(Bound::Included(value), Bound::Unbounded),
        })
    }

    fn ordered(&self, column: u32) -> Result<()> {
        match self.domain.content.is_ordered() {
            true => Ok(()),
            false => Err(Box::new(in_cell(
                column,
                [
                    "the values of this column have no order",
                    "此列的取值没有大小顺序",
                    "此欄的取值沒有大小順序",
                ],
            ))),
        }
    }

    fn interval(&mut self) -> Result<Test> {
        let start = self.column();
        self.ordered(start)?;
        let includes_low = self.peek() == Some('[');
        self.at += 1;
        let low = self.literal()?;
        self.space();
        if !self.starts_with("..") {
            let words = ["an interval is written `[1..5)`", "区间写作 `[1..5)`", "區間寫作 `[1..5)`"];
            return Err(self.wrong(words));
        }
        self.at += 2;
        let high = self.literal()?;
        self.space();
        let includes_high = match self.peek() {
            Some(']') => true,
            Some(')' | '[') => false,
            _ => {
                let words = [
                    "the interval does not end: `]` or `)` is missing",
                    "区间没有结束：缺少 `]` 或 `)`",
                    "區間沒有結束：缺少 `]` 或 `)`",
                ];
                return Err(self.wrong(words));
            }
        };
        self.at += 1;
        let (Some(low), Some(high)) = (low, high) else {
            return Err(Box::new(in_cell(start, NO_ORDER_WITH_NULL)));
        };
        if low > high || low == high && !(includes_low && includes_high) {
            let words = ["no value lies in this interval", "此区间不含任何值", "此區間不含任何值"];
            return Err(Box::new(in_cell(start, words)));
        }
        let low = if includes_low { Bound::Included(low) } else { Bound::Excluded(low) };
        let high = if includes_high { Bound::Included(high) } else { Bound::Excluded(high) };
        Ok(Test::Within(low, high))
    }

    /// A literal of the column's type; `None` for `null`.
    fn literal(&mut self) -> Result<Option<Scalar>> {
        self.space();
        let column = self.column();
        let raw = self.raw()?;
        if matches!(&raw, Raw::Word(word) if word == "null") {
            return Ok(None);
        }
        let value = read(&raw, &self.domain.content, column)?;
        if self.domain.values.as_ref().is_some_and(|values| !values.contains(&value)) {
            let shown = value.to_string();
            let known: Vec<String> = self.domain.values.iter().flatten().map(Scalar::to_string).collect();
            let hint = did_you_mean(&shown, known.iter().map(String::as_str));
            return Err(Box::new(no_option(column, &shown).with_hint(hint)));
        }
        Ok(Some(value))
    }

    fn raw(&mut self) -> Result<Raw> {
        if self.peek() == Some('"') {
            return self.quoted().map(Raw::Quoted);
        }
        if self.starts_with("date and time") {
            self.at += "date and time".len();
            return self.call("datetime".to_owned());
        }
        let start = self.at;
        while let Some(c) = self.peek() {
            if c.is_whitespace() || ",()[]\"<>=!".contains(c) || self.starts_with("..") {
                break;
            }
            self.at += 1;
        }
        let word: String = self.chars[start..self.at].iter().collect();
        if word.is_empty() {
            return Err(self.wrong(["a value is missing", "缺少值", "缺少值"]));
        }
        match self.peek() {
            Some('(') => self.call(word),
            _ => Ok(Raw::Word(word)),
        }
    }

    fn call(&mut self, function: String) -> Result<Raw> {
        let inner = match self.take('(') {
            true => {
                self.space();
                self.quoted()?
            }
            false => return Err(self.wrong(["`(` is missing", "缺少 `(`", "缺少 `(`"])),
        };
        match self.take(')') {
            true => Ok(Raw::Call(function, inner)),
            false => Err(self.wrong(["`)` is missing", "缺少 `)`", "缺少 `)`"])),
        }
    }

    fn quoted(&mut self) -> Result<String> {
        let open = self.wrong(["text in quotes is expected", "应为引号中的文本", "應為引號中的文字"]);
        if self.peek() != Some('"') {
            return Err(open);
        }
        self.at += 1;
        let mut text = String::new();
        loop {
            let c = self.peek();
            self.at += 1;
            match c {
                None => {
                    let words = ["the quotes are not closed", "引号没有闭合", "引號沒有閉合"];
                    return Err(Box::new(in_cell(self.column().saturating_sub(1), words)));
                }
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(c) => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Result<char> {
        let c = self.peek();
        self.at += 1;
        match c {
            Some(c @ ('"' | '\\' | '/')) => Ok(c),
            Some('n') => Ok('\n'),
            Some('t') => Ok('\t'),
            _ => {
                let words = [
                    "after `\\` stands `\"`, `\\`, `n` or `t`",
                    "`\\` 之后应为 `\"`、`\\`、`n` 或 `t`",
                    "`\\` 之後應為 `\"`、`\\`、`n` 或 `t`",
                ];
                Err(Box::new(in_cell(self.column().saturating_sub(1), words)))
            }
        }
    }
}

/// The literal as a value of the column.
fn read(raw: &Raw, content: &Content, column: u32) -> Result<Scalar> {
    let refuse = |words: Words, shown: &str| Box::new(in_cell(column, words).with("value", shown));
    let temporal = |function: &str| match raw {
        Raw::Word(text) | Raw::Quoted(text) => Some(text.as_str()),
        Raw::Call(called, text) => (called == function).then_some(text.as_str()),
    };
    let shown = match raw {
        Raw::Word(text) | Raw::Quoted(text) => text.clone(),
        Raw::Call(function, text) => format!("{function}(\"{text}\")"),
    };
    let found = match (content, raw) {
        (Content::Boolean, Raw::Word(word)) => match word.as_str() {
            "true" => Some(Scalar::Boolean(true)),
            "false" => Some(Scalar::Boolean(false)),
            _ => None,
        },
        (Content::Number { .. }, Raw::Word(word)) => decimal(word).map(Scalar::Number),
        (Content::Text, Raw::Quoted(text)) => Some(Scalar::Text(text.clone())),
        (Content::Text, Raw::Word(word)) => {
            let words = ["text stands in quotes", "文本须加引号", "文字須加引號"];
            return Err(Box::new(in_cell(column, words).with_hint(Hint::DidYouMean(format!("\"{word}\"")))));
        }
        (Content::Options(options), Raw::Word(text) | Raw::Quoted(text)) => {
            if !options.contains(text) {
                let hint = did_you_mean(text, options.iter().map(String::as_str));
                return Err(Box::new(no_option(column, text).with_hint(hint)));
            }
            Some(Scalar::Text(text.clone()))
        }
        (Content::Date, _) => temporal("date").and_then(literal::date).map(Scalar::Date),
        (Content::DateTime, _) => temporal("datetime").and_then(literal::datetime).map(Scalar::DateTime),
        (Content::Time, _) => temporal("time").and_then(literal::time).map(Scalar::Time),
        (Content::Duration, _) => temporal("duration").and_then(literal::duration).map(Scalar::Duration),
        _ => None,
    };
    found.ok_or_else(|| refuse(expected(content), &shown))
}

fn expected(content: &Content) -> Words {
    match content {
        Content::Boolean => [
            "`{value}` is neither true nor false",
            "`{value}` 不是 true 或 false",
            "`{value}` 不是 true 或 false",
        ],
        Content::Number { .. } => [
            "`{value}` is no number such as 0.3",
            "`{value}` 不是数值，例如 0.3",
            "`{value}` 不是數值，例如 0.3",
        ],
        Content::Text => {
            ["`{value}` is no text in quotes", "`{value}` 不是引号中的文本", "`{value}` 不是引號中的文字"]
        }
        Content::Options(_) => ["`{value}` is no option", "`{value}` 不是选项", "`{value}` 不是選項"],
        Content::Date => [
            "`{value}` is no day such as 2026-03-31",
            "`{value}` 不是日期，例如 2026-03-31",
            "`{value}` 不是日期，例如 2026-03-31",
        ],
        Content::DateTime => [
            "`{value}` is no instant such as 2026-03-31T09:00:00+08:00",
            "`{value}` 不是时间点，例如 2026-03-31T09:00:00+08:00",
            "`{value}` 不是時間點，例如 2026-03-31T09:00:00+08:00",
        ],
        Content::Time => [
            "`{value}` is no time of day such as 09:30",
            "`{value}` 不是时刻，例如 09:30",
            "`{value}` 不是時刻，例如 09:30",
        ],
        Content::Duration => [
            "`{value}` is no length of time such as 2d or 8h",
            "`{value}` 不是时长，例如 2d 或 8h",
            "`{value}` 不是時長，例如 2d 或 8h",
        ],
    }
}

/// A number in plain digits. One with a leading zero is refused: `100,000` of a sheet would be 100 or 0.
fn decimal(text: &str) -> Option<Decimal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.split('.').next().unwrap_or_default();
    let plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && (whole.len() < 2 || !whole.starts_with('0'));
    if !plain {
        return None;
    }
    let found = if whole.is_empty() {
        Decimal::from_str_exact(&text.replace('.', "0."))
    } else {
        Decimal::from_str_exact(text)
    };
    found.ok().filter(|found| number::storable(*found))
}
