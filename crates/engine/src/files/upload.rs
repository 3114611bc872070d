//! How files come: a place is made, bytes are added to it where the last ones ended, and it is closed. Until it is part
//! of a record it is its uploader's alone; what is left lying goes after a day.

use super::kind::{self, Kind};
use crate::engine::{Engine, blocking};
use crate::file_value::{refused, shown};
use crate::identity::Identity;
use bytes::Bytes;
use diagnostic::{Code, Diagnostic, Result};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use storage::files::Files;
use storage::store::file::{self as table, File, Part};
use uuid::Uuid;

/// Bytes of a part at most.
pub const PART: usize = 4 * 1024 * 1024;
/// Parts of a file at most.
const MOST_PARTS: usize = 10_000;
/// Characters of a file's name at most.
const LONGEST_NAME: usize = 200;
/// Uploads of one user that are part of no record at most.
const MOST_PENDING: u64 = 200;
/// Bytes that are looked at to tell what a file is.
const HEAD: usize = 1024 * 1024;

impl Engine {
    /// Where files lie.
    pub(crate) fn files(&self) -> Result<&Files> {
        self.file_store().ok_or_else(|| {
            let reason = "no folder of files is configured";
            Box::new(Diagnostic::new(Code::InvalidConfiguration).with("reason", reason))
        })
    }

