//! What changes about the fields of an object.

use super::{ChangeKind, Changes, DataCheck, Refused, boolean, both, canonical, existed};
use crate::model::field::{Derived, Field, Stored};
use crate::model::object::Object;
use expression::{CompareOperator, Expr, Function, Kind, Path, Position, Root, Step, Type, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::sync::Arc;

pub(super) fn compare(old: &Object, new: &Object, objects: &super::Objects, changes: &mut Changes) {
    let own = |object: &Object| -> Vec<Arc<str>> {
        object
            .fields
            .values()
            .filter(|field| field.system.is_none())
            .map(|field| field.name.clone())
            .collect()
    };
    let mut left = own(old);
    for name in own(new) {
        let field = &new.fields[&name];
        let former = |now: &Arc<str>| {
            let mut aliases = new.aliases.iter().filter(|(_, to)| *to == now).map(|(from, _)| from);
            aliases.find_map(|from| old.fields.get(from))
        };
        let Some(before) = old.fields.get(&name).or_else(|| former(&name)) else {
            added(new, field, changes);
            continue;
        };
        left.retain(|left| *left != before.name);
        if before.name != field.name {
            let what = format!("{}.{} is called {}", new.name, before.name, field.name);
            changes.add(ChangeKind::Rename, what);
        }
        changed((old, new), before, field, objects, changes);
    }
    for name in left {
        changes.add(ChangeKind::Retire, format!("field {}.{name}; its data is kept", new.name));
    }
}

fn added(object: &Object, field: &Field, changes: &mut Changes) {
    // Rows that exist have no value yet: every one of them stands in the way of a required field.
    let check = (field.required && field.derived.is_none()).then(|| DataCheck {
        object: object.name.clone(),
        rows: Refused::Where(boolean(Kind::Literal(Value::Boolean(true)))),
        blocks: false,
        before: true,
    });
    let required = if check.is_some() { ", required" } else { "" };
    let what = format!("field {}.{} ({}{required})", object.name, field.name, field.kind.name());
    changes.checked(ChangeKind::Add, what, check);
}

fn changed(
    (old, new): (&Object, &Object),
    before: &Field,
    field: &Field,
    objects: &super::Objects,
    changes: &mut Changes,
) {
    let name = format!("{}.{}", new.name, field.name);
    let column = |stored: &Stored| match stored {
        Stored::Column { ty, .. } => Some(*ty),
        _ => None,
    };
    if before.kind.name() != field.kind.name() || column(&before.stored) != column(&field.stored) {
        let what =
            format!("{name} becomes {} (was {}); values are copied", field.kind.name(), before.kind.name());
        changes.checked(ChangeKind::Retype, what, unfit(new, field));
    } else if target(before) != target(field) && target(field).is_some() {
        let what = format!("{name} refers to {}", target(field).unwrap_or_default());
        changes.checked(ChangeKind::Retype, what, unfit(new, field));
    }
    if before.encrypted.is_some() != field.encrypted.is_some() {
        let how = if field.encrypted.is_some() { "encrypted" } else { "kept in the clear" };
        changes.add(ChangeKind::Behaviour, format!("{name} is {how} from now on"));
    }
    if before.encrypted.is_none() && field.encrypted.is_some() {
        changes.sealed.push((new.name.clone(), field.name.clone()));
    }
    if computation(before) != computation(field) {
        changes.add(ChangeKind::Behaviour, format!("{name} is computed in another way"));
    }
    let blocking = |rows: Expr| {
        let before = existed(&rows, old, new);
        Some(DataCheck { object: new.name.clone(), rows: Refused::Where(rows), blocks: true, before })
    };
    if field.required && !before.required {
        changes.checked(ChangeKind::Narrow, format!("{name} is required"), blocking(empty(new, field)));
    } else if before.required && !field.required {
        changes.add(ChangeKind::Widen, format!("{name} is no longer required"));
    }
    let condition = |field: &Field| field.required_when.as_ref().map(canonical);
    if condition(before) != condition(field) {
        let rows = field.required_when.clone().map(|when| both(when, empty(new, field)));
        let counted =
            |rows: &Expr| super::uses_only_rows(rows) && crate::encrypted::misuse(rows, objects).is_none();
        let check = rows.filter(counted).and_then(blocking);
        let kind = if check.is_some() { ChangeKind::Narrow } else { ChangeKind::Widen };
        let check = check.map(|check| DataCheck { blocks: false, ..check });
        changes.checked(kind, format!("{name} is required under another condition"), check);
    }
    bounds(new, before, field, &name, &blocking, changes);
    options(new, before, field, &name, &blocking, changes);
}

/// Rows whose value, copied or left where it is, the type does not take: no such option, no such record, no
/// address of that form.
fn unfit(object: &Object, field: &Field) -> Option<DataCheck> {
    let rows = Refused::Unfit(field.name.clone());
    let entered = field.derived.is_none() && matches!(field.stored, Stored::Column { .. });
    entered.then(|| DataCheck { object: object.name.clone(), rows, blocks: true, before: false })
}

/// The object a field refers to.
fn target(field: &Field) -> Option<&str> {
    match &field.ty {
        Type::Reference(Some(target)) => Some(target),
        Type::List(inner) => match &**inner {
            Type::Reference(Some(target)) => Some(target),
            _ => None,
        },
        _ => None,
    }
}

/// The properties of the type as JSON: every type spells `min`, `max` and `options` alike.
fn property(field: &Field, key: &str) -> Option<Json> {
    serde_json::to_value(&field.kind).ok()?.get(key).filter(|value| !value.is_null()).cloned()
}

fn number(json: &Json) -> Option<Decimal> {
    definition::Number::from_json(json)
}

type Blocking<'a> = &'a dyn Fn(Expr) -> Option<DataCheck>;

fn bounds(
    object: &Object,
    before: &Field,
    field: &Field,
    name: &str,
    blocking: Blocking<'_>,
    changes: &mut Changes,
) {
    for (key, over) in [("max", CompareOperator::Greater), ("min", CompareOperator::Less)] {
        let (was, now) = (property(before, key), property(field, key));
        if was == now {
            continue;
        }
        let (was_number, bound) = (was.as_ref().and_then(number), now.as_ref().and_then(number));
        let narrower = match (was_number, bound) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(was), Some(now)) => {
                if key == "max" {
                    now < was
                } else {
                    now > was
                }
            }
        };
        let shown = |json: &Option<Json>| {
            json.as_ref()
                .map_or_else(|| "none".to_owned(), |json| json.to_string().trim_matches('"').to_owned())
        };
        let what = format!("{name}: {key} {} becomes {}", shown(&was), shown(&now));
        match bound.filter(|_| narrower).and_then(|bound| beyond(object, field, over, bound)) {
            Some(rows) => changes.checked(ChangeKind::Narrow, what, blocking(rows)),
            None => changes.add(if narrower { ChangeKind::Narrow } else { ChangeKind::Widen }, what),
        }
    }
}

