//! A pack's folder on disk.

use super::{PACK_FILES, describes_pack, name, slashed};
use crate::failure::not_readable;
use diagnostic::{Code, Diagnostic, Source};
use engine::publish::PackFiles;
use std::fs;
use std::path::{Path, PathBuf};

/// Most files of a pack.
const MOST_FILES: usize = 20_000;
/// Most bytes of a file.
const MOST_BYTES: u64 = 16 << 20;
/// Deepest folder.
const DEEPEST: usize = 8;

/// Whether the folder is that of a pack.
pub fn is_pack(folder: &Path) -> bool {
    PACK_FILES.iter().any(|file| {
        let path = folder.join(file);
        // A file that cannot be read is reported by whoever reads the pack.
        path.is_file() && fs::read_to_string(&path).map_or(true, |text| describes_pack(&text))
    })
}

/// The packs directly in a folder, by name of their folder.
pub fn packs_in(folder: &Path) -> diagnostic::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|error| not_readable(folder, &error))?;
    let mut packs: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| is_pack(path)).collect();
    packs.sort();
    Ok(packs)
}

/// The pack of this name among the neighbours of a pack's folder.
pub fn beside(folder: &Path, wanted: &str) -> Option<PathBuf> {
    let holding = match folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) if !folder.ends_with("..") => parent.to_owned(),
        _ => folder.canonicalize().ok()?.parent()?.to_owned(),
    };
    let has_name = |folder: &PathBuf| {
        let own =
            PACK_FILES.iter().find_map(|file| Some((*file, fs::read_to_string(folder.join(file)).ok()?)));
        let files = own.map(|(file, text)| vec![(file.to_owned(), text)]).unwrap_or_default();
        name(&PackFiles { root: String::new(), files }).as_deref() == Some(wanted)
    };
    let likely = holding.join(wanted);
    if has_name(&likely) {
        return Some(likely);
    }
    packs_in(&holding).ok()?.into_iter().find(has_name)
}

/// Reads every file of a pack but hidden ones.
///
/// # Errors
/// Each file that cannot be read, is not UTF-8, is too large.
pub fn read(folder: &Path) -> Result<PackFiles, Vec<Diagnostic>> {
    let (mut paths, mut found) = (Vec::new(), Vec::new());
    walk(folder, DEEPEST, &mut paths, &mut found);
    paths.sort();
    if paths.len() > MOST_FILES {
        let source = Source { file: folder.display().to_string(), line: 0, column: 0 };
        let many = Diagnostic::new(Code::LimitExceeded)
            .with("what", "the number of files")
            .with("limit", MOST_FILES);
        return Err(vec![many.in_source(source)]);
    }
    let mut files = Vec::with_capacity(paths.len());
    for read in read_all(&paths) {
        match read {
            Ok((path, text)) => files.push((slashed(path.strip_prefix(folder).unwrap_or(&path)), text)),
            Err(wrong) => found.push(*wrong),
        }
    }
    if found.is_empty() { Ok(PackFiles { root: folder.display().to_string(), files }) } else { Err(found) }
}

fn walk(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>, found: &mut Vec<Diagnostic>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return found.push(not_readable(folder, &error)),
    };
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                found.push(not_readable(folder, &error));
                continue;
            }
        };
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() && depth > 0 => walk(&path, depth - 1, paths, found),
            Ok(about) if about.is_dir() => {
                found.push(too_large(&path, "the depth of folders", DEEPEST as u64))
            }
            Ok(about) if about.len() > MOST_BYTES => {
                found.push(too_large(&path, "the size of the file", MOST_BYTES))
            }
            Ok(about) if about.is_file() => paths.push(path),
            // Sockets, devices and pipes would never end.
            Ok(_) => found.push(Diagnostic::new(Code::StrayFile).in_source(place(&path, 0, 0))),
            Err(error) => found.push(not_readable(&path, &error)),
        }
    }
}

fn too_large(path: &Path, what: &str, limit: u64) -> Diagnostic {
    Diagnostic::new(Code::LimitExceeded).with("what", what).with("limit", limit).in_source(place(path, 0, 0))
}

fn place(path: &Path, line: u32, column: u32) -> Source {
    Source { file: path.display().to_string(), line, column }
}

/// Reads on several threads: a thousand small files wait for the disk more than they work.
fn read_all(paths: &[PathBuf]) -> Vec<diagnostic::Result<(PathBuf, String)>> {
    let threads =
        std::thread::available_parallelism().map_or(1, usize::from).min(paths.len().div_ceil(64).max(1));
    let share = paths.len().div_ceil(threads).max(1);
    let mut read = Vec::with_capacity(paths.len());
    std::thread::scope(|scope| {
        let running: Vec<_> = paths
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(|path| read_one(path)).collect::<Vec<_>>()))
            .collect();
        for (thread, share) in running.into_iter().zip(paths.chunks(share)) {
            // A reader that panicked is a defect; reading again here shows it where it happens.
            read.extend(thread.join().unwrap_or_else(|_| share.iter().map(|path| read_one(path)).collect()));
        }
    });
    read
}

fn read_one(path: &Path) -> diagnostic::Result<(PathBuf, String)> {
    let bytes = fs::read(path).map_err(|error| Box::new(not_readable(path, &error)))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((path.to_owned(), text)),
        Err(error) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            let last = good.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            let column = String::from_utf8_lossy(last).chars().count() + 1;
            let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let found = Diagnostic::new(Code::InvalidYaml).with("reason", "the text is not UTF-8");
            Err(Box::new(found.in_source(place(path, number(line), number(column)))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_whole_or_its_findings_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("objects")).unwrap();
        fs::create_dir_all(at(".git")).unwrap();
        fs::write(at("pack.yaml"), "kind: pack").unwrap();
        fs::write(at("objects/b.yaml"), "b").unwrap();
        fs::write(at(".git/config"), [0xff]).unwrap();
        let pack = read(folder.path()).unwrap();
        let paths: Vec<&str> = pack.files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["objects/b.yaml", "pack.yaml"]);
        fs::write(at("objects/c.yaml"), b"a: b\nc: \xff\n").unwrap();
        let found = read(folder.path()).unwrap_err();
        let source = found[0].source.clone().unwrap();
        assert_eq!((found[0].code, source.line, source.column), (Code::InvalidYaml, 2, 4));
    }
}
