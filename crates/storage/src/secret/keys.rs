//! What a key file holds: one key as plain text, as it is made, or several under numbers once one was added.
//!
//! ```text
//! lifeloom keys 1
//! lookup BASE64
//! audit BASE64
//! key 1 TEXT
//! key 2 TEXT
//! ```

use super::unreadable;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diagnostic::{Code, Diagnostic, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// The first line of a file of several keys.
const FORM: &str = "lifeloom keys 1";

/// The keys of a site.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Keys {
    /// The texts that keys of ciphertext are derived from, by number.
    pub keys: BTreeMap<u64, String>,
    /// The key of hashes for look-up.
    pub lookup: [u8; 32],
    /// The key of marks in the audit trail.
    pub audit: [u8; 32],
}

/// A key for one purpose.
pub(super) fn derived(purpose: &str, text: &str) -> [u8; 32] {
    Sha256::digest(format!("lifeloom {purpose}\n{}", text.trim()).as_bytes()).into()
}

impl Keys {
    /// The one key that is this text.
    pub fn single(text: &str) -> Keys {
        Keys {
            keys: BTreeMap::from([(1, text.trim().to_owned())]),
            lookup: derived("lookup", text),
            audit: derived("audit", text),
        }
    }

    /// One key as plain text, or the form of several.
    pub fn parse(text: &str) -> Result<Keys> {
        let mut lines = text.trim().lines().map(str::trim);
        if lines.next() != Some(FORM) {
            return Ok(Keys::single(text));
        }
        let damaged = |number: usize| {
            let reason = format!("line {number} of the keys of encrypted fields cannot be read");
            Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
        };
        let (mut keys, mut lookup, mut audit) = (BTreeMap::new(), None, None);
        for (place, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
            let (word, rest) = line.split_once(' ').ok_or_else(|| damaged(place + 2))?;
            match word {
                "lookup" => lookup = Some(fixed(rest).ok_or_else(|| damaged(place + 2))?),
                "audit" => audit = Some(fixed(rest).ok_or_else(|| damaged(place + 2))?),
                "key" => {
                    let key =
                        rest.split_once(' ').and_then(|(number, text)| Some((number.parse().ok()?, text)));
                    let (number, text): (u64, &str) = key.ok_or_else(|| damaged(place + 2))?;
                    keys.insert(number, text.to_owned());
                }
                _ => return Err(damaged(place + 2)),
            }
        }
        match (lookup, audit, keys.is_empty()) {
            (Some(lookup), Some(audit), false) => Ok(Keys { keys, lookup, audit }),
            _ => Err(damaged(1)),
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{FORM}\nlookup {}\naudit {}\n",
            STANDARD.encode(self.lookup),
            STANDARD.encode(self.audit)
        );
        for (number, key) in &self.keys {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "key {number} {key}");
        }
        text
    }
}

fn fixed(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Reads a file that is there.
pub(super) fn read(path: &Path) -> Result<Keys> {
    Keys::parse(&fs::read_to_string(path).map_err(|error| unreadable(path, error))?)
}

/// Reads a file, which is made with a random key where it does not exist yet.
pub(super) fn read_or_make(path: &Path) -> Result<Keys> {
    match fs::read_to_string(path) {
        Ok(text) => return Keys::parse(&text),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(unreadable(path, error)),
        Err(_) => {}
    }
    let text = fresh();
    match private(path).open(path) {
        Ok(mut file) => {
            let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
            written.map_err(|error| unreadable(path, error))?;
            Ok(Keys::single(&text))
        }
        // Another process was faster.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(unreadable(path, error)),
    }
}

/// Adds a random key under the next number.
pub(super) fn add(path: &Path) -> Result<u64> {
    let mut keys = read(path)?;
    let number = keys.keys.keys().last().copied().unwrap_or(0) + 1;
    keys.keys.insert(number, fresh());
    replace(path, &keys)?;
    Ok(number)
}

/// Takes a key away.
pub(super) fn remove(path: &Path, number: u64) -> Result<()> {
    let mut keys = read(path)?;
    if keys.keys.len() < 2 || keys.keys.remove(&number).is_none() {
        let reason = format!("there is no key {number} beside another one in {}", path.display());
        return Err(Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)));
    }
    replace(path, &keys)
}

fn fresh() -> String {
    let bytes: [u8; 32] = rand::random();
    STANDARD.encode(bytes)
}

fn private(_: &Path) -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// The file is the old one or the new one whenever the power fails.
fn replace(path: &Path, keys: &Keys) -> Result<()> {
    let failed = |error: std::io::Error| unreadable(path, error);
    let beside = path.with_extension("new");
    // Left over by whoever died here before.
    let _ = fs::remove_file(&beside);
    let mut file = private(&beside).open(&beside).map_err(failed)?;
    file.write_all(keys.text().as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    fs::rename(&beside, path).map_err(failed)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = fs::File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
    folder.sync_all().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_were_written() {
        let first = Keys::single(" a text \n");
        assert!(Keys::parse("a text").unwrap() == first, "spaces around are none of it");
        let mut several = first.clone();
        several.keys.insert(2, "another = text".to_owned());
        assert!(Keys::parse(&several.text()).unwrap() == several);
        for wrong in ["", "key 1 x", "lookup AA==", "lookup x", "keys 1 2", "key one x"] {
            assert!(Keys::parse(&format!("{FORM}\n{wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_key_is_added_and_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        let first = read_or_make(&path).unwrap();
        assert!(remove(&path, 1).is_err(), "the only one stays");
        assert_eq!(add(&path).unwrap(), 2);
        let both = read(&path).unwrap();
        assert!(both.lookup == first.lookup && both.audit == first.audit && both.keys[&1] == first.keys[&1]);
        assert!(remove(&path, 3).is_err());
        remove(&path, 1).unwrap();
        let left = read(&path).unwrap();
        assert_eq!((left.keys.keys().copied().collect::<Vec<_>>(), left.lookup), (vec![2], first.lookup));
        assert_eq!(add(&path).unwrap(), 3, "numbers are not used again");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
