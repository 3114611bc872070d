//! What people and machines are shown, and what people are asked.

use crate::failure::{self, Failure};
use diagnostic::{Class, Diagnostic, Locale};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::process::ExitCode;
use std::sync::Mutex;

/// For people or for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines for people.
    Text,
    /// JSON for machines.
    Json,
}

/// Where a command's words go.
pub struct Console {
    format: Format,
    locale: Locale,
    /// Percent that the last plain line of progress told.
    told: Mutex<usize>,
}

impl Console {
    /// In this language, or in that of the environment.
    pub fn new(format: Format, locale: Option<&str>) -> Console {
        let locale = locale.and_then(Locale::from_tag).unwrap_or_else(|| {
            let set = ["LIFELOOM_LOCALE", "LC_ALL", "LC_MESSAGES", "LANG"];
            let value =
                set.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
            value.as_deref().and_then(of_environment).unwrap_or_default()
        });
        Console { format, locale, told: Mutex::default() }
    }

    /// Whether a machine reads.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// The reader's language.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// A line of the result; for machines nothing.
    pub fn say(&self, line: impl std::fmt::Display) {
        if !self.is_json() {
            // Whoever closed the pipe does not want to read on.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }

    /// Something to be noticed among other lines.
    pub fn boxed(&self, text: &str) {
        let rule = "─".repeat(72);
        self.say(format!("┌{rule}"));
        for line in text.lines() {
            self.say(format!("│ {line}"));
        }
        self.say(format!("└{rule}"));
    }

    /// A line about the work, beside the result.
    pub fn note(&self, line: impl std::fmt::Display) {
        if !self.is_json() {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    /// The result for machines; for people nothing.
    pub fn answer(&self, value: &Json) {
        if self.is_json() {
            let _ = writeln!(std::io::stdout(), "{value:#}");
        }
    }

    /// Asks before something is done that cannot be undone.
    ///
    /// # Errors
    /// Where nobody can be asked, or the answer is no.
    pub fn confirm(&self, question: &str, yes: bool) -> Result<(), Failure> {
        if yes {
            return Ok(());
        }
        if self.is_json() || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Err(Failure::Usage("nobody can be asked here: say --yes to go ahead".to_owned()));
        }
        let (question, stopped) = match self.locale {
            Locale::En => (format!("{question} [y/N] "), "nothing was changed"),
            Locale::ZhCn => (format!("{question} [y/N]（y 表示继续）"), "未做任何更改"),
            Locale::ZhTw => (format!("{question} [y/N]（y 表示繼續）"), "未做任何變更"),
        };
        eprint!("{question}");
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        match read.map(|_| answer.trim().to_lowercase()) {
            Ok(answer) if answer == "y" || answer == "yes" => Ok(()),
            _ => {
                self.note(stopped);
                Err(Failure::Shown(1))
            }
        }
    }

    /// Progress of work in `all` parts: a bar on a terminal, now and then a line elsewhere, nothing for machines.
    pub fn progress(&self, what: &str, all: u64) -> Progress<'_> {
        let bar = (!self.is_json() && std::io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
            bar.set_message(what.to_owned());
            bar
        });
        *self.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = 0;
        Progress { console: self, bar, what: what.to_owned() }
    }

    /// A finding in a line: `file:line:col: error[code]: message (hint)`.
    pub fn line_of(&self, found: &Diagnostic) -> String {
        let mut line = String::new();
        if let Some(source) = &found.source {
            let _ = write!(line, "{source}: ");
        }
        let _ = write!(line, "error[{}]: ", found.code);
        if let Some(path) = &found.path {
            let _ = write!(line, "{path}: ");
        }
        line.push_str(&found.render(self.locale));
        // The environment's findings seldom come with a hint of their own; what to do is what the reader needs.
        let hint = found.hint.clone().or_else(|| match found.class() {
            Class::Environment | Class::Unavailable | Class::NoSpace => Some(failure::cure(found.code)),
            _ => None,
        });
        if let Some(hint) = hint {
            let _ = write!(line, " ({})", hint.render(self.locale));
        }
        line
    }

    /// Findings as machines read them.
    pub fn json_of(&self, found: &[Diagnostic]) -> Json {
        let one = |found: &Diagnostic| {
            let source = found.source.as_ref();
            json!({
                "code": found.code.name(),
                "message": found.render(self.locale),
                "hint": found.hint.as_ref().map(|hint| hint.render(self.locale)),
                "path": found.path,
                "file": source.map(|source| source.file.as_str()),
                "line": source.map(|source| source.line),
                "column": source.map(|source| source.column),
            })
        };
        Json::Array(found.iter().map(one).collect())
    }

    /// Shows why a command failed and answers its exit code.
    pub fn finish(&self, failure: Failure) -> ExitCode {
        let code = failure.exit_code();
        match &failure {
            Failure::Shown(_) => {}
            Failure::Usage(reason) if self.is_json() => {
                self.answer(&json!({"ok": false, "errors": [{"code": "usage", "message": reason}]}));
            }
            Failure::Usage(reason) => self.note(format!("error: {reason}")),
            Failure::Found(found) if self.is_json() => {
                self.answer(&json!({"ok": false, "errors": self.json_of(found)}));
            }
            Failure::Found(found) => {
                let mut text = String::new();
                for one in found {
                    let _ = writeln!(text, "{}", self.line_of(one));
                }
                if found.len() > 1 {
                    let _ = writeln!(text, "{} errors", found.len());
                }
                let _ = std::io::stderr().write_all(text.as_bytes());
            }
        }
        ExitCode::from(code)
    }
}

/// `zh_CN.UTF-8` and the like.
fn of_environment(value: &str) -> Option<Locale> {
    Locale::from_tag(value.split(['.', '@']).next().unwrap_or_default())
}

/// Progress of some work.
pub struct Progress<'a> {
    console: &'a Console,
    bar: Option<ProgressBar>,
    what: String,
}

impl Progress<'_> {
    /// So much of so much is done.
    pub fn at(&self, done: u64, all: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(all);
            bar.set_position(done);
            return;
        }
        let percent = usize::try_from(done * 100 / all.max(1)).unwrap_or(100);
        let mut told = self.console.told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if percent >= *told + 25 || (done == all && *told < 100) {
            *told = percent;
            self.console.note(format!("{}: {done}/{all}", self.what));
        }
    }

    /// The work is done.
    pub fn end(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_a_language() {
        let rows = [
            ("zh_CN.UTF-8", Some(Locale::ZhCn)),
            ("zh_TW", Some(Locale::ZhTw)),
            ("en_US.UTF-8", Some(Locale::En)),
            ("C.UTF-8", None),
            ("POSIX", None),
            ("de_DE@euro", None),
        ];
        for (value, expect) in rows {
            assert_eq!(of_environment(value), expect, "{value}");
        }
    }
}
