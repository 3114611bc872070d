//! `autonumber`: a number given by the system, such as `OPP-202603-0007`.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A number given by the system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AutonumberField {
    /// How it is built: `{yyyy} {yy} {mm} {dd}` of the day, `{seq:4}` the count with at least four digits,
    /// `{field}` or `{reference.field}` of the record. The count starts again when a date part or a field
    /// changes.
    pub pattern: String,
}

/// A part of an autonumber's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberPart {
    /// These characters.
    Literal(String),
    /// The year with four digits.
    Year,
    /// The year's last two digits.
    ShortYear,
    /// The month with two digits.
    Month,
    /// The day with two digits.
    Day,
    /// The count, with at least so many digits.
    Sequence(u8),
    /// The value of a field, possibly through a reference.
    Field(String),
}

impl AutonumberField {
    /// The parts of the pattern. The error is an English sentence on what is wrong with it.
    pub fn parts(&self) -> Result<Vec<NumberPart>, String> {
        let mut parts = Vec::new();
        let mut rest = self.pattern.as_str();
        while let Some(open) = rest.find('{') {
            let close = rest[open..].find('}').ok_or("a `{` is not closed")? + open;
            if open > 0 {
                parts.push(NumberPart::Literal(rest[..open].to_owned()));
            }
            parts.push(part(&rest[open + 1..close])?);
            rest = &rest[close + 1..];
        }
        if !rest.is_empty() {
            parts.push(NumberPart::Literal(rest.to_owned()));
        }
        match parts.iter().filter(|part| matches!(part, NumberPart::Sequence(_))).count() {
            1 => Ok(parts),
            0 => Err("a part such as `{seq:4}` is missing".to_owned()),
            _ => Err("there may be one `{seq}` only".to_owned()),
        }
    }
}

fn part(name: &str) -> Result<NumberPart, String> {
    Ok(match name {
        "yyyy" => NumberPart::Year,
        "yy" => NumberPart::ShortYear,
        "mm" => NumberPart::Month,
        "dd" => NumberPart::Day,
        "seq" => NumberPart::Sequence(1),
        _ => match name.strip_prefix("seq:") {
            Some(digits) => match digits.parse() {
                Ok(digits @ 1..=12) => NumberPart::Sequence(digits),
                _ => return Err("`{seq:n}` takes 1 to 12 digits".to_owned()),
            },
            None if name.split('.').all(crate::name::is_name) => NumberPart::Field(name.to_owned()),
            None => return Err(format!("`{{{name}}}` is no part of a pattern")),
        },
    })
}

impl FieldKind for AutonumberField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Text)
    }

    fn expression_type(&self) -> Type {
        Type::Text
    }

    /// Imports bring numbers; that others may not is for the plan to say.
    fn parse(&self, json: &Json) -> Result<Value> {
        expect::text(json)
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        if let Some(text) = value.as_text() {
            expect::length(text, Some(1), Some(120), found);
        }
    }

    fn render(&self, value: &Value) -> Json {
        expect::render_text(value)
    }

    fn json_schema(&self) -> Json {
        json!({"type": "string", "readOnly": true})
    }

    fn widget(&self) -> &'static str {
        "autonumber"
    }
}
