//! A record in memory.

use catalog::{Object, SystemField};
use expression::Value;
use std::sync::Arc;
use uuid::Uuid;

/// The column values of one record, by field index; fields without a column are null.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its object.
    pub object: Arc<Object>,
    /// One value per field of the object.
    pub values: Vec<Value>,
}

impl Row {
    /// A row of nulls.
    pub fn empty(object: Arc<Object>) -> Row {
        let values = vec![Value::Null; object.fields.len()];
        Row { object, values }
    }

    /// The value of a field; null for an unknown one.
    pub fn get(&self, field: &str) -> &Value {
        self.object.field(field).map_or(&Value::Null, |f| &self.values[f.index])
    }

    /// Sets the value of a field that exists; an unknown name is ignored.
    pub fn set(&mut self, field: &str, value: Value) {
        if let Some(index) = self.object.field(field).map(|f| f.index) {
            self.values[index] = value;
        }
    }

    /// The value of a system field; null where the object lacks it.
    pub fn system(&self, which: SystemField) -> &Value {
        self.object.system(which).map_or(&Value::Null, |f| &self.values[f.index])
    }

    /// The id. Every row that was read or planned has one.
    pub fn id(&self) -> Uuid {
        self.system(SystemField::Id).as_reference().unwrap_or_default()
    }

    /// The running flow that locks or parks the record.
    pub fn flow(&self) -> Option<Uuid> {
        match self.system(SystemField::Flow) {
            Value::Text(text) => Uuid::parse_str(text).ok(),
            other => other.as_reference(),
        }
    }

    /// The version; 0 for a row that is not stored yet.
    pub fn version(&self) -> i64 {
        match self.system(SystemField::Version) {
            Value::Integer(version) => *version,
            _ => 0,
        }
    }
}
