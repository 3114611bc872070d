//! What is permitted, and worth knowing: `lifeloom check` lists it, nothing refuses it.

use crate::model::catalog::Catalog;
use crate::model::decision::Decision;
use crate::model::field::{Derived, Field, Stored};
use crate::model::object::{Object, Ownership};
use crate::model::role::FieldRight;
use decision::Finding;
use diagnostic::Source;

/// Something worth knowing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of thing it is.
    pub kind: NoticeKind,
    /// What it is about: `crm.account.won_amount`.
    pub subject: String,
    /// An English sentence without a full stop.
    pub what: String,
    /// Where it stands, for what is about one line of a definition.
    pub place: Option<Source>,
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
    /// A decision has no rule for inputs that can occur.
    NoRule,
    /// A rule of a decision never counts.
    IdleRule,
    /// A decision is too large for all of it to be looked at.
    NotAnalysed,
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
    catalog.decisions.values().for_each(|decision| decision_notices(decision, &mut out));
    out
}

fn decision_notices(decision: &Decision, out: &mut Vec<Notice>) {
    for finding in decision.table.analyse() {
        let place = |rule: usize| decision.places.get(rule - 1).cloned();
        let (kind, place, what) = match finding {
            Finding::Gap { example } => {
                let what = format!("no rule holds for {example}, and there is no default");
                (NoticeKind::NoRule, Some(decision.place.clone()), what)
            }
            Finding::Impossible { rule } => {
                let what = format!("rule {rule} holds for no value that can occur");
                (NoticeKind::IdleRule, place(rule), what)
            }
            Finding::Shadowed { rule, by } => {
                let earlier =
                    by.map_or_else(|| "earlier rules hold".to_owned(), |by| format!("rule {by} holds"));
                (
                    NoticeKind::IdleRule,
                    place(rule),
                    format!("rule {rule} never counts: {earlier} wherever it does"),
                )
            }
            Finding::LeftOut { parts } => {
                let what =
                    format!("gaps and idle rules were not looked for in {parts} combinations of its values");
                (NoticeKind::NotAnalysed, Some(decision.place.clone()), what)
            }
            // What is refused is no notice.
            Finding::Overlap { .. } | Finding::Contradiction { .. } => continue,
        };
        out.push(Notice { kind, subject: decision.name.to_string(), what, place });
    }
}

fn field_notices(catalog: &Catalog, object: &Object, field: &Field, out: &mut Vec<Notice>) {
    let mut notice = |kind, what: String| {
        out.push(Notice { kind, subject: format!("{}.{}", object.name, field.name), what, place: None });
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
                out.push(Notice { kind: NoticeKind::UniqueClash, subject, what, place: None });
            }
        }
    }
}
