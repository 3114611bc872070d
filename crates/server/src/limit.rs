//! How often something may be asked for: counted in memory by who asks, bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What is limited, and how.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// What is limited.
    pub name: &'static str,
    /// Times within the window.
    pub most: u32,
    /// How long a time counts.
    pub window: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Failed sign-ins of one client with one login.
pub const SIGN_IN: Policy = Policy { name: "sign_in", most: 10, window: MINUTE };
/// Failed sign-ins of one client with any login.
pub const SIGN_IN_ANY: Policy = Policy { name: "sign_in_any", most: 60, window: MINUTE };
/// Forgotten passwords of one login.
pub const RESET: Policy = Policy { name: "reset", most: 5, window: HOUR };
/// Forgotten passwords of any login, and links tried, by one client.
pub const RESET_ANY: Policy = Policy { name: "reset_any", most: 20, window: HOUR };
/// Clashes with records that the caller may not see: each tells that one exists.
pub const CLASH: Policy = Policy { name: "clash", most: 300, window: MINUTE };

/// Keys kept at most; beyond that those whose window is over make room, and then the oldest.
const MOST: usize = 20_000;

/// What is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Times within the window.
    pub limit: u32,
    /// Times that are left.
    pub remaining: u32,
    /// Seconds until the window is over.
    pub reset: u64,
    /// Seconds of a window.
    pub window: u64,
}

/// Counts.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<Key, Count>>);

type Key = (&'static str, String);
/// Since when, and how many.
type Count = (Instant, u32);

/// Case and length of what was typed make no second key.
pub fn folded(text: &str) -> String {
    text.trim().chars().take(100).flat_map(char::to_lowercase).collect()
}

impl Limits {
    /// Counts one time; what is left.
    ///
    /// # Errors
    /// The same, where nothing was left.
    pub fn take(&self, policy: Policy, who: &str, now: Instant) -> Result<Allowance, Allowance> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            make_room(&mut counts, now);
        }
        let (since, count) = counts.entry((policy.name, who.to_owned())).or_insert((now, 0));
        if now.duration_since(*since) >= policy.window {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        let left = policy.window.saturating_sub(now.duration_since(*since));
        let allowance = Allowance {
            limit: policy.most,
            remaining: policy.most.saturating_sub(*count),
            reset: left.as_secs().max(1),
            window: policy.window.as_secs(),
        };
        if *count > policy.most { Err(allowance) } else { Ok(allowance) }
    }

    /// Takes one time back, which was none to be counted.
    pub fn give_back(&self, policy: Policy, who: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, count)) = counts.get_mut(&(policy.name, who.to_owned())) {
            *count = count.saturating_sub(1);
        }
    }

    /// Forgets all times of one.
    pub fn forget(&self, policy: Policy, who: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(policy.name, who.to_owned()));
    }
}

fn make_room(counts: &mut HashMap<Key, Count>, now: Instant) {
    counts.retain(|_, (since, _)| now.duration_since(*since) < HOUR);
    if counts.len() >= MOST {
        let oldest = counts.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| key.clone());
        oldest.and_then(|key| counts.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_within_a_window() {
        let (limits, now) = (Limits::default(), Instant::now());
        for left in (0..SIGN_IN.most).rev() {
            assert_eq!(limits.take(SIGN_IN, "a", now).unwrap().remaining, left);
        }
        let refused = limits.take(SIGN_IN, "a", now + Duration::from_secs(20)).unwrap_err();
        assert_eq!((refused.limit, refused.remaining, refused.reset), (10, 0, 40));
        assert!(limits.take(SIGN_IN, "b", now).is_ok(), "another one");
        assert!(limits.take(SIGN_IN_ANY, "a", now).is_ok(), "something else");
        assert!(limits.take(SIGN_IN, "a", now + MINUTE).is_ok(), "the window is over");
        limits.forget(SIGN_IN, "a");
        assert_eq!(limits.take(SIGN_IN, "a", now).unwrap().remaining, 9);
        limits.give_back(SIGN_IN, "a");
        assert_eq!(limits.take(SIGN_IN, "a", now).unwrap().remaining, 9);
    }

    #[test]
    fn what_is_typed_otherwise_is_the_same() {
        assert_eq!(folded(" Admin "), folded("admin"));
        assert_eq!(folded(&"x".repeat(300)), folded(&"x".repeat(200)));
    }

    #[test]
    fn memory_is_bounded() {
        let (limits, now) = (Limits::default(), Instant::now());
        for number in 0..MOST + 500 {
            let _ = limits.take(SIGN_IN, &number.to_string(), now);
        }
        assert!(limits.0.lock().unwrap().len() <= MOST);
    }
}
