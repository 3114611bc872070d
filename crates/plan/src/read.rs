//! What a read is: a value that `storage` turns into statements and bytes.

use crate::actor::{Actor, Rows};
use catalog::{Encryption, Link, Object, Title};
use chrono::{DateTime, Utc};
use definition::field::FieldType;
use expression::{Aggregate, Expr, Path, Value};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Last step of a path to the flow that parks a move of the record. No field has this name: storage answers it
/// from the flow that runs on the record.
pub const PENDING: &str = "pending";

/// What each record of an answer shows and how records are ordered: the part of a read that stays the same from
/// page to page and from filter to filter.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The object.
    pub object: Arc<Object>,
    /// What each record shows, in order.
    pub outputs: Vec<Output>,
    /// The order; the last key is always the id.
    pub sort: Vec<SortKey>,
    /// As [`Conditions::guards`], of the paths of outputs and order.
    pub guards: HashMap<Arc<str>, Rows>,
    /// The rows that the actor may see: the [`Conditions::access`] of every page of this shape, once for all.
    pub access: Rows,
}

/// One page of records of one object.
#[derive(Clone, Debug)]
pub struct Select {
    /// What is shown.
    pub shape: Arc<Shape>,
    /// Which rows.
    pub conditions: Conditions,
    /// Which page.
    pub page: Page,
    /// Whether and how all rows are counted.
    pub count: Count,
}

/// Which rows of an object a read or bulk write is about.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    /// What the caller asked for: filter, shorthand, view, already checked against the actor's field rights.
    pub filter: Option<Expr>,
    /// Rows of the object the actor may see.
    pub access: Rows,
    /// Rows of other objects that count when a path or a function over children of `filter` walks through them:
    /// a reference to any other row reads as null, any other child is absent.
    /// An object that is absent here is not limited. `access` itself is evaluated without guards.
    pub guards: HashMap<Arc<str>, Rows>,
    /// Only these records.
    pub ids: Option<Vec<Uuid>>,
    /// Full-text search.
    pub search: Option<Search>,
    /// Live rows or the recycle bin.
    pub bin: Bin,
}

/// Full-text search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is looked for.
    pub text: String,
    /// Indexes of the fields that are looked into: those with `search: true` that the actor may read. A hit in
    /// any other field does not count.
    pub fields: Vec<usize>,
}

/// Live rows or the recycle bin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bin {
    /// Rows that are not deleted.
    #[default]
    Live,
    /// Deleted rows.
    Deleted,
    /// Both.
    Any,
}

/// One thing a record shows.
#[derive(Clone, Debug)]
pub enum Output {
    /// A value by path (own column or through to-one references).
    Value {
        /// Its name on the wire.
        key: Arc<str>,
        /// Where it is.
        path: Path,
        /// How it is rendered.
        kind: FieldType,
        /// Shown masked unless the actor may unmask.
        mask: Option<Encryption>,
    },
    /// A formula computed at read.
    Formula {
        /// Its name on the wire.
        key: Arc<str>,
        /// What it computes.
        expr: Expr,
        /// How it is rendered.
        kind: FieldType,
    },
    /// A to-one reference: `{"id", "title", …}`.
    Reference {
        /// Its name on the wire.
        key: Arc<str>,
        /// The path that ends in the reference.
        path: Path,
        /// The object referred to; `None` for `to: any` (storage answers `{"object", "id", "title"}`).
        target: Option<Arc<Object>>,
        /// Whose title is shown.
        title: Title,
        /// Target rows whose title and fields may be shown; others answer `title: null`. So does a title
        /// without parts.
        access: Rows,
        /// For `to: any`: who reads. What may be shown of a target is known once its object is, see
        /// [`crate::query::shown_as`].
        reader: Option<Arc<Actor>>,
        /// Further fields, if the caller expands it; their paths start at the target row.
        expand: Vec<Output>,
    },
    /// Child records, in one further query for the whole page.
    Children {
        /// Its name on the wire.
        key: Arc<str>,
        /// The child object.
        object: Arc<Object>,
        /// The child's reference to its parent.
        via: Arc<str>,
        /// Children that may be shown.
        access: Rows,
        /// What each child shows; paths start at the child.
        outputs: Vec<Output>,
    },
    /// A many-to-many relation, in one further query for the whole page.
    Links {
        /// Its name on the wire.
        key: Arc<str>,
        /// The table of pairs.
        link: Link,
        /// The object referred to.
        target: Arc<Object>,
        /// Whose title is shown.
        title: Title,
        /// Target rows whose title and fields may be shown.
        access: Rows,
        /// Further fields of the target, if the caller expands it.
        expand: Vec<Output>,
    },
}

/// One sort key. Null is smallest.
#[derive(Clone, Debug)]
pub struct SortKey {
    /// What is compared; a reference sorts by its stored title (storage resolves it).
    pub path: Path,
    /// Downwards.
    pub descending: bool,
}

/// Which page.
#[derive(Clone, Debug)]
pub enum Page {
    /// From a place in the order.
    Keyset {
        /// Most rows.
        limit: u32,
        /// The sort key values of the last row of the page before; `None` for the first page.
        after: Option<Vec<Value>>,
    },
    /// From a row number.
    Offset {
        /// Most rows.
        limit: u32,
        /// Rows left out.
        offset: u64,
    },
}

/// Whether and how all rows are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// Not.
    #[default]
    None,
    /// Up to 10,000.
    Capped,
    /// All.
    Exact,
}

/// Groups and measures over the rows of one object.
#[derive(Clone, Debug)]
pub struct AggregateSelect {
    /// The object.
    pub object: Arc<Object>,
    /// Which rows.
    pub conditions: Conditions,
    /// What they are grouped by.
    pub groups: Vec<Group>,
    /// What is computed for each group.
    pub measures: Vec<Measure>,
    /// By key of a group or measure, and whether downwards.
    pub sort: Vec<(Arc<str>, bool)>,
    /// Most groups.
    pub limit: u32,
}

/// What rows are grouped by.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its name on the wire.
    pub key: Arc<str>,
    /// The value.
    pub path: Path,
    /// How it is rendered.
    pub kind: FieldType,
    /// For dates: `year quarter month week day`.
    pub bucket: Option<String>,
    /// For references: the object whose title is shown beside the id.
    pub target: Option<Arc<Object>>,
    /// What is shown of that title; without parts it is null.
    pub title: Title,
}

/// What is computed for each group.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Its name on the wire.
    pub key: Arc<str>,
    /// What is computed (`Sum Count Min Max Avg`).
    pub aggregate: Aggregate,
    /// Over which value; absent for a count of rows.
    pub path: Option<Path>,
    /// How it is rendered; absent for counts.
    pub kind: Option<FieldType>,
}

/// The values that stand outside the rows while a statement or expression runs.
#[derive(Clone, Debug)]
pub struct Bindings {
    /// `now()`.
    pub now: DateTime<Utc>,
    /// The site's time zone, IANA name; `today()` is the day there.
    pub time_zone: Arc<str>,
    /// `user.<name>`: id, login, name, department, manager, roles, departments.
    pub user: Arc<HashMap<&'static str, Value>>,
}
