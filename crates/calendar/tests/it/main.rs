//! What working time comes to.

mod calendars;

mod lengths;

mod random;

mod rows;
