//! The vault as it stands, kept beside the product, and who may do what with it: a naive reading of the binding
//! rules that knows no planner, no SQL and no catalog.

use crate::roles::{Grant, Right, Role, Scope};
use crate::shape::{Kind, shape};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub object: &'static str,
    pub deleted: bool,
    pub owner: Option<Uuid>,
    pub department: Option<Uuid>,
    pub values: Map<String, Json>,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub login: String,
    pub id: Uuid,
    pub department: Uuid,
    /// Places in `World::roles`.
    pub roles: Vec<usize>,
}

#[derive(Clone, Debug, Default)]
pub struct World {
    pub rows: BTreeMap<Uuid, Row>,
    pub roles: Vec<Role>,
    /// Each department and the one above it.
    pub departments: BTreeMap<Uuid, Option<Uuid>>,
    pub users: Vec<Uuid>,
}

impl Row {
    pub fn int(&self, field: &str) -> i64 {
        self.values.get(field).and_then(Json::as_i64).unwrap_or(i64::MAX)
    }

    pub fn reference(&self, field: &str) -> Option<Uuid> {
        let value = self.values.get(field)?;
        value.as_str().or_else(|| value["id"].as_str()).and_then(|text| text.parse().ok())
    }
}

impl World {
    pub fn live(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.rows.values().filter(move |row| row.object == object && !row.deleted)
    }

    pub fn all(&self, object: &str) -> impl Iterator<Item = &Row> {
        self.rows.values().filter(move |row| row.object == object)
    }

    /// The live row that a reference leads to.
    pub fn follow(&self, row: &Row, field: &str) -> Option<&Row> {
        self.rows.get(&row.reference(field)?).filter(|row| !row.deleted)
    }

