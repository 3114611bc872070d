//! Objects and the types of their fields: what every expression is checked against.

use super::entry::{Entry, Findings, Noun, invalid, not_yet, unknown};
use super::system;
use crate::model::catalog::Catalog;
use crate::model::field::{Encryption, Field, Stored};
use crate::model::object::{Hooks, Object, Ownership, Parent, Title};
use definition::field::{FieldDefinition, FieldType, Lookup, Mask};
use definition::{ColumnType, Concurrency, Feature, Ownership as Written};
use diagnostic::{Code, Diagnostic, did_you_mean};
use expression::Value;
use indexmap::IndexMap;
use std::collections::HashMap;
use std::sync::Arc;

type Definition = Entry<definition::Object>;
type Definitions = IndexMap<Arc<str>, Definition>;

/// `children` fields by the object of the children: (parent object, its field, the child's reference).
type Families = HashMap<Arc<str>, Vec<Parent>>;

/// Puts every object with its fields and their types into the catalog; expressions come later.
pub(super) fn build(catalog: &mut Catalog, entries: &Definitions, findings: &mut Findings<'_>) {
    let families = families(entries, findings);
    for entry in entries.values() {
        let object = skeleton(entry, &families, findings);
        catalog.objects.insert(entry.name.clone(), Arc::new(object));
    }
    for entry in entries.values() {
        check_ownership(catalog, entry, findings);
        check_children(catalog, entry, findings);
    }
}

fn families(entries: &Definitions, findings: &Findings<'_>) -> Families {
    let mut families = Families::new();
    for entry in entries.values() {
        for (name, field) in &entry.definition.fields {
            let FieldType::Children(children) = &field.kind else { continue };
            // What is unknown is reported where the field is built.
            let Some(child) = findings.registry.resolve(Noun::Object, &children.of, &entry.scopes) else {
                continue;
            };
            let parent = Parent {
                object: entry.name.clone(),
                field: Arc::from(name.as_str()),
                via: Arc::from(children.via.as_str()),
            };
            families.entry(child).or_default().push(parent);
        }
    }
    families
}

fn skeleton(entry: &Definition, families: &Families, findings: &mut Findings<'_>) -> Object {
    let written = &entry.definition;
    let parents = families.get(&entry.name).map(Vec::as_slice).unwrap_or_default();
    let ownership = match &written.ownership {
        Some(Written::User) => Ownership::User,
        Some(Written::Shared) => Ownership::Shared,
        Some(Written::Inherit(field)) => Ownership::Inherit(Arc::from(field.as_str())),
        // A child of exactly one parent belongs to whoever owns the parent.
        None => match parents {
            [parent] => Ownership::Inherit(parent.via.clone()),
            _ => Ownership::Shared,
        },
    };
    let parent = match &ownership {
        Ownership::Inherit(via) => parents.iter().find(|parent| parent.via == *via).cloned(),
        _ => None,
    };
    let has = |feature| written.features.contains(&feature);
    for (place, feature) in written.features.iter().enumerate() {
        if *feature == Feature::Activities {
            let place = place.to_string();
            let what = format!("feature `{}`", format!("{feature:?}").to_lowercase());
            findings.push(not_yet(what), &entry.origin, &["features", &place]);
        }
    }
    let former = |name: &String| Arc::from(full(name, &entry.pack()));
    let mut object = Object {
        name: entry.name.clone(),
        pack: entry.pack(),
        label: written.label.clone(),
        plural: written.plural.clone(),
        description: written.description.clone(),
        icon: written.icon.clone(),
        table: Arc::from(""),
        formerly: written.formerly.iter().map(former).collect(),
        fields: IndexMap::new(),
        aliases: HashMap::new(),
        title: Title::default(),
        ownership,
        parent,
        history: has(Feature::History),
        comments: has(Feature::Comments),
        attachments: has(Feature::Attachments),
        followers: has(Feature::Followers),
        strict: written.concurrency == Concurrency::Strict,
        single: written.single,
        key: None,
        uniques: IndexMap::new(),
        indexes: IndexMap::new(),
        rules: IndexMap::new(),
        transitions: None,
        hooks: Hooks::default(),
        actions: IndexMap::new(),
    };
    let owned = object.ownership == Ownership::User;
    for which in system::list(owned, !parents.is_empty()) {
        let field = system::field(which, &object.name);
        object.fields.insert(field.name.clone(), field);
    }
    for (name, definition) in &written.fields {
        add_field(&mut object, name, definition, entry, findings);
    }
    for (index, field) in object.fields.values_mut().enumerate() {
        field.index = index;
    }
    object
}

