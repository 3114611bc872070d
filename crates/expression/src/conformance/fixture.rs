//! The objects and records of the table, in memory.

use crate::evaluate::{Context, EvaluateError, Record};
use crate::json::value_from_json;
use crate::tree::{Root, Step};
use crate::{FieldInfo, Schema, Type, Value};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value as Json;
use std::sync::Arc;
use uuid::Uuid;

/// The objects and their records.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// By full name.
    pub objects: IndexMap<Arc<str>, Object>,
    /// Parameters in scope of every case, with their values.
    pub parameters: IndexMap<String, (Type, Value)>,
}

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Fields by name, `id` left out.
    pub fields: IndexMap<Arc<str>, Field>,
    /// Records by alias; aliases are unique in the whole fixture.
    pub records: IndexMap<String, Row>,
    /// The reference to its parent, where it is a tree.
    pub parent: Option<Arc<str>>,
}

/// One field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its type; `Children` is no column.
    pub ty: Type,
    /// For children: the reference of the child that points here.
    pub via: Option<Arc<str>>,
    /// Another name that resolves to it.
    pub alias: Option<String>,
    /// Declared to be computed at read from the clock.
    pub on_clock: bool,
}

/// One record.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// The value of every field that is a column.
    pub values: IndexMap<Arc<str>, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixtureFile {
    parameters: IndexMap<String, Parameter>,
    objects: IndexMap<String, ObjectFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameter {
    r#type: String,
    value: Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectFile {
    fields: IndexMap<String, FieldFile>,
    #[serde(default)]
    parent: Option<String>,
    records: IndexMap<String, Option<IndexMap<String, Json>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    r#type: String,
    #[serde(default)]
    scale: u8,
    #[serde(default)]
    options: Vec<String>,
    to: Option<String>,
    of: Option<String>,
    via: Option<String>,
    formerly: Option<String>,
    #[serde(default)]
    on_clock: bool,
}

/// A type that needs no further members.
pub(super) fn plain_type(name: &str) -> Type {
    match name {
        "text" => Type::Text,
        "integer" => Type::Integer,
        "money" => Type::Decimal { scale: 2 },
        "percent" | "decimal" => Type::Decimal { scale: 4 },
        "boolean" => Type::Boolean,
        "date" => Type::Date,
        "datetime" => Type::DateTime,
        "time" => Type::Time,
        "duration" => Type::Duration,
        "address" => Type::Address,
        "json" => Type::Json,
        "list" => Type::List(Box::new(Type::Text)),
        other => panic!("type {other} of the conformance table"),
    }
}

impl FieldFile {
    fn ty(&self) -> Type {
        let options = || Type::Select(self.options.clone().into());
        match self.r#type.as_str() {
            "decimal" if self.scale > 0 => Type::Decimal { scale: self.scale },
            "select" => options(),
            "multi_select" => Type::List(Box::new(options())),
            "reference" => Type::Reference(self.to.as_deref().map(Into::into)),
            "children" => Type::Children(self.of.as_deref().unwrap_or_default().into()),
            plain => plain_type(plain),
        }
    }
}

/// The fixture of the table.
///
/// # Panics
/// Where the file is not of its form.
pub fn fixture() -> Fixture {
    let text = include_str!("../../tests/data/fixture.yaml");
    let read: Result<FixtureFile, _> = serde_saphyr::from_str(text);
    let file = read.unwrap_or_else(|error| panic!("fixture.yaml: {error}"));
    let mut fixture = Fixture { objects: IndexMap::new(), parameters: IndexMap::new() };
    let mut next = 1_u128;
    // First the ids, so that records may name each other in any order.
    for (name, object) in &file.objects {
        let field = |f: &FieldFile| Field {
            ty: f.ty(),
            via: f.via.as_deref().map(Into::into),
            alias: f.formerly.clone(),
            on_clock: f.on_clock,
        };
        let fields = object.fields.iter().map(|(name, f)| (name.as_str().into(), field(f))).collect();
        let mut records = IndexMap::new();
        for alias in object.records.keys() {
            let id = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + next);
            next += 1;
            records.insert(alias.clone(), Row { id, values: IndexMap::new() });
        }
        let parent = object.parent.as_deref().map(Into::into);
        fixture.objects.insert(name.as_str().into(), Object { fields, records, parent });
    }
    for (name, object) in &file.objects {
        for (alias, given) in &object.records {
            let values = fixture.row(name, alias, given.as_ref());
            if let Some(object) = fixture.objects.get_mut(name.as_str()) {
                object.records[alias.as_str()].values = values;
            }
        }
    }
    for (name, parameter) in &file.parameters {
        let ty = plain_type(&parameter.r#type);
        let value = fixture.read(&parameter.value, &ty).unwrap_or_else(|| panic!("parameter {name}"));
        fixture.parameters.insert(name.clone(), (ty, value));
    }
    fixture
}

impl Fixture {
    fn row(
        &self,
        object: &str,
        alias: &str,
        given: Option<&IndexMap<String, Json>>,
    ) -> IndexMap<Arc<str>, Value> {
        let fields = &self.objects[object].fields;
        let unknown =
            given.into_iter().flat_map(|g| g.keys()).find(|name| !fields.contains_key(name.as_str()));
        assert!(unknown.is_none(), "{object} {alias}: {unknown:?}");
        let columns = fields.iter().filter(|(_, f)| !matches!(f.ty, Type::Children(_)));
        let value = |(name, field): (&Arc<str>, &Field)| {
            let json = given.and_then(|g| g.get(&**name)).unwrap_or(&Json::Null);
            let value = self.read(json, &field.ty);
            (name.clone(), value.unwrap_or_else(|| panic!("{object} {alias}.{name}: {json}")))
        };
        columns.map(value).collect()
    }

    /// Reads a value of the table: as [`value_from_json`], but numbers may be written bare and a reference is
    /// `@alias`.
    pub fn read(&self, json: &Json, ty: &Type) -> Option<Value> {
        match (json, ty) {
            (Json::String(alias), Type::Reference(object)) if alias.starts_with('@') => {
                let (name, row) = self.find(&alias[1..])?;
                Some(match object {
                    Some(_) => Value::Reference(row.id),
                    None => Value::Link { object: name.clone(), id: row.id },
                })
            }
            (Json::Number(number), Type::Decimal { .. }) => {
                Decimal::from_str_exact(&number.to_string()).ok().map(Value::Decimal)
            }
            (Json::Array(items), Type::List(item)) => {
                items.iter().map(|value| self.read(value, item)).collect::<Option<Vec<_>>>().map(Value::List)
            }
            _ => value_from_json(json, ty),
        }
    }

    /// The object and the record of that alias.
    pub fn find(&self, alias: &str) -> Option<(&Arc<str>, &Row)> {
        self.objects.iter().find_map(|(name, object)| Some((name, object.records.get(alias)?)))
    }

    fn by_id(&self, id: Uuid) -> Option<(&Arc<str>, &Row)> {
        self.objects.iter().find_map(|(name, object)| {
            object.records.values().find(|row| row.id == id).map(|row| (name, row))
        })
    }

    /// The records in memory as a case sees them.
    pub fn context<'a>(&'a self, case: &'a super::Case) -> FixtureContext<'a> {
        FixtureContext { fixture: self, case }
    }

    /// The roles of the user, as `user.roles` yields them.
    pub fn roles(&self) -> Value {
        Value::List(vec!["crm.sales_rep".into(), "base.employee".into()])
    }

    /// The departments at or below the user's own, as `user.departments` yields them.
    pub fn departments(&self, user: &Row) -> Value {
        let own = user.values.get("department").and_then(Value::as_reference);
        let tree = self.objects["base.department"].records.values();
        let below = |row: &&Row| own.is_some_and(|own| self.is_within("base.department", row.id, own));
        Value::List(tree.filter(below).map(|row| Value::Reference(row.id)).collect())
    }

    fn is_within(&self, object: &str, node: Uuid, ancestor: Uuid) -> bool {
        let Some(parent) = self.objects.get(object).and_then(|o| o.parent.clone()) else { return false };
        let mut here = Some(node);
        while let Some(id) = here {
            if id == ancestor {
                return true;
            }
            here = self.by_id(id).and_then(|(_, row)| row.values.get(&parent)?.as_reference());
        }
        false
    }

    fn follow(&self, start: Option<Uuid>, steps: &[Step]) -> Result<Value, EvaluateError> {
        let mut here = start;
        for (index, step) in steps.iter().enumerate() {
            let Some(id) = here else { return Ok(Value::Null) };
            let (object, row) = self.by_id(id).ok_or_else(|| EvaluateError::missing(steps))?;
            if *object != step.object {
                return Err(EvaluateError::missing(steps));
            }
            let value = match &*step.field {
                "id" => Value::Reference(row.id),
                name => row.values.get(name).cloned().ok_or_else(|| EvaluateError::missing(steps))?,
            };
            if index + 1 == steps.len() {
                return Ok(value);
            }
            here = value.as_reference();
        }
        Err(EvaluateError::missing(steps))
    }
}

impl Schema for Fixture {
    fn field(&self, object: &str, name: &str) -> Option<FieldInfo> {
        if name == "id" {
            let ty = Type::Reference(Some(object.into()));
            return Some(FieldInfo { name: "id".into(), ty, on_clock: false });
        }
        let fields = &self.objects.get(object)?.fields;
        let found = fields.iter().find(|(known, f)| &***known == name || f.alias.as_deref() == Some(name));
        found.map(|(name, f)| FieldInfo { name: name.clone(), ty: f.ty.clone(), on_clock: f.on_clock })
    }

    fn field_names(&self, object: &str) -> Vec<String> {
        let fields = self.objects.get(object).into_iter().flat_map(|object| object.fields.keys());
        fields.map(|name| name.to_string()).chain(["id".to_owned()]).collect()
    }

    fn is_tree(&self, object: &str) -> bool {
        self.objects.get(object).is_some_and(|object| object.parent.is_some())
    }
}

/// The records a case sees.
pub struct FixtureContext<'a> {
    fixture: &'a Fixture,
    case: &'a super::Case,
}