/// Holds where the value, or the length of the text, lies beyond the bound.
fn beyond(object: &Object, field: &Field, over: CompareOperator, bound: Decimal) -> Option<Expr> {
    if !matches!(field.stored, Stored::Column { .. }) || field.encrypted.is_some() {
        return None;
    }
    let value = path(object, field);
    let measured = if field.ty.is_number() {
        value
    } else if field.ty == Type::Text {
        Expr { kind: Kind::Call(Function::Len, vec![value]), ty: Type::Integer, at: Position::default() }
    } else {
        return None;
    };
    let scale = u8::try_from(bound.scale()).ok()?;
    let limit = Expr {
        kind: Kind::Literal(Value::Decimal(bound)),
        ty: Type::Decimal { scale },
        at: Position::default(),
    };
    Some(boolean(Kind::Compare(over, Box::new(measured), Box::new(limit))))
}

fn options(
    object: &Object,
    before: &Field,
    field: &Field,
    name: &str,
    blocking: Blocking<'_>,
    changes: &mut Changes,
) {
    let names = |field: &Field| -> Vec<String> {
        let options = property(field, "options");
        options.iter().filter_map(Json::as_object).flat_map(|map| map.keys().cloned()).collect()
    };
    let (was, now) = (names(before), names(field));
    let gone: Vec<&str> = was.iter().filter(|option| !now.contains(option)).map(String::as_str).collect();
    let come: Vec<&str> = now.iter().filter(|option| !was.contains(option)).map(String::as_str).collect();
    if !come.is_empty() && !was.is_empty() {
        changes.add(ChangeKind::Widen, format!("{name}: options {} come", come.join(", ")));
    }
    if gone.is_empty() || now.is_empty() {
        return;
    }
    let what = format!("{name}: options {} go", gone.join(", "));
    let literal = |option: &&str| Expr {
        kind: Kind::Literal(Value::from(*option)),
        ty: field.ty.clone(),
        at: Position::default(),
    };
    let check = match field.ty {
        Type::Select(_) => {
            let among = Kind::In(Box::new(path(object, field)), gone.iter().map(literal).collect());
            blocking(boolean(among))
        }
        _ => None,
    };
    changes.checked(ChangeKind::Narrow, what, check);
}

fn path(object: &Object, field: &Field) -> Expr {
    let steps = vec![Step { object: object.name.clone(), field: field.name.clone() }];
    Expr { kind: Kind::Path(Path { root: Root::Row, steps }), ty: field.ty.clone(), at: Position::default() }
}

fn empty(object: &Object, field: &Field) -> Expr {
    boolean(Kind::Call(Function::IsEmpty, vec![path(object, field)]))
}

/// How a field is computed, as a text that is the same for the same computation.
pub(super) fn computation(field: &Field) -> Option<String> {
    Some(match field.derived.as_ref()? {
        Derived::Formula(expr) => canonical(expr),
        Derived::Rollup(rollup) => {
            let filter = rollup.filter.as_ref().map(canonical);
            format!("{:?} {} {:?} {filter:?}", rollup.aggregate, rollup.children, rollup.value)
        }
    })
}
