//! Who acts in a step.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;

/// Who acts in a step; the key says how the person is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Performer {
    /// `{role: X, within?: <department path>}`: everyone who has the role, in the department or below it.
    Role {
        /// The role, `pack.name` or of the own pack.
        role: String,
        /// A path to a department, such as `initiator.department`.
        within: Option<String>,
    },
    /// `{user: login}`
    User {
        /// The person's login.
        user: String,
    },
    /// `{superior: {of: initiator, level: 2}}`
    Superior {
        /// Whose superior, and how far up.
        superior: SuperiorOf,
    },
    /// `{department_head: {of: initiator}}`
    DepartmentHead {
        /// Whose department.
        department_head: PersonOf,
    },
    /// `{field: record.owner}`
    Field {
        /// A path to a person.
        field: String,
    },
}

/// A person's superior.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuperiorOf {
    /// `initiator` or a path to a person.
    pub of: String,
    /// How far up: 1 is the person's manager.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub level: u8,
}

fn one() -> u8 {
    1
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonOf {
    /// `initiator` or a path to a person or department.
    pub of: String,
}

impl Performer {
    /// The keys that tell the kinds apart.
    pub const KEYS: [&str; 5] = ["role", "user", "superior", "department_head", "field"];

    /// Kinds of the language that this version does not execute.
    pub const NOT_YET: [&str; 4] = ["initiator_picks", "superior_chain", "department_heads", "external"];
}

/// One JSON Schema per kind, by its key.
pub(crate) fn own_schemas(
    generator: &mut schemars::SchemaGenerator,
) -> Vec<(&'static str, schemars::Schema)> {
    let superior = generator.subschema_for::<SuperiorOf>();
    let person = generator.subschema_for::<PersonOf>();
    let text = schemars::json_schema!({"type": "string"});
    let kind = |key: &str, schema: schemars::Schema| schemars::json_schema!({"type": "object", "properties": {key: schema}, "required": [key]});
    let mut role = kind("role", text.clone());
    role.ensure_object()["properties"]["within"] = text.clone().to_value();
    vec![
        ("role", role),
        ("user", kind("user", text.clone())),
        ("superior", kind("superior", superior)),
        ("department_head", kind("department_head", person)),
        ("field", kind("field", text)),
    ]
}

impl<'de> Deserialize<'de> for Performer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let failed = |e: serde_json::Error| serde::de::Error::custom(e);
        if let Some(role) = text("role") {
            return Ok(Performer::Role { role, within: text("within") });
        }
        if let Some(user) = text("user") {
            return Ok(Performer::User { user });
        }
        if let Some(field) = text("field") {
            return Ok(Performer::Field { field });
        }
        if let Some(of) = json.get("superior") {
            return Ok(Performer::Superior { superior: SuperiorOf::deserialize(of).map_err(failed)? });
        }
        if let Some(of) = json.get("department_head") {
            return Ok(Performer::DepartmentHead {
                department_head: PersonOf::deserialize(of).map_err(failed)?,
            });
        }
        Err(serde::de::Error::custom("a performer is expected"))
    }
}

/// Open to any object: reading checks each performer against the schema of its kind.
impl JsonSchema for Performer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Performer".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object"})
    }
}
