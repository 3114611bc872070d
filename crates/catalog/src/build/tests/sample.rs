//! A small base pack, and a pack `crm` made of the files a test gives.

use crate::build::{Built, Options, PackSource, build};
use crate::names::PhysicalNames;
use diagnostic::Diagnostic;

const BASE: [(&str, &str); 4] = [
    ("pack.yaml", "kind: pack\nname: base\nversion: 1.0.0\n"),
    (
        "objects/user.yaml",
        "kind: object\nname: user\nownership: shared\nkey: login\nfields:\n  login: {type: text, required: true, unique: true}\n  name: {type: text}\n  department: {type: reference, to: department}\n  manager: {type: reference, to: user}\n",
    ),
    (
        "objects/department.yaml",
        "kind: object\nname: department\nownership: shared\nfields:\n  name: {type: text}\n  parent: {type: reference, to: department, tree: true}\n",
    ),
    ("roles/admin.yaml", "kind: role\nname: admin\nadmin: true\n"),
];

fn pack(files: &[(&str, &str)]) -> PackSource {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    PackSource { root: String::new(), files }
}

/// Base and the pack `crm`, whose `pack.yaml` is added where the files have none.
pub fn packs(files: &[(&str, &str)]) -> Vec<PackSource> {
    let mut all = vec![("pack.yaml", "kind: pack\nname: crm\nversion: 1.0.0\nrequires: {base: '>=1'}\n")];
    all.retain(|(path, _)| !files.iter().any(|(given, _)| given == path));
    all.extend(files);
    vec![pack(&BASE), pack(&all)]
}

pub fn try_build(packs: &[PackSource], names: &PhysicalNames) -> Result<Built, Vec<Diagnostic>> {
    build(packs, names, &Options::default())
}

pub fn built(files: &[(&str, &str)]) -> Built {
    built_on(files, &PhysicalNames::default())
}

pub fn built_on(files: &[(&str, &str)], names: &PhysicalNames) -> Built {
    try_build(&packs(files), names).unwrap_or_else(|found| {
        let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

/// Base, `crm` and further packs.
pub fn with(files: &[(&str, &str)], more: &[&[(&str, &str)]]) -> Vec<PackSource> {
    packs(files).into_iter().chain(more.iter().map(|files| pack(files))).collect()
}
