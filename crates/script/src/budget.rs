//! What one run of a script may still ask of the world. A write of a script may set off further scripts: they live
//! on the same budget, so that nothing multiplies.

use diagnostic::{Code, Diagnostic, Result};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::Limits;

/// The budget of one run.
#[derive(Debug)]
pub struct Budget {
    most: Limits,
    queries: AtomicU32,
    rows: AtomicU32,
    callouts: AtomicU32,
    lines: AtomicU32,
    /// When the running script is stopped: nanoseconds after `made`.
    until: AtomicU64,
    made: Instant,
    written: AtomicBool,
    /// The write that failed: its transaction is not whole any more, whether the script minds or not.
    broken: Mutex<Option<Box<Diagnostic>>>,
}

impl Budget {
    /// A whole one, whose time begins now.
    pub fn new(limits: &Limits) -> Budget {
        Budget {
            queries: AtomicU32::new(0),
            rows: AtomicU32::new(0),
            callouts: AtomicU32::new(0),
            lines: AtomicU32::new(0),
            until: AtomicU64::new(nanoseconds(limits.time)),
            made: Instant::now(),
            written: AtomicBool::new(false),
            most: limits.clone(),
            broken: Mutex::new(None),
        }
    }

    /// Lets the time begin anew: the outermost scripts of a write run one after the other, with statements between
    /// them that may have to wait.
    pub fn begin(&self) {
        self.until.store(nanoseconds(self.made.elapsed() + self.most.time), Ordering::Relaxed);
    }

    /// Notes that a script wrote something.
    pub(crate) fn wrote(&self) {
        self.written.store(true, Ordering::Relaxed);
    }

    /// Whether a script wrote something.
    pub fn has_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// One more read or write.
    ///
    /// # Errors
    /// `script_limit` where there were enough of them, or the time is up; the failure of an earlier write.
    pub(crate) fn query(&self) -> Result<()> {
        self.go_on()?;
        count(&self.queries, 1, self.most.queries, "queries and writes")
    }

    /// So many rows that were read.
    ///
    /// # Errors
    /// As [`Budget::query`].
    pub(crate) fn rows(&self, number: usize) -> Result<()> {
        self.go_on()?;
        count(&self.rows, u32::try_from(number).unwrap_or(u32::MAX), self.most.rows, "rows")
    }

    /// One more mail, notification or call.
    ///
    /// # Errors
    /// As [`Budget::query`].
    pub(crate) fn callout(&self) -> Result<()> {
        self.go_on()?;
        count(&self.callouts, 1, self.most.callouts, "mails, notifications and calls")
    }

    /// Whether one more line may be logged.
    pub(crate) fn line(&self) -> bool {
        self.lines.fetch_add(1, Ordering::Relaxed) < self.most.lines
    }

    /// The time that is left.
    pub fn left(&self) -> Duration {
        let until = Duration::from_nanos(self.until.load(Ordering::Relaxed));
        until.saturating_sub(self.made.elapsed())
    }

    /// Notes that a write failed. A script may catch the error; what it began cannot be kept.
    pub(crate) fn failed(&self, found: Box<Diagnostic>) -> Box<Diagnostic> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| found.clone());
        found
    }

    /// The failure of an earlier write.
    ///
    /// # Errors
    /// That failure.
    pub(crate) fn whole(&self) -> Result<()> {
        match &*self.broken.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(found) => Err(found.clone()),
            None => Ok(()),
        }
    }

    fn go_on(&self) -> Result<()> {
        self.whole()?;
        if self.left().is_zero() {
            return Err(stopped(format!("it ran for more than {:?}", self.most.time)));
        }
        Ok(())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn count(counter: &AtomicU32, more: u32, most: u32, what: &str) -> Result<()> {
    let before = counter.fetch_add(more, Ordering::Relaxed);
    match before.checked_add(more).is_some_and(|now| now <= most) {
        true => Ok(()),
        false => {
            counter.store(most, Ordering::Relaxed);
            Err(stopped(format!("more than {most} {what}")))
        }
    }
}

/// The run is named by whoever knows it.
fn stopped(reason: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::ScriptLimit).with("reason", reason))
}
