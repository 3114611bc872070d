//! Fields of an object: what every field has, and one file per field type.
//!
//! A new type is a file under `field/`, its `mod` line and its line in the list below.

mod expect;

mod formed;

mod address;
mod autonumber;
mod barcode;
mod boolean;
mod children;
mod color;
mod date;
mod datetime;
mod decimal;
mod department;
mod duration;
mod email;
mod file;
mod geo;
mod image;
mod integer;
mod json;
mod long_text;
mod money;
mod multi_select;
mod percent;
mod phone;
mod rating;
mod reference;
mod references;
mod rich_text;
mod select;
mod signature;
mod text;
mod time;
mod upload;
mod url;
mod user;

pub use address::AddressField;
pub use autonumber::{AutonumberField, NumberPart};
pub use barcode::BarcodeField;
pub use boolean::BooleanField;
pub use children::ChildrenField;
pub use color::ColorField;
pub use date::DateField;
pub use datetime::DatetimeField;
pub use decimal::DecimalField;
pub use department::DepartmentField;
pub use duration::DurationField;
pub use email::EmailField;
pub use file::FileField;
pub use geo::GeoField;
pub use image::ImageField;
pub use integer::IntegerField;
pub use json::JsonField;
pub use long_text::LongTextField;
pub use money::{MoneyField, minor_units};
pub use multi_select::MultiSelectField;
pub use percent::PercentField;
pub use phone::PhoneField;
pub use rating::RatingField;
pub use reference::{ANY, OnDelete, ReferenceField, ReferenceInput};
pub use references::{ReferenceEntry, ReferencesField};
pub use rich_text::RichTextField;
pub use select::{SelectField, SelectOption};
pub use signature::SignatureField;
pub use text::{Pattern, TextField};
pub use time::TimeField;
pub use upload::{Media, Rule};
pub use url::UrlField;
pub use user::UserField;

use crate::column::ColumnType;
use crate::shape::Expression;
use diagnostic::{Diagnostic, Result, Text};
use expression::{Type, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A field: what every field may say, and its type with the type's own properties.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldDefinition {
    /// The name people read.
    pub label: Option<Text>,
    /// A sentence that explains it.
    pub help: Option<Text>,
    /// Grey text in an empty input.
    pub placeholder: Option<Text>,
    /// A record needs a value.
    #[serde(default)]
    pub required: bool,
    /// A record needs a value where this holds.
    pub required_when: Option<Expression>,
    /// Written by the system, scripts and imports only.
    #[serde(default)]
    pub readonly: bool,
    /// The literal a new record starts with.
    pub default: Option<Json>,
    /// The expression whose value a new record starts with.
    pub default_from: Option<Expression>,
    /// The value is always that of this expression.
    pub formula: Option<Expression>,
    /// The value is always computed over child records.
    pub rollup: Option<Rollup>,
    /// A pure lookup is stored rather than joined at read.
    #[serde(default)]
    pub stored: bool,
    /// A derived value may be read even by those who may not read its inputs.
    #[serde(default)]
    pub declassify: bool,
    /// No two records share a value: shorthand for an entry of the object's `unique`.
    #[serde(default)]
    pub unique: bool,
    /// The words of the value are found by search.
    #[serde(default)]
    pub search: bool,
    /// Stored as ciphertext.
    #[serde(default)]
    pub encrypted: bool,
    /// How an encrypted value is shown.
    pub mask: Option<Mask>,
    /// How an encrypted value is found.
    pub lookup: Option<Lookup>,
    /// Not offered on forms and lists.
    #[serde(default)]
    pub hidden: bool,
    /// Names it had before.
    #[serde(default)]
    pub formerly: Vec<String>,
    /// The type and its own properties.
    #[serde(flatten)]
    #[schemars(skip)]
    pub kind: FieldType,
}

impl FieldDefinition {
    /// Whether the value is computed, by a formula or a roll-up, and cannot be written.
    pub fn is_derived(&self) -> bool {
        self.formula.is_some() || self.rollup.is_some()
    }

    /// The stored column, `None` where the field has none of its own. An encrypted one is text.
    /// (Whether a lookup is stored at all is for the catalog to say.)
    pub fn column(&self) -> Option<ColumnType> {
        let column = self.kind.kind().column();
        if self.encrypted { column.map(|_| ColumnType::Text) } else { column }
    }
}

/// A value computed over child records, such as `{sum: lines.amount, where: 'optional == false'}`.
/// Exactly one of the functions is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rollup {
    /// The sum of a child's field: `children.field`.
    pub sum: Option<String>,
    /// How many children: `children`.
    pub count: Option<String>,
    /// The smallest value: `children.field`.
    pub min: Option<String>,
    /// The largest value: `children.field`.
    pub max: Option<String>,
    /// The mean: `children.field`.
    pub avg: Option<String>,
    /// Only children for which this holds.
    pub r#where: Option<Expression>,
}

/// What a roll-up computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollupFunction {
    /// The sum; 0 over nothing.
    Sum,
    /// How many.
    Count,
    /// The smallest; null over nothing.
    Min,
    /// The largest; null over nothing.
    Max,
    /// The mean; null over nothing.
    Avg,
}

impl RollupFunction {
    /// The key it is written as.
    pub fn name(self) -> &'static str {
        match self {
            RollupFunction::Sum => "sum",
            RollupFunction::Count => "count",
            RollupFunction::Min => "min",
            RollupFunction::Max => "max",
            RollupFunction::Avg => "avg",
        }
    }
}

