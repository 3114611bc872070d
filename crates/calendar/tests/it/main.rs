//! What working time comes to.

#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod calendars;

mod lengths;

mod random;

mod rows;
