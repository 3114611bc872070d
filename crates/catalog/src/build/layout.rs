//! Which types of field a calendar, kanban, tree, gallery or Gantt chart is made of.

use super::entry::{Entry, Findings, invalid};
use super::paths;
use crate::encrypted::has_order;
use crate::model::field::Field;
use crate::model::object::Object;
use definition::field::FieldType;
use definition::{View, view::ViewType};
use diagnostic::Hint;
use expression::Type;
use std::sync::Arc;

/// A field that a layout needs: its key in the view, what it must be, and whether a field is that.
struct Need<'a> {
    key: &'static str,
    what: &'static str,
    fits: &'a dyn Fn(&Field) -> bool,
}

/// Checks that a view's layout is made of own fields of fitting types.
pub(super) fn check(object: &Object, view: &View, entry: &Entry<View>, findings: &mut Findings<'_>) {
    let itself = |ty: &Type| matches!(ty, Type::Reference(Some(target)) if **target == *object.name);
    let lanes = |field: &Field| {
        // What has no order at all is reported by the check of what rows are arranged by.
        !has_order(field) || matches!(field.ty, Type::Select(_) | Type::Reference(_) | Type::Boolean)
    };
    let moment = |field: &Field| matches!(field.ty, Type::Date | Type::DateTime);
    let picture = |field: &Field| matches!(field.kind, FieldType::Image(_) | FieldType::File(_));
    let branch = |field: &Field| {
        itself(&field.ty) && matches!(&field.kind, FieldType::Reference(reference) if reference.tree)
    };
    let waits =
        |field: &Field| itself(&field.ty) || matches!(&field.ty, Type::List(item) if itself(item.as_ref()));
    let share = |field: &Field| matches!(field.kind, FieldType::Percent(_));
    let needs: [(&Option<String>, Need<'_>); 7] = [
        (
            &view.group_by,
            Need { key: "group_by", what: "a select, reference or boolean field", fits: &lanes },
        ),
        (&view.cover, Need { key: "cover", what: "an image or file field", fits: &picture }),
        (&view.start, Need { key: "start", what: "a date or datetime field", fits: &moment }),
        (&view.end, Need { key: "end", what: "a date or datetime field", fits: &moment }),
        (
            &view.parent,
            Need { key: "parent", what: "a reference to the same object with `tree: true`", fits: &branch },
        ),
        (
            &view.depends_on,
            Need { key: "depends_on", what: "a reference or references to the same object", fits: &waits },
        ),
        (&view.progress, Need { key: "progress", what: "a percent field", fits: &share }),
    ];
    for (text, need) in needs {
        // What a kanban is grouped by may stand behind a reference; the check of paths has looked at it.
        if let Some(name) = text.as_ref().filter(|name| need.key != "group_by" || !name.contains('.')) {
            checked(object, name, &need, entry, findings);
        }
    }
    same_type(object, view, entry, findings);
}

/// Reports what does not fit, and names the fields that would.
fn checked(object: &Object, name: &str, need: &Need<'_>, entry: &Entry<View>, findings: &mut Findings<'_>) {
    // `group_by` is looked up with what else rows are arranged by.
    let field = match need.key {
        "group_by" => object.field(name),
        key => paths::known(object, name, entry, &[key], findings),
    };
    let Some(field) = field.filter(|field| !(need.fits)(field)) else { return };
    let mut reason =
        format!("`{}` must be {}; `{name}` is of type `{}`", need.key, need.what, type_of(field));
    if field.encrypted.is_some() {
        reason.push_str(" and encrypted");
    }
    let fitting: Vec<String> = object
        .fields
        .values()
        .filter(|field| field.system.is_none() && (need.key != "group_by" || has_order(field)))
        .filter(|field| (need.fits)(field))
        .map(|field| field.name.to_string())
        .collect();
    let hint = (!fitting.is_empty()).then_some(Hint::OneOf(fitting));
    findings.push(invalid(reason).with_hint(hint), &entry.origin, &[need.key]);
}

/// References are told by where they lead.
fn type_of(field: &Field) -> String {
    match (&field.ty, &field.kind) {
        (Type::Reference(Some(target)), FieldType::Reference(_)) => format!("reference to {target}"),
        (Type::List(item), FieldType::References(_)) => format!("references: {item}"),
        (_, kind) => kind.name().to_owned(),
    }
}

/// A day has no moment: an entry that begins on the one and ends at the other has no length.
fn same_type(object: &Object, view: &View, entry: &Entry<View>, findings: &mut Findings<'_>) {
    if !matches!(view.r#type, ViewType::Calendar | ViewType::Gantt) {
        return;
    }
    let field = |name: &Option<String>| -> Option<(Arc<str>, &Field)> {
        let field = object.field(name.as_ref()?)?;
        matches!(field.ty, Type::Date | Type::DateTime).then(|| (field.name.clone(), field))
    };
    let (Some((start, first)), Some((end, last))) = (field(&view.start), field(&view.end)) else { return };
    if first.ty != last.ty {
        let reason = format!(
            "`start` and `end` must be of the same type; `{start}` is a {}, `{end}` a {}",
            first.ty, last.ty
        );
        findings.push(invalid(reason), &entry.origin, &["end"]);
    }
}
