//! Who may do more or less than before.

use super::{ChangeKind, Changes, canonical};
use crate::model::catalog::Catalog;
use crate::model::role::{FieldRight, Grant, NameSet, Restriction, Role, Scope};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) fn compare(old: &Catalog, new: &Catalog, changes: &mut Changes) {
    for (name, role) in &new.roles {
        match old.roles.get(name) {
            None => changes.add(ChangeKind::AccessGained, format!("role {name} comes")),
            Some(before) => compare_role(before, role, changes),
        }
    }
    for name in old.roles.keys().filter(|name| !new.roles.contains_key(*name)) {
        changes.add(ChangeKind::AccessLost, format!("role {name} goes; its members lose what it granted"));
    }
    let text = |restriction: &Restriction| {
        let exempt: BTreeSet<&str> = restriction.exempt.iter().map(|role| &**role).collect();
        format!("{} {exempt:?}", canonical(&restriction.filter))
    };
    let all = |catalog: &Catalog| -> BTreeSet<(Arc<str>, String)> {
        let pairs =
            catalog.restrictions.iter().flat_map(|(object, list)| list.iter().map(move |r| (object, r)));
        pairs.map(|(object, restriction)| (object.clone(), text(restriction))).collect()
    };
    let (was, now) = (all(old), all(new));
    for (object, _) in now.difference(&was) {
        changes.add(ChangeKind::AccessLost, format!("a restriction on {object} comes or changes"));
    }
    for (object, _) in was.difference(&now) {
        changes.add(ChangeKind::AccessGained, format!("a restriction on {object} goes or changes"));
    }
}

fn compare_role(old: &Role, new: &Role, changes: &mut Changes) {
    if old.admin != new.admin {
        let kind = if new.admin { ChangeKind::AccessGained } else { ChangeKind::AccessLost };
        changes.add(
            kind,
            format!("{} {} do everything", new.name, if new.admin { "may" } else { "may no longer" }),
        );
    }
    let none = Grant::default();
    let objects: BTreeSet<&Arc<str>> = old.objects.keys().chain(new.objects.keys()).collect();
    for object in objects {
        let was = old.objects.get(object).unwrap_or(&none);
        let now = new.objects.get(object).unwrap_or(&none);
        let mut grants = Grants { role: &new.name, object, changes };
        grants.compare(was, now);
    }
    for workflow in new.start.difference(&old.start) {
        changes.add(ChangeKind::AccessGained, format!("{} may start {workflow}", new.name));
    }
    for workflow in old.start.difference(&new.start) {
        changes.add(ChangeKind::AccessLost, format!("{} may no longer start {workflow}", new.name));
    }
}

struct Grants<'a> {
    role: &'a str,
    object: &'a str,
    changes: &'a mut Changes,
}

impl Grants<'_> {
    fn compare(&mut self, was: &Grant, now: &Grant) {
        let scopes = [
            ("read", &was.read, &now.read),
            ("update", &was.update, &now.update),
            ("delete", &was.delete, &now.delete),
            ("restore", &was.restore, &now.restore),
            ("purge", &was.purge, &now.purge),
            ("export", &was.export, &now.export),
            ("assign", &was.assign, &now.assign),
            ("history", &was.history, &now.history),
            ("comment", &was.comment, &now.comment),
            ("unmask", &was.unmask, &now.unmask),
        ];
        for (right, was, now) in scopes {
            self.scope(right, was, now);
        }
        self.flag("create", was.create, now.create);
        self.flag("import", was.import, now.import);
        let fields: BTreeSet<&Arc<str>> = was.fields.keys().chain(now.fields.keys()).collect();
        for field in fields {
            let right = |grant: &Grant| grant.fields.get(field).copied().unwrap_or_default();
            self.field(field, right(was), right(now));
        }
        self.names("move", &was.moves, &now.moves);
        self.names("action", &was.actions, &now.actions);
    }

    fn say(&mut self, gained: bool, what: &str) {
        let kind = if gained { ChangeKind::AccessGained } else { ChangeKind::AccessLost };
        self.changes.add(kind, format!("{} on {}: {what}", self.role, self.object));
    }

    fn flag(&mut self, right: &str, was: bool, now: bool) {
        if was != now {
            self.say(now, &format!("{} {right}", if now { "may" } else { "may no longer" }));
        }
    }

    fn scope(&mut self, right: &str, was: &Scope, now: &Scope) {
        if shown(was) == shown(now) {
            return;
        }
        // A condition is compared with nothing but none and all: what else it covers only the data say.
        let gained = match (was, now) {
            (Scope::Condition(_), Scope::Condition(_)) => false,
            _ => rank(now) > rank(was),
        };
        let words = format!("{right} {} becomes {}", short(was), short(now));
        self.say(gained, &words);
    }

    fn field(&mut self, field: &str, was: FieldRight, now: FieldRight) {
        if was != now {
            let name = |right| format!("{right:?}").to_lowercase();
            self.say(now > was, &format!("field {field} {} becomes {}", name(was), name(now)));
        }
    }

    fn names(&mut self, what: &str, was: &NameSet, now: &NameSet) {
        match (was, now) {
            (NameSet::Some(was), NameSet::Some(now)) => {
                let (was, now): (BTreeSet<_>, BTreeSet<_>) = (was.iter().collect(), now.iter().collect());
                now.difference(&was).for_each(|name| self.say(true, &format!("{what} {name}")));
                was.difference(&now).for_each(|name| self.say(false, &format!("no longer {what} {name}")));
            }
            (NameSet::All, NameSet::All) => {}
            (_, NameSet::All) => self.say(true, &format!("every {what}")),
            (NameSet::All, _) => self.say(false, &format!("no longer every {what}")),
        }
    }
}

fn rank(scope: &Scope) -> u8 {
    match scope {
        Scope::None => 0,
        Scope::Own => 1,
        Scope::Condition(_) => 2,
        Scope::Department => 3,
        Scope::DepartmentTree => 4,
        Scope::All => 5,
    }
}

fn short(scope: &Scope) -> &'static str {
    match scope {
        Scope::None => "none",
        Scope::Own => "own",
        Scope::Department => "department",
        Scope::DepartmentTree => "department_tree",
        Scope::All => "all",
        Scope::Condition(_) => "a condition",
    }
}

fn shown(scope: &Scope) -> String {
    match scope {
        Scope::Condition(expr) => canonical(expr),
        scope => short(scope).to_owned(),
    }
}
