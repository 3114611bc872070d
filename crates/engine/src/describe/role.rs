//! A role as clients are told of it: what it grants, for who may know everything.

use super::Reader;
use catalog::{FieldRight, Grant, NameSet, Object, Role, Scope};
use expression::to_json;
use serde_json::{Map, Value as Json, json};

impl Reader<'_> {
    pub(super) fn role(&self, role: &Role) -> Json {
        let label = self.text(role.label.as_ref(), &role.name);
        let mut shown = json!({"kind": "role", "name": role.name, "label": label, "admin": role.admin});
        // Conditions may speak of what a member may not read.
        if self.known.actor.admin {
            let objects = role.objects.iter().filter_map(|(name, grant)| {
                let object = self.catalog().objects.get(name)?;
                Some((name.to_string(), granted(object, grant)))
            });
            shown["objects"] = Json::Object(objects.collect());
            let mut start: Vec<_> = role.start.iter().collect();
            start.sort();
            shown["start"] = json!(start);
            shown["restrictions"] = self.restrictions(role);
        }
        shown
    }

    /// The conditions that this role puts on the rows of everybody who is not exempt, by object.
    fn restrictions(&self, role: &Role) -> Json {
        let mut all = Map::new();
        for (object, restrictions) in &self.catalog().restrictions {
            let own = restrictions.iter().filter(|one| one.origin == role.name);
            let own: Vec<Json> =
                own.map(|one| json!({"where": to_json(&one.filter), "exempt": one.exempt})).collect();
            if !own.is_empty() {
                all.insert(object.to_string(), Json::Array(own));
            }
        }
        Json::Object(all)
    }
}

fn granted(object: &Object, grant: &Grant) -> Json {
    let fields: Map<String, Json> =
        grant.fields.iter().map(|(name, right)| (name.to_string(), json!(right_name(*right)))).collect();
    let moves = object.transitions.as_ref().map(|transitions| transitions.moves.keys());
    json!({
        "create": grant.create,
        "read": scope(&grant.read),
        "update": scope(&grant.update),
        "delete": scope(&grant.delete),
        "restore": scope(&grant.restore),
        "purge": scope(&grant.purge),
        "export": scope(&grant.export),
        "import": grant.import,
        "assign": scope(&grant.assign),
        "history": scope(&grant.history),
        "comment": scope(&grant.comment),
        "unmask": scope(&grant.unmask),
        "fields": fields,
        "moves": named(&grant.moves, moves.into_iter().flatten()),
        "actions": named(&grant.actions, object.actions.keys()),
    })
}

/// A scope by its name, or its condition as a tree.
fn scope(scope: &Scope) -> Json {
    match scope {
        Scope::None => json!("none"),
        Scope::Own => json!("own"),
        Scope::Department => json!("department"),
        Scope::DepartmentTree => json!("department_tree"),
        Scope::All => json!("all"),
        Scope::Condition(condition) => json!({"where": to_json(condition)}),
    }
}

fn right_name(right: FieldRight) -> &'static str {
    match right {
        FieldRight::Hidden => "hidden",
        FieldRight::Read => "read",
        FieldRight::Edit => "edit",
    }
}

fn named<'n>(set: &NameSet, all: impl Iterator<Item = &'n std::sync::Arc<str>>) -> Vec<&'n str> {
    all.map(|name| &**name).filter(|name| set.has(name)).collect()
}