impl FixtureContext<'_> {
    fn start(&self, root: Root, steps: &[Step]) -> Result<Option<Uuid>, EvaluateError> {
        let alias = match root {
            Root::Row => Some(&self.case.record),
            Root::Old => self.case.old.as_ref(),
            Root::User => Some(&self.case.user),
            _ => return Err(EvaluateError::missing(steps)),
        };
        match alias {
            None => Ok(None),
            Some(alias) => match self.fixture.find(alias) {
                Some((_, row)) => Ok(Some(row.id)),
                None => Err(EvaluateError::missing(steps)),
            },
        }
    }
}

impl Context for FixtureContext<'_> {
    fn value(&self, root: Root, steps: &[Step]) -> Result<Value, EvaluateError> {
        let start = self.start(root, steps)?;
        if root == Root::User
            && let (Some((_, user)), [step]) = (self.fixture.find(&self.case.user), steps)
        {
            match &*step.field {
                "roles" => return Ok(self.fixture.roles()),
                "departments" => return Ok(self.fixture.departments(user)),
                _ => {}
            }
        }
        self.fixture.follow(start, steps)
    }

    fn children(&self, root: Root, steps: &[Step]) -> Result<Vec<Box<dyn Record + '_>>, EvaluateError> {
        let (last, way) = steps.split_last().ok_or_else(|| EvaluateError::missing(steps))?;
        let mut parent = self.start(root, steps)?;
        if !way.is_empty() {
            parent = self.fixture.follow(parent, way)?.as_reference();
        }
        let fields = &self.fixture.objects[&last.object].fields;
        let field = fields.get(&last.field).ok_or_else(|| EvaluateError::missing(steps))?;
        let (Type::Children(object), Some(via)) = (&field.ty, &field.via) else {
            return Err(EvaluateError::missing(steps));
        };
        let Some(parent) = parent else { return Ok(Vec::new()) };
        let rows = self.fixture.objects[object].records.values();
        let mine = rows.filter(|row| row.values.get(via).and_then(Value::as_reference) == Some(parent));
        Ok(mine.map(|row| Box::new(Child { fixture: self.fixture, id: row.id }) as Box<dyn Record>).collect())
    }

    fn parameter(&self, name: &str) -> Result<Value, EvaluateError> {
        let found = self.fixture.parameters.get(name).map(|(_, value)| value.clone());
        found.ok_or_else(|| EvaluateError::Missing { what: name.to_owned() })
    }

    fn within(&self, object: &str, node: Uuid, ancestor: Uuid) -> Result<bool, EvaluateError> {
        Ok(self.fixture.is_within(object, node, ancestor))
    }
}

struct Child<'a> {
    fixture: &'a Fixture,
    id: Uuid,
}

impl Record for Child<'_> {
    fn value(&self, steps: &[Step]) -> Result<Value, EvaluateError> {
        self.fixture.follow(Some(self.id), steps)
    }
}
