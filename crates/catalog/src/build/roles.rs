//! Roles: grants and restrictions.

use super::compile::{Spot, compile};
use super::entry::{Entry, Findings, Noun, invalid, unknown};
use super::paths;
use crate::model::catalog::Catalog;
use crate::model::object::{Object, Ownership};
use crate::model::role::{FieldRight, Grant, NameSet, Restriction, Role, Scope};
use crate::scopes;
use definition::NamesOrAll;
use diagnostic::did_you_mean;
use indexmap::IndexMap;
use std::sync::Arc;

type Definition = Entry<definition::Role>;

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Definition>,
    findings: &mut Findings<'_>,
) {
    for entry in entries.values() {
        let written = &entry.definition;
        let mut objects = IndexMap::new();
        for (name, grant) in &written.objects {
            let Some(full) = findings.resolve(Noun::Object, name, entry, &["objects", name]) else {
                continue;
            };
            let Some(object) = catalog.objects.get(&full) else { continue };
            let built = Granting { catalog, object, entry, name }.grant(grant, findings);
            if objects.insert(full, built).is_some() {
                findings.push(
                    invalid(format!("`{name}` is granted twice")),
                    &entry.origin,
                    &["objects", name],
                );
            }
        }
        let mut start = std::collections::HashSet::new();
        for (name, grant) in &written.workflows {
            let full = findings.resolve(Noun::Workflow, name, entry, &["workflows", name]);
            start.extend(full.filter(|_| grant.start));
        }
        for (name, restriction) in &written.restrictions {
            restrict(catalog, name, restriction, entry, findings);
        }
        if written.admin && &*entry.name != "base.admin" {
            let reason = "only `base.admin` may do everything";
            findings.push(invalid(reason), &entry.origin, &["admin"]);
        }
        let role = Role {
            name: entry.name.clone(),
            label: written.label.clone(),
            admin: written.admin,
            objects,
            start,
        };
        catalog.roles.insert(entry.name.clone(), Arc::new(role));
    }
}

fn restrict(
    catalog: &mut Catalog,
    name: &str,
    written: &definition::Restriction,
    entry: &Definition,
    findings: &mut Findings<'_>,
) {
    let path = ["restrictions", name, "where"];
    let Some(object) = findings.resolve(Noun::Object, name, entry, &path[..2]) else { return };
    let exempt = findings.resolve_all(Noun::Role, &written.exempt, entry, &[path[0], name, "exempt"]);
    let spot = Spot {
        scope: &scopes::RESTRICTION,
        row: &object,
        record: None,
        origin: &entry.origin,
        path: &path,
        variables: None,
    };
    if let Some(filter) = compile(catalog, &written.r#where, spot, None, &mut findings.found) {
        let restriction = Restriction { origin: entry.name.clone(), filter: Arc::new(filter), exempt };
        catalog.restrictions.entry(object).or_default().push(restriction);
    }
}

/// One grant of a role.
struct Granting<'a> {
    catalog: &'a Catalog,
    object: &'a Object,
    entry: &'a Definition,
    /// The object as the role names it.
    name: &'a str,
}

impl Granting<'_> {
    fn grant(&self, written: &definition::Grant, findings: &mut Findings<'_>) -> Grant {
        let mut scope =
            |key: &str, scope: &Option<definition::Scope>| self.scope(key, scope.as_ref(), findings);
        Grant {
            create: written.create,
            read: scope("read", &written.read),
            update: scope("update", &written.update),
            delete: scope("delete", &written.delete),
            restore: scope("restore", &written.restore),
            purge: scope("purge", &written.purge),
            export: scope("export", &written.export),
            import: scope("import", &written.import) != Scope::None,
            assign: scope("assign", &written.assign),
            history: scope("history", &written.history),
            comment: scope("comment", &written.comment),
            unmask: scope("unmask", &written.unmask),
            fields: self.fields(written, findings),
            moves: self.names("moves", written.moves.as_ref(), findings),
            actions: self.names("actions", written.actions.as_ref(), findings),
        }
    }

    fn scope(&self, key: &str, written: Option<&definition::Scope>, findings: &mut Findings<'_>) -> Scope {
        let path = ["objects", self.name, key];
        let owned = self.object.ownership != Ownership::Shared;
        match written {
            None | Some(definition::Scope::None) => Scope::None,
            Some(definition::Scope::All) => Scope::All,
            Some(definition::Scope::Condition(text)) => {
                let spot = Spot {
                    scope: &scopes::ROLE_SCOPE,
                    row: &self.object.name,
                    record: None,
                    origin: &self.entry.origin,
                    path: &path,
                    variables: None,
                };
                let expr = compile(self.catalog, text, spot, None, &mut findings.found);
                expr.map_or(Scope::None, |expr| Scope::Condition(Arc::new(expr)))
            }
            Some(_) if !owned => {
                let reason = format!(
                    "records of {} have no owner; use `all`, `none` or a condition",
                    self.object.name
                );
                findings.push(invalid(reason), &self.entry.origin, &path);
                Scope::None
            }
            Some(definition::Scope::Own) => Scope::Own,
            Some(definition::Scope::Department) => Scope::Department,
            Some(definition::Scope::DepartmentTree) => Scope::DepartmentTree,
        }
    }

    fn fields(
        &self,
        written: &definition::Grant,
        findings: &mut Findings<'_>,
    ) -> IndexMap<Arc<str>, FieldRight> {
        let right = |right: definition::FieldRight| match right {
            definition::FieldRight::Hidden => FieldRight::Hidden,
            definition::FieldRight::Read => FieldRight::Read,
            definition::FieldRight::Edit => FieldRight::Edit,
        };
        let mut out = IndexMap::new();
        if let Some(others) = written.fields.get("*") {
            let own = self.object.fields.values().filter(|field| field.system.is_none());
            out.extend(own.map(|field| (field.name.clone(), right(*others))));
        }
        for (name, written) in written.fields.iter().filter(|(name, _)| *name != "*") {
            match paths::field(self.object, name) {
                Ok(field) => {
                    out.insert(field.name.clone(), right(*written));
                }
                Err(finding) => {
                    findings.push(finding, &self.entry.origin, &["objects", self.name, "fields", name]);
                }
            }
        }
        out
    }

    fn names(&self, key: &str, written: Option<&NamesOrAll>, findings: &mut Findings<'_>) -> NameSet {
        let names = match written {
            None => return NameSet::default(),
            Some(NamesOrAll::All(_)) => return NameSet::All,
            Some(NamesOrAll::Names(names)) => names,
        };
        let known: Vec<&str> = match key {
            "moves" => {
                let moves = self.object.transitions.as_ref().map(|transitions| &transitions.moves);
                moves.into_iter().flat_map(|moves| moves.keys()).map(|name| &**name).collect()
            }
            _ => self.object.actions.keys().map(|name| &**name).collect(),
        };
        for (place, name) in names.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str())) {
            let what = key.trim_end_matches('s');
            let hint = did_you_mean(name, known.iter().copied());
            let place = place.to_string();
            let path = ["objects", self.name, key, place.as_str()];
            findings.push(unknown(what, name).with_hint(hint), &self.entry.origin, &path);
        }
        NameSet::Some(names.iter().map(|name| Arc::from(name.as_str())).collect())
    }
}
