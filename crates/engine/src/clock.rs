//! Time as a port: production reads the machine's clock, scenarios move their own.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::atomic::{AtomicI64, Ordering};

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The instant now, to the microsecond (what both databases keep).
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        whole_microseconds(Utc::now())
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct MovedClock(AtomicI64);

impl MovedClock {
    /// A clock that stands at this instant.
    pub fn at(instant: DateTime<Utc>) -> MovedClock {
        MovedClock(AtomicI64::new(instant.timestamp_micros()))
    }

    /// Moves it forwards (or backwards).
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

fn whole_microseconds(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}
