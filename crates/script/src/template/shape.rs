//! What the names of a template mean.

use catalog::{Catalog, Field, Object, Stored};
use definition::field::FieldType;
use expression::Type;
use std::sync::Arc;

/// What stands behind a path.
#[derive(Clone)]
pub(super) enum Shape {
    /// One value, shown as it is.
    Value,
    /// An option: `.key` and `.label`.
    Choice,
    /// Several values or options.
    Several,
    /// A record.
    Record(Arc<Object>),
    /// Records in a list.
    Records(Arc<Object>),
    /// Names with a shape each.
    Names(Vec<(Arc<str>, Shape)>),
}

/// A name that is none.
pub(super) enum Unknown {
    /// No such name; what there is.
    Name(Vec<String>),
    /// There is nothing below this.
    Nothing,
    /// Not for templates, and why.
    Closed(&'static str),
}

impl Shape {
    /// What stands below under a name.
    pub(super) fn below(&self, name: &str, catalog: &Catalog) -> Result<Shape, Unknown> {
        match self {
            Shape::Names(names) => match names.iter().find(|(known, _)| **known == *name) {
                Some((_, shape)) => Ok(shape.clone()),
                None => Err(Unknown::Name(names.iter().map(|(name, _)| name.to_string()).collect())),
            },
            Shape::Record(_) if name == "title" => Ok(Shape::Value),
            Shape::Record(object) => match object.field(name) {
                Some(field) => of_field(field, catalog),
                None => {
                    let fields = object.fields.keys().map(|name| name.to_string());
                    Err(Unknown::Name(fields.chain(["title".to_owned()]).collect()))
                }
            },
            Shape::Choice if name == "key" || name == "label" => Ok(Shape::Value),
            Shape::Choice => Err(Unknown::Name(vec!["key".to_owned(), "label".to_owned()])),
            Shape::Records(_) | Shape::Several if name == "length" => Ok(Shape::Value),
            _ => Err(Unknown::Nothing),
        }
    }

    /// What each item of a list is.
    pub(super) fn item(&self) -> Option<Shape> {
        match self {
            Shape::Records(object) => Some(Shape::Record(object.clone())),
            Shape::Several => Some(Shape::Value),
            _ => None,
        }
    }

    /// How to show it, where `{{x}}` would not.
    pub(super) fn cure(&self) -> Option<&'static str> {
        match self {
            Shape::Value => None,
            Shape::Choice => Some("write `{{label x}}`, or `x.key`"),
            Shape::Several => Some("write `{{label x}}`, or `{{#each x}}`"),
            Shape::Record(_) => Some("name a field of it, such as `x.title`"),
            Shape::Records(_) => Some("write `{{#each x}}`"),
            Shape::Names(_) => Some("name a part of it"),
        }
    }
}

fn of_field(field: &Field, catalog: &Catalog) -> Result<Shape, Unknown> {
    if field.encrypted.is_some() {
        return Err(Unknown::Closed("an encrypted field is not sent or printed"));
    }
    let record = |name: &Arc<str>| catalog.object(name).cloned();
    Ok(match (&field.stored, &field.ty, &field.kind) {
        (Stored::Children { object, .. }, ..) => record(object).map_or(Shape::Several, Shape::Records),
        (Stored::Link(_), ..) => {
            return Err(Unknown::Closed("lists of references are not shown yet"));
        }
        (_, Type::Reference(Some(object)), _) if &*field.name != "id" => {
            record(object).map_or(Shape::Value, Shape::Record)
        }
        (_, _, FieldType::Select(_)) => Shape::Choice,
        (_, _, FieldType::MultiSelect(_)) => Shape::Several,
        _ => Shape::Value,
    })
}
