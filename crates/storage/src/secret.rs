//! The keys of encrypted fields: ciphertext for the table, a keyed hash for exact look-up, the mark of an audit
//! entry.
//!
//! AES-256-GCM with a random nonce a value; the field's place is authenticated with it, so that a ciphertext
//! copied into another record or field does not open. A ciphertext names its key, so that values under an older key
//! open while a newer one takes over. The hash and the mark have keys of their own, which stay what they are.
//!
//! Read `keys` first (what a key file holds).

mod keys;

use crate::error::internal;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::{Code, Diagnostic, Result};
use hmac::{Hmac, Mac};
use keys::Keys;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use uuid::Uuid;

/// Marks the first form of ciphertext, under key 1.
const FIRST: &str = "e1:";
/// Marks the form that names its key: `e2:KEY:…`.
const NAMED: &str = "e2:";
/// Bytes of a nonce of GCM.
const NONCE: usize = 12;
/// Under which name the database keeps by what it recognises its key.
pub const META: &str = "secret";
/// Under which name the database keeps the number of the key that new values are written under.
pub const CURRENT_META: &str = "secret_key";

/// The keys of a site. Clones share them.
#[derive(Clone)]
pub struct Secret(Arc<Inner>);

struct Inner {
    ciphers: RwLock<BTreeMap<u64, Arc<Aes256Gcm>>>,
    /// The key that new values are written under.
    current: AtomicU64,
    /// Where keys that came later are looked for.
    file: Option<PathBuf>,
    lookup: [u8; 32],
    audit: [u8; 32],
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// From a text of any length with enough chance in it, such as `LIFELOOM_SECRET`: its only key.
    pub fn new(text: &str) -> Secret {
        Secret::of(Keys::single(text), None)
    }

    /// From what a key file holds: one key as plain text, or several.
    ///
    /// # Errors
    /// `invalid_configuration` for a file of keys that is damaged.
    pub fn parse(text: &str) -> Result<Secret> {
        Ok(Secret::of(Keys::parse(text)?, None))
    }

    /// From a file, which is made with a random key where it does not exist yet.
    ///
    /// # Errors
    /// `file_not_readable`, `invalid_configuration` for a file that is damaged.
    pub fn from_file(path: &Path) -> Result<Secret> {
        Ok(Secret::of(keys::read_or_make(path)?, Some(path.to_owned())))
    }

    fn of(keys: Keys, file: Option<PathBuf>) -> Secret {
        let oldest = keys.keys.keys().next().copied().unwrap_or(1);
        Secret(Arc::new(Inner {
            ciphers: RwLock::new(ciphers(&keys)),
            current: AtomicU64::new(oldest),
            file,
            lookup: keys.lookup,
            audit: keys.audit,
        }))
    }

    /// Adds a key to a file; answers its number. Nothing is written under it before [`Secret::write_under`].
    ///
    /// # Errors
    /// What the file refuses.
    pub fn add_key(path: &Path) -> Result<u64> {
        keys::add(path)
    }

    /// Takes a key out of a file: what is written under it cannot be read any more.
    ///
    /// # Errors
    /// What the file refuses; `not_found` for a key that is not there.
    pub fn remove_key(path: &Path, number: u64) -> Result<()> {
        keys::remove(path, number)
    }

    /// The numbers of the keys that are known.
    pub fn numbers(&self) -> Vec<u64> {
        self.known().keys().copied().collect()
    }

    /// The key that new values are written under.
    pub fn current(&self) -> u64 {
        self.0.current.load(Ordering::Relaxed)
    }

    /// Writes new values under this key from now on, which is looked for in the file where it is not known.
    ///
    /// # Errors
    /// `invalid_configuration` where it is nowhere.
    pub fn write_under(&self, number: u64) -> Result<()> {
        self.cipher(number)?;
        self.0.current.store(number, Ordering::Relaxed);
        Ok(())
    }

