//! Hostile packs: read, refused with their codes, and nothing else happens.

use engine::publish::{PackFiles, check};
use script::{Limits, Scripts};
use std::collections::BTreeSet;

const PACK: &str = "kind: pack\nname: evil\nversion: 1.0.0\n";

fn pack(text: &str) -> PackFiles {
    let mut files: Vec<(String, String)> = Vec::new();
    for part in format!("\n{text}").split("\n--- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap_or((part, ""));
        files.push((path.replace("\\0", "\0"), text.to_owned()));
    }
    if !files.iter().any(|(path, _)| path == "pack.yaml") {
        files.push(("pack.yaml".to_owned(), PACK.to_owned()));
    }
    PackFiles { root: String::new(), files }
}

#[test]
fn hostile_packs_are_refused_with_their_codes() {
    let cases = test_support::corpus::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/packs.txt"));
    assert!(cases.len() >= 50, "{}", cases.len());
    let scripts = Scripts::new(Limits::default());
    let mut wrong = Vec::new();
    for case in cases {
        let ended = match check(&[pack(&case.text)], &scripts) {
            Ok(_) => "fit".to_owned(),
            Err(found) => {
                let codes: BTreeSet<&str> = found.iter().map(|found| found.code.name()).collect();
                codes.into_iter().collect::<Vec<_>>().join(", ")
            }
        };
        if ended != case.expect {
            wrong.push(format!("{}: {ended}, not {}", case.name, case.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
