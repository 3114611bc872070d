//! Who acts in a step.

use crate::shape::Expression;
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
    /// `{user: login}`, `{user: [login, login]}`
    User {
        /// The people's logins.
        user: Logins,
    },
    /// `{superior: {of: initiator, level: 2}}`
    Superior {
        /// Whose superior, and how far up.
        superior: SuperiorOf,
    },
    /// `{superior_chain: {of: initiator, from: 2, until: 'approver.amount_limit >= record.total'}}`
    SuperiorChain {
        /// Whose superiors, from where to where.
        superior_chain: ChainOf,
    },
    /// `{department_head: {of: initiator}}`
    DepartmentHead {
        /// Whose department.
        department_head: PersonOf,
    },
    /// `{department_heads: {of: record.departments}}`, `{department_heads: [sales, finance]}`
    DepartmentHeads {
        /// Which departments.
        department_heads: Departments,
    },
    /// `{field: record.owner}`
    Field {
        /// A path to a person.
        field: String,
    },
    /// `{initiator_picks: {from: {role: legal}, max: 2}}`
    InitiatorPicks {
        /// Among whom, and how many.
        initiator_picks: Picks,
    },
    /// `{previous_picks: {from: {role: legal}, at: manager}}`
    PreviousPicks {
        /// Among whom, how many, and who names them.
        previous_picks: PreviousPicks,
    },
    /// `{where: 'title == "Buyer" && department == record.department'}`
    Where {
        /// Holds for a person: bare names are the person's fields.
        r#where: Expression,
    },
    /// `{group: [{by: {role: finance}, weight: 2}, {by: {user: boss}}]}`
    Group {
        /// The people, and what each of them counts for.
        group: Vec<Member>,
    },
}

/// One login, or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Logins {
    /// One person.
    One(String),
    /// Several, in order.
    Several(#[schemars(length(min = 1))] Vec<String>),
}

impl Logins {
    /// The logins in order.
    pub fn all(&self) -> &[String] {
        match self {
            Logins::One(login) => std::slice::from_ref(login),
            Logins::Several(logins) => logins,
        }
    }
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

/// Departments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Departments {
    /// By their codes.
    Codes(#[schemars(length(min = 1))] Vec<String>),
    /// Those at the end of a path.
    Of(DepartmentsOf),
}

/// Departments that something refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DepartmentsOf {
    /// A path to a department or a list of departments.
    pub of: String,
}

/// A person's superiors, one above the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChainOf {
    /// `initiator` or a path to a person.
    pub of: String,
    /// With whom it begins: 1 is the person's manager.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub from: u8,
    /// The first for whom this holds is the last; absent means up to the top. `approver` is the person tested.
    pub until: Option<Expression>,
    /// At most so many people.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 50))]
    pub most: u8,
}

fn twenty() -> u8 {
    20
}

/// People whom the initiator names when starting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Picks {
    /// Among these; absent means everybody who may sign in.
    pub from: Option<Box<Performer>>,
    /// At least so many; with 0 nobody need be named.
    #[serde(default = "one")]
    #[schemars(range(min = 0, max = 50))]
    pub min: u8,
    /// At most so many.
    #[serde(default = "twenty")]
    #[schemars(range(min = 1, max = 50))]
    pub max: u8,
}

/// People whom an earlier approver names when approving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PreviousPicks {
    /// The step whose approver names them; absent means the approval before.
    pub at: Option<String>,
    /// Among whom, and how many.
    #[serde(flatten)]
    pub picks: Picks,
}

/// People of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// The people.
    pub by: Performer,
    /// What the decision of each of them counts for.
    #[serde(default = "single")]
    #[schemars(range(min = 1, max = 1000))]
    pub weight: u32,
}

fn single() -> u32 {
    1
}

