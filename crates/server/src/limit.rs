//! How often somebody may try to sign in: by address and login, in memory, bounded.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Attempts of one address with one login within the window.
const PER_LOGIN: u32 = 10;
/// Attempts of one address with any login within the window.
const PER_ADDRESS: u32 = 60;
/// How long attempts count.
const WINDOW: Duration = Duration::from_secs(60);
/// Keys kept at most; beyond that those whose window is over make room, and then the oldest.
const MOST: usize = 20_000;

/// Counts failed attempts.
#[derive(Debug, Default)]
pub struct SignInLimit(Mutex<HashMap<Who, Attempts>>);

/// An address with a login, or with any.
type Who = (IpAddr, Option<String>);
/// Since when, and how many.
type Attempts = (Instant, u32);

impl SignInLimit {
    /// Counts an attempt; `Err` carries the seconds to wait.
    ///
    /// # Errors
    /// The seconds after which a further attempt is heard.
    pub fn attempt(&self, address: IpAddr, login: &str, now: Instant) -> Result<(), u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
            if counts.len() >= MOST {
                let oldest = counts.iter().min_by_key(|(_, (since, _))| *since).map(|(key, _)| key.clone());
                oldest.and_then(|key| counts.remove(&key));
            }
        }
        // Case and width of a login make no second key.
        let login: String = login.chars().take(100).flat_map(char::to_lowercase).collect();
        let keys = [((group(address), Some(login)), PER_LOGIN), ((group(address), None), PER_ADDRESS)];
        for (key, most) in keys {
            let (since, count) = counts.entry(key).or_insert((now, 0));
            if now.duration_since(*since) >= WINDOW {
                (*since, *count) = (now, 0);
            }
            *count += 1;
            if *count > most {
                return Err((WINDOW - now.duration_since(*since)).as_secs().max(1));
            }
        }
        Ok(())
    }

    /// Forgets the attempts with a login after one was right.
    pub fn right(&self, address: IpAddr, login: &str) {
        let login: String = login.chars().take(100).flat_map(char::to_lowercase).collect();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&(group(address), Some(login)));
        if let Some((_, count)) = counts.get_mut(&(group(address), None)) {
            *count = count.saturating_sub(1);
        }
    }
}

/// An IPv6 user holds a whole /64.
fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let s = address.segments();
            IpAddr::from([s[0], s[1], s[2], s[3], 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_counted_by_address_and_login() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        let here: IpAddr = "2001:db8::1".parse().unwrap();
        let near: IpAddr = "2001:db8::2".parse().unwrap();
        for _ in 0..PER_LOGIN {
            assert!(limit.attempt(here, "Admin", now).is_ok());
        }
        assert!(limit.attempt(near, "admin", now).is_err(), "case and neighbours make no difference");
        assert!(limit.attempt(here, "other", now).is_ok());
        assert!(limit.attempt("192.0.2.1".parse().unwrap(), "admin", now).is_ok());
        assert!(limit.attempt(here, "admin", now + WINDOW).is_ok(), "the window is over");
        limit.right(here, "admin");
        assert!(limit.attempt(here, "admin", now + WINDOW).is_ok());
    }

    #[test]
    fn many_logins_of_one_address_are_stopped_too() {
        let (limit, now) = (SignInLimit::default(), Instant::now());
        let here: IpAddr = "192.0.2.7".parse().unwrap();
        let refused =
            (0..PER_ADDRESS + 5).filter(|n| limit.attempt(here, &format!("u{n}"), now).is_err()).count();
        assert_eq!(refused, 5);
    }
}
