//! What clients are told of the definitions in force: resolved, trimmed to what the asker may know, in the
//! asker's language.
//!
//! Read in this order: this file (names), [`object`], [`screens`], [`pages`], [`role`].

mod object;

mod role;

mod screens;

mod pages;

use crate::engine::Engine;
use crate::identity::Identity;
use catalog::Catalog;
use diagnostic::{Code, Diagnostic, Locale, Result, Text};
use plan::known::Known;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// The kinds that are described.
pub const KINDS: [&str; 8] = ["object", "view", "form", "page", "app", "workflow", "role", "pack"];

/// A reader of definitions.
#[derive(Clone, Copy)]
struct Reader<'a> {
    known: Known<'a>,
    locale: Locale,
}

impl Engine {
    /// Names, labels and kinds of the definitions that the asker may know.
    pub fn definitions(&self, identity: &Arc<Identity>, locale: Locale) -> Vec<Json> {
        let published = self.published();
        let reader = Reader { known: Known { catalog: &published.catalog, actor: &identity.actor }, locale };
        KINDS.iter().flat_map(|kind| reader.names(kind)).collect()
    }

    /// One definition.
    ///
    /// # Errors
    /// `not_found`, also for what the asker may not know.
    pub fn definition(
        &self,
        identity: &Arc<Identity>,
        kind: &str,
        name: &str,
        locale: Locale,
    ) -> Result<Json> {
        let published = self.published();
        let reader = Reader { known: Known { catalog: &published.catalog, actor: &identity.actor }, locale };
        reader.one(kind, name).ok_or_else(|| Box::new(Diagnostic::new(Code::NotFound)))
    }
}

impl Reader<'_> {
    fn catalog(&self) -> &Catalog {
        self.known.catalog
    }

    fn knows(&self, object: &str) -> bool {
        self.known.actor.grant(object).is_some()
    }

    fn text(&self, text: Option<&Text>, name: &str) -> String {
        Text::or_name(text, self.locale, name.rsplit('.').next().unwrap_or(name)).to_owned()
    }

    fn maybe(&self, text: Option<&Text>) -> Json {
        text.and_then(|text| text.get(self.locale)).map_or(Json::Null, Json::from)
    }

    fn names(&self, kind: &str) -> Vec<Json> {
        let entry = |name: &Arc<str>, label: Option<&Text>, object: Option<&str>| {
            let mut entry = json!({"kind": kind, "name": name, "label": self.text(label, name)});
            if let Some(object) = object {
                entry["object"] = json!(object);
            }
            entry
        };
        let c = self.catalog();
        let actor = self.known.actor;
        match kind {
            "object" => {
                let known = c.objects.values().filter(|o| self.knows(&o.name));
                let shown = known.map(|o| {
                    (entry(&o.name, o.label.as_ref(), None), actor.grant(&o.name).is_some_and(|g| g.create))
                });
                shown.map(with_create).collect()
            }
            "view" => {
                let known = c.views.iter().filter(|(_, v)| self.knows(&v.object));
                let shown = known.map(|(n, v)| (entry(n, v.label.as_ref(), Some(&v.object)), v.default));
                shown.map(with_default).collect()
            }
            "form" => {
                let known = c.forms.iter().filter(|(_, f)| self.knows(&f.object));
                let shown = known.map(|(n, f)| (entry(n, f.label.as_ref(), Some(&f.object)), f.default));
                shown.map(with_default).collect()
            }
            "page" => {
                let known = c.pages.iter().filter(|(_, p)| self.sees_page(p));
                let shown = known.map(|(n, p)| (entry(n, p.label.as_ref(), p.object.as_deref()), p.default));
                shown.map(with_default).collect()
            }
            "app" => {
                let known = c.apps.iter().filter(|(_, a)| self.sees_app(a));
                known.map(|(n, a)| entry(n, a.label.as_ref(), None)).collect()
            }
            "workflow" => {
                let known = c.workflows.iter().filter(|(_, w)| self.knows(&w.object));
                known.map(|(n, w)| entry(n, w.label.as_ref(), Some(&w.object))).collect()
            }
            "role" => {
                let known = c.roles.iter().filter(|(name, _)| actor.admin || actor.has_role(name));
                known.map(|(n, r)| entry(n, r.label.as_ref(), None)).collect()
            }
            "pack" if actor.admin => c.packs.iter().map(|(n, p)| entry(n, p.label.as_ref(), None)).collect(),
            _ => Vec::new(),
        }
    }

    fn sees_app(&self, app: &definition::App) -> bool {
        let actor = self.known.actor;
        actor.admin || app.roles.as_ref().is_none_or(|roles| roles.iter().any(|role| actor.has_role(role)))
    }

    fn one(&self, kind: &str, name: &str) -> Option<Json> {
        let c = self.catalog();
        match kind {
            "object" => self.known.object(name).ok().map(|(object, _)| self.object(object)),
            "view" => self.view(name, c.views.get(name).filter(|v| self.knows(&v.object))?),
            "form" => self.form(name, c.forms.get(name).filter(|f| self.knows(&f.object))?),
            "page" => Some(self.page(name, c.pages.get(name).filter(|p| self.sees_page(p))?)),
            "app" => c.apps.get(name).filter(|app| self.sees_app(app)).map(|app| self.app(name, app)),
            "workflow" => self.workflow(name, c.workflows.get(name).filter(|w| self.knows(&w.object))?),
            "role" => {
                let actor = self.known.actor;
                let role = c.roles.get(name).filter(|_| actor.admin || actor.has_role(name))?;
                Some(self.role(role))
            }
            "pack" => {
                let pack = c.packs.get(name).filter(|_| self.known.actor.admin)?;
                Some(json!({
                    "kind": "pack",
                    "name": pack.name,
                    "version": pack.version.to_string(),
                    "label": self.text(pack.label.as_ref(), name),
                    "description": self.maybe(pack.description.as_ref()),
                    "requires": pack.requires,
                }))
            }
            _ => None,
        }
    }
}

/// Says of the one that is taken where none is asked for that it is.
fn with_default((mut entry, default): (Json, bool)) -> Json {
    if default {
        entry["default"] = json!(true);
    }
    entry
}

/// Says of an object whose records the asker may create that he may.
fn with_create((mut entry, create): (Json, bool)) -> Json {
    if create {
        entry["create"] = json!(true);
    }
    entry
}

/// Puts the wording of one language in place of every map of languages.
fn localised(json: Json, locale: Locale) -> Json {
    match json {
        Json::Object(map) if is_wording(&map) => {
            let text: Option<Text> = serde_json::from_value(Json::Object(map)).ok();
            text.as_ref().and_then(|text| text.get(locale)).map_or(Json::Null, Json::from)
        }
        Json::Object(map) => {
            let kept = map.into_iter().map(|(key, value)| (key, localised(value, locale)));
            Json::Object(kept.filter(|(_, value)| !value.is_null()).collect())
        }
        Json::Array(items) => Json::Array(items.into_iter().map(|item| localised(item, locale)).collect()),
        other => other,
    }
}

fn is_wording(map: &Map<String, Json>) -> bool {
    !map.is_empty()
        && map
            .iter()
            .all(|(key, value)| Locale::ALL.iter().any(|locale| locale.tag() == key) && value.is_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wordings_become_words_and_nothing_else_changes() {
        let json = json!({"label": {"en": "Lead", "zh-CN": "线索"}, "en": {"x": 1}, "none": null, "list": [{"en": "a"}]});
        assert_eq!(localised(json, Locale::ZhTw), json!({"label": "线索", "en": {"x": 1}, "list": ["a"]}));
    }
}