impl Rollup {
    /// Every function that is given, with its path.
    pub fn functions(&self) -> impl Iterator<Item = (RollupFunction, &str)> {
        [
            (RollupFunction::Sum, &self.sum),
            (RollupFunction::Count, &self.count),
            (RollupFunction::Min, &self.min),
            (RollupFunction::Max, &self.max),
            (RollupFunction::Avg, &self.avg),
        ]
        .into_iter()
        .filter_map(|(function, path)| Some((function, path.as_deref()?)))
    }

    /// The function, the name of the children field, and the child's field (absent for `count`).
    /// `None` where none or several functions are given, which reading has refused.
    pub fn function(&self) -> Option<(RollupFunction, &str, Option<&str>)> {
        let mut functions = self.functions();
        let (function, path) = functions.next()?;
        if functions.next().is_some() {
            return None;
        }
        match path.split_once('.') {
            Some((children, field)) => Some((function, children, Some(field))),
            None => Some((function, path, None)),
        }
    }
}

/// How an encrypted value is shown to who may not unmask it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// Nothing of it.
    All,
    /// Its last four characters.
    Last4,
    /// Its first three and its last four characters.
    First3Last4,
}

impl Mask {
    /// The masked form. What would be shown in full (too few characters) is hidden in full.
    pub fn apply(self, text: &str) -> String {
        let (first, last) = match self {
            Mask::All => (0, 0),
            Mask::Last4 => (0, 4),
            Mask::First3Last4 => (3, 4),
        };
        let count = text.chars().count();
        if count <= first + last {
            return "****".to_owned();
        }
        let head: String = text.chars().take(first).collect();
        let tail: String = text.chars().skip(count - last).collect();
        format!("{head}****{tail}")
    }
}

/// How an encrypted value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lookup {
    /// By its whole value, through a keyed hash beside the ciphertext.
    Exact,
}

/// What every field type answers.
///
/// Findings name no field: the caller, who knows the field's path, adds `.with("field", …)` and `.at(…)`.
pub trait FieldKind {
    /// The stored column; `None` where the type has none of its own (children, references).
    fn column(&self) -> Option<ColumnType>;

    /// The type in expressions. Objects are named as the definition names them; the catalog resolves them
    /// to `pack.object` first.
    fn expression_type(&self) -> Type;

    /// Wire form → value; JSON null is [`Value::Null`]. Numbers are rounded to the field's scale.
    fn parse(&self, json: &Json) -> Result<Value>;

    /// Text of a CSV cell → value; empty text is [`Value::Null`].
    fn parse_text(&self, text: &str) -> Result<Value> {
        if text.is_empty() { Ok(Value::Null) } else { self.parse(&Json::String(text.to_owned())) }
    }

    /// Bounds, patterns and options. Null passes: whether a value is needed is not the type's to say.
    fn validate(&self, value: &Value, found: &mut Vec<Diagnostic>);

    /// Value → wire form.
    fn render(&self, value: &Value) -> Json;

    /// JSON Schema of the wire form, null not included.
    fn json_schema(&self) -> Json;

    /// The widget that edits it, by meaning.
    fn widget(&self) -> &'static str;

    /// What a file must be to stand in the field; `None` for a type that holds no file.
    fn file_rule(&self) -> Option<Rule> {
        None
    }
}

macro_rules! field_types {
    ($($variant:ident = $name:literal $type:ident;)*) => {
        /// The type of a field with the type's own properties.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum FieldType {
            $(
                #[doc = concat!("`type: ", $name, "`")]
                #[serde(rename = $name)]
                $variant($type),
            )*
        }

        impl FieldType {
            /// Every type's name, in the order of the list.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name of the type.
            pub fn name(&self) -> &'static str {
                match self { $(FieldType::$variant(_) => $name,)* }
            }

            /// What the type does.
            pub fn kind(&self) -> &dyn FieldKind {
                match self { $(FieldType::$variant(field) => field,)* }
            }
        }

        /// The JSON Schema of each type's own properties, by name, in the order of the list.
        pub(crate) fn own_schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
            vec![$(($name, <$type as JsonSchema>::json_schema(generator))),*]
        }
    };
}

field_types! {
    Text = "text" TextField;
    LongText = "long_text" LongTextField;
    RichText = "rich_text" RichTextField;
    Integer = "integer" IntegerField;
    Decimal = "decimal" DecimalField;
    Money = "money" MoneyField;
    Percent = "percent" PercentField;
    Boolean = "boolean" BooleanField;
    Date = "date" DateField;
    Datetime = "datetime" DatetimeField;
    Time = "time" TimeField;
    Duration = "duration" DurationField;
    Select = "select" SelectField;
    MultiSelect = "multi_select" MultiSelectField;
    Reference = "reference" ReferenceField;
    References = "references" ReferencesField;
    Children = "children" ChildrenField;
    User = "user" UserField;
    Department = "department" DepartmentField;
    Email = "email" EmailField;
    Phone = "phone" PhoneField;
    Url = "url" UrlField;
    Address = "address" AddressField;
    Geo = "geo" GeoField;
    Rating = "rating" RatingField;
    Color = "color" ColorField;
    Barcode = "barcode" BarcodeField;
    Autonumber = "autonumber" AutonumberField;
    Json = "json" JsonField;
    File = "file" FileField;
    Image = "image" ImageField;
    Signature = "signature" SignatureField;
}

/// Field types of the language that this version does not execute.
pub const NOT_YET: [&str; 1] = ["files"];
