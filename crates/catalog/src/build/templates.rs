//! Templates and the files that hold their texts.

use super::entry::{Entry, Findings, Noun, invalid, unknown};
use crate::model::catalog::Catalog;
use crate::model::template::{Partial, Template, TemplateText};
use definition::TemplatePart;
use diagnostic::{Code, Diagnostic, Locale, Result, Source, did_you_mean};
use indexmap::IndexMap;
use std::sync::Arc;

/// A file of a pack's `templates` folder.
#[derive(Clone, Debug)]
pub(super) struct TextFile {
    /// The pack.
    pub pack: Arc<str>,
    /// The file's name without `.hbs`.
    pub stem: Arc<str>,
    /// The path as findings show it.
    pub shown: Arc<str>,
    /// What it holds.
    pub text: Arc<str>,
}

/// What the name of a file says: `name.part.locale`, or `_name.locale` for a partial.
struct Named<'a> {
    name: &'a str,
    part: Option<TemplatePart>,
    locale: Option<Locale>,
}

pub(super) fn build(
    catalog: &mut Catalog,
    entries: &IndexMap<Arc<str>, Entry<definition::Template>>,
    files: &[TextFile],
    findings: &mut Findings<'_>,
) {
    let mut texts: IndexMap<Arc<str>, Vec<TemplateText>> = IndexMap::new();
    for file in files {
        let place = Source { file: file.shown.to_string(), line: 0, column: 0 };
        let named = match named(&file.stem) {
            Ok(named) => named,
            Err(finding) => {
                findings.found.push(finding.in_source(place));
                continue;
            }
        };
        let Some(part) = named.part else {
            catalog.partials.push(Partial {
                pack: file.pack.clone(),
                name: Arc::from(named.name),
                locale: named.locale,
                file: file.shown.clone(),
                text: file.text.clone(),
            });
            continue;
        };
        let full: Arc<str> = Arc::from(format!("{}.{}", file.pack, named.name));
        if !entries.contains_key(&full) {
            let own = entries.keys().filter_map(|known| known.strip_prefix(&format!("{}.", file.pack)));
            let own: Vec<&str> = own.collect();
            let hint = did_you_mean(named.name, own.iter().copied());
            findings.found.push(unknown("template", named.name).with_hint(hint).in_source(place));
            continue;
        }
        let (locale, shown, text) = (named.locale, file.shown.clone(), file.text.clone());
        texts.entry(full).or_default().push(TemplateText { part, locale, file: shown, text });
    }
    for entry in entries.values() {
        let own = texts.shift_remove(&entry.name).unwrap_or_default();
        let made = template(entry, own, findings);
        catalog.templates.insert(entry.name.clone(), Arc::new(made));
    }
}

fn template(
    entry: &Entry<definition::Template>,
    texts: Vec<TemplateText>,
    findings: &mut Findings<'_>,
) -> Template {
    let written = &entry.definition;
    let object =
        written.object.as_ref().and_then(|name| findings.resolve(Noun::Object, name, entry, &["object"]));
    let needed = written.used_for.needs();
    // A reader of any language must get something: a text of every language, or English, the last fallback.
    let for_all =
        |part| texts.iter().any(|text| text.part == part && matches!(text.locale, None | Some(Locale::En)));
    if !for_all(needed) {
        let name = format!("templates/{}.{}.hbs", written.name, needed.name());
        findings.push(unknown("file", &name), &entry.origin, &["name"]);
    } else if texts.iter().any(|text| text.part != needed) && !for_all(other(needed)) {
        let name = format!("templates/{}.{}.hbs", written.name, other(needed).name());
        findings.push(unknown("file", &name), &entry.origin, &["name"]);
    }
    let subject = written.subject.clone().map(|text| (text, entry.origin.at(&["subject"])));
    Template {
        name: entry.name.clone(),
        pack: entry.pack(),
        used_for: written.used_for,
        object,
        values: written.values.iter().map(|name| Arc::from(name.as_str())).collect(),
        subject,
        texts,
    }
}

fn other(part: TemplatePart) -> TemplatePart {
    match part {
        TemplatePart::Text => TemplatePart::Html,
        TemplatePart::Html => TemplatePart::Text,
    }
}

fn named(stem: &str) -> Result<Named<'_>> {
    let mut words = stem.split('.');
    let first = words.next().unwrap_or_default();
    let (name, part) = match first.strip_prefix('_') {
        Some(name) => (name, None),
        None => {
            let part = match words.next() {
                Some("text") => TemplatePart::Text,
                Some("html") => TemplatePart::Html,
                _ => return Err(invalid("such a file is `name.text.hbs` or `name.html.hbs`").into()),
            };
            (first, Some(part))
        }
    };
    let locale = match words.next() {
        None => None,
        Some(tag) => match Locale::ALL.into_iter().find(|locale| locale.tag() == tag) {
            Some(locale) => Some(locale),
            None => {
                let hint = did_you_mean(tag, Locale::ALL.map(Locale::tag));
                return Err(unknown("language", tag).with_hint(hint).into());
            }
        },
    };
    if words.next().is_some() {
        return Err(Diagnostic::new(Code::StrayFile).into());
    }
    Ok(Named { name, part, locale })
}