    fn known(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<u64, Arc<Aes256Gcm>>> {
        self.0.ciphers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn cipher(&self, number: u64) -> Result<Arc<Aes256Gcm>> {
        if let Some(cipher) = self.known().get(&number) {
            return Ok(cipher.clone());
        }
        // Somebody may have added it to the file since.
        if let Some(file) = &self.0.file
            && let Ok(keys) = keys::read(file)
            && keys.lookup == self.0.lookup
        {
            let mut known = self.0.ciphers.write().unwrap_or_else(PoisonError::into_inner);
            known.extend(ciphers(&keys));
        }
        let found = self.known().get(&number).cloned();
        found.ok_or_else(|| {
            let reason =
                format!("key {number} of encrypted fields is not there, and values are written under it");
            Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
        })
    }

    /// The key that a ciphertext is written under.
    pub fn key_of(sealed: &str) -> Option<u64> {
        parts(sealed).map(|(number, _)| number)
    }

    /// The ciphertext of a value of a field.
    ///
    /// # Errors
    /// `internal`.
    pub fn seal(&self, text: &str, record: Uuid, column: &str) -> Result<String> {
        let nonce: [u8; NONCE] = rand::random();
        let (place, number) = (place(record, column), self.current());
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let cipher = self.cipher(number)?;
        let sealed = cipher.encrypt(&Nonce::from(nonce), payload).map_err(|e| internal("encrypting", &e))?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        let coded = STANDARD.encode(bytes);
        Ok(match number {
            1 => format!("{FIRST}{coded}"),
            number => format!("{NAMED}{number}:{coded}"),
        })
    }

    /// The value of a ciphertext.
    ///
    /// # Errors
    /// `internal` for one that belongs elsewhere, `invalid_configuration` where its key is not there.
    pub fn open(&self, sealed: &str, record: Uuid, column: &str) -> Result<String> {
        let wrong = || internal("decrypting", "the value does not belong here, or the key is another one");
        let (number, coded) = parts(sealed).ok_or_else(wrong)?;
        let bytes = STANDARD.decode(coded).map_err(|_| wrong())?;
        let (nonce, body) = bytes.split_at_checked(NONCE).ok_or_else(wrong)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| wrong())?;
        let place = place(record, column);
        let payload = Payload { msg: body, aad: place.as_bytes() };
        let text = self.cipher(number)?.decrypt(&Nonce::from(nonce), payload).map_err(|_| wrong())?;
        String::from_utf8(text).map_err(|_| wrong())
    }

    /// The keyed hash of a value, for exact look-up.
    pub fn hash(&self, text: &str) -> String {
        STANDARD.encode(keyed(&self.0.lookup, &[text.as_bytes()]))
    }

    /// The mark of something that the audit trail holds: nobody makes one without the key.
    pub(crate) fn mark(&self, parts: &[&[u8]]) -> [u8; 32] {
        keyed(&self.0.audit, parts)
    }
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn ciphers(keys: &Keys) -> BTreeMap<u64, Arc<Aes256Gcm>> {
    let cipher = |text: &String| Arc::new(Aes256Gcm::new(&keys::derived("fields", text).into()));
    keys.keys.iter().map(|(number, text)| (*number, cipher(text))).collect()
}

/// The number of the key and the rest of a ciphertext.
fn parts(sealed: &str) -> Option<(u64, &str)> {
    match sealed.strip_prefix(FIRST) {
        Some(coded) => Some((1, coded)),
        None => {
            let (number, coded) = sealed.strip_prefix(NAMED)?.split_once(':')?;
            Some((number.parse().ok()?, coded))
        }
    }
}

fn place(record: Uuid, column: &str) -> String {
    format!("{record}/{column}")
}

/// A key that is missing or cannot be read.
fn unreadable(path: &Path, reason: impl std::fmt::Display) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::FileNotReadable).with("path", path.display()).with("reason", reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_opens_only_where_it_was_sealed() {
        let (secret, record) = (Secret::new("a secret"), Uuid::now_v7());
        let sealed = secret.seal("6222 0000 1111 2222", record, "card").unwrap();
        assert!(!sealed.contains("2222"));
        assert_eq!(secret.open(&sealed, record, "card").unwrap(), "6222 0000 1111 2222");
        assert!(secret.open(&sealed, Uuid::now_v7(), "card").is_err());
        assert!(secret.open(&sealed, record, "iban").is_err());
        assert!(Secret::new("another").open(&sealed, record, "card").is_err());
        assert_ne!(secret.hash("a"), Secret::new("another").hash("a"));
        assert_eq!(secret.hash("a"), secret.hash("a"));
    }

    #[test]
    fn the_key_file_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let (first, second) = (Secret::from_file(&path).unwrap(), Secret::from_file(&path).unwrap());
        assert_eq!(first.hash("x"), second.hash("x"));
    }
}
