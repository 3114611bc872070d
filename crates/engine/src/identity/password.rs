//! Passwords: argon2id hashes, made and checked on threads of their own.

use crate::engine::{blocking, internal};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use diagnostic::{Code, Diagnostic, Result};
use rand::RngExt;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Fewest characters of a password.
const SHORTEST: usize = 10;
/// Most bytes that are hashed.
const LONGEST: usize = 1024;
/// What people choose where they must choose something.
const COMMON: [&str; 16] = [
    "1234567890",
    "0123456789",
    "12345678910",
    "123456789a",
    "a123456789",
    "qwertyuiop",
    "1q2w3e4r5t",
    "password12",
    "password123",
    "passw0rd123",
    "admin12345",
    "administrator",
    "iloveyou123",
    "1111111111",
    "0000000000",
    "woaini1314",
];

/// Refuses passwords that are guessed at once.
///
/// # Errors
/// `weak_password`.
pub fn check_strength(password: &str, login: &str) -> Result<()> {
    let folded = password.to_lowercase();
    let reason = if password.chars().count() < SHORTEST {
        format!("fewer than {SHORTEST} characters")
    } else if password.len() > LONGEST {
        format!("more than {LONGEST} bytes")
    } else if COMMON.contains(&folded.as_str()) {
        "it is on the list of common passwords".to_owned()
    } else if login.len() >= 4 && folded.contains(&login.to_lowercase()) {
        "it contains the login".to_owned()
    } else {
        return Ok(());
    };
    Err(Box::new(Diagnostic::new(Code::WeakPassword).with("reason", reason).at("password")))
}

/// Hashes a password (argon2id with the library's recommended cost).
pub async fn hash(password: String) -> Result<String> {
    blocking(move || {
        let hashed: Result<PasswordHash, _> = Argon2::default().hash_password(password.as_bytes());
        hashed.map(|phc| phc.to_string()).map_err(|error| internal("hashing a password", &error))
    })
    .await
}

/// Whether the password fits the hash. Where there is none it is compared with one that no password is known
/// for, so that an unknown login costs what a wrong password costs.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    blocking(move || {
        let decoy = DECOY.as_ref().ok_or_else(|| internal("hashing a password", &"no salt"))?;
        if password.len() > LONGEST {
            return Ok(false);
        }
        let known = hash.as_deref().and_then(|hash| PasswordHash::new(hash).ok());
        let compared = known.as_ref().unwrap_or(decoy);
        VERIFIED.fetch_add(1, Ordering::Relaxed);
        let fits = Argon2::default().verify_password(password.as_bytes(), compared).is_ok();
        Ok(fits && known.is_some())
    })
    .await
}

/// How many passwords this process has compared with a hash, each at the same cost.
pub fn verified() -> u64 {
    VERIFIED.load(Ordering::Relaxed)
}

static VERIFIED: AtomicU64 = AtomicU64::new(0);

/// Of a password that nobody knows, at the cost of all others. `None` where no salt could be drawn.
static DECOY: LazyLock<Option<PasswordHash>> =
    LazyLock::new(|| Argon2::default().hash_password(generate().as_bytes()).ok());

/// A one-time password that can be read aloud: no look-alikes, 20 characters of 31, 99 bits.
pub fn generate() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    let mut text = String::new();
    for place in 0..20 {
        if place > 0 && place % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(LETTERS[random.random_range(0..LETTERS.len())]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_passwords_are_refused() {
        let rows = [
            ("short", false),
            ("1234567890", false),
            ("Password123", false),
            ("chen.jie-2026", false),
            ("correct horse", true),
            ("一二三四五六七八九十", true),
        ];
        for (password, good) in rows {
            assert_eq!(check_strength(password, "chen.jie").is_ok(), good, "{password}");
        }
        assert!(check_strength(&generate(), "admin").is_ok());
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_only() {
        let hashed = hash("correct horse".to_owned()).await.unwrap();
        assert!(hashed.starts_with("$argon2id$"));
        assert!(verify("correct horse".to_owned(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("correct hors".to_owned(), Some(hashed.clone())).await.unwrap());
        assert!(!verify("correct horse".to_owned(), None).await.unwrap());
        assert_eq!(
            PasswordHash::new(&hashed).unwrap().params,
            DECOY.as_ref().unwrap().params,
            "both cost the same"
        );
    }
}
