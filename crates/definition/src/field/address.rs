//! `address`: country, province, city, district, street.

use super::{FieldKind, expect};
use crate::column::ColumnType;
use diagnostic::{Diagnostic, Result};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A postal address in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddressField {}

impl AddressField {
    /// The parts, from large to small.
    pub const PARTS: [&str; 5] = ["country", "province", "city", "district", "street"];
}

const ADDRESS: expect::Words = [
    "an address with the parts country, province, city, district, street",
    "由 country、province、city、district、street 组成的地址",
    "由 country、province、city、district、street 組成的地址",
];

impl FieldKind for AddressField {
    fn column(&self) -> Option<ColumnType> {
        Some(ColumnType::Json)
    }

    fn expression_type(&self) -> Type {
        Type::Address
    }

    /// Empty parts are left out; an address without any part is null.
    fn parse(&self, json: &Json) -> Result<Value> {
        let parts = match json {
            Json::Null => return Ok(Value::Null),
            Json::Object(parts) => parts,
            _ => return Err(expect::expected(ADDRESS)),
        };
        let mut address = serde_json::Map::new();
        for name in parts.keys() {
            if !Self::PARTS.contains(&name.as_str()) {
                return Err(Box::new(
                    expect::expected(ADDRESS).with_hint(diagnostic::did_you_mean(name, Self::PARTS)),
                ));
            }
        }
        for name in Self::PARTS {
            match parts.get(name) {
                None | Some(Json::Null) => {}
                Some(Json::String(text)) if text.is_empty() => {}
                Some(part @ Json::String(_)) => {
                    expect::text(part)?;
                    address.insert(name.to_owned(), part.clone());
                }
                Some(_) => return Err(expect::expected(ADDRESS)),
            }
        }
        Ok(if address.is_empty() { Value::Null } else { Value::Json(Json::Object(address)) })
    }

    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>) {
        let Value::Json(Json::Object(parts)) = value else { return };
        for text in parts.values().filter_map(Json::as_str) {
            expect::length(text, None, Some(200), found);
        }
    }

    fn render(&self, value: &Value) -> Json {
        match value {
            Value::Json(address) => address.clone(),
            _ => Json::Null,
        }
    }

    fn json_schema(&self) -> Json {
        let parts =
            Self::PARTS.map(|part| (part.to_owned(), json!({"type": ["string", "null"], "maxLength": 200})));
        json!({
            "type": "object",
            "properties": parts.into_iter().collect::<serde_json::Map<_, _>>(),
            "additionalProperties": false
        })
    }

    fn widget(&self) -> &'static str {
        "address"
    }
}
