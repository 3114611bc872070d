//! The key of encrypted fields: ciphertext for the table, a keyed hash for exact look-up.
//!
//! AES-256-GCM with a random nonce a value; the field's place is authenticated with it, so that a ciphertext
//! copied into another record or field does not open. The hash has a key of its own, derived from the same
//! secret.

use crate::error::internal;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::{Code, Diagnostic, Result};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use uuid::Uuid;

/// Marks the first form of ciphertext.
const PREFIX: &str = "e1:";
/// Bytes of a nonce of GCM.
const NONCE: usize = 12;

/// A key of 32 bytes.
#[derive(Clone)]
pub struct Secret {
    cipher: Aes256Gcm,
    lookup: [u8; 32],
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// From a text of any length with enough chance in it, such as `LIFELOOM_SECRET`.
    pub fn new(text: &str) -> Secret {
        let derived = |purpose: &str| -> [u8; 32] {
            Sha256::digest(format!("lifeloom {purpose}\n{}", text.trim()).as_bytes()).into()
        };
        let key = derived("fields");
        Secret { cipher: Aes256Gcm::new(&key.into()), lookup: derived("lookup") }
    }

    /// From a file, which is made with a random key where it does not exist yet.
    pub fn from_file(path: &Path) -> Result<Secret> {
        let failed = |e: std::io::Error| {
            Box::new(Diagnostic::new(Code::FileNotReadable).with("path", path.display()).with("reason", e))
        };
        match fs::read_to_string(path) {
            Ok(text) => return Ok(Secret::new(&text)),
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            Err(_) => {}
        }
        let bytes: [u8; 32] = rand::random();
        let text = STANDARD.encode(bytes);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
                Ok(Secret::new(&text))
            }
            // Another process was faster.
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {
                fs::read_to_string(path).map(|text| Secret::new(&text)).map_err(failed)
            }
            Err(e) => Err(failed(e)),
        }
    }

    /// The ciphertext of a value of a field.
    pub fn seal(&self, text: &str, record: Uuid, column: &str) -> Result<String> {
        let nonce: [u8; NONCE] = rand::random();
        let place = place(record, column);
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed =
            self.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|e| internal("encrypting", &e))?;
        let mut bytes = nonce.to_vec();
        bytes.extend_from_slice(&sealed);
        Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
    }

    /// The value of a ciphertext.
    pub fn open(&self, sealed: &str, record: Uuid, column: &str) -> Result<String> {
        let wrong = || internal("decrypting", "the value does not belong here, or the key is another one");
        let coded = sealed.strip_prefix(PREFIX).ok_or_else(wrong)?;
        let bytes = STANDARD.decode(coded).map_err(|_| wrong())?;
        let (nonce, body) = bytes.split_at_checked(NONCE).ok_or_else(wrong)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| wrong())?;
        let place = place(record, column);
        let payload = Payload { msg: body, aad: place.as_bytes() };
        let text = self.cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| wrong())?;
        String::from_utf8(text).map_err(|_| wrong())
    }

    /// The keyed hash of a value, for exact look-up.
    pub fn hash(&self, text: &str) -> String {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.lookup)
            .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    }
}

fn place(record: Uuid, column: &str) -> String {
    format!("{record}/{column}")
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
