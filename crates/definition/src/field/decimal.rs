//! `decimal`: an exact number with a fixed number of places.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use crate::shape::Number;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// An exact number with a fixed number of places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DecimalField {
    /// Places after the point, 0 to 10; 4 where it is not said.
    #[schemars(range(min = 0, max = 10))]
    pub scale: Option<u8>,
    /// The smallest value.
    pub min: Option<Number>,
    /// The largest value.
    pub max: Option<Number>,
}

/// Digits that a stored number has at most, on both sides of the point.
const DIGITS: u32 = 18;

/// Null, a number or its text; rounded half away from zero to `scale` places.
pub(super) fn parse(json: &Json, scale: u8) -> Result<Value> {
    if json.is_null() {
        return Ok(Value::Null);
    }
    let number = Number::from_json(json).ok_or_else(|| {
        expect::expected([
            "an exact number, as text where it has more than 15 digits",
            "精确数值（超过 15 位数字时请用文本形式）",
            "精確數值（超過 15 位數字時請用文字形式）",
        ])
    })?;
    fit(number, scale).map(Value::Decimal).ok_or_else(|| Box::new(Diagnostic::new(Code::NumberOutOfRange)))
}

/// The number at `scale` places; `None` where it has more than 18 digits.
pub(super) fn fit(number: Decimal, scale: u8) -> Option<Decimal> {
    let mut number = number.round_dp_with_strategy(u32::from(scale), RoundingStrategy::MidpointAwayFromZero);
    let bound = Decimal::from(10_i64.checked_pow(DIGITS - u32::from(scale))?);
    if number.abs() >= bound {
        return None;
    }
    number.rescale(u32::from(scale));
    Some(number)
}

/// Bounds on a number.
pub(super) fn bounds(value: &Value, min: Option<Number>, max: Option<Number>, found: &mut Vec<Diagnostic>) {
    let Some(number) = value.as_decimal() else { return };
    if let Some(Number(min)) = min.filter(|min| number < min.0) {
        found.push(Diagnostic::new(Code::TooSmall).with("min", min));
    }
    if let Some(Number(max)) = max.filter(|max| number > max.0) {
        found.push(Diagnostic::new(Code::TooBig).with("max", max));
    }
}

/// JSON Schema of a number in text form.
pub(super) fn schema(scale: u8) -> Json {
    let pattern = match scale {
        0 => "^-?[0-9]{1,18}$".to_owned(),
        _ => format!("^-?[0-9]{{1,18}}(\\.[0-9]{{1,{scale}}})?$"),
    };
    json!({"type": "string", "format": "decimal", "pattern": pattern})
}

impl DecimalField {
    /// Places after the point.
    pub fn places(&self) -> u8 {
        self.scale.unwrap_or(4)
    }
}

impl FieldKind for DecimalField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Decimal { scale: self.places() })
    }

    fn expression_type(&self) -> Type {
        Type::Decimal { scale: self.places() }
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        parse(json, self.places())
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        bounds(value, self.min, self.max, found);
    }

    fn render(&self, value: &Value) -> Json {
        match value.as_decimal() {
            Some(number) => Json::String(number.normalize().to_string()),
            None => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        schema(self.places())
    }

    fn widget(&self) -> &'static str {
        "number"
    }
}
