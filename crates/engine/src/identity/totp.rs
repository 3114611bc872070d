//! One-time codes of authenticator apps: RFC 6238 over RFC 4226, SHA-1, six digits, steps of 30 seconds, which
//! is what every app reads from a QR code.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// Seconds of a step.
const STEP: i64 = 30;
/// Digits of a code.
const DIGITS: u32 = 6;
/// Bytes of a secret: the length that RFC 4226 recommends.
const SECRET: usize = 20;

/// A fresh secret.
pub(crate) fn new_secret() -> Vec<u8> {
    let bytes: [u8; SECRET] = rand::random();
    bytes.to_vec()
}

/// The time step of an instant.
pub(crate) fn step_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(STEP)
}

/// The code of a step (RFC 4226, section 5.3: dynamic truncation).
fn code(secret: &[u8], step: i64, digits: u32) -> u32 {
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(secret)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(&step.to_be_bytes());
    let sum: [u8; 20] = mac.finalize().into_bytes().into();
    let at = usize::from(sum[19] & 0x0f);
    let word = u32::from_be_bytes([sum[at], sum[at + 1], sum[at + 2], sum[at + 3]]) & 0x7fff_ffff;
    word % 10_u32.pow(digits)
}

/// The step whose code was given: the present one, or one beside it, for clocks that are a little off. All are
/// compared, whichever fits.
pub(crate) fn matching(secret: &[u8], given: &str, now: DateTime<Utc>) -> Option<i64> {
    let plain = given.len() == DIGITS as usize && given.bytes().all(|byte| byte.is_ascii_digit());
    if !plain {
        return None;
    }
    let (mut found, mut at) = (Choice::from(0), 0_i64);
    for step in (step_of(now) - 1)..=(step_of(now) + 1) {
        let fits = format!("{:06}", code(secret, step, DIGITS)).as_bytes().ct_eq(given.as_bytes());
        at.conditional_assign(&step, fits);
        found |= fits;
    }
    bool::from(found).then_some(at)
}

/// The code that an app shows at an instant, for tests of what uses it.
pub fn code_at(secret: &[u8], at: DateTime<Utc>) -> String {
    format!("{:06}", code(secret, step_of(at), DIGITS))
}

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// RFC 4648 base32 without padding: how apps take a secret.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let (mut text, mut kept, mut bits) = (String::new(), 0_u32, 0_u32);
    for byte in bytes {
        kept = (kept << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(ALPHABET[((kept >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(ALPHABET[((kept << (5 - bits)) & 31) as usize]));
    }
    text
}

/// The bytes of a base32 text.
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut kept, mut bits) = (Vec::new(), 0_u32, 0_u32);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        kept = (kept << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((kept >> bits) & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the rows of SHA-1: eight digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let rows = [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ];
        for (seconds, expect) in rows {
            let step = step_of(DateTime::from_timestamp(seconds, 0).unwrap());
            assert_eq!(code(b"12345678901234567890", step, 8), expect, "{seconds}");
        }
    }

    /// RFC 4226, appendix D: the counter instead of the time.
    #[test]
    fn codes_of_counters_are_those_of_the_rfc() {
        let rows = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, expect) in rows.into_iter().enumerate() {
            assert_eq!(
                code(b"12345678901234567890", i64::try_from(counter).unwrap(), 6),
                expect,
                "{counter}"
            );
        }
    }

    #[test]
    fn a_code_counts_for_its_step_and_its_neighbours() {
        let secret = b"12345678901234567890";
        let now = DateTime::from_timestamp(1_234_567_890, 0).unwrap();
        let own = step_of(now);
        for (offset, fits) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let given = format!("{:06}", code(secret, own + offset, 6));
            assert_eq!(matching(secret, &given, now), fits.then_some(own + offset), "{offset}");
        }
        for given in ["", "12345", "1234567", "12a456", "１２３４５６"] {
            assert_eq!(matching(secret, given, now), None, "{given}");
        }
    }

    #[test]
    fn base32_goes_both_ways() {
        let rows = [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foobar", "MZXW6YTBOI")];
        for (plain, coded) in rows {
            assert_eq!(base32(plain.as_bytes()), coded);
            assert_eq!(from_base32(coded).unwrap(), plain.as_bytes());
        }
        assert_eq!(from_base32("0"), None);
    }
}
