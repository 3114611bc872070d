//! What a script may use. rhai limits nothing by itself.

use std::time::Duration;

/// What a script may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Most operations of one call.
    pub operations: u64,
    /// Deepest nesting of calls.
    pub call_depth: usize,
    /// Longest text in bytes.
    pub text_bytes: usize,
    /// Most items of an array or map.
    pub items: usize,
    /// Longest wall clock of one call.
    pub time: Duration,
    /// Most reads and writes of one run, scripts that its writes set off included.
    pub queries: u32,
    /// Most rows that it reads.
    pub rows: u32,
    /// Most mails, notifications and calls.
    pub callouts: u32,
    /// Most lines that it logs; further ones are left out.
    pub lines: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            operations: 1_000_000,
            call_depth: 32,
            text_bytes: 1 << 18,
            items: 10_000,
            time: Duration::from_secs(2),
            queries: 100,
            rows: 10_000,
            callouts: 10,
            lines: 100,
        }
    }
}
