//! The door, transactions and opening, on every database there is.

mod door;

mod opening;

mod store;
