//! Roles → what they grant together.
//!
//! Row scopes unite, field rights take the widest, restrictions intersect. Children follow their parent.
//! What is unknown or cannot be said is no.

use crate::actor::{Access, Grants, ObjectGrant, Rows};
use crate::{veil, walk};
use catalog::{Catalog, FieldRight, Grant, NameSet, Object, Ownership, Parent, Role, Scope, SystemField};
use expression::{CompareOperator, Expr, Function, Kind, Step, Type};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The role everyone has who is signed in.
pub const EVERYONE: &str = "base.employee";

/// How many references an inherited owner may lie away.
const OWNER_DEPTH: usize = 8;

/// The roles of these names that exist, and that of everyone.
pub fn held<'c>(catalog: &'c Catalog, roles: &[Arc<str>]) -> Vec<&'c Role> {
    let mut held: Vec<&Role> = Vec::with_capacity(roles.len() + 1);
    for name in roles.iter().map(|name| &**name).chain([EVERYONE]) {
        if let Some(role) = catalog.roles.get(name)
            && !held.iter().any(|known| known.name == role.name)
        {
            held.push(role);
        }
    }
    held
}

/// Whether one of the roles may do everything.
pub fn is_admin(catalog: &Catalog, roles: &[Arc<str>]) -> bool {
    held(catalog, roles).iter().any(|role| role.admin)
}

/// What the roles grant together.
pub fn unite(catalog: &Catalog, roles: &[Arc<str>]) -> Grants {
    let held = held(catalog, roles);
    if held.iter().any(|role| role.admin) {
        return everything(catalog);
    }
    let mut building = Building { catalog, held: &held, done: HashMap::new() };
    for object in catalog.objects.values() {
        building.object(object);
    }
    let mut objects: HashMap<Arc<str>, ObjectGrant> =
        building.done.into_iter().filter_map(|(name, grant)| Some((name, grant?))).collect();
    hide_derived(catalog, &mut objects);
    veil::put_on(catalog, &mut objects);
    let start: HashSet<Arc<str>> = held.iter().flat_map(|role| role.start.iter().cloned()).collect();
    Grants { objects, start: NameSet::Some(start) }
}

/// The rights of who may do everything.
pub fn everything(catalog: &Catalog) -> Grants {
    let objects = catalog.objects.iter().map(|(name, object)| (name.clone(), all_of(object))).collect();
    Grants { objects, start: NameSet::All }
}

fn all_of(object: &Object) -> ObjectGrant {
    ObjectGrant {
        create: true,
        read: Rows::All,
        update: Rows::All,
        delete: Rows::All,
        restore: Rows::All,
        purge: Rows::All,
        restriction: Rows::All,
        under: followed(object).map(|_| Access::Update),
        export: Rows::All,
        import: true,
        assign: Rows::All,
        history: Rows::All,
        comment: Rows::All,
        unmask: Rows::All,
        fields: object.fields.values().map(|field| cap(field, FieldRight::Edit)).collect(),
        moves: NameSet::All,
        actions: NameSet::All,
        veils: HashMap::new(),
    }
}

/// The parent whose rights the object's follow: it belongs to it and has no owner of its own.
pub fn followed(object: &Object) -> Option<&Parent> {
    let parent = object.parent.as_ref()?;
    matches!(&object.ownership, Ownership::Inherit(via) if *via == parent.via).then_some(parent)
}

/// The rows that one role's scope reaches.
pub fn scope_rows(catalog: &Catalog, object: &Object, scope: &Scope) -> Rows {
    match scope {
        Scope::None => Rows::None,
        Scope::All => Rows::All,
        Scope::Condition(condition) => Rows::Where(condition.clone()),
        Scope::Own => condition(own(catalog, object)),
        Scope::Department => condition(department(catalog, object, false)),
        Scope::DepartmentTree => condition(department(catalog, object, true)),
    }
}

fn condition(found: Option<Expr>) -> Rows {
    found.map_or(Rows::None, |expr| Rows::Where(Arc::new(expr)))
}

fn reference(object: &str) -> Type {
    Type::Reference(Some(Arc::from(object)))
}