fn full(name: &str, pack: &str) -> String {
    if name.contains('.') { name.to_owned() } else { format!("{pack}.{name}") }
}

fn add_field(
    object: &mut Object,
    name: &str,
    definition: &FieldDefinition,
    entry: &Definition,
    findings: &mut Findings<'_>,
) {
    let path = ["fields", name];
    if object.fields.get(name).is_some_and(|field| field.system.is_some()) {
        let reason = "every record of this object has such a field already";
        let finding = Diagnostic::new(Code::InvalidName).with("name", name).with("reason", reason);
        findings.push(finding, &entry.origin, &path);
        return;
    }
    let field = plain_field(name, definition, entry, findings);
    for former in &definition.formerly {
        if !entry.definition.fields.contains_key(former) {
            object.aliases.insert(Arc::from(former.as_str()), field.name.clone());
        }
    }
    object.fields.insert(field.name.clone(), field);
}

/// A field with everything but its expressions, its literal default and its physical names.
fn plain_field(
    name: &str,
    definition: &FieldDefinition,
    entry: &Definition,
    findings: &mut Findings<'_>,
) -> Field {
    let path = ["fields", name];
    let mut kind = definition.kind.clone();
    resolve_kind(&mut kind, entry, &path, findings);
    let name: Arc<str> = Arc::from(name);
    let encrypted = encryption(definition, entry, &path, findings);
    let column = if encrypted.is_some() { Some(ColumnType::Text) } else { kind.kind().column() };
    let stored = match (&kind, column) {
        (FieldType::Children(children), _) => Stored::Children {
            object: Arc::from(children.of.as_str()),
            via: Arc::from(children.via.as_str()),
        },
        (FieldType::References(references), _) => Stored::Link(crate::model::field::Link {
            table: Arc::from(""),
            target: Arc::from(references.to.as_str()),
            attributes: attributes(references, entry, &path, findings),
        }),
        (_, Some(ty)) => Stored::Column { column: name.clone(), ty },
        (_, None) => Stored::AtRead,
    };
    Field {
        label: definition.label.clone(),
        help: definition.help.clone(),
        placeholder: definition.placeholder.clone(),
        ty: kind.kind().expression_type(),
        kind,
        stored,
        required: definition.required,
        readonly: definition.readonly,
        encrypted,
        search: definition.search,
        hidden: definition.hidden,
        declassify: definition.declassify,
        ..system::blank(name)
    }
}

fn resolve_kind(kind: &mut FieldType, entry: &Definition, path: &[&str; 2], findings: &mut Findings<'_>) {
    let (name, key) = match kind {
        FieldType::Reference(reference) if !reference.is_any() => (&mut reference.to, "to"),
        FieldType::References(references) => (&mut references.to, "to"),
        FieldType::Children(children) => (&mut children.of, "of"),
        _ => return,
    };
    findings.resolve_in(Noun::Object, name, entry, &[path[0], path[1], key]);
}

fn attributes(
    references: &definition::field::ReferencesField,
    entry: &Definition,
    path: &[&str; 2],
    findings: &mut Findings<'_>,
) -> Vec<(Arc<str>, Arc<str>, FieldType, ColumnType)> {
    let mut out = Vec::new();
    for (name, attribute) in &references.attributes {
        let at = [path[0], path[1], "attributes", name];
        let mut kind = attribute.kind.clone();
        resolve_kind(&mut kind, entry, path, findings);
        match kind.kind().column() {
            Some(ColumnType::Link) | None => {
                let what = format!("an attribute of type `{}`", kind.name());
                findings.push(not_yet(what), &entry.origin, &at);
            }
            Some(column) => out.push((Arc::from(name.as_str()), Arc::from(name.as_str()), kind, column)),
        }
        let computed = attribute.is_derived()
            || attribute.encrypted
            || attribute.unique
            || attribute.required_when.is_some()
            || attribute.default_from.is_some();
        if computed {
            findings.push(
                not_yet("a computed, conditional, unique or encrypted attribute"),
                &entry.origin,
                &at,
            );
        }
    }
    out
}

