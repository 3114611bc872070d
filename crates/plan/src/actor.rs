//! Who asks, and what it may do.

use catalog::{FieldRight, NameSet};
use diagnostic::Locale;
use expression::{Expr, Step};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Paths from the row to the ids of records, all of which must be visible where there is a reference to them; see
/// [`crate::grants`].
pub type Veil = Arc<[Vec<Step>]>;

/// Somebody on whose behalf something is done. Made once per session and catalog, shared by its requests.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Id of the `base.user` record.
    pub id: Uuid,
    /// Login name.
    pub login: Arc<str>,
    /// Display name.
    pub name: Arc<str>,
    /// Language of messages.
    pub locale: Locale,
    /// IANA zone for display.
    pub time_zone: Arc<str>,
    /// The user's department.
    pub department: Option<Uuid>,
    /// The user's department and all below it.
    pub departments: Arc<[Uuid]>,
    /// The user's manager.
    pub manager: Option<Uuid>,
    /// Full names of the roles in force (of the token, where a token restricts them).
    pub roles: Arc<[Arc<str>]>,
    /// May do everything.
    pub admin: bool,
    /// The rights of the roles together.
    pub grants: Arc<Grants>,
}

/// The rights of a set of roles, united, on every object; restrictions already intersected.
#[derive(Debug, Default)]
pub struct Grants {
    /// By the object's full name; an object that is not in it is unknown to the actor.
    pub objects: HashMap<Arc<str>, ObjectGrant>,
    /// Workflows it may start by hand.
    pub start: NameSet,
}

/// What may be done with rows of an object; each has its own set of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// Seeing them.
    Read,
    /// Changing them, making moves and pressing buttons.
    Update,
    /// Putting them into the recycle bin.
    Delete,
    /// Taking them out of it.
    Restore,
    /// Removing them for good.
    Purge,
    /// Taking them out as a file.
    Export,
    /// Giving them to another owner.
    Assign,
    /// Reading what they were before.
    History,
    /// Commenting on them.
    Comment,
    /// Reading their encrypted fields unmasked.
    Unmask,
    /// What no grant overcomes: the restrictions alone.
    Restriction,
}

/// The rights on one object.
#[derive(Clone, Debug, Default)]
pub struct ObjectGrant {
    /// May create.
    pub create: bool,
    /// Rows it may read.
    pub read: Rows,
    /// Rows it may change (checked on the row before the change; `restriction` also on the row after it).
    pub update: Rows,
    /// Rows it may delete.
    pub delete: Rows,
    /// Rows it may restore.
    pub restore: Rows,
    /// Rows it may purge.
    pub purge: Rows,
    /// The restrictions alone: a written row must still meet them.
    pub restriction: Rows,
    /// For children: what the actor must be able to do with a parent to create one under it.
    pub under: Option<Access>,
    /// Rows it may export.
    pub export: Rows,
    /// May import.
    pub import: bool,
    /// Rows whose owner it may change.
    pub assign: Rows,
    /// Rows whose field history it may read.
    pub history: Rows,
    /// Rows it may comment on.
    pub comment: Rows,
    /// Rows whose encrypted fields it may read unmasked.
    pub unmask: Rows,
    /// Rights by field index.
    pub fields: Vec<FieldRight>,
    /// Moves it may make.
    pub moves: NameSet,
    /// Actions it may press.
    pub actions: NameSet,
    /// Stored formulas, by field index, that are shown only where the records they read are visible.
    pub veils: HashMap<usize, Veil>,
}

/// A set of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rows {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those for which the condition holds; `Row` is the row, `User` the actor.
    Where(Arc<Expr>),
}

impl Actor {
    /// The rights on an object; `None` for an object that is unknown to the actor.
    pub fn grant(&self, object: &str) -> Option<&ObjectGrant> {
        self.grants.objects.get(object)
    }

    /// Whether the actor has a role of this full name.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| **held == *role)
    }
}

impl ObjectGrant {
    /// The right on a field by its index; a field without one is hidden.
    pub fn field(&self, index: usize) -> FieldRight {
        self.fields.get(index).copied().unwrap_or(FieldRight::Hidden)
    }

    /// The rows that may be accessed so.
    pub fn rows(&self, access: Access) -> &Rows {
        match access {
            Access::Read => &self.read,
            Access::Update => &self.update,
            Access::Delete => &self.delete,
            Access::Restore => &self.restore,
            Access::Purge => &self.purge,
            Access::Export => &self.export,
            Access::Assign => &self.assign,
            Access::History => &self.history,
            Access::Comment => &self.comment,
            Access::Unmask => &self.unmask,
            Access::Restriction => &self.restriction,
        }
    }

    /// Whether the field may be read.
    pub fn reads(&self, index: usize) -> bool {
        self.field(index) >= FieldRight::Read
    }

    /// Whether the field is shown for some of the readable rows only.
    pub fn is_veiled(&self, index: usize) -> bool {
        self.veils.contains_key(&index)
    }

    /// Whether the field may be written.
    pub fn edits(&self, index: usize) -> bool {
        self.field(index) == FieldRight::Edit
    }
}

impl Rows {
    /// Whether it is certain that no row is in it.
    pub fn is_none(&self) -> bool {
        matches!(self, Rows::None)
    }
}