/// `owner == user.id`, the owner found through the references it is inherited by. A user owns the own user
/// record; a record that nobody owns is nobody's own.
fn own(catalog: &Catalog, object: &Object) -> Option<Expr> {
    let ty = reference("base.user");
    let row = match owner_steps(catalog, object, SystemField::Owner, OWNER_DEPTH) {
        Some(steps) => walk::row_path(steps, ty.clone()),
        None if &*object.name == "base.user" => walk::row_path(vec![step(object, "id")], ty.clone()),
        None => return None,
    };
    Some(walk::compare(CompareOperator::Equal, row, walk::user_path("id", ty)))
}

/// `department == user.department`, or below it.
fn department(catalog: &Catalog, object: &Object, below: bool) -> Option<Expr> {
    let ty = reference("base.department");
    let row = match owner_steps(catalog, object, SystemField::Department, OWNER_DEPTH) {
        Some(steps) => walk::row_path(steps, ty.clone()),
        None if &*object.name == "base.user" => walk::row_path(vec![step(object, "department")], ty.clone()),
        None if &*object.name == "base.department" => walk::row_path(vec![step(object, "id")], ty.clone()),
        None => return None,
    };
    if !below {
        return Some(walk::compare(CompareOperator::Equal, row, walk::user_path("department", ty)));
    }
    let departments = walk::user_path("departments", Type::List(Box::new(ty)));
    Some(walk::expr(Kind::Call(Function::Contains, vec![departments, row]), Type::Boolean))
}

fn step(object: &Object, field: &str) -> Step {
    Step { object: object.name.clone(), field: Arc::from(field) }
}

/// The path to the system field of whoever owns the record.
fn owner_steps(catalog: &Catalog, object: &Object, which: SystemField, depth: usize) -> Option<Vec<Step>> {
    match &object.ownership {
        Ownership::User => Some(vec![step(object, &object.system(which)?.name)]),
        Ownership::Shared => None,
        Ownership::Inherit(_) if depth == 0 => None,
        Ownership::Inherit(via) => {
            let field = object.field(via)?;
            let Type::Reference(Some(target)) = &field.ty else { return None };
            let mut steps = owner_steps(catalog, catalog.object(target)?, which, depth - 1)?;
            steps.insert(0, step(object, &field.name));
            Some(steps)
        }
    }
}

/// The scope that a role's grant names for an access.
pub fn scope_of(grant: &Grant, access: Access) -> &Scope {
    match access {
        Access::Read => &grant.read,
        Access::Update => &grant.update,
        Access::Delete => &grant.delete,
        Access::Restore => &grant.restore,
        Access::Purge => &grant.purge,
        Access::Export => &grant.export,
        Access::Assign => &grant.assign,
        Access::History => &grant.history,
        Access::Comment => &grant.comment,
        Access::Unmask => &grant.unmask,
        // Restrictions are no role's scope; nothing is granted by this name.
        Access::Restriction => &Scope::None,
    }
}

/// What a parent's right gives for its children that no role names.
pub fn parent_access(access: Access) -> Access {
    match access {
        Access::Delete | Access::Restore => Access::Update,
        other => other,
    }
}

/// The restrictions that bind the roles on an object, with the role that wrote each.
pub fn restrictions<'c>(
    catalog: &'c Catalog,
    held: &[&Role],
    object: &str,
) -> impl Iterator<Item = (&'c Arc<str>, &'c Arc<Expr>)> {
    let held: Vec<Arc<str>> = held.iter().map(|role| role.name.clone()).collect();
    let all = catalog.restrictions.get(object).map_or(&[][..], Vec::as_slice);
    all.iter()
        .filter(move |restriction| !restriction.exempt.iter().any(|exempt| held.contains(exempt)))
        .map(|restriction| (&restriction.origin, &restriction.filter))
}

struct Building<'c, 'h> {
    catalog: &'c Catalog,
    held: &'h [&'c Role],
    /// Finished objects; `None` for those that the roles do not know, and while one is being built (which
    /// ends cycles of parents with a no).
    done: HashMap<Arc<str>, Option<ObjectGrant>>,
}