fn encryption(
    definition: &FieldDefinition,
    entry: &Definition,
    path: &[&str; 2],
    findings: &mut Findings<'_>,
) -> Option<Encryption> {
    let here = &entry.origin;
    if !definition.encrypted {
        if definition.mask.is_some() || definition.lookup.is_some() {
            findings.push(
                invalid("`mask` and `lookup` belong to a field with `encrypted: true`"),
                here,
                path,
            );
        }
        return None;
    }
    if !definition.kind.kind().expression_type().is_text() {
        let what = format!("encryption of type `{}`", definition.kind.name());
        findings.push(not_yet(what), here, &[path[0], path[1], "encrypted"]);
        return None;
    }
    if definition.is_derived() || definition.search {
        findings.push(invalid("an encrypted field is neither computed nor searched"), here, path);
    }
    // The physical name of the hash column is filled in later; here it only says that there is one.
    let hash_column = definition.lookup.map(|Lookup::Exact| Arc::from(""));
    Some(Encryption { mask: definition.mask.unwrap_or(Mask::All), hash_column })
}

fn check_ownership(catalog: &Catalog, entry: &Definition, findings: &mut Findings<'_>) {
    let Some(object) = catalog.objects.get(&entry.name) else { return };
    // Where it is not written, it follows a children field, which is checked itself.
    let (Some(_), Ownership::Inherit(via)) = (&entry.definition.ownership, &object.ownership) else { return };
    let is_reference = |field: &Field| super::paths::target(&field.ty).is_some();
    match object.field(via) {
        Some(field) if is_reference(field) => {}
        Some(_) => {
            findings.push(invalid(format!("`{via}` is no reference")), &entry.origin, &["ownership"]);
        }
        None => {
            let hint = did_you_mean(via, object.fields.keys().map(|key| &**key));
            findings.push(unknown("field", via).with_hint(hint), &entry.origin, &["ownership"]);
        }
    }
}

/// A `children` field and the child's reference must agree.
fn check_children(catalog: &Catalog, entry: &Definition, findings: &mut Findings<'_>) {
    let Some(object) = catalog.objects.get(&entry.name) else { return };
    for (name, field) in &object.fields {
        let Stored::Children { object: child, via } = &field.stored else { continue };
        let Some(child) = catalog.objects.get(child) else { continue };
        let path = ["fields", name, "via"];
        match child.field(via) {
            None => {
                let hint = did_you_mean(via, child.fields.keys().map(|key| &**key));
                let what = format!("field of {}", child.name);
                findings.push(unknown(&what, via).with_hint(hint), &entry.origin, &path);
            }
            Some(back) if super::paths::target(&back.ty) == Some(&object.name) => {}
            Some(_) => {
                let reason = format!("`{}.{via}` does not refer to {}", child.name, object.name);
                findings.push(invalid(reason), &entry.origin, &path);
            }
        }
    }
}

/// The literal as a value of the field, or a finding at `path`.
pub(super) fn literal(
    kind: &FieldType,
    json: &serde_json::Value,
    name: &str,
    origin: &super::entry::Origin,
    path: &[&str],
    findings: &mut Findings<'_>,
) -> Value {
    let mut wrong = Vec::new();
    let value = match kind.kind().parse(json) {
        Ok(value) => {
            kind.kind().validate(&value, &mut wrong);
            value
        }
        Err(finding) => {
            wrong.push(*finding);
            Value::Null
        }
    };
    for finding in wrong {
        findings.push(finding.with("field", name), origin, path);
    }
    value
}
