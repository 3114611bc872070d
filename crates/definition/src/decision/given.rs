//! The types of inputs that the caller gives: what cells can compare. Numbers are not rounded on the way in, so there
//! is one type for all that are not whole.

use crate::field::{
    BooleanField, DateField, DatetimeField, DecimalField, DurationField, FieldKind, FieldType, IntegerField,
    SelectField, SelectOption, TextField, TimeField,
};
use crate::shape::{Names, Number};
use diagnostic::{Code, Diagnostic, Result};
use expression::{Type, Value, number};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// The type of an input that the caller gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivenType {
    /// Text.
    Text,
    /// A whole number.
    Integer,
    /// An exact number.
    Decimal,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// An instant.
    Datetime,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
    /// One of the `options`.
    Select,
}

impl GivenType {
    /// The field type whose values it has; `None` for numbers that are not rounded.
    fn field(self, options: &Names<SelectOption>) -> Option<FieldType> {
        Some(match self {
            GivenType::Text => FieldType::Text(TextField::default()),
            GivenType::Integer => FieldType::Integer(IntegerField::default()),
            GivenType::Decimal => return None,
            GivenType::Boolean => FieldType::Boolean(BooleanField::default()),
            GivenType::Date => FieldType::Date(DateField::default()),
            GivenType::Datetime => FieldType::Datetime(DatetimeField::default()),
            GivenType::Time => FieldType::Time(TimeField::default()),
            GivenType::Duration => FieldType::Duration(DurationField::default()),
            GivenType::Select => FieldType::Select(SelectField { options: options.clone() }),
        })
    }

    /// The type in expressions.
    pub fn expression_type(self, options: &Names<SelectOption>) -> Type {
        match self.field(options) {
            Some(field) => field.kind().expression_type(),
            None => Type::Decimal { scale: 10 },
        }
    }

    /// Wire form → value.
    ///
    /// # Errors
    /// `invalid_field_value`, `unknown_option`, `number_out_of_range`; the caller fills `{field}`.
    pub fn parse(self, options: &Names<SelectOption>, json: &Json) -> Result<Value> {
        let Some(field) = self.field(options) else {
            if json.is_null() {
                return Ok(Value::Null);
            }
            let Some(found) = Number::from_json(json) else { return DecimalField::default().parse(json) };
            let admitted = number::admit(found).ok_or_else(|| Diagnostic::new(Code::NumberOutOfRange))?;
            return Ok(Value::Decimal(admitted));
        };
        let value = field.kind().parse(json)?;
        let mut wrong = Vec::new();
        field.kind().validate(&value, &mut wrong);
        match wrong.pop() {
            Some(wrong) => Err(Box::new(wrong)),
            None => Ok(value),
        }
    }

    /// JSON Schema of the wire form.
    pub fn json_schema(self, options: &Names<SelectOption>) -> Json {
        match self.field(options) {
            Some(field) => field.kind().json_schema(),
            None => json!({"type": ["string", "number"], "description": "an exact number"}),
        }
    }
}