    /// Makes a place for a file of at most `size` bytes.
    ///
    /// # Errors
    /// `too_large`, `quota_exceeded`.
    pub async fn begin_file(&self, identity: &Arc<Identity>, name: &str, size: u64) -> Result<File> {
        self.files()?;
        let limits = self.file_limits();
        if size > limits.max_file {
            return Err(too_large(limits.max_file));
        }
        let (now, actor) = (self.now(), identity.actor.id);
        let file = File {
            id: Uuid::now_v7(),
            state: table::UPLOADING.to_owned(),
            name: clean(name),
            media: String::new(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            received: 0,
            parts: json!([]),
            hash: None,
            width: None,
            height: None,
            object: None,
            record: None,
            field: None,
            by: (!actor.is_nil()).then_some(actor),
            created_at: now,
            changed_at: now,
        };
        let begun = file.clone();
        let begun = self.database().write(move |tx| {
            let file = begun.clone();
            async move {
                if table::pending(&tx, file.by).await? >= MOST_PENDING {
                    return Err(used_up("uploads that are part of no record", MOST_PENDING.to_string()));
                }
                table::begin(&tx, &file, limits.quota).await
            }
        });
        match begun.await? {
            true => Ok(file),
            false => Err(used_up("uploaded files", amount(limits.quota.unwrap_or_default()))),
        }
    }

    /// Adds bytes where the last ones ended; answers how many there are now.
    ///
    /// # Errors
    /// `not_found` for an upload of somebody else, `upload_offset` where the last ones ended elsewhere, `too_large`.
    pub async fn append_to_file(
        &self,
        identity: &Arc<Identity>,
        id: Uuid,
        offset: u64,
        bytes: Bytes,
    ) -> Result<u64> {
        let (file, part) = (self.open_upload(identity, id).await?, Uuid::new_v4());
        let size = bytes.len() as u64;
        let received = u64::try_from(file.received).unwrap_or_default();
        if received != offset {
            return Err(elsewhere(received));
        }
        if received + size > u64::try_from(file.size).unwrap_or_default() {
            return Err(too_large(u64::try_from(file.size).unwrap_or_default()));
        }
        if size == 0 {
            return Ok(received);
        }
        // Before the row names it: what the row names is always there.
        self.files()?.put(id, part, bytes).await?;
        let (now, limit) = (self.now(), PART as u64);
        self.database()
            .write(move |tx| async move {
                let missing = || Box::new(Diagnostic::new(Code::NotFound));
                let mut file = table::lock(&tx, id).await?.ok_or_else(missing)?;
                let stands = u64::try_from(file.received).unwrap_or_default();
                if file.state != table::UPLOADING || stands != offset {
                    return Err(elsewhere(stands));
                }
                let mut parts = file.parts()?;
                if parts.len() >= MOST_PARTS {
                    return Err(too_large(limit));
                }
                parts.push(Part { key: part, size });
                file.parts = json!(parts);
                file.received = i64::try_from(stands + size).unwrap_or(i64::MAX);
                file.changed_at = now;
                table::update(&tx, &file).await?;
                Ok(stands + size)
            })
            .await
    }

    /// Closes an upload: from now on it is a file of a known type.
    ///
    /// # Errors
    /// `not_found`, `file_refused` for bytes of no known type.
    pub async fn finish_file(&self, identity: &Arc<Identity>, id: Uuid) -> Result<Json> {
        let mut file = self.open_upload(identity, id).await?;
        let (head, hash) = self.read_through(&file).await?;
        let Some(kind) = kind::of(&head) else {
            return Err(refused("its bytes are of no type that is taken"));
        };
        file.state = table::READY.to_owned();
        file.size = file.received;
        file.media = kind.media.mime().to_owned();
        file.hash = Some(hash);
        file.width = kind.size.map(|(width, _)| i64::from(width));
        file.height = kind.size.map(|(_, height)| i64::from(height));
        file.changed_at = self.now();
        let answer = shown(&file);
        let file = Arc::new(file);
        self.database()
            .write(move |tx| {
                let file = file.clone();
                async move {
                    let known = table::lock(&tx, file.id).await?;
                    let same = known
                        .filter(|known| known.state == table::UPLOADING && known.received == file.received);
                    match same {
                        Some(_) => table::update(&tx, &file).await.map(drop),
                        None => Err(Box::new(Diagnostic::new(Code::NotFound))),
                    }
                }
            })
            .await?;
        Ok(answer)
    }

    /// The beginning of a file's bytes, and the hash of all of them.
    async fn read_through(&self, file: &File) -> Result<(Vec<u8>, Vec<u8>)> {
        let (mut head, mut hash) = (Vec::new(), Sha256::new());
        for part in file.parts()? {
            let bytes = self.files()?.get(file.id, part.key).await?;
            let wanted = HEAD.saturating_sub(head.len()).min(bytes.len());
            head.extend_from_slice(&bytes[..wanted]);
            hash = blocking(move || Ok(hash.chain_update(&bytes))).await?;
        }
        Ok((head, hash.finalize().to_vec()))
    }

    async fn open_upload(&self, identity: &Identity, id: Uuid) -> Result<File> {
        let file = self.upload(identity, id).await?;
        if file.state == table::UPLOADING { Ok(file) } else { Err(Box::new(Diagnostic::new(Code::NotFound))) }
    }

    /// An upload that is not part of a record yet, for its uploader.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn upload(&self, identity: &Identity, id: Uuid) -> Result<File> {
        let file = table::find(&self.database().reader(), id).await?;
        let own = |file: &File| {
            file.by == Some(identity.actor.id).filter(|id| !id.is_nil())
                && matches!(file.state.as_str(), table::UPLOADING | table::READY)
        };
        file.filter(own).ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }

    /// Lets go of an upload.
    ///
    /// # Errors
    /// `not_found` for one of somebody else and one that is part of a record.
    pub async fn drop_file(&self, identity: &Arc<Identity>, id: Uuid) -> Result<()> {
        self.upload(identity, id).await?;
        let now = self.now();
        self.database()
            .write(move |tx| async move {
                let file = table::lock(&tx, id).await?;
                match file.filter(|file| matches!(file.state.as_str(), table::UPLOADING | table::READY)) {
                    Some(mut file) => {
                        file.state = table::RELEASED.to_owned();
                        file.changed_at = now;
                        table::update(&tx, &file).await.map(drop)
                    }
                    None => Err(Box::new(Diagnostic::new(Code::NotFound))),
                }
            })
            .await
    }