impl Performer {
    /// The keys that tell the kinds apart.
    pub const KEYS: [&str; 11] = [
        "role",
        "user",
        "superior",
        "superior_chain",
        "department_head",
        "department_heads",
        "field",
        "initiator_picks",
        "previous_picks",
        "where",
        "group",
    ];

    /// Kinds of the language that this version does not execute.
    pub const NOT_YET: [&str; 1] = ["external"];

    /// The rules inside this one, with the way to each: those of a group, and among whom is picked.
    pub fn inner<'a>(&'a self) -> Vec<(String, &'a Performer)> {
        let among = |key: &str, picks: &'a Picks| {
            picks.from.iter().map(|rule| (format!("{key}/from"), &**rule)).collect()
        };
        match self {
            Performer::InitiatorPicks { initiator_picks } => among("initiator_picks", initiator_picks),
            Performer::PreviousPicks { previous_picks } => among("previous_picks", &previous_picks.picks),
            Performer::Group { group } => {
                let members = group.iter().enumerate();
                members.map(|(place, member)| (format!("group/{place}/by"), &member.by)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// One JSON Schema per kind, by its key.
pub(crate) fn own_schemas(
    generator: &mut schemars::SchemaGenerator,
) -> Vec<(&'static str, schemars::Schema)> {
    let text = schemars::json_schema!({"type": "string"});
    let kind = |key: &str, schema: schemars::Schema| schemars::json_schema!({"type": "object", "properties": {key: schema}, "required": [key]});
    let mut role = kind("role", text.clone());
    role.ensure_object()["properties"]["within"] = text.clone().to_value();
    let members = schemars::json_schema!({"type": "array", "items": generator.subschema_for::<Member>(), "minItems": 1});
    vec![
        ("role", role),
        ("user", kind("user", generator.subschema_for::<Logins>())),
        ("superior", kind("superior", generator.subschema_for::<SuperiorOf>())),
        ("superior_chain", kind("superior_chain", generator.subschema_for::<ChainOf>())),
        ("department_head", kind("department_head", generator.subschema_for::<PersonOf>())),
        ("department_heads", kind("department_heads", generator.subschema_for::<Departments>())),
        ("field", kind("field", text)),
        ("initiator_picks", kind("initiator_picks", generator.subschema_for::<Picks>())),
        ("previous_picks", kind("previous_picks", generator.subschema_for::<PreviousPicks>())),
        ("where", kind("where", generator.subschema_for::<Expression>())),
        ("group", kind("group", members)),
    ]
}

impl<'de> Deserialize<'de> for Performer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let key = Performer::KEYS.into_iter().find(|key| json.get(key).is_some());
        let key = key.ok_or_else(|| serde::de::Error::custom("a performer is expected"))?;
        read(key, &json).map_err(serde::de::Error::custom)
    }
}

/// A performer whose kind is known.
fn read(key: &str, json: &Json) -> serde_json::Result<Performer> {
    let part = &json[key];
    Ok(match key {
        "role" => {
            let within = json.get("within").and_then(Json::as_str).map(str::to_owned);
            Performer::Role { role: String::deserialize(part)?, within }
        }
        "user" => Performer::User { user: Logins::deserialize(part)? },
        "superior" => Performer::Superior { superior: SuperiorOf::deserialize(part)? },
        "superior_chain" => Performer::SuperiorChain { superior_chain: ChainOf::deserialize(part)? },
        "department_head" => Performer::DepartmentHead { department_head: PersonOf::deserialize(part)? },
        "department_heads" => {
            Performer::DepartmentHeads { department_heads: Departments::deserialize(part)? }
        }
        "initiator_picks" => Performer::InitiatorPicks { initiator_picks: Picks::deserialize(part)? },
        "previous_picks" => Performer::PreviousPicks { previous_picks: PreviousPicks::deserialize(part)? },
        "where" => Performer::Where { r#where: Expression::deserialize(part)? },
        "group" => Performer::Group { group: Vec::deserialize(part)? },
        _ => Performer::Field { field: String::deserialize(part)? },
    })
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
