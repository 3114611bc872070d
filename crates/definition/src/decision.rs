//! `decision`: a table of rules that answers a question, with the cells and hit policies of DMN.
//!
//! [`DecisionInput`] says what is asked, the fields of an object say what is answered; [`given`] holds the types of inputs
//! that the caller gives. The rules stand in a list or in one text as it is pasted from a sheet; [`sheet`] reads both
//! into the same form. What a cell means is for the `decision` crate to say.

pub mod given;

pub mod sheet;

pub use given::GivenType;
pub use sheet::{Part, RuleText, ThenText};

use crate::field::{FieldDefinition, SelectOption};
use crate::shape::{Expression, Names};
use diagnostic::Text;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A table of rules that answers a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    /// The decision's name.
    pub name: String,
    /// The name people read.
    pub label: Option<Text>,
    /// What it decides.
    pub description: Option<Text>,
    /// The object whose records it is asked about: bare names and `record` in the inputs. Absent where all inputs are
    /// given by the caller.
    pub object: Option<String>,
    /// Who may ask it over the interface: absent means everyone who may read the object, and administrators alone
    /// where there is none.
    pub roles: Option<Vec<String>>,
    /// Which of the rules that hold count.
    #[serde(default)]
    pub hit: HitPolicy,
    /// How answers are gathered, with `hit: collect`.
    pub collect: Option<CollectPolicy>,
    /// What is asked: the columns of conditions, in order.
    pub inputs: IndexMap<String, DecisionInput>,
    /// What is answered: fields, in order. The order of options is that of `priority` and `output_order`.
    pub outputs: IndexMap<String, FieldDefinition>,
    /// What is answered where no rule holds.
    pub default: Option<IndexMap<String, Json>>,
    /// The rules, in order; either this or `table`.
    pub rules: Option<Vec<DecisionRule>>,
    /// The rules as a sheet has them: a line of column names, then a line a rule, columns separated by tabs or `|`.
    pub table: Option<String>,
}

/// Which of the rules that hold count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HitPolicy {
    /// At most one may hold.
    #[default]
    Unique,
    /// Several may hold, and must answer the same.
    Any,
    /// The first that holds.
    First,
    /// The one whose options come first among the options of the outputs.
    Priority,
    /// All that hold, in the order of the rules.
    RuleOrder,
    /// All that hold, in the order of the options of the outputs.
    OutputOrder,
    /// All that hold, gathered as `collect` says.
    Collect,
}

impl HitPolicy {
    /// What stands after `hit:`.
    pub fn name(self) -> &'static str {
        match self {
            HitPolicy::Unique => "unique",
            HitPolicy::Any => "any",
            HitPolicy::First => "first",
            HitPolicy::Priority => "priority",
            HitPolicy::RuleOrder => "rule_order",
            HitPolicy::OutputOrder => "output_order",
            HitPolicy::Collect => "collect",
        }
    }
}

/// How answers are gathered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CollectPolicy {
    /// A list, in the order of the rules.
    #[default]
    List,
    /// The sum; of nothing 0.
    Sum,
    /// The smallest; of nothing null.
    Min,
    /// The largest; of nothing null.
    Max,
    /// How many rules hold.
    Count,
}

/// A column of conditions: an expression over the record, or a type that the caller gives a value of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DecisionInput {
    /// The name people read.
    pub label: Option<Text>,
    /// What it means.
    pub description: Option<Text>,
    /// What is asked of the record.
    pub expression: Option<Expression>,
    /// The type of a value that the caller gives.
    pub r#type: Option<GivenType>,
    /// The options of a value of type `select`.
    pub options: Names<SelectOption>,
    /// The caller must give a value.
    pub required: bool,
    /// The only values that occur.
    pub values: Vec<Json>,
    /// The smallest value that occurs.
    pub min: Option<CellText>,
    /// The largest value that occurs.
    pub max: Option<CellText>,
}

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DecisionRule {
    /// What it demands of each input: `> 0.3`, `[1..5)`, `"a","b"`, `not("c")`, `-`. An input that is left out may be
    /// anything.
    pub when: IndexMap<String, CellText>,
    /// Literals that it answers.
    pub then: IndexMap<String, Json>,
    /// Answers computed from the inputs.
    pub then_from: IndexMap<String, Expression>,
    /// The first day on which it counts, in the site's time zone.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub from: Option<String>,
    /// The last day on which it counts.
    #[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    pub until: Option<String>,
    /// Where it comes from, for people.
    pub note: Option<String>,
}

/// The text of a cell. A number or a truth value may stand without quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CellText(pub String);

impl<'de> Deserialize<'de> for CellText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Json::deserialize(deserializer)? {
            Json::String(text) => Ok(CellText(text)),
            value @ (Json::Number(_) | Json::Bool(_)) => Ok(CellText(value.to_string())),
            _ => Err(D::Error::custom("the text of a cell is expected")),
        }
    }
}

impl JsonSchema for CellText {
    fn schema_name() -> Cow<'static, str> {
        "CellText".into()
    }
    fn inline_schema() -> bool {
        true
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "number", "boolean"]})
    }
}

/// Names of columns that every table has beside its own.
pub const COLUMNS: [&str; 3] = ["from", "until", "note"];
