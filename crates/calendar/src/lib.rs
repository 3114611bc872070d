//! Working time: when people work, and what a term such as `2d working` comes to.
//!
//! A [`Calendar`] says the hours of each weekday and the days that are not as usual. [`Calendar::at_site`] puts it into
//! a time zone; what comes of that, [`WorkingTime`], adds, takes away, measures and divides working time. All of it
//! are functions of values: this crate knows no clock, no definition files and no database.
//!
//! Three things hold everywhere:
//!
//! - **Hours are said in local time and last as long as really passes between them.** Where clocks are put forward, the
//!   hour that is left out is worked by nobody; where they are put back, the hour that comes twice is worked twice. So
//!   a calendar that is open around the clock measures what a stopwatch does.
//! - **A local time that comes twice is its first, one that is left out is the moment when clocks are put forward.**
//! - **Hours belong to the day on which they begin.** The night shift before a holiday goes on into its morning; that of
//!   the holiday is left out.
//!
//! Read in this order: `zone` (local time and instants), [`duration`] (lengths of time), [`hours`] (the hours of a day),
//! [`calendar`](Calendar), `working` (arithmetic), `quiet` (times of day at which nothing is sent), `schedule` (times
//! that come again).

mod zone;

pub mod duration;

pub mod hours;

mod calendar;

mod working;

mod quiet;

mod schedule;

pub use calendar::{Calendar, DayOf, Entry, Flaw, Special};
pub use duration::Duration;
pub use hours::{Hours, Span, WEEKDAYS, weekday};
pub use quiet::Quiet;
pub use schedule::Schedule;
pub use working::WorkingTime;
pub use zone::{add_elapsed, instant, read_instant, zone};
