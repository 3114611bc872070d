//! The door, transactions and opening, on every database there is.

mod door;

mod news;

mod opening;

mod store;