    /// Removes the bytes of what was let go a day ago, and lets go of uploads that were left lying for a day.
    ///
    /// # Errors
    /// What the database and the folder of files refuse.
    pub async fn sweep_files(&self) -> Result<u64> {
        let Some(files) = self.file_store() else { return Ok(0) };
        let now = self.now();
        let yesterday = now - chrono::TimeDelta::hours(24);
        let left =
            self.database().write(move |tx| async move { table::release_left(&tx, yesterday, now).await });
        left.await?;
        let mut removed = 0;
        loop {
            let gone = table::released(&self.database().reader(), yesterday, 100).await?;
            if gone.is_empty() {
                return Ok(removed);
            }
            for id in gone {
                files.remove(id).await?;
                self.database().write(move |tx| async move { table::remove(&tx, id).await }).await?;
                removed += 1;
            }
        }
    }
}

/// Keeps bytes that no user uploaded: an upload of nobody, until a transaction makes it part of a record. `None`: there is
/// no place for it.
pub(crate) async fn store(engine: &Engine, name: &str, kind: Kind, bytes: &Bytes) -> Result<Option<File>> {
    let (limits, now) = (engine.file_limits(), engine.now());
    let Some(store) = engine.file_store() else { return Ok(None) };
    if bytes.len() as u64 > limits.max_file {
        return Ok(None);
    }
    let chunks: Vec<(Part, Bytes)> = (0..bytes.len())
        .step_by(PART)
        .map(|from| bytes.slice(from..bytes.len().min(from + PART)))
        .map(|bytes| (Part { key: Uuid::new_v4(), size: bytes.len() as u64 }, bytes))
        .collect();
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let file = File {
        id: Uuid::now_v7(),
        state: table::READY.to_owned(),
        name: clean(name),
        media: kind.media.mime().to_owned(),
        size,
        received: size,
        parts: json!(chunks.iter().map(|(part, _)| part).collect::<Vec<_>>()),
        hash: Some(Sha256::digest(bytes).to_vec()),
        width: kind.size.map(|(width, _)| i64::from(width)),
        height: kind.size.map(|(_, height)| i64::from(height)),
        object: None,
        record: None,
        field: None,
        by: None,
        created_at: now,
        changed_at: now,
    };
    // The row first: what is left of a crash is swept away with it.
    let begun = file.clone();
    let begun = engine.database().write(move |tx| {
        let file = begun.clone();
        async move { table::begin(&tx, &file, limits.quota).await }
    });
    if !begun.await? {
        return Ok(None);
    }
    for (part, bytes) in chunks {
        store.put(file.id, part.key, bytes).await?;
    }
    Ok(Some(file))
}

/// A file's name as it is kept: without folders, control characters and what turns the direction of writing.
fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = last.chars().filter(plain).take(LONGEST_NAME).collect();
    match name.trim().trim_matches('.') {
        "" => "file".to_owned(),
        _ => name.trim().to_owned(),
    }
}

fn too_large(bytes: u64) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::TooLarge).with("limit", amount(bytes)))
}

fn used_up(what: &str, limit: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::QuotaExceeded).with("what", what).with("limit", limit))
}

fn amount(bytes: u64) -> String {
    const MEGABYTE: u64 = 1024 * 1024;
    if bytes >= 10 * MEGABYTE { format!("{} MB", bytes / MEGABYTE) } else { format!("{bytes} bytes") }
}

fn elsewhere(offset: u64) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(Code::UploadOffset).with("offset", offset))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn names_lead_nowhere_and_hide_nothing() {
        let rows = [
            ("合同 2026.pdf", "合同 2026.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\x\\a.docx", "a.docx"),
            ("a\0b\r\nSet-Cookie: x\u{1b}[0m", "abSet-Cookie: x[0m"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
            ("", "file"),
            ("..", "file"),
            ("a/", "file"),
        ];
        for (name, expect) in rows {
            assert_eq!(clean(name), expect, "{name:?}");
        }
        assert_eq!(clean(&"字".repeat(500)).chars().count(), 200);
    }
}
