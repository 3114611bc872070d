//! Signed messages between systems: who says something proves that it knows a secret, when it said it, and that nobody
//! changed it on the way.
//!
//! The signature is the HMAC-SHA256 of the seconds since 1970, a point, and the body; it travels as `v1=` and hexadecimal
//! digits beside the seconds. Several, separated by commas, let a sender change its secret: one of them has to be right.

use chrono::{DateTime, TimeDelta, Utc};
use diagnostic::Result;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use storage::Tx;
use storage::store::signature;

/// How far the clocks of two systems may be apart.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// The form of a signature.
const FORM: &str = "v1=";
/// Most signatures of one message.
const MOST: usize = 5;
/// Longest texts of the headers that are looked at, in bytes.
const LONGEST: usize = 500;

/// What a signed message says beside its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Seconds since 1970.
    pub timestamp: String,
    /// The proof.
    pub signature: String,
}

/// Why a message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// The time or the signature cannot be read.
    Malformed,
    /// It was said too long ago, or is yet to be said.
    Stale,
    /// The signature is not that of this body, time and secret.
    Wrong,
}

/// A signature that was right. A message is taken by [`Proof::take`] only: whoever hears it may say it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof([u8; 32]);

fn keyed(secret: &[u8], timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

/// Signs a body that is said at an instant.
pub fn sign(secret: &[u8], at: DateTime<Utc>, body: &[u8]) -> Signature {
    let timestamp = at.timestamp().to_string();
    let mut signature = FORM.to_owned();
    for byte in keyed(secret, &timestamp, body).finalize().into_bytes() {
        // Writing to a string cannot fail.
        let _ = write!(signature, "{byte:02x}");
    }
    Signature { timestamp, signature }
}

/// Whether a body was said by somebody who knows the secret, within the tolerance around `now`. Takes as long for a wrong
/// signature as for a right one.
///
/// # Errors
/// Why it is not proven.
pub fn verify(
    secret: &[u8],
    said: &Signature,
    body: &[u8],
    now: DateTime<Utc>,
) -> std::result::Result<Proof, Unproven> {
    let Signature { timestamp, signature } = said;
    // Digits only: `+1` and ` 1` would be other texts for the same instant.
    let is_number = !timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit());
    let at = timestamp.parse().ok().filter(|_| is_number && signature.len() <= LONGEST);
    let at = at.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).ok_or(Unproven::Malformed)?;
    let given: Vec<[u8; 32]> = signature.split(',').take(MOST).filter_map(|one| read(one.trim())).collect();
    if given.is_empty() {
        return Err(Unproven::Malformed);
    }
    let mac = keyed(secret, timestamp, body);
    let right = given.iter().find(|given| mac.clone().verify_slice(&given[..]).is_ok());
    let right = right.ok_or(Unproven::Wrong)?;
    match (now - at).abs() <= TOLERANCE {
        true => Ok(Proof(*right)),
        false => Err(Unproven::Stale),
    }
}

fn read(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix(FORM).filter(|digits| digits.len() == 64)?;
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        let pair = digits.get(place * 2..place * 2 + 2).filter(|pair| !pair.starts_with('+'))?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

impl Proof {
    /// Takes the message, once: `false` where it was taken before. `scope` says for what, so that one message may go to
    /// several receivers. Commits, or is rolled back, with what the message causes.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn take(&self, tx: &Tx, scope: &str, now: DateTime<Utc>) -> Result<bool> {
        let digest = Sha256::new().chain_update(scope.as_bytes()).chain_update([0]).chain_update(self.0);
        signature::take(tx, &digest.finalize(), now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"a secret of both";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_signature_is_what_other_systems_compute() {
        // openssl: printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 'a secret of both'
        let signed = sign(SECRET, at(0), br#"{"a":1}"#);
        assert_eq!(signed.timestamp, "1700000000");
        assert_eq!(signed.signature, "v1=73e6c5c06b0e720fc4fbdb63a806e24f52539642f81a10f64a68932bf080e210");
    }

    #[test]
    fn only_what_was_signed_is_proven() {
        let right = sign(SECRET, at(0), b"body");
        let other = sign(b"another", at(0), b"body").signature;
        let digits = right.signature.trim_start_matches("v1=").to_owned();
        let rows = [
            (right.signature.clone(), "1700000000", "body", 0, Ok(())),
            (right.signature.clone(), "1700000000", "body", 300, Ok(())),
            (right.signature.clone(), "1700000000", "body", -300, Ok(())),
            (right.signature.clone(), "1700000000", "body", 301, Err(Unproven::Stale)),
            (right.signature.clone(), "1700000000", "body", -301, Err(Unproven::Stale)),
            (right.signature.clone(), "1700000000", "Body", 0, Err(Unproven::Wrong)),
            (right.signature.clone(), "1700000000", "", 0, Err(Unproven::Wrong)),
            (right.signature.clone(), "1700000001", "body", 0, Err(Unproven::Wrong)),
            (right.signature.clone(), "+1700000000", "body", 0, Err(Unproven::Malformed)),
            (right.signature.clone(), " 1700000000", "body", 0, Err(Unproven::Malformed)),
            (right.signature.clone(), "", "body", 0, Err(Unproven::Malformed)),
            (right.signature.clone(), "99999999999999999999", "body", 0, Err(Unproven::Malformed)),
            (right.signature.clone(), "9999999999999999", "body", 0, Err(Unproven::Malformed)),
            (other.clone(), "1700000000", "body", 0, Err(Unproven::Wrong)),
            (format!("{other}, {}", right.signature), "1700000000", "body", 0, Ok(())),
            (format!("v2=x,{}", right.signature), "1700000000", "body", 0, Ok(())),
            (format!("v1={}", digits.to_uppercase()), "1700000000", "body", 0, Ok(())),
            (digits.clone(), "1700000000", "body", 0, Err(Unproven::Malformed)),
            (format!("v2={digits}"), "1700000000", "body", 0, Err(Unproven::Malformed)),
            (format!("v1={}", &digits[2..]), "1700000000", "body", 0, Err(Unproven::Malformed)),
            (format!("v1=+0{}", &digits[2..]), "1700000000", "body", 0, Err(Unproven::Malformed)),
            (format!("v1={}é", &digits[2..]), "1700000000", "body", 0, Err(Unproven::Malformed)),
            (String::new(), "1700000000", "body", 0, Err(Unproven::Malformed)),
        ];
        for (signature, timestamp, body, seconds, expect) in rows {
            let said = Signature { timestamp: timestamp.to_owned(), signature };
            let proven = verify(SECRET, &said, body.as_bytes(), at(seconds)).map(drop);
            assert_eq!(proven, expect, "{said:?} {body} {seconds}");
        }
    }
}
