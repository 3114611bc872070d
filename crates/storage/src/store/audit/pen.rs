//! Marks: what is written is written by who holds the key, and as it stands.

use super::Entry;
use crate::secret::Secret;
use crate::store::history;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// What entries are marked with.
#[derive(Clone, Debug)]
pub enum Pen {
    /// The key of a site.
    Keyed(Secret),
    /// A site without a key, such as those of tests: nothing is marked, and nothing is sealed.
    Free,
    /// The site has a key, and this process has it not: it must not write what would look forged.
    Missing,
}

/// Bytes of a seal.
pub const SEAL: usize = 32;

impl Pen {
    /// The mark of an entry; `None` without a key.
    ///
    /// # Errors
    /// `invalid_configuration` where the key is missing.
    pub fn mark(&self, entry: &Entry) -> Result<Option<[u8; SEAL]>> {
        match self {
            Pen::Keyed(secret) => Ok(Some(secret.mark(&[b"entry", &bytes(entry)]))),
            Pen::Free => Ok(None),
            Pen::Missing => {
                let reason = "what is done here is put on record under the key of encrypted fields, which is not \
                              there: name it by --key-file, or set LIFELOOM_SECRET";
                Err(Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason)))
            }
        }
    }

    /// The key, where there is one.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Pen::Keyed(secret) => Some(secret),
            Pen::Free | Pen::Missing => None,
        }
    }

    /// How an entry about a record names rows of the history that hold what was before and after:
    /// `[[id, digest], …]`, and `[id, digest, record, object]` for those of other records. So the chain holds the
    /// history as well.
    pub fn history(&self, rows: &[history::Row], about: Option<Uuid>) -> Option<Json> {
        let secret = self.secret().filter(|_| !rows.is_empty())?;
        let named = rows.iter().map(|row| match about == Some(row.record) {
            true => json!([row.id, digest(secret, row)]),
            false => json!([row.id, digest(secret, row), row.record, row.object]),
        });
        Some(named.collect())
    }
}

/// The digest of a row of the history. The object is not in it: it may be renamed.
pub(crate) fn digest(secret: &Secret, row: &history::Row) -> String {
    let mut out = Vec::with_capacity(256);
    put(&mut out, Some(row.record.as_bytes()));
    put(&mut out, Some(&row.version.to_be_bytes()));
    put(&mut out, Some(row.field.as_bytes()));
    put(&mut out, row.old.as_ref().map(canonical).as_deref());
    put(&mut out, row.new.as_ref().map(canonical).as_deref());
    put(&mut out, Some(&row.at.timestamp_micros().to_be_bytes()));
    put(&mut out, row.by.as_ref().map(Uuid::as_bytes).map(|id| &id[..]));
    // 128 bits are enough: nobody who lacks the key can look for another row of the same digest.
    STANDARD_NO_PAD.encode(&secret.mark(&[b"history", &out])[..16])
}

/// The bytes of an entry, the same from whichever database it is read.
pub(super) fn bytes(entry: &Entry) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    put(&mut out, Some(entry.id.as_bytes()));
    put(&mut out, Some(&entry.at.timestamp_micros().to_be_bytes()));
    put(&mut out, entry.actor.as_ref().map(Uuid::as_bytes).map(|id| &id[..]));
    put(&mut out, Some(entry.kind.as_bytes()));
    put(&mut out, entry.object.as_deref().map(str::as_bytes));
    put(&mut out, entry.record.as_ref().map(Uuid::as_bytes).map(|id| &id[..]));
    put(&mut out, entry.request.as_deref().map(str::as_bytes));
    put(&mut out, Some(&canonical(&entry.detail)));
    out
}

/// A part with its length before it, so that no two lists of parts give the same bytes.
fn put(out: &mut Vec<u8>, part: Option<&[u8]>) {
    let length = part.map_or(u64::MAX, |part| part.len() as u64);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(part.unwrap_or_default());
}

/// A structure in one form: keys sorted, numbers in the shortest text. PostgreSQL keeps neither the order of keys nor
/// how a number was written.
fn canonical(json: &Json) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write(json, &mut out);
    out
}

fn write(json: &Json, out: &mut Vec<u8>) {
    match json {
        Json::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_unstable();
            out.push(b'{');
            for key in keys {
                text(key, out);
                out.push(b':');
                write(&map[key], out);
                out.push(b',');
            }
            out.push(b'}');
        }
        Json::Array(items) => {
            out.push(b'[');
            for item in items {
                write(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        Json::String(value) => text(value, out),
        Json::Number(number) => {
            let plain =
                number.as_i64().map(|n| n.to_string()).or_else(|| number.as_u64().map(|n| n.to_string()));
            let value = number.as_f64().unwrap_or_default();
            // What PostgreSQL gives back of a whole number may be written with or without a fraction.
            let spelled = plain.unwrap_or_else(|| match value.fract() == 0.0 && value.abs() < 9e15 {
                #[expect(clippy::cast_possible_truncation, reason = "it is whole and fits")]
                true => (value as i64).to_string(),
                false => format!("{value:e}"),
            });
            out.extend_from_slice(spelled.as_bytes());
        }
        Json::Bool(true) => out.push(b't'),
        Json::Bool(false) => out.push(b'f'),
        Json::Null => out.push(b'n'),
    }
}

fn text(value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(&(value.len() as u64).to_be_bytes());
    out.extend_from_slice(value.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_structure_has_one_form() {
        let same = [
            (json!({"b": 1, "a": [1.5, true, null]}), r#"{"a": [1.50, true, null], "b": 1}"#),
            (json!({"n": 2.0}), r#"{"n": 2}"#),
            (json!({"n": -0.0}), r#"{"n": 0}"#),
            (json!({"n": 1e20}), r#"{"n": 100000000000000000000}"#),
        ];
        for (left, right) in same {
            let right: Json = serde_json::from_str(right).unwrap();
            assert_eq!(canonical(&left), canonical(&right), "{left} {right}");
        }
        let differ = [
            (json!(["ab", "c"]), json!(["a", "bc"])),
            (json!({"a": null}), json!({})),
            (json!([[1], 2]), json!([[1, 2]])),
            (json!("1"), json!(1)),
            (json!(18_446_744_073_709_551_615_u64), json!(18_446_744_073_709_551_614_u64)),
        ];
        for (left, right) in differ {
            assert_ne!(canonical(&left), canonical(&right), "{left} {right}");
        }
    }
}
