//! Files: uploads, what they are by their bytes, how they become part of records, and who may have them.
//!
//! An upload belongs to who made it, and to nobody else, until it stands in a field of a record or is attached to one.
//! From then on exactly those have it who may read the record and the field.
//!
//! Read in this order: [`kind`] (what bytes are), [`upload`] (how they come), [`attachment`], [`content`] (how they leave).

pub mod kind;

pub mod upload;

pub mod attachment;

pub mod content;
