//! An object as clients are told of it.

use super::{Reader, localised};
use catalog::{Derived, Field, FieldRight, Object, Parameter, Stored, SystemField, TitlePart};
use definition::field::FieldType;
use diagnostic::Text;
use expression::{Expr, Step, Type, Value, dependencies, to_json};
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
            "features": {"history": object.history, "comments": object.comments, "attachments": object.attachments, "followers": object.followers},
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
            "referenced_by": self.referenced_by(object),
            "transitions": self.transitions(object, grant),
            "actions": self.actions(object, grant),
        })
    }

    /// What an action asks for, as a field that everybody who may press it fills in.
    fn parameter(&self, name: &str, parameter: &Parameter) -> Json {
        let Parameter { kind, label, help, placeholder, required, default } = parameter;
        let mut shown = self.asked(kind, name, [label, help, placeholder], *required, default);
        shown.insert("writable".to_owned(), json!(true));
        for key in ["filled", "system", "derived", "hidden", "search"] {
            shown.insert(key.to_owned(), json!(false));
        }
        Json::Object(shown)
    }

    /// What fields and parameters have in common; `texts` are the label, the help and the placeholder.
    fn asked(
        &self,
        kind: &FieldType,
        name: &str,
        [label, help, placeholder]: [&Option<Text>; 3],
        required: bool,
        default: &Value,
    ) -> Map<String, Json> {
        let mut shown = self.kind(kind);
        shown.insert("label".to_owned(), json!(self.text(label.as_ref(), name)));
        for (key, text) in [("help", help), ("placeholder", placeholder)] {
            if let Some(text) = text {
                shown.insert(key.to_owned(), self.maybe(Some(text)));
            }
        }
        shown.insert("widget".to_owned(), json!(kind.kind().widget()));
        shown.insert("required".to_owned(), json!(required));
        if !default.is_null() {
            shown.insert("default".to_owned(), kind.kind().render(default));
        }
        shown
    }

    /// The references of other objects to this one, but for those that make their records parts of one of this.
    fn referenced_by(&self, object: &Object) -> Json {
        let own = object.fields.values().filter_map(|field| match &field.stored {
            Stored::Children { object, via } => Some((object.clone(), via.clone())),
            _ => None,
        });
        let own: Vec<_> = own.collect();
        let mut found = Vec::new();
        for other in self.catalog().objects.values().filter(|other| self.knows(&other.name)) {
            for field in self.known.fields(other).filter(|field| field.system.is_none()) {
                let leads = matches!(&field.ty, Type::Reference(Some(target)) if *target == object.name);
                if leads && !own.contains(&(other.name.clone(), field.name.clone())) {
                    found.push(json!({
                        "object": other.name,
                        "via": field.name,
                        "label": self.text(other.plural.as_ref().or(other.label.as_ref()), &other.name),
                        "field": self.text(field.label.as_ref(), &field.name),
                    }));
                }
            }
        }
        Json::Array(found)
    }

    fn field(&self, object: &Object, field: &Field, grant: &ObjectGrant) -> Json {
        let texts = [&field.label, &field.help, &field.placeholder];
        let mut shown = self.asked(&field.kind, &field.name, texts, field.required, &field.default);
        for (key, condition) in
            [("choose_where", &field.choose_where), ("required_when", &field.required_when)]
        {
            if let Some(tree) = condition.as_ref().and_then(|condition| self.tree(condition)) {
                shown.insert(key.to_owned(), tree);
            }
        }
        for (option, when) in &field.offered_when {
            if let Some(tree) = self.tree(when) {
                shown["options"][&**option]["when"] = tree;
            }
        }
        let stage = object.transitions.as_ref().is_some_and(|t| t.field == field.name);
        let system = field.system.is_some_and(|which| which != SystemField::Owner);
        let writable = grant.field(field.index) == FieldRight::Edit && field.derived.is_none() && !system;
        shown.insert("writable".to_owned(), json!(writable && !field.readonly && !stage));
        shown.insert("filled".to_owned(), json!(self.fills(object, field)));
        shown.insert("system".to_owned(), json!(field.system.is_some()));
        shown.insert("derived".to_owned(), json!(field.derived.is_some()));
        shown.insert("hidden".to_owned(), json!(field.hidden));
        shown.insert("search".to_owned(), json!(field.search));
        // What is kept encrypted here is not to be kept in the open elsewhere.
        if field.encrypted.is_some() {
            shown.insert("encrypted".to_owned(), json!(true));
        }
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
        Json::Object(shown)
    }

    /// Whether the server finds a value for it in a new record: by itself, or out of what is chosen.
    fn fills(&self, object: &Object, field: &Field) -> bool {
        let filled_by = |other: &Field| other.fill.iter().any(|(own, _)| *own == field.name);
        field.default_from.is_some() || self.known.fields(object).any(filled_by)
    }

    /// A type of field with what it says of itself.
    fn kind(&self, kind: &FieldType) -> Map<String, Json> {
        let kind = serde_json::to_value(kind).unwrap_or(Json::Null);
        let Json::Object(mut shown) = localised(kind, self.locale) else { return Map::new() };
        // Fillings are the server's business; they may name what is hidden. So may conditions: they are told
        // as trees, and only where everything that they read may be read.
        shown.shift_remove("choose_where");
        shown.shift_remove("fill");
        if let Some(Json::Object(options)) = shown.get_mut("options") {
            for (name, option) in
                options.iter_mut().filter_map(|(name, option)| Some((name, option.as_object_mut()?)))
            {
                option.shift_remove("when");
                option.entry("label").or_insert_with(|| json!(name));
            }
        }
        shown
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
            for (name, parameter) in &action.parameters {
                with.insert(name.to_string(), self.parameter(name, parameter));
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
