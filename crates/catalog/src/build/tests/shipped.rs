//! The packs that the product ships are free of findings.

use crate::build::{Options, PackSource, build};
use crate::names::PhysicalNames;
use std::path::{Path, PathBuf};

fn read(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, root, files);
        } else {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push((relative, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

fn pack(path: PathBuf) -> PackSource {
    let mut files = Vec::new();
    read(&path, &path, &mut files);
    files.sort();
    PackSource { root: path.file_name().unwrap().to_string_lossy().into_owned(), files }
}

#[test]
fn shipped_packs_build() {
    let definitions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions");
    let folders = std::fs::read_dir(&definitions).unwrap().map(|entry| entry.unwrap().path());
    let packs: Vec<PackSource> = folders.filter(|path| path.join("pack.yaml").exists()).map(pack).collect();
    assert!(!packs.is_empty());
    let built = build(&packs, &PhysicalNames::default(), &Options::default());
    let found: Vec<String> = built.err().into_iter().flatten().map(|finding| finding.to_string()).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
