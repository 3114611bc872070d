//! Templates of the catalog in force: parsed and checked once.

use catalog::{Catalog, Template};
use definition::TemplatePart;
use diagnostic::{Code, Diagnostic, Locale, Result};
use script::template::{self, Checked, Needs, Partials, Rendered, Rendering, Text};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

/// The templates of a catalog.
#[derive(Default)]
pub(crate) struct Templates {
    all: HashMap<Arc<str>, Prepared>,
    partials: HashMap<(Arc<str>, Locale), Partials>,
}

/// A text in one language or all.
type Worded<T> = Vec<(Option<Locale>, T)>;

/// A template, parsed and checked.
pub(crate) struct Prepared {
    /// What the catalog says of it.
    pub template: Arc<Template>,
    /// Fields of its record that it shows.
    pub needs: Needs,
    subject: Worded<Checked>,
    texts: Worded<Checked>,
    pages: Worded<Checked>,
}

impl Templates {
    /// Parses and checks all templates of a catalog.
    pub fn prepare(catalog: &Catalog, found: &mut Vec<Diagnostic>) -> Templates {
        let mut made = Templates { partials: partials(catalog, found), ..Templates::default() };
        for (name, template) in &catalog.templates {
            match made.prepared(template, catalog) {
                Ok(prepared) => drop(made.all.insert(name.clone(), prepared)),
                Err(wrong) => found.extend(wrong),
            }
        }
        made
    }

    fn prepared(&self, template: &Arc<Template>, catalog: &Catalog) -> Result<Prepared, Vec<Diagnostic>> {
        let mut found = Vec::new();
        let mut parse = |text: Text<'_>| Checked::parse(text).map_err(|wrong| found.push(*wrong)).ok();
        let part = |part: TemplatePart, parse: &mut dyn FnMut(Text<'_>) -> Option<Checked>| {
            let own = template.texts.iter().filter(|text| text.part == part);
            let parsed = own.filter_map(|text| {
                let checked = parse(Text { file: &text.file, text: &text.text, at: (1, 1) })?;
                Some((text.locale, checked))
            });
            parsed.collect::<Worded<Checked>>()
        };
        let texts = part(TemplatePart::Text, &mut parse);
        let pages = part(TemplatePart::Html, &mut parse);
        let mut subject = Worded::new();
        if let Some((words, place)) = &template.subject {
            let wordings: Vec<(Option<Locale>, &String)> = match words {
                diagnostic::Text::Plain(text) => vec![(None, text)],
                diagnostic::Text::Localized(map) => {
                    map.iter().map(|(locale, text)| (Some(*locale), text)).collect()
                }
            };
            for (locale, text) in wordings {
                let at = (place.line, place.column);
                subject.extend(parse(Text { file: &place.file, text, at }).map(|parsed| (locale, parsed)));
            }
        }
        let object = template.object.as_deref().and_then(|name| catalog.object(name));
        let mut needs = Needs::default();
        for (locale, text) in texts.iter().chain(&pages).chain(&subject) {
            // A text of every language includes what each language has.
            for reader in Locale::ALL.into_iter().filter(|reader| locale.is_none_or(|own| own == *reader)) {
                let partials = self.partials_of(&template.pack, reader);
                match template::check(text, partials, catalog, object, &template.values) {
                    Ok(shown) => needs.join(&shown),
                    Err(wrong) => found.extend(wrong),
                }
            }
        }
        found.dedup();
        match found.is_empty() {
            true => Ok(Prepared { template: template.clone(), needs, subject, texts, pages }),
            false => Err(found),
        }
    }

    fn partials_of(&self, pack: &Arc<str>, locale: Locale) -> &Partials {
        static NONE: std::sync::LazyLock<Partials> = std::sync::LazyLock::new(Partials::new);
        self.partials.get(&(pack.clone(), locale)).unwrap_or(&NONE)
    }

    /// The template of this name, whose short form means one of `pack`.
    ///
    /// # Errors
    /// `unknown_reference`.
    pub fn get(&self, name: &str, pack: Option<&str>) -> Result<&Prepared> {
        let short = pack.filter(|_| !name.contains('.')).map(|pack| format!("{pack}.{name}"));
        self.all.get(short.as_deref().unwrap_or(name)).ok_or_else(|| {
            let hint = diagnostic::did_you_mean(name, self.all.keys().map(|known| &**known));
            let found = Diagnostic::new(Code::UnknownReference).with("what", "template").with("name", name);
            Box::new(found.with_hint(hint))
        })
    }

    /// Renders all parts of a template.
    ///
    /// # Errors
    /// `template_error`.
    pub fn render(&self, prepared: &Prepared, data: &Json, how: Rendering) -> Result<Rendered> {
        let partials = self.partials_of(&prepared.template.pack, how.locale);
        let part = |texts: &Worded<Checked>, html: bool| match best(texts, how.locale) {
            Some(text) => template::render(text, partials, data.clone(), Rendering { html, ..how }).map(Some),
            None => Ok(None),
        };
        Ok(Rendered {
            subject: part(&prepared.subject, false)?.unwrap_or_default(),
            text: part(&prepared.texts, false)?.unwrap_or_default(),
            html: part(&prepared.pages, true)?,
        })
    }
}

/// The wording for a reader: the own language, the nearest one, that of every language.
fn best<T>(texts: &Worded<T>, locale: Locale) -> Option<&T> {
    let chain: &[Option<Locale>] = match locale {
        Locale::En => &[Some(Locale::En), None],
        Locale::ZhCn => &[Some(Locale::ZhCn), Some(Locale::En), None],
        Locale::ZhTw => &[Some(Locale::ZhTw), Some(Locale::ZhCn), Some(Locale::En), None],
    };
    let found = chain.iter().find_map(|wanted| texts.iter().find(|(locale, _)| locale == wanted));
    found.or(texts.first()).map(|(_, text)| text)
}

/// Texts to include, by pack and reader's language.
fn partials(catalog: &Catalog, found: &mut Vec<Diagnostic>) -> HashMap<(Arc<str>, Locale), Partials> {
    type ByName = HashMap<(Arc<str>, Arc<str>), Worded<Arc<Checked>>>;
    let mut parsed = ByName::new();
    for partial in &catalog.partials {
        match Checked::parse(Text { file: &partial.file, text: &partial.text, at: (1, 1) }) {
            Ok(checked) => {
                let key = (partial.pack.clone(), partial.name.clone());
                parsed.entry(key).or_default().push((partial.locale, Arc::new(checked)));
            }
            Err(wrong) => found.push(*wrong),
        }
    }
    let mut out: HashMap<(Arc<str>, Locale), Partials> = HashMap::new();
    for ((pack, name), texts) in &parsed {
        for locale in Locale::ALL {
            if let Some(text) = best(texts, locale) {
                let own = out.entry((pack.clone(), locale)).or_default();
                own.insert(name.to_string(), text.clone());
            }
        }
    }
    out
}
