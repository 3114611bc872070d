//! Packs for tests: the shipped ones, read from their folders.

use engine::publish::PackFiles;
use std::path::Path;

/// A folder of `definitions/` with all its files.
pub fn shipped(name: &str) -> PackFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions").join(name);
    let mut files = Vec::new();
    collect(&folder, &folder, &mut files);
    files.sort();
    PackFiles { root: format!("definitions/{name}"), files }
}

fn collect(top: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(top, &path, files);
        } else {
            let inside = path.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((inside, std::fs::read_to_string(&path).unwrap()));
        }
    }
}
