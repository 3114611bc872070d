//! Views, forms, apps and workflows as clients are told of them.

use super::{Reader, localised};
use catalog::scopes;
use definition::app::MenuEntry;
use definition::workflow::{StartBy, Trigger};
use definition::{App, Form, View, Workflow};
use expression::Expectation;
use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

impl Reader<'_> {
    pub(super) fn plain<T: serde::Serialize>(
        &self,
        kind: &str,
        name: &str,
        definition: &T,
    ) -> Map<String, Json> {
        let json = serde_json::to_value(definition).unwrap_or(Json::Null);
        let mut map = match localised(json, self.locale) {
            Json::Object(map) => map,
            _ => Map::new(),
        };
        map.shift_remove("formerly");
        map.insert("kind".to_owned(), json!(kind));
        map.insert("name".to_owned(), json!(name));
        map
    }

    /// Whether a path of fields may be read to its end.
    fn reads(&self, object: &str, path: &str) -> bool {
        let object = self.catalog().objects.get(object);
        object.is_some_and(|object| self.known.path(object, path.trim_start_matches('-')).is_ok())
    }

    /// Whether a condition speaks only of what may be read.
    pub(super) fn understands(&self, object: &str, text: &str) -> bool {
        let Some(object) = self.catalog().objects.get(object) else { return false };
        let names = scopes::VIEW_WHERE.names(&object.name, None);
        expression::compile(text, &names, &self.known, &Expectation::Condition).is_ok()
    }

    /// `None` where its condition speaks of what may not be read: it cannot be asked for either.
    pub(super) fn view(&self, name: &str, view: &View) -> Option<Json> {
        if view.r#where.as_ref().is_some_and(|text| !self.understands(&view.object, text.text())) {
            return None;
        }
        let mut shown = self.plain("view", name, view);
        shown.insert("label".to_owned(), json!(self.text(view.label.as_ref(), name)));
        self.keep_fields(&view.object, shown.get_mut("columns"));
        self.keep_fields(&view.object, shown.get_mut("sort"));
        self.keep_fields(&view.object, shown.get_mut("card").and_then(|card| card.get_mut("lines")));
        for key in ["group_by", "cover", "start", "end", "title", "parent", "depends_on", "progress"] {
            if shown.get(key).and_then(Json::as_str).is_some_and(|path| !self.reads(&view.object, path)) {
                shown.shift_remove(key);
            }
        }
        if let Some(Json::Object(card)) = shown.get_mut("card") {
            for key in ["title", "sum"] {
                if card.get(key).and_then(Json::as_str).is_some_and(|path| !self.reads(&view.object, path)) {
                    card.shift_remove(key);
                }
            }
        }
        Some(Json::Object(shown))
    }

    /// Leaves out of a list or map of fields those that may not be read.
    pub(super) fn keep_fields(&self, object: &str, fields: Option<&mut Json>) {
        match fields {
            Some(Json::Object(map)) => map.retain(|path, _| self.reads(object, path)),
            Some(Json::Array(list)) => {
                list.retain(|path| path.as_str().is_some_and(|p| self.reads(object, p)))
            }
            _ => {}
        }
    }

    /// Conditions stand in it as they were written, and under `expressions` as clients evaluate them.
    pub(super) fn form(&self, name: &str, form: &Form) -> Option<Json> {
        let mut shown = self.plain("form", name, form);
        let mut expressions = Map::new();
        shown.insert("label".to_owned(), json!(self.text(form.label.as_ref(), name)));
        if let Some(Json::Object(sections)) = shown.get_mut("sections") {
            for section in sections.values_mut() {
                self.keep_fields(&form.object, section.get_mut("fields"));
                self.keep_conditions(&form.object, section, &mut expressions);
            }
        }
        self.keep_fields(&form.object, shown.get_mut("fields"));
        if let Some(Json::Object(fields)) = shown.get_mut("fields") {
            for (field, settings) in fields.iter_mut() {
                self.keep_conditions(&form.object, settings, &mut expressions);
                let child = self.known.readable(&form.object, field).and_then(|field| match &field.stored {
                    catalog::Stored::Children { object, .. } => Some(object.clone()),
                    catalog::Stored::Link(link) => Some(link.target.clone()),
                    _ => None,
                });
                match child {
                    Some(child) => {
                        self.keep_fields(&child, settings.get_mut("columns"));
                        self.keep_fields(&child, settings.get_mut("footer"));
                    }
                    None => self.keep_fields(&form.object, settings.get_mut("columns")),
                }
            }
        }
        shown.insert("expressions".to_owned(), Json::Object(expressions));
        Some(Json::Object(shown))
    }

    /// A condition on what may not be read fails closed: what it shows stays hidden, what it fixes stays fixed,
    /// and what it demands the server demands.
    pub(super) fn keep_conditions(
        &self,
        object: &str,
        settings: &mut Json,
        expressions: &mut Map<String, Json>,
    ) {
        let Json::Object(settings) = settings else { return };
        for (key, closed) in
            [("visible_when", "false"), ("readonly_when", "true"), ("required_when", "false")]
        {
            let Some(Json::String(text)) = settings.get_mut(key) else { continue };
            if self.compiled(object, text).is_none() {
                closed.clone_into(text);
            }
            if let Some(tree) = self.compiled(object, text) {
                expressions.insert(text.clone(), tree);
            }
        }
    }

    fn compiled(&self, object: &str, text: &str) -> Option<Json> {
        let object = self.catalog().objects.get(object)?;
        let names = scopes::FORM_WHEN.names(&object.name, None);
        let expr = expression::compile(text, &names, &self.known, &Expectation::Condition).ok()?;
        Some(expression::to_json(&expr))
    }

    pub(super) fn app(&self, name: &str, app: &App) -> Json {
        let mut shown = self.plain("app", name, app);
        shown.insert("label".to_owned(), json!(self.text(app.label.as_ref(), name)));
        shown.insert("menu".to_owned(), self.menu(&app.menu));
        Json::Object(shown)
    }

    fn menu(&self, entries: &IndexMap<String, MenuEntry>) -> Json {
        let mut shown = Map::new();
        for (name, entry) in entries {
            let view = entry.view.as_ref().and_then(|view| self.catalog().views.get(view.as_str()));
            let object = entry.object.as_deref().or(view.map(|view| view.object.as_str()));
            let object = object.and_then(|object| self.catalog().object(object));
            if object.is_some_and(|object| !self.knows(&object.name)) {
                continue;
            }
            let page = entry.page.as_ref().and_then(|page| self.catalog().pages.get(page.as_str()));
            if page.is_some_and(|page| !self.sees_page(page)) {
                continue;
            }
            let own = entry.label.as_ref().or_else(|| view.and_then(|view| view.label.as_ref()));
            let own = own.or_else(|| page.and_then(|page| page.label.as_ref()));
            let label = own.or_else(|| object.and_then(|o| o.plural.as_ref().or(o.label.as_ref())));
            let mut one = json!({"label": self.text(label, name), "icon": entry.icon});
            if let Some(object) = object {
                one["object"] = json!(object.name);
            }
            if let Some(view) = &entry.view {
                one["view"] = json!(view);
            }
            if let Some(page) = &entry.page {
                one["page"] = json!(page);
            }
            if !entry.menu.is_empty() {
                one["menu"] = self.menu(&entry.menu);
            }
            shown.insert(name.clone(), one);
        }
        Json::Object(shown)
    }

    /// Whether this person may start it by hand, as far as that hangs on no record: without roles, whoever may change
    /// the record starts it.
    fn may_start(&self, name: &str, workflow: &Workflow) -> bool {
        let actor = &self.known.actor;
        let roles: Vec<&str> = match &workflow.trigger.button {
            Some(button) => button.roles.keys().map(String::as_str).collect(),
            None => workflow.start.roles.iter().flatten().map(String::as_str).collect(),
        };
        let changes = |grant: &plan::actor::ObjectGrant| !grant.update.is_none();
        actor.admin
            || actor.grants.start.has(name)
            || actor.roles.iter().any(|role| roles.contains(&&**role))
            || (roles.is_empty() && actor.grant(workflow.object.as_str()).is_some_and(changes))
    }

    pub(super) fn workflow(&self, name: &str, workflow: &Workflow) -> Option<Json> {
        let steps = self.catalog().workflows.get(name)?.steps.keys();
        // Clients that cannot know whether it may begin ask; the server decides.
        let when = match &workflow.trigger.button {
            Some(button) => button.when.as_ref(),
            None => workflow.start.when.as_ref(),
        };
        let when = when.and_then(|text| {
            let object = self.catalog().objects.get(workflow.object.as_str())?;
            let names = scopes::WORKFLOW_START.names(&object.name, None);
            let expr = expression::compile(text.text(), &names, &self.known, &Expectation::Condition).ok()?;
            Some(expression::to_json(&expr))
        });
        Some(json!({
            "kind": "workflow",
            "use": workflow.r#use,
            "name": name,
            "label": self.text(workflow.label.as_ref(), name),
            "description": self.maybe(workflow.description.as_ref()),
            "object": workflow.object,
            "may_start": self.may_start(name, workflow),
            "by": ways(workflow),
            "when": when,
            "steps": steps.collect::<Vec<_>>(),
        }))
    }
}

/// How it begins by the hand of somebody; what sets itself off begins by a button only where it has one.
fn ways(workflow: &Workflow) -> Vec<StartBy> {
    if workflow.trigger == Trigger::default() {
        return workflow.start.by.clone();
    }
    workflow.trigger.button.iter().map(|_| StartBy::Button).collect()
}
