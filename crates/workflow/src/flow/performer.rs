//! Who acts: the compiled rules.

use expression::{Expr, Path};
use std::sync::Arc;

/// Who acts: one entry of `by`.
#[derive(Clone, Debug)]
pub enum Performer {
    /// Members of a role, possibly only those of a department (and below) that a path names.
    Role {
        /// The role's full name.
        role: Arc<str>,
        /// Path to the department.
        within: Option<Path>,
    },
    /// One user, by login.
    User(Arc<str>),
    /// The n-th superior of somebody.
    Superior {
        /// Path to the user; `initiator` is a path too.
        of: Path,
        /// 1 is the direct manager.
        level: u32,
    },
    /// The superiors of somebody, one above the other.
    SuperiorChain(Chain),
    /// The head of somebody's department.
    DepartmentHead {
        /// Path to the user.
        of: Path,
    },
    /// The heads of departments.
    DepartmentHeads(Departments),
    /// The users a field names.
    Field(Path),
    /// People whom somebody names.
    Picked(Picked),
    /// Everyone who may sign in and for whom a condition holds: bare names are the person.
    Where(Expr),
    /// Several rules, each with what the decision of one of its people counts for.
    Group(Vec<(Performer, u32)>),
}

/// Departments.
#[derive(Clone, Debug)]
pub enum Departments {
    /// By their codes.
    Codes(Vec<Arc<str>>),
    /// Those at the end of a path.
    At(Path),
}

/// The superiors of somebody, one above the other.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Path to the user.
    pub of: Path,
    /// With whom it begins: 1 is the direct manager.
    pub from: u32,
    /// The first for whom it holds is the last.
    pub until: Option<Expr>,
    /// At most so many people.
    pub most: u32,
}

/// People whom somebody names.
#[derive(Clone, Debug)]
pub struct Picked {
    /// Who names them.
    pub by: Picker,
    /// Among whom; `None` for everybody who may sign in.
    pub from: Option<Box<Performer>>,
    /// At least so many.
    pub min: usize,
    /// At most so many.
    pub max: usize,
}

/// Who names people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picker {
    /// Whoever starts the flow.
    Initiator,
    /// Whoever approves at this node; `None` for the approval before.
    Approver(Option<Arc<str>>),
}

impl Performer {
    /// The roles whose members are meant, however deep.
    pub fn roles(&self) -> Vec<Arc<str>> {
        match self {
            Performer::Role { role, .. } => vec![role.clone()],
            Performer::Group(members) => members.iter().flat_map(|(rule, _)| rule.roles()).collect(),
            Performer::Picked(picked) => picked.from.iter().flat_map(|rule| rule.roles()).collect(),
            _ => Vec::new(),
        }
    }

    /// The rule by which people are named here, however deep; the check lets a step have one.
    pub fn picked(&self) -> Option<&Picked> {
        match self {
            Performer::Picked(picked) => Some(picked),
            Performer::Group(members) => members.iter().find_map(|(rule, _)| rule.picked()),
            _ => None,
        }
    }
}