impl Building<'_, '_> {
    fn object(&mut self, object: &Object) -> Option<ObjectGrant> {
        if let Some(done) = self.done.get(&object.name) {
            return done.clone();
        }
        self.done.insert(object.name.clone(), None);
        let parent = match followed(object) {
            Some(parent) => match self.catalog.objects.get(&parent.object).cloned() {
                Some(of) => self.object(&of).map(|grant| Follows::new(object, parent, &of, grant)),
                None => None,
            },
            None => None,
        };
        let grants: Vec<&Grant> =
            self.held.iter().filter_map(|role| role.objects.get(&object.name)).collect();
        let built = match (grants.is_empty(), followed(object), parent) {
            (true, Some(_), Some(parent)) => parent.implied(object),
            (true, ..) => None,
            // Without the parent there is nothing that the children's own grants could be about.
            (false, Some(_), None) => None,
            (false, _, parent) => self.named(object, &grants, parent.as_ref()),
        };
        let built = built.map(|grant| self.restrict(object, grant)).filter(any_right);
        self.done.insert(object.name.clone(), built.clone());
        built
    }

    /// The rights that roles name for the object.
    fn named(&self, object: &Object, grants: &[&Grant], parent: Option<&Follows>) -> Option<ObjectGrant> {
        let rows = |access: Access| {
            let united = union(grants.iter().map(|g| scope_rows(self.catalog, object, scope_of(g, access))));
            match parent {
                Some(parent) => intersection([united, parent.rows(Access::Read)]),
                None => united,
            }
        };
        Some(ObjectGrant {
            create: grants.iter().any(|g| g.create),
            read: rows(Access::Read),
            update: rows(Access::Update),
            delete: rows(Access::Delete),
            restore: rows(Access::Restore),
            purge: rows(Access::Purge),
            restriction: parent.map_or(Rows::All, |parent| parent.rows(Access::Restriction)),
            under: parent.map(|_| Access::Update),
            export: rows(Access::Export),
            import: grants.iter().any(|g| g.import),
            assign: rows(Access::Assign),
            history: rows(Access::History),
            comment: rows(Access::Comment),
            unmask: rows(Access::Unmask),
            fields: object.fields.values().map(|field| widest(grants, field)).collect(),
            moves: names(grants.iter().map(|g| &g.moves)),
            actions: names(grants.iter().map(|g| &g.actions)),
            veils: HashMap::new(),
        })
    }

    /// Takes what the restrictions close from every set of rows.
    fn restrict(&self, object: &Object, mut grant: ObjectGrant) -> ObjectGrant {
        let closed: Vec<Rows> = restrictions(self.catalog, self.held, &object.name)
            .map(|(_, filter)| Rows::Where(filter.clone()))
            .collect();
        if closed.is_empty() {
            return grant;
        }
        let open = intersection(closed);
        let every = [
            &mut grant.read,
            &mut grant.update,
            &mut grant.delete,
            &mut grant.restore,
            &mut grant.purge,
            &mut grant.restriction,
            &mut grant.export,
            &mut grant.assign,
            &mut grant.history,
            &mut grant.comment,
            &mut grant.unmask,
        ];
        for rows in every {
            *rows = intersection([std::mem::take(rows), open.clone()]);
        }
        grant
    }
}

/// A parent as its children see it.
struct Follows {
    grant: ObjectGrant,
    /// The child's reference to it.
    via: Step,
    /// The right on the parent's `children` field.
    field: FieldRight,
}

impl Follows {
    fn new(object: &Object, parent: &Parent, of: &Object, grant: ObjectGrant) -> Follows {
        let field = of.field(&parent.field).map_or(FieldRight::Hidden, |field| grant.field(field.index));
        Follows { grant, via: step(object, &parent.via), field }
    }

    fn rows(&self, access: Access) -> Rows {
        match self.grant.rows(access) {
            Rows::None => Rows::None,
            Rows::All => Rows::All,
            Rows::Where(condition) => Rows::Where(Arc::new(walk::through(condition, &self.via))),
        }
    }

