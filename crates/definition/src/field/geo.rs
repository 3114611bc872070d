//! `geo`: a point on the earth.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use crate::shape::Number;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A point on the earth: `{"lat": "31.2304", "lng": "121.4737"}`, degrees of WGS 84.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GeoField {}

const POINT: expect::Words = [
    "a point such as {\"lat\": \"31.2304\", \"lng\": \"121.4737\"}",
    "坐标，例如 {\"lat\": \"31.2304\", \"lng\": \"121.4737\"}",
    "座標，例如 {\"lat\": \"31.2304\", \"lng\": \"121.4737\"}",
];

/// Degrees within the bound, to about a centimetre.
fn degrees(json: Option<&Json>, bound: i64) -> Option<String> {
    let number = Number::from_json(json?)?;
    let number = number.round_dp_with_strategy(7, RoundingStrategy::MidpointAwayFromZero);
    (number.abs() <= Decimal::from(bound)).then(|| number.normalize().to_string())
}

impl FieldKind for GeoField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Json)
    }

    fn expression_type(&self) -> Type {
        Type::Json
    }

    fn parse(&self, json: &Json) -> Result<Value> {
        let point = match json {
            Json::Null => return Ok(Value::Null),
            Json::Object(point) if point.len() == 2 => point,
            _ => return Err(expect::expected(POINT)),
        };
        match (degrees(point.get("lat"), 90), degrees(point.get("lng"), 180)) {
            (Some(lat), Some(lng)) => Ok(Value::Json(json!({"lat": lat, "lng": lng}))),
            _ => Err(expect::expected(POINT)),
        }
    }

    fn validate(&self, _: &Value, _: &mut Vec<Diagnostic>) {}

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Json(point) => point.clone(),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        let degrees = json!({"anyOf": [{"type": "string"}, {"type": "number"}]});
        json!({
            "type": "object",
            "properties": {"lat": degrees, "lng": degrees},
            "required": ["lat", "lng"],
            "additionalProperties": false
        })
    }

    fn widget(&self) -> &'static str {
        "geo"
    }
}
