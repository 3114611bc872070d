//! What a catalog holds.

pub mod field;

pub mod object;

pub mod transition;

pub mod role;

pub mod derived;

pub mod template;

pub mod connector;
pub mod decision;

pub mod catalog;
