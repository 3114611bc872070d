//! `percent`: a share in percent: 30 means 30 %.

use super::{FieldKind, decimal};
use crate::column::ColumnType;
use crate::shape::Number;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A share in percent: 30 means 30 %.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct PercentField {
    /// Places after the point, 0 to 10; 4 where it is not said.
    #[schemars(range(min = 0, max = 10))]
    pub scale: Option<u8>,
    /// The smallest value.
    pub min: Option<Number>,
    /// The largest value.
    pub max: Option<Number>,
}

impl PercentField {
    /// Places after the point.
    pub fn places(&self) -> u8 {
        self.scale.unwrap_or(4)
    }
}

impl FieldKind for PercentField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Decimal { scale: self.places() })
    }

    fn expression_type(&self) -> Type {
        Type::Decimal { scale: self.places() }
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        decimal::parse(json, self.places())
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        decimal::bounds(value, self.min, self.max, found);
    }

    fn render(&self, value: &Value) -> Json {
        match value.as_decimal() {
            Some(number) => Json::String(number.normalize().to_string()),
            None => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        decimal::schema(self.places())
    }

    fn widget(&self) -> &'static str {
        "percent"
    }
}
