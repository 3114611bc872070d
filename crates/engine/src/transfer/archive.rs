//! A workbook is a zip archive that anybody may have made: before anything is read from it, every entry is unpacked
//! once, to nowhere, and measured.

use crate::transfer::format::unreadable;
use diagnostic::Result;
use std::io::{Read, Seek};
use zip::ZipArchive;

/// Entries of an archive at most.
const MOST_ENTRIES: usize = 2_000;
/// What an archive may unpack to.
struct Bounds {
    /// Bytes that any archive may unpack to, and all its parts but the sheets together.
    free: u64,
    /// Beyond that a sheet must have been worth its packing: how many times larger than packed the whole may be.
    /// Sheets of real rows are 6 to 20 times larger, bombs 1,000 times.
    ratio: u64,
    /// Bytes that no archive unpacks to.
    most: u64,
}

const BOUNDS: Bounds = Bounds { free: 64 * 1024 * 1024, ratio: 50, most: 768 * 1024 * 1024 };

/// Characters of the name of an entry.
const LONGEST_NAME: usize = 300;

/// Refuses an archive that unpacks to too much, whose names lead elsewhere, or whose XML declares entities. Only the
/// sheets themselves, which are read as a stream, may be larger than 64 MiB together.
///
/// # Errors
/// `invalid_file`.
pub(super) fn check(file: &mut (impl Read + Seek)) -> Result<()> {
    check_within(file, &BOUNDS)
}

fn check_within(file: &mut (impl Read + Seek), bounds: &Bounds) -> Result<()> {
    let packed = file.seek(std::io::SeekFrom::End(0)).map_err(unreadable)?;
    file.rewind().map_err(unreadable)?;
    let mut archive = ZipArchive::new(file).map_err(|_| unreadable("it is no workbook (XLSX)"))?;
    if archive.len() > MOST_ENTRIES {
        return Err(unreadable(format!("it has more than {MOST_ENTRIES} parts")));
    }
    let most = bounds.free.max(packed.saturating_mul(bounds.ratio)).min(bounds.most);
    let (mut all, mut held) = (0u64, 0u64);
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| unreadable("a part cannot be unpacked"))?;
        let name = entry.name().map_err(|_| unreadable("a part has a name that is no text"))?.into_owned();
        if !is_plain(&name) || entry.is_symlink() || entry.encrypted() {
            return Err(unreadable("a part has a name that leads elsewhere, or is locked"));
        }
        let sheet = name.starts_with("xl/worksheets/");
        let xml = name.ends_with(".xml") || name.ends_with(".rels");
        let mut watch = Watch::default();
        let mut buffer = [0u8; 32 * 1024];
        loop {
            let count = entry.read(&mut buffer).map_err(|_| unreadable("a part cannot be unpacked"))?;
            if count == 0 {
                break;
            }
            all += count as u64;
            held += if sheet { 0 } else { count as u64 };
            if all > most || held > bounds.free {
                return Err(unreadable("it unpacks to more than is read"));
            }
            if xml && watch.sees_declaration(&buffer[..count]) {
                return Err(unreadable("its XML declares a document type"));
            }
        }
    }
    Ok(())
}

/// Whether a name stays inside the archive.
fn is_plain(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && !name.starts_with('/')
        && !name.contains(['\\', ':', '\0'])
        && name.split('/').all(|part| part != ".." && part != ".")
}

/// Looks for `<!DOCTYPE` and `<!ENTITY` in bytes that come in pieces.
#[derive(Default)]
struct Watch {
    /// The end of the piece before.
    tail: Vec<u8>,
}

impl Watch {
    fn sees_declaration(&mut self, piece: &[u8]) -> bool {
        let mut joined = std::mem::take(&mut self.tail);
        let before = joined.len();
        // The end of the piece before, with as much of this one as a word may reach into it.
        joined.extend_from_slice(&piece[..piece.len().min(16)]);
        let found = declares(&joined) || declares(piece);
        self.tail = match piece.len() >= 8 {
            true => piece[piece.len() - 8..].to_vec(),
            false => joined[(before + piece.len()).saturating_sub(8).min(joined.len())..].to_vec(),
        };
        found
    }
}

fn declares(bytes: &[u8]) -> bool {
    let word =
        |rest: &[u8], word: &[u8]| rest.len() >= word.len() && rest[..word.len()].eq_ignore_ascii_case(word);
    bytes.windows(2).enumerate().any(|(at, two)| {
        two == b"<!" && (word(&bytes[at..], b"<!DOCTYPE") || word(&bytes[at..], b"<!ENTITY"))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::{Cursor, Write};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    /// An archive of these entries.
    pub fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, body) in entries {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(body).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn refusal(bytes: Vec<u8>) -> String {
        let small = Bounds { free: 1024 * 1024, ratio: 50, most: 8 * 1024 * 1024 };
        match check_within(&mut Cursor::new(bytes), &small) {
            Ok(()) => "taken".to_owned(),
            Err(found) => found.arguments[0].1.clone(),
        }
    }

    #[test]
    fn what_no_program_writes_is_refused() {
        let zeros = vec![b'0'; 1024 * 1024 + 1];
        let many: Vec<(String, &[u8])> = (0..=MOST_ENTRIES).map(|n| (format!("xl/{n}"), &b""[..])).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, body)| (name.as_str(), *body)).collect();
        let split = [b"x".repeat(32 * 1024 - 5), b"<!ENTITY a \"b\">".to_vec()].concat();
        let rows: [(Vec<u8>, &str); 11] = [
            (archive(&[("xl/workbook.xml", b"<workbook/>")]), "taken"),
            (b"name,city\nA,B\n".to_vec(), "it is no workbook (XLSX)"),
            (Vec::new(), "it is no workbook (XLSX)"),
            (archive(&[("../../etc/passwd", b"x")]), "a part has a name that leads elsewhere, or is locked"),
            (archive(&[("/etc/passwd", b"x")]), "a part has a name that leads elsewhere, or is locked"),
            (archive(&[("xl\\..\\x", b"x")]), "a part has a name that leads elsewhere, or is locked"),
            (archive(&many), "it has more than 2000 parts"),
            (archive(&[("xl/worksheets/sheet1.xml", &zeros)]), "it unpacks to more than is read"),
            (archive(&[("xl/sharedStrings.xml", &zeros)]), "it unpacks to more than is read"),
            (
                archive(&[("xl/workbook.xml", b"<?xml?><!DOCTYPE l [<!ENTITY a \"b\">]>")]),
                "its XML declares a document type",
            ),
            (archive(&[("xl/workbook.xml", &split)]), "its XML declares a document type"),
        ];
        for (bytes, expect) in rows {
            assert_eq!(refusal(bytes), expect);
        }
    }

    #[test]
    fn a_broken_archive_is_refused() {
        let whole = archive(&[("xl/workbook.xml", &b"<workbook/>".repeat(100))]);
        for cut in [1, 10, whole.len() / 2, whole.len() - 1] {
            assert_ne!(refusal(whole[..cut].to_vec()), "taken", "cut at {cut}");
        }
        let mut wrong = whole.clone();
        wrong[50] ^= 0xff;
        assert_ne!(refusal(wrong), "taken");
    }
}