    fn children<'w>(&'w self, object: &'w str, via: &'w str, of: Uuid) -> impl Iterator<Item = &'w Row> {
        self.live(object).filter(move |row| row.reference(via) == Some(of))
    }

    /// The department and all below it.
    pub fn below(&self, top: Uuid) -> Vec<Uuid> {
        let mut found = vec![top];
        let mut at = 0;
        while at < found.len() {
            let next = self.departments.iter().filter(|(_, above)| **above == Some(found[at]));
            let next: Vec<Uuid> = next.map(|(id, _)| *id).collect();
            found.extend(next);
            at += 1;
        }
        found
    }

    /// A condition of a scope or a restriction; null counts as no.
    fn holds(&self, condition: &str, row: &Row, who: &Person) -> bool {
        let leads = |field: &str, test: &dyn Fn(&Row) -> bool| self.follow(row, field).is_some_and(test);
        match condition {
            "r_level <= 1" => row.int("r_level") <= 1,
            "r_parent.r_level <= 1 || r_level == 0" => {
                leads("r_parent", &|above| above.int("r_level") <= 1) || row.int("r_level") == 0
            }
            "c_level <= 1" => row.int("c_level") <= 1,
            "c_closed == false" => row.values.get("c_closed") == Some(&Json::Bool(false)),
            "c_region.r_level <= 1" => leads("c_region", &|region| region.int("r_level") <= 1),
            "owner == user.id || c_level == 0" => row.owner == Some(who.id) || row.int("c_level") == 0,
            "within(department, user.department)" => {
                row.department.is_some_and(|of| self.below(who.department).contains(&of))
            }
            "p_level <= 1" => row.int("p_level") <= 1,
            "p_vendor.c_level <= 1" => leads("p_vendor", &|vendor| vendor.int("c_level") <= 1),
            "o_level <= 1" => row.int("o_level") <= 1,
            "o_client.c_level <= 1" => leads("o_client", &|client| client.int("c_level") <= 1),
            "o_client.owner == user.id" => leads("o_client", &|client| client.owner == Some(who.id)),
            "o_lines.any(l_qty > 2)" => {
                self.children("line", "l_order", row.id).any(|line| line.int("l_qty") > 2)
            }
            "o_lines.count() == 0" => self.children("line", "l_order", row.id).count() == 0,
            "l_qty <= 2" => row.int("l_qty") <= 2,
            "l_order.o_level <= 1" => leads("l_order", &|order| order.int("o_level") <= 1),
            "m_level <= 1" => row.int("m_level") <= 1,
            "m_order.o_level <= 1" => leads("m_order", &|order| order.int("o_level") <= 1),
            other => panic!("no such condition: {other}"),
        }
    }

    /// Who owns a row: itself, or the record that it follows.
    fn owner_of(&self, row: &Row) -> (Option<Uuid>, Option<Uuid>) {
        match shape(row.object).follows {
            Some((_, via, _)) => self.follow(row, via).map_or((None, None), |above| self.owner_of(above)),
            None => (row.owner, row.department),
        }
    }

    fn lies_in(&self, scope: Scope, row: &Row, who: &Person) -> bool {
        let (owner, department) = self.owner_of(row);
        match scope {
            Scope::None => false,
            Scope::All => true,
            Scope::Own => owner == Some(who.id),
            Scope::Department => department == Some(who.department),
            Scope::Tree => department.is_some_and(|of| self.below(who.department).contains(&of)),
            Scope::When(condition) => self.holds(condition, row, who),
        }
    }

    pub fn grants<'w>(&'w self, who: &'w Person, object: &str) -> Vec<&'w Grant> {
        who.roles.iter().filter_map(|place| self.roles[*place].grants.get(object)).collect()
    }

    /// Whether the access can reach any row at all.
    pub fn reaches(&self, who: &Person, access: &str, object: &str) -> bool {
        let grants = self.grants(who, object);
        match shape(object).follows {
            Some((above, _, field)) if grants.is_empty() => {
                let (access, wanted) = through(access);
                self.knows(who, above)
                    && self.right(who, above, field) >= wanted
                    && self.reaches(who, access, above)
            }
            Some((above, ..)) => {
                self.knows(who, above)
                    && grants.iter().any(|grant| grant.scope(access) != Scope::None)
                    && self.reaches(who, "read", above)
            }
            None => grants.iter().any(|grant| grant.scope(access) != Scope::None),
        }
    }

    /// Whether somebody may access a row so, whether it is live or not.
    pub fn may(&self, who: &Person, access: &str, row: &Row) -> bool {
        if !self.knows(who, row.object) || !self.open(who, row) {
            return false;
        }
        let grants = self.grants(who, row.object);
        let named = grants.iter().any(|grant| self.lies_in(grant.scope(access), row, who));
        let Some((above, via, field)) = shape(row.object).follows else { return named };
        let parent = self.follow(row, via);
        if grants.is_empty() {
            let (access, wanted) = through(access);
            return self.right(who, above, field) >= wanted && self.may_with(who, access, parent, above);
        }
        named && self.may_with(who, "read", parent, above)
    }

    /// A right on the record that another follows; without one only what is granted on all of them.
    fn may_with(&self, who: &Person, access: &str, parent: Option<&Row>, object: &str) -> bool {
        match parent {
            Some(parent) => self.may(who, access, parent),
            None => {
                let all = |grant: &&Grant| grant.scope(access) == Scope::All;
                self.grants(who, object).iter().any(all) && self.restrictions(who, object).next().is_none()
            }
        }
    }

    /// The restrictions that bind somebody.
    fn restrictions<'w>(&'w self, who: &'w Person, object: &'w str) -> impl Iterator<Item = &'w str> {
        let held: Vec<&str> = who.roles.iter().map(|place| self.roles[*place].name.as_str()).collect();
        let all = self.roles.iter().flat_map(|role| &role.restrictions);
        all.filter(move |one| {
            one.object == object && !one.exempt.iter().any(|role| held.contains(&role.as_str()))
        })
        .map(|one| one.condition)
    }

    /// Whether all restrictions that bind somebody leave a row open.
    pub fn open(&self, who: &Person, row: &Row) -> bool {
        let own = self.restrictions(who, row.object).all(|condition| self.holds(condition, row, who));
        let above = match shape(row.object).follows {
            Some((above, via, _)) => match self.follow(row, via) {
                Some(parent) => self.open(who, parent),
                None => self.restrictions(who, above).next().is_none(),
            },
            None => true,
        };
        own && above
    }

    /// Whether the object exists as far as somebody may know.
    pub fn knows(&self, who: &Person, object: &str) -> bool {
        let writes = ["read", "update", "delete", "restore", "purge"];
        self.may_create(who, object)
            || match shape(object).follows {
                None => {
                    let any = |grant: &&Grant| writes.iter().any(|access| grant.scope(access) != Scope::None);
                    self.grants(who, object).iter().any(any)
                }
                Some((above, _, field)) => {
                    let grants = self.grants(who, object);
                    let known = self.knows(who, above);
                    let named = |grant: &&Grant| {
                        writes.iter().any(|access| grant.scope(access) != Scope::None)
                            && self.reaches(who, "read", above)
                    };
                    known
                        && match grants.is_empty() {
                            true => {
                                self.right(who, above, field) >= Right::Read
                                    && (self.reaches(who, "read", above)
                                        || (self.right(who, above, field) == Right::Edit
                                            && writes.iter().any(|a| self.reaches(who, through(a).0, above))))
                            }
                            false => grants.iter().any(named),
                        }
                }
            }
    }

    /// Whether somebody may create rows of the object at all.
    pub fn may_create(&self, who: &Person, object: &str) -> bool {
        let grants = self.grants(who, object);
        match shape(object).follows {
            Some((above, _, field)) if grants.is_empty() => {
                let knows = self.knows(who, above) && self.right(who, above, field) == Right::Edit;
                knows && (self.may_create(who, above) || self.reaches(who, "update", above))
            }
            Some((above, ..)) => self.knows(who, above) && grants.iter().any(|grant| grant.create),
            None => grants.iter().any(|grant| grant.create),
        }
    }

    /// The right on a field.
    pub fn right(&self, who: &Person, object: &str, field: &str) -> Right {
        let known = self.own_right(who, object, field);
        let Some(found) = shape(object).field(field) else { return Right::Hidden };
        let readable = |(of, input): &(&str, &str)| self.right(who, of, input) >= Right::Read;
        if !found.inputs.iter().all(readable) { Right::Hidden } else { known }
    }

    fn own_right(&self, who: &Person, object: &str, field: &str) -> Right {
        let Some(found) = shape(object).field(field) else { return Right::Hidden };
        let grants = self.grants(who, object);
        let said = match shape(object).follows {
            Some((above, ..)) if !self.knows(who, above) => Right::Hidden,
            Some((above, _, children)) if grants.is_empty() => self.right(who, above, children),
            _ => {
                let of = |grant: &&Grant| grant.fields.get(field).copied().unwrap_or(Right::Edit);
                grants.iter().map(of).max().unwrap_or(Right::Hidden)
            }
        };
        let most = match found {
            _ if matches!(field, "id" | "version") && said >= Right::Hidden && self.is_named(who, object) => {
                return Right::Read;
            }
            found if field == "owner" && found.system => Right::Edit,
            found if found.system || !found.inputs.is_empty() => Right::Read,
            _ => Right::Edit,
        };
        said.min(most)
    }

    fn is_named(&self, who: &Person, object: &str) -> bool {
        !self.grants(who, object).is_empty() || shape(object).follows.is_some()
    }

    /// Whether somebody sees a field of rows of the object.
    pub fn reads(&self, who: &Person, object: &str, field: &str) -> bool {
        self.knows(who, object) && self.right(who, object, field) >= Right::Read
    }

    /// Stores what was written.
    pub fn put(&mut self, id: Uuid, object: &'static str, body: &Json, department_of: &BTreeMap<Uuid, Uuid>) {
        let row = self.rows.entry(id).or_insert_with(|| Row {
            id,
            object,
            deleted: false,
            owner: None,
            department: None,
            values: Map::new(),
        });
        for (name, value) in body.as_object().into_iter().flatten() {
            if name == "owner" {
                row.owner = value.as_str().and_then(|text| text.parse().ok());
                row.department = row.owner.and_then(|owner| department_of.get(&owner).copied());
                continue;
            }
            let many =
                shape(object).field(name).is_some_and(|field| matches!(field.kind, Kind::Children(..)));
            if !many {
                row.values.insert(name.clone(), value.clone());
            }
        }
    }
}

/// What a right on the record that others follow gives for them, and the right on its field that it needs.
fn through(access: &str) -> (&str, Right) {
    let wanted = match access {
        "read" | "export" | "history" | "comment" | "unmask" => Right::Read,
        _ => Right::Edit,
    };
    (if matches!(access, "delete" | "restore") { "update" } else { access }, wanted)
}
