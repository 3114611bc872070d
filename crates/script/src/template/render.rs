//! Rendering a text that was checked, within bounds of size and time.

use super::check::{Checked, Partials};
use super::clock::Clock;
use super::display;
use chrono_tz::Tz;
use diagnostic::{Code, Diagnostic, Locale, Source};
use handlebars::{Context, Handlebars, no_escape};
use serde_json::Value as Json;
use std::io::{self, Write};
use std::sync::Arc;

/// Longest text that comes out, in bytes.
const LONGEST: usize = 1 << 20;

/// For whom a text is rendered.
#[derive(Clone, Copy, Debug)]
pub struct Rendering {
    /// Values are escaped, because what comes out is HTML.
    pub html: bool,
    /// The reader's language.
    pub locale: Locale,
    /// The reader's time zone.
    pub zone: Tz,
}

/// A message, rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// What it is about.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: Option<String>,
}

/// Renders a text with its data.
///
/// # Errors
/// `template_error` where it grows too long or takes too long, or a helper fails.
pub fn render(
    text: &Checked,
    partials: &Partials,
    data: Json,
    how: Rendering,
) -> Result<String, Box<Diagnostic>> {
    let clock = Arc::new(Clock::start());
    let mut registry = Handlebars::new();
    if !how.html {
        registry.register_escape_fn(no_escape);
    }
    display::register(&mut registry, how.locale, how.zone, &clock);
    for (name, partial) in partials {
        registry.register_template(name, partial.template.clone());
    }
    // No partial has such a name.
    registry.register_template("", text.template.clone());
    let mut out = Bounded { text: Vec::new(), clock: &clock };
    let done = Context::wraps(data)
        .and_then(|context| registry.render_with_context_to_write("", &context, &mut out));
    match done {
        Ok(()) => Ok(String::from_utf8_lossy(&out.text).into_owned()),
        Err(error) => {
            let number = |n: Option<usize>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let place = Source {
                file: text.file.clone(),
                line: number(error.line_no),
                column: number(error.column_no),
            };
            let found = Diagnostic::new(Code::TemplateError).with("reason", error.reason());
            Err(Box::new(found.in_source(place)))
        }
    }
}

struct Bounded<'a> {
    text: Vec<u8>,
    clock: &'a Clock,
}

impl Write for Bounded<'_> {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.text.len() + more.len() > LONGEST {
            return Err(io::Error::other(format!("more than {LONGEST} bytes come out")));
        }
        self.clock.check().map_err(|error| io::Error::other(error.to_string()))?;
        self.text.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
