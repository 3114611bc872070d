//! Roles: what they grant, and the restrictions no grant overcomes.

use diagnostic::Text;
use expression::Expr;
use indexmap::IndexMap;
use std::collections::HashSet;
use std::sync::Arc;

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Full name, `pack.role`.
    pub name: Arc<str>,
    /// What users see.
    pub label: Option<Text>,
    /// May do everything.
    pub admin: bool,
    /// Grants by object.
    pub objects: IndexMap<Arc<str>, Grant>,
    /// Workflows its members may start by hand.
    pub start: HashSet<Arc<str>>,
}

/// What a role grants on one object.
#[derive(Clone, Debug, Default)]
pub struct Grant {
    /// May create.
    pub create: bool,
    /// Rows it may read.
    pub read: Scope,
    /// Rows it may change.
    pub update: Scope,
    /// Rows it may delete.
    pub delete: Scope,
    /// Rows it may restore from the recycle bin.
    pub restore: Scope,
    /// Rows it may purge.
    pub purge: Scope,
    /// Rows it may export, of those it may read.
    pub export: Scope,
    /// May import (any scope but none).
    pub import: bool,
    /// Rows whose owner it may change.
    pub assign: Scope,
    /// Rows whose field history it may read, of those it may read.
    pub history: Scope,
    /// Rows it may comment on, of those it may read.
    pub comment: Scope,
    /// Rows whose encrypted fields it may read unmasked, of those it may read.
    pub unmask: Scope,
    /// Rights on single fields (`*` already spread over the others); those that are absent are `Edit`.
    pub fields: IndexMap<Arc<str>, FieldRight>,
    /// Moves it may make.
    pub moves: NameSet,
    /// Actions it may press.
    pub actions: NameSet,
}

/// Which rows a grant reaches.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Scope {
    /// None.
    #[default]
    None,
    /// Those the user owns.
    Own,
    /// Those of the user's department.
    Department,
    /// Those of the user's department and the departments below it.
    DepartmentTree,
    /// All.
    All,
    /// Those for which this holds.
    Condition(Arc<Expr>),
}

/// A right on a field; a wider one includes the narrower.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldRight {
    /// The field does not exist for the role.
    Hidden,
    /// May be read.
    Read,
    /// May be read and written.
    #[default]
    Edit,
}

/// A set of names.
#[derive(Clone, Debug, PartialEq)]
pub enum NameSet {
    /// Every name.
    All,
    /// These.
    Some(HashSet<Arc<str>>),
}

impl NameSet {
    /// Whether the name is in it.
    pub fn has(&self, name: &str) -> bool {
        match self {
            NameSet::All => true,
            NameSet::Some(names) => names.contains(name),
        }
    }
}

impl Default for NameSet {
    fn default() -> Self {
        NameSet::Some(HashSet::new())
    }
}

/// Rows that stay closed to everyone who is not exempt, whatever the grants say.
#[derive(Clone, Debug)]
pub struct Restriction {
    /// Where it was written: the role's full name.
    pub origin: Arc<str>,
    /// Rows that stay open.
    pub filter: Arc<Expr>,
    /// Roles it does not bind.
    pub exempt: Vec<Arc<str>>,
}
