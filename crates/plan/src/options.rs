//! Which options a record may newly choose: none that is retired, none whose condition it does not meet. What
//! was chosen before stays valid.

use crate::planner::{Mode, Planner};
use crate::row::Row;
use crate::scene::{Roots, Scene};
use catalog::Field;
use definition::FieldType;
use diagnostic::{Code, Diagnostic, Result};
use expression::{Expr, Value};

/// The options that `new` holds and `old` did not.
fn chosen<'v>(old: Option<&Value>, new: &'v Value) -> Vec<&'v str> {
    let of = |value: &Value, text: &str| match value {
        Value::List(all) => all.iter().any(|one| one.as_text() == Some(text)),
        one => one.as_text() == Some(text),
    };
    let all = match new {
        Value::List(all) => all.iter().filter_map(Value::as_text).collect(),
        one => Vec::from_iter(one.as_text()),
    };
    all.into_iter().filter(|text| !old.is_some_and(|old| of(old, text))).collect()
}

fn is_retired(field: &Field, option: &str) -> bool {
    let options = match &field.kind {
        FieldType::Select(select) => &select.options,
        FieldType::MultiSelect(select) => &select.options,
        _ => return false,
    };
    options.get(option).is_some_and(|option| option.retired)
}

fn condition<'f>(field: &'f Field, option: &str) -> Option<&'f Expr> {
    field.offered_when.iter().find(|(name, _)| **name == *option).map(|(_, when)| when)
}

impl Planner<'_> {
    /// Whether what the field newly holds is a choice that is judged at all.
    pub(crate) fn chooses(&self, field: &Field) -> bool {
        self.mode != Mode::System
            && field.derived.is_none()
            && matches!(field.kind, FieldType::Select(_) | FieldType::MultiSelect(_))
    }

    /// Whether the condition of a newly chosen option speaks of values that are settled later.
    pub(crate) fn chooses_later(&self, field: &Field, row: &Row, old: Option<&Row>) -> bool {
        let old = old.map(|old| &old.values[field.index]);
        let chosen = chosen(old, &row.values[field.index]);
        chosen.into_iter().filter_map(|option| condition(field, option)).any(|when| self.is_later(when))
    }
}

/// What is wrong with the options that a row newly chooses.
pub(crate) fn refused(
    scene: &Scene<'_>,
    field: &Field,
    row: &Row,
    old: Option<&Row>,
) -> Result<Vec<Diagnostic>> {
    let mut found = Vec::new();
    for option in chosen(old.map(|old| &old.values[field.index]), &row.values[field.index]) {
        let offered = match condition(field, option) {
            _ if is_retired(field, option) => false,
            Some(when) => scene.holds(when, Roots::row(row))? != Some(false),
            None => true,
        };
        if !offered {
            found.push(
                Diagnostic::new(Code::OptionNotOffered).with("field", &field.name).with("value", option),
            );
        }
    }
    Ok(found)
}
