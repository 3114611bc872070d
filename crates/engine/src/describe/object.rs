//! An object as clients are told of it.

use super::{Reader, localised};
use catalog::{Derived, Field, FieldRight, Object, Stored, SystemField, TitlePart};
use expression::{Expr, Step, dependencies, to_json};
use plan::actor::ObjectGrant;
use serde_json::{Map, Value as Json, json};

impl Reader<'_> {
    pub(super) fn object(&self, object: &Object) -> Json {
        let none = ObjectGrant::default();
        let grant = self.known.actor.grant(&object.name).unwrap_or(&none);
        let mut fields = Map::new();
        for field in self.known.fields(object).filter(|f| f.system != Some(SystemField::Flow)) {
            fields.insert(field.name.to_string(), self.field(object, field, grant));
        }
        json!({
            "kind": "object",
            "name": object.name,
            "label": self.text(object.label.as_ref(), &object.name),
            "plural": self.text(object.plural.as_ref().or(object.label.as_ref()), &object.name),
            "description": self.maybe(object.description.as_ref()),
            "title": self.title(object),
            "icon": object.icon,
            "single": object.single,
            "strict": object.strict,
            "features": {"history": object.history, "comments": object.comments, "attachments": object.attachments},
            "key": object.key.as_ref().map(|key| &key.fields).filter(|fields| fields.iter().all(|f| self.known.readable(&object.name, f).is_some())),
            "may": {
                "create": grant.create,
                "read": !grant.read.is_none(),
                "update": !grant.update.is_none(),
                "delete": !grant.delete.is_none(),
                "restore": !grant.restore.is_none(),
                "purge": !grant.purge.is_none(),
                "export": !grant.export.is_none(),
                "import": grant.import,
                "assign": !grant.assign.is_none(),
            },
            "fields": fields,
            "transitions": self.transitions(object, grant),
            "actions": self.actions(object, grant),
        })
    }

    fn field(&self, object: &Object, field: &Field, grant: &ObjectGrant) -> Json {
        let kind = serde_json::to_value(&field.kind).unwrap_or(Json::Null);
        let mut shown = match localised(kind, self.locale) {
            Json::Object(map) => map,
            _ => Map::new(),
        };
        // Conditions of choice and fillings are the server's business; they may name what is hidden.
        shown.shift_remove("choose_where");
        shown.shift_remove("fill");
        let stage = object.transitions.as_ref().is_some_and(|t| t.field == field.name);
        let system = field.system.is_some_and(|which| which != SystemField::Owner);
        let writable = grant.field(field.index) == FieldRight::Edit && field.derived.is_none() && !system;
        shown.insert("label".to_owned(), json!(self.text(field.label.as_ref(), &field.name)));
        for (key, text) in [("help", &field.help), ("placeholder", &field.placeholder)] {
            if let Some(text) = text {
                shown.insert(key.to_owned(), self.maybe(Some(text)));
            }
        }
        shown.insert("widget".to_owned(), json!(field.kind.kind().widget()));
        shown.insert("required".to_owned(), json!(field.required));
        shown.insert("writable".to_owned(), json!(writable && !field.readonly && !stage));
        shown.insert("system".to_owned(), json!(field.system.is_some()));
        shown.insert("derived".to_owned(), json!(field.derived.is_some()));
        shown.insert("hidden".to_owned(), json!(field.hidden));
        shown.insert("search".to_owned(), json!(field.search));
        if let Some(Derived::Formula(expr)) = &field.derived
            && let Some(tree) = self.tree(expr)
        {
            shown.insert("formula".to_owned(), tree);
        }
        if let Stored::Children { object, via } = &field.stored {
            shown.insert("of".to_owned(), json!(object));
            match self.known.readable(object, via) {
                Some(_) => shown.insert("via".to_owned(), json!(via)),
                None => shown.shift_remove("via"),
            };
        }
        if !field.default.is_null() {
            shown.insert("default".to_owned(), field.kind.kind().render(&field.default));
        }
        Json::Object(shown)
    }

    /// What a record is called: words, and fields that may be read.
    fn title(&self, object: &Object) -> Json {
        let part = |part: TitlePart| match part {
            TitlePart::Words(words) => json!({"words": words}),
            TitlePart::Field(field) => json!({"field": field}),
        };
        self.known.title(object).parts.into_iter().map(part).collect()
    }

    /// An expression as clients evaluate it; `None` where it reads what the asker may not read, or not in every record.
    fn tree(&self, expr: &Expr) -> Option<Json> {
        let found = dependencies(expr);
        let inner = found.children.iter().flat_map(|child| child.inner.iter().chain([&child.path]));
        let open = |step: &Step| {
            self.known.readable(&step.object, &step.field).is_some() && self.known.veil(step).is_none()
        };
        let mut steps = found.paths.iter().chain(inner).flat_map(|path| &path.steps);
        steps.all(open).then(|| to_json(expr))
    }

    fn transitions(&self, object: &Object, grant: &ObjectGrant) -> Json {
        let Some(transitions) = &object.transitions else { return Json::Null };
        if self.known.readable(&object.name, &transitions.field).is_none() {
            return Json::Null;
        }
        let mut moves = Map::new();
        for (name, made) in &transitions.moves {
            let roles =
                made.roles.is_empty() || made.roles.iter().any(|role| self.known.actor.has_role(role));
            if self.known.actor.admin || (grant.moves.has(name) && roles) {
                let shown = json!({
                    "label": self.text(made.label.as_ref(), name),
                    "from": made.from,
                    "to": made.to,
                    "approval": made.approval,
                });
                moves.insert(name.to_string(), shown);
            }
        }
        json!({"field": transitions.field, "initial": transitions.initial, "moves": moves})
    }

    fn actions(&self, object: &Object, grant: &ObjectGrant) -> Json {
        let mut actions = Map::new();
        for (name, action) in &object.actions {
            let roles =
                action.roles.is_empty() || action.roles.iter().any(|role| self.known.actor.has_role(role));
            if !(self.known.actor.admin || grant.actions.has(name) && roles) {
                continue;
            }
            let mut with = Map::new();
            for (parameter, (kind, required)) in &action.parameters {
                let kind = serde_json::to_value(kind).unwrap_or(Json::Null);
                let mut kind = localised(kind, self.locale);
                kind["required"] = json!(required);
                with.insert(parameter.to_string(), kind);
            }
            let shown = json!({
                "label": self.text(action.label.as_ref(), name),
                "icon": action.icon,
                "on": if action.on_object { "object" } else { "record" },
                "with": with,
            });
            actions.insert(name.to_string(), shown);
        }
        Json::Object(actions)
    }
}
