//! A database that is cut off after so many writes, as if its process had died then: what is left is opened again, and
//! must be as good as what was never cut.

use diagnostic::{Code, Diagnostic, Result};
use std::sync::atomic::{AtomicI64, Ordering};

/// Counts writes, and refuses them from one on.
#[derive(Debug)]
pub struct Fuse {
    begun: AtomicI64,
    last: AtomicI64,
}

impl Default for Fuse {
    fn default() -> Fuse {
        Fuse { begun: AtomicI64::new(0), last: AtomicI64::new(i64::MAX) }
    }
}

impl Fuse {
    /// Refuses all writes after so many more.
    pub fn cut_after(&self, writes: i64) {
        let begun = self.begun.load(Ordering::SeqCst);
        self.last.store(begun.saturating_add(writes), Ordering::SeqCst);
    }

    /// How many writes were begun.
    pub fn begun(&self) -> i64 {
        self.begun.load(Ordering::SeqCst)
    }

    /// Whether a write was refused.
    pub fn is_cut(&self) -> bool {
        self.begun() > self.last.load(Ordering::SeqCst)
    }

    /// One more write.
    pub(crate) fn pass(&self) -> Result<()> {
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        match number > self.last.load(Ordering::SeqCst) {
            true => {
                Err(Box::new(Diagnostic::new(Code::DatabaseUnavailable).with("reason", "it was cut off")))
            }
            false => Ok(()),
        }
    }
}
