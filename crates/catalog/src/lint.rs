//! What is permitted, and worth knowing: `lifeloom check` lists it, nothing refuses it.

use crate::model::catalog::Catalog;
use crate::model::field::{Derived, Field, Stored};
use crate::model::object::{Object, Ownership};
use crate::model::role::FieldRight;

/// Something worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of thing it is.
    pub kind: NoticeKind,
    /// What it is about: `crm.account.won_amount`.
    pub subject: String,
    /// An English sentence without a full stop.
    pub what: String,
}

/// Kinds of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A derived value is read without the right to read its inputs.
    Declassified,
    /// A value is computed at read, because it depends on the clock.
    OnClock,
    /// A roll-up counts rows that its reader may not see.
    OtherScopes,
    /// A unique clash tells a creator of a value that it may not read.
    UniqueClash,
}

/// Everything worth knowing about a catalog.
pub fn lint(catalog: &Catalog) -> Vec<Notice> {
    let mut out = Vec::new();
    for object in catalog.objects.values() {
        for field in object.fields.values() {
            field_notices(catalog, object, field, &mut out);
        }
        unique_notices(catalog, object, &mut out);
    }
    out
}

fn field_notices(catalog: &Catalog, object: &Object, field: &Field, out: &mut Vec<Notice>) {
    let mut notice = |kind, what: String| {
        out.push(Notice { kind, subject: format!("{}.{}", object.name, field.name), what });
    };
    if field.declassify {
        notice(
            NoticeKind::Declassified,
            "readable without the right to read what it is computed from".to_owned(),
        );
    }
    if field.stored == Stored::AtRead {
        notice(NoticeKind::OnClock, "computed at read, because it depends on the clock".to_owned());
    }
    let Some(Derived::Rollup(rollup)) = &field.derived else { return };
    let Some(Stored::Children { object: child, .. }) = object.fields.get(&rollup.children).map(|f| &f.stored)
    else {
        return;
    };
    // Children that inherit are seen by who sees the parent; others have scopes of their own.
    let own_scopes =
        catalog.objects.get(child).is_some_and(|child| match (&child.ownership, &child.parent) {
            (Ownership::Inherit(_), Some(parent)) => parent.object != object.name,
            (Ownership::Shared, _) => false,
            _ => true,
        });
    if own_scopes {
        notice(NoticeKind::OtherScopes, format!("counts rows of {child} that its reader may not see"));
    }
}

fn unique_notices(catalog: &Catalog, object: &Object, out: &mut Vec<Notice>) {
    for (name, unique) in &object.uniques {
        for role in catalog.roles.values() {
            let Some(grant) = role.objects.get(&object.name).filter(|grant| grant.create) else { continue };
            let hidden = |field: &&std::sync::Arc<str>| grant.fields.get(*field) == Some(&FieldRight::Hidden);
            for field in unique.fields.iter().filter(hidden) {
                let what =
                    format!("a clash tells {} of values of `{field}`, which it may not read", role.name);
                let subject = format!("{}.{name}", object.name);
                out.push(Notice { kind: NoticeKind::UniqueClash, subject, what });
            }
        }
    }
}
