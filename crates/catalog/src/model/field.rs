//! A field of an object, resolved.

use definition::ColumnType;
use definition::field::{FieldType, Mask};
use diagnostic::Text;
use expression::{Aggregate, Expr, Path, Type, Value};
use std::sync::Arc;

/// A field. System fields (`id`, `version`, `owner` …) are fields like any other, first in their object.
#[derive(Clone, Debug)]
pub struct Field {
    /// The name in definitions, in expressions and on the wire.
    pub name: Arc<str>,
    /// Its place in `Object::fields`.
    pub index: usize,
    /// What users see; falls back to the name.
    pub label: Option<Text>,
    /// A sentence of help.
    pub help: Option<Text>,
    /// Grey words in an empty input.
    pub placeholder: Option<Text>,
    /// The type with its properties; names in it are full (`pack.object`).
    pub kind: FieldType,
    /// The type in expressions.
    pub ty: Type,
    /// Where its value lives.
    pub stored: Stored,
    /// Set by the engine, not by the definition's author.
    pub system: Option<SystemField>,
    /// How its value is computed, if nobody enters it.
    pub derived: Option<Derived>,
    /// Must have a value.
    pub required: bool,
    /// Must have a value when this holds.
    pub required_when: Option<Expr>,
    /// Never written by users after create; scripts, flows and moves may.
    pub readonly: bool,
    /// Value on create where none is given (`Value::Null` for none).
    pub default: Value,
    /// Computed on create where none is given, after `default`.
    pub default_from: Option<Expr>,
    /// Which records a reference may choose; `Row` is the candidate, `Record` the referring record.
    pub choose_where: Option<Expr>,
    /// Options of a select that are offered only where a condition holds.
    pub offered_when: Vec<(Arc<str>, Expr)>,
    /// Filled once when the reference is chosen: (own field, path on the target).
    pub fill: Vec<(Arc<str>, Path)>,
    /// Ciphertext in the table, masked on the wire.
    pub encrypted: Option<Encryption>,
    /// Part of full-text search.
    pub search: bool,
    /// Not shown on generated screens; still there for programs that may read it.
    pub hidden: bool,
    /// Readable without the right to read its inputs.
    pub declassify: bool,
    /// For a derived field: what a reader must be allowed to read besides the field itself, as (object, field),
    /// through all derived inputs that are not declassified themselves. Empty where `declassify` is set.
    pub inputs: Arc<[(Arc<str>, Arc<str>)]>,
}

/// Where a field's value lives.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// In a column of the object's table. `Link` fields have a second column, `<column>_object`.
    Column {
        /// Physical name, fixed at birth.
        column: Arc<str>,
        /// How it is stored.
        ty: ColumnType,
    },
    /// Nowhere: the child records whose field `via` refers to this one, ordered by `position`.
    Children {
        /// The child object's full name.
        object: Arc<str>,
        /// The child's reference field.
        via: Arc<str>,
    },
    /// In a table of pairs.
    Link(Link),
    /// Nowhere: a pure lookup, joined at read. The path starts at `Row`.
    Joined(Path),
    /// Nowhere: a formula on the clock, computed at read.
    AtRead,
}

/// A many-to-many relation: table `table(id, source, target, position, attributes…)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Physical name of the table of pairs.
    pub table: Arc<str>,
    /// The object referred to.
    pub target: Arc<str>,
    /// Attributes of each pair: name, column, column type.
    pub attributes: Vec<(Arc<str>, Arc<str>, FieldType, ColumnType)>,
}

/// Fields that the engine sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SystemField {
    /// UUIDv7.
    Id,
    /// Counts changes, from 1.
    Version,
    /// When it was created.
    CreatedAt,
    /// Who created it.
    CreatedBy,
    /// When it was last changed by someone.
    UpdatedAt,
    /// Who last changed it.
    UpdatedBy,
    /// In the recycle bin since.
    DeletedAt,
    /// The user responsible (`ownership: user`).
    Owner,
    /// The owner's department when the owner was set (`ownership: user`).
    Department,
    /// The place among the siblings (objects that are children of another).
    Position,
    /// The running flow that locks or parks it: id of the instance.
    Flow,
}

/// How a derived value is computed.
#[derive(Clone, Debug)]
pub enum Derived {
    /// From the row's own fields, through references and children functions.
    Formula(Expr),
    /// From child records.
    Rollup(Rollup),
}

/// `rollup: {sum: lines.amount, where: 'optional == false'}`
#[derive(Clone, Debug)]
pub struct Rollup {
    /// What is computed.
    pub aggregate: Aggregate,
    /// The children field of the own object.
    pub children: Arc<str>,
    /// The child's field; absent for `count`.
    pub value: Option<Arc<str>>,
    /// Which children count; `Row` is the child, `Record` the own row.
    pub filter: Option<Expr>,
}

/// How an encrypted field is kept and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Encryption {
    /// How it is shown to who may not unmask it.
    pub mask: Mask,
    /// Column of the keyed hash for exact look-up and unique (`lookup: exact`).
    pub hash_column: Option<Arc<str>>,
}
