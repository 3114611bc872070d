//! Options from three places: the command line before the environment before the file.
//!
//! Neither is written down per option: every long option of every command gets its variable
//! `LIFELOOM_<NAME>` and its key in `lifeloom.toml` here.

use crate::failure::{Failure, not_readable};
use clap::builder::BoolishValueParser;
use clap::{Arg, ArgAction, Command};
use diagnostic::{Code, Diagnostic, Source, did_you_mean};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// What is read where no file is named.
const FILE: &str = "lifeloom.toml";

/// Values of the file by the option's long name.
pub type Values = BTreeMap<String, Vec<String>>;

/// Reads the file that `--config` or `LIFELOOM_CONFIG` names, or `lifeloom.toml` where it exists.
pub fn load(given: &[OsString], command: &Command) -> Result<Values, Failure> {
    let named = named(given).or_else(|| std::env::var_os("LIFELOOM_CONFIG").map(PathBuf::from));
    let path = match &named {
        Some(path) => path.as_path(),
        None if Path::new(FILE).exists() => Path::new(FILE),
        None => return Ok(Values::new()),
    };
    let text = std::fs::read_to_string(path).map_err(|error| not_readable(path, &error))?;
    Ok(parse(&path.display().to_string(), &text, &options(command))?)
}

/// The value of `--config` before anything else is parsed.
fn named(given: &[OsString]) -> Option<PathBuf> {
    let mut given = given.iter();
    while let Some(word) = given.next() {
        match word.to_str() {
            Some("--config") => return given.next().map(PathBuf::from),
            Some("--") => return None,
            Some(word) => {
                if let Some(path) = word.strip_prefix("--config=") {
                    return Some(PathBuf::from(path));
                }
            }
            None => {}
        }
    }
    None
}

/// Long names of all options of all commands.
fn options(command: &Command) -> BTreeSet<String> {
    let own = command.get_arguments().filter(|arg| is_option(arg)).filter_map(Arg::get_long);
    let mut all: BTreeSet<String> = own.map(str::to_owned).collect();
    for below in command.get_subcommands() {
        all.extend(options(below));
    }
    all
}

fn is_option(arg: &Arg) -> bool {
    !matches!(arg.get_long(), None | Some("help" | "version"))
}

/// Reads the keys of a file. Unknown ones are findings.
fn parse(file: &str, text: &str, known: &BTreeSet<String>) -> Result<Values, Vec<Diagnostic>> {
    let place = |at: usize| source(file, text, at);
    let table = DeTable::parse(text).map_err(|error| {
        let found = Diagnostic::new(Code::InvalidYaml).with("reason", error.message());
        vec![found.in_source(place(error.span().map_or(0, |span| span.start)))]
    })?;
    let (mut values, mut found) = (Values::new(), Vec::new());
    for (key, value) in table.get_ref() {
        let name = key.get_ref().replace('_', "-");
        if !known.contains(&name) || name == "config" {
            let hint = did_you_mean(&name, known.iter().map(String::as_str));
            let unknown = Diagnostic::new(Code::UnknownKey).with("key", key.get_ref()).with_hint(hint);
            found.push(unknown.in_source(place(key.span().start)));
            continue;
        }
        match words(value.get_ref()) {
            Some(words) => {
                values.insert(name, words);
            }
            None => {
                let reason = "expected text, a number, true or false, or a list of them";
                let wrong = Diagnostic::new(Code::InvalidValue).with("reason", reason);
                found.push(wrong.in_source(place(value.span().start)));
            }
        }
    }
    if found.is_empty() { Ok(values) } else { Err(found) }
}

fn words(value: &DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::String(text) => Some(vec![text.to_string()]),
        DeValue::Integer(number) => Some(vec![number.as_str().to_owned()]),
        DeValue::Boolean(flag) => Some(vec![flag.to_string()]),
        DeValue::Array(items) => {
            let words: Option<Vec<Vec<String>>> = items.iter().map(|item| words(item.get_ref())).collect();
            words.map(|words| words.concat())
        }
        _ => None,
    }
}

/// Line and column of a byte.
fn source(file: &str, text: &str, at: usize) -> Source {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Source { file: file.to_owned(), line: number(line), column: number(column) }
}

/// The commands with, for each option, its environment variable and what the file says of it.
pub fn complete(command: Command, values: &Values) -> Command {
    let command = command.mut_args(|arg| completed(arg, values));
    command.mut_subcommands(|below| complete(below, values))
}

fn completed(arg: Arg, values: &Values) -> Arg {
    if !is_option(&arg) {
        return arg;
    }
    let Some(long) = arg.get_long().map(str::to_owned) else { return arg };
    // The library keeps names and defaults as long as the process lives, and they are made once.
    let variable: &'static str = format!("LIFELOOM_{}", long.replace('-', "_").to_uppercase()).leak();
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    let mut arg = arg.env(variable).hide_env_values(true);
    if is_flag {
        arg = arg.value_parser(BoolishValueParser::new());
    }
    match values.get(&long) {
        Some(words) => {
            let words: Vec<&'static str> = words.iter().map(|word| &*word.clone().leak()).collect();
            arg.default_values(words)
        }
        None => arg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gives_values_or_findings_with_places() {
        let known = ["data", "listen", "packs", "no-worker"].map(str::to_owned).into();
        let rows: [(&str, Result<&str, &str>); 6] = [
            ("", Ok("{}")),
            ("data = \"/srv\"\nno_worker = true", Ok(r#"{"data": ["/srv"], "no-worker": ["true"]}"#)),
            ("packs = [\"base\", \"crm\"]", Ok(r#"{"packs": ["base", "crm"]}"#)),
            ("\nlisten_ = 1", Err("f:2:1: error[unknown_key]: unknown key `listen_`")),
            ("  lisen = 1", Err("f:1:3: error[unknown_key]: unknown key `lisen` (did you mean `listen`?)")),
            (
                "data = {a = 1}",
                Err("f:1:8: error[invalid_value]: expected text, a number, true or false, or a list of them"),
            ),
        ];
        for (text, expect) in rows {
            let read = parse("f", text, &known);
            let shown = read.map(|values| format!("{values:?}")).map_err(|found| found[0].to_string());
            match expect {
                Ok(expect) => assert_eq!(shown.as_deref(), Ok(expect), "{text}"),
                Err(expect) => {
                    assert!(shown.as_ref().is_err_and(|found| found.starts_with(expect)), "{text}: {shown:?}")
                }
            }
        }
    }

    #[test]
    fn the_file_is_named_before_everything_else() {
        let rows = [
            (vec!["lifeloom", "check", "--config", "a.toml"], Some("a.toml")),
            (vec!["lifeloom", "--config=b.toml", "check"], Some("b.toml")),
            (vec!["lifeloom", "check", "--", "--config=b.toml"], None),
        ];
        for (words, expect) in rows {
            let given: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(named(&given), expect.map(PathBuf::from), "{words:?}");
        }
    }
}
