//! `lifeloom pack new`: a small pack that works, to start from.

use crate::command::pack::write_new;
use crate::console::Console;
use crate::failure::Failure;
use crate::packs;
use clap::Args;
use include_dir::{Dir, include_dir};
use serde_json::json;
use std::path::PathBuf;

/// The files of the pack, with `starter` for its name and `Starter` for its label.
static TEMPLATE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/template");

/// Options of `pack new`.
#[derive(Debug, Args)]
pub struct New {
    /// The pack's name: lower-case letters, digits and underscores
    name: String,
    /// Where the pack's folder is made
    #[arg(long, default_value = ".")]
    dir: PathBuf,
}

/// Writes the pack.
pub fn run(options: &New, console: &Console) -> Result<(), Failure> {
    if !is_name(&options.name) {
        let name = &options.name;
        let reason = format!(
            "`{name}` cannot be a pack's name: use lower-case letters, digits and _, such as `fleet`"
        );
        return Err(Failure::Usage(reason));
    }
    if packs::built_in(&options.name).is_some() {
        return Err(Failure::Usage(format!("{} is a built-in pack: choose another name", options.name)));
    }
    let folder = options.dir.join(&options.name);
    if folder.exists() {
        let reason = format!("{} exists: choose another name or --dir", folder.display());
        return Err(Failure::Usage(reason));
    }
    let mut files = Vec::new();
    collect(&TEMPLATE, &mut files);
    for (path, text) in &files {
        write_new(&folder.join(path), &filled(text, &options.name))?;
    }
    let shown = folder.display();
    console.answer(&json!({"ok": true, "folder": folder, "files": files.len()}));
    console.say(format!("{} files in {shown}. Next:", files.len()));
    for command in ["check", "test", "apply"] {
        console.say(format!("  lifeloom {command} {shown}"));
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let mut letters = name.chars();
    let begins = letters.next().is_some_and(|first| first.is_ascii_lowercase());
    begins && name.len() <= 40 && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn collect<'a>(dir: &'a Dir<'a>, files: &mut Vec<(&'a std::path::Path, &'a str)>) {
    for file in dir.files() {
        files.extend(file.contents_utf8().map(|text| (file.path(), text)));
    }
    for below in dir.dirs() {
        collect(below, files);
    }
}

fn filled(text: &str, name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    let label: String =
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect();
    text.replace("starter", name).replace("Starter", &label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_packs() {
        let rows = [
            ("fleet", true),
            ("fleet_2", true),
            ("Fleet", false),
            ("2fleet", false),
            ("", false),
            ("a-b", false),
        ];
        for (name, expect) in rows {
            assert_eq!(is_name(name), expect, "{name}");
        }
        assert_eq!(filled("starter: Starter", "car_pool"), "car_pool: Car pool");
    }
}