    /// The rights on children that no role names: those on the parent, as far as its `children` field goes.
    fn implied(&self, object: &Object) -> Option<ObjectGrant> {
        if self.field == FieldRight::Hidden {
            return None;
        }
        let edits = self.field == FieldRight::Edit;
        let rows = |access: Access| {
            let reads = [Access::Read, Access::Export, Access::History, Access::Comment, Access::Unmask];
            let writes = !reads.contains(&access);
            if writes && !edits { Rows::None } else { self.rows(parent_access(access)) }
        };
        Some(ObjectGrant {
            create: edits && (self.grant.create || !self.grant.update.is_none()),
            read: rows(Access::Read),
            update: rows(Access::Update),
            delete: rows(Access::Delete),
            restore: rows(Access::Restore),
            purge: rows(Access::Purge),
            restriction: self.rows(Access::Restriction),
            under: Some(Access::Update),
            export: rows(Access::Export),
            import: edits && self.grant.import,
            assign: Rows::None,
            history: rows(Access::History),
            comment: rows(Access::Comment),
            unmask: rows(Access::Unmask),
            fields: object.fields.values().map(|field| cap(field, self.field)).collect(),
            moves: if edits { NameSet::All } else { NameSet::default() },
            actions: if edits { NameSet::All } else { NameSet::default() },
            veils: HashMap::new(),
        })
    }
}

fn any_right(grant: &ObjectGrant) -> bool {
    let rows = [&grant.read, &grant.update, &grant.delete, &grant.restore, &grant.purge];
    grant.create || rows.into_iter().any(|rows| !rows.is_none())
}

fn widest(grants: &[&Grant], field: &catalog::Field) -> FieldRight {
    let right = grants.iter().map(|g| g.fields.get(&field.name).copied().unwrap_or_default()).max();
    cap(field, right.unwrap_or(FieldRight::Hidden))
}

/// The most that anybody may do with the field. Whoever knows an object may read the ids and versions of
/// its rows.
fn cap(field: &catalog::Field, right: FieldRight) -> FieldRight {
    match field.system {
        Some(SystemField::Id | SystemField::Version) => FieldRight::Read,
        Some(SystemField::Owner) => right,
        Some(_) => right.min(FieldRight::Read),
        None if field.derived.is_some() => right.min(FieldRight::Read),
        None => right,
    }
}

fn names<'g>(sets: impl Iterator<Item = &'g NameSet>) -> NameSet {
    let mut united = HashSet::new();
    for set in sets {
        match set {
            NameSet::All => return NameSet::All,
            NameSet::Some(names) => united.extend(names.iter().cloned()),
        }
    }
    NameSet::Some(united)
}

/// Hides every derived field one of whose inputs is hidden.
fn hide_derived(catalog: &Catalog, objects: &mut HashMap<Arc<str>, ObjectGrant>) {
    let mut hidden: Vec<(Arc<str>, usize)> = Vec::new();
    for (name, grant) in objects.iter() {
        let Some(object) = catalog.objects.get(name) else { continue };
        for field in object.fields.values().filter(|field| !field.inputs.is_empty()) {
            let readable = grant.reads(field.index)
                && field.inputs.iter().all(|(of, input)| {
                    let index = catalog.objects.get(of).and_then(|o| o.field(input)).map(|f| f.index);
                    objects.get(of).zip(index).is_some_and(|(grant, index)| grant.reads(index))
                });
            if !readable {
                hidden.push((name.clone(), field.index));
            }
        }
    }
    for (name, index) in hidden {
        if let Some(right) = objects.get_mut(&name).and_then(|grant| grant.fields.get_mut(index)) {
            *right = FieldRight::Hidden;
        }
    }
}

/// Rows that are in one of the sets.
pub fn union(sets: impl IntoIterator<Item = Rows>) -> Rows {
    let mut conditions: Vec<Expr> = Vec::new();
    for rows in sets {
        match rows {
            Rows::All => return Rows::All,
            Rows::None => {}
            Rows::Where(condition) => {
                if !conditions.iter().any(|known| known.kind == condition.kind) {
                    conditions.push((*condition).clone());
                }
            }
        }
    }
    condition(walk::any(conditions))
}

/// Rows that are in all of the sets.
pub fn intersection(sets: impl IntoIterator<Item = Rows>) -> Rows {
    let mut conditions: Vec<Expr> = Vec::new();
    for rows in sets {
        match rows {
            Rows::None => return Rows::None,
            Rows::All => {}
            Rows::Where(condition) => {
                let parts = match &condition.kind {
                    Kind::And(parts) => parts.as_slice(),
                    _ => std::slice::from_ref(&*condition),
                };
                for part in parts {
                    if !conditions.iter().any(|known| known.kind == part.kind) {
                        conditions.push(part.clone());
                    }
                }
            }
        }
    }
    match walk::all(conditions) {
        None => Rows::All,
        found => condition(found),
    }
}
