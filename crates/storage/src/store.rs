//! Reading and writing the tables of the engine: plain functions on a [`crate::Tx`].
