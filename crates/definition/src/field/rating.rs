//! `rating`: a number of stars.

use super::{FieldKind, IntegerField};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A number of stars.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RatingField {
    /// The most stars; 5 where it is not said.
    #[schemars(range(min = 1, max = 10))]
    pub max: Option<u8>,
}

impl RatingField {
    fn bounds(&self) -> IntegerField {
        IntegerField { min: Some(0), max: Some(i64::from(self.max.unwrap_or(5))) }
    }
}

impl FieldKind for RatingField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Integer)
    }

    fn expression_type(&self) -> Type {
        Type::Integer
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        IntegerField::default().parse(json)
    }

    fn parse_text(&self, text: &str) -> Result<Value> {
        IntegerField::default().parse_text(text)
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        self.bounds().validate(value, found);
    }

    fn render(&self, value: &Value) -> Json {
        self.bounds().render(value)
    }

    fn json_schema(&self) -> Json {
        json!({"type": "integer", "minimum": 0, "maximum": self.max.unwrap_or(5)})
    }

    fn widget(&self) -> &'static str {
        "rating"
    }
}
